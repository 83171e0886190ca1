"""Generalise: coarser values, in the column's own zone and the contract's own levels."""

from __future__ import annotations

import random
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lapipe.contract import Column, Kind, Level
from lapipe.errors import ContractBroken, UsageFault
from lapipe.stages import Generalise
from tests.spec.conftest import ZONE, Runner, a_person, a_table, an_instant, plan_stage


def at(*clock: int, fold: int = 0) -> int:
    """The instant at which Amsterdam's clocks show a time; `fold` 1 is the second of two."""
    return int(datetime(*clock, tzinfo=ZoneInfo(ZONE), fold=fold).timestamp())  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(("instant", "detail", "expected"), [
    (at(2026, 3, 28, 23, 59, 59), "day", date(2026, 3, 28)), (at(2026, 3, 29), "day", date(2026, 3, 29)),
    (at(2026, 3, 29, 23, 59, 59), "day", date(2026, 3, 29)), (at(2026, 3, 30), "day", date(2026, 3, 30)),
    (at(2026, 10, 25), "day", date(2026, 10, 25)), (at(2026, 10, 25, 23, 59, 59), "day", date(2026, 10, 25)),
    (at(2026, 10, 26), "day", date(2026, 10, 26)),
    (at(2026, 10, 25, 2, 30), "hour", datetime(2026, 10, 25, 2)), (at(2026, 10, 25, 2, 30, fold=1), "hour", datetime(2026, 10, 25, 2)),
    (at(2026, 3, 29, 3), "hour", datetime(2026, 3, 29, 3)), (at(2026, 3, 29, 3) - 1, "hour", datetime(2026, 3, 29, 1)),
    (at(2026, 10, 25, 23, 59, 59), "week", date(2026, 10, 19)), (at(2026, 10, 26), "week", date(2026, 10, 26)),
    (at(2027, 1, 1), "week", date(2026, 12, 28)), (at(2027, 1, 3, 23, 59, 59), "week", date(2026, 12, 28)),
    (at(2027, 1, 4), "week", date(2027, 1, 4)), (at(2026, 12, 31, 23, 59, 59), "year", 2026), (at(2027, 1, 1), "year", 2027),
    (at(2026, 8, 31, 23, 59, 59), "academic year", "2025-2026"), (at(2026, 9, 1), "academic year", "2026-2027"),
    (at(2028, 2, 29, 12), "month", date(2028, 2, 1)), (None, "week", None)])
@pytest.mark.parametrize("clock", ["seconds", "milliseconds"])
def test_a_time_becomes_its_local_period(run: Runner, clock: str, instant: int | None, detail: str, expected: Any) -> None:
    value = instant * 1000 + 999 if instant is not None and clock == "milliseconds" else instant
    found = run(Generalise({"at": detail}, names={"at": "then"}), a_table(an_instant(clock=clock)), [{"at": value}])
    assert found.rows == [{"then": expected}]


@pytest.mark.parametrize(("detail", "expected"), [("day", date(2026, 3, 29)), ("week", date(2026, 3, 23)), ("hour", datetime(2026, 3, 29, 4)),
                                                  ("year", 2026), ("academic year", "2025-2026")])
def test_a_local_timestamp_becomes_its_period(run: Runner, detail: str, expected: Any) -> None:
    table = a_table(Column("at", type="timestamp", kind=Kind.EVENT_TIME, zone=ZONE))
    assert run(Generalise({"at": detail}), table, [{"at": datetime(2026, 3, 29, 4, 59, 59, 999999)}]).rows == [{"at": expected}]


@pytest.mark.parametrize(("value", "detail", "expected"), [
    (0, "band 10", 0), (9, "band 10", 0), (10, "band 10", 10), (-1, "band 10", -10), (-10, "band 10", -10), (-11, "band 10", -20),
    (7, "band 1", 7), (None, "band 10", None)])
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_a_number_becomes_the_lower_bound_of_its_band(run: Runner, kind: str, value: int | None, detail: str, expected: int | None) -> None:
    found = run(Generalise({"n": detail}), a_table(Column("n", type=kind, scale=1)), [{"n": value}])
    assert found.rows == [{"n": expected}]


def test_a_decimal_just_below_a_bound_stays_below_it(run: Runner) -> None:
    found = run(Generalise({"n": "band 10"}), a_table(Column("n", type="number", scale=1)),
                [{"n": Decimal(text)} for text in ("9.9", "-0.1", "10.0")])
    assert [row["n"] for row in found.rows] == [-10, 0, 10]


@pytest.mark.parametrize(("address", "bits", "expected"), [
    ("192.168.34.56", 16, "192.168.0.0/16"), ("192.168.34.56", 24, "192.168.34.0/24"), (" 10.0.0.1 ", 8, "10.0.0.0/8"),
    ("2001:db8:1234:5678::1", 16, "2001:db8:1234::/48"), ("no address", 16, None), ("", 16, None), (None, 16, None)])
def test_an_address_becomes_its_network_and_ipv6_keeps_three_times_the_bits(run: Runner, address: str | None, bits: int,
                                                                            expected: str | None) -> None:
    found = run(Generalise({"ip": f"prefix {bits}"}), a_table(Column("ip", kind=Kind.IDENTIFIER)), [{"ip": address}])
    assert found.rows == [{"ip": expected}]
    assert found.contract["ip"].kind is (Kind.QUASI if bits <= 16 else Kind.IDENTIFIER)


COURSES = Column("where", kind=Kind.FREE_TEXT, levels={"course": Level(patterns=(r"Course: (\w+)",))})
PROGRAMMES = Column("programme", levels={"faculty": Level({"psychology": "social", "law": "law"})})


def test_a_level_of_patterns_keeps_the_group_and_makes_the_rest_null(run: Runner) -> None:
    found = run(Generalise({"where": "level course"}, names={"where": "course"}), a_table(COURSES),
                [{"where": text} for text in ("Course: stats (Jan)", "User: Jan", "See Course: x", None)])
    assert [row["course"] for row in found.rows] == [None, None, None, "stats"]
    assert found.contract["course"].kind is Kind.PLAIN


def test_a_level_of_values_maps_them_and_declares_what_comes_out(run: Runner) -> None:
    found = run(Generalise({"programme": "level faculty"}), a_table(PROGRAMMES), [{"programme": name} for name in ("psychology", None)])
    assert [row["programme"] for row in found.rows] == [None, "social"]
    assert found.contract["programme"].values == ("law", "social")


def test_a_value_that_a_level_does_not_know_is_refused_untold(run: Runner) -> None:
    with pytest.raises(ContractBroken, match=r"^LP205 Generalise: level faculty .* 1 of its distinct values") as broken:
        run(Generalise({"programme": "level faculty"}), a_table(PROGRAMMES), [{"programme": "canary"}])
    assert "canary" not in str(broken.value)


@pytest.mark.parametrize("outside", [at(1999, 12, 31, 23, 59, 59), -(10**14), 10**14])
def test_a_time_outside_the_declared_range_is_refused(run: Runner, outside: int) -> None:
    with pytest.raises(ContractBroken, match=r"^LP205 Generalise: 1 rows have at outside its range"):
        run(Generalise({"at": "week"}), a_table(an_instant()), [{"at": outside}, {"at": at(2000, 1, 1)}])


def test_times_of_many_years_in_one_table_become_their_own_days(run: Runner) -> None:
    chance = random.Random(20261125)
    instants = [chance.randrange(at(2000, 1, 1), at(2040, 1, 1)) for _ in range(300)]
    found = run(Generalise({"at": "day"}, names={"at": "then"}), a_table(an_instant()), [{"at": instant} for instant in instants])
    assert [row["then"] for row in found.rows] == sorted(datetime.fromtimestamp(instant, ZoneInfo(ZONE)).date() for instant in instants)


def test_an_empty_table_stays_empty(run: Runner) -> None:
    table = a_table(an_instant(), Column("n", type="integer"), PROGRAMMES)
    assert run(Generalise({"at": "week", "n": "band 5", "programme": "level faculty"}), table, []).rows == []


@pytest.mark.parametrize(("detail", "told"), [
    ({"n": "week"}, "'n' is integer in detail full, and no time"), ({"at": "fortnight"}, "'fortnight' is no detail"),
    ({"week": "month"}, "'week' is date in detail week"), ({"day": "hour"}, "which have no hour"), ({"n": "band 0"}, "'band 0' is no detail"),
    ({"at": "band 10"}, "'at' is integer; bands are of numbers"), ({"student": "band 10"}, "bands are of numbers"),
    ({"programme": "level city"}, "has no level 'city' (it has: faculty)"), ({"n": "prefix 16"}, "prefixes are of IP addresses"),
    ({"programme": "prefix 33"}, "'prefix 33' is no detail"), ({"gone": "week"}, "events has no column 'gone'")])
def test_a_detail_that_does_not_fit_is_refused(detail: dict[str, str], told: str) -> None:
    table = a_table(an_instant(), Column("n", type="integer"), PROGRAMMES, a_person(), Column("day", type="date"),
                    Column("week", type="date", detail="week"))
    with pytest.raises(UsageFault) as refused:
        plan_stage(Generalise(detail), table)
    assert told in str(refused.value)


@pytest.mark.parametrize("names", [{"n": "x"}, {"at": "n"}])
def test_a_new_name_is_free_and_of_a_generalised_column(names: dict[str, str]) -> None:
    with pytest.raises(UsageFault, match="cannot be named"):
        plan_stage(Generalise({"at": "week"}, names=names), a_table(an_instant(), Column("n", type="integer")))
