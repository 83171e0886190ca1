"""Safe tables: what to withhold, what an outsider could compute, how to round. Mathematics on small tables; no files, no engine."""

from __future__ import annotations

from typing import Any

_WHERE = {"protect": "tables", "Rule": "tables", "Magnitude": "tables", "Earlier": "tables", "PRESETS": "presets", "Preset": "presets"}

__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    """Import on first use: pandas, numpy and HiGHS are loaded only where tables are protected."""
    if name not in _WHERE:
        raise AttributeError(f"lapipe.disclosure has no '{name}' (it has: {', '.join(__all__)})")
    from importlib import import_module

    return getattr(import_module(f"lapipe.disclosure.{_WHERE[name]}"), name)
