"""What all tests share: a skip is told at the end, and is a failure where everything should be there (LAPIPE_ALL=1)."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

_missing: set[str] = set()


def missing(what: str) -> NoReturn:
    """Skip the test since something is not installed; with LAPIPE_ALL=1 fail it instead."""
    if os.environ.get("LAPIPE_ALL") == "1":
        pytest.fail(f"{what}, and LAPIPE_ALL=1 asks for all tests", pytrace=False)
    _missing.add(what)
    pytest.skip(what)


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
