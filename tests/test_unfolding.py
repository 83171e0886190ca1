"""Addresses and containers are scrubbed of exactly their people, and what is not declared in them is not released."""

from __future__ import annotations

import json
import random
from typing import Any

import pyarrow as pa
import pytest

from lapipe.contract import load_contract
from lapipe.scrubbing import Scrubber
from tests.projects import ROOT

CANARY = "kanarie"


def scrubber(table: str, column: str) -> Scrubber:
    return Scrubber(load_contract(ROOT / "schemas" / "tables" / f"{table}.odcs.yaml")[column].scrub)


OTHER, URL, EVENT = ("moodle_logstore", "other"), ("canvas_web_logs", "url"), ("openedx_tracking", "event")
IRI, CALIPER = ("xapi_statements", "object_id"), ("caliper_events", "object_id")
AGENT, MEMBER, DATA = ("xapi_statements", "authority"), ("caliper_events", "membership"), ("openedx_tracking", "data")
EVENT_NAME, REFERER = ("openedx_tracking", "event_type"), ("openedx_tracking", "referer")

CASES = [
    (OTHER, '{"relateduserid":"7","courseid":"12"}', '{"relateduserid":"person","courseid":"12"}'),
    (OTHER, 'a:2:{s:8:"username";s:8:"kan\u00e1rie";s:6:"quizid";s:2:"12";}', '{"username":"person","quizid":"12"}'),
    (OTHER, 'a:1:{s:9:"courseids";a:2:{i:0;i:3;i:1;i:4;}}', '{"courseids":[3,4]}'),
    (OTHER, 'a:2:{s:10:"overrideby";N;s:1:"q";s:7:"kanarie";}', '{"overrideby":null,"q":"hidden"}'),
    (OTHER, '{"forumtype":"general"}', '{"forumtype":"general"}'), (OTHER, "N;", "null"), (OTHER, "null", "null"), (OTHER, "[]", "[]"),
    # A person's number as a key, an undeclared key, a name where an id stays, no container, cut short, objects of PHP, a key twice.
    (OTHER, 'a:1:{i:731;s:1:"8";}', None), (OTHER, '{"731":"8"}', None), (OTHER, '{"kanarie":1}', None), (OTHER, '{"forumtype":"kanarie"}', None),
    (OTHER, '{"courseid":"1234567890123456789"}', None), (OTHER, "kanarie", None), (OTHER, '"kanarie"', None), (OTHER, "12", None),
    (OTHER, '{"courseid":1', None), (OTHER, 'a:1:{s:8:"courseid";i:1;', None), (OTHER, 'a:1:{s:9:"courseid";i:1;}', None),
    (OTHER, 'O:8:"stdClass":0:{}', None), (OTHER, '{"courseid":1,"courseid":2}', None), (OTHER, "a:1:{" * 50, None), (OTHER, "[" * 5000, None), (OTHER, "", None),
    (URL, "https://kanarie.example/courses/12/users/7?search_term=kanarie#kanarie", "/courses/12/users/person"),
    (URL, "/courses/12/assignments/34/submissions/7", "/courses/12/assignments/34/submissions/hidden"),
    (URL, "/api/v1/courses/12/quizzes/3?student_id=7&page=2", "/api/v1/courses/12/quizzes/3?student_id=person&page=2"),
    (URL, "/courses/105150000000000012/grades", "/courses/105150000000000012/grades"), (URL, "/users/courses/12", None), (URL, "/users/kanarie", "/users/person"),
    (URL, "/kanarie/12", None), (URL, "/courses/kanarie", None), (URL, "kanarie", None), (URL, "ftp://x/courses/1", None), (URL, "/courses/12/731", None),
    (URL, "/courses/%6Banarie", None), (URL, "http://[/courses/1", None),
    (EVENT, '{"user_id": 7, "problem_id": "block-v1:a+b+c+type@problem+block@d1", "answers": {"x_1": "kanarie"}}',
     '{"user_id":"person","problem_id":"block-v1:a+b+c+type@problem+block@d1","answers":"hidden"}'),
    (EVENT, '{"post": {"password1": ["kanarie"]}, "get": {}}', '{"post":"hidden","get":{}}'), (EVENT, '{"password1": "kanarie"}', None),
    (EVENT, '{"problem_id": "kanarie"}', None), (EVENT, '{"user_id": 7, "code": "' + "x" * 480, None),
    (IRI, "http://x.example/user/profile.php?id=7", "/user/profile.php?id=person"), (IRI, "http://x.example/mod/quiz/view.php?id=7", "/mod/quiz/view.php?id=7"),
    (IRI, "http://x.example/mod/forum/user.php?id=7&course=2&mode=kanarie", "/mod/forum/user.php?id=person&course=2"),
    (IRI, "block-v1:a+b+c+type@problem+block@d1", "block-v1:a+b+c+type@problem+block@d1"), (IRI, "mailto:kanarie@x.example", None), (IRI, "731", None),
    (CALIPER, "urn:instructure:canvas:user:21070000000000145", "urn:instructure:canvas:user:person"),
    (CALIPER, "urn:instructure:canvas:course:21070000000000145", "urn:instructure:canvas:course:21070000000000145"),
    (CALIPER, "https://kanarie.example/terms/201601/courses/7/sections/1/users/kanarie", "/terms/201601/courses/7/sections/1/users/person"),
    (AGENT, '{"objectType":"Agent","name":"Kanarie","account":{"homePage":"https://lms.example","name":"kanarie"}}',
     '{"objectType":"Agent","name":"person","account":{"homePage":"https://lms.example","name":"person"}}'),
    (AGENT, '{"mbox":"mailto:kanarie@x.example","account":{"homePage":"https://x.example/~kanarie","name":7}}',
     '{"mbox":"person","account":{"homePage":"hidden","name":"person"}}'),
    (AGENT, '{"objectType":"Group","member":[{"mbox_sha1sum":"kanarie"},{"openid":"kanarie"}]}',
     '{"objectType":"Group","member":[{"mbox_sha1sum":"person"},{"openid":"person"}]}'),
    (AGENT, '{"objectType":"kanarie"}', '{"objectType":"hidden"}'), (AGENT, '{"kanarie":1}', None), (AGENT, '{"member":["kanarie"]}', '{"member":["hidden"]}'), (AGENT, "kanarie", None),
    (MEMBER, '{"id":"urn:instructure:canvas:course:12:Instructor:731","member":{"id":"urn:instructure:canvas:user:731"},"roles":["Learner"]}',
     '{"id":"urn:instructure:canvas:course:12:Instructor:person","member":"person","roles":["Learner"]}'),
    (MEMBER, '{"id":"https://kanarie.example/kanarie/731","organization":"https://x.example/courses/12/users/kanarie","roles":[]}',
     '{"id":"hidden","organization":"/courses/12/users/person","roles":[]}'),
    (MEMBER, "https://x.example/courses/12/quizzes/3?module_item_id=4&q=kanarie", "/courses/12/quizzes/3?module_item_id=4"),
    (MEMBER, "https://x.example/kanarie/3", None), (MEMBER, "kanarie/kanarie", None), (MEMBER, '{"status":"kanarie","type":731}', '{"status":"hidden","type":"hidden"}'), (MEMBER, '{"id":7}', '{"id":"hidden"}'),
    # What is both kept and hidden: a module stays, a number may be anybody's.
    (DATA, '{"id":"block-v1:a+b+c+type@problem+block@d1"}', '{"id":"block-v1:a+b+c+type@problem+block@d1"}'), (DATA, '{"id":731}', '{"id":"hidden"}'),
    (DATA, '{"id":"-731","user_id":"kanarie"}', '{"id":"hidden","user_id":"person"}'), (DATA, '{"target_url":"http://x/u/kanarie"}', '{"target_url":"/u/person"}'),
    (DATA, '{"current_url":"http://x/courses/course-v1:a+b+c/kanarie/7"}', '{"current_url":"hidden"}'),
    (EVENT_NAME, "edx.course.enrollment.activated", "edx.course.enrollment.activated"), (EVENT_NAME, "play_video", "play_video"), (EVENT_NAME, "kanarie", None),
    (EVENT_NAME, "/courses/course-v1:a+b+c/instructor/api/kanarie", None), (EVENT_NAME, "/api/user/v1/accounts/kanarie", None),
    (EVENT_NAME, "edx.731.kanarie", None), (REFERER, "http://x/u/kanarie", "/u/person"), (REFERER, "https://kanarie.example", ""),
    (REFERER, "http://x/courses/course-v1:a+b+c/discussion/forum/users/7?q=kanarie&user=7", "/courses/course-v1:a+b+c/discussion/forum/users/person?user=person"),
]


@pytest.mark.parametrize(("where", "text", "wanted"), CASES, ids=[f"{number} {case[0][1]}" for number, case in enumerate(CASES)])
def test_people_are_replaced_and_courses_stay(where: tuple[str, str], text: str, wanted: str | None) -> None:
    made = scrubber(*where)
    assert made.scrub(text) == wanted
    assert made.over_arrow(pa.array([text, None])[:1]).to_pylist() == [wanted]
    assert CANARY not in str(wanted)


def php(value: Any) -> str:
    """Write a value as PHP serialises it."""
    if value is None:
        return "N;"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    items = list(enumerate(value)) if isinstance(value, list) else list(value.items())
    return f"a:{len(items)}:{{{''.join(php(key) + php(inner) for key, inner in items)}}}"


def test_no_person_survives_in_any_container_and_both_forms_say_the_same() -> None:
    made, chance, released = scrubber(*OTHER), random.Random(5), 0
    reading = made.reading
    people = ("kanarie", "k.anarie@voorbeeld.example", "731000000101", 731_000_000_101, ["kanarie", 731_000_000_101], {"x": "kanarie"})
    for _ in range(2_000):
        value: dict[str, Any] = {}
        for _ in range(chance.randrange(5)):
            kind = chance.random()
            if kind < 0.4:
                value[chance.choice((*reading.person, *reading.hidden))] = chance.choice(people)
            elif kind < 0.9:
                value[chance.choice(reading.kept)] = chance.choice((chance.randrange(1, 10**6), str(chance.randrange(1, 10**6)), "general", None))
            else:
                value[chance.choice((*reading.kept, "undeclared"))] = chance.choice(("kanarie", "k.anarie@voorbeeld.example"))
        out = made.scrub(json.dumps(value))
        if value:
            assert made.scrub(php(value)) == out
        if out is not None:
            released += bool(value)
            assert "anarie" not in out
            assert "731000000101" not in out
            kept = {key: each for key, each in json.loads(out).items() if key in reading.kept}
            assert kept == {key: each for key, each in value.items() if key in reading.kept}
    assert released > 500


@pytest.mark.parametrize("where", [URL, IRI, CALIPER, REFERER])
def test_addresses_that_differ_in_their_numbers_alone_are_scrubbed_as_each_by_itself(where: tuple[str, str]) -> None:
    chance, made, released, several = random.Random(9), scrubber(*where), 0, set()
    words = [*made.reading.person, *made.reading.hidden, *made.reading.kept, *made.reading.words, "kanarie", "12a", "%31", "a:b", ""]
    numbers = ("7", "12", "0012", "731000000101", "105150000000000012", "1234567890123456789", "-1", "1.5", "900000000000000007", "x900000000000000007", "course-v1:a+b+900000000000000007")
    for _ in range(4_000):
        parts = [word for _ in range(chance.randrange(1, 4)) for word in (chance.choice(words).partition("?")[0], chance.choice(numbers))]
        text = chance.choice(("", "https://lms.example", "https://lms.example:8443", "urn", " ")) + "/" + "/".join(parts)
        text = text.replace("/", ":") if text.startswith("urn") else text
        asked = [f"{word.partition('?')[2]}={chance.choice((*numbers, 'kanarie'))}" for word in chance.sample(words, 3) if "?" in word]
        text += ("?" + "&".join(asked) if asked else "") + chance.choice(("", "", "#7", "/", " "))
        out = made.scrub(text)
        assert out == made._unfolded(text), text
        released += out is not None
        several.add(text)
    assert released > 50
    assert len(several) > 3_000
