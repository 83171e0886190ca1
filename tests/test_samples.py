"""The shipped pipelines on the sample exports beside the checkout, against counts made in plain Python."""

from __future__ import annotations

import csv
import dataclasses
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lapipe.keys import KeyRing
from lapipe.pipeline import Options, Pipeline, Run, load_pipeline
from lapipe.purpose import Waiver
from lapipe.stages import Aggregate, Extract, Flag, Scrub
from tests.projects import ROOT, SAMPLES, TODAY, declaring

LOGS = SAMPLES / "moodle_log_templates"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"NOT TESTED: there are no sample exports in {SAMPLES}")

STUDENTS = range(10_000, 12_794)
#: Who objected: every hundredth.
OBJECTED = frozenset(str(user) for user in STUDENTS if user % 100 == 7)

_REVIEWED = re.compile(r"The user with id '-?\d+' has had their attempt with id '\d+' reviewed by the user with id '(-?\d+)'")
_ACTED = re.compile(r"(?:The user with id '(-?\d+)'|User '(-?\d+)' joined )")


def run(pipeline: Pipeline, folder: Path, data: dict[str, Any]) -> Run:
    KeyRing.create(folder / "keys" / "ring.json", today=TODAY)
    from datetime import UTC

    options = Options(out=folder / "out", runs=folder / "runs", clock=lambda: datetime(2026, 11, 24, 12, tzinfo=UTC))
    return pipeline.run(data, register=folder / "register", keys=folder / "keys" / "ring.json", options=options)


def people(folder: Path) -> dict[str, Path]:
    (folder / "students.csv").write_text(
        "moodle_id,student_number,name,email,bsn,date_of_birth,programme,cohort,extra_time\n" + "".join(
            f"{user},s{user + 5_000_000},Naam,n@voorbeeld.example,,2004-01-01,{('Biologie', 'Rechten')[user % 2]},2024,false\n"
            for user in STUDENTS), "utf-8")
    (folder / "objections.csv").write_text(
        "student_number,purpose,state,received\n" + "".join(f"{int(user) + 5_000_000},,upheld,2026-01-01\n" for user in OBJECTED),
        "utf-8")
    return {"students": folder / "students.csv", "objections": folder / "objections.csv"}


def actor(text: str) -> str:
    found = _REVIEWED.search(text) or _ACTED.search(text)
    return next(filter(None, found.groups())) if found else ""


#: Mondays before and after the events of every sample log: its weeks are whole in between.
AROUND = (date(2025, 6, 9), date(2025, 7, 7))


def widened(path: Path, encoding: str, delimiter: str, folder: Path) -> Path:
    """Copy a log, with an event of nobody on the days around it."""
    text = path.read_bytes().decode(encoding)
    end = "\r\n" if "\r\n" in text else "\n"
    rows = "".join(delimiter.join((f'"{day:%d/%m/%y}, 12:00:00"', "-", "-", "x", "x", "x", "The user with id '0' ran a task.", "cli", ""))
                   + end for day in AROUND)
    (folder / path.name).write_bytes((text.rstrip("\r\n") + end + rows).encode(encoding))
    return folder / path.name


Cells = dict[tuple[str | None, date, str], tuple[int, int]]


def counted(path: Path, encoding: str, delimiter: str) -> Cells:
    """Count people and rows per course, week and component."""
    who: dict[tuple[str | None, date, str], set[str]] = defaultdict(set)
    rows: Counter[tuple[str | None, date, str]] = Counter()
    known = {str(user) for user in STUDENTS} - OBJECTED
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        next(reader)
        for time, _, _, context, component, _, text, *_ in reader:
            user = actor(text)
            day = datetime.strptime(time, "%d/%m/%y, %H:%M:%S").date()
            if user not in known or day < date(2021, 11, 24):
                continue
            course = re.match(r"(?:Course|Cursus): (.*)$", context)
            cell = (course[1] if course else None, day - timedelta(days=day.weekday()), component)
            who[cell].add(user)
            rows[cell] += 1
    return {cell: (len(users), rows[cell]) for cell, users in who.items()}


def large(found: Cells) -> Cells:
    """Give the cells of ten people or more."""
    return {cell: figures for cell, figures in found.items() if figures[0] >= 10}


@pytest.mark.parametrize(("file", "encoding", "delimiter"), [
    ("synthetic_moodle_log_en_utf8bom.csv", "utf-8-sig", ","),
    ("synthetic_moodle_log_nl_utf8bom.csv", "utf-8-sig", ","),
    ("synthetic_moodle_log_nl_excel_resaved_cp1252_semicolon.csv", "cp1252", ";"),
    ("synthetic_moodle_log_en_utf16le_tab.txt", "utf-16", "\t"),
])
def test_the_weekly_table_of_a_sample_log_holds_every_cell_of_ten_and_no_other(
        file: str, encoding: str, delimiter: str, tmp_path: Path) -> None:
    pipeline = load_pipeline(ROOT / "pipelines" / "moodle_weekly_activity.py")
    if encoding in ("cp1252", "utf-16"):
        pipeline = declaring(pipeline, "events", encoding=encoding, delimiter=delimiter)
    path = widened(LOGS / file, encoding, delimiter, tmp_path)
    done = run(pipeline, tmp_path, {"events": path, **people(tmp_path)})
    all_cells = counted(path, encoding, delimiter)
    wanted = large(all_cells)
    assert wanted
    frame = done.read("weekly_activity")
    found = {(row.course if isinstance(row.course, str) else None, row.week, row.component): (int(row.people), int(row.actions))
             for row in frame.itertuples()}
    assert found == wanted
    # What is left of Description and context: no id, no name.
    events = done.read("moodle_activity")
    grouped = events.groupby(["course", "week", "component"], dropna=False)["student"].agg(["nunique", "size"])
    assert {(course if isinstance(course, str) else None, week, component): (int(users), int(rows))
            for (course, week, component), users, rows in grouped.itertuples()} == all_cells
    with (LOGS / file).open(encoding=encoding, newline="") as stream:
        names = {row[1] for row in csv.reader(stream, delimiter=delimiter)} - {"-"}
    ids = {str(user) for user in STUDENTS}
    for table in (frame, events):
        for column in table.columns.difference(["student", "people", "actions"]):
            values = {str(value) for value in table[column].dropna().unique()}
            assert not values & names
            assert not {word for value in values for word in re.findall(r"\d{5}", value)} & ids
    assert events["student"].str.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").all()


@pytest.mark.parametrize(("file", "encoding", "delimiter"), [
    ("synthetic_moodle_log_en_utf8bom.csv", "utf-8-sig", ","),
    ("synthetic_moodle_log_nl_utf8bom.csv", "utf-8-sig", ","),
    ("synthetic_moodle_log_nl_excel_resaved_cp1252_semicolon.csv", "cp1252", ";"),
    ("synthetic_moodle_log_en_utf16le_tab.txt", "utf-16", "\t"),
])
def test_of_a_sample_log_released_with_its_descriptions_nobody_is_left_and_courses_and_modules_are(
        file: str, encoding: str, delimiter: str, tmp_path: Path) -> None:
    """Every file of the release is searched for every id and every name of the sample's people."""
    pipeline = load_pipeline(ROOT / "pipelines" / "moodle_weekly_activity.py")
    if encoding in ("cp1252", "utf-16"):
        pipeline = declaring(pipeline, "events", encoding=encoding, delimiter=delimiter)
    uses = pipeline.purpose.columns["moodle_log_report"]
    columns = {**uses, "description": dataclasses.replace(uses["description"], use="full")}
    # Sentences, also those of a system, look like free text: whoever releases them says so where the privacy officer reads it.
    waivers = (Waiver("flag description free_text", True, "Sentences of Moodle's own, scrubbed", "privacy_officer"),
               Waiver("Extract.keep", True, "The sentences are scrubbed and released", "privacy_officer"))
    purpose = dataclasses.replace(pipeline.purpose, columns={**pipeline.purpose.columns, "moodle_log_report": columns}, exceptions=waivers)
    stages = list(pipeline.stages[:next(place for place, stage in enumerate(pipeline.stages) if isinstance(stage, Aggregate))])
    place = next(place for place, stage in enumerate(stages) if isinstance(stage, Extract))
    stages[place:place + 1] = [Extract("user", keep=True)]
    place = next(place for place, stage in enumerate(stages) if isinstance(stage, Flag))
    stages[place:place + 1] = [Scrub("description"), Flag(accept={"description": "free_text"})]
    done = run(dataclasses.replace(pipeline, purpose=purpose, stages=tuple(stages)), tmp_path, {"events": LOGS / file, **people(tmp_path)})
    events = done.read("moodle_activity")
    with (LOGS / file).open(encoding=encoding, newline="") as stream:
        rows = list(csv.reader(stream, delimiter=delimiter))[1:]
    ids = {found for row in rows for found in re.findall(r"[Uu]ser (?:with (?:the )?id )?'(\d+)'", row[6]) if len(found) > 3}
    # Moodle's own account is called 'Admin User', and 'user' stands in every sentence.
    names = {word.casefold() for row in rows for cell in row[1:3] for word in re.findall(r"[^\W\d_]{3,}", cell)} - {"user"}
    assert len(ids) > 100
    assert len(names) > 10
    place_of = re.compile(r"(?:course|course module|module)(?: with)?(?: the)? (?:id )?'(\d+)'|activity with id '(\d+)'")
    kept: set[str] = set()
    for column in events.columns.difference(["student"]):
        for value in map(str, events[column].dropna().unique()):
            kept |= {"".join(found) for found in place_of.findall(value)}
            # The number of a course or module may by chance be that of a person too.
            assert not set(re.findall(r"\d+", place_of.sub("", value))) & ids
            if column != "course":
                assert not {word.casefold() for word in re.findall(r"[^\W\d_]+", value)} & names
            else:
                assert not any(row[1] in value for row in rows[:500] if row[1] != "-")
    released = {("".join(found)) for row in rows for found in place_of.findall(row[6])}
    assert len(events) > len(rows) // 3
    assert events["description"].notna().mean() > 0.5
    assert len(kept) > 20
    assert kept <= released


@pytest.mark.parametrize(("file", "encoding", "delimiter", "weeks"), [
    ("synthetic_moodle_log_en_utf8bom.csv", "utf-8-sig", ",", {date(2025, 6, 16), date(2025, 6, 23)}),
    ("synthetic_moodle_log_nl_utf8bom.csv", "utf-8-sig", ",", set()),
])
def test_of_a_sample_log_only_the_weeks_that_it_holds_whole_are_released(
        file: str, encoding: str, delimiter: str, weeks: set[date], tmp_path: Path) -> None:
    """The first runs from a Sunday to the Monday two weeks on, the other from a Friday to a Monday."""
    done = run(load_pipeline(ROOT / "pipelines" / "moodle_weekly_activity.py"), tmp_path, {"events": LOGS / file, **people(tmp_path)})
    wanted = {cell: figures for cell, figures in large(counted(LOGS / file, encoding, delimiter)).items() if cell[1] in weeks}
    assert done.skipped == (() if weeks else ("weekly_activity",))
    if weeks:
        assert {(row.course if isinstance(row.course, str) else None, row.week, row.component): (int(row.people), int(row.actions))
                for row in done.read("weekly_activity").itertuples()} == wanted


def test_the_score_distribution_of_oulad_holds_every_cell_of_ten_and_no_figure_of_another(tmp_path: Path) -> None:
    who: dict[tuple[str, int | None], set[str]] = defaultdict(set)
    oulad = SAMPLES / "oulad"
    with (oulad / "studentAssessment.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["id_student"] not in ("11391", "28400"):
                who[row["id_assessment"], int(row["score"]) // 10 * 10 if row["score"] not in ("", "?") else None].add(row["id_student"])
    (tmp_path / "objections.csv").write_text("id_student,purpose,state,received\n11391,,received,\n28400,,upheld,\n6516,,rejected,\n")
    done = run(load_pipeline(ROOT / "pipelines" / "assessment_results.py"), tmp_path, {
        "results": oulad / "studentAssessment.csv", "assessments": oulad / "assessments.csv", "objections": tmp_path / "objections.csv"})
    frame = done.read("score_distribution")
    published = frame[frame["status"] == "published"]
    found = {(row.id_assessment, None if row.score is None or row.score != row.score or str(row.score) == "<NA>" else int(row.score)):
             int(row.people) for row in published.itertuples()}
    assert found == {cell: len(users) for cell, users in who.items() if len(users) >= 10}
    assert frame.loc[frame["status"] == "withheld", "people"].isna().all()
    # A row for each assessment of the catalogue and each band, and one for no score.
    assert len(frame) == 206 * 12
