"""YAML declarations are read as they look, and every fault says file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lapipe.documents import check, load, nearest
from lapipe.errors import DeclarationFault


def _write(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "declared.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"), ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("True", "True"), ("true", True), ("false", False),
        ("2026-02-30", "2026-02-30"), ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"), ("12:30", "12:30"),
        ("0123", "0123"), ("010", "010"), ("0x1f", "0x1f"), ("1_000", "1_000"), ("1e3", "1e3"), (".inf", ".inf"),
        ("0", 0), ("-3", -3), ("10", 10), ("1.50", 1.5), ("1.2.3", "1.2.3"), ("", None), ("~", None), ("'null'", "null"),
    ],
)
def test_a_value_is_what_it_looks_like(tmp_path: Path, written: str, value: Any) -> None:
    read = load(_write(tmp_path, f"key: {written}\n")).content["key"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("key", ["1", "no", "null", "<<", "2024-01-01"])
def test_a_key_is_a_name_whatever_it_looks_like(tmp_path: Path, key: str) -> None:
    document = load(_write(tmp_path, f"first: 1\n{key}: {{inner: 2}}\n"))
    assert document.content == {"first": 1, key: {"inner": 2}}
    assert document.lines[(key,)] == 2


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert load(_write(tmp_path, b"\xef\xbb\xbfname: x\r\nother: y\r\n")).content == {"name": "x", "other": "y"}


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a stands twice"),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", 4, "b stands twice"),
        ("1: x\n'1': y\n", 2, "1 stands twice"),
        ("a: &x 1\nb: *x\n", 2, "is an alias"),
        ("a: &x [*x]\n", 1, "is an alias"),
        ("a: &x [1]\nb:\n  c: *x\n", 3, "is an alias"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a:\n\tb: 1\n", 2, "cannot start any token"),
        ("a: 'open\n", 2, "end of stream"),
        ("a: !!python/object:os.system {}\n", 1, "could not determine a constructor"),
        ("? [a]\n: 1\n", 1, "not valid YAML"),
        ("a: \x01\n", 1, "not valid YAML"),
        ("", 1, "holds nothing"),
        ("# only a remark\n", 1, "holds nothing"),
        ("- a\n", 1, "holds none"),
        ("text\n", 1, "holds none"),
        ("a: " + "[" * 5000 + "]" * 5000, 1, "nested too deep"),
    ],
)
def test_a_fault_in_the_yaml_says_file_and_line(tmp_path: Path, content: str, line: int, said: str) -> None:
    path = _write(tmp_path, content)
    with pytest.raises(DeclarationFault) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert said in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.write_bytes("naam: Zoë".encode("latin-1")), "is not UTF-8"),
        (lambda path: path.write_bytes("naam: x".encode("utf-16")), "is not UTF-8"),
    ],
)
def test_what_is_no_text_file_is_refused(tmp_path: Path, make: Any, said: str) -> None:
    make(tmp_path / "declared.yaml")
    with pytest.raises(DeclarationFault, match=said) as caught:
        load(tmp_path / "declared.yaml")
    assert caught.value.__context__ is None


def test_every_key_and_item_has_its_line(tmp_path: Path) -> None:
    lines = load(_write(tmp_path, "a: 1\nb:\n  - x\n  - c: 2\n    d: 3\n")).lines
    assert {at: lines[at] for at in [("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "d")]} == {
        ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "d"): 5}


def test_a_fault_at_a_key_that_is_absent_is_told_at_its_parent(tmp_path: Path) -> None:
    document = load(_write(tmp_path, "a: 1\nb:\n  c: 2\n"))
    assert str(document.fault(["b", "absent"], "is missing.")) == f"{document.path}:2: b.absent: is missing."
    assert str(document.fault([], "is odd.")) == f"{document.path}:1: is odd."


_FORM = {
    "type": "object", "additionalProperties": False, "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "count": {"type": "integer", "minimum": 1},
        "kind": {"enum": ["quasi", "plain"]},
        "code": {"type": "string", "pattern": "^[a-z]+$"},
        "deep": {"type": "object", "additionalProperties": False, "properties": {"colour": {"const": "blue"}}},
    },
}


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("name: x\ncuont: 3\n", 2, "cuont: is not a key here (allowed: code, count, deep, kind, name). Did you mean 'count'?"),
        ("name: x\nzzz: 3\n", 2, "zzz: is not a key here (allowed: code, count, deep, kind, name)."),
        ("count: 3\nnaem: x\n", 2, "naem: is not a key here (allowed: code, count, deep, kind, name). Did you mean 'name'?"),
        ("count: 3\n", 1, "lacks name."),
        ("name: x\nkind: quesi\n", 2, "kind: is 'quesi'; allowed: quasi, plain. Did you mean 'quasi'?"),
        ("name: ''\n", 1, "name: may not be empty."),
        ("name: x\ncount: many\n", 2, "count: should be integer, and is text."),
        ("name: x\ncount:\n", 2, "count: should be integer, and is empty."),
        ("name: [x]\n", 1, "name: should be string, and is a list."),
        ("name: x\ncount: 0\n", 2, "count: is 0, and must be at least 1."),
        ("name: x\ncode: A1\n", 2, "code: is 'A1', which does not have the form ^[a-z]+$."),
        ("name: x\ndeep:\n  colour: red\n", 3, "deep.colour: must be blue."),
        ("name: x\ndeep:\n  color: blue\n", 3, "deep.color: is not a key here (allowed: colour). Did you mean 'colour'?"),
    ],
)
def test_a_deviation_says_line_what_is_allowed_and_the_nearest_word(
        tmp_path: Path, content: str, line: int, said: str) -> None:
    document = load(_write(tmp_path, content))
    with pytest.raises(DeclarationFault) as caught:
        check(document, _FORM)
    assert str(caught.value) == f"{document.path}:{line}: {said}"


def test_what_has_the_form_passes(tmp_path: Path) -> None:
    check(load(_write(tmp_path, "name: x\ncount: 1\nkind: plain\ncode: a\ndeep: {colour: blue}\n")), _FORM)


@pytest.mark.parametrize(("word", "said"), [("nmae", " Did you mean 'name'?"), ("xyz", ""), ("", "")])
def test_only_a_near_word_is_proposed(word: str, said: str) -> None:
    assert nearest(word, ["name", "kind"]) == said
