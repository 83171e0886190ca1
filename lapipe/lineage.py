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


def origins(expression: ir.Table, table: str) -> dict[str, frozenset[str]]:
    """Give, for each column of an expression, the columns of the unbound table `table` whose values reach it.

    Values that only decide which rows are there (filters, join keys) do not count; those that decide between values do.
    Columns of other tables come out as `other_table.column`, except those of a lookup, which stand for none, and of a
    small table, which stand for what it is joined on.
    """
    import ibis.expr.operations as ops

    seen: dict[ops.Node, frozenset[str]] = {}

    def of_value(op: ops.Node) -> frozenset[str]:
        if op not in seen:
            seen[op] = _of_value(op)
        return seen[op]

    def _of_value(op: ops.Node) -> frozenset[str]:
        if isinstance(op, ops.Field):
            return of_field(op.rel, op.name)
        if isinstance(op, ops.CountStar):
            return of_value(op.where) if op.where is not None else frozenset()
        if isinstance(op, ops.Relation):
            # A subquery used as a value (scalar or in a condition): everything it gives reaches the result.
            return frozenset().union(*(of_field(op, name) for name in op.schema.names))
        return frozenset().union(*(of_value(argument) for argument in op.__children__))

    def of_field(relation: ops.Node, name: str) -> frozenset[str]:
        if isinstance(relation, (ops.UnboundTable, ops.DatabaseTable, ops.InMemoryTable)):
            if relation.name == table:
                return frozenset({name})
            if relation.name.startswith(SMALL):
                return joined_on(relation)
            return frozenset() if relation.name.startswith(LOOKUP) else frozenset({f"{relation.name}.{name}"})
        values = getattr(relation, "values", None)
        if values is not None and name in values:
            return of_value(values[name])
        parent = getattr(relation, "parent", None)
        if parent is not None and name in parent.schema.names:
            return of_field(parent, name)
        # Anything else (unions, set operations): every column of every table below.
        return frozenset().union(*(of_value(child) for child in relation.__children__))

    def joined_on(small: ops.Node) -> frozenset[str]:
        """Give what the other side of every join condition with a small table is made of."""
        found: set[str] = set()
        for chain in op.find(ops.JoinChain):
            for predicate in (predicate for link in chain.rest for predicate in link.predicates):
                fields = list(_fields(predicate))
                if any(_base(field.rel) == small for field in fields):
                    found |= frozenset().union(*(of_value(field) for field in fields if _base(field.rel) != small))
        return frozenset(found)

    op = expression.op()
    return {name: of_field(op, name) for name in expression.columns}


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
