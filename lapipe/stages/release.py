"""The one way out: a marker at which the pipeline hands the table to `lapipe.release`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lapipe.contract import Contract
from lapipe.errors import UsageFault
from lapipe.local_time import PERIOD_START
from lapipe.phrases import Language, term_said
from lapipe.purpose import Duration, Purpose
from lapipe.stage import Stage, check_lag, lag_of, laxer


@dataclass(frozen=True)
class Release(Stage):
    """Release the table as it is at this point, under a name; the table then flows on unchanged.

    Written as Parquet; statistics also as CSV, and pseudonymised tables where `csv` says so, which stands under the
    purpose's exceptions as `Release.csv`: such a file is copied and mailed.

    With a time column as `period`, brought to a day or coarser, rows about people leave in parts: each closed period once, `lag` after its
    end, in a folder of its own. The next run adds the periods that are new, and leaves those that were released before as they are.
    (A statistic has its periods from Aggregate.)
    """

    name: str
    csv: bool = False
    period: str = ""
    lag: str = "P0D"

    needs_held: ClassVar[bool] = True

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        statistics = before.statistics
        if language == "nl":
            waits = f" en nog {term_said(lag_of(self.lag), language)} gewacht is" if lag_of(self.lag) != Duration() else ""
            parts = f" Een periode van `{self.period}` gaat één keer naar buiten, als ze voorbij is{waits}." if self.period else ""
            return (f"Geeft de tabel op dit punt vrij als `{self.name}`: " + ("cijfers over groepen" if statistics else "regels over mensen, onder pseudoniem")
                    + (", ook als CSV-bestand." if statistics or self.csv else ".") + parts)
        waits = f" and {term_said(lag_of(self.lag), language)} have passed" if lag_of(self.lag) != Duration() else ""
        parts = f" A period of `{self.period}` is released once, when it is over{waits}." if self.period else ""
        return (f"Releases the table as it is here, as `{self.name}`: " + ("figures about groups" if statistics else "rows about people, under a pseudonym")
                + (", as a CSV file too." if statistics or self.csv else ".") + parts)

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Refuse a name that is no folder name; what may be released is judged by `lapipe.release`."""
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", self.name):
            raise UsageFault(f"Release: '{self.name}' is no name; use small letters, digits and underscores.")
        if self.csv and not contract.statistics:
            laxer(self, "csv", self.csv, purpose)
        if self.period or self.lag != "P0D":
            self._check_period(contract)
        return contract

    def _check_period(self, contract: Contract) -> None:
        check_lag(self, self.lag)
        if contract.statistics:
            raise UsageFault(f"Release {self.name}: the periods of a statistic, and how long they wait, are named in Aggregate.", rule="LP203")
        if not self.period or contract[self.period].detail not in PERIOD_START:
            raise UsageFault(f"Release {self.name}: period '{self.period}' must be a time column, brought to {', '.join(PERIOD_START)} with Generalise.",
                             rule="LP203")

    def series(self, contract: Contract) -> Contract:
        """Describe what is released: the table, and by which of its columns it leaves in parts."""
        return dataclasses.replace(contract, period=self.period, lag=self.lag) if self.period else contract
