"""The made-up university: what a real export would hold, traps included, and nobody who exists."""

from __future__ import annotations

import csv
import errno
import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lapipe import demo
from lapipe.demo import COURSES, LOG_HEADER, OBJECTION_HEADER, PROGRAMMES, STUDENT_HEADER, Course, Made, make_university
from lapipe.errors import EngineFault, UsageFault

ROWS = 12_000
ACTOR = re.compile(r"^(?:The user with id|User) '([0-9]+)'")
SMALL = [course for course in COURSES if course.size > 1]


def records(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_university(tmp_path_factory.mktemp("demo"), rows=ROWS)


@pytest.fixture(scope="module")
def log(made: Made) -> list[dict[str, str]]:
    return records(made.log)


@pytest.fixture(scope="module")
def students(made: Made) -> list[dict[str, str]]:
    return records(made.students)


@pytest.fixture(scope="module")
def objections(made: Made) -> list[dict[str, str]]:
    return records(made.objections)


def number(spelling: str) -> str:
    return spelling.lstrip("s#").removesuffix(".0")


def actor(row: dict[str, str]) -> str:
    found = ACTOR.match(row["Beschrijving"])
    assert found, "a description without an actor"
    return found[1]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(made: Made, tmp_path: Path) -> None:
    again = make_university(tmp_path / "again", rows=ROWS)
    other = make_university(tmp_path / "other", rows=ROWS, seed=1)
    for one, two, three in ((made.log, again.log, other.log), (made.students, again.students, other.students),
                            (made.objections, again.objections, other.objections)):
        assert one.read_bytes() == two.read_bytes()
        assert one.read_bytes() != three.read_bytes()


def test_only_the_three_files_appear(made: Made) -> None:
    assert sorted(path.name for path in made.folder.iterdir()) == sorted(
        [demo.LOG_FILE, demo.STUDENTS_FILE, demo.OBJECTIONS_FILE])


def test_headers_are_those_of_the_exports(made: Made) -> None:
    assert made.log.read_bytes().startswith(b"\xef\xbb\xbfTijd,Volledige naam van de gebruiker,Over gebruiker,"
                                            b"Gebeurteniscontext,Component,Gebeurtenisnaam,Beschrijving,Oorsprong,IP-adres\n")
    assert made.students.read_text(encoding="utf-8").splitlines()[0] == ",".join(STUDENT_HEADER)
    assert made.objections.read_text(encoding="utf-8").splitlines()[0] == ",".join(OBJECTION_HEADER)


@pytest.mark.parametrize("rows", [1, 2, 59, 9_999, 10_000, 10_001])
def test_the_log_has_exactly_the_rows_asked_for_and_progress_ends_there(rows: int, tmp_path: Path) -> None:
    told: list[int] = []
    result = make_university(tmp_path, rows=rows, progress=told.append)
    assert len(records(result.log)) == result.rows == rows == told[-1]
    assert told == sorted(set(told))


@pytest.mark.parametrize(("rows", "count"), [(1, 60), (7_319, 60), (7_320, 61), (12_000, 100)])
def test_there_is_a_student_for_every_120_rows_and_never_fewer_than_60(rows: int, count: int, tmp_path: Path) -> None:
    result = make_university(tmp_path, rows=rows)
    assert len(records(result.students)) == result.students_count == count


def test_every_row_has_nine_cells_and_some_descriptions_a_newline(made: Made, log: list[dict[str, str]]) -> None:
    assert all(tuple(row) == LOG_HEADER and None not in row.values() for row in log)
    broken = sum("\n" in row["Beschrijving"] for row in log)
    assert broken > 0
    assert made.log.read_text(encoding="utf-8").count("\n") == 1 + ROWS + broken


def test_a_line_is_written_as_the_csv_module_writes_it(made: Made) -> None:
    text = made.log.read_text(encoding="utf-8")
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\n").writerows(csv.reader(io.StringIO(text, newline="")))
    assert again.getvalue() == text


def test_times_are_local_newest_first_within_the_academic_year_and_exist_once(log: list[dict[str, str]]) -> None:
    times = [datetime.strptime(row["Tijd"], "%d/%m/%y, %H:%M:%S") for row in log]
    assert all(later >= earlier for later, earlier in pairwise(times))
    assert times[0].date() <= date(2026, 6, 28)
    assert times[-1].date() >= date(2025, 9, 1)
    assert 2 not in {time.hour for time in times}
    days = Counter(time.date() for time in times)
    assert days[date(2025, 12, 24)] < days[date(2025, 12, 10)] / 2, "Christmas is quiet"


@pytest.mark.parametrize(("end", "start"), [
    (date(2025, 8, 31), date(2024, 9, 1)), (date(2025, 9, 1), date(2025, 9, 1)), (date(2026, 1, 4), date(2025, 9, 1))])
def test_the_log_runs_from_the_first_of_september_to_the_day_asked_for(end: date, start: date, tmp_path: Path) -> None:
    rows = records(make_university(tmp_path, rows=3_000, end=end).log)
    days = [datetime.strptime(row["Tijd"], "%d/%m/%y, %H:%M:%S").date() for row in rows]
    assert (days[0], days[-1]) == (end, start)


def test_every_description_names_an_actor_and_no_field_is_left_unfilled(log: list[dict[str, str]]) -> None:
    for row in log:
        actor(row)
        assert "{" not in "".join(row.values())


def test_lecturers_and_cron_are_few_and_not_in_the_student_table(
        log: list[dict[str, str]], students: list[dict[str, str]]) -> None:
    known = {row["moodle_id"] for row in students}
    strangers = Counter(actor(row) for row in log if actor(row) not in known)
    assert strangers["0"] > 0
    assert 1 < len(strangers) <= 1 + len(COURSES)
    assert 0.02 < sum(strangers.values()) / ROWS < 0.08
    assert strangers["0"] / ROWS < 0.03, "Extract stops at five per cent"
    assert all(row["IP-adres"] == "" and row["Oorsprong"] == "cli" for row in log if actor(row) == "0")


def test_a_second_person_stands_in_some_descriptions_with_the_name_beside_it(log: list[dict[str, str]]) -> None:
    second = re.compile(r"(?:belonging to|for|of|to) the user with id '([0-9]+)'")
    names = {actor(row): row["Volledige naam van de gebruiker"] for row in log}
    pairs = [(row, found[1]) for row in log if (found := second.search(row["Beschrijving"]))]
    others = [(row, person) for row, person in pairs if person != actor(row)]
    assert others
    assert all(row["Over gebruiker"] == names[person] for row, person in pairs if person in names)


def test_a_context_or_a_search_holds_names_and_student_numbers(
        log: list[dict[str, str]], students: list[dict[str, str]]) -> None:
    names = {row["Volledige naam van de gebruiker"] for row in log}
    numbers = {number(row["student_number"]) for row in students}
    searched = [found[1] for row in log if (found := re.search(r'containing "(.*)"\.$', row["Beschrijving"]))]
    assert any(text in names for text in searched)
    assert any(number(text) in numbers for text in searched)
    contexts = [row["Gebeurteniscontext"] for row in log]
    assert any(text.removeprefix("Gebruiker: ") in names for text in contexts if text.startswith("Gebruiker: "))
    assert 0.4 < sum(text.startswith("Cursus: ") for text in contexts) / ROWS < 0.6


@pytest.mark.parametrize("course", SMALL, ids=lambda course: course.name)
def test_a_small_course_has_exactly_its_number_of_students_none_of_whom_objected(
        course: Course, log: list[dict[str, str]], students: list[dict[str, str]],
        objections: list[dict[str, str]]) -> None:
    numbers = {row["moodle_id"]: number(row["student_number"]) for row in students}
    people = {actor(row) for row in log if row["Gebeurteniscontext"] == f"Cursus: {course.name} 2025-2026"}
    members = people & set(numbers)
    assert len(members) == course.size
    assert not {numbers[person] for person in members} & {number(row["student_number"]) for row in objections}


def test_small_courses_lie_around_ten() -> None:
    assert sorted(course.size for course in SMALL) == [4, 9, 10, 11]
    assert len(COURSES) == 12
    assert min(course.people(60) for course in COURSES if course.size <= 1) > 11


def test_a_few_students_do_much_of_what_is_done(log: list[dict[str, str]]) -> None:
    counts = sorted(Counter(actor(row) for row in log).values(), reverse=True)
    assert sum(counts[: len(counts) // 5]) > 0.35 * ROWS


def test_addresses_are_those_kept_for_documentation_in_both_versions(log: list[dict[str, str]]) -> None:
    addresses = {row["IP-adres"] for row in log} - {""}
    four = {address for address in addresses if address.startswith(("192.0.2.", "198.51.100.", "203.0.113."))}
    six = {address for address in addresses if address.startswith("2001:db8:")}
    assert four
    assert six
    assert four | six == addresses


def test_bsns_pass_the_eleven_test_start_with_nine_and_differ(students: list[dict[str, str]]) -> None:
    bsns = [row["bsn"] for row in students]
    for bsn in bsns:
        assert re.fullmatch(r"9[0-9]{8}", bsn)
        assert sum(weight * int(digit) for weight, digit in zip((*range(9, 1, -1), -1), bsn, strict=True)) % 11 == 0
    assert len(set(bsns)) == len(bsns)


def test_student_numbers_are_spelt_in_four_ways_and_are_one_per_student(students: list[dict[str, str]]) -> None:
    spelt = [row["student_number"] for row in students]
    forms = {re.sub("[0-9]{7}", "1234567", each) for each in spelt}
    assert forms == {"s1234567", "1234567", "#1234567", "1234567.0"}
    assert len({number(each) for each in spelt}) == len({row["moodle_id"] for row in students}) == len(students)


def test_student_columns_hold_what_the_contract_says(students: list[dict[str, str]]) -> None:
    assert {row["programme"] for row in students} == set(PROGRAMMES)
    assert {row["extra_time"] for row in students} == {"true", "false"}
    assert {row["cohort"] for row in students} <= {str(year) for year in range(2021, 2026)}
    assert all(16 < int(row["cohort"]) - date.fromisoformat(row["date_of_birth"]).year < 26 for row in students)
    assert all(row["moodle_id"].isdigit() and row["email"].endswith(".example") for row in students)


@pytest.mark.parametrize(("name", "filed"), [
    ("Lotte van den Berg", "Berg, Lotte van den"), ("Bram van 't Hof", "Hof, Bram van 't"),
    ("Noor El Amrani", "El Amrani, Noor"),
    ("Siobhán O'Brien", "O'Brien, Siobhán"), ("Elif Yılmaz", "Yılmaz, Elif"), ("Марко Коваль", "Коваль, Марко")])
def test_a_name_is_filed_under_its_first_capital(name: str, filed: str) -> None:
    assert demo._filed(name) == filed


@pytest.mark.parametrize("rows", [1, 12_000, 60_000])
def test_about_three_in_a_hundred_objected_in_every_state_spelt_otherwise(rows: int, tmp_path: Path) -> None:
    result = make_university(tmp_path, rows=rows)
    spelt = {number(row["student_number"]): row["student_number"] for row in records(result.students)}
    listed = records(result.objections)
    assert len(listed) == max(5, result.students_count // 33)
    assert {row["state"] for row in listed} == {"received", "upheld", "rejected", "withdrawn"}
    assert {"", "moodle_weekly_activity"} < {row["purpose"] for row in listed}
    assert all(spelt[number(row["student_number"])] != row["student_number"] for row in listed)
    assert len({number(row["student_number"]) for row in listed}) == len(listed)
    assert all(date(2026, 3, 1) < date.fromisoformat(row["received"]) <= date(2026, 6, 28) for row in listed)


@pytest.mark.parametrize("rows", [0, -1])
def test_no_rows_is_a_usage_fault_and_writes_nothing(rows: int, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="1 or more"):
        make_university(tmp_path / "demo", rows=rows)
    assert not (tmp_path / "demo").exists()


def test_a_file_where_the_folder_should_be_is_one_sentence_without_a_chain(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("kept", encoding="utf-8")
    with pytest.raises(EngineFault, match="cannot be written") as caught:
        make_university(tmp_path / "demo", rows=1)
    assert caught.value.__context__ is None
    assert (tmp_path / "demo").read_text(encoding="utf-8") == "kept"


def test_a_full_disk_half_way_leaves_the_old_files_and_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_university(tmp_path, rows=100)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def full(rng: Any, event: Any, each: Any) -> Sequence[str]:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(demo, "_log_row", full)
    with pytest.raises(EngineFault, match="No space left"):
        make_university(tmp_path, rows=200, seed=1)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
