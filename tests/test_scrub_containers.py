"""Of people in the containers of xAPI, Caliper and Open edX nobody is left, and courses and modules are.

In each sample every value that names a person is first put in the place of a canary of its own, wherever in the record it stands, so that
each of them can be searched for in all that comes out. Of Caliper there is no sample: its events are made after the shapes of Canvas,
Blackboard and the standard's own examples.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pytest

from lapipe.contract import load_contract
from lapipe.scrubbing import Scrubber
from tests.projects import ROOT, SAMPLES

#: Keys behind which a sample names a person; found by other words than the contract's.
_PERSON = re.compile(r"user_?id|user_?name|^user$|e?mail|^mbox|openid|target_username|remote_?addr|^ip$|user_login|sis_id|client_ip|externalid|ipaddress", re.IGNORECASE)
#: A course or module of Open edX, and one of an address.
_PLACE = re.compile(r"(?:course|block)-v1:[\w.+@-]+|/courses/\d+|course:\d+")


def canaries(value: Any, made: dict[str, Any], key: str = "") -> Any:
    """Give a record with a canary for each value that names a person, the same one for the same value."""
    if isinstance(value, dict):
        agent = "account" in value or "mbox" in value or value.get("objectType") in ("Agent", "Group")
        return {inner: canaries(each, made, "user_name" if (agent and inner == "name") or (key == "account" and inner == "name") else inner) for inner, each in value.items()}
    if isinstance(value, list):
        return [canaries(each, made, key) for each in value]
    if value is None or isinstance(value, bool) or not _PERSON.search(key) or value == "":
        return value
    number = 731_000_000_000 + len(made)
    return made.setdefault(f"{value}", number if isinstance(value, int) else f"kanarie{number}@voorbeeld.example")


def texts(records: list[dict[str, Any]], column: str, path: tuple[str, ...]) -> list[str]:
    """Give a column's texts as a reader gives them."""
    found = []
    for record in records:
        value: Any = record
        for key in path or (column,):
            value = value.get(key) if isinstance(value, dict) else None
        if value not in (None, ""):
            found.append(value if isinstance(value, str) else json.dumps(value))
    return found


def records_of(file: str) -> list[dict[str, Any]]:
    found = []
    for line in (SAMPLES / file).read_text("utf-8").splitlines():
        try:
            found.append(json.loads(line[max(line.find("{"), 0):]))
        except ValueError:
            continue
    return found


def held(table: str, column: str, records: list[dict[str, Any]]) -> tuple[list[str], list[str | None]]:
    """Scrub a column of records whose people are canaries, and search for every one of them."""
    people: dict[str, Any] = {}
    made = [canaries(record, people) for record in records]
    declared = load_contract(ROOT / "schemas" / "tables" / f"{table}.odcs.yaml")[column]
    before = texts(made, column, declared.path)
    scrubber = Scrubber(declared.scrub)
    after = scrubber.over_arrow(pa.array(before, pa.string())).to_pylist()
    assert after == [scrubber.scrub(text) for text in before]
    left = "\n".join(text for text in after if text)
    assert "kanarie" not in left
    assert "731000000" not in left
    assert [str(person) for person in people.values() if str(person) in left] == []
    return before, after


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"NOT TESTED: there are no sample exports in {SAMPLES}")
@pytest.mark.parametrize(("table", "column", "files", "released"), [
    ("openedx_tracking", "data", ("openedx_fixtures/edx_events.jsonl", "openedx_fixtures/tracking_prefixed.log"), 0.9),
    ("openedx_tracking", "event", ("openedx_fixtures/edx_events.jsonl", "openedx_fixtures/tracking_prefixed.log"), 0.9),
    *(("openedx_tracking", column, ("openedx_fixtures/edx_events.jsonl",), 1.0) for column in ("name", "path")),
    ("openedx_tracking", "referer", ("openedx_fixtures/tracking_prefixed.log",), 1.0),
    ("xapi_statements", "authority", ("xapi_moodle/xapi_statements_moodle.jsonl",), 1.0),
    ("xapi_statements", "instructor", ("xapi_moodle/xapi_statements_moodle.jsonl",), 1.0),
])
def test_no_id_of_a_samples_people_survives_in_a_container_and_courses_and_modules_do(table: str, column: str, files: tuple[str, ...], released: float) -> None:
    before, after = held(table, column, [record for file in files for record in records_of(file)])
    assert column in ("name", "path", "referer") or any("kanarie" in text or "731000000" in text for text in before)
    assert sum(text is not None for text in after) >= released * len(before) > 0, [text for text, done in zip(before, after, strict=True) if done is None]
    for one, other in zip(before, after, strict=True):
        # Of a list, a page of HTML, the contract says nothing. What an address says behind its # is a place on the page.
        if other is not None and table == "openedx_tracking" and one.startswith(("{", "/", "http")):
            assert sorted(_PLACE.findall(re.sub(r'#[^"]*', "", one))) == sorted(_PLACE.findall(other))
    if table == "openedx_tracking":
        assert sum(len(_PLACE.findall(text)) for text in after if text) > {"name": -1, "referer": 4}.get(column, 10)


def caliper() -> list[dict[str, Any]]:
    """Make events up: of Canvas, of Blackboard, of the standard's examples."""
    login, agent = {"user_login": "k.anarie@voorbeeld.example", "user_sis_id": "s7310001", "entity_id": "21070000000000145"}, "Mozilla/5.0"
    canvas, bb = "urn:instructure:canvas", "https://map.example/v1/sites/a118bba8-5378-4533-899b-8862ac59db03"
    person = {"id": f"{canvas}:user:21070000000000145", "type": "Person", "extensions": {"com.instructure.canvas": login}}
    return [
        {"membership": {"id": f"{canvas}:course:2107565:Instructor:21070000000000145", "type": "Membership", "member": person, "roles": ["Instructor"],
                        "organization": {"id": f"{canvas}:course:2107565", "type": "CourseOffering"}},
         "referrer": "https://lms.example/courses/2107565/users/21070000000000145?name=k.anarie@voorbeeld.example",
         "target": {"id": f"{canvas}:course:2107565", "type": "CourseOffering", "name": "Gesprek met K. Anarie", "extensions": {"com.instructure.canvas": login}},
         "generated": {"id": f"{canvas}:submission:99", "type": "Attempt", "assignee": person, "count": 1, "assignable": {"id": f"{canvas}:assignment:88"}},
         "extensions": {"com.instructure.canvas": {"hostname": "lms.example", "request_id": "1dd9dc6f", "user_agent": agent, "client_ip": "192.0.2.77",
                                                   "request_url": "https://lms.example/courses/2107565/users/21070000000000145", "version": "1.0.0",
                                                   "context_type": "Course"}}},
        {"membership": {"id": "https://example.edu/terms/201601/courses/7/sections/1/rosters/1", "type": "Membership", "status": "Active",
                        "member": "https://example.edu/users/21070000000000145", "organization": "https://example.edu/terms/201601/courses/7/sections/1",
                        "roles": ["Learner"], "dateCreated": "2026-08-01T06:00:00.000Z"},
         "generated": {"id": "urn:uuid:2b6d64bf-5b31-4e2f-b389-c6ebcb232407", "type": "Score", "scoredBy": "https://example.edu/users/21070000000000145", "comment": "K. Anarie"}},
        {"extensions": {"bb:user.id": "_731_1", "bb:user.externalId": "k.anarie@voorbeeld.example", "bb:request.headers.ipAddress": "192.0.2.77"},
         "target": {"id": bb, "type": "DigitalResource", "creators": [{"id": f"{bb}/users/21070000000000145", "type": "Person"}], "learningObjectives": [], "keywords": []},
         "referrer": {"id": "https://example.edu/courses/7/pages/2", "type": "WebPage"}},
    ]


@pytest.mark.parametrize("column", ["membership", "generated", "target", "referrer", "extensions"])
def test_no_id_of_caliper_s_people_survives_and_its_courses_do(column: str) -> None:
    before, after = held("caliper_events", column, caliper())
    assert len(before) >= 2
    assert None not in after
    for one, other in zip(before, after, strict=True):
        assert other is not None
        for told in ("21070000000000145", "anarie", "192.0.2.77", "7310001", "_731_1", "99", "2b6d64bf"):
            assert told not in other
        assert _PLACE.findall(one) == _PLACE.findall(other)
    # The same event with a key that nobody declared.
    strange = [record | {column: {"id": "https://example.edu/courses/7", "nickname": "kanarie"}} for record in caliper()]
    assert held("caliper_events", column, strange)[1] == [None] * 3
