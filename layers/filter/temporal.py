"""Temporal predicates of a filter: Allen's relations over instants and intervals, each as two SQL instants."""

from typing import NamedTuple

from layers.errors import BadFilter
from layers.filter.clauses import Binder, Expression, coerce, parse_instant
from layers.sentences import say


class Span(NamedTuple):
    """First and last moment, as SQL. ``dates`` says that both are whole days, else they are timestamptz."""

    start: str
    end: str
    dates: bool


# a = the left span, b = the right one (OGC 21-065r2, table 10).
PREDICATES = {
    "t_after": "{a.start} > {b.end}",
    "t_before": "{a.end} < {b.start}",
    "t_contains": "{a.start} < {b.start} AND {a.end} > {b.end}",
    "t_disjoint": "({a.end} < {b.start} OR {a.start} > {b.end})",
    "t_during": "{a.start} > {b.start} AND {a.end} < {b.end}",
    "t_equals": "{a.start} = {b.start} AND {a.end} = {b.end}",
    "t_finishedBy": "{a.start} < {b.start} AND {a.end} = {b.end}",
    "t_finishes": "{a.start} > {b.start} AND {a.end} = {b.end}",
    "t_intersects": "{a.start} <= {b.end} AND {a.end} >= {b.start}",
    "t_meets": "{a.end} = {b.start}",
    "t_metBy": "{a.start} = {b.end}",
    "t_overlappedBy": "{a.start} > {b.start} AND {a.start} < {b.end} AND {a.end} > {b.end}",
    "t_overlaps": "{a.start} < {b.start} AND {a.end} > {b.start} AND {a.end} < {b.end}",
    "t_startedBy": "{a.start} = {b.start} AND {a.end} > {b.end}",
    "t_starts": "{a.start} = {b.start} AND {a.end} < {b.end}",
}
_OPEN = ("..", "")


def temporal_predicate(operator: str, left: Span, right: Span) -> Expression:
    """Return the relation of two spans; a span of days meets one of moments as from its first to its last moment."""
    if left.dates != right.dates:
        left, right = _moments(left), _moments(right)
    return Expression(f"({PREDICATES[operator].format(a=left, b=right)})", "boolean")


def instant_span(binder: Binder, expression: Expression) -> Span:
    """Return the span of one instant: a property, a date or a time.

    Raises:
        BadFilter: the expression is neither.
    """
    if isinstance(expression.literal, str):
        expression = binder.literal(parse_instant(expression.literal))
    if expression.type not in ("date", "timestamp"):
        raise BadFilter(say("filter-no-instant", found=expression.type), "filter")
    return Span(expression.sql, expression.sql, expression.type == "date")


def interval_span(binder: Binder, start: Expression, end: Expression) -> Span:
    """Return the span between two instants, either of them ``..`` for open.

    Raises:
        BadFilter: an end is no date or time.
    """
    ends = [None if e.literal in _OPEN else e for e in (start, end)]
    spans = [instant_span(binder, e) if e else None for e in ends]
    dates = all(span is None or span.dates for span in spans)
    first, last = (span if span is None or dates else _moments(span) for span in spans)
    kind = "date" if dates else "timestamptz"
    return Span(
        first.start if first else f"'-infinity'::{kind}",
        last.end if last else f"'infinity'::{kind}",
        dates,
    )


def _moments(span: Span) -> Span:
    """Return a span of days from the first moment of the first to the last moment of the last, in UTC."""
    if not span.dates:
        return span
    start = coerce(Binder(), Expression(span.start, "date"), "timestamp").sql
    end = coerce(Binder(), Expression(span.end, "date"), "timestamp").sql
    return Span(start, f"({end} + interval '86399.999999 seconds')", False)
