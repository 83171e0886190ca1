"""Of each sample of Moodle's log nobody is left in the scrubbed descriptions, and courses and modules are."""

from __future__ import annotations

import csv
import re

import pyarrow as pa
import pytest

from lapipe.contract import load_contract
from lapipe.scrubbing import Scrubber
from tests.projects import ROOT, SAMPLES
from tests.test_samples import LOGS

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"NOT TESTED: there are no sample exports in {SAMPLES}")

#: A course or module, found by other words than the contract's: its number may by chance be that of a person too.
_PLACE = re.compile(r"(?:course|course module|module)(?: with)?(?: the)? (?:id )?'(\d+)'|activity with id '(\d+)'")
_USER = re.compile(r"[Uu]ser (?:with (?:the )?id )?'(-?\d+)'")


@pytest.mark.parametrize(("file", "encoding", "delimiter"), [
    ("synthetic_moodle_log_en_utf8bom.csv", "utf-8-sig", ","),
    ("synthetic_moodle_log_nl_utf8bom.csv", "utf-8-sig", ","),
    ("synthetic_moodle_log_nl_excel_resaved_cp1252_semicolon.csv", "cp1252", ";"),
    ("synthetic_moodle_log_en_utf16le_tab.txt", "utf-16", "\t"),
])
def test_no_id_or_name_of_a_samples_people_survives_in_a_description_and_courses_and_modules_do(
        file: str, encoding: str, delimiter: str) -> None:
    with (LOGS / file).open(encoding=encoding, newline="") as stream:
        rows = list(csv.reader(stream, delimiter=delimiter))[1:]
    texts = [row[6] for row in rows]
    scrubber = Scrubber(load_contract(ROOT / "schemas" / "tables" / "moodle_log_report.odcs.yaml")["description"].scrub)
    done = scrubber.over_arrow(pa.array(texts)).to_pylist()
    assert done == [scrubber.scrub(text) for text in texts]
    ids = {found for text in texts for found in _USER.findall(text)}
    # Moodle's own account is called 'Admin User', and 'user' stands in every sentence.
    names = {word.casefold() for row in rows for cell in row[1:3] for word in re.findall(r"[^\W\d_]{3,}", cell)} - {"user"}
    assert len(ids) > 100
    assert len(names) > 10
    left = [text for text in done if text is not None]
    for text in set(left):
        assert not set(re.findall(r"\d+", _PLACE.sub("", text))) & ids
        assert not {word.casefold() for word in re.findall(r"[^\W\d_]+", text)} & names
        assert "'hidden'" in text or "'person'" in text or not re.search(r"\d", text)
    # What is released holds every course and module of its text, and more than half of the texts are.
    assert len(left) * 2 > len(texts)
    places = 0
    for before, after in zip(texts, done, strict=True):
        if after is not None:
            assert _PLACE.findall(before) == _PLACE.findall(after)
            places += len(_PLACE.findall(after))
    assert places > len(left) // 2
    # Searches hold what people typed: names, student numbers.
    searches = [after for before, after in zip(texts, done, strict=True) if '"' in before]
    assert set(searches) <= {None}
