"""Hold users' own frames against a contract with pandera, and make a contract of a pandera model; never a value in an error."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lapipe.contract import Column, Contract, Kind
from lapipe.documents import UNDECIDED
from lapipe.errors import ContractBroken, UsageFault

if TYPE_CHECKING:
    from types import ModuleType

#: What a frame can be.
BACKENDS = ("pandas", "polars", "ibis")

_PANDAS = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean", "date": "datetime64[s]",
           "timestamp": "datetime64[us]"}


def compile_schema(contract: Contract, backend: str) -> Any:
    """Compile a contract to a pandera schema of one backend."""
    pa = _pandera(backend)
    columns = {
        column.name: pa.Column(_dtype(column, backend), [check for _, check in _checks(pa, column, backend)], nullable=not column.required,
                               coerce=backend != "ibis", metadata=_metadata(column))
        for column in contract}
    return pa.DataFrameSchema(columns, name=contract.name, strict=True, unique=list(contract.key) or None,
                              metadata={"version": contract.version})


def validate(contract: Contract, frame: Any) -> Any:
    """Validate a frame; every broken rule is counted, and told without a value."""
    backend = type(frame).__module__.partition(".")[0]
    schema = compile_schema(contract, backend)
    from pandera.errors import SchemaError, SchemaErrors

    broken: Counter[str] = Counter()
    found: list[Any] = []
    try:
        return schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        found = list(errors.schema_errors)
    except SchemaError as error:
        found = [error]
    except (TypeError, ValueError, ArithmeticError):
        broken["a column is not of its declared type"] += 1
    # Outside the except block, so that nothing of pandera's errors, which quote values, hangs on in the chain.
    for each in found:
        broken[_told(each)] += count_of(each)
    told = "; ".join(f"{what} (broken {count} times)" for what, count in broken.items())
    raise ContractBroken(f"{contract.name}: the {backend} frame breaks contract version {contract.version}: {told}. Correct the frame, or "
                         "the contract.", rule="LP205")


def _told(error: Any) -> str:
    """Name column and rule of one of pandera's errors; its own text and check hold values."""
    column = getattr(error.schema, "name", "") or "the table"
    reason = getattr(getattr(error, "reason_code", None), "name", "") or "a rule"
    check = getattr(error, "check", None)
    rule = getattr(check, "name", None) or reason.lower().replace("_", " ")
    if reason == "CHECK_ERROR":
        rule = f"{rule} could not be computed, for the column's type or values"
    return f"'{column}': {rule}"


def count_of(error: Any) -> int:
    """Count the rows of which one of pandera's errors tells; of Ibis its cases are a table that is not computed yet."""
    cases: Any = getattr(error, "failure_cases", None)
    if hasattr(cases, "count") and type(cases).__module__.startswith("ibis."):
        try:
            return max(1, int(cases.count().execute()))
        except Exception:  # of whatever engine is behind the frame; that the rule is broken is known
            return 1
    # Of a check that could not be computed, the error's text stands here.
    return max(1, len(cases)) if cases is not None and hasattr(cases, "columns") else 1


def _pandera(backend: str) -> ModuleType:
    if backend not in BACKENDS:
        raise UsageFault(f"There is no frame '{backend}' that contracts compile for (there are: {', '.join(BACKENDS)}).")
    if importlib.util.find_spec(backend) is None:
        raise UsageFault(f"{backend} is not installed; install it to validate its frames.")
    return importlib.import_module(f"pandera.{backend}")


def _metadata(column: Column) -> dict[str, str]:
    return {"kind": str(column.kind), "about": column.about, "category": column.category, "domain": column.domain}


def _dtype(column: Column, backend: str) -> Any:
    if backend == "pandas":
        return _PANDAS[column.type]
    if backend == "polars":
        import polars as pl

        return {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date,
                "timestamp": pl.Datetime("us")}[column.type]
    import ibis

    return ibis.dtype("float64" if column.type == "number" else column.engine_type)


def _checks(pa: Any, column: Column, backend: str) -> Iterator[tuple[str, Any]]:
    """Give each check of a column under the name that the engine's counting gives it."""

    def bound(value: Any) -> Any:
        if column.type == "integer" or not isinstance(value, str):
            return value
        if column.type == "number":
            return float(value)
        if backend == "pandas":
            import pandas as pd

            return pd.Timestamp(value)
        return date.fromisoformat(value) if column.type == "date" else datetime.fromisoformat(value)

    if column.minimum is not None:
        yield "minimum", pa.Check.ge(bound(column.minimum), name="at least its minimum")
    if column.maximum is not None:
        yield "maximum", pa.Check.le(bound(column.maximum), name="at most its maximum")
    if column.values:
        yield "values", pa.Check.isin(list(column.values), name="one of its declared values")
    if column.pattern:
        # In Python `$` also stands before a last end of line; for the engines of polars and DuckDB it is the end, and \Z is unknown.
        end = r"\Z" if backend == "pandas" else "$"
        yield "pattern", pa.Check.str_matches(rf"\A(?:{column.pattern}){end}", name="its declared pattern")
    if column.min_length is not None or column.max_length is not None:
        yield "length", pa.Check.str_length(column.min_length, column.max_length, name="its declared length")
    if column.is_time and column.detail == "full":
        low, high = (_start(column, day, backend) for day in column.times_between)
        yield "times", pa.Check.in_range(low, high, include_max=False, name="within its declared times")


def _start(column: Column, day: str, backend: str) -> Any:
    """Give the first instant of a local day, as the column's own values write it."""
    start = date.fromisoformat(day)
    if column.clock:
        instant = int(datetime.combine(start, time.min, ZoneInfo(column.zone)).timestamp())
        return instant * (1000 if column.clock == "milliseconds" else 1)
    if backend == "pandas":
        import pandas as pd

        return pd.Timestamp(start)
    return start if column.type == "date" else datetime.combine(start, time.min)


# --- from a model -----------------------------------------------------------------------------------------------------

_KINDS_OF_TYPES = (("int", "integer"), ("uint", "integer"), ("float", "number"), ("decimal", "number"), ("bool", "boolean"),
                   ("datetime", "timestamp"), ("timestamp", "timestamp"), ("date", "date"))


def contract_of_model(target: str, table: str = "") -> str:
    """Write the contract (ODCS YAML) of a pandera model or schema, named MODULE:MODEL; what it does not say is undecided.

    Raises:
        UsageFault: there is no such module or model, or it is none of pandera's.
    """
    schema = _schema(target)
    name = table or re.sub(r"\W+", "_", str(schema.name or target.rpartition(":")[2])).lower()
    unique = list(schema.unique or [])
    lines = ["# Made by `lapipe contract from-model`. What the model does not say is `undecided`, and `lapipe check` refuses it.",
             "apiVersion: v3.2.0", "kind: DataContract", f"id: {name}", f"name: {name}", "version: 0.1.0", "status: draft", "description:",
             f"  purpose: {UNDECIDED}", "schema:", f"  - name: {name}", "    properties:"]
    for column_name, column in schema.columns.items():
        metadata: Mapping[str, Any] = column.metadata or {}
        kind = str(metadata.get("kind", ""))
        said = str(column.dtype).lower()
        lines += [f"      - name: {json.dumps(str(column_name), ensure_ascii=False)}",
                  f"        logicalType: {next((ours for theirs, ours in _KINDS_OF_TYPES if said.startswith(theirs)), 'string')}"]
        if not column.nullable:
            lines.append("        required: true")
        if column_name in unique:
            lines += ["        primaryKey: true", f"        primaryKeyPosition: {unique.index(column_name) + 1}"]
        options, values, unread = _declared(column.checks)
        if options:
            lines.append(f"        logicalTypeOptions: {json.dumps(options, ensure_ascii=False)}")
        if values:
            lines += ["        enum:", *(f"          - value: {json.dumps(value, ensure_ascii=False)}" for value in values)]
        if unread:
            lines.append(f"        # {unread} of the model's checks have no counterpart in a contract, and are left out.")
        lines += ["        customProperties:", "          - property: privacy", "            vendor: lapipe", "            value:",
                  f"              kind: {kind if kind in {str(each) for each in Kind} else UNDECIDED}"]
        lines += [f"              {key}: {json.dumps(str(metadata[key]), ensure_ascii=False)}"
                  for key in ("about", "category", "domain") if metadata.get(key)]
    return "\n".join(lines) + "\n"


def _declared(checks: Any) -> tuple[dict[str, Any], list[Any], int]:
    options: dict[str, Any] = {}
    values: list[Any] = []
    unread = 0
    for check in checks:
        said = check.statistics or {}
        if set(said) == {"min_value"} and isinstance(said["min_value"], (int, float)):
            options["minimum"] = said["min_value"]
        elif set(said) == {"max_value"} and isinstance(said["max_value"], (int, float)):
            options["maximum"] = said["max_value"]
        elif set(said) == {"allowed_values"} and all(isinstance(value, (str, int)) for value in said["allowed_values"]):
            values = sorted(said["allowed_values"], key=str)
        elif set(said) == {"pattern"}:
            pattern = getattr(said["pattern"], "pattern", said["pattern"])
            options["pattern"] = pattern.removeprefix(r"\A").removesuffix(r"\Z")
        else:
            unread += 1
    return options, values, unread


def _schema(target: str) -> Any:
    module_name, _, model_name = target.partition(":")
    if not model_name:
        raise UsageFault(f"'{target}' names no model; write it as MODULE:MODEL.")
    try:
        module = importlib.import_module(module_name)
    except ImportError:
        module = None
    if module is None:
        raise UsageFault(f"There is no module {module_name} that can be imported; run this where it is on Python's path.")
    model = getattr(module, model_name, None)
    if model is None:
        raise UsageFault(f"{module_name} has no {model_name}; write it as MODULE:MODEL.")
    schema = model.to_schema() if hasattr(model, "to_schema") else model
    if not (hasattr(schema, "columns") and hasattr(schema, "unique")):
        raise UsageFault(f"{target} is no pandera DataFrameModel or DataFrameSchema.")
    return schema
