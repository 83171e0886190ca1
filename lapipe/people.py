"""What depends on the person alone is computed once per person, and the rows are joined with it once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lapipe.contract import Column, Contract, Kind
from lapipe.engine import MATCH
from lapipe.stage import LEFT_OUT, carry

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from lapipe.engine import Engine
    from lapipe.stage import Context, Stage

#: The value that tells the people apart, kept beside what the stages make of it.
_KEY = Column("lapipe_person", kind=Kind.IDENTIFIER)


class People:
    """The distinct values of an identifier, null among them, on their way through the stages that look at nothing else.

    Join, Object and Pseudonymise after one another are three joins of a log with small tables; over its people they are three
    joins of small tables, and one of the log: on 10M rows 1.0 s instead of 2.2 s.
    """

    def __init__(self, engine: Engine, rows: ir.Table, contract: Contract, on: str) -> None:
        keyed = engine.keyed(rows, on)
        self._engine, self._rows, self._has_null = engine, keyed.rows, keyed.has_null
        self._table = keyed.values.select(**{on: keyed.values.key, _KEY.name: keyed.values[MATCH]})
        #: Columns that the people have; the others are the rows' own.
        self._names: tuple[str, ...] = (on,)
        self._beside = tuple(name for name in contract.names if name != on)
        self._marking: list[tuple[Stage, Context]] = []
        self._kept: ir.Table | None = None

    def take(self, stage: Stage, context: Context) -> bool:
        """Let a stage compute over the people, or remember one that only marks rows; False where it does neither."""
        if stage.depends_on(context.contract, context.contracts) in self._names:
            if stage.drops and self._marking:
                # A row is marked by the first stage that leaves it out: those of the rows came before this one.
                return False
            own = context.contract.keep([name for name in context.contract.names if name in self._names]).add(_KEY)
            promised = [name for name in context.promise.names if name not in self._beside]
            self._table = stage.apply(self._table, replace(context, contract=own, promise=context.promise.keep(promised).add(_KEY)))
            self._names = tuple(promised)
            # Pseudonymise lets the other identifiers go, those of the rows too.
            self._beside = tuple(name for name in self._beside if name in context.promise)
            return True
        if stage.marks_by in self._beside:
            self._marking.append((stage, context))
            return True
        return False

    def joined(self, promise: Contract) -> ir.Table:
        """Give the rows with what was made of their people, and the marks of the rows left out."""
        import ibis

        people, rows = self._table, self._rows
        before = rows[LEFT_OUT] if LEFT_OUT in rows.columns else ibis.null("int8")
        rows = rows.select(*self._beside, MATCH, lapipe_before=before)
        match, person = rows[MATCH], people[_KEY.name]
        # Every row has its value among the people, null too: none is lost, and the next count holds that.
        table = rows.inner_join(people, match.identical_to(person) if self._has_null else match == person)
        if LEFT_OUT in people.columns:
            table = table.mutate(**{LEFT_OUT: ibis.coalesce(table.lapipe_before, table[LEFT_OUT])})
        elif LEFT_OUT in self._rows.columns:
            table = table.rename({LEFT_OUT: "lapipe_before"})
        for stage, context in self._marking:
            table = stage.apply(table, context)
        return carry(table, promise.names)

    def held(self, promise: Contract) -> ir.Table:
        """Compute the people and keep them, then give the rows joined with them."""
        self._table = self._kept = self._engine.hold(self._table)
        return self.joined(promise)

    def gone(self) -> None:
        """Let the people go; they hold who is who."""
        if self._kept is not None:
            self._engine.drop(self._kept)
