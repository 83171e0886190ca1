"""Safe tables and rows: what to withhold, recode or round, and what an outsider could compute. Mathematics on small tables; no files, no engine."""

from __future__ import annotations

from typing import Any

_WHERE = {"protect": "tables", "Rule": "tables", "Magnitude": "tables", "Earlier": "tables", "PRESETS": "presets", "Preset": "presets",
          "measure": "measured", "k_anonymise": "k_anonymity", "KAnonymised": "k_anonymity", "Distinct": "diversity", "Entropy": "diversity", "Recursive": "diversity",
          "Close": "diversity"}

__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    """Import on first use: pandas, numpy and HiGHS are loaded only where they are needed."""
    if name not in _WHERE:
        raise AttributeError(f"lapipe.disclosure has no '{name}' (it has: {', '.join(__all__)})")
    from importlib import import_module

    return getattr(import_module(f"lapipe.disclosure.{_WHERE[name]}"), name)
