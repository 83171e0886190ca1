"""Mathematics of disclosure on small tables: what tells of a person, and how much."""

from __future__ import annotations

from typing import Any

_WHERE = {"Close": "diversity", "Distinct": "diversity", "Entropy": "diversity", "KAnonymised": "k_anonymity", "Recursive": "diversity",
          "k_anonymise": "k_anonymity"}

__all__ = ["Close", "Distinct", "Entropy", "KAnonymised", "Recursive", "k_anonymise"]


def __getattr__(name: str) -> Any:
    """Import on first use, so that starting loads nothing heavy."""
    if name not in _WHERE:
        raise AttributeError(f"lapipe.disclosure has no '{name}' (it has: {', '.join(__all__)})")
    from importlib import import_module

    return getattr(import_module(f"lapipe.disclosure.{_WHERE[name]}"), name)
