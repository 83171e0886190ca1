"""What was published before is remembered: whole runs over made-up students, one release after another."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lapipe import Pipeline
from lapipe.contract import load_contract
from lapipe.errors import RegisterFault
from lapipe.keys import KeyRing
from lapipe.ledger import Ledger
from lapipe.pipeline import Options, Run
from lapipe.purpose import load_purpose
from lapipe.register import Register
from lapipe.release import read_release
from lapipe.stages import Aggregate, Count, Flag, Generalise, Mean, Minimise, Object, Pseudonymise, Release, Retain, Validate
from tests.projects import ROOT, TODAY, week
from tests.test_engine import need_spark

K = 10

CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: grades
name: Grades
version: 1.0.0
status: active
schema:
  - name: grades
    customProperties:
      - {property: privacy, vendor: lapipe, value: {person: student, zone: Europe/Amsterdam}}
    properties:
      - {name: student, logicalType: string, required: true, customProperties: [{property: privacy, vendor: lapipe, value: {kind: identifier,
         about: student, domain: student_number, spelling: {prefixes: ['#', s], lower: true, number: true, width: 7, pattern: '[0-9]{7}', nobody: ['0000000']}}}]}
      - {name: programme, logicalType: string, customProperties: [{property: privacy, vendor: lapipe, value: {kind: quasi, about: student}}]}
      - {name: route, logicalType: string, customProperties: [{property: privacy, vendor: lapipe, value: {kind: quasi, about: student}}]}
      - {name: credits, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 60},
         customProperties: [{property: privacy, vendor: lapipe, value: {kind: quasi, about: student}}]}
      - {name: day, logicalType: date, required: true, customProperties: [{property: privacy, vendor: lapipe, value: {kind: event_time, about: student}}]}
"""

PURPOSE = """
name: {name}
title: {{nl: Studievoortgang per opleiding, en: Progress per programme}}
who: The education analysts of the faculty office, asked by the programme committee
what: Count per programme and route how many students there are and how many credits they have
data: Student number (as a pseudonym), programme, route, credits in bands, and week
when: Every Monday about the week that closed, during the academic year 2026-2027
result: The programme committee moves courses of which fewer than half of the students pass to another term
basis:
  collect: {{basis: public_task, reference: 'WHW art. 7.13, as the exam regulations of the programme ask it'}}
  analyse: {{basis: public_task, reference: 'WHW art. 1.18, care for the quality of education'}}
  use: {{basis: public_task, reference: 'WHW art. 9.18, the yearly assessment by the programme committee'}}
collected_for: {name}
dpia: {{not_needed: 'No profiles and no decisions about individuals; only groups of ten or more leave (officer, 2026-06-18)'}}
notice: https://www.voorbeeld.example/privacy/progress
subjects: [student]
columns:
  grades: {{student: pseudonym, programme: full, route: full, credits: full, day: week}}
  objection: {{student_number: inside, purpose: inside, state: inside}}
k: 10
keep_for: P2Y
retain: P1Y
recipients:
  - {{name: education analysts, role: analyst, may: pseudonyms}}
exceptions: []
valid_from: 2026-09-01
review_by: 2027-09-01
zone: Europe/Amsterdam
"""


class Project:
    """A project with a table of students, of which statistics are released again and again."""

    def __init__(self, base: Path, engine: str = "") -> None:
        self.base, self.engine, self.numbers = base, engine, itertools.count(1)
        for folder in ("schemas/tables", "schemas/purposes"):
            (base / folder).mkdir(parents=True)
        for name in ("schemas/organisation.yaml", "schemas/tables/objection.odcs.yaml"):
            (base / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
        (base / "schemas/tables/grades.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
        self.ring = base / "keys" / "ring.json"
        KeyRing.create(self.ring, today=TODAY)

    def pipeline(self, by: Sequence[str], measures: Mapping[str, Any] | None = None, *, name: str = "progress", pseudonyms: bool = True,
                 period: str = "", details: Mapping[str, str] | None = None, totals: Sequence[str] = ()) -> Pipeline:
        """Give a pipeline that groups by some columns."""
        path = self.base / "schemas" / "purposes" / f"{name}.yaml"
        path.write_text(PURPOSE.format(name=name), encoding="utf-8")
        tables = self.base / "schemas" / "tables"
        changed = {"day": "week", **(details or {})}
        return Pipeline(
            purpose=load_purpose(path, floor=K), name=name,
            sources={"grades": load_contract(tables / "grades.odcs.yaml"), "objections": load_contract(tables / "objection.odcs.yaml")},
            stages=(Minimise(), Validate(), Object("objections"), Retain("day"), *([Pseudonymise({"student": "student"})] if pseudonyms else []),
                    Generalise(changed), Flag(), Aggregate(tuple(by), measures or {}, period=period, totals=totals), Release(name)))

    def go(self, pipeline: Pipeline, frame: pd.DataFrame, *, today: date = TODAY, objecting: Sequence[str] = (), **settings: Any) -> Run:
        """Run it over a frame."""
        objections = pd.DataFrame({"student_number": list(objecting), "purpose": None, "state": "received", "received": str(TODAY)}, dtype="str")
        options = Options(out=self.base / "out", runs=self.base / "runs", clock=lambda: datetime(today.year, today.month, today.day, 12, tzinfo=UTC),
                          run_id=f"r{next(self.numbers):03}", engine=self.engine, **settings)
        return pipeline.run({"grades": frame, "objections": objections}, register=self.base / "register.sqlite", keys=self.ring, options=options)

    def ledger(self) -> Ledger:
        """Give the ledger with its key."""
        return Ledger(self.base / "ledger", KeyRing.open(self.ring.with_name("ring.ledger.json")))


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return Project(tmp_path)


def students(sizes: Mapping[str, int], *, route: Sequence[str] = ("fulltime", "parttime"), day: date = TODAY - timedelta(days=20)) -> pd.DataFrame:
    """Give a row per student: so many in each programme, taking turns over the routes."""
    rows = [(f"{1_000_000 + number}", programme, route[number % len(route)], number % 60)
            for number, programme in enumerate(itertools.chain.from_iterable([name] * size for name, size in sizes.items()))]
    frame = pd.DataFrame(rows, columns=["student", "programme", "route", "credits"])
    return frame.assign(day=pd.Timestamp(day))


def people(run: Run, name: str = "progress", by: str = "programme") -> dict[Any, tuple[str, Any]]:
    """Give status and people of each row by a column's value."""
    frame = run.read(name)
    return {row[by]: (row["status"], row["people"]) for row in frame.to_dict("records")}


@pytest.mark.parametrize("pseudonyms", [True, False], ids=["pseudonyms", "identifiers"])
@pytest.mark.parametrize(("gone", "shown"), [(0, ("published", 30)), (1, ("frozen", 30)), (9, ("frozen", 30)), (10, ("published", 20))])
def test_a_group_that_lost_fewer_than_k_people_is_shown_as_it_was(gone: int, shown: tuple[str, int], pseudonyms: bool, made: Project) -> None:
    frame, pipeline = students({"biology": 30, "law": 40}), made.pipeline(["programme"], pseudonyms=pseudonyms)
    made.go(pipeline, frame)
    run = made.go(pipeline, frame, objecting=list(frame["student"][:gone]))
    assert people(run) == {"biology": shown, "law": ("published", 40)}
    (told,) = [entry.body for entry in Register.open(made.base / "register.sqlite", clock=lambda: datetime.now(UTC)).entries(run=run.id)
               if entry.kind == "memory"]
    assert told == {"release": "progress", "releases compared": 1, "cells frozen": int(0 < gone < K), "cells withheld": 0}


def test_the_same_question_has_the_same_answer_to_the_byte_on_a_later_day(made: Project) -> None:
    frame, pipeline = students({"biology": 30, "law": 9}), made.pipeline(["programme"], {"rows": Count(), "credits": Mean("credits")})
    first = made.go(pipeline, frame)
    second = made.go(pipeline, frame.sample(frac=1, random_state=3), today=TODAY + timedelta(days=1))
    files = [run.path("progress") / "data.parquet" for run in (first, second)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_mean_of_which_one_grade_changed_stays_as_it_was(made: Project) -> None:
    """n2 m2 - n1 m1 is what changed."""
    frame, pipeline = students({"biology": 30}), made.pipeline(["programme"], {"credits": Mean("credits")})
    before = made.go(pipeline, frame).read("progress")["credits"][0]
    frame.loc[4, "credits"] += 7
    after = made.go(pipeline, frame).read("progress")
    assert (after["status"][0], after["credits"][0]) == ("frozen", before)


def test_a_group_that_fell_under_k_by_one_person_stays_as_it_was(made: Project) -> None:
    frame, pipeline = students({"biology": 10, "law": 40}), made.pipeline(["programme"])
    made.go(pipeline, frame)
    assert people(made.go(pipeline, frame[1:]))["biology"] == ("frozen", 10)


def test_small_steps_are_measured_from_what_was_shown(made: Project) -> None:
    """After five objections, and five more, the group is shown anew: it differs by ten from what is known of it."""
    frame, pipeline = students({"biology": 30}), made.pipeline(["programme"])
    made.go(pipeline, frame)
    told = [people(made.go(pipeline, frame[gone:]))["biology"] for gone in (5, 10, 12)]
    assert told == [("frozen", 30), ("published", 20), ("frozen", 20)]


def test_an_erased_person_still_counts_as_a_difference(made: Project) -> None:
    frame, pipeline = students({"biology": 30}), made.pipeline(["programme"])
    made.go(pipeline, frame)
    assert made.ledger().erase("student_number", [frame["student"][0]]) == 1
    assert made.ledger().erase("student_number", [frame["student"][0]]) == 0
    assert people(made.go(pipeline, frame[1:]))["biology"] == ("frozen", 30)
    # With the person still there, two of its members differ: the one that was erased, and the one that came.
    assert people(made.go(pipeline, frame))["biology"] == ("frozen", 30)


def test_a_finer_table_of_another_pipeline_may_not_be_subtracted_from_a_coarser_one(made: Project) -> None:
    """30 biologists are known, and 27 of them study full time: so three do not."""
    frame = students({"biology": 30, "law": 40})
    frame["route"] = ["parttime"] * 3 + ["fulltime"] * 67
    made.go(made.pipeline(["programme"]), frame)
    run = made.go(made.pipeline(["programme", "route"], name="routes"), frame)
    assert {(row["programme"], row["route"]) for row in run.read("routes").to_dict("records")} == {("law", "fulltime")}


def test_a_coarser_table_may_not_be_subtracted_from_a_finer_one(made: Project) -> None:
    frame = students({"biology": 30, "law": 40})
    frame["route"] = ["parttime"] * 3 + ["fulltime"] * 67
    made.go(made.pipeline(["programme", "route"], name="routes"), frame)
    assert set(people(made.go(made.pipeline(["programme"]), frame))) == {"law"}


def test_a_table_that_shares_out_the_same_people_does_not_give_back_what_was_withheld(made: Project) -> None:
    """70 people by route; by programme 30, 33 and seven who are withheld: 70 - 63 gives them back."""
    frame = students({"biology": 30, "law": 33, "history": 7})
    made.go(made.pipeline(["programme"]), frame)
    assert len(made.go(made.pipeline(["route"], name="routes"), frame).read("routes")) == 1
    # The other way round too, with two programmes withheld instead of one.
    other = students({"biology": 30, "law": 33, "history": 7, "art": 40})
    other["student"] = [f"2{number[1:]}" for number in other["student"]]
    made.go(made.pipeline(["route"], name="routes_of_others"), other)
    assert len(made.go(made.pipeline(["programme"], name="programmes_of_others"), other).read("programmes_of_others")) == 2


def test_ten_weeks_of_nightly_runs_equal_one_run_at_the_end(made: Project, tmp_path: Path) -> None:
    weeks = [week(back) for back in range(11, 0, -1)]
    every = pd.concat([students({"biology": 30 + number % 3, "law": 8 + number, "history": 12}, day=monday + timedelta(days=day))
                       for number, monday in enumerate(weeks) for day in (0, 6)])
    nightly = made.pipeline(["programme", "day"], {"rows": Count()}, name="weekly", period="day")
    ran = 0
    for monday in weeks[1:]:
        for night in range(7):
            today = monday + timedelta(days=night)
            seen = every[every["day"].dt.date < today]
            ran += bool(made.go(nightly, seen, today=today).releases)
    read = read_release(made.base / "out" / "weekly", today=TODAY)
    other = Project(tmp_path / "other")
    once = other.go(other.pipeline(["programme", "day"], {"rows": Count()}, name="weekly", period="day"), every[every["day"].dt.date < weeks[-1] + timedelta(6)],
                    today=weeks[-1] + timedelta(days=6)).read("weekly")
    order = ["day", "programme"]
    assert ran >= 9
    assert set(read["status"]) == {"published"}
    pd.testing.assert_frame_equal(read.sort_values(order, ignore_index=True), once.sort_values(order, ignore_index=True))


def test_what_is_remembered_is_the_owners_only_and_names_nobody(made: Project) -> None:
    frame = students({"biology": 30})
    run = made.go(made.pipeline(["programme"], {"credits": Mean("credits")}), frame)
    files = [path for path in (made.base / "ledger").rglob("*") if path.is_file()]
    assert len(files) == 6
    assert all(path.stat().st_mode & 0o077 == 0 for path in (*files, made.base / "ledger"))
    members = pd.read_parquet(made.base / "ledger" / run.id / "progress.0" / "members.parquet")
    assert list(members.columns) == ["cell", "who", "state"]
    assert len(members) == 30
    marks = made.ledger().ring.marks("student_number").of(list(frame["student"]))
    assert set(members["who"]) == set(marks)
    for path in files:
        assert not [number for number in frame["student"] if number.encode() in path.read_bytes()]


def test_another_key_is_refused_since_nobody_would_be_found(made: Project) -> None:
    frame, pipeline = students({"biology": 30}), made.pipeline(["programme"])
    made.go(pipeline, frame)
    made.ring.with_name("ring.ledger.json").unlink()
    with pytest.raises(RegisterFault, match="There is no key ring"):
        made.go(pipeline, frame)
    KeyRing.create(made.ring.with_name("ring.ledger.json"), today=TODAY)
    with pytest.raises(RegisterFault, match="another key"):
        made.go(pipeline, frame)


@pytest.mark.parametrize("spoil", ["members.parquet", "about.json"])
def test_a_record_that_cannot_be_read_stops_the_run(spoil: str, made: Project) -> None:
    frame, pipeline = students({"biology": 30}), made.pipeline(["programme"])
    run = made.go(pipeline, frame)
    path = made.base / "ledger" / run.id / "progress.0" / spoil
    path.unlink() if spoil == "members.parquet" else path.write_text("{", encoding="utf-8")
    with pytest.raises(RegisterFault):
        made.go(pipeline, frame)


def test_what_a_run_that_released_nothing_put_there_is_not_remembered(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    frame, pipeline = students({"biology": 30}), made.pipeline(["programme"])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("lapipe.release.Staging.commit", full)
        with pytest.raises(Exception, match="disk is full"):
            made.go(pipeline, frame)
    assert not list((made.base / "ledger").glob("*/*/about.json"))
    assert people(made.go(pipeline, frame[1:]))["biology"] == ("published", 29)


def test_a_release_past_its_term_is_not_compared(made: Project) -> None:
    frame, pipeline = students({"biology": 30}), made.pipeline(["programme"])
    run = made.go(pipeline, frame)
    about = made.base / "ledger" / run.id / "progress.0" / "about.json"
    about.write_text(about.read_text(encoding="utf-8").replace("2028-11-24", "2026-11-23"), encoding="utf-8")
    assert people(made.go(pipeline, frame[1:]))["biology"] == ("published", 29)


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_on_spark_the_same_is_frozen(tmp_path: Path) -> None:
    need_spark()
    made = Project(tmp_path, "spark")
    frame, pipeline = students({"biology": 30, "law": 40}), made.pipeline(["programme"], {"credits": Mean("credits")})
    made.go(pipeline, frame)
    frame.loc[4, "credits"] += 7
    assert people(made.go(pipeline, frame[1:])) == {"biology": ("frozen", 30), "law": ("published", 40)}


def test_totals_are_held_against_earlier_ones_too(made: Project) -> None:
    frame = students({"biology": 30, "law": 40, "history": 24})
    pipeline = made.pipeline(["programme", "route"], totals=("route", "programme"))
    first = made.go(pipeline, frame).read("progress")
    again = made.go(pipeline, frame).read("progress")
    assert again.equals(first)
    changed = made.go(pipeline, frame[2:]).read("progress")
    status = {(row["programme"], row["route"]): row["status"] for row in changed.astype(object).where(changed.notna(), None).to_dict("records")}
    # Both routes of biology lost one, and so did every total that they are in.
    assert {place for place, each in status.items() if each == "frozen"} == {
        ("biology", "fulltime"), ("biology", "parttime"), ("biology", None), (None, "fulltime"), (None, "parttime"), (None, None)}
    assert changed["people"].tolist() == first["people"].tolist()


def test_a_total_that_was_published_is_not_subtracted_from_groups_that_come_later(made: Project) -> None:
    """49 study full time, of whom 42 are shown by programme: the seven others could be had from the total that is known already."""
    frame = students({"biology": 30, "law": 12, "history": 7}, route=["fulltime"])
    made.go(made.pipeline(["route"], name="routes"), frame)
    assert len(made.go(made.pipeline(["programme", "route"], name="both_columns"), frame).read("both_columns")) == 1


def test_a_statistic_without_rows_has_no_groups_and_no_fault() -> None:
    """Of a column of no chunk at all, Arrow makes no dictionary."""
    import pyarrow as pa

    from lapipe.groups import spelt_column

    for type in (pa.date32(), pa.string(), pa.int64()):
        spelt = spelt_column(pa.chunked_array([], type))
        assert (len(spelt), spelt.type.value_type) == (0, pa.string())
# --- several tables of one run, and sums over several releases ---


def several(made: Project, *tables: Aggregate, details: Mapping[str, str] | None = None) -> Pipeline:
    """Give a pipeline that releases several tables of the same rows: t0, t1, ..."""
    one = made.pipeline(["programme"], details=details)
    return dataclasses.replace(one, stages=(*one.stages[:-2], *(stage for number, table in enumerate(tables) for stage in (table, Release(f"t{number}")))))


def test_tables_of_one_run_are_protected_in_one(made: Project) -> None:
    """By programme 30, 33 and seven; by route 35 and 35: one group of each must go, and in each release it does."""
    frame = students({"biology": 30, "law": 33, "history": 7})
    run = made.go(several(made, Aggregate(("programme",)), Aggregate(("route",))), frame)
    shown = [{row[by]: row["people"] for row in run.read(name).to_dict("records")} for name, by in (("t0", "programme"), ("t1", "route"))]
    assert "history" not in shown[0]
    # Were two programmes and both routes known, so were the seven.
    assert len(shown[0]) < 2 or len(shown[1]) < 2


def test_a_total_of_one_table_does_not_give_back_what_another_withholds(made: Project) -> None:
    frame = students({"biology": 30, "law": 33, "history": 7}, route=["fulltime"])
    run = made.go(several(made, Aggregate(("programme", "route"), totals=("programme",)), Aggregate(("programme",))), frame)
    both, one = run.read("t0"), run.read("t1")
    whole = both[(both["total_over"] == "programme") & (both["status"] == "published")]["people"].sum()
    known = {row["programme"] for row in [*both[both["total_over"] == ""].to_dict("records"), *one.to_dict("records")] if row["status"] == "published"}
    assert not whole or len(known) < 2


def test_bands_that_overlap_between_releases_are_not_subtracted(made: Project) -> None:
    """Of 0 to 9, 10 to 19 and 20 to 29 credits, and of 0 to 14 and 15 to 29: the second less the first is three people with 10 to 14."""
    credits = [3] * 20 + [12] * 3 + [17] * 20 + [25] * 20
    frame = students({"biology": len(credits)}).assign(credits=credits)
    first = made.go(made.pipeline(["credits"], name="tens", details={"credits": "band 10"}), frame).read("tens")
    assert first["people"].dropna().tolist() == [20, 23, 20]
    second = made.go(made.pipeline(["credits"], name="fifteens", details={"credits": "band 15"}), frame).read("fifteens")
    shown = dict(zip(second["credits"], second["people"], strict=True))
    # 23 - 20 = 3 is what 0 to 14 would tell, and 20 + 23 + 20 - 40 = 23 what 15 to 29 would.
    assert shown.get(0) is None or pd.isna(shown[0])


def test_what_was_withheld_under_another_k_does_not_come_back(made: Project) -> None:
    frame = students({"biology": 30, "law": 12, "history": 40})
    strict = made.pipeline(["programme"], name="strict")
    strict = dataclasses.replace(strict, purpose=dataclasses.replace(strict.purpose, k=15))
    assert set(people(made.go(strict, frame), "strict")) == {"biology", "history"}
    assert set(people(made.go(made.pipeline(["programme"]), frame))) == {"biology", "history"}


def test_what_one_release_withholds_for_another_s_sake_is_not_given_back_by_a_third(made: Project) -> None:
    """The ledger remembers the sums as well as the groups."""
    frame = students({"biology": 30, "law": 33, "history": 7, "art": 20})
    made.go(made.pipeline(["programme"], name="one"), frame)
    made.go(made.pipeline(["route"], name="two"), frame)
    kept = [remembered.sums() for remembered in made.ledger().earlier("student_number", TODAY)]
    assert kept[0] == []
    assert kept[1]
    third = made.go(made.pipeline(["programme", "route"], name="three"), frame).read("three")
    sizes = {(row["programme"], row["route"]): row["people"] for row in third.to_dict("records")}
    assert not {("history", "fulltime"), ("history", "parttime")} & set(sizes)
