"""What can be inferred from times, days and columns side by side: refused at plan time, told at scan time, gone by the week."""

from __future__ import annotations

import itertools
from datetime import date, datetime

import pyarrow as pa
import pytest

from lapipe.contract import Column, Kind
from lapipe.detect import Judged, beside, judge
from lapipe.detect.inferred import TimesSeen, feasts, of_day, revealing, times_of
from lapipe.detect.traces import TRACES
from lapipe.errors import Refused
from lapipe.purpose import Condition, Purpose, Waiver
from lapipe.release import Release
from lapipe.stages import Flag, Generalise
from tests.spec.conftest import a_person, a_purpose, a_table, an_instant, plan_stage

PSEUDONYM = Column("student", kind=Kind.PSEUDONYM)


def allowing(*settings: str) -> Purpose:
    return a_purpose(exceptions=tuple(Waiver(setting, True, "gewogen in de DPIA", "privacy_officer") for setting in settings))


@pytest.mark.parametrize(("detail", "settings", "rule"), [
    ("full", (), "LP318"), ("hour", (), "LP318"), ("day", (), "LP319"), ("week", (), ""), ("month", (), ""), ("year", (), ""), ("academic year", (), ""),
    ("full", ("sleep at",), ""), ("hour", ("sleep at",), ""), ("day", ("religious_days at",), ""), ("day", ("sleep at",), ""),
    ("hour", ("religious_days at",), "LP318"), ("hour", ("sleep other",), "LP318")])
def test_times_of_single_people_are_released_by_the_week_or_with_the_officers_weighing(detail: str, settings: tuple[str, ...], rule: str) -> None:
    purpose = allowing(*settings)
    table = a_table(PSEUDONYM, an_instant())
    released = table if detail == "full" else plan_stage(Generalise({"at": detail}), table)
    if not rule:
        Release("acts", released, purpose)
        return
    with pytest.raises(Refused) as refused:
        Release("acts", released, purpose)
    assert refused.value.rule == rule
    assert "'week'" in str(refused.value)


def test_a_column_of_dates_is_days() -> None:
    with pytest.raises(Refused, match="^LP319"):
        Release("acts", a_table(PSEUDONYM, Column("at", type="date", kind=Kind.EVENT_TIME)), a_purpose())


def test_a_time_that_is_declared_as_something_else_is_one_and_a_birth_date_is_none() -> None:
    with pytest.raises(Refused, match="^LP318"):
        Release("acts", a_table(PSEUDONYM, Column("at", type="timestamp")), a_purpose())
    Release("acts", a_table(PSEUDONYM, Column("born", type="date", kind=Kind.QUASI)), a_purpose())


def test_groups_and_tables_about_nobody_may_have_days() -> None:
    import dataclasses

    day = Column("at", type="date", kind=Kind.EVENT_TIME)
    Release("acts", dataclasses.replace(a_table(day), statistics=True), a_purpose())
    Release("acts", a_table(day), a_purpose())
    with pytest.raises(Refused, match="^LP319"):
        Release("acts", a_table(day, person="student"), a_purpose())


@pytest.mark.parametrize(("names", "category"), [
    (("nationaliteit", "geboorteland"), "ethnicity"), (("Nationaliteit1", "GeboortelandOuder1"), "ethnicity"), (("citizenship", "country_of_birth"), "ethnicity"),
    (("GeboortelandOuder1", "moedertaal"), "ethnicity"), (("absence", "extension_date"), "health"), (("timelimit", "verzuim"), "health"),
    (("nationaliteit", "nationality_code"), ""), (("nationaliteit", "programme"), ""), (("extension_date", "due_date"), "")])
def test_columns_that_reveal_together_do_not_flow_without_a_condition(names: tuple[str, ...], category: str) -> None:
    table = a_table(a_person(), *(Column(name, kind=Kind.QUASI) for name in names))
    assert list(revealing(table)) == ([category] if category else [])
    if not category:
        plan_stage(Flag(), table)
        return
    with pytest.raises(Refused, match="^LP320"):
        plan_stage(Flag(), table)
    plan_stage(Flag(), table, purpose=allowing(f"reveals {category}"))
    plan_stage(Flag(), table, purpose=a_purpose(condition=Condition("j", "UAVG art. 24")))


def test_categories_of_a_contract_count_whatever_a_column_is_called() -> None:
    table = a_table(a_person(), Column("x", kind=Kind.QUASI, category="pd:Nationality"), Column("y", kind=Kind.QUASI, category="pd:BirthPlace"))
    assert revealing(table) == {"ethnicity": ("x", "y")}


@pytest.mark.parametrize(("name", "category"), [("vog_status", ""), ("x", "pd:CriminalOffense")])
def test_criminal_data_has_no_switch(name: str, category: str) -> None:
    table = a_table(a_person(), Column(name, kind=Kind.SPECIAL, category=category))
    with pytest.raises(Refused, match="^LP321"):
        plan_stage(Flag(), table, purpose=a_purpose(condition=Condition("j", "UAVG art. 24")))


#: First days, from published calendars.
FEASTS = {"Easter": (date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25)),
          "Pentecost": (date(2024, 5, 19), date(2025, 6, 8), date(2026, 5, 24)),
          "Rosh Hashanah": (date(2023, 9, 16), date(2024, 10, 3), date(2025, 9, 23), date(2026, 9, 12), date(2027, 10, 2)),
          "Yom Kippur": (date(2024, 10, 12), date(2025, 10, 2), date(2026, 9, 21)),
          "Passover": (date(2024, 4, 23), date(2025, 4, 13), date(2026, 4, 2)), "Shavuot": (date(2024, 6, 12), date(2025, 6, 2), date(2026, 5, 22)),
          "Ramadan": (date(2024, 3, 11), date(2025, 3, 1), date(2026, 2, 18)), "Eid al-Fitr": (date(2024, 4, 10), date(2025, 3, 31), date(2026, 3, 20))}


@pytest.mark.parametrize(("name", "day"), [(name, day) for name, days in FEASTS.items() for day in days])
def test_feasts_fall_where_published_calendars_have_them(name: str, day: date) -> None:
    from datetime import timedelta

    assert name in feasts(day, day)
    assert name not in feasts(day - timedelta(days=1), day - timedelta(days=1))


def test_what_times_show_is_told_without_a_time() -> None:
    seen = TimesSeen()
    seen.add(pa.array([datetime(2026, 2, 20, 23, 51), datetime(2026, 4, 5, 7, 12)], pa.timestamp("us")))
    sleep, days = seen.notes()
    assert "sleep" in sleep
    assert "Fridays" in days
    assert "Ramadan" in days
    assert "Easter" in days
    assert "Generalise to week" in sleep
    assert "Generalise to week" in days
    assert not any(sign.isdigit() for sign in sleep + days)


@pytest.mark.parametrize(("values", "format", "clock", "told"), [
    (["2026-02-20", "2026-02-27"], "yyyy-MM-dd", "", 0), (["2026-02-20", "2026-02-28"], "yyyy-MM-dd", "", 1), (["20/02/26, 10:00", "28/02/26, 00:00"], "dd/MM/yy, HH:mm", "", 2),
    (["2026-02-20T00:00:00", "2026-02-28 00:00:00"], "", "", 1), (["1771500000", "1772500000"], "", "seconds", 2), (["1771500000000", "x"], "", "milliseconds", 0),
    (["03/04/26", "04/03/26"], "undecided", "", 0), ([], "yyyy-MM-dd", "", 0)])
def test_texts_and_clocks_are_read_as_times(values: list[str], format: str, clock: str, told: int) -> None:
    seen = TimesSeen()
    read = times_of(pa.array(values, pa.string()), format, clock)
    if read is not None:
        seen.add(read)
    assert len(seen.notes()) == told


@pytest.mark.parametrize("category", TRACES)
def test_what_reveals_together_in_a_pipeline_is_told_together_by_a_scan(category: str) -> None:
    for one, other in itertools.combinations(TRACES[category], 2):
        names = (min(one.words), max(other.words))
        assert revealing([Column(name) for name in (*names, "cohort")]) == {category: names}
        said = beside([Judged(name, judge(name, [pa.array(["a", "b", "c"])])) for name in (*names, "cohort")], 3)
        told = {name: next(each for each in said[name] if each.rule == f"special:{category}") for name in said}
        assert all(told[name].verdict != "none" for name in names)
        assert told["cohort"].verdict == "none"
        assert any(told[name].beside for name in names) or all(told[name].verdict == "found" or told[name].header for name in names)


@pytest.mark.parametrize(("name", "values", "told"), [
    ("tijd", pa.array(["23:14", "07:05", "7:05:30"]), True), ("x", pa.array(["23h14", "07h05"]), True), ("login", pa.array(["11:14 pm", "7:05 am"]), True),
    ("uur", pa.array([0, 23]), True), ("uur", pa.array([0, 24]), False), ("aantal", pa.array([0, 23]), False), ("uitslag", pa.array(["3-1", "2-0"]), False),
    ("tijd", pa.array(["23:14", "laat"]), False), ("tijd", pa.array(["24:00", "23:60"]), False), ("klok", pa.array([1, 2], pa.time32("s")), True), ("tijd", pa.array(["23:14"]), False)])
def test_a_time_of_day_in_a_column_of_its_own_shows_sleep_too(name: str, values: pa.Array, told: bool) -> None:
    assert of_day(name, [values], len(values)) is told
