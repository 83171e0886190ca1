"""Approvals: what an officer signs is what runs; forged, replayed, stale and foreign approvals let nothing through."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lapipe.approval import (
    Approval,
    declared_sha256,
    earlier,
    load_approvals,
    named_contracts,
    sign,
    standing,
    void,
    write_approval,
)
from lapipe.check import check_project
from lapipe.errors import LapipeError, Refused, RegisterFault, UsageFault
from lapipe.keys import PassphraseNeeded
from lapipe.purpose import load_organisation
from lapipe.register import Register
from lapipe.signing import SigningKey, create_signing_key, is_signed, open_signing_key
from tests.projects import WEEKLY, Project, project
from tests.test_against import git

ORGANISATION = "schemas/organisation.yaml"
PURPOSE = f"schemas/purposes/{WEEKLY}.yaml"
PIPELINE = f"pipelines/{WEEKLY}.py"
APPROVAL = f"schemas/approvals/{WEEKLY}.privacy_officer.yaml"
#: The contracts that the purposes name, and one that none does: every check reads all there are.
TABLES = ("moodle_log_report", "moodle_logstore", "moodle_logstore_extract", "student", "student_extract", "objection", "oulad_objection",
          "oulad_student_assessment", "oulad_assessments", "oulad_courses")
BOTH = (WEEKLY, "moodle_weekly_extract")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the keys of the officer, of the manager and of an engineer who is neither."""
    folder = tmp_path_factory.mktemp("signing")
    for name in ("officer", "manager", "engineer"):
        create_signing_key(folder / name)
    return {name: folder / name for name in ("officer", "manager", "engineer")}


def public(path: Path) -> str:
    return open_signing_key(path).public


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, Path]) -> Project:
    """Give a project whose production demands approvals, with the officer's and the manager's key, and both purposes approved."""
    made = project(tmp_path_factory.mktemp("approved") / "one", ring=False)
    # The pipeline over forum posts reads other tables, and has a purpose of its own.
    for unread in ("pipelines/moodle_forum_posts.py", "schemas/purposes/moodle_forum_posts.yaml"):
        (made.root / unread).unlink()
    for path in (made.root / "schemas" / "tables").glob("*.yaml"):
        if path.name.partition(".")[0] not in TABLES:
            path.unlink()
    made.edit(ORGANISATION, "  privacy_officer: []", f"  privacy_officer: [{public(keys['officer'])}]")
    made.edit(ORGANISATION, "  functional_manager: []", f"  functional_manager: [{public(keys['manager'])}]\nproject: voorbeeld")
    text = (made.root / "lapipe.toml").read_text("utf-8")
    (made.root / "lapipe.toml").write_text(
        text.replace('register = "record', 'approvals = true\nregister = "record').replace('"dev"', '"prod"').replace("profiles.dev", "profiles.prod")
        + '[profiles.free]\nregister = "free.sqlite"\nout = "free"\n', encoding="utf-8")
    for purpose in (WEEKLY, "assessment_results"):
        done = approve(made, keys["officer"], purpose)
        assert done[0] == 0, done
    return made


@pytest.fixture
def made(made_once: Project) -> Iterator[Project]:
    """Give it, and put it back as it was: in one place its contracts are read once."""
    kept = made_once.base.with_name("kept")
    if not kept.exists():
        shutil.copytree(made_once.base, kept)
    yield made_once
    shutil.rmtree(made_once.base)
    shutil.copytree(kept, made_once.base)


def approve(made: Project, key: Path, purpose: str = WEEKLY, role: str = "privacy_officer", *more: str) -> tuple[int, str]:
    done = made.lapipe("approve", *([purpose] if purpose else []), "--role", role, "--key", key, *more)
    return done.code, done.out + done.err


def unapproved(made: Project, today: date | None = None) -> dict[str, str]:
    """Give the pipelines that are not approved, with the reason, and hold the check's findings against that."""
    done = check_project(made.root, today or datetime.now(UTC).date())
    reasons = {each.pipeline: each.standing.reason for each in done.approvals if each.standing.reason}
    assert len([finding for finding in done.findings if finding.rule == "LP109"]) == len(reasons)
    return reasons


def rewrite(made: Project, change: Callable[[str], str]) -> None:
    path = made.root / APPROVAL
    path.write_text(change(path.read_text("utf-8")), encoding="utf-8")


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_signing_key_is_its_owners_only_and_never_shown(tmp_path: Path) -> None:
    key = create_signing_key(tmp_path / "keys" / "fg.json", passphrase="kanariepiet")
    path = tmp_path / "keys" / "fg.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key.public in repr(key)
    assert len(repr(key)) < 80
    with pytest.raises(PassphraseNeeded):
        open_signing_key(path)
    with pytest.raises(RegisterFault, match="does not open"):
        open_signing_key(path, passphrase="kanariepiets")
    signature = open_signing_key(path, passphrase="kanariepiet").sign(b"read")
    assert is_signed(b"read", signature, key.public)
    assert not is_signed(b"reads", signature, key.public)
    with pytest.raises(RegisterFault, match="never overwritten"):
        create_signing_key(path)
    with pytest.raises(TypeError, match="not pickled"):
        key.__reduce__()


@pytest.mark.parametrize(("change", "told"), [
    (lambda path: path.chmod(0o640), "read by others"), (lambda path: path.write_text("{}"), "no signing key"),
    (lambda path: path.write_text(path.read_text()[:-40]), "no signing key"), (lambda path: path.unlink(), "does not exist"),
    (lambda path: path.write_text(re.sub(r'"secret": "..', '"secret": "00', path.read_text())), "no signing key"),
    (lambda path: (path.parent / "lapipe.toml").touch(), "outside every project"),
], ids=["open to others", "something else", "cut short", "gone", "another secret", "in a project"])
def test_a_signing_key_that_cannot_be_trusted_is_refused(change: Callable[[Path], None], told: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    while create_signing_key(path) and '"secret": "00' in path.read_text("utf-8"):
        path.unlink()
    change(path)
    with pytest.raises(LapipeError, match=told):
        open_signing_key(path)


def test_the_command_makes_a_key_and_prints_the_line_for_the_organisation(made: Project) -> None:
    done = made.lapipe("keys", "signing", made.base / "elsewhere" / "fg")
    assert done.code == 0
    assert f"- {public(made.base / 'elsewhere' / 'fg')}" in done.out
    assert made.lapipe("keys", "signing", made.root / "fg").code == 5


# --- what an approval binds -------------------------------------------------------------------------------------------


def test_what_the_officer_approved_is_approved_until_the_review(made: Project) -> None:
    assert unapproved(made) == {}
    done = made.lapipe("check", "--format", "json")
    told = {each["pipeline"]: each for each in json.loads(done.out)["approvals"]}
    review = re.search(r"review_by: (\S+)", (made.root / PURPOSE).read_text("utf-8"))
    assert done.code == 0
    assert set(told) == {*BOTH, "assessment_results"}
    assert review
    assert {(each["state"], each["until"]) for each in told.values()} == {("approved", review[1])}
    near = date.fromisoformat(review[1]) - timedelta(days=30)
    assert {each.standing.state(near) for each in check_project(made.root, near).approvals} == {"expiring"}


PROCESSOR = "processors: [{name: Wolk, contact: a@wolk.example, service: Opslag, agreement: Overeenkomst 2026-12}]"

#: What is changed of what was approved, in which file; all of it makes the approval void.
CHANGED = [
    ("a lower k", PURPOSE, "\nk: 10", "\nk: 12"), ("a comment that the officer read", PURPOSE, "\nk: 10", "\nk: 10   # toch?"),
    ("a longer term", PURPOSE, "keep_for: P2Y", "keep_for: P3Y"), ("a finer time", PURPOSE, "    time: week", "    time: day"),
    ("a later review", PURPOSE, "review_by: 20", "review_by: 21"),
    ("a category", "schemas/tables/student.odcs.yaml", "category: pd:Name", "category: pd:Other"),
    ("a pattern", "schemas/tables/moodle_log_report.odcs.yaml", "The user with id", "The person with id"),
    ("a stage's setting", PIPELINE, 'lag="P2D"', 'lag="P1D"'), ("a stage less", PIPELINE, '        Release("moodle_activity"),\n', ""),
    ("a processor more", ORGANISATION, "public_authority: true", f"public_authority: true\n{PROCESSOR}"),
    ("a figure more", PIPELINE, 'measures={"actions": Count()}', 'measures={"actions": Count(), "again": Count()}'),
]


@pytest.mark.parametrize(("file", "old", "new"), [case[1:] for case in CHANGED], ids=[case[0] for case in CHANGED])
def test_any_change_of_what_was_read_is_not_approved(file: str, old: str, new: str, made: Project) -> None:
    before = (made.root / file).read_text("utf-8")
    made.edit(file, old, new)
    assert WEEKLY in unapproved(made)
    (made.root / file).write_text(before, encoding="utf-8")
    assert unapproved(made) == {}


def test_a_comment_in_a_pipeline_and_another_place_change_nothing(made: Project) -> None:
    made.edit(PIPELINE, "    stages=(\n", "    stages=(   # in this order\n\n")
    made.edit(ORGANISATION, "email: fg@voorbeeld.example", "email: privacy@voorbeeld.example")
    assert unapproved(made) == {}


OWN = """from dataclasses import dataclass
from lapipe.stage import Stage


@dataclass(frozen=True)
class Nothing(Stage):
    \"\"\"Do nothing.\"\"\"

    def apply(self, table, context):
        return table
"""


def test_a_stage_of_the_projects_own_is_bound_by_its_code(made: Project, keys: dict[str, Path]) -> None:
    own = made.root / "pipelines" / "_own.py"
    own.write_text(OWN, encoding="utf-8")
    made.edit(PIPELINE, "from lapipe import", "from _own import Nothing\nfrom lapipe import")
    made.edit(PIPELINE, '        Retain("time"),', '        Nothing(), Retain("time"),')
    assert "project's own code or who else" in unapproved(made)[WEEKLY]
    assert approve(made, keys["officer"])[0] == 0
    assert unapproved(made) == {}
    own.write_text(OWN.replace("        return table", "        # nothing\n\n        return (table)"), encoding="utf-8")
    assert unapproved(made) == {}
    own.write_text(OWN.replace("return table", "return table.limit(10)"), encoding="utf-8")
    assert set(unapproved(made)) == {WEEKLY}


# --- forged, replayed, foreign ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [
    (r"expires: \d{4}", "expires: 2099"), (r"approved: \d{4}", "approved: 2020"), (r"number: 1", "number: 7"), (r"role: .*", 'role: "functional_manager"'),
    (r'(signature: ".{9}).', r"\1!"), (r"project: .*", 'project: "ander"'), (r'declared: ".{9}', 'declared: "000000000'),
    (r'(moodle_weekly_extract": )".{9}', r'\1"000000000'), (r"format: .*", "format: lapipe approval 2"), (r"key: ", "kye: "),
    (r"(?s)\Z", "signature: x\n"), (r"(?s).*", "nothing"),
])
def test_an_approval_that_was_altered_is_none_and_is_told(old: str, new: str, made: Project) -> None:
    before = (made.root / APPROVAL).read_text("utf-8")
    rewrite(made, lambda text: re.sub(old, new, text, count=1))
    assert (made.root / APPROVAL).read_text("utf-8") != before
    assert set(unapproved(made)) == set(BOTH)
    assert [each.where for each in check_project(made.root, datetime.now(UTC).date()).findings if each.rule == "LP117"] == [APPROVAL]


def forged(made: Project, key: SigningKey, **changes: object) -> None:
    """Write an approval as the officer's that says what it likes, well signed by some key."""
    real = load_approvals(made.root).given[WEEKLY, "privacy_officer"]
    said = {name: getattr(real, name) for name in real.__dataclass_fields__} | {"key": key.public, **changes}
    unsigned = Approval(**said)
    write_approval(Approval(**{**said, "signature": key.sign(unsigned.message())}), made.root)


def test_a_key_that_nobody_listed_approves_nothing(made: Project, keys: dict[str, Path]) -> None:
    forged(made, open_signing_key(keys["engineer"]))
    assert "not, or no longer, listed" in unapproved(made)[WEEKLY]
    code, told = approve(made, keys["engineer"])
    assert (code, "does not list this key" in told) == (2, True)


def test_the_key_of_another_role_is_not_the_officers(made: Project, keys: dict[str, Path]) -> None:
    forged(made, open_signing_key(keys["manager"]))
    assert "a key of functional_manager" in unapproved(made)[WEEKLY]
    (made.root / APPROVAL).unlink()
    assert approve(made, keys["manager"], role="functional_manager")[0] == 0
    assert "no approval by privacy_officer" in unapproved(made)[WEEKLY]


@pytest.mark.parametrize(("changes", "reason"), [
    ({"project": "ander"}, "another project"), ({"controller": "Andere Universiteit"}, "another project or controller"),
    ({"approved": date(2999, 1, 1)}, "in the future"), ({"expires": date(2999, 1, 1)}, "after the purpose's review"),
    ({"expires": date(2020, 1, 1)}, "expired"), ({"pipelines": {}}, "does not name pipeline")])
def test_what_the_officer_signed_for_something_else_does_not_hold_here(changes: dict[str, object], reason: str, made: Project,
                                                                       keys: dict[str, Path]) -> None:
    forged(made, open_signing_key(keys["officer"]), **changes)
    assert reason in unapproved(made)[WEEKLY]


def test_an_approval_of_another_purpose_under_this_ones_name_is_none(made: Project) -> None:
    shutil.copy(made.root / "schemas/approvals/assessment_results.privacy_officer.yaml", made.root / APPROVAL)
    assert set(unapproved(made)) == set(BOTH)
    rewrite(made, lambda text: text.replace('"assessment_results"', f'"{WEEKLY}"'))
    assert set(unapproved(made)) == set(BOTH)


def test_a_key_that_is_taken_out_has_approved_nothing_any_more(made: Project, keys: dict[str, Path]) -> None:
    made.edit(ORGANISATION, public(keys["officer"]), public(keys["engineer"]))
    assert "no longer, listed" in unapproved(made)[WEEKLY]


def test_an_approval_ends_on_the_day_of_review(made: Project) -> None:
    until = load_approvals(made.root).given[WEEKLY, "privacy_officer"].expires
    organisation = load_organisation(made.root / ORGANISATION)
    approval = load_approvals(made.root).given[WEEKLY, "privacy_officer"]
    assert void(approval, organisation, until) == ""
    assert "expired" in void(approval, organisation, until + timedelta(days=1))
    assert "future" in void(approval, organisation, approval.approved - timedelta(days=1))


@pytest.mark.parametrize("how", ["the file", "the folder"])
def test_an_approval_behind_a_link_is_none(how: str, made: Project, tmp_path: Path) -> None:
    path = made.root / APPROVAL if how == "the file" else (made.root / APPROVAL).parent
    shutil.move(path, tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert set(BOTH) <= set(unapproved(made))
    assert "LP117" in {each.rule for each in check_project(made.root, datetime.now(UTC).date()).findings}


@pytest.mark.parametrize("name", [f"{WEEKLY}.privacy_officer.copy.yaml", f"{WEEKLY}.officer.yaml", f"a_{WEEKLY}.privacy_officer.yaml", "readme.md"])
def test_a_second_file_of_an_approval_is_told(name: str, made: Project) -> None:
    shutil.copy(made.root / APPROVAL, (made.root / APPROVAL).with_name(name))
    done = check_project(made.root, datetime.now(UTC).date())
    assert [each.rule for each in done.findings] == ["LP117"]


def test_an_exception_is_approved_by_the_role_that_it_names(made: Project, keys: dict[str, Path]) -> None:
    made.edit(PURPOSE, "exceptions: []", "exceptions:\n  - {setting: Join.unmatched, value: keep, reason: Docenten staan niet in de "
                                         "studentenadministratie, approved_by: functional_manager}")
    assert approve(made, keys["officer"])[0] == 0
    assert "no approval by functional_manager" in unapproved(made)[WEEKLY]
    assert approve(made, keys["manager"], role="functional_manager")[0] == 0
    assert unapproved(made) == {}


def test_what_a_pipeline_changes_in_python_is_told_and_not_run(made: Project) -> None:
    made.edit(PIPELINE, "pipeline = Pipeline(", "import dataclasses\n\npipeline = Pipeline(")
    made.edit(PIPELINE, 'purpose=purpose("moodle_weekly_activity")', 'purpose=dataclasses.replace(purpose("moodle_weekly_activity"), recipients=())')
    made.edit(PIPELINE, 'contract("student")', 'contract("student").change("programme", required=True)')
    text = (made.root / PIPELINE).read_text("utf-8")
    (made.root / PIPELINE).write_text(text.replace(", recipients=())", ", zone='Europe/Berlin')"), encoding="utf-8")
    told = [each.message for each in check_project(made.root, datetime.now(UTC).date()).findings if each.rule == "LP118"]
    assert len(told) == 2
    assert "changes purpose" in told[0]
    assert "changes contract student" in told[1]


def test_a_pipeline_may_not_take_its_purpose_from_another_project(made: Project, tmp_path: Path) -> None:
    other = project(tmp_path / "other", ring=False)
    made.edit(PIPELINE, 'purpose("moodle_weekly_activity")', f'purpose("{other.root / PURPOSE}")')
    with pytest.raises(Refused, match="LP118 .* takes its purpose from"):
        made.pipeline()


# --- signing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "code", "told"), [
    (("nothing",), 2, "no purpose 'nothing'"), ((WEEKLY, "--organisation"), 2, "one of the two"), ((), 2, "Name the purpose"),
    ((WEEKLY, "--role", "dean"), 2, "no role 'dean'"), ((WEEKLY, "--role", ""), 2, "--role ROLE")])
def test_a_mistake_in_signing_is_one_sentence(words: tuple[str, ...], code: int, told: str, made: Project, keys: dict[str, Path]) -> None:
    role = () if "--role" in words else ("--role", "privacy_officer")
    done = made.lapipe("approve", *words, *role, "--key", keys["officer"])
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert told in done.err


def test_nobody_approves_what_breaks_a_rule(made: Project, keys: dict[str, Path]) -> None:
    made.edit(PURPOSE, "\nk: 10", "\nk: 9")
    code, told = approve(made, keys["officer"])
    assert (code, "LP109" in told, "1 findings" in told or "2 findings" in told) == (4, True, True)


def test_an_approval_is_for_a_project_with_a_name(made: Project, keys: dict[str, Path]) -> None:
    made.edit(ORGANISATION, "\nproject: voorbeeld", "")
    assert "names no project" in approve(made, keys["officer"])[1]


def test_signing_again_counts_up(made: Project, keys: dict[str, Path]) -> None:
    assert approve(made, keys["officer"])[0] == 0
    assert load_approvals(made.root).given[WEEKLY, "privacy_officer"].number == 2
    assert unapproved(made) == {}


# --- runs -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def running(made: Project) -> Project:
    from lapipe.keys import KeyRing

    KeyRing.create(made.ring, today=datetime.now(UTC).date())
    return made


def go(made: Project, **settings: object) -> object:
    return made.go(today=datetime.now(UTC).date(), **settings)


def started(made: Project) -> list[dict[str, object]]:
    with Register.open(made.register, clock=lambda: datetime.now(UTC), create=False) as register:
        return [dict(entry.body) for entry in register.entries() if entry.kind == "started"]


def test_production_runs_what_is_approved_and_says_by_what(running: Project, keys: dict[str, Path]) -> None:
    run = go(running)
    approval = load_approvals(running.root).given[WEEKLY, "privacy_officer"]
    (body,) = started(running)
    assert body["approvals"] == [approval.named()]
    assert approval.named()["sha256"] == approval.sha256
    manifest = json.loads((run.path("weekly_activity") / "manifest.json").read_text("utf-8"))  # type: ignore[attr-defined]
    assert manifest["approvals"] == [approval.named()]

    # An older approval that is put back, with the very state that it was given for, is known by its number.
    old = (running.root / APPROVAL).read_bytes()
    assert approve(running, keys["officer"])[0] == 0
    go(running, run_id="second")
    (running.root / APPROVAL).write_bytes(old)
    assert unapproved(running) == {}
    with pytest.raises(Refused, match="LP109 .* an older approval was put back"):
        go(running, run_id="third")


@pytest.mark.parametrize("profile", ["prod", "free"])
def test_production_refuses_what_is_not_approved_under_whatever_profile(profile: str, running: Project) -> None:
    running.edit(PIPELINE, 'lag="P2D"', 'lag="P1D"')
    with pytest.raises(Refused, match="LP109 Profile prod runs only what was approved, and pipeline moodle_weekly_activity is not: the approval by"):
        # The register and the keys are production's.
        go(running, profile=profile)
    assert not running.register.exists()
    done = running.lapipe("run", WEEKLY)
    assert (done.code, done.err.count("\n"), "LP109" in done.err) == (4, 1, True)


@pytest.mark.parametrize("where", ["the pipeline", "what it imports", "what that imports"])
def test_code_that_nobody_approved_is_not_even_loaded_in_production(where: str, running: Project, keys: dict[str, Path]) -> None:
    folder = running.root / "pipelines"
    (folder / "_own.py").write_text("import _inner\nfrom _inner import DAYS\n", encoding="utf-8")
    (folder / "_inner.py").write_text("DAYS = 2\n", encoding="utf-8")
    running.edit(PIPELINE, "from lapipe import", "from _own import DAYS\nfrom lapipe import")
    running.edit(PIPELINE, 'lag="P2D"', 'lag=f"P{DAYS}D"')
    assert approve(running, keys["officer"])[0] == 0
    assert set(load_approvals(running.root).given[WEEKLY, "privacy_officer"].code) == {"_own.py", "_inner.py", *(f"{name}.py" for name in BOTH)}
    file = {"the pipeline": f"{WEEKLY}.py", "what it imports": "_own.py", "what that imports": "_inner.py"}[where]
    # What is run when it is loaded could change how lapipe judges it.
    evil = f"\nfrom pathlib import Path\nPath({str(running.base / 'loaded')!r}).touch()\nimport lapipe.approval\nlapipe.approval.void = lambda *_: ''\n"
    (folder / file).write_text((folder / file).read_text("utf-8") + evil, encoding="utf-8")
    done = running.lapipe("run", WEEKLY)
    assert (done.code, done.err.count("\n"), f"{file} changed since the approval" in done.err) == (4, 1, True)
    assert not (running.base / "loaded").exists()
    (running.root / APPROVAL).unlink()
    assert "no approval by privacy_officer names the code" in running.lapipe("run", WEEKLY).err


def test_compiled_code_does_not_stand_in_for_what_was_read(made: Project, keys: dict[str, Path]) -> None:
    import py_compile

    folder = made.root / "pipelines"
    evil, good = "raise SystemExit('kanarie')\n", OWN
    (folder / "_own.py").write_text(evil, encoding="utf-8")
    cached = py_compile.compile(str(folder / "_own.py"), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    (folder / "_own.py").write_text(good, encoding="utf-8")
    made.edit(PIPELINE, "from lapipe import", "from _own import Nothing\nfrom lapipe import")
    assert approve(made, keys["officer"])[0] == 0
    shutil.copy(str(cached), folder / "_own.pyc")
    done = made.lapipe("check")
    assert (done.code, done.out.count("holds compiled code (_own.pyc)")) == (1, 1)


def test_elsewhere_nothing_need_be_approved(running: Project) -> None:
    from lapipe.keys import KeyRing

    running.edit(PIPELINE, 'lag="P2D"', 'lag="P1D"')
    ring = KeyRing.ephemeral()
    go(running, profile="free", register=running.base / "free.sqlite", keys=ring, out=running.base / "free")


def test_only_a_higher_or_the_same_number_is_not_earlier() -> None:
    one = Approval("p", "c", "a", "r", "k", 2, date(2026, 1, 1), date(2027, 1, 1), "", {}, {})
    assert earlier([one], [{"approvals": [{"project": "p", "purpose": "a", "role": "r", "number": 2}]}]) == ""
    assert earlier([one], [{"approvals": [{"project": "q", "purpose": "a", "role": "r", "number": 3}]}, {"approvals": None}, {}]) == ""
    assert "number 3" in earlier([one], [{"approvals": [{"project": "p", "purpose": "a", "role": "r", "number": 3}]}, {"approvals": []}])


# --- a change that is let through -------------------------------------------------------------------------------------


@pytest.fixture
def committed(made: Project) -> Project:
    git(made.root, "init", "-q")
    git(made.root, "add", "lapipe.toml", "schemas", "pipelines")
    git(made.root, "commit", "-qm", "before")
    return made


def found(made: Project) -> set[str]:
    done = made.lapipe("check", "--against", "HEAD", "--format", "json")
    told = json.loads(done.out)
    assert done.code == bool(told["findings"])
    return {each["rule"] for each in told["findings"]}


LET_THROUGH = [
    (PURPOSE, "keep_for: P2Y", "keep_for: P3Y", "LP113"), (PURPOSE, "    may: statistics", "    may: pseudonyms", "LP111"),
    (PURPOSE, "notice: https", "notice: http", "LP114"), (PIPELINE, 'lag="P2D"', 'lag="P1D"', "LP315"),
    (PIPELINE, "    ),\n)", '        Release("again"),\n    ),\n)', "LP316"),
    ("schemas/tables/student.odcs.yaml", "category: pd:Name", "category: pd:Other", "LP210")]


@pytest.mark.parametrize(("file", "old", "new", "rule"), LET_THROUGH)
def test_a_change_is_let_through_by_an_approval_of_the_new_state_alone(file: str, old: str, new: str, rule: str, committed: Project,
                                                                     keys: dict[str, Path]) -> None:
    assert found(committed) == set()
    committed.edit(file, old, new)
    assert found(committed) == {rule, "LP109"}
    assert approve(committed, keys["officer"])[0] == 0
    assert found(committed) == set()
    # Reused for one change more, it is no approval of that.
    committed.edit(PURPOSE, "\nk: 10", "\nk: 11")
    assert found(committed) == {rule, "LP109"}


@pytest.mark.parametrize(("file", "old", "new"), [
    (PIPELINE, "pipeline = Pipeline(", "pipeline = Pipelin("), (PURPOSE, "keep_for: P2Y", "keep_fro: P2Y"), ("schemas/tables/student.odcs.yaml", "kind: identifier", "kind: identifeir")])
def test_what_could_not_be_loaded_before_is_let_through_by_an_approval_of_it_as_it_is_now(file: str, old: str, new: str, committed: Project,
                                                                                         keys: dict[str, Path]) -> None:
    sound = (committed.root / file).read_text("utf-8")
    committed.edit(file, old, new)
    git(committed.root, "commit", "-qam", "broken")
    (committed.root / file).write_text(sound, "utf-8")
    committed.edit(PURPOSE, "\nk: 10", "\nk: 11")
    assert "LP115" in found(committed)
    assert approve(committed, keys["officer"])[0] == 0
    assert found(committed) == set()
    # What cannot be loaded now is let through by nothing.
    committed.edit(file, old, new)
    assert "LP115" in found(committed)


def test_who_adds_their_own_key_approves_nothing(committed: Project, keys: dict[str, Path]) -> None:
    committed.edit(ORGANISATION, f"[{public(keys['officer'])}]", f"[{public(keys['officer'])}, {public(keys['engineer'])}]")
    committed.edit(PURPOSE, "keep_for: P2Y", "keep_for: P3Y")
    assert approve(committed, keys["engineer"])[0] == 0
    assert approve(committed, keys["engineer"], "", "privacy_officer", "--organisation")[0] == 0
    assert found(committed) == {"LP113", "LP116"}
    # The officer, whose key was there, may let it in; and then it counts.
    assert approve(committed, keys["officer"], "", "privacy_officer", "--organisation")[0] == 0
    assert found(committed) == set()


@pytest.mark.parametrize(("file", "old", "new", "rule"), [
    (ORGANISATION, "k_floor: 10", "k_floor: 5", "LP112"), (ORGANISATION, "email: fg@", "email: fg2@", "LP114"),
    (ORGANISATION, "\nproject: voorbeeld", "\nproject: voorbeeld\napprovers: [functional_manager]", "LP116"),
    ("lapipe.toml", "approvals = true", "approvals = false", "LP116"), ("lapipe.toml", "[profiles.prod]", "[profiles.production]", "LP116"),
    ("lapipe.toml", 'register = "free.sqlite"', 'register = "record/register.sqlite"', "LP116")])
def test_a_change_of_who_may_approve_is_approved_by_who_might(file: str, old: str, new: str, rule: str, committed: Project,
                                                              keys: dict[str, Path]) -> None:
    text = (committed.root / file).read_text("utf-8").replace(old, new)
    (committed.root / file).write_text(text.replace("profiles.prod.", "profiles.production.").replace('"prod"', '"production"')
                                       if "[profiles.production]" in new else text, encoding="utf-8")
    assert rule in found(committed)
    assert approve(committed, keys["manager"], "", "functional_manager", "--organisation")[0] == 0
    assert rule in found(committed)
    assert approve(committed, keys["officer"], "", "privacy_officer", "--organisation")[0] == 0
    assert rule not in found(committed)


def test_an_older_approval_that_comes_back_lets_nothing_through(committed: Project, keys: dict[str, Path]) -> None:
    older = {name: (committed.root / name).read_bytes() for name in (PURPOSE, APPROVAL)}
    committed.edit(PURPOSE, "keep_for: P2Y", "keep_for: P1Y")
    assert approve(committed, keys["officer"])[0] == 0
    git(committed.root, "commit", "-qam", "shorter")
    for name, content in older.items():
        (committed.root / name).write_bytes(content)
    assert unapproved(committed) == {}
    assert found(committed) == {"LP113", "LP117"}
    # Nor does taking it out first make way for it.
    (committed.root / APPROVAL).unlink()
    assert "LP117" in found(committed)


def test_the_first_key_is_let_in_by_who_guards_the_branch(tmp_path: Path, keys: dict[str, Path]) -> None:
    made = project(tmp_path, ring=False)
    git(made.root, "init", "-q")
    git(made.root, "add", "lapipe.toml", "schemas", "pipelines")
    git(made.root, "commit", "-qm", "before")
    made.edit(ORGANISATION, "  privacy_officer: []", f"  privacy_officer: [{public(keys['officer'])}]\nproject: voorbeeld")
    made.edit(ORGANISATION, "\nproject: voorbeeld\n  functional_manager: []", "\n  functional_manager: []\nproject: voorbeeld")
    done = made.lapipe("check", "--against", "HEAD")
    assert done.code == 1
    assert "reviews this once by hand" in done.out


def test_a_contract_that_no_purpose_reads_is_information(committed: Project) -> None:
    committed.edit("schemas/tables/oulad_courses.odcs.yaml", "kind: plain", "kind: quasi")
    assert found(committed) == set()
    git(committed.root, "commit", "-qam", "stricter")
    committed.edit("schemas/tables/oulad_courses.odcs.yaml", "kind: quasi", "kind: plain")
    assert found(committed) == set()


# --- the organisation's file ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new", "told"), [
    ("  privacy_officer: [", "  privacy_officer: [x, ", "roles.privacy_officer.0"), ("project: voorbeeld", "project: Voorbeeld!", "form"),
    ("project: voorbeeld", "approvers: [privacy_oficer]", "Did you mean 'privacy_officer'?"), ("project: voorbeeld", "approver: [x]", "Did you mean"),
])
def test_a_mistake_in_the_organisation_has_its_line_and_the_nearest_word(old: str, new: str, told: str, made: Project) -> None:
    made.edit(ORGANISATION, old, new)
    with pytest.raises(UsageFault, match=r"organisation\.yaml:\d+: ") as refused:
        load_organisation(made.root / ORGANISATION)
    assert told in str(refused.value)


def test_a_key_stands_under_one_role(made: Project, keys: dict[str, Path]) -> None:
    made.edit(ORGANISATION, public(keys["manager"]), public(keys["officer"]))
    with pytest.raises(UsageFault, match="stands under privacy_officer already"):
        load_organisation(made.root / ORGANISATION)


def test_nothing_of_a_key_but_its_public_half_is_written(made: Project, keys: dict[str, Path]) -> None:
    approve(made, keys["officer"])
    secret = json.loads(keys["officer"].read_text("utf-8"))["secret"]
    written = b"".join(path.read_bytes() for path in made.base.rglob("*") if path.is_file())
    assert secret.encode() not in written
    assert public(keys["officer"]).encode() in written


def test_what_is_signed_and_loaded_again_is_the_same(made: Project, keys: dict[str, Path]) -> None:
    organisation, plan = load_organisation(made.root / ORGANISATION), made.pipeline().plan()
    declared = declared_sha256(plan.purpose, named_contracts(plan.purpose, made.root))
    today = datetime.now(UTC).date()
    one = sign(open_signing_key(keys["officer"]), "privacy_officer", approves=WEEKLY, declared=declared,
               plans=[plan, replace(plan, pipeline='odd "name": é', code={"_é'\"x.py": "0" * 64})], organisation=organisation,
               expires=plan.purpose.review_by, today=today, before=None)
    write_approval(one, made.root)
    assert load_approvals(made.root).given[WEEKLY, "privacy_officer"] == one
    assert standing(plan.purpose, [plan], organisation, load_approvals(made.root), today, declared=declared).approvals == (one,)
