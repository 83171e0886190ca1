"""`lapipe retain`: nothing past its term remains, nothing younger goes, nothing else is touched, and killed anywhere it is safe to run again."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lapipe.approval import ORGANISATION, load_approvals, organisation_sha256, sign, write_approval
from lapipe.choices import record
from lapipe.cli.retention import _counted
from lapipe.errors import DeclarationFault, LapipeError, Refused, UsageFault
from lapipe.purpose import Duration, load_organisation
from lapipe.register import Register
from lapipe.retention import BEGUN, DONE, Outcome
from lapipe.retention.parquet import Rows
from lapipe.signing import create_signing_key
from tests.conftest import KILLS
from tests.projects import ROOT, WEEKLY, project
from tests.retained import TODAY, Small, killed_anywhere, small

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

#: Days around which calendars go wrong: leap days, ends of months and years, changes of the clock.
AWKWARD = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 30), date(2025, 10, 26), date(2025, 12, 31),
           date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 24)]
days = st.one_of(st.sampled_from(AWKWARD), st.dates(date(2023, 1, 1), date(2026, 12, 31)))
terms = st.sampled_from([Duration.parse(text) for text in ("P1M", "P3M", "P1Y", "P1Y1M", "P2Y", "P30D", "P2W", "P1D")])


@given(terms, days, st.integers(-40, 40))
@settings(max_examples=400)
def test_the_first_day_that_is_kept_is_the_oldest_whose_term_has_not_ended(term: Duration, today: date, near: int) -> None:
    first = term.first_kept(today)
    day = first + timedelta(days=near)
    assert (term.after(day) >= today) is (day >= first)


# --- Parquet ---------------------------------------------------------------------------------------------------------

#: How a column may write a moment: its Arrow type, how a moment becomes a value, and its clock.
WRITTEN: dict[str, tuple[Any, Any, str]] = {
    "date": (pa.date32(), lambda moment: moment.astimezone(AMSTERDAM).date(), ""),
    "local": (pa.timestamp("us"), lambda moment: moment.astimezone(AMSTERDAM).replace(tzinfo=None), ""),
    "local in nanoseconds": (pa.timestamp("ns"), lambda moment: moment.astimezone(AMSTERDAM).replace(tzinfo=None), ""),
    "zoned": (pa.timestamp("us", "UTC"), lambda moment: moment, ""),
    "seconds": (pa.int64(), lambda moment: int(moment.timestamp()), "seconds"),
    "milliseconds": (pa.int64(), lambda moment: int(moment.timestamp() * 1000), "milliseconds"),
    "text": (pa.string(), lambda moment: moment.astimezone(AMSTERDAM).date().isoformat(), ""),
}


def data_set(made: Small, term: str, clock: str = "", more: str = "") -> Path:
    folder = made.root / "store"
    folder.mkdir(exist_ok=True)
    made.declare([f"{{name: log, form: parquet, column: at, term: {term}, anchor: event{f', clock: {clock}' if clock else ''}{more}}}"], stores={"log": "store"})
    return folder


def rows_of(folder: Path) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row.values()) for path in sorted(folder.rglob("*.parquet")) for row in pq.ParquetFile(path).read().to_pylist())


@pytest.mark.parametrize("written", WRITTEN)
@given(st.data(), terms, days)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_after_retain_no_row_past_its_term_remains_and_no_younger_row_is_lost(tmp_path_factory: pytest.TempPathFactory, written: str, draw: st.DataObject, term: Duration,
                                                                              today: date) -> None:
    made = small(tmp_path_factory.mktemp("rows"))
    kind, value_of, clock = WRITTEN[written]
    folder = data_set(made, str(term), clock)
    first = term.first_kept(today)
    near = st.one_of(st.just(None), st.integers(-3, 3).map(lambda n: first + timedelta(days=n)), days)
    hours = st.sampled_from([0, 1, 60, 119, 120, 121, 180, 23 * 60, 24 * 60 - 1])
    files = draw.draw(st.lists(st.lists(st.tuples(near, hours), min_size=1, max_size=30), min_size=1, max_size=4))
    numbers = iter(range(10_000))
    expected: Counter[tuple[Any, ...]] = Counter()
    for place, content in enumerate(files):
        moments = [None if day is None else (datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).astimezone(UTC) + timedelta(minutes=minute))
                   for day, minute in content]
        values = [None if moment is None else value_of(moment) for moment in moments]
        table = pa.table({"n": pa.array([next(numbers) for _ in values], pa.int64()), "at": pa.array(values, kind)})
        path = folder / f"part={place}" / "a.parquet"
        path.parent.mkdir()
        pq.write_table(table, path, row_group_size=7, write_statistics=place % 2 == 0)
        expected.update(tuple(row.values()) for row, moment in zip(table.to_pylist(), moments, strict=True)
                        if moment is None or term.after(moment.astimezone(AMSTERDAM).date()) >= today)
    made.retain(today)
    assert rows_of(folder) == expected
    assert not [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    with made.register(today) as register:
        assert all(not item.past for item in made.keeper(register, today).items())


def monthly(folder: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """Write a file for each of 24 months, and give what stands in each."""
    shutil.rmtree(folder, ignore_errors=True)
    for number in range(24):
        first = date(2025 + number // 12, number % 12 + 1, 1)
        path = folder / f"month={first:%Y-%m}" / "a.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.table({"n": range(number * 100, number * 100 + 28), "at": [first + timedelta(days=day) for day in range(28)]}), path)
    return {str(path): rows_of(path.parent) for path in sorted(folder.rglob("*.parquet"))}


def test_only_the_files_that_hold_old_rows_are_touched(tmp_path: Path) -> None:
    made = small(tmp_path)
    folder = data_set(made, "P1Y")
    monthly(folder)
    before = {path: path.stat() for path in folder.rglob("*.parquet")}
    mode = 0o640
    (folder / "month=2025-11" / "a.parquet").chmod(mode)
    made.retain(TODAY)
    there = {path: path.stat() for path in folder.rglob("*.parquet")}
    assert sorted(path.parent.name for path in before.keys() - there.keys()) == [f"month=2025-{month:02}" for month in range(1, 11)]
    changed = [path.parent.name for path, found in there.items() if (found.st_ino, found.st_mtime_ns) != (before[path].st_ino, before[path].st_mtime_ns)]
    assert changed == ["month=2025-11"]
    assert (folder / "month=2025-11" / "a.parquet").stat().st_mode & 0o777 == mode
    assert min(at for _, at in rows_of(folder)) == date(2025, 11, 24)
    with made.register() as register:
        (done,) = [entry.body for entry in register.entries() if entry.kind == DONE]
    assert (done["deleted"], done["left"], done["oldest left"], done["unit"]) == (10 * 28 + 23, 14 * 28 - 23, "2025-11-24", "rows")


def test_a_row_group_that_is_past_its_term_whole_is_not_read_when_its_file_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = small(tmp_path)
    rows = made.root / "rows"
    rows.mkdir()
    made.declare(["{name: marks, form: parquet, column: at, term: P1Y, anchor: event}"], stores={"marks": str(rows)})
    old, young = date(2020, 1, 1), TODAY
    groups = [[old, old], [old, None], [old, young], [young, young], [None, None], [old]]
    schema = pa.schema([("at", pa.date32()), ("n", pa.int64())])
    with pq.ParquetWriter(rows / "mixed.parquet", schema) as writer:
        for number, group in enumerate(groups):
            writer.write_table(pa.table({"at": group, "n": [number] * len(group)}, schema=schema))
    read: list[list[int]] = []
    real = Rows._staying

    def staying(self: Rows, *given: Any) -> list[int]:
        read.append(real(self, *given))
        return read[-1]

    monkeypatch.setattr(Rows, "_staying", staying)
    assert [each.deleted for each in made.retain()] == [5]
    assert read == [[1, 2, 3, 4]]
    assert sorted(map(repr, pq.read_table(rows / "mixed.parquet").to_pylist())) == sorted(map(repr, (
        {"at": day, "n": number} for number, group in enumerate(groups) for day in group if day != old)))


def test_rows_go_by_the_end_of_their_course_and_never_while_they_are_young_themselves(tmp_path: Path) -> None:
    made = small(tmp_path)
    folder = made.root / "store"
    folder.mkdir()
    made.declare(["{name: log, form: parquet, column: at, term: P1Y, anchor: course_end, ends: {data: courses, key: course, matches: course, column: ended, clock: seconds}}"],
                 stores={"log": "store", "courses": "courses.csv"})
    old, young = datetime(2024, 5, 1), datetime(2026, 10, 1)
    pq.write_table(pa.table({"course": ["over", "over", "runs", "unknown", "again", "nought"], "at": [old, young, old, old, old, old]}), folder / "a.parquet")
    stamp = int(datetime(2024, 7, 1, tzinfo=UTC).timestamp())
    (made.root / "courses.csv").write_text(f"course,ended\nover,{stamp}\nruns,{int(datetime(2026, 7, 1, tzinfo=UTC).timestamp())}\nagain,{stamp}\nagain,0\nnought,0\n")
    made.retain()
    assert sorted(rows_of(folder).elements()) == sorted([("over", young), ("runs", old), ("unknown", old), ("again", old), ("nought", old)])
    # Seconds where milliseconds are declared: every course seems to have ended in 1970.
    (made.root / "courses.csv").write_text(f"course,ended\nruns,{stamp}\n")
    organisation = made.root / "schemas" / "organisation.yaml"
    organisation.write_text(organisation.read_text().replace("clock: seconds", "clock: milliseconds"))
    assert "LP512" in made.plan(made.root / "plan.json")[0].obstacle
    (made.root / "courses.csv").write_text("course,ended\nover,01/07/2024\n")
    assert "LP512" in made.plan(made.root / "plan.json")[0].obstacle


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_rows_key_and_the_key_of_the_ends_each_have_their_own_name(tmp_path: Path, form: str) -> None:
    made = small(tmp_path)
    (made.root / "store").mkdir()
    term = "{{name: log, form: parquet, column: at, term: P1Y, anchor: course_end, ends: {{data: courses, key: {key}, matches: {matches}, column: enddate}}}}"
    old = date(2024, 5, 1)
    pq.write_table(pa.table({"id": [1, 2, 3], "course": [2, 1, 2], "at": [old] * 3}), made.root / "store" / "a.parquet")
    if form == "csv":
        (made.root / "courses.csv").write_text("id,enddate\n1,2024-07-01\n2,2026-07-01\n")
    else:
        pq.write_table(pa.table({"id": [1, 2], "enddate": [date(2024, 7, 1), date(2026, 7, 1)]}), made.root / "courses.parquet")
    stores = {"log": "store", "courses": f"courses.{form}"}
    for key, matches in (("course", "course"), ("courses", "id")):
        made.declare([term.format(key=key, matches=matches)], stores=stores)
        assert "LP512" in made.plan(made.root / "plan.json")[0].obstacle
    made.declare([term.format(key="course", matches="id")], stores=stores)
    made.retain()
    assert sorted(row[0] for row in rows_of(made.root / "store")) == [1, 3]


def test_a_number_in_parquet_is_the_key_that_a_csv_writes_as_text(tmp_path: Path) -> None:
    made = small(tmp_path)
    (made.root / "store").mkdir()
    made.declare(["{name: log, form: parquet, column: at, term: P1Y, anchor: graduation, ends: {data: students, key: student, matches: student, column: graduated}}"],
                 stores={"log": "store", "students": "students.csv"})
    pq.write_table(pa.table({"student": [1, 2], "at": [date(2020, 1, 1)] * 2}), made.root / "store" / "a.parquet")
    (made.root / "students.csv").write_text("student,graduated\n1,2021-07-01\n2,\n")
    made.retain()
    assert rows_of(made.root / "store") == Counter({(2, date(2020, 1, 1)): 1})


@pytest.mark.parametrize("values", [["03/04/2020"], ["2020-01-01T00:00:00+02:00"], ["200101"], [20200101], [15.5], ["1020-01-01"]])
def test_days_that_cannot_be_told_for_certain_are_refused_and_nothing_goes(tmp_path: Path, values: list[Any]) -> None:
    made = small(tmp_path)
    folder = data_set(made, "P1Y")
    pq.write_table(pa.table({"at": values}), folder / "a.parquet")
    (item,) = made.plan(made.root / "plan.json")
    assert "LP512" in item.obstacle
    assert str(values[0]) not in item.obstacle
    made.apply(made.root / "plan.json")
    assert rows_of(folder) == Counter({(values[0],): 1})


def test_a_count_in_the_wrong_unit_is_refused(tmp_path: Path) -> None:
    made = small(tmp_path)
    folder = data_set(made, "P1Y", "seconds")
    pq.write_table(pa.table({"at": [int(datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1000)]}), folder / "a.parquet")
    assert "LP512" in made.plan(made.root / "plan.json")[0].obstacle
    data_set(made, "P1Y", "milliseconds")
    pq.write_table(pa.table({"at": [int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())]}), folder / "a.parquet")
    assert "LP512" in made.plan(made.root / "plan.json")[0].obstacle


def test_kill_9_anywhere_never_loses_or_duplicates_a_row_of_parquet(tmp_path: Path) -> None:
    made = small(tmp_path)
    folder = data_set(made, "P1Y")
    whole = monthly(folder)
    kept = Counter(row for rows in whole.values() for row in rows.elements() if row[1] >= date(2025, 11, 24))

    def check() -> None:
        assert rows_of(folder) == kept
        assert not [path for path in folder.rglob(".*") if path.is_file()]
    assert killed_anywhere(made, lambda: monthly(folder), check) >= KILLS // 10


# --- releases, ledger, quarantine, evidence --------------------------------------------------------------------------


def test_whole_releases_go_the_day_after_their_term_and_latest_names_one_that_is_there(tmp_path: Path) -> None:
    made = small(tmp_path)
    for run, erase_by in (("r1", TODAY - timedelta(days=1)), ("r2", TODAY), ("r3", TODAY - timedelta(days=400))):
        made.release(run, erase_by)
    made.release("r4", TODAY - timedelta(days=1), name="alone")
    outcomes = made.retain()
    assert {outcome.item.id for outcome in outcomes if outcome.deleted} == {"release numbers/all/r1", "release numbers/all/r3", "release alone/all/r4"}
    assert sorted(path.name for path in (made.out / "numbers" / "all").iterdir()) == ["latest", "r2"]
    assert os.readlink(made.out / "numbers" / "all" / "latest") == "r2"
    assert [path.name for path in made.out.iterdir()] == ["numbers"]
    with made.register() as register:
        done = {entry.body["item"]: entry.body for entry in register.entries() if entry.kind == DONE}
        assert register.verify().findings == ()
    assert set(done) == {"numbers/all/r1", "numbers/all/r3", "alone/all/r4"}
    made.retain(TODAY + timedelta(days=1))
    assert not list(made.out.rglob("*"))


@pytest.mark.parametrize("turn", ["counts", "subject-erase"])
def test_a_release_waits_for_a_run_of_its_pipeline_and_for_an_erasure(tmp_path: Path, turn: str) -> None:
    made = small(tmp_path)
    folder = made.release("r1", TODAY - timedelta(days=1))
    made.plan(made.root / "plan.json")
    deleting = threading.Thread(target=made.apply, args=(made.root / "plan.json",))
    with made.register() as register, register.turn(turn):
        deleting.start()
        deleting.join(1.5)
        assert deleting.is_alive()
        assert (folder / "manifest.json").exists()
    deleting.join(30)
    assert not folder.exists()


def test_kill_9_anywhere_leaves_no_half_release(tmp_path: Path) -> None:
    made = small(tmp_path)
    shutil.rmtree(made.out, ignore_errors=True)
    number = iter(range(1000))
    young = made.release("young", TODAY)

    def prepare() -> None:
        for _ in range(3):
            made.release(f"r{next(number)}", TODAY - timedelta(days=1))

    def check() -> None:
        assert sorted(path.name for path in young.parent.iterdir()) == ["latest", "young"]
        assert sorted(path.name for path in young.iterdir()) == ["data.parquet", "manifest.json"]
        assert [path.name for path in made.out.iterdir()] == ["numbers"]
    assert killed_anywhere(made, prepare, check) >= KILLS // 20


@pytest.mark.parametrize("how", ["altered", "strange file", "unknown to the register", "linked", "held"])
def test_a_release_that_is_not_what_the_register_says_is_not_touched_and_told(tmp_path: Path, how: str) -> None:
    made = small(tmp_path)
    folder = made.release("r1", TODAY - timedelta(days=1))
    if how == "altered":
        said = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps({**said, "erase_by": "2020-01-01"}))
    elif how == "strange file":
        (folder / "notes.txt").write_text("mine")
    elif how == "unknown to the register":
        (made.root / "register.sqlite").unlink()
    elif how == "linked":
        os.rename(folder, tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        made.declare(holds=["{on: numbers, reason: A claim is pending, approved_by: privacy_officer, until: 2027-01-01}"])
    (item,) = made.plan(made.root / "plan.json")
    assert not item.due
    assert bool(item.hold) is (how == "held")
    assert bool(item.obstacle) is (how != "held")
    made.apply(made.root / "plan.json")
    assert (folder / "manifest.json").exists()
    if how == "held":
        made.declare(holds=["{on: numbers, reason: A claim is pending, approved_by: privacy_officer, until: 2026-11-23}"])
        assert [outcome.deleted for outcome in made.retain()] == [1]


@pytest.mark.parametrize("on", ["number", "activty", "mrks", "reports"])
def test_a_hold_that_names_nothing_stops_retain_and_one_that_is_over_does_not(tmp_path: Path, on: str) -> None:
    made = small(tmp_path)
    folder = made.release("r1", TODAY - timedelta(days=1))
    (made.root / "pipelines").mkdir()
    (made.root / "pipelines" / "weekly.py").write_text("PIPELINE = [Release('activity')]\n")
    marks = ["{name: marks, form: table, column: at, term: P1Y, anchor: event}"]
    made.plan(made.root / "plan.json")
    meant = {"number": "numbers", "activty": "activity", "mrks": "marks"}.get(on, "")
    hold = "{{on: {}, reason: A claim is pending, approved_by: privacy_officer, until: {}}}"
    made.declare(marks, holds=[hold.format(on, TODAY)])
    for attempt in (made.plan, made.apply):
        with pytest.raises(DeclarationFault, match=rf"organisation.yaml:\d+: .*'{on}', which names nothing") as fault:
            attempt(made.root / "plan.json")
        assert "activity, counts, evidence, ledger, marks, numbers, quarantine, releases, weekly" in str(fault.value)
        assert (f"Did you mean '{meant}'?" in str(fault.value)) is bool(meant)
    assert folder.exists()
    made.declare(marks, holds=[hold.format(on, TODAY - timedelta(days=1))])
    assert any(outcome.deleted for outcome in made.apply(made.root / "plan.json"))


def test_a_hold_on_a_pipeline_holds_its_releases_and_what_its_runs_left(tmp_path: Path) -> None:
    made = small(tmp_path)
    made.release("r1", TODAY - timedelta(days=1))
    state = made.root / ".lapipe"
    for part in ("ledger/r1/numbers.0", "quarantine/r1"):
        (state / part).mkdir(parents=True)
    (state / "ledger/r1/numbers.0/about.json").write_text(json.dumps({"erase_by": "2026-01-01", "release": "numbers", "created": "2025-11-01"}))
    (state / "quarantine/r1/7-incident.json").write_text(json.dumps({"erase_by": "2026-01-01"}))
    made.declare(holds=["{on: counts, reason: A claim is pending, approved_by: privacy_officer}"])
    items = made.plan(made.root / "plan.json")
    assert {item.what for item in items if item.past and item.hold and not item.due} == {"release", "ledger", "quarantine"}


def test_ledger_parts_and_quarantine_of_runs_that_the_register_knows_go_by_their_terms(tmp_path: Path) -> None:
    made = small(tmp_path)
    made.release("r1", TODAY + timedelta(days=9), today=date(2025, 11, 1))
    made.release("r2", TODAY + timedelta(days=9))
    state = made.root / ".lapipe"
    for run, erase_by in (("r1", TODAY - timedelta(days=1)), ("r2", TODAY), ("stranger", date(2020, 1, 1))):
        part = state / "ledger" / run / "numbers.0"
        part.mkdir(parents=True)
        (part / "about.json").write_text(json.dumps({"erase_by": erase_by.isoformat(), "release": "numbers", "created": "2025-11-01"}))
        waiting = state / "quarantine" / run
        waiting.mkdir(parents=True)
        (waiting / "7-incident.json").write_text(json.dumps({"erase_by": erase_by.isoformat()}))
        (waiting / "log.jsonl").write_text("{}\n")
    (state / "quarantine" / "r2" / "linked.jsonl").symlink_to(made.root / "lapipe.toml")
    outcomes = made.retain()
    assert {outcome.item.id for outcome in outcomes if outcome.deleted} == {"ledger r1/numbers.0", "quarantine r1/7-incident.json", "quarantine r1/log.jsonl"}
    assert sorted(str(path.relative_to(state)) for path in state.rglob("*") if not path.is_dir() and path.name != "lock") == [
        "ledger/r2/numbers.0/about.json", "ledger/stranger/numbers.0/about.json", "quarantine/r2/7-incident.json", "quarantine/r2/linked.jsonl",
        "quarantine/r2/log.jsonl", "quarantine/stranger/7-incident.json", "quarantine/stranger/log.jsonl"]


def test_an_objection_that_still_holds_stays_past_its_term_and_the_rest_goes_whole(tmp_path: Path) -> None:
    made = project(tmp_path, TODAY)
    later = date(2032, 1, 1)
    late = Small(made.root)

    def clock(today: date) -> datetime:
        return datetime(today.year, today.month, today.day, 12, tzinfo=UTC)

    def put(register: Register, kind: str, purpose: str, state: str, keep: date, case: str = "") -> str:
        return record(register, kind, {"student_number": f"ref-{kind}-{state}"}, {}, purpose=purpose, state=state, received=TODAY, keep_until=keep, ring="-", case=case)
    with Register.open(made.register, clock=lambda: clock(TODAY)) as register:
        holds = {put(register, "objection", WEEKLY, "upheld", TODAY), put(register, "consent", WEEKLY, "withdrawn", TODAY), put(register, "request", "", "received", TODAY)}
        turned = put(register, "objection", WEEKLY, "upheld", TODAY)
        put(register, "objection", WEEKLY, "rejected", later + timedelta(days=9), turned)
        put(register, "objection", "gone", "upheld", TODAY)
        put(register, "objection", WEEKLY, "rejected", TODAY)
        register.evidence.add("choices-state", "run r1", {"run": "r1"}, TODAY)
        made.edit(f"schemas/purposes/{WEEKLY}.yaml", "review_by: ", "review_by: 2031-12-31 # ")
        keeper = late.keeper(register, later)
        keeper.project = __import__("lapipe.project", fromlist=["load_project"]).load_project(made.root)
        (item,) = keeper.evidence()
        assert (item.rows, item.past) == (8, 3)
        outcome = keeper._delete(item)
        assert outcome.deleted == 3
        left = register.evidence.due(date.max)
        assert {str(kept.content["case"]) for kept in left} == holds | {turned}
        assert len(left) == 5, "a case goes whole, or its earlier state would hold again"
        assert register.verify().findings == ()


@pytest.mark.parametrize("how", ["a draft", "a slip of the pen"])
def test_a_purpose_that_cannot_be_read_keeps_what_hangs_on_it_and_stops_nothing_else(tmp_path: Path, how: str) -> None:
    made = project(tmp_path, TODAY)
    late = Small(made.root)
    later = date(2026, 12, 1)

    def clock() -> datetime:
        return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)

    with Register.open(made.register, clock=clock) as register:
        for purpose, state in ((WEEKLY, "upheld"), (WEEKLY, "rejected"), ("gone", "upheld"), ("", "upheld")):
            record(register, "objection", {"student_number": f"ref-{purpose}-{state}"}, {}, purpose=purpose, state=state, received=TODAY, keep_until=TODAY, ring="-")
        register.evidence.add("choices-state", "run r1", {"run": "r1"}, TODAY)
        whole = late.keeper(register, later)
        (before,) = whole.evidence()
        made.edit(f"schemas/purposes/{WEEKLY}.yaml", "review_by: ", "review_by: undecided # " if how == "a draft" else "reveiw_by: ")
        keeper = late.keeper(register, later)
        evidence, told = keeper.evidence()
        # What the purpose keeps while it can be read is kept as well when it cannot, and what may be about it.
        assert (before.rows, before.past, evidence.past, told.rows, told.past) == (5, 3, 2, 2, 0)
        assert f"schemas/purposes/{WEEKLY}.yaml" in told.id
        assert f"schemas/purposes/{WEEKLY}.yaml:" in told.obstacle
        assert keeper._delete(evidence).deleted == 2
        assert {str(kept.content["purpose"]) for kept in register.evidence.due(date.max)} == {WEEKLY, "gone", ""}
    told_on_screen = made.lapipe("retain", "--plan", "plan.json")
    assert (told_on_screen.code, told_on_screen.err) == (1 if date.today() > TODAY else 0, "")


# --- files, shares, plans --------------------------------------------------------------------------------------------


def landing(made: Small, dated_by: str = "name", pattern: str = "**/*.csv") -> Path:
    folder = made.root / "landing"
    folder.mkdir(exist_ok=True)
    made.declare([f"{{name: exports, form: files, pattern: '{pattern}', dated_by: {dated_by}, term: P1M, anchor: release}}"], stores={"exports": "landing"})
    return folder


def test_files_go_by_the_one_day_in_their_name_and_no_other_is_touched(tmp_path: Path) -> None:
    made = small(tmp_path)
    folder = landing(made)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "log_2020-01-01.csv").write_text("x")
    (folder / "linked").symlink_to(tmp_path / "outside")
    (folder / "sub").mkdir()
    kept = ["log_2026-10-24.csv", "log_01022020.csv", "log_2020-01-01_2020-02-01.csv", "log.csv", "log_2020-01-01.txt", "log_2027-01-01.csv", "hard_2020-01-01.csv",
            "log_2020-02-30.csv"]
    gone = ["log_2026-10-23.csv", "log_20200101.csv", "sub/log_2020-01-01.csv"]
    for name in [*kept, *gone]:
        (folder / name).write_text("x")
    os.link(folder / "hard_2020-01-01.csv", tmp_path / "hard")
    (folder / "log_2019-01-01.csv").symlink_to(tmp_path / "outside" / "log_2020-01-01.csv")
    outcomes = made.retain()
    assert {outcome.item.id for outcome in outcomes if outcome.deleted} == {f"file exports/{name}" for name in gone}
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == sorted([*kept, "log_2019-01-01.csv"])
    assert (tmp_path / "outside" / "log_2020-01-01.csv").exists()
    with made.register() as register:
        body = next(entry.body for entry in register.entries() if entry.kind == DONE)
        assert (body["item"], body["deleted"]) == ("data exports", 3)
        assert "2020" not in repr([entry.body for entry in register.entries() if "oldest left" not in entry.body])


def test_files_go_by_the_day_they_were_written_in_the_declared_zone(tmp_path: Path) -> None:
    made = small(tmp_path)
    folder = landing(made, "written")
    for name, moment in (("young.csv", datetime(2026, 10, 23, 22, 0, tzinfo=UTC)), ("old.csv", datetime(2026, 10, 23, 21, 59, tzinfo=UTC))):
        (folder / name).write_text("x")
        os.utime(folder / name, (moment.timestamp(), moment.timestamp()))
    made.retain()
    assert [path.name for path in folder.iterdir()] == ["young.csv"]


@pytest.mark.parametrize("place", [".", "out", "schemas", ".lapipe", ".lapipe/quarantine", "..", "../keys"])
def test_the_projects_own_files_are_no_data_whatever_is_declared(tmp_path: Path, place: str) -> None:
    made = small(tmp_path)
    made.release("r1", TODAY)
    for each in (".lapipe/quarantine", ".lapipe/ledger", "../keys"):
        (made.root / each).mkdir(parents=True)
    (made.root.parent / "keys" / "ring.json").write_text("{}")
    made.declare(["{name: all, form: files, pattern: '**/*', dated_by: written, term: P1D, anchor: release}"], stores={"all": place})
    item = next(each for each in made.plan(tmp_path / "plan.json", TODAY + timedelta(days=9000)) if each.group == "all")
    assert "LP513" in item.obstacle
    made.plan(tmp_path / "plan.json")
    assert all(outcome.passed_over.startswith("could not be looked at: LP513") for outcome in made.apply(tmp_path / "plan.json") if outcome.item.group == "all")


@pytest.mark.parametrize("pattern", ["../*.csv", "/etc/*", "~/x", "a/../../b"])
def test_a_pattern_that_leaves_its_folder_is_no_declaration(tmp_path: Path, pattern: str) -> None:
    made = small(tmp_path)
    landing(made, pattern=pattern)
    with pytest.raises(DeclarationFault, match="pattern"):
        made.plan(made.root / "plan.json")


def test_more_than_the_declared_share_stops_before_anything_is_deleted_until_it_is_allowed_by_name(tmp_path: Path) -> None:
    made = small(tmp_path)
    folder = data_set(made, "P1Y")
    monthly(folder)
    made.release("r1", TODAY - timedelta(days=1))
    made.release("r2", TODAY)
    made.declare(["{name: log, form: parquet, column: at, term: P1Y, anchor: event}"], stores={"log": "store"}, more="share: 0.45")
    before = rows_of(folder)
    made.plan(made.root / "plan.json")
    with pytest.raises(Refused, match="LP514 1 of 2 pieces of 'releases'"):
        made.apply(made.root / "plan.json")
    with pytest.raises(Refused, match="LP514 303 of 672 rows of 'log'"):
        made.apply(made.root / "plan.json", allowed=["releases"])
    assert rows_of(folder) == before
    assert (made.out / "numbers" / "all" / "r1").exists()
    assert len(made.apply(made.root / "plan.json", allowed=["releases", "log"])) == 2
    assert len(rows_of(folder)) == 672 - 303


def test_what_was_not_reviewed_stays(tmp_path: Path) -> None:
    made = small(tmp_path)
    folder = data_set(made, "P1Y")
    monthly(folder)
    plan = made.root / "plan.json"
    made.plan(plan)
    # A day later more is past its term than was reviewed: only what was reviewed goes.
    made.apply(plan, TODAY + timedelta(days=3))
    assert min(at for _, at in rows_of(folder)) == date(2025, 11, 24)
    # A term that became longer since counts; rows that came late were not reviewed.
    made.plan(plan, TODAY + timedelta(days=10))
    pq.write_table(pa.table({"n": [1], "at": [date(2020, 1, 1)]}), folder / "late.parquet")
    (outcome,) = made.apply(plan, TODAY + timedelta(days=10))
    assert "more is past its term than was reviewed" in outcome.passed_over
    made.plan(plan, TODAY + timedelta(days=10))
    data_set(made, "P7Y")
    (outcome,) = made.apply(plan, TODAY + timedelta(days=10))
    assert "no longer past its term" in outcome.passed_over
    assert (folder / "late.parquet").exists()
    with pytest.raises(Refused, match="LP515"):
        made.apply(plan, TODAY + timedelta(days=60))
    with pytest.raises(Refused, match="LP514 It is 2026-11-24"):
        made.apply(plan, TODAY)
    content = json.loads(plan.read_text())
    plan.write_text(json.dumps({**content, "items": []}))
    data_set(made, "P1Y")
    assert made.apply(plan, TODAY + timedelta(days=10)) == []


def test_a_plan_of_another_register_or_that_is_none_is_refused(tmp_path: Path) -> None:
    made = small(tmp_path)
    plan = made.root / "plan.json"
    made.plan(plan)
    assert plan.stat().st_mode & 0o777 == 0o600
    (made.root / "register.sqlite").unlink()
    made.register(TODAY - timedelta(days=1)).close()
    with pytest.raises(UsageFault, match="another register"):
        made.apply(plan)
    plan.write_text("{}")
    with pytest.raises(UsageFault, match="no plan"):
        made.apply(plan)


def test_the_terms_that_the_readme_shows_can_be_declared(tmp_path: Path) -> None:
    import re

    from tests.retained import ORGANISATION

    [block] = re.findall(r"```yaml\n(retention:\n.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    commented = (ROOT / "schemas" / "organisation.yaml").read_text("utf-8").split("# retention:\n")[1].partition("# Who else")[0]
    for text, number in ((block, 4), ("retention:\n" + re.sub(r"^# ?", "", commented, flags=re.MULTILINE), 2)):
        path = tmp_path / "organisation.yaml"
        path.write_text(ORGANISATION + text, encoding="utf-8")
        assert len(load_organisation(path).retention.data) == number


@pytest.mark.parametrize(("data", "says"), [
    ("{name: log, form: parquet, column: at, term: P1X, anchor: event}", "duration"),
    ("{name: log, form: parquet, term: P1Y, anchor: event}", "lacks column"),
    ("{name: log, form: files, pattern: x, dated_by: name, column: at, term: P1Y, anchor: event}", "does not belong"),
    ("{name: log, form: table, column: at, term: P1Y, anchor: graduation}", "ends"),
    ("{name: log, form: table, column: at, term: P1Y, anchor: graduation, ends: {data: students, key: student, column: graduated}}", "matches"),
    ("{name: log, form: table, column: at, term: P1Y, anchor: event, zone: Europe/Amsterdm}", "Europe/Amsterdam"),
    ("{name: log, form: table, column: at, term: P1Y, anchor: birthday}", "anchor"),
])
def test_a_term_that_is_declared_wrong_is_a_fault_with_its_line(tmp_path: Path, data: str, says: str) -> None:
    made = small(tmp_path)
    made.declare([data], stores={"log": "store"})
    with pytest.raises(DeclarationFault, match=says) as fault, made.register() as register:
        made.keeper(register)
    assert "organisation.yaml:" in str(fault.value)


def test_the_command_lists_and_deletes_and_status_says_what_it_would_do(tmp_path: Path) -> None:
    made = project(tmp_path)
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    store = made.root / "store"
    store.mkdir()
    pq.write_table(pa.table({"at": [date(2020, 1, 1), date(2020, 2, 1), date.today(), date.today(), None]}), store / "a.parquet")
    with (made.root / "schemas/organisation.yaml").open("a", encoding="utf-8") as stream:
        stream.write("retention:\n  zone: Europe/Amsterdam\n  data:\n    - {name: marks, form: parquet, column: at, term: P1Y, anchor: event}\n")
    assert "does not say where it is" in made.lapipe("status").out
    with (made.root / "lapipe.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[profiles.dev.stores]\nmarks = "store"\n')
    told = made.lapipe("status")
    assert "2 of 5 rows are past their term (P1Y after event), the oldest of 2020-01-01" in told.out
    assert "1 of 5 rows have no day" in told.out
    done = made.lapipe("retain", "--plan", "plan.json")
    assert (done.code, done.err) == (0, "")
    assert f"- data marks in {store}: 2 of 5 rows; P1Y after event; oldest 2020-01-01; 1 without a day" in done.out
    assert made.lapipe("retain", "--plan", "plan.json").code == 2
    done = made.lapipe("retain", "--apply", "plan.json", "--format", "json")
    assert json.loads(done.out) == [{"id": "data marks", "deleted": 2, "passed_over": ""}]
    assert pq.read_table(store / "a.parquet").num_rows == 3
    assert made.lapipe("retain", "--apply", "plan.json").code == 1
    assert made.lapipe("retain").code == 2
    assert made.lapipe("explain", "LP514").code == 0


@pytest.mark.parametrize("how", ["no server", "no place", "no folder", "no column", "no day"])
def test_what_could_not_be_looked_at_is_told_and_the_command_fails(tmp_path: Path, how: str) -> None:
    made = project(tmp_path)
    store = made.root / "store"
    store.mkdir()
    with Register.open(made.register, clock=lambda: datetime.now(UTC)) as register:
        register.append("note", {"made": "for a test"})
    pq.write_table(pa.table({"at": ["01/02/2020"] if how == "no day" else [date.today()]}), store / "a.parquet")
    with (made.root / "schemas/organisation.yaml").open("a", encoding="utf-8") as stream:
        form, column = "table" if how == "no server" else "parquet", "day" if how == "no column" else "at"
        stream.write(f"retention:\n  zone: Europe/Amsterdam\n  data:\n    - {{name: marks, form: {form}, column: {column}, term: P1Y, anchor: event}}\n")
    place = {"no server": "postgresql://nobody@127.0.0.1:1/none?table=log", "no folder": "elsewhere"}.get(how, "store")
    if how != "no place":
        with (made.root / "lapipe.toml").open("a", encoding="utf-8") as stream:
            stream.write(f'\n[profiles.dev.stores]\nmarks = "{place}"\n')
    for arguments in (("--plan", "plan.json"), ("--apply", "plan.json")):
        done = made.lapipe("retain", *arguments)
        assert done.code == 1
        assert "! data marks" in done.out
        assert "could not be looked at: " in done.out
    told = json.loads(made.lapipe("retain", "--apply", "plan.json", "--format", "json").out)
    assert [(each["id"], each["deleted"]) for each in told] == [("data marks", 0)]


def test_the_screen_names_no_file_of_a_source_and_the_plan_of_its_owner_does(tmp_path: Path) -> None:
    made = project(tmp_path)
    store = made.root / "store"
    store.mkdir()
    with Register.open(made.register, clock=lambda: datetime.now(UTC)) as register:
        register.append("note", {"made": "for a test"})
    for name in ("jansen_2020-01-01", "devries_2020-02-01", f"bakker_{date.today()}", "smit_01022020", "visser"):
        (store / f"{name}.csv").write_text("x")
    rows = made.root / "rows"
    rows.mkdir()
    pq.write_table(pa.table({"at": [date(2020, 1, 1), date.today()]}), rows / "mulder.parquet")
    with (made.root / "schemas/organisation.yaml").open("a", encoding="utf-8") as stream:
        stream.write("retention:\n  zone: Europe/Amsterdam\n  share: 1\n  data:\n    - {name: exports, form: files, pattern: '*.csv', dated_by: name, term: P1M, anchor: release}\n"
                     "    - {name: marks, form: parquet, column: at, term: P1Y, anchor: event}\n")
    with (made.root / "lapipe.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[profiles.dev.stores]\nexports = "store"\nmarks = "rows"\n')
    said = [made.lapipe("status"), made.lapipe("status", "--format", "json"), made.lapipe("retain", "--plan", "one.json"),
            made.lapipe("retain", "--plan", "two.json", "--format", "json"), made.lapipe("retain", "--apply", "one.json"),
            made.lapipe("retain", "--apply", "two.json", "--format", "json")]
    status, _, planned, _, applied, _ = said
    assert "2 of 3 files are past their term (P1M after release), the oldest of 2020-01-01" in status.out
    assert f"- data exports in {store}: 2 of 3 files; P1M after release; oldest 2020-01-01" in planned.out
    assert f"! data exports in {store}: 0 of 2 files; P1M after release; could not be looked at: LP512" in planned.out
    assert "data exports: 2 files deleted" in applied.out
    assert all(each.code == 1 for each in said)
    plan = (made.root / "one.json").read_text()
    for name in ("jansen", "devries", "bakker", "smit", "visser", "mulder"):
        assert name in plan
        assert all(name not in each.out + each.err for each in said)


def test_production_deletes_data_only_by_terms_that_were_approved_and_releases_all_the_same(tmp_path: Path) -> None:
    made = small(tmp_path)
    rows = made.root / "rows"
    rows.mkdir()
    pq.write_table(pa.table({"at": [date(2020, 1, 1), TODAY]}), rows / "marks.parquet")
    made.declare(["{name: marks, form: parquet, column: at, term: P1Y, anchor: event}"], stores={"marks": str(rows)})
    made.release("r1", TODAY - timedelta(days=1), today=date(2025, 11, 1))
    waiting = made.root / ".lapipe" / "quarantine" / "r1"
    waiting.mkdir(parents=True)
    (waiting / "log.jsonl").write_text("{}\n")
    key = create_signing_key(tmp_path / "officer.json")
    file, toml = made.root / "schemas/organisation.yaml", made.root / "lapipe.toml"
    file.write_text(file.read_text("utf-8").replace("privacy_officer: []", f"privacy_officer: ['{key.public}']") + "project: example\napprovers: [privacy_officer]\n", encoding="utf-8")
    settings = toml.read_text("utf-8")
    # A profile that demands nothing, over data of one that does, is held to its approvals.
    toml.write_text(settings + f'[profiles.prod]\nregister = "other.sqlite"\nout = "other"\nkeys = "{tmp_path}/other.json"\n[profiles.prod.stores]\nmarks = "{rows}"\n', encoding="utf-8")

    def approve(day: date) -> None:
        organisation = load_organisation(file)
        before = load_approvals(made.root).given.get((ORGANISATION, "privacy_officer"))
        write_approval(sign(key, "privacy_officer", approves=ORGANISATION, declared=organisation_sha256(organisation, {"dev": False, "prod": True}), plans=(),
                            organisation=organisation, expires=day + timedelta(days=30), today=day, before=before), made.root)

    outcomes = {each.item.id: each for each in made.retain()}
    assert outcomes["release numbers/all/r1"].deleted == 1, "a release goes by the term that its purpose was approved with"
    for id in ("data marks", "quarantine r1/log.jsonl"):
        assert re.search("is not touched: profile prod deletes data only by terms that were approved.*no approval of the organisation", outcomes[id].passed_over), id
    assert pq.read_table(rows / "marks.parquet").num_rows == 2
    approve(date(2025, 11, 24))
    text = file.read_text("utf-8")
    file.write_text(text.replace("P1Y", "P1M"), encoding="utf-8")
    assert "for another state of organisation.yaml" in {each.item.id: each for each in made.retain()}["data marks"].passed_over
    file.write_text(text, encoding="utf-8")
    old = (made.root / "schemas/approvals/_organisation.privacy_officer.yaml").read_text("utf-8")
    # It ran out a year ago, and approved these terms all the same: what was to go on time goes.
    assert {each.item.id: each.deleted for each in made.retain()} == {"data marks": 1, "quarantine r1/log.jsonl": 1}
    with made.register() as register:
        assert [entry.body["approvals"][0]["number"] for entry in register.entries(kinds=(BEGUN,)) if "approvals" in entry.body] == [1, 1]  # type: ignore[index, call-overload]
    # Longer terms, approved since; then the old ones are put back with their approval.
    file.write_text(text.replace("P1Y", "P5Y"), encoding="utf-8")
    approve(TODAY)
    pq.write_table(pa.table({"at": [date(2018, 1, 1), date(2024, 1, 1), TODAY]}), rows / "marks.parquet")
    assert [each.deleted for each in made.retain() if each.item.id == "data marks"] == [1]
    file.write_text(text, encoding="utf-8")
    (made.root / "schemas/approvals/_organisation.privacy_officer.yaml").write_text(old, encoding="utf-8")
    assert "an older approval was put back" in {each.item.id: each for each in made.retain()}["data marks"].passed_over
    assert pq.read_table(rows / "marks.parquet").num_rows == 2


def test_a_release_that_went_is_told_as_a_release(tmp_path: Path) -> None:
    made = project(tmp_path)
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    for term in (["release", "releases"], ["ledger", "parts"]):
        with Register.open(made.register, clock=lambda: datetime.now(UTC)) as register:
            items = [item for item in Small(made.root).keeper(register).items() if item.what == term[0]]
        assert items
        assert all(item.unit == term[1] for item in items)
    assert _counted(Outcome(items[0], 1)) == "1 part"
    assert _counted(Outcome(items[0], 2)) == "2 parts"


def test_a_file_that_somebody_writes_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lapipe.retention import parquet

    made = small(tmp_path)
    folder = data_set(made, "P1Y")
    path = folder / "a.parquet"
    pq.write_table(pa.table({"at": [date(2020, 1, 1), TODAY]}), path)
    real = parquet.Rows._judged

    def judged(self: Any, *given: Any) -> Any:
        if "retain" in "".join(each.name for each in folder.iterdir()):
            pq.write_table(pa.table({"at": [TODAY, TODAY, TODAY]}), path)
        return real(self, *given)
    made.plan(made.root / "plan.json")
    monkeypatch.setattr(parquet.Rows, "_judged", judged)
    (outcome,) = made.apply(made.root / "plan.json")
    assert "LP515" in outcome.passed_over
    assert rows_of(folder) == Counter({(TODAY,): 3})
    assert issubclass(Refused, LapipeError)
