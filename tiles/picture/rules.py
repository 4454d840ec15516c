"""What a style's expressions are as rules: every value they may have, with the tests a feature must pass for it.

A rule knows neither a value that grows with the zoom nor a table of classes. Zooms become bands in which nothing
changes or a value is held; a ``match`` or ``step`` becomes a branch for every class.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tiles.picture.evaluate import Scene, columns_of, evaluate

ZOOMS = range(0, 21)


@dataclass(frozen=True)
class Test:
    """A condition on one property: ``op`` is "=", "like" (begins with), "<", ">=", "null" or "or" of others."""

    op: str
    column: str = ""
    value: Any = None
    negated: bool = False
    parts: tuple["Test", ...] = ()


Tests = tuple[Test, ...]
Branches = list[tuple[Tests, Any]]


class Unsaid(Exception):
    """An expression that a rule cannot say."""


def branches(expression: Any, zoom: float) -> Branches:
    """Return what an expression may be at a zoom: each value with the tests a feature must pass for it.

    Raises:
        Unsaid: it depends on a feature in a way no rule can say.
    """
    if not isinstance(expression, list) or not list(columns_of(expression)):
        return [((), evaluate(expression, Scene(zoom, {}, "")) if _is_expression(expression) else expression)]
    make = {"match": _match, "step": _step, "interpolate": _interpolate, "case": _case, "coalesce": _coalesce}
    found = make.get(expression[0])
    if found is None:
        raise Unsaid(str(expression[0]))
    return found(expression[1:], zoom)


def _is_expression(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str) and " " not in value[0]


def _match(parts: Sequence[Any], zoom: float) -> Branches:
    column, prefix = _text_of(parts[0])
    found, seen = [], []
    for label, result in zip(parts[1:-1:2], parts[2:-1:2], strict=True):
        labels = label if isinstance(label, list) else [label]
        tests = tuple(Test("like" if prefix else "=", column, value) for value in labels)
        test = tests[0] if len(tests) == 1 else Test("or", parts=tests)
        found += [((test, *more), value) for more, value in branches(result, zoom)]
        seen.append(test)
    none = Test("or", parts=tuple(seen), negated=True)
    return found + [((none, *more), value) for more, value in branches(parts[-1], zoom)]


def _text_of(expression: Any) -> tuple[str, bool]:
    """Return the column that a match looks at, and whether only at its beginning."""
    if expression[0] == "slice" and expression[2] == 0:
        return _text_of(expression[1])[0], True
    if expression[0] == "to-string":
        return _text_of(expression[1])
    if expression[0] == "get":
        return str(expression[1]), False
    raise Unsaid(str(expression[0]))


def _step(parts: Sequence[Any], zoom: float) -> Branches:
    if parts[0] == ["zoom"]:
        return branches(_at_zoom(parts, zoom), zoom)
    column = next(columns_of(parts[0]), None)
    if column is None:
        raise Unsaid("step")
    limits, values = [None, *parts[2::2], None], [parts[1], *parts[3::2]]
    found: Branches = []
    for low, high, value in zip(limits, limits[1:], values, strict=False):
        tests: Tests = () if low is None else (Test(">=", column, low),)
        tests += () if high is None else (Test("<", column, high),)
        if (low is None or low <= 0) and (high is None or high > 0) and tests:  # no value counts as 0
            tests = (Test("or", parts=(Test("null", column), *tests)),) if len(tests) == 1 else tests
        found += [((*tests, *more), result) for more, result in branches(value, zoom)]
    return found


def _interpolate(parts: Sequence[Any], zoom: float) -> Branches:
    """Between two tables of the same classes, class by class."""
    if parts[1] != ["zoom"]:
        raise Unsaid("interpolate on a property")
    tables = [branches(output, zoom) for output in parts[3::2]]
    if any([tests for tests, _ in table] != [tests for tests, _ in tables[0]] for table in tables):
        raise Unsaid("interpolate between different classes")
    found = []
    for place, (tests, _) in enumerate(tables[0]):
        outputs = [table[place][1] for table in tables]
        stops = [item for pair in zip(parts[2::2], outputs, strict=True) for item in pair]
        found.append((tests, evaluate(["interpolate", parts[0], parts[1], *stops], Scene(zoom, {}, ""))))
    return found


def _case(parts: Sequence[Any], zoom: float) -> Branches:
    found: Branches = []
    before: Tests = ()
    for condition, value in zip(parts[:-1:2], parts[1:-1:2], strict=True):
        tests = conditions(condition, zoom)
        if tests is None:
            continue
        found += [((*before, *tests, *more), result) for more, result in branches(value, zoom)]
        before += (Test("and", parts=tests, negated=True),)
    return found + [((*before, *more), result) for more, result in branches(parts[-1], zoom)]


def _coalesce(parts: Sequence[Any], zoom: float) -> Branches:
    found: Branches = []
    missing: Tests = ()
    for number, part in enumerate(parts):
        column, _ = _text_of(part)
        there: Tests = (Test("null", column, negated=True),) if number < len(parts) - 1 else ()
        found.append(((*missing, *there), ["get", column]))
        missing += (Test("null", column),)
    return found


def conditions(expression: Any, zoom: float) -> Tests | None:
    """Return the tests of a filter; None where no feature passes it.

    Raises:
        Unsaid: no rule can say it.
    """
    if expression is None or expression is True:
        return ()
    if expression is False:
        return None
    op, *parts = expression
    if op == "step" and parts[0] == ["zoom"]:
        return conditions(_at_zoom(parts, zoom), zoom)
    if op == "all":
        found = [conditions(part, zoom) for part in parts]
        return None if None in found else tuple(test for tests in found if tests for test in tests)
    if op in ("has", "!has"):
        return (Test("null", parts[0], negated=op == "has"),)
    if op in ("==", "!=") and parts[0] == "$type":
        return ()  # the kind of symbolizer says it, as far as SLD can
    if op in ("==", "!=", ">=", "<") and isinstance(parts[0], list):
        column = next(columns_of(parts[0]), None)
        if column is not None:
            return (Test("=" if op in ("==", "!=") else op, column, parts[1], op == "!="),)
    raise Unsaid(str(op))


def _at_zoom(parts: Sequence[Any], zoom: float) -> Any:
    """What a step over the zoom has there."""
    return [parts[1], *parts[3::2]][sum(zoom >= threshold for threshold in parts[2::2])]


def bands(style: dict[str, Any], values: dict[str, Any]) -> list[tuple[float, float]]:
    """Zooms between which nothing changes or a value is held: one band where no value looks at the zoom."""
    first, last = float(style.get("minzoom", 0)), float(style.get("maxzoom", ZOOMS[-1] + 1))
    inner = {
        stop
        for expression in (*values.values(), style.get("filter"))
        for stops in _zoom_stops(expression)
        for stop in stops
        if first < stop < last
    }
    edges = [first, *sorted(inner), last]
    return list(itertools.pairwise(edges))


def _zoom_stops(expression: Any) -> Iterator[list[float]]:
    """Yield where an expression changes with the zoom: the thresholds of a step, whole zooms within an interpolate."""
    if not isinstance(expression, list):
        return
    if expression[:1] == ["step"] and expression[1] == ["zoom"]:
        yield [float(stop) for stop in expression[3::2]]
    elif expression[:1] == ["interpolate"] and expression[2] == ["zoom"]:
        first, last = expression[3], expression[-2]
        yield [float(zoom) for zoom in ZOOMS if first <= zoom <= last] + [float(first), float(last)]
    for part in expression:
        yield from _zoom_stops(part)


def combined(values: dict[str, Any], zoom: float) -> Branches:
    """Every way the values may go together, contradictions left out."""
    whole: list[tuple[Tests, dict[str, Any]]] = [((), {})]
    for name, value in values.items():
        chosen = _label(value, zoom) if name == "text-field" else branches(value, zoom)
        joined = []
        for tests, drawn in whole:
            for more, result in chosen:
                new = tuple(test for test in more if test not in tests)
                if not _contradicts(tests, new):
                    joined.append(((*tests, *new), {**drawn, name: result}))
        whole = joined
    return whole


def _label(value: Any, zoom: float) -> Branches:
    inner = value[1] if value[0] == "to-string" else value
    return branches(inner, zoom) if inner[0] == "coalesce" else [((), inner)]


def _contradicts(tests: Tests, more: Tests) -> bool:
    """Say whether tests cannot all hold: two values of one property, or a class and none of the classes."""
    for one, other in itertools.product(tests, more):
        if one.op == other.op and one.op in ("=", "like") and one.column == other.column and one.value != other.value:
            nested = str(one.value).startswith(str(other.value)) or str(other.value).startswith(str(one.value))
            if not (one.op == "like" and nested):
                return True
        for a, b in ((one, other), (other, one)):
            if a.negated and a.op == "or" and b in a.parts:
                return True
    return False
