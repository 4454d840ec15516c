"""The values of MapLibre style expressions: the operators that ``layers.style.cartography`` writes, no others.

An expression is data of our own, never a stranger's text. Semantics follow the MapLibre Style Specification, version 8;
filters may also be written the older way (``["==", "$type", "Point"]``, ``["!has", "name"]``).
"""

import bisect
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Expression = Any


@dataclass(frozen=True)
class Scene:
    """What an expression may look at: the zoom, a feature's properties, and its shape ("Point", "LineString", …)."""

    zoom: float
    properties: Mapping[str, Any]
    shape: str


def evaluate(expression: Expression, scene: Scene) -> Any:
    """Return the value of an expression; anything that is no operator's list stands for itself.

    Raises:
        KeyError: the operator is not one of the subset.
    """
    if not isinstance(expression, list):
        return expression
    return OPERATORS[expression[0]](expression[1:], scene)


def columns_of(expression: Expression) -> Iterator[str]:
    """Yield the properties that an expression reads."""
    if not isinstance(expression, list | tuple):
        return
    if len(expression) >= 2 and expression[0] in ("get", "has", "!has") and isinstance(expression[1], str):
        yield expression[1]
        return
    if expression and expression[0] == "literal":
        return
    for part in expression:
        yield from columns_of(part)


def greatest(expression: Expression) -> float:
    """Return the number that an expression never exceeds; infinity where its outputs are no numbers written out."""
    if isinstance(expression, int | float):
        return float(expression)
    if not isinstance(expression, list) or expression[0] not in OUTPUTS:
        return math.inf
    return max(greatest(output) for output in (*expression[OUTPUTS[expression[0]]], expression[-1]))


OUTPUTS = {
    "step": slice(2, None, 2),
    "case": slice(2, None, 2),
    "match": slice(3, None, 2),
    "interpolate": slice(4, None, 2),
}
"""Where the outputs of the operators that choose stand; the last part is always one."""


def text_of(value: Any) -> str:
    """Return a value as ``to-string`` writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _to_number(parts: Sequence[Any], scene: Scene) -> float:
    numbers = (_number(evaluate(part, scene)) for part in parts)
    return next((number for number in numbers if number is not None), 0.0)


def _coalesce(parts: Sequence[Any], scene: Scene) -> Any:
    return next((value for part in parts if (value := evaluate(part, scene)) is not None), None)


def _case(parts: Sequence[Any], scene: Scene) -> Any:
    for condition, value in zip(parts[:-1:2], parts[1:-1:2], strict=True):
        if evaluate(condition, scene):
            return evaluate(value, scene)
    return evaluate(parts[-1], scene)


def _match(parts: Sequence[Any], scene: Scene) -> Any:
    value = evaluate(parts[0], scene)
    for label, result in zip(parts[1:-1:2], parts[2:-1:2], strict=True):
        if value in label if isinstance(label, list) else value == label:
            return evaluate(result, scene)
    return evaluate(parts[-1], scene)


def _step(parts: Sequence[Any], scene: Scene) -> Any:
    value = _number(evaluate(parts[0], scene))
    stops = parts[2::2]
    below = bisect.bisect_right(stops, value) if value is not None else 0
    return evaluate(parts[1] if below == 0 else parts[1 + 2 * below], scene)


def _interpolate(parts: Sequence[Any], scene: Scene) -> Any:
    """Linear or exponential between numbers; past the ends the end's value."""
    kind, value = parts[0], _number(evaluate(parts[1], scene)) or 0.0
    stops, outputs = parts[2::2], parts[3::2]
    above = bisect.bisect_right(stops, value)
    if above == 0 or above == len(stops):
        return evaluate(outputs[min(above, len(stops) - 1)], scene)
    low, high = (float(evaluate(outputs[at], scene)) for at in (above - 1, above))
    base = float(kind[1]) if kind[0] == "exponential" else 1.0
    span, into = stops[above] - stops[above - 1], value - stops[above - 1]
    share = into / span if base == 1 else (base**into - 1) / (base**span - 1)
    return low + share * (high - low)


def _slice(parts: Sequence[Any], scene: Scene) -> Any:
    value = evaluate(parts[0], scene)
    first, *last = (int(evaluate(part, scene)) for part in parts[1:])
    return value[first : last[0]] if last else value[first:]


def _compared(compare: Callable[[Any, Any], bool], *, ordered: bool) -> Callable[[Sequence[Any], Scene], bool]:
    def run(parts: Sequence[Any], scene: Scene) -> bool:
        left = _older(parts[0], scene) if isinstance(parts[0], str) else evaluate(parts[0], scene)
        right = evaluate(parts[1], scene)
        if ordered and (left is None or right is None or isinstance(left, str) != isinstance(right, str)):
            return False
        return bool(compare(left, right))

    return run


def _older(name: str, scene: Scene) -> Any:
    """What a filter of the older form compares: a property by its bare name, or the feature's shape."""
    return scene.shape if name == "$type" else scene.properties.get(name)


def _has(parts: Sequence[Any], scene: Scene) -> bool:
    return scene.properties.get(parts[0]) is not None


def _minus(parts: Sequence[Any], scene: Scene) -> float:
    values = [float(evaluate(part, scene)) for part in parts]
    return -values[0] if len(values) == 1 else values[0] - values[1]


OPERATORS: Mapping[str, Callable[[Sequence[Any], Scene], Any]] = {
    "get": lambda parts, scene: scene.properties.get(parts[0]),
    "has": _has,
    "!has": lambda parts, scene: not _has(parts, scene),
    "zoom": lambda parts, scene: scene.zoom,
    "literal": lambda parts, scene: parts[0],
    "geometry-type": lambda parts, scene: scene.shape,
    "to-string": lambda parts, scene: text_of(evaluate(parts[0], scene)),
    "to-number": _to_number,
    "coalesce": _coalesce,
    "case": _case,
    "match": _match,
    "step": _step,
    "interpolate": _interpolate,
    "slice": _slice,
    "concat": lambda parts, scene: "".join(text_of(evaluate(part, scene)) for part in parts),
    "==": _compared(operator.eq, ordered=False),
    "!=": _compared(operator.ne, ordered=False),
    "<": _compared(operator.lt, ordered=True),
    "<=": _compared(operator.le, ordered=True),
    ">": _compared(operator.gt, ordered=True),
    ">=": _compared(operator.ge, ordered=True),
    "!": lambda parts, scene: not evaluate(parts[0], scene),
    "all": lambda parts, scene: all(evaluate(part, scene) for part in parts),
    "any": lambda parts, scene: any(evaluate(part, scene) for part in parts),
    "-": _minus,
    "+": lambda parts, scene: sum(float(evaluate(part, scene)) for part in parts),
    "*": lambda parts, scene: float(evaluate(parts[0], scene)) * float(evaluate(parts[1], scene)),
    "/": lambda parts, scene: float(evaluate(parts[0], scene)) / float(evaluate(parts[1], scene)),
}
