"""lapipe: privacy as code for learning analytics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# `lapipe.contract` and `lapipe.purpose` are modules too. Importing them here, before the functions of these names, lets the
# functions be what `from lapipe import contract` gives; `from lapipe.contract import Contract` still finds the module.
from lapipe.declarations import contract, purpose

if TYPE_CHECKING:
    from lapipe.assess import risk
    from lapipe.comparison import compare
    from lapipe.pipeline import Options, Pipeline, Run
    from lapipe.release import read_release

__version__ = "0.1.0"

__all__ = ["Options", "Pipeline", "Run", "__version__", "compare", "contract", "purpose", "read_release", "risk"]

_WHERE = {"Options": "lapipe.pipeline", "Pipeline": "lapipe.pipeline", "Run": "lapipe.pipeline", "compare": "lapipe.comparison",
          "read_release": "lapipe.release", "risk": "lapipe.assess"}


def __getattr__(name: str) -> Any:
    """Import on first use, so that `lapipe --help` loads neither pandas nor an engine."""
    if name == "disclosure":
        import lapipe.disclosure as disclosure

        return disclosure
    if name not in _WHERE:
        raise AttributeError(f"lapipe has no '{name}' (it has: {', '.join(__all__)})")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
