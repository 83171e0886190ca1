"""The one way out: a marker at which the pipeline hands the table to `lapipe.release`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lapipe.contract import Contract
from lapipe.errors import UsageFault
from lapipe.phrases import Language
from lapipe.purpose import Purpose
from lapipe.stage import Stage, laxer


@dataclass(frozen=True)
class Release(Stage):
    """Release the table as it is at this point, under a name; the table then flows on unchanged.

    Written as Parquet; statistics also as CSV, and pseudonymised tables where `csv` says so, which stands under the
    purpose's exceptions as `Release.csv`: such a file is copied and mailed.
    """

    name: str
    csv: bool = False

    needs_held: ClassVar[bool] = True

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say what it does."""
        statistics = before.statistics
        if language == "nl":
            return (f"Geeft de tabel op dit punt vrij als `{self.name}`: " + ("cijfers over groepen" if statistics else "regels over mensen, onder pseudoniem")
                    + (", ook als CSV-bestand." if statistics or self.csv else "."))
        return (f"Releases the table as it is here, as `{self.name}`: " + ("figures about groups" if statistics else "rows about people, under a pseudonym")
                + (", as a CSV file too." if statistics or self.csv else "."))

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Refuse a name that is no folder name; what may be released is judged by `lapipe.release`."""
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", self.name):
            raise UsageFault(f"Release: '{self.name}' is no name; use small letters, digits and underscores.")
        if self.csv and not contract.statistics:
            laxer(self, "csv", self.csv, purpose)
        return contract
