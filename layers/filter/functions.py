"""The functions a filter may call, besides the standard's own. What is not in the table does not exist.

Each is a template over the SQL of its arguments. Areas and lengths are ellipsoidal, in metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from layers.errors import BadFilter
from layers.filter.clauses import Expression, ValueType
from layers.sentences import either, say


@dataclass(frozen=True)
class Function:
    """One function: argument types, type of the result, the SQL with ``{0}``, ``{1}`` for the arguments."""

    takes: tuple[tuple[ValueType, ...], ...]
    gives: ValueType
    sql: str
    description: str


_NUMBER: tuple[ValueType, ...] = ("number",)
_TEXT: tuple[ValueType, ...] = ("text",)
_GEOMETRY: tuple[ValueType, ...] = ("geometry",)
_TIME: tuple[ValueType, ...] = ("date", "timestamp")
_METRES = "{0}::geography"

FUNCTIONS: dict[str, Function] = {
    "lower": Function((_TEXT,), "text", "lower({0})", "the text in lower case"),
    "upper": Function((_TEXT,), "text", "upper({0})", "the text in upper case"),
    "trim": Function((_TEXT,), "text", "btrim({0})", "the text without spaces around it"),
    "char_length": Function((_TEXT,), "number", "char_length({0})", "number of characters"),
    "concat": Function((_TEXT, _TEXT), "text", "({0} || {1})", "two texts joined"),
    "abs": Function((_NUMBER,), "number", "abs({0})", "the number without its sign"),
    "round": Function((_NUMBER,), "number", "round(({0})::numeric)", "the nearest whole number"),
    "floor": Function((_NUMBER,), "number", "floor({0})", "the next whole number below"),
    "ceiling": Function((_NUMBER,), "number", "ceiling({0})", "the next whole number above"),
    "year": Function((_TIME,), "number", "extract(year FROM {0})", "the year, in UTC"),
    "month": Function((_TIME,), "number", "extract(month FROM {0})", "the month, 1 to 12, in UTC"),
    "day": Function((_TIME,), "number", "extract(day FROM {0})", "the day of the month, in UTC"),
    "area": Function((_GEOMETRY,), "number", f"ST_Area({_METRES})", "ellipsoidal area in square metres"),
    "length": Function((_GEOMETRY,), "number", f"ST_Length({_METRES})", "ellipsoidal length of lines in metres"),
    "perimeter": Function((_GEOMETRY,), "number", f"ST_Perimeter({_METRES})", "ellipsoidal perimeter in metres"),
    "distance": Function(
        (_GEOMETRY, _GEOMETRY),
        "number",
        "ST_Distance({0}::geography, {1}::geography)",
        "shortest ellipsoidal distance of two geometries in metres",
    ),
    "centroid": Function((_GEOMETRY,), "geometry", "ST_Centroid({0})", "the centre of gravity"),
}


def call(name: str, arguments: Sequence[Expression]) -> Expression:
    """Return the call of a whitelisted function.

    Raises:
        BadFilter: there is no such function, or the arguments do not fit.
    """
    function = FUNCTIONS.get(name)
    if function is None:
        raise BadFilter(say("function-none", name=name[:40]), "filter")
    if len(arguments) != len(function.takes):
        raise BadFilter(
            say("function-arguments", name=name, wanted=len(function.takes), count=len(arguments)), "filter"
        )
    for argument, types in zip(arguments, function.takes, strict=True):
        if argument.type not in types:
            raise BadFilter(say("function-takes", name=name, wanted=either(types), found=argument.type), "filter")
    near = None
    if name == "distance" and '"geom"' in [argument.sql for argument in arguments]:
        near = next((argument.literal for argument in arguments if argument.literal is not None), None)
    return Expression(function.sql.format(*(argument.sql for argument in arguments)), function.gives, near=near)
