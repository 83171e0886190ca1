"""Find, in an Ibis expression, which columns of a table each result is computed from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.operations as ops
    import ibis.expr.types as ir

#: What a lookup's tables are called; a value that comes out of one was computed in lapipe's own process.
LOOKUP = "lapipe_lookup"

#: What tables made of a few rows by a stage are called; their values stand for the columns they are joined on.
SMALL = "lapipe_small"


def origins(expression: ir.Table, table: str, *, lookups: bool = False) -> dict[str, frozenset[str]]:
    """Give, for each column of an expression, the columns of the unbound table `table` whose values reach it.

    Values that only decide which rows are there (filters, join keys) do not count; those that decide between values do.
    Columns of other tables come out as `other_table.column`, except those of a lookup, which stand for none, and of a
    small table, which stand for what it is joined on. With `lookups`, those of a lookup stand for what it is joined on too.
    """
    traced = _Traced(expression, table, lookups)
    return {name: traced.of_field(traced.op, name) for name in expression.columns}


def unchanged(expression: ir.Table, table: str) -> dict[str, str]:
    """Give the columns of an expression that are those of a table as they are, and which: as `origins` names them."""
    traced = _Traced(expression, table, False)
    found = {name: traced.same(traced.op, name) for name in expression.columns}
    return {name: origin for name, origin in found.items() if origin}


def deciding(expression: ir.Table, table: str) -> dict[str, frozenset[str]]:
    """Give the columns that decide which rows an expression has: by which they are joined, filtered or grouped (JOIN, FILTER, GROUP_BY).

    The join with a lookup or a small table computes values, and decides no rows.
    """
    import ibis.expr.operations as ops

    traced = _Traced(expression, table, True)
    found: dict[str, set[str]] = {"JOIN": set(), "FILTER": set(), "GROUP_BY": set()}
    for selection in traced.op.find(ops.Filter):
        found["FILTER"].update(*(traced.of_value(predicate) for predicate in selection.predicates))
    for grouping in traced.op.find(ops.Aggregate):
        found["GROUP_BY"].update(*(traced.of_value(value) for value in grouping.groups.values()))
    for chain in traced.op.find(ops.JoinChain):
        for predicate in (predicate for link in chain.rest for predicate in link.predicates):
            if not any(_is_made(_base(field.rel)) for field in _fields(predicate)):
                found["JOIN"].update(traced.of_value(predicate))
    return {how: frozenset(names) for how, names in found.items()}


class _Traced:
    """An expression over an unbound table, and what its values are made of."""

    def __init__(self, expression: ir.Table, table: str, lookups: bool) -> None:
        self.op, self._table, self._lookups = expression.op(), table, lookups
        self._seen: dict[ops.Node, frozenset[str]] = {}

    def of_value(self, op: ops.Node) -> frozenset[str]:
        if op not in self._seen:
            self._seen[op] = self._of_value(op)
        return self._seen[op]

    def _of_value(self, op: ops.Node) -> frozenset[str]:
        import ibis.expr.operations as ops

        if isinstance(op, ops.Field):
            return self.of_field(op.rel, op.name)
        if isinstance(op, ops.CountStar):
            return self.of_value(op.where) if op.where is not None else frozenset()
        if isinstance(op, ops.Relation):
            # A subquery used as a value (scalar or in a condition): everything it gives reaches the result.
            return frozenset().union(*(self.of_field(op, name) for name in op.schema.names))
        return frozenset().union(*(self.of_value(argument) for argument in op.__children__))

    def of_field(self, relation: ops.Node, name: str) -> frozenset[str]:
        import ibis.expr.operations as ops

        if isinstance(relation, (ops.UnboundTable, ops.DatabaseTable, ops.InMemoryTable)):
            if relation.name == self._table:
                return frozenset({name})
            if _is_made(relation):
                wanted = self._lookups or relation.name.startswith(SMALL)
                return self._joined_on(relation) if wanted else frozenset()
            return frozenset({f"{relation.name}.{name}"})
        values = getattr(relation, "values", None)
        if values is not None and name in values:
            return self.of_value(values[name])
        parent = getattr(relation, "parent", None)
        if parent is not None and name in parent.schema.names:
            return self.of_field(parent, name)
        # Anything else (unions, set operations): every column of every table below.
        return frozenset().union(*(self.of_value(child) for child in relation.__children__))

    def same(self, relation: ops.Node, name: str) -> str:
        """Follow a column down while it is nothing but a column; empty where it is computed."""
        import ibis.expr.operations as ops

        while not isinstance(relation, (ops.UnboundTable, ops.DatabaseTable, ops.InMemoryTable)):
            groups = getattr(relation, "groups", None)
            values = groups if groups is not None else getattr(relation, "values", None)
            if values is not None and name in values:
                value = values[name]
                if not isinstance(value, ops.Field):
                    return ""
                relation, name = value.rel, value.name
            elif groups is None and getattr(relation, "parent", None) is not None and name in relation.parent.schema.names:
                relation = relation.parent
            else:
                return ""
        return "" if _is_made(relation) else name if relation.name == self._table else f"{relation.name}.{name}"

    def _joined_on(self, small: ops.Node) -> frozenset[str]:
        """Give what the other side of every join condition with a lookup or small table is made of."""
        import ibis.expr.operations as ops

        found: set[str] = set()
        for chain in self.op.find(ops.JoinChain):
            for predicate in (predicate for link in chain.rest for predicate in link.predicates):
                fields = list(_fields(predicate))
                if any(_base(field.rel) == small for field in fields):
                    found |= frozenset().union(*(self.of_value(field) for field in fields if _base(field.rel) != small))
        return frozenset(found)


def _is_made(relation: ops.Node) -> bool:
    """Say whether a table is a lookup's or a small one's."""
    return str(getattr(relation, "name", "")).startswith((LOOKUP, SMALL))


def _fields(op: ops.Node) -> Iterator[ops.Field]:
    """Give the columns that a value is computed from directly, and nothing of what those are made of."""
    import ibis.expr.operations as ops

    if isinstance(op, ops.Field):
        yield op
    elif not isinstance(op, ops.Relation):
        for child in op.__children__:
            yield from _fields(child)


def _base(relation: ops.Node) -> ops.Node:
    """Give the table below selections and filters; a join, which has several, is its own base."""
    import ibis.expr.operations as ops

    while not isinstance(relation, ops.JoinChain) and getattr(relation, "parent", None) is not None:
        relation = relation.parent
    return relation
