"""Real mistakes in YAML declarations: each is one sentence with file, line, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lapipe.contract import load_contract
from lapipe.errors import DeclarationFault
from lapipe.purpose import load_organisation, load_purpose
from tests.projects import ROOT

PURPOSE = ROOT / "schemas/purposes/moodle_weekly_activity.yaml"
ORGANISATION = ROOT / "schemas/organisation.yaml"
CONTRACT = ROOT / "schemas/tables/objection.odcs.yaml"

#: What went wrong, in which file, which text became which, and what the message says. The line is that of the change.
MISTAKES = [
    ("a tab", PURPOSE, "  nl: Wek", "\tnl: Wek", "not valid YAML"),
    ("a second colon", PURPOSE, "who: De", "who: nu: De", "not valid YAML"),
    ("a mapping for a list", PURPOSE, "exceptions: []", "exceptions: {}", "should be array, and is a mapping"),
    ("a key twice", PURPOSE, "keep_for: P2Y", "k: 10", "k stands twice"),
    ("a misspelt basis", PURPOSE, "basis: public_task", "basis: public_tasks", "allowed: consent, contract"),
    ("a day that is not", PURPOSE, "2026-09-01", "2026-02-30", "no day of the calendar"),
    ("a date the other way round", PURPOSE, "2026-09-01", "01-09-2026", "written as 2026-09-01"),
    ("a misspelt zone", PURPOSE, "zone: Europe/Amsterdam", "zone: Europe/Amsterdm", "Did you mean 'Europe/Amsterdam'?"),
    ("a number in words", PURPOSE, "k: 10", "k: ten", "should be integer, and is text"),
    ("a k of nought", PURPOSE, "k: 10", "k: 0", "must be at least 1"),
    ("a term in words", PURPOSE, "P2Y", "2 years", "ISO 8601 duration"),
    ("a misspelt key", PURPOSE, "notice: ", "notise: ", "Did you mean 'notice'?"),
    ("a detail that is none", PURPOSE, "    time: week", "    time: weekly", "Did you mean 'week'?"),
    ("a recipient who may what is not", PURPOSE, "may: statistics", "may: statistic", "Did you mean 'statistics'?"),
    ("a floor of one", ORGANISATION, "k_floor: 10", "k_floor: 1", "must be at least 2"),
    ("a key that is none", ORGANISATION, "privacy_officer: []", "privacy_officer: [abc]", "does not have the form"),
    ("yes for true", ORGANISATION, "true", "yes", "should be boolean, and is text"),
    ("a misspelt key of a contract", CONTRACT, "required:", "requird:", "Did you mean 'required'?"),
]


def loaded(original: Path, file: Path) -> object:
    if original is PURPOSE:
        return load_purpose(file, floor=10)
    return load_organisation(file) if original is ORGANISATION else load_contract(file)


@pytest.mark.parametrize(("original", "right", "wrong", "said"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_what_is_allowed(original: Path, right: str, wrong: str, said: str, tmp_path: Path) -> None:
    text = original.read_text("utf-8")
    line = text[:text.index(right)].count("\n") + 1
    file = tmp_path / original.name
    file.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(DeclarationFault) as fault:
        loaded(original, file)
    assert str(fault.value).startswith(f"{file}:{line}:")
    assert said in str(fault.value)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\xff\xfe", b"name: a\x00b\n", b"- a\n", "name: a\n".encode("utf-16"), b"a: 1\n---\nb: 2\n",
                                     b"name: !!python/object:os.system x\n"],
                         ids=["empty", "binary", "a null byte", "a list", "UTF-16", "two documents", "a tag of Python"])
def test_a_file_that_is_no_declaration_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    for original in (PURPOSE, ORGANISATION, CONTRACT):
        file = tmp_path / original.name
        file.write_bytes(content)
        with pytest.raises(DeclarationFault, match=file.name) as fault:
            loaded(original, file)
        assert "\n" not in str(fault.value)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / PURPOSE.name
    file.write_bytes(b"\xef\xbb\xbf" + PURPOSE.read_bytes())
    assert load_purpose(file, floor=10).name == PURPOSE.stem
