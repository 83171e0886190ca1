"""What all tests share: a skip is told at the end, and is a failure where everything should be there (LAPIPE_ALL=1)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from typing import NoReturn

import pytest

#: How often each of the tests that kill at random moments does so. All of them a hundred times take most of an hour: LAPIPE_KILLS=100.
KILLS = int(os.environ.get("LAPIPE_KILLS", "30"))

#: Where the tests may make schemas; the account that runs them is a superuser there.
POSTGRES = os.environ.get("LAPIPE_POSTGRES", "postgresql:///test?host=/var/run/postgresql")

_missing: set[str] = set()


def missing(what: str) -> NoReturn:
    """Skip the test since something is not installed; with LAPIPE_ALL=1 fail it instead."""
    if os.environ.get("LAPIPE_ALL") == "1":
        pytest.fail(f"{what}, and LAPIPE_ALL=1 asks for all tests", pytrace=False)
    _missing.add(what)
    pytest.skip(what)


@pytest.fixture
def database() -> Iterator[str]:
    """Give the URL of a schema of one's own in PostgreSQL, which is not made yet."""
    import psycopg

    schema = f"lapipe_test_{secrets.token_hex(6)}"
    try:
        with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5) as connection:
            connection.execute("SET client_min_messages = error")
            yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}schema={schema}"
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        return
    except psycopg.OperationalError:
        pass
    missing("no PostgreSQL at LAPIPE_POSTGRES or on the local socket")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested."""
    for what in sorted(_missing):
        terminalreporter.write_line(f"NOT TESTED: {what}", yellow=True, bold=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the first and the last case of every spec on Spark, all of them with LAPIPE_SPARK=all: a case there takes seconds."""
    if os.environ.get("LAPIPE_SPARK") == "all":
        return
    on_spark: dict[str, list[pytest.Item]] = {}
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")  # type: ignore[attr-defined]
        if engine == "spark":
            on_spark.setdefault(item.nodeid.partition("[")[0], []).append(item)
    dropped = {item for cases in on_spark.values() for item in cases[1:-1]}
    if dropped:
        config.hook.pytest_deselected(items=sorted(dropped, key=lambda item: item.nodeid))
        items[:] = [item for item in items if item not in dropped]
