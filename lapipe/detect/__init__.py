"""Find BSNs, other identifiers and special categories in columns: by name, by whole values, by longer text."""

from lapipe.detect.bsn import Verdict, elfproef
from lapipe.detect.columns import CATEGORIES, RULES, Evidence, judge
from lapipe.detect.tables import Judged, beside

__all__ = ["CATEGORIES", "RULES", "Evidence", "Judged", "Verdict", "beside", "elfproef", "judge"]
