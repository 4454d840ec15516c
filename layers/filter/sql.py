"""CQL2 to SQL: a tree of `layers.filter.cql2` compiled to one condition with bound values.

Only the operators, functions and properties listed here pass; types are checked before the database sees anything, so a
filter is either a condition that runs or a `BadFilter` that says why not. All fourteen classes of CQL2 are covered.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pyproj

from layers.crs.names import CRS84, parse_crs
from layers.errors import BadFilter
from layers.filter.clauses import Binder, Clause, Expression, Field, ValueType, coerce, common_type
from layers.filter.cql2_tokens import Tree
from layers.filter.functions import call
from layers.filter.reach import within_reach
from layers.filter.spatial import PREDICATES as SPATIAL
from layers.filter.spatial import geometry_literal, spatial_predicate
from layers.filter.temporal import PREDICATES as TEMPORAL
from layers.filter.temporal import Span, instant_span, interval_span, temporal_predicate
from layers.sentences import either, say

MAX_NODES = 5_000
MAX_DEPTH = 120
_ORDERED: tuple[ValueType, ...] = ("number", "text", "date", "timestamp")
_COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
_ARITHMETIC = {
    "+": "({0}::float8 + {1}::float8)",
    "-": "({0}::float8 - {1}::float8)",
    "*": "({0}::float8 * {1}::float8)",
    "/": "({0}::float8 / nullif({1}::float8, 0))",
    "^": "power({0}::float8, {1}::float8)",
    "div": "div({0}::numeric, nullif({1}::numeric, 0))",
    "%": "mod({0}::numeric, nullif({1}::numeric, 0))",
}
# An array is jsonb; containment ignores order and repetition, which makes it the set relation the standard means.
_ARRAYS = {
    "a_contains": "({0} @> {1})",
    "a_containedBy": "({0} <@ {1})",
    "a_equals": "({0} @> {1} AND {0} <@ {1})",
    "a_overlaps": (
        "EXISTS (SELECT FROM jsonb_array_elements({0}) l, jsonb_array_elements({1}) r WHERE l.value = r.value)"
    ),
}


def compile_filter(
    tree: Tree, fields: Mapping[str, Field], binder: Binder, *, storage_srid: int, crs: pyproj.CRS | None = None
) -> Clause:
    """Compile a tree to a condition. Geometry literals are in ``crs`` (None: CRS84), authority axis order.

    The clause's values are bound in ``binder``, so several clauses can share one statement.

    Raises:
        BadFilter: an unknown property or function, types that do not fit, a bad geometry, or too large a filter.
    """
    compiler = _Compiler(fields, binder, crs or parse_crs(CRS84), storage_srid)
    expression = compiler.expression(tree)
    if expression.type != "boolean":
        raise BadFilter(say("filter-no-condition", found=expression.type), "filter")
    return Clause(expression.sql, binder.params, expression.area)


class _Compiler:
    """Walks a tree once; one method per family of operators."""

    def __init__(self, fields: Mapping[str, Field], binder: Binder, crs: pyproj.CRS, storage_srid: int) -> None:
        self.fields = fields
        self.binder = binder
        self.crs = crs
        self.storage_srid = storage_srid
        self.nodes = 0
        self.depth = 0

    def expression(self, tree: Tree) -> Expression:
        """Compile one node, counted: the stack and the statement stay small whatever comes."""
        self.nodes += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise BadFilter(say("filter-too-large", parts=MAX_NODES, depth=MAX_DEPTH), "filter")
        self.depth += 1
        compiled = self._node(tree)
        self.depth -= 1
        return compiled

    def _node(self, tree: Tree) -> Expression:
        if isinstance(tree, list):
            return self._array(tree)
        if not isinstance(tree, dict):
            return self.binder.literal(tree)
        if "op" in tree:
            return self._operation(tree)
        if "property" in tree:
            return self._property(tree["property"])
        if "date" in tree or "timestamp" in tree:
            return self._instant(tree)
        if "type" in tree or "bbox" in tree:
            return geometry_literal(self.binder, tree, self.crs, self.storage_srid)
        raise BadFilter(say("filter-part", given=str(tree)[:60]), "filter")

    def _property(self, name: object) -> Expression:
        field = self.fields.get(name) if isinstance(name, str) else None
        if field is None:
            raise BadFilter(say("queryable-none", name=str(name)[:60]), "filter")
        return Expression(field.sql, field.type)

    def _instant(self, tree: dict[str, Any]) -> Expression:
        kind: ValueType = "date" if "date" in tree else "timestamp"
        text = tree[kind]
        if not isinstance(text, str):
            raise BadFilter(say("filter-instant-text", kind=kind), "filter")
        literal = self.binder.literal(text)
        return coerce(self.binder, literal, kind)

    def _array(self, items: list[Tree]) -> Expression:
        if all(isinstance(item, str | int | float) for item in items):
            for item in items:
                self.binder.literal(item)  # refuses what is not finite
            return Expression(f"{self.binder.bind(json.dumps(items))}::jsonb", "array")
        parts = [self.expression(item) for item in items]
        self._expect(parts, ("number", "text", "boolean", "array"), "an array")
        return Expression(f"jsonb_build_array({', '.join(part.sql for part in parts)})", "array")

    def _operation(self, tree: dict[str, Any]) -> Expression:
        operator, arguments = tree["op"], tree.get("args", [])
        if not isinstance(operator, str) or not isinstance(arguments, list):
            raise BadFilter(say("filter-operation"), "filter")
        if operator in TEMPORAL:
            self._count(operator, arguments, 2)
            return temporal_predicate(operator, *(self._span(argument) for argument in arguments))
        if operator in _SHAPED:
            method, count = _SHAPED[operator]
            self._count(operator, arguments, count)
            return method(self, operator, arguments)
        return call(operator, [self.expression(argument) for argument in arguments])

    def _count(self, operator: str, arguments: list[Tree], count: int | None) -> None:
        if not arguments or (count is not None and len(arguments) != count):
            raise BadFilter(
                say("filter-arguments", operator=operator, wanted=count or "some", count=len(arguments)), "filter"
            )

    def _expect(self, expressions: list[Expression], types: tuple[ValueType, ...], where: str) -> None:
        for expression in expressions:
            if expression.type not in types:
                raise BadFilter(
                    say("filter-takes", operator=where, wanted=either(types), found=expression.type), "filter"
                )

    def _logic(self, operator: str, arguments: list[Tree]) -> Expression:
        terms = [self.expression(argument) for argument in arguments]
        self._expect(terms, ("boolean",), operator)
        if operator == "not":
            return Expression(f"(NOT {terms[0].sql})", "boolean")
        areas = [term.area for term in terms if term.area is not None] if operator == "and" else []
        smallest = min(areas, key=lambda area: area.envelope.area, default=None)
        text = f"({f' {operator.upper()} '.join(term.sql for term in terms)})"
        return Expression(text, "boolean", area=smallest)

    def _alike(self, arguments: list[Tree], where: str, types: tuple[ValueType, ...]) -> list[Expression]:
        """Compile values that are compared with each other, in their common type."""
        sides = [self.expression(argument) for argument in arguments]
        wanted = common_type(sides)
        sides = [coerce(self.binder, side, wanted) for side in sides]
        self._expect(sides, types, where)
        return sides

    def _compare(self, operator: str, arguments: list[Tree]) -> Expression:
        left, right = self._alike(arguments, operator, (*_ORDERED, "boolean"))
        compared = f"({left.sql} {operator} {right.sql})"
        if reach := within_reach(self.binder, operator, left, right, self.storage_srid):
            return Expression(f"({reach[0]} AND {compared})", "boolean", area=reach[1])
        return Expression(compared, "boolean")

    def _between(self, operator: str, arguments: list[Tree]) -> Expression:
        value, low, high = self._alike(arguments, operator, _ORDERED)
        return Expression(f"({value.sql} BETWEEN {low.sql} AND {high.sql})", "boolean")

    def _in(self, operator: str, arguments: list[Tree]) -> Expression:
        if not isinstance(arguments[1], list) or not arguments[1]:
            raise BadFilter(say("filter-in"), "filter")
        value, *listed = self._alike([arguments[0], *arguments[1]], operator, (*_ORDERED, "boolean"))
        return Expression(f"({value.sql} IN ({', '.join(item.sql for item in listed)}))", "boolean")

    def _is_null(self, operator: str, arguments: list[Tree]) -> Expression:
        return Expression(f"({self.expression(arguments[0]).sql} IS NULL)", "boolean")

    def _like(self, operator: str, arguments: list[Tree]) -> Expression:
        value, pattern = (self.expression(argument) for argument in arguments)
        self._expect([value, pattern], ("text",), operator)
        trailing = len(pattern.literal or "") - len((pattern.literal or "").rstrip("\\"))
        if trailing % 2:
            raise BadFilter(say("filter-like"), "filter")
        return Expression(f"({value.sql} LIKE {pattern.sql})", "boolean")

    def _fold(self, operator: str, arguments: list[Tree]) -> Expression:
        """Compile casei and accenti: lower case; the text without its combining marks and without strokes."""
        value = self.expression(arguments[0])
        self._expect([value], ("text",), operator)
        if operator == "casei":
            return Expression(f"lower({value.sql})", "text")
        plain = f"regexp_replace(normalize({value.sql}, NFD), '[\u0300-\u036f]', '', 'g')"
        return Expression(f"translate(normalize({plain}, NFC), '{_STRUCK}', '{_UNSTRUCK}')", "text")

    def _arithmetic(self, operator: str, arguments: list[Tree]) -> Expression:
        left, right = (self.expression(argument) for argument in arguments)
        self._expect([left, right], ("number",), operator)
        return Expression(_ARITHMETIC[operator].format(left.sql, right.sql), "number")

    def _spatial(self, operator: str, arguments: list[Tree]) -> Expression:
        left, right = (self.expression(argument) for argument in arguments)
        return spatial_predicate(self.binder, operator, left, right, self.storage_srid)

    def _arrays(self, operator: str, arguments: list[Tree]) -> Expression:
        sides = [self.expression(argument) for argument in arguments]
        self._expect(sides, ("array",), operator)
        left, right = (f"CASE jsonb_typeof({side.sql}) WHEN 'array' THEN {side.sql} END" for side in sides)
        return Expression(_ARRAYS[operator].format(f"({left})", f"({right})"), "boolean")

    def _span(self, tree: Tree) -> Span:
        if not (isinstance(tree, dict) and "interval" in tree):
            return instant_span(self.binder, self.expression(tree))
        ends = tree["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise BadFilter(say("filter-interval"), "filter")
        start, end = (self.expression(part) for part in ends)
        return interval_span(self.binder, start, end)


_STRUCK, _UNSTRUCK = "øØłŁđĐħĦŧŦðÐı", "oOlLdDhHtTdDi"
"""Letters whose stroke is not a combining mark, so that Unicode does not decompose them; CQL2 counts ø as o."""
_Method = Callable[[_Compiler, str, list[Tree]], Expression]
_SHAPED: dict[str, tuple[_Method, int | None]] = {
    "and": (_Compiler._logic, None),
    "or": (_Compiler._logic, None),
    "not": (_Compiler._logic, 1),
    "between": (_Compiler._between, 3),
    "in": (_Compiler._in, 2),
    "isNull": (_Compiler._is_null, 1),
    "like": (_Compiler._like, 2),
    "casei": (_Compiler._fold, 1),
    "accenti": (_Compiler._fold, 1),
    **dict.fromkeys(_COMPARISONS, (_Compiler._compare, 2)),
    **dict.fromkeys(_ARITHMETIC, (_Compiler._arithmetic, 2)),
    **dict.fromkeys(SPATIAL, (_Compiler._spatial, 2)),
    **dict.fromkeys(_ARRAYS, (_Compiler._arrays, 2)),
}
"""Every operator of the standard but the temporal ones: its method, and how many arguments it takes (None: any)."""
