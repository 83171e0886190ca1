"""A data catalogue is told of runs in OpenLineage, in order and at least once; whatever it does, no run fails of it or waits for it long."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import socket
import threading
import time
import types
import typing
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attr
import pytest

from lapipe.catalogue import flush, sending, skip
from lapipe.errors import DeclarationFault, UsageFault
from lapipe.project import Catalogue, load_project
from lapipe.register import Register
from lapipe.status import status
from tests.projects import WEEKLY, Done, Project, leaks, project
from tests.test_register import Ticking, finish, start_python


def today_utc() -> Any:
    return datetime.now(UTC).date()


def clock() -> datetime:
    return datetime.now(UTC)


# --- a catalogue ----------------------------------------------------------------------------------------------------


class Receiver:
    """A catalogue on a port of its own. `answer` says what it does with the next event: a status, or what it does instead."""

    def __init__(self, port: int = 0) -> None:
        self.events: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler], int] | int = 201
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answer if isinstance(outer.answer, int) else outer.answer(self)
                if status == 201:
                    outer.events.append(json.loads(body))
                    outer.headers.append(dict(self.headers))
                    outer.paths.append(self.path)
                if status:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def told(self) -> list[tuple[str, str]]:
        return [(event["job"]["name"], event["eventType"]) for event in self.events]


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver(port)
    try:
        yield receiver
    finally:
        receiver.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def nobody() -> str:
    """Give the URL of a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def hang(handler: BaseHTTPRequestHandler) -> int:
    """Say nothing for long, as a catalogue behind a stuck proxy."""
    time.sleep(20)
    return 0


def trickle(handler: BaseHTTPRequestHandler) -> int:
    """Send a byte now and then, which no time limit of a socket ends."""
    for sign in "HTTP/1.1 201 Created" + "x" * 400:
        handler.wfile.write(sign.encode())
        handler.wfile.flush()
        time.sleep(0.05)
    return 0


def hang_up(handler: BaseHTTPRequestHandler) -> int:
    handler.connection.shutdown(socket.SHUT_RDWR)
    return 0


def catalogued(base: Path, url: str) -> Project:
    """Make a project that tells a catalogue."""
    made = project(base)
    text = (made.root / "lapipe.toml").read_text(encoding="utf-8")
    (made.root / "lapipe.toml").write_text(
        text + f'[profiles.dev.openlineage]\nurl = "{url}"\nnamespace = "voorbeeld"\n', encoding="utf-8")
    return made


def run(made: Project, run_id: str, **environment: str) -> tuple[Done, float]:
    start = time.monotonic()
    done = made.lapipe("run", WEEKLY, "--run-id", run_id, **environment)
    return done, time.monotonic() - start


# --- the events -----------------------------------------------------------------------------------------------------


def held(value: Any, kind: Any, at: str) -> None:
    """Hold a part of an event against the library's class of it, which is generated from OpenLineage's JSON Schema: names, types, what is required."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            assert type(None) in inner, at
            return
        (kind,) = [each for each in inner if each is not type(None)]
        held(value, kind, at)
    elif origin is list:
        assert isinstance(value, list), at
        for number, item in enumerate(value):
            held(item, inner[0], f"{at}[{number}]")
    elif origin is dict:
        assert isinstance(value, dict), at
        for key, item in value.items():
            held(item, inner[1], f"{at}.{key}")
    elif attr.has(kind):
        attr.resolve_types(kind)
        fields = {field.name: field for field in attr.fields(kind)}
        assert set(value) <= set(fields), (at, set(value) - set(fields))
        for name, field in fields.items():
            if name in value:
                held(value[name], field.type, f"{at}.{name}")
            else:
                assert field.default is not attr.NOTHING, f"{at} lacks {name}"
    elif isinstance(kind, type) and issubclass(kind, str | int | bool):
        assert isinstance(value, kind), at
    elif hasattr(kind, "__members__"):
        assert value in {member.value for member in kind}, at


def valid(event: dict[str, Any]) -> None:
    """Hold an event and each of its facets against the library's classes."""
    from openlineage.client import event_v2, facet_v2

    from lapipe.catalogue.events import ProcessingJobFacet, PurposeJobFacet, RegisterRunFacet

    facets = {
        "processing": ProcessingJobFacet, "lapipe_purpose": PurposeJobFacet, "lapipe_register": RegisterRunFacet, "jobType": facet_v2.job_type_job.JobTypeJobFacet,
        "processing_engine": facet_v2.processing_engine_run.ProcessingEngineRunFacet, "errorMessage": facet_v2.error_message_run.ErrorMessageRunFacet,
        "schema": facet_v2.schema_dataset.SchemaDatasetFacet, "tags": facet_v2.tags_dataset.TagsDatasetFacet,
        "dataSource": facet_v2.datasource_dataset.DatasourceDatasetFacet, "columnLineage": facet_v2.column_lineage_dataset.ColumnLineageDatasetFacet,
        "lifecycleStateChange": facet_v2.lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet}
    bare = json.loads(json.dumps(event))
    for part in (bare["run"], bare["job"], *bare["inputs"], *bare["outputs"]):
        for name, facet in part.pop("facets", {}).items():
            held(facet, facets[name], name)
    held(bare, event_v2.RunEvent, "event")
    assert str(uuid.UUID(event["run"]["runId"])) == event["run"]["runId"]
    assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None


def test_a_run_is_told_with_its_purpose_its_lineage_and_what_is_masked(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    done, _ = run(made, "r1")
    assert (done.code, done.err) == (0, "")
    assert receiver.told() == [(WEEKLY, "START"), (WEEKLY, "COMPLETE")]
    assert receiver.paths == ["/api/v1/lineage"] * 2
    for event in receiver.events:
        valid(event)
    begun, ended = receiver.events
    assert begun["run"]["runId"] == ended["run"]["runId"]
    facet = ended["job"]["facets"]["processing"]
    # As Qedro's schema has it, and nothing else.
    assert {key: value for key, value in facet.items() if key[0] != "_"} == {"purpose": WEEKLY, "legal_basis": "public-task"}
    assert facet["_schemaURL"].endswith("/schemas/openlineage-art30-processing-facet.json")
    more = ended["job"]["facets"]["lapipe_purpose"]
    assert (more["k"], more["retention"]) == (10, "P2Y")
    assert more["legal_basis_by_phase"] == dict.fromkeys(("collect", "analyse", "use"), "public-task")
    assert {each["name"] for each in begun["inputs"]} == {each["name"] for each in ended["inputs"]} == {
        "tables.moodle_log_report", "tables.student", "tables.objection"}
    out = {each["name"]: each["facets"] for each in ended["outputs"]}
    assert set(out) == {"releases.moodle_activity", "releases.weekly_activity"}
    people = out["releases.moodle_activity"]
    lineage = people["columnLineage"]["fields"]["student"]["inputFields"]
    assert lineage == [{"namespace": "voorbeeld", "name": "tables.moodle_log_report", "field": "description",
                        "transformations": [{"type": "DIRECT", "subtype": "TRANSFORMATION", "description": "", "masking": True}]}]
    (component,) = people["columnLineage"]["fields"]["component"]["inputFields"]
    assert component["transformations"] == [{"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}]
    week = out["releases.weekly_activity"]["columnLineage"]
    assert week["fields"]["people"]["inputFields"][0]["transformations"][0] | {"description": ""} == {
        "type": "DIRECT", "subtype": "AGGREGATION", "description": "", "masking": True}
    assert {(each["field"], each["transformations"][0]["subtype"]) for each in week["dataset"]} >= {
        ("time", "FILTER"), ("time", "GROUP_BY"), ("student_number", "JOIN")}
    assert {each["transformations"][0]["type"] for each in week["dataset"]} == {"INDIRECT"}
    tags = people["tags"]["tags"]
    assert {"key": "kind", "value": "pseudonym", "source": "USER", "field": "student"} in tags
    assert {"key": "subject_type", "value": "student", "source": "USER"} in tags
    assert {"key": "retention", "value": "P2Y", "source": "USER"} in tags
    assert [field["name"] for field in people["schema"]["fields"]] == ["week", "course", "component", "student", "programme", "cohort"]
    # What the event says is in the register under the entry that it names.
    with Register.open(made.register, clock=clock, create=False) as register:
        entries = {entry.seq: entry.hash for entry in register.entries()}
    for event in receiver.events:
        shown = event["run"]["facets"]["lapipe_register"]
        assert entries[shown["entry"]] == shown["hash"]


def test_no_event_holds_a_value_a_count_a_path_or_a_trace(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    run(made, "r1")
    made.tables["students"].set("cohort", "kanarie", [0, 1])
    made.write()
    done, _ = run(made, "r2")
    assert done.code == 3
    assert receiver.told()[2:] == [(WEEKLY, "START"), (WEEKLY, "FAIL")]
    failed = receiver.events[-1]
    valid(failed)
    facet = failed["run"]["facets"]["errorMessage"]
    assert facet["message"].startswith("LP204 was not met: ")
    assert "stackTrace" not in facet
    assert "cohort" not in facet["message"]
    said = json.dumps(receiver.events)
    assert not leaks(said)
    assert str(made.base) not in said
    assert "Traceback" not in said
    assert not {key for event in receiver.events for key in keys(event)} & {"rowCount", "rows", "stackTrace", "sql"}


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def test_an_error_of_others_is_told_by_the_name_of_its_class(receiver: Receiver, place: str) -> None:
    with Register.open(place, clock=Ticking()) as register:
        with pytest.raises(ZeroDivisionError), register.run("r1", {"pipeline": "weekly"}):
            raise ZeroDivisionError("kanarie 123456782")
        with pytest.raises(KeyboardInterrupt), register.run("r2", {"pipeline": "weekly"}):
            raise KeyboardInterrupt
        assert flush(register, Catalogue(receiver.url, "v"), clock).sent == 4
    assert [kind for _, kind in receiver.told()] == ["START", "FAIL", "START", "ABORT"]
    assert receiver.events[1]["run"]["facets"]["errorMessage"]["message"] == "ZeroDivisionError"
    assert not leaks(json.dumps(receiver.events))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "register.sqlite")
    return str(request.getfixturevalue("database"))


def test_a_run_that_was_killed_is_told_as_aborted_once(receiver: Receiver, place: str) -> None:
    catalogue = Catalogue(receiver.url, "v")
    with start_python("with Register.open(sys.argv[1], clock=clock) as register, register.run('r1', {'pipeline': 'weekly'}):\n"
                      "    print('in', flush=True); sys.stdin.read()\n", place) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with Register.open(place, clock=clock, create=False) as register:
            assert flush(register, catalogue, clock).sent == 1
            # It lives: there is nothing to say.
            assert flush(register, catalogue, clock).sent == 0
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            # The server takes a moment to notice.
            while (outcome := register.outcome("r1")) and outcome.state == "running":
                time.sleep(0.01)
            assert [flush(register, catalogue, clock).sent for _ in range(2)] == [1, 0]
            finish(register, "r1")
            assert flush(register, catalogue, clock).sent == 2
    assert [kind for _, kind in receiver.told()] == ["START", "ABORT", "START", "COMPLETE"]
    ids = [event["run"]["runId"] for event in receiver.events]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert receiver.events[1]["run"]["facets"]["errorMessage"]["message"].startswith("LP603")
    for event in receiver.events:
        valid(event)


def test_a_run_that_died_and_started_again_before_anything_was_told_is_told_in_that_order(receiver: Receiver, place: str) -> None:
    catalogue = Catalogue(receiver.url, "v")
    with start_python("with Register.open(sys.argv[1], clock=clock) as register, register.run('r1', {'pipeline': 'weekly'}):\n"
                      "    os.kill(os.getpid(), 9)\n", place) as process:
        process.wait()
    with Register.open(place, clock=clock, create=False) as register:
        while (outcome := register.outcome("r1")) and outcome.state == "running":
            time.sleep(0.01)
        finish(register, "r1")
        assert flush(register, catalogue, clock).sent == 4
    assert [kind for _, kind in receiver.told()] == ["START", "ABORT", "START", "COMPLETE"]


def lifecycles(receiver: Receiver) -> list[tuple[str, str]]:
    return [(each["name"], each["facets"]["lifecycleStateChange"]["lifecycleStateChange"]) for event in receiver.events for each in event["outputs"]
            if "lifecycleStateChange" in each.get("facets", {})]


@pytest.mark.parametrize(("kind", "body", "expected"), [
    ("retained", {"item": "data moodle_logstore", "what": "table", "deleted": 9, "unit": "rows", "left": 3, "whole": True},
     [("tables.moodle_logstore", "TRUNCATE")]),
    ("retained", {"item": "data exports", "what": "files", "deleted": 2, "unit": "files", "left": 0, "whole": True}, [("tables.exports", "TRUNCATE")]),
    ("retained", {"item": "data exports", "what": "files", "deleted": 0, "unit": "files", "left": 4, "whole": True}, []),
    ("retained", {"item": "ledger weekly/r1", "what": "ledger", "deleted": 1, "unit": "files", "left": 0, "whole": True}, []),
    ("retained", {"item": "evidence", "what": "evidence", "deleted": 4, "unit": "pieces", "left": 0, "whole": True}, []),
    ("rewritten", {"release": "moodle_activity", "rows": 9, "why": "erasure"}, [("releases.moodle_activity", "OVERWRITE")]),
    ("rewritten", {"release": "moodle_activity", "rows": 9, "why": "relinked"}, [("releases.moodle_activity", "OVERWRITE")]),
])
def test_deletions_are_told_as_changes_of_the_life_of_data(
        kind: str, body: dict[str, Any], expected: list[tuple[str, str]], receiver: Receiver, place: str) -> None:
    with Register.open(place, clock=Ticking()) as register:
        register.append(kind, body)
        assert flush(register, Catalogue(receiver.url, "v"), clock).sent == len(expected)
    assert lifecycles(receiver) == expected
    for event in receiver.events:
        valid(event)
        # A job without a purpose is a hole in the record that Qedro makes.
        assert event["job"]["name"] == f"lapipe.{body.get('why', kind)}"
        assert event["job"]["facets"]["processing"]["legal_basis"] == "legal-obligation"


def test_a_release_is_dropped_with_the_last_of_its_folders(receiver: Receiver, place: str) -> None:
    gone = {"what": "release", "deleted": 1, "unit": "files", "left": 0, "whole": True}
    with Register.open(place, clock=Ticking()) as register:
        for number in (1, 2):
            with register.run(f"r{number}", {"pipeline": "weekly"}) as record:
                for release in ("groups", "groups_by_year"):
                    record.record("release", {"release": release, "folder": f"{release}/2026/r{number}", "kind": "statistics"})
                record.complete({})
        # Of a run that failed nothing was put in place.
        with register.run("r3", {"pipeline": "weekly"}) as record:
            record.record("release", {"release": "groups", "folder": "groups/2026/r3", "kind": "statistics"})
        for number in (1, 2):
            register.append("retained", {"item": f"groups/2026/r{number}", **gone})
        flush(register, Catalogue(receiver.url, "v"), clock)
    assert lifecycles(receiver) == [("releases.groups", "TRUNCATE"), ("releases.groups", "DROP")]


def test_what_retain_deletes_is_told_to_a_catalogue_and_only_that(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    made.edit(f"schemas/purposes/{WEEKLY}.yaml", "keep_for: P2Y", "keep_for: P1D")
    exports = made.base / "kanarie"
    exports.mkdir()
    for day in ("2020-01-01", f"{today_utc()}"):
        (exports / f"kanarie_{day}.csv").write_text("x\n", encoding="utf-8")
    add(made, "schemas/organisation.yaml", "\nretention:\n  zone: UTC\n  data:\n    - {name: exports, form: files, pattern: '*.csv', dated_by: name, term: P1Y, "
                                           "anchor: release}\n")
    add(made, "lapipe.toml", f'[profiles.dev.stores]\nexports = "{exports}"\n')
    made.go(today=today_utc() - timedelta(days=3), run_id="r1")
    assert receiver.told() == [(WEEKLY, "START"), (WEEKLY, "COMPLETE")]
    # The same releases, whose term has not come.
    assert run(made, "r2")[0].code == 0
    made.edit("schemas/organisation.yaml", "zone: UTC", "zone: UTC\n  share: 1")
    assert made.lapipe("retain", "--plan", "plan.json").code == 0
    asked = receiver.asked
    done = made.lapipe("retain", "--apply", "plan.json")
    assert (done.code, done.err, receiver.asked) == (0, "", asked)
    flushed = made.lapipe("register", "flush")
    assert (flushed.code, flushed.out) == (0, "The data catalogue was sent 3 events, and none wait.\n")
    # The rows about people of r2 are still there; of the series, r2 released nothing.
    assert sorted(lifecycles(receiver)) == [("releases.moodle_activity", "TRUNCATE"), ("releases.weekly_activity", "DROP"), ("tables.exports", "TRUNCATE")]
    with Register.open(made.register, clock=clock, create=False) as register:
        deletions = {entry.seq: entry for entry in register.entries(kinds=("retained",))}
        assert register.verify().findings == ()
    for event in receiver.events[4:]:
        valid(event)
        shown = event["run"]["facets"]["lapipe_register"]
        assert deletions[shown["entry"]].hash == shown["hash"]
    assert not (exports / "kanarie_2020-01-01.csv").exists()
    assert not leaks(json.dumps(receiver.events))
    assert str(made.base) not in json.dumps(receiver.events)


def add(made: Project, file: str, text: str) -> None:
    path = made.root / file
    path.write_text(path.read_text("utf-8") + text, "utf-8")


# --- the outbox -----------------------------------------------------------------------------------------------------


def test_what_waits_is_told_in_order_when_the_catalogue_is_back(nobody: str, place: str) -> None:
    catalogue = Catalogue(nobody, "v")
    with Register.open(place, clock=Ticking()) as register:
        for number in range(5):
            finish(register, f"r{number}")
        down = flush(register, catalogue, clock)
        assert (down.sent, down.waiting, down.problem, down.entry) == (0, 10, "it cannot be reached", 1)
        with receiving(int(nobody.rpartition(":")[2])) as receiver:
            # It goes again after the third event.
            receiver.answer = lambda handler: 201 if receiver.asked <= 3 else 503
            part = flush(register, catalogue, clock)
            assert (part.sent, part.waiting, part.problem) == (3, 7, "it answered 503")
            receiver.answer = 201
            whole = flush(register, catalogue, clock)
            assert (whole.sent, whole.waiting, whole.problem) == (7, 0, "")
            assert flush(register, catalogue, clock).sent == 0
            shown = [event["run"]["facets"]["lapipe_register"] for event in receiver.events]
    assert [each["run"] for each in shown] == [f"r{number}" for number in range(5) for _ in range(2)]
    assert [each["entry"] for each in shown] == sorted({each["entry"] for each in shown})


def test_an_event_whose_answer_was_lost_is_sent_again_with_the_same_id(receiver: Receiver, place: str) -> None:
    catalogue = Catalogue(receiver.url, "v")
    with Register.open(place, clock=Ticking()) as register:
        finish(register, "r1")
        outbox = register.outbox(receiver.url)
        before = outbox.place()
        assert flush(register, catalogue, clock).sent == 2
        # The process died before it could keep that the catalogue had them.
        outbox.move(before)
        assert flush(register, catalogue, clock).sent == 2
    first, second = receiver.events[:2], receiver.events[2:]
    assert first == second


def test_a_process_that_is_killed_while_it_tells_loses_no_event_and_keeps_the_order(receiver: Receiver, place: str) -> None:
    """Twenty times, at random moments: every event arrives, and the first arrivals are in the order of the entries."""
    with Register.open(place, clock=Ticking()) as register:
        for number in range(60):
            finish(register, f"r{number}")
    script = ("import random, signal\n"
              "from lapipe.catalogue import flush\n"
              "from lapipe.project import Catalogue\n"
              "import lapipe.catalogue.events\n"
              "dice = random.Random(7)\n"
              "for number in range(20):\n"
              "    child = os.fork()\n"
              "    if not child:\n"
              "        with Register.open(sys.argv[1], clock=clock, create=False) as register:\n"
              "            flush(register, Catalogue(sys.argv[2], 'v'), clock)\n"
              "        os._exit(0)\n"
              "    time.sleep(0.02 + dice.random() / 20)\n"
              "    os.kill(child, signal.SIGKILL)\n"
              "    os.waitpid(child, 0)\n")
    with start_python(script, place, receiver.url) as process:
        assert process.communicate(timeout=120) == ("", "")
    with Register.open(place, clock=clock, create=False) as register:
        flush(register, Catalogue(receiver.url, "v"), clock)
        assert register.verify().findings == ()
    entries = [event["run"]["facets"]["lapipe_register"]["entry"] for event in receiver.events]
    firsts = list(dict.fromkeys(entries))
    assert firsts == sorted(firsts)
    assert len(firsts) == 120


def test_two_processes_do_not_tell_at_once(receiver: Receiver, place: str) -> None:
    catalogue = Catalogue(receiver.url, "v")
    with Register.open(place, clock=Ticking()) as register, Register.open(place, clock=Ticking()) as other:
        finish(register, "r1")
        with other.outbox(receiver.url).mine() as mine:
            assert mine
            found = flush(register, catalogue, clock)
        assert (found.sent, found.waiting, found.problem) == (0, 2, "another process is sending")
        assert flush(register, catalogue, clock).sent == 2


def test_what_the_catalogue_never_takes_is_left_out_by_hand_and_the_register_says_so(receiver: Receiver, place: str) -> None:
    catalogue = Catalogue(receiver.url, "v")
    with Register.open(place, clock=Ticking()) as register:
        finish(register, "r1")
        finish(register, "r2")
        receiver.answer = lambda handler: 422 if receiver.asked == 1 else 201
        stuck = flush(register, catalogue, clock)
        assert (stuck.sent, stuck.problem, stuck.entry) == (0, "it answered 422", 1)
        with pytest.raises(UsageFault, match="Entry 2 is not the one that waits first"):
            skip(register, catalogue, 2)
        skip(register, catalogue, 1)
        assert flush(register, catalogue, clock).sent == 3
        assert [entry.body for entry in register.entries() if entry.kind == "event-skipped"] == [{"entry": 1}]


def test_entries_of_a_closed_period_that_were_never_told_do_not_stop_what_comes_after(receiver: Receiver, place: str) -> None:
    with Register.open(place, clock=Ticking()) as register:
        finish(register, "r1")
        last = register.verify().entries
        register._close(last, {"root": "0" * 64})
        register._prune(last)
        finish(register, "r2")
        assert flush(register, Catalogue(receiver.url, "v"), clock).sent == 2
    assert {event["run"]["facets"]["lapipe_register"]["run"] for event in receiver.events} == {"r2"}


def test_a_second_catalogue_is_told_everything_and_has_a_place_of_its_own(receiver: Receiver, place: str) -> None:
    with Register.open(place, clock=Ticking()) as register, receiving() as second:
        finish(register, "r1")
        assert flush(register, Catalogue(receiver.url, "v"), clock).sent == 2
        finish(register, "r2")
        assert flush(register, Catalogue(second.url, "v"), clock).sent == 4
        assert flush(register, Catalogue(receiver.url, "v"), clock).sent == 2


# --- beside a run ---------------------------------------------------------------------------------------------------


#: By whichever end comes first: the run's, or that of the patience for one event.
SLOW = "it takes its time|it did not answer within 5 seconds"


@pytest.mark.parametrize(("answer", "says"), [
    (500, "it answered 500"), (hang, SLOW), (trickle, SLOW), (hang_up, "it cannot be reached"),
    (404, "it answered 404"), (301, "it answered 301")], ids=["500", "hangs", "trickles", "hangs up", "404", "301"])
def test_a_catalogue_that_fails_fails_no_run(answer: Any, says: str, receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    receiver.answer = answer
    done, _ = run(made, "r1")
    assert (done.code, done.err) == (0, "")
    assert re.search(rf"(?m)^The data catalogue is not told yet: (?:{says})\. The next run tells it, or `lapipe register flush`\.$", done.out), done.out
    assert made.lapipe("verify", "out/weekly_activity", "--register", made.register).code == 0


def test_a_catalogue_that_is_down_or_hangs_costs_a_run_two_seconds_at_most(receiver: Receiver, nobody: str, tmp_path: Path) -> None:
    """Against the same run without one; the machine's own noise is given as much again."""
    for name in ("without", "down", "hangs"):
        (tmp_path / name).mkdir()
    without = project(tmp_path / "without")
    run(without, "warm")
    _, alone = run(without, "r1")
    _, down = run(catalogued(tmp_path / "down", nobody), "r1")
    receiver.answer = hang
    _, hangs = run(catalogued(tmp_path / "hangs", receiver.url), "r1")
    assert max(down, hangs) < alone + 2 * sending.GRACE


def test_what_a_run_could_not_tell_is_told_by_the_next_one_or_by_hand(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    receiver.answer = 500
    assert run(made, "r1")[0].code == 0
    failed = made.lapipe("register", "flush")
    assert (failed.code, failed.out) == (6, "")
    assert failed.err == ("lapipe: The data catalogue was sent 0 events, and 2 wait: for the event of entry 1, it answered 500. Try again later.\n")
    told = made.lapipe("register", "flush", "--format", "json")
    assert (told.code, json.loads(told.out)) == (6, {"sent": 0, "waiting": 2, "problem": "it answered 500", "entry": 1})
    receiver.answer = 201
    done = made.lapipe("register", "flush")
    assert (done.code, done.err, done.out) == (0, "", "The data catalogue was sent 2 events, and none wait.\n")
    receiver.answer = 500
    run(made, "r2")
    receiver.answer = 201
    assert "not told" not in run(made, "r3")[0].out
    assert [event["run"]["facets"]["lapipe_register"]["run"] for event in receiver.events] == ["r1", "r1", "r2", "r2", "r3", "r3"]
    assert made.lapipe("register", "verify").code == 0


def test_status_says_how_long_events_wait(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    receiver.answer = 500
    run(made, "r1")
    project_of = load_project(made.root)
    with Register.open(made.register, clock=clock, create=False) as register:
        for days, attention in ((0, False), (1, False), (2, True)):
            (item,) = [each for each in status(project_of, register, today_utc() + timedelta(days=days)) if each.what == "catalogue"]
            assert item.says.startswith("2 events wait, the first since ")
            assert item.attention is attention
        receiver.answer = 201
        flush(register, Catalogue(receiver.url, "voorbeeld"), clock)
        (item,) = [each for each in status(project_of, register, today_utc()) if each.what == "catalogue"]
        assert (item.says, item.attention) == ("is told everything", False)


def test_an_event_that_is_refused_can_be_left_out_by_hand(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    receiver.answer = 422
    run(made, "r1")
    stuck = made.lapipe("register", "flush")
    assert stuck.err.endswith("it answered 422. Try again later, or leave that one out with --skip 1.\n")
    receiver.answer = 201
    assert made.lapipe("register", "flush", "--skip", "1").code == 0
    assert [kind for _, kind in receiver.told()] == ["COMPLETE"]


def test_a_run_that_is_refused_before_it_begins_waits_for_nothing(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    made.edit(f"schemas/purposes/{WEEKLY}.yaml", "k: 10", "k: 2")
    done, _ = run(made, "r1")
    assert done.code == 4
    assert receiver.asked == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "lapipe openlineage" and not thread.join(5) and thread.is_alive()]


def test_the_start_is_told_while_the_run_goes_on(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    seen: queue.Queue[str] = queue.Queue()

    def look(handler: BaseHTTPRequestHandler) -> int:
        with Register.open(made.register, clock=clock, create=False) as register:
            outcome = register.outcome("r1")
            seen.put(outcome.state if outcome else "none")
        return 201

    receiver.answer = look
    script = ("import lapipe.catalogue.events\n"
              "from lapipe.flow import Flow\n"
              "real = Flow.go\n"
              "def go(self, data):\n"
              "    time.sleep(2)\n"
              "    real(self, data)\n"
              "Flow.go = go\n"
              "from lapipe.cli import main\n"
              "sys.argv[1:] = sys.argv[2:]\n"
              "os.chdir(sys.argv.pop(1))\n"
              "main()\n")
    with start_python(script, "-", made.root, "run", WEEKLY, "--run-id", "r1") as process:
        _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert [seen.get_nowait(), seen.get_nowait()] == ["running", "completed"]


def test_a_pipeline_on_postgresql_tells_as_a_role_that_only_appends(receiver: Receiver, writer: str, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    done = made.lapipe("run", WEEKLY, "--run-id", "r1", "--register", writer)
    assert (done.code, done.err) == (0, "")
    assert [kind for _, kind in receiver.told()] == ["START", "COMPLETE"]


@pytest.fixture
def writer(database: str) -> Iterator[str]:
    import psycopg

    from tests.conftest import POSTGRES

    role = database.rpartition("=")[2].replace("lapipe_test", "lapipe_teller")
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"CREATE ROLE {role} NOLOGIN")  # type: ignore[call-overload]
        with Register.open(database, clock=clock) as register:
            register.grant(role)
        yield f"{database}&options=-crole%3D{role}"
        server.execute(f"DROP OWNED BY {role}")  # type: ignore[call-overload]
        server.execute(f"DROP ROLE {role}")  # type: ignore[call-overload]


# --- what is declared -----------------------------------------------------------------------------------------------


def test_a_project_without_a_catalogue_opens_no_connection(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project(tmp_path)

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert run(made, "r1")[0].code == 0
    flushed = made.lapipe("register", "flush")
    assert flushed.code == 2
    assert flushed.err == ("lapipe: Profile dev names no data catalogue; add [profiles.dev.openlineage] with url and namespace to lapipe.toml.\n")


@pytest.mark.parametrize(("lines", "says"), [
    ('url = "http://someone:geheim@catalogue.example"\nnamespace = "v"', "no place for one; give the catalogue's key in LAPIPE_OPENLINEAGE_KEY"),
    ('url = "catalogue.example:5000"\nnamespace = "v"', "is no URL such as"),
    ('url = "ftp://catalogue.example"\nnamespace = "v"', "is no URL such as"),
    ('url = "http://[catalogue"\nnamespace = "v"', "is no URL such as"),
    ('url = "http://catalogue.example"', "namespace"),
    ('url = "http://catalogue.example"\nnamespce = "v"', "namespace"),
])
def test_a_catalogue_that_is_declared_wrongly_is_refused_with_its_line(lines: str, says: str, tmp_path: Path) -> None:
    made = project(tmp_path)
    file = made.root / "lapipe.toml"
    file.write_text(file.read_text("utf-8") + f"[profiles.dev.openlineage]\n{lines}\n", encoding="utf-8")
    with pytest.raises(DeclarationFault, match=r"lapipe\.toml:\d+") as caught:
        load_project(made.root)
    assert says in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_key_is_sent_to_the_catalogue_and_stands_nowhere_else(receiver: Receiver, tmp_path: Path) -> None:
    made = catalogued(tmp_path, receiver.url)
    done, _ = run(made, "r1", LAPIPE_OPENLINEAGE_KEY="geheim-123")
    assert done.code == 0
    assert [headers["Authorization"] for headers in receiver.headers] == ["Bearer geheim-123"] * 2
    assert "Authorization" not in json.dumps(receiver.events)
    assert b"geheim-123" not in made.said()


def test_a_key_does_not_travel_unencrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPIPE_OPENLINEAGE_KEY", "geheim-123")
    with Register.open(tmp_path / "register", clock=clock) as register, pytest.raises(UsageFault, match="unencrypted"):
        flush(register, Catalogue("http://catalogue.example", "v"), clock)


def test_without_the_library_the_run_goes_on_and_says_what_is_missing(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    made = catalogued(tmp_path, receiver.url)
    for name in [name for name in sys.modules if name.partition(".")[0] == "openlineage" or name == "lapipe.catalogue.events"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "openlineage", None)
    done, _ = run(made, "r1")
    assert (done.code, done.err) == (0, "")
    assert "pip install 'lapipe-privacy[openlineage]'" in done.out
    flushed = made.lapipe("register", "flush")
    assert (flushed.code, flushed.err) == (2, "lapipe: Telling a catalogue needs openlineage-python: pip install 'lapipe-privacy[openlineage]'.\n")


def test_the_same_entry_gives_the_same_event_and_another_register_another_id(receiver: Receiver, tmp_path: Path) -> None:
    for name in ("a", "b"):
        with Register.open(tmp_path / name, clock=Ticking()) as register:
            register.append("key", {"register": name})
            finish(register, "r1")
            flush(register, Catalogue(receiver.url, "v"), clock)
    ids = [event["run"]["runId"] for event in receiver.events]
    assert len(set(ids)) == 2
