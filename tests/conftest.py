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
