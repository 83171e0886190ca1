"""What every stage answers: what it promises, what it computes, what is counted of it, and when it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar

from lapipe.contract import Column, Contract, Kind
from lapipe.errors import Refused, UsageFault
from lapipe.local_time import periods
from lapipe.purpose import Duration

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from lapipe.choices import Standing
    from lapipe.engine import IfAny
    from lapipe.keys import Pseudonyms
    from lapipe.phrases import Language
    from lapipe.purpose import Purpose

#: The marker of rows that a stage leaves out: the stage's position, or null for rows that stay.
LEFT_OUT = "lapipe_left_out"

#: What the names begin with of columns that a stage makes for itself and that never leave.
OWN = "lapipe_"


def running_only(*_: Any) -> Any:
    """Stand for what a plan has not: data and keys."""
    raise AssertionError("a plan has neither data nor keys")


#: From a batch of distinct values to one new value for each.
Compute = Callable[["list[Any]"], "Sequence[Any]"]


@dataclass(frozen=True)
class Context:
    """What a stage is handed: never fetched, so that the same stage plans without data and runs on any engine.

    `contract` describes the table as it enters the stage, `promise` what the stage's plan said comes out, `position` is the
    stage's place in the pipeline. `tables` and `contracts` hold the other sources by name, minimised. `lookup` gives a table
    of (key, value) for the distinct values of a column; when planning it has no rows. `small` makes a table of the engine from
    its schema and a function that gives its few rows, which is not called when planning. `distinct` streams a column's
    distinct values, and `pseudonyms` opens the key of an identity domain; both only when running. `root` gives the column of
    the source, as it was read, from which a column comes unchanged: cheaper to look at, and a superset. `purposes` names every
    purpose of the project, `coverage` the first and last local day that the data has events of; `extent` gives the first and
    last time that a column has where it was read, or None when planning and where there are none, and `values` a table of one
    column `key`: the distinct values that a column has there. `fetch` brings a table of groups here, and `memo` keeps what `inspect`
    found for `apply`; both only when running. `standing` are the objections,
    restrictions and consents in the register that hold for the purpose; None when planning.
    """

    purpose: Purpose
    today: date
    contract: Contract
    promise: Contract
    position: int
    tables: Mapping[str, ir.Table]
    contracts: Mapping[str, Contract]
    lookup: Callable[[ir.Column, Compute, str], ir.Table]
    small: Callable[[Mapping[str, str], Callable[[], pa.Table]], ir.Table]
    distinct: Callable[[ir.Column], Iterator[pa.Array]]
    pseudonyms: Callable[[str], Pseudonyms]
    root: Callable[[ir.Column], ir.Column]
    extent: Callable[[ir.Column, Column], tuple[Any, Any] | None]
    values: Callable[[ir.Column], ir.Table]
    purposes: frozenset[str] = frozenset()
    coverage: tuple[date, date] | None = None
    fetch: Callable[[ir.Table], pa.Table] = running_only
    memo: dict[str, Any] = field(default_factory=dict)
    standing: Standing | None = None

    def table(self, source: str) -> ir.Table:
        """Give another source's table by its name in the pipeline."""
        return self.tables[source]


@dataclass(frozen=True)
class Finished:
    """What a stage finished in this process: the rows that go on, what is told of those left out, and facts for the register.

    `interval` is how long an outsider's interval for what is withheld is at least.
    """

    rows: pa.Table
    withheld: str
    interval: int
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Stage:
    """One step of a pipeline. A subclass is a frozen dataclass whose fields are what the register logs.

    `weakens` names the kinds that a stage may turn into weaker ones by computing on them; passing a value through
    `Context.lookup` needs no such declaration, since the value that comes back is computed in lapipe's own process.
    `drops` says that rows may be left out, `needs_held` that what enters is held first, since it is read several times.
    """

    weakens: ClassVar[frozenset[Kind]] = frozenset()
    drops: ClassVar[bool] = False
    needs_held: ClassVar[bool] = False

    @property
    def marks_by(self) -> str:
        """The one column whose value decides which rows are left out, where that is all the stage does; otherwise empty."""
        return ""

    def depends_on(self, contract: Contract, contracts: Mapping[str, Contract]) -> str:
        """Name the one column on whose value alone depend the columns and marks that the stage makes; otherwise empty.

        Such a stage may be run over the column's distinct values instead of over the rows; `contracts` are the other sources'.
        """
        return ""

    def plan(self, contract: Contract, purpose: Purpose, sources: Mapping[str, Contract]) -> Contract:
        """Promise what comes out, reading no data; `sources` are the contracts of all sources, as declared.

        Raises:
            Refused: the purpose or a rule forbids it.
            UsageFault: a column is named that does not exist.
        """
        return contract

    def needs(self) -> tuple[str, ...]:
        """Name the other sources this stage reads."""
        return ()

    def apply(self, table: ir.Table, context: Context) -> ir.Table:
        """Give the Ibis expression; runs nothing but lookups."""
        return table

    def facts(self, before: ir.Table, context: Context) -> Mapping[str, ir.Scalar | IfAny]:
        """Name what must be known of the table that enters, as Ibis aggregates; the pipeline computes them in one query."""
        return {}

    def inspect(self, before: ir.Table, context: Context) -> Mapping[str, Any]:
        """Look at distinct values in this process and give what the register keeps of that: rules and counts."""
        return {}

    def judge(self, facts: Mapping[str, Any], context: Context) -> None:
        """Refuse on what was counted.

        Raises:
            ContractBroken: the data does not meet its contract.
            Refused: a privacy rule forbids going on.
        """

    def words(self, language: Language, before: Contract, purpose: Purpose) -> str:
        """Say in one sentence, in Dutch (`nl`) or English (`en`), what the stage does to the table that `before` describes.

        The privacy officer reads and signs it. A stage that says nothing of itself is told with its settings.
        """
        settings = "; ".join(f"{name}: {_told(value)}" for name, value in self.parameters().items())
        if language == "nl":
            return (f"Voert de stap {self.kind} uit{f' met {settings}' if settings else ''}. De stap zegt niet in woorden wat hij doet; "
                    "laat het uitleggen door wie hem schreef.")
        return (f"Performs the step {self.kind}{f' with {settings}' if settings else ''}. The step does not say in words what it does; have it "
                "explained by who wrote it.")

    @property
    def finishes(self) -> bool:
        """Whether the stage's few rows are finished in this process, by `finish`, before anything else sees them."""
        return False

    def finish(self, rows: pa.Table, context: Context) -> Finished:
        """Take the rows that `apply` made, with columns of its own that begin with `lapipe_`, and give what may go on."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """The stage's name in messages and the register."""
        return type(self).__name__

    def parameters(self) -> dict[str, Any]:
        """Give the fields as the register logs them: texts, whole numbers, lists and mappings of these."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _told(value: Any) -> str:
    """Write a setting for who reads no Python."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {_told(inner)}" for name, inner in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(_told, value)) or "-"
    return "-" if value in ("", None) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, FunctionType):
        # Its repr holds an address, which differs each time.
        return f"function {value.__qualname__}"
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return repr(value)


def leave_out(table: ir.Table, condition: ir.BooleanValue, context: Context) -> ir.Table:
    """Mark the rows for which `condition` holds as left out by this stage; a row is marked once, by the first stage.

    Null counts as true: a row of which it cannot be told whether it may stay, goes.
    """
    import ibis

    goes = condition.fill_null(True)
    mark = ibis.literal(context.position, "int8")
    if LEFT_OUT in table.columns:
        marker = ibis.cases((table[LEFT_OUT].notnull(), table[LEFT_OUT]), (goes, mark), else_=ibis.null("int8"))
    else:
        marker = ibis.cases((goes, mark), else_=ibis.null("int8"))
    return table.mutate(**{LEFT_OUT: marker})


def carry(table: ir.Table, names: Sequence[str]) -> ir.Table:
    """Select columns, and the marker of left-out rows where there is one."""
    return table.select(*names, *([LEFT_OUT] if LEFT_OUT in table.columns else []))


def closed_periods(column: Column, lag: Duration, context: Context) -> list[date]:
    """Give the first days of the periods of a time column that are closed, and that lie wholly within what was kept and read.

    A period that ends on day E (excluded) is closed from E plus the lag on. An export that begins or ends within a period holds only
    part of it, whatever the date is today.
    """
    first = date.fromisoformat(column.times_between[0])
    if column.keep:
        first = max(first, Duration.parse(column.keep).before(context.today))
    last = lag.before(context.today)
    if context.coverage is not None:
        first, last = max(first, context.coverage[0]), min(last, context.coverage[1])
    return list(periods(first, last, column.detail))


def lag_of(said: str) -> Duration:
    """Read how long a period waits after its end.

    Raises:
        ValueError: it is no duration; the message says why, to follow the text.
    """
    return Duration() if said == "P0D" else Duration.parse(said)


def check_lag(stage: Stage, said: str) -> None:
    """Refuse a lag that is no duration.

    Raises:
        UsageFault: it is none; the sentence says how one is written.
    """
    problem = ""
    try:
        lag_of(said)
    except ValueError as error:
        problem = str(error)
    if problem:
        raise UsageFault(f"{stage.kind}: lag '{said}' {problem}.")


def strictest(columns: Sequence[Column]) -> Kind:
    """Give the strictest kind of these columns; of none, plain."""
    return max((column.kind for column in columns), key=lambda kind: kind.strictness, default=Kind.PLAIN)


def laxer(stage: Stage, setting: str, value: bool | int | str, purpose: Purpose) -> None:
    """Refuse a setting that is laxer than the default and that the purpose does not list under its exceptions (LP108).

    It stands there as `STAGE.setting` with the very value: the privacy officer reads the purpose, not the pipeline.
    """
    waiver = purpose.waiver(f"{stage.kind}.{setting}")
    # 1 == True in Python; a waiver for one is none for the other.
    if waiver is None or (type(waiver.value), waiver.value) != (type(value), value):
        raise refuse("LP108", stage, f"{setting} is {str(value).lower() if isinstance(value, bool) else value}, laxer than the default, and purpose "
                     f"{purpose.name} does not list {stage.kind}.{setting} with that value under exceptions.")


def refuse(rule: str, stage: Stage, message: str) -> Refused:
    """Make a refusal that names the stage."""
    return Refused(f"{stage.kind}: {message}", rule=rule)
