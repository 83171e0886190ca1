"""Evidence about people can be deleted without a trace of them, and the chain stays whole; corrections amend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lapipe.errors import UsageFault
from lapipe.register import Register
from tests.test_register import Insider, Ticking, attack, finish

PERSON, WORDS = "s7654321-Geplant-Jansen", "geplante-toestemming"
KEEP = date(2031, 9, 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.getfixturevalue("database")) if request.param == "postgresql" else str(tmp_path / "register")


@pytest.fixture
def register(place: str) -> Iterator[Register]:
    with Register.open(place, clock=Ticking()) as register:
        yield register


def test_evidence_is_kept_beside_the_chain_which_holds_a_commitment_alone(register: Register) -> None:
    entry = register.evidence.add("consent", PERSON, {"words": WORDS, "to": ["a", None, 1]}, KEEP)
    (kept,) = register.evidence.of(PERSON)
    assert (kept.kind, kept.subject_ref, kept.content, kept.keep_until) == ("consent", PERSON, {"words": WORDS, "to": ["a", None, 1]}, KEEP)
    assert (kept.id, kept.entry) == (entry.body["evidence"], entry.seq)
    assert set(entry.body) == {"commitment", "evidence", "keep_until", "kind"}
    everything = repr(list(register.entries())) + repr(kept)
    assert PERSON not in everything
    assert WORDS not in everything
    checked = register.verify()
    assert (checked.findings, checked.evidence) == ((), 1)
    assert register.evidence.of("somebody else") == register.evidence.of("") == []


def test_one_content_has_another_commitment_each_time(register: Register) -> None:
    assert len({register.evidence.add("consent", PERSON, {}, KEEP).body["commitment"] for _ in range(3)}) == 3


def test_what_is_deleted_is_gone_and_the_chain_is_whole(register: Register) -> None:
    finish(register, "r1")
    first = register.evidence.add("consent", PERSON, {"words": WORDS}, KEEP)
    register.evidence.add("objection", "s2", {}, KEEP)
    finish(register, "r2")
    gone = register.evidence.delete(str(first.body["evidence"]), "request")
    assert gone.body == {"evidence": first.body["evidence"], "reason": "request"}
    assert register.evidence.of(PERSON) == []
    assert len(register.evidence.of("s2")) == 1
    checked = register.verify()
    assert (checked.findings, checked.evidence) == ((), 1)
    with pytest.raises(UsageFault, match="no evidence of this id"):
        register.evidence.delete(str(first.body["evidence"]), "request")
    assert register.verify().findings == ()
    if register.path:
        files = [file.read_bytes() for file in register.path.parent.iterdir()]
        assert not any(PERSON.encode() in content or WORDS.encode() in content for content in files)


def test_what_is_past_its_term_is_due(register: Register) -> None:
    for day in (1, 2, 3):
        register.evidence.add("consent", f"s{day}", {}, date(2026, 1, day))
    assert [kept.subject_ref for kept in register.evidence.due(date(2026, 1, 3))] == ["s1", "s2"]
    assert register.evidence.due(date(2026, 1, 1)) == []


@pytest.mark.parametrize(("arguments", "error"), [
    (("Consent", "s1", {}), ValueError), (("consent", "", {}), ValueError), (("consent", "a\0b", {}), ValueError), (("consent", "\ud800", {}), ValueError),
    (("consent", "s1", {"x": 0.5}), TypeError), (("consent", "s1", {"x": date(2026, 1, 1)}), TypeError)])
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(register: Register, arguments: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        register.evidence.add(*arguments, KEEP)
    kept = register.evidence.add("consent", "s1", {}, KEEP)
    with pytest.raises(ValueError, match="one word"):
        register.evidence.delete(str(kept.body["evidence"]), f"asked by {PERSON}")
    assert [entry.kind for entry in register.entries()] == ["evidence"]


SPOILT: dict[str, Callable[[Insider], object]] = {
    "the content is edited": lambda insider: insider("UPDATE evidence SET content = '{}' WHERE subject = 's1'"),
    "the person is another": lambda insider: insider("UPDATE evidence SET subject = 's9' WHERE subject = 's1'"),
    "the term is longer": lambda insider: insider("UPDATE evidence SET keep_until = '2099-01-01' WHERE subject = 's1'"),
    "the kind is another": lambda insider: insider("UPDATE evidence SET kind = 'objection' WHERE subject = 's1'"),
    "the salt is none": lambda insider: insider("UPDATE evidence SET salt = 'x' WHERE subject = 's1'"),
    "one is lost": lambda insider: insider("DELETE FROM evidence WHERE subject = 's1'"),
    "all are lost": lambda insider: insider("DELETE FROM evidence"),
    "one was put in": lambda insider: insider("INSERT INTO evidence SELECT 'x', 99, kind, subject, content, salt, keep_until FROM evidence"
                                              " WHERE subject = 's1'"),
    "two are exchanged": lambda insider: (insider("UPDATE evidence SET entry = 99 WHERE subject = 's1'"),
                                          insider("UPDATE evidence SET entry = 1 WHERE subject = 's2'"),
                                          insider("UPDATE evidence SET entry = 2 WHERE subject = 's1'")),
}


@pytest.mark.parametrize("how", SPOILT.values(), ids=SPOILT.keys())
def test_evidence_that_was_changed_or_lost_is_found(place: str, how: Callable[[Insider], object]) -> None:
    with Register.open(place, clock=Ticking()) as register:
        for person in ("s1", "s2"):
            register.evidence.add("consent", person, {"words": WORDS}, KEEP)
    attack(place, how)
    with Register.open(place, clock=Ticking()) as register:
        findings = register.verify().findings
    assert {finding.rule for finding in findings} == {"LP611"}
    assert WORDS not in repr(findings)


# --- corrections ----------------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_entry_that_names_the_old_one(register: Register) -> None:
    finish(register, "r1")
    before = list(register.entries())
    made = register.amend(2, "the export was of the week before", {"rows": 11})
    assert (made.kind, made.run) == ("amended", "r1")
    assert made.body == {"amends": 2, "hash": before[1].hash, "reason": "the export was of the week before", "content": {"rows": 11}}
    assert list(register.entries()) == [*before, made]
    assert register.verify().findings == ()
    again = register.amend(made.seq, "it was not", {})
    assert again.body["amends"] == made.seq


@pytest.mark.parametrize(("seq", "reason", "content", "says"), [
    (0, "why", {}, "no entry 0"), (4, "why", {}, r"no entry 4 \(its last one is 3\)"), (2, " ", {}, "give a reason"),
    (2, "asked by j.jansen@voorbeeld.example", {}, "seems to hold"), (2, "why", {"who": "s1234567"}, "seems to hold")])
def test_what_is_no_correction_is_refused(register: Register, seq: int, reason: str, content: dict[str, Any], says: str) -> None:
    finish(register, "r1")
    with pytest.raises(UsageFault, match=says) as caught:
        register.amend(seq, reason, content)
    assert "jansen" not in str(caught.value)
    assert len(list(register.entries())) == 3
