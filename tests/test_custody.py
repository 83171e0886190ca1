"""Keys that are rotated and destroyed: nobody gets another pseudonym unasked, and a destroyed key stays destroyed."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import random
import shutil
import signal
import time as clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from lapipe.choices import cases
from lapipe.custody import DESTROYED, ROTATED, Effect, custody, destroy, rotate
from lapipe.errors import Refused, RegisterFault, UsageFault
from lapipe.identities import Person
from lapipe.keys import KeyRing
from lapipe.ledger import Ledger, ledger_ring
from lapipe.project import load_project
from lapipe.register import Register
from lapipe.release import verify_release
from lapipe.subjects import Desk
from tests.projects import STUDENT_NUMBERS, TODAY, WEEKLY, Project, leaks, project
from tests.test_subjects import OFFICER, Desks, ledger

NOTHING = Effect((), 0)


@pytest.fixture
def made(tmp_path: Path) -> Project:
    """A project that ran once."""
    built = project(tmp_path, TODAY)
    built.export("students").chmod(0o600)
    run(built, "r1")
    return built


def run(built: Project, id: str, today: date = TODAY) -> Any:
    return built.go(run_id=id, ledger=ledger(built), today=today)


def register(built: Project, today: date = TODAY) -> Register:
    return Register.open(built.register, clock=lambda: datetime.combine(today, time(12), UTC))


def manifest(built: Project, id: str, name: str = "moodle_activity") -> dict[str, Any]:
    said: dict[str, Any] = json.loads((built.out / name / "all" / id / "manifest.json").read_text("utf-8"))
    return said


def people(built: Project, id: str) -> set[str]:
    import pyarrow.parquet as pq

    return set(pq.read_table(built.out / "moodle_activity" / "all" / id / "data.parquet").column("student").to_pylist())


# --- check values ----------------------------------------------------------------------------------------------------


def test_the_manifest_of_people_and_the_register_hold_a_check_value_that_gives_no_key_away(made: Project) -> None:
    ring = KeyRing.open(made.ring)
    (name,) = ring.names
    said = manifest(made, "r1")
    assert said["key_check"] == ring.check_values() == {name: said["key_check"][name]}
    assert len(said["key_check"][name]) == 32
    assert said["key_check"][name] != KeyRing.open(made.ring.with_name("ring.ledger.json")).check_value()
    with register(made) as opened:
        assert custody(opened).checks == ring.check_values()
        assert custody(opened).last == {WEEKLY: ring.check_values()}
    master = json.loads(made.ring.read_text())["keys"][0]["master"]
    assert master.encode() not in made.said() + json.dumps(said).encode()


@pytest.mark.parametrize("how", ["another ring", "another key under the name", "no ring"])
def test_a_wrong_or_missing_key_is_refused_and_gives_no_other_pseudonyms(made: Project, how: str) -> None:
    ring = json.loads(made.ring.read_text())["keys"]
    made.ring.unlink()
    if how == "another ring":
        KeyRing.create(made.ring, today=TODAY)
    elif how == "another key under the name":
        from lapipe.keys import _document, _write

        _write(made.ring, _document({ring[0]["id"]: bytes(range(32))}, None))
    rule = "LP604" if how == "no ring" else "LP616"
    with pytest.raises(RegisterFault, match=rule):
        run(made, "r2")
    assert not (made.out / "moodle_activity" / "all" / "r2").exists()
    asks: tuple[Callable[[Desk, Person], object], ...] = (
        lambda desk, person: desk.find(person),
        lambda desk, person: desk.erase(person, made.root / "notices", OFFICER, ground="withdrawn", received=TODAY),
        lambda desk, person: desk.export(person, made.base / "package", OFFICER, received=TODAY))
    for ask in asks:
        with Desks(made) as desk:
            person = desk.person([("", f"s{STUDENT_NUMBERS[3]}")])
            with pytest.raises(RegisterFault, match="LP616"):
                ask(desk, person)


# --- rotation --------------------------------------------------------------------------------------------------------


def test_a_rotated_key_makes_new_pseudonyms_from_its_day_on_and_people_are_found_under_both(made: Project) -> None:
    tomorrow = TODAY + timedelta(days=1)
    before = KeyRing.open(made.ring).names[0]
    with register(made) as opened:
        old, new = rotate(made.ring, opened, today=TODAY, since=tomorrow)
    assert old == before
    run(made, "r2")
    assert people(made, "r2") == people(made, "r1")
    with Desks(made) as desk:
        person = desk.person([("", f"s{STUDENT_NUMBERS[3]}")])
        desk.object(person, [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
    run(made, "r3", tomorrow)
    assert not people(made, "r3") & people(made, "r1")
    assert len(people(made, "r3")) == len(people(made, "r1")) - 1, "the objection holds under the new key"
    assert (manifest(made, "r2")["key"], manifest(made, "r3")["key"]) == (old, new)
    with Desks(made, tomorrow) as desk:
        found = desk.find(person, landing=False)
        assert sorted(str(each.manifest["run"]) for each in found.holding) == ["r1", "r2"]
    with register(made, tomorrow) as opened:
        (entry,) = [entry.body for entry in opened.entries() if entry.kind == ROTATED]
        assert (entry["key"], entry["before"], entry["from"]) == (new, old, "2026-11-25")
        assert opened.verify().findings == ()


@pytest.mark.parametrize("passphrase", [None, "een lange wachtzin"])
def test_rotation_and_destruction_keep_the_file_owner_only_and_encrypted_as_it_was(tmp_path: Path, passphrase: str | None) -> None:
    path = tmp_path / "ring.json"
    KeyRing.create(path, today=TODAY, passphrase=passphrase)
    first = path.read_bytes()
    old = os.open(path, os.O_RDONLY)
    KeyRing.rotate(path, today=TODAY, since=TODAY, passphrase=passphrase)
    assert path.stat().st_mode & 0o777 == 0o600
    assert ("encryption" in json.loads(path.read_text())) is (passphrase is not None)
    assert os.read(old, 100_000) == bytes(len(first)), "what stood there is overwritten"
    os.close(old)
    ring = KeyRing.open(path, passphrase=passphrase)
    with pytest.raises(UsageFault, match="in use"):
        KeyRing.destroy(path, ring.names[1], today=TODAY, passphrase=passphrase)
    KeyRing.destroy(path, ring.names[0], today=TODAY, passphrase=passphrase)
    assert KeyRing.open(path, passphrase=passphrase).names == ring.names[1:]
    KeyRing.destroy(path, ring.names[1], today=TODAY, passphrase=passphrase)
    assert not path.exists()


def test_a_key_is_used_from_the_day_that_was_given_and_never_from_the_past(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    first = KeyRing.create(path, today=TODAY).names[0]
    with pytest.raises(UsageFault, match="from today on"):
        KeyRing.rotate(path, today=TODAY, since=TODAY - timedelta(days=1))
    second = KeyRing.rotate(path, today=TODAY, since=TODAY + timedelta(days=7)).names[1]
    with pytest.raises(UsageFault, match="from today on"):
        KeyRing.rotate(path, today=TODAY, since=TODAY + timedelta(days=6))
    ring = KeyRing.open(path)
    assert [ring.current(TODAY + timedelta(days=days)) for days in (0, 6, 7, 99)] == [first, first, second, second]
    assert ring.pseudonyms(purpose="p", domain="d", today=TODAY).of(["1"]) == KeyRing.open(path).every(purpose="p", domain="d")[0].of(["1"])
    assert ring.pseudonyms(purpose="p", domain="d", today=TODAY).key_id == first
    with pytest.raises(UsageFault, match="in use"):
        KeyRing.destroy(path, first, today=TODAY)


def test_the_ledgers_key_and_its_marks_survive_rotating_and_destroying_the_projects(made: Project) -> None:
    with Desks(made) as desk:
        desk.object(desk.person([("", f"s{STUDENT_NUMBERS[3]}")]), [desk.purpose(WEEKLY)], route="21(1)", received=TODAY)
    beside = made.ring.with_name("ring.ledger.json")
    before = beside.read_bytes()
    with register(made) as opened:
        old, _ = rotate(made.ring, opened, today=TODAY, since=TODAY)
        destroy(made.ring, opened, old, NOTHING, today=TODAY)
        with Ledger.opened(ledger(made), ledger_ring(made.ring, ledger(made), today=TODAY), opened) as remembered:
            assert remembered.earlier("moodle_user", TODAY)
    assert beside.read_bytes() == before
    # The objection that was recorded before still keeps its person out.
    assert len(people(made, run(made, "r2").id)) == len(people(made, "r1")) - 1
    with register(made) as opened:
        assert len(cases(opened)) == 1


WAIVER = "exceptions:\n  - {setting: keys.relink, value: true, reason: 'The study of the cohort of 2026 goes on until its last year', approved_by: privacy_officer}\n"


def test_a_running_study_is_relinked_where_its_purpose_allows_it_and_nobody_is_lost(made: Project) -> None:
    import pyarrow.parquet as pq

    folder = made.out / "moodle_activity" / "all" / "r1"
    with register(made) as opened:
        _, new = rotate(made.ring, opened, today=TODAY, since=TODAY)
    run(made, "r2")
    before = pq.read_table(folder / "data.parquet")
    with pytest.raises(Refused, match="LP108"), Desks(made) as desk:
        desk.relink(folder)
    allow_relinking(made)
    with Desks(made) as desk:
        assert desk.relink(folder) == before.num_rows
    assert people(made, "r1") == people(made, "r2")
    after = pq.read_table(folder / "data.parquet")
    rest = [name for name in before.column_names if name != "student"]
    assert sorted(map(repr, after.select(rest).to_pylist())) == sorted(map(repr, before.select(rest).to_pylist()))
    assert (manifest(made, "r1")["key"], manifest(made, "r1")["key_check"]) == (new, {new: KeyRing.open(made.ring).check_values()[new]})
    with register(made) as opened:
        verify_release(folder, today=TODAY, register=opened)
        assert opened.verify().findings == ()
    with pytest.raises(UsageFault, match="already"), Desks(made) as desk:
        desk.relink(folder)
    with pytest.raises(UsageFault, match="no run's folder"), Desks(made) as desk:
        desk.relink(made.out / "weekly_activity")


def allow_relinking(made: Project) -> None:
    declaration = made.root / "schemas" / "purposes" / f"{WEEKLY}.yaml"
    text = declaration.read_text("utf-8")
    assert "exceptions:" in text
    declaration.write_text(text.replace("exceptions:\n", WAIVER) if "exceptions:\n" in text else text.replace("exceptions: []\n", WAIVER), encoding="utf-8")


def test_a_release_in_another_folder_is_relinked_where_that_is_named(made: Project) -> None:
    elsewhere = made.base / "elsewhere"
    made.go(run_id="r2", ledger=ledger(made), out=elsewhere)
    folder = elsewhere / "moodle_activity" / "all" / "r2"
    with register(made) as opened:
        _, new = rotate(made.ring, opened, today=TODAY, since=TODAY)
    allow_relinking(made)
    refused = made.lapipe("keys", "relink", folder)
    assert (refused.code, "name another folder of releases with --out" in refused.err) == (2, True)
    done = made.lapipe("keys", "relink", folder, "--out", elsewhere)
    assert (done.code, done.err) == (0, "")
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["key"] == new
    with register(made) as opened:
        verify_release(folder, today=TODAY, register=opened)


def test_a_relinking_that_would_lose_somebody_changes_nothing(made: Project) -> None:
    folder = made.out / "moodle_activity" / "all" / "r1"
    before = (folder / "data.parquet").read_bytes()
    with register(made) as opened:
        rotate(made.ring, opened, today=TODAY, since=TODAY)
    allow_relinking(made)
    lines = made.export("students").read_text("utf-8").splitlines(keepends=True)
    made.export("students").write_text("".join(lines[:-3]), encoding="utf-8")
    with pytest.raises(Refused, match="LP501 Some rows|LP501 [0-9]+ rows"), Desks(made) as desk:
        desk.relink(folder)
    assert (folder / "data.parquet").read_bytes() == before
    with register(made) as opened:
        verify_release(folder, today=TODAY, register=opened)


# --- destruction -----------------------------------------------------------------------------------------------------


def test_releases_of_a_destroyed_key_stay_what_they_are_and_requests_follow_article_11(made: Project) -> None:
    with register(made) as opened:
        old, _ = rotate(made.ring, opened, today=TODAY, since=TODAY)
        destroy(made.ring, opened, old, NOTHING, today=TODAY)
    run(made, "r2")
    with Desks(made) as desk:
        found = desk.find(desk.person([("", f"s{STUDENT_NUMBERS[3]}")]), landing=False)
        assert {(str(each.manifest["run"]), "art. 11" in each.obstacle) for each in found.releases if not each.statistics} == {("r1", True), ("r2", False)}
        desk.erase(desk.person([("", f"s{STUDENT_NUMBERS[3]}")]), made.root / "notices", OFFICER, ground="withdrawn", received=TODAY)
    assert (manifest(made, "r1")["kind"], manifest(made, "r1")["erase_by"]) == ("pseudonyms", "2028-11-24")


def test_a_backup_that_brings_a_destroyed_key_back_is_found_under_any_name(made: Project) -> None:
    from lapipe.keys import _document, _write

    backup = made.base / "backup.json"
    shutil.copy(made.ring, backup)
    with register(made) as opened:
        old, _ = rotate(made.ring, opened, today=TODAY, since=TODAY)
        destroy(made.ring, opened, old, NOTHING, today=TODAY)
        new = KeyRing.open(made.ring)
    master = dict(KeyRing.open(backup)._masters())[old]
    for masters in ({old: master}, {"renamed": master}, {"renamed": master, **new._masters()}):
        made.ring.unlink()
        _write(made.ring, _document(masters, None))
        with pytest.raises(RegisterFault, match="LP617"):
            run(made, "r2")
        with pytest.raises(RegisterFault, match="LP617"), Desks(made) as desk:
            desk.ring()
        with pytest.raises(RegisterFault, match="LP617"), register(made) as opened:
            rotate(made.ring, opened, today=TODAY, since=TODAY)
    # It is destroyed again under the name it has now, and the run goes on.
    with register(made) as opened:
        destroy(made.ring, opened, "renamed", NOTHING, today=TODAY)
    run(made, "r3")
    assert manifest(made, "r3")["key"] == new.names[0]


def test_a_destruction_that_was_interrupted_is_found_and_ended_by_doing_it_again(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with register(made) as opened:
        old, _ = rotate(made.ring, opened, today=TODAY, since=TODAY)
        with monkeypatch.context() as patch:
            patch.setattr(KeyRing, "destroy", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                destroy(made.ring, opened, old, NOTHING, today=TODAY)
        with pytest.raises(RegisterFault, match="LP617"):
            run(made, "r2")
        destroy(made.ring, opened, old, NOTHING, today=TODAY)
        assert len([entry for entry in opened.entries() if entry.kind == DESTROYED]) == 1
    run(made, "r2")


def test_after_the_last_key_is_destroyed_a_new_ring_may_be_made(made: Project) -> None:
    with register(made) as opened:
        destroy(made.ring, opened, KeyRing.open(made.ring).names[0], NOTHING, today=TODAY)
    with Desks(made) as desk:
        found = desk.find(desk.person([("", f"s{STUDENT_NUMBERS[3]}")]), landing=False)
        assert all("art. 11" in each.obstacle for each in found.releases if not each.statistics)
    KeyRing.create(made.ring, today=TODAY)
    run(made, "r2")
    assert not people(made, "r2") & people(made, "r1")


def test_a_destroyed_key_is_remembered_when_its_period_is_closed(made: Project) -> None:
    from lapipe.register import _KEPT

    assert {ROTATED, DESTROYED} <= set(_KEPT)


def _rotating(path: str, ready: Any) -> None:
    ready.set()
    for _ in range(10_000):
        KeyRing.rotate(Path(path), today=TODAY, since=TODAY)


def test_kill_9_while_rotating_never_loses_a_key_and_leaves_none_beside_the_ring(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["lapipe.keys", "tests.test_custody"])
    path, draw = tmp_path / "ring.json", random.Random(3)
    names = KeyRing.create(path, today=TODAY).names
    leftovers = 0
    for _ in range(25):
        ready = context.Event()
        child = context.Process(target=_rotating, args=(str(path), ready))
        child.start()
        assert ready.wait(60)
        clock.sleep(draw.uniform(0.01, 0.15))
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join(60)
        now = KeyRing.open(path).names
        assert now[:len(names)] == names
        leftovers += len(list(tmp_path.glob(".ring.json.????????")))
        names = KeyRing.rotate(path, today=TODAY, since=TODAY).names
        assert sorted(each.name for each in tmp_path.iterdir()) == [".ring.json.lock", "ring.json"]
    assert leftovers, "the kill never fell in the middle"


# --- the environment -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoded", [False, True])
def test_a_ring_in_the_environment_gives_the_same_pseudonyms_and_is_never_changed(made: Project, monkeypatch: pytest.MonkeyPatch, encoded: bool) -> None:
    content = made.ring.read_bytes()
    monkeypatch.setenv("LAPIPE_KEYS", base64.b64encode(content).decode() if encoded else content.decode())
    monkeypatch.setenv("LAPIPE_KEYS_LEDGER", made.ring.with_name("ring.ledger.json").read_text())
    place = Path("env:LAPIPE_KEYS")
    made.go(run_id="ci", ledger=ledger(made), keys=place)
    assert people(made, "ci") == people(made, "r1")
    with register(made) as opened:
        for act in (lambda: rotate(place, opened, today=TODAY, since=TODAY), lambda: KeyRing.destroy(place, "x", today=TODAY), lambda: KeyRing.create(place, today=TODAY)):
            with pytest.raises(UsageFault, match="LP604"):
                act()
    monkeypatch.setenv("LAPIPE_KEYS", "bm8=")
    with pytest.raises(RegisterFault, match="LP604"):
        KeyRing.open(place)
    monkeypatch.delenv("LAPIPE_KEYS")
    with pytest.raises(RegisterFault, match="LP604 There is no key ring in the environment variable LAPIPE_KEYS"):
        KeyRing.open(place)


def test_a_profile_may_name_the_environment(made: Project) -> None:
    made.edit("lapipe.toml", f'keys = "{made.ring}"', 'keys = "env:LAPIPE_KEYS"')
    assert load_project(made.root).profile.keys == Path("env:LAPIPE_KEYS")


# --- the commands ----------------------------------------------------------------------------------------------------


def test_the_commands_state_what_changes_and_ask_for_the_name(tmp_path: Path) -> None:
    made = project(tmp_path)
    made.export("students").chmod(0o600)
    assert made.lapipe("run", WEEKLY, "--run-id", "r1").code == 0
    old = KeyRing.open(made.ring).names[0]
    rotated = made.lapipe("keys", "rotate")
    assert (rotated.code, rotated.err) == (0, "")
    for said in ("cannot be joined", "1 releases are there", "moodle_activity of run r1: pseudonyms", "Objections, consents and requests: all 0 hold", "time series"):
        assert said in rotated.out
    listed = made.lapipe("keys", "list").out.splitlines()
    assert [line.split(",")[0].split("  ")[1].split(" ")[0] for line in listed] == ["kept", "in"]
    unnamed = made.lapipe("keys", "destroy")
    assert (unnamed.code, "asks for its name" in unnamed.err) == (2, True)
    assert made.lapipe("keys", "destroy", "--name", "nothing").code == 2
    assert made.lapipe("keys", "destroy", "--name", KeyRing.open(made.ring).names[1]).code == 2
    assert made.lapipe("keys", "destroy", "--keys", made.ring.with_name("ring.ledger.json"), "--name", "x").code == 2
    assert KeyRing.open(made.ring).names[0] == old
    destroyed = made.lapipe("keys", "destroy", "--name", old)
    assert (destroyed.code, destroyed.err) == (0, "")
    for said in ("art. 11", "moodle_activity of run r1: pseudonyms", "erase by", f"Destroyed {old}"):
        assert said in destroyed.out
    told = {each["key"]: each["state"] for each in json.loads(made.lapipe("keys", "list", "--format", "json").out)}
    assert told == {old: "destroyed", KeyRing.open(made.ring).names[0]: "in use"}
    found = json.loads(made.lapipe("subject", "find", f"s{STUDENT_NUMBERS[3]}", "--format", "json").out)
    assert "art. 11" in next(each["not_searched"] for each in found["releases"] if each["release"] == "moodle_activity")
    assert made.lapipe("explain", "LP616").code == made.lapipe("explain", "LP617").code == 0
    assert not leaks(made.said())


def test_a_copy_of_the_ring_from_before_a_rotation_is_refused(made: Project) -> None:
    before = made.ring.read_bytes()
    with register(made) as opened:
        rotate(made.ring, opened, today=TODAY, since=TODAY)
    now = made.ring.read_bytes()
    made.ring.write_bytes(before)
    with pytest.raises(RegisterFault, match="LP616 .* which a rotation brought in"):
        run(made, "r2")
    made.ring.write_bytes(now)
    run(made, "r2")
    assert not people(made, "r1") & people(made, "r2")


def test_the_ring_of_another_project_is_not_rotated(made: Project, tmp_path: Path) -> None:
    KeyRing.create(tmp_path / "other.json", today=TODAY - timedelta(days=1))
    foreign = (tmp_path / "other.json").read_bytes()
    with register(made) as opened, pytest.raises(RegisterFault, match="LP616 .*another project's"):
        rotate(tmp_path / "other.json", opened, today=TODAY, since=TODAY)
    assert (tmp_path / "other.json").read_bytes() == foreign
    with register(made) as opened:
        assert not [entry for entry in opened.entries() if entry.kind == ROTATED]
