"""Filter Encoding 2.0 (OGC 09-026r2) to the tree of CQL2: what WFS clients ask with, and what is left of 1.1 in them.

Nothing is compiled here: `layers.filter.sql` knows the properties and functions, and refuses the same of both
languages. A literal is text in XML; it is read as the type of the property it is compared with.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from layers.errors import BadFilter
from layers.filter.clauses import Field, ValueType, parse_number
from layers.filter.cql2_tokens import Tree
from layers.filter.gml_geometry import is_geometry, read_gml, srs_name
from layers.filter.temporal import PREDICATES as TEMPORAL
from layers.sentences import say
from layers.xml_names import last_step

COMPARISONS = {
    "PropertyIsEqualTo": "=",
    "PropertyIsNotEqualTo": "<>",
    "PropertyIsLessThan": "<",
    "PropertyIsGreaterThan": ">",
    "PropertyIsLessThanOrEqualTo": "<=",
    "PropertyIsGreaterThanOrEqualTo": ">=",
}
SPATIAL = {
    "Intersects": "s_intersects", "Equals": "s_equals", "Disjoint": "s_disjoint", "Touches": "s_touches",
    "Within": "s_within", "Overlaps": "s_overlaps", "Crosses": "s_crosses", "Contains": "s_contains",
}  # fmt: skip
DISTANCES = {"DWithin": "<=", "Beyond": ">"}
RELATIONS = {
    "After": "t_after", "Before": "t_before", "Begins": "t_starts", "BegunBy": "t_startedBy",
    "TContains": "t_contains", "During": "t_during", "TEquals": "t_equals", "TOverlaps": "t_overlaps",
    "Meets": "t_meets", "OverlappedBy": "t_overlappedBy", "MetBy": "t_metBy", "Ends": "t_finishes",
    "EndedBy": "t_finishedBy", "AnyInteracts": "t_intersects",
}  # fmt: skip
METRES = {"m": 1.0, "metre": 1.0, "meter": 1.0, "meters": 1.0, "metres": 1.0, "km": 1000.0, "kilometers": 1000.0}
"""Units that a distance may be in; by the standard a symbol of UCUM, older clients write words."""
assert set(RELATIONS.values()) <= TEMPORAL.keys()


@dataclass(frozen=True)
class ReadFilter:
    """A filter's tree, and the name of the system its geometries are in; None where none says it."""

    tree: Tree
    srs_name: str | None


def read_fes(
    filter_: ET.Element, fields: Mapping[str, Field], geometry: str, number_of: Callable[[str], int | None]
) -> ReadFilter:
    """Read a ``Filter`` over a layer's fields. ``geometry`` is what its geometry is called besides their names for it;
    ``number_of`` gives the number in a resource's identifier, None of a resource of another layer.

    Raises:
        BadFilter: an operator is not known, has the wrong operands, or the geometries are in different systems.
    """
    reader = _Reader(fields, geometry, number_of)
    operators = list(filter_)
    if not operators:
        raise BadFilter(say("fes-empty"), "filter")
    if all(one.tag in _IDENTIFIERS for one in operators):
        return ReadFilter(reader.resources(operators), None)
    if len(operators) > 1:
        raise BadFilter(say("fes-operands", operator="Filter", wanted=1, count=len(operators)), "filter")
    tree = reader.condition(operators[0])
    if len(reader.systems) > 1:
        raise BadFilter(say("fes-systems", systems=", ".join(sorted(reader.systems))[:200]), "filter")
    return ReadFilter(tree, next(iter(reader.systems), None))


class _Reader:
    """Reads operators; the depth of the tree was bounded when the XML was read."""

    def __init__(self, fields: Mapping[str, Field], geometry: str, number_of: Callable[[str], int | None]) -> None:
        self.fields, self.geometry, self.number_of = fields, geometry, number_of
        self.systems: set[str] = set()

    def condition(self, element: ET.Element) -> Tree:
        name, operands = element.tag, list(element)
        if name in ("And", "Or"):
            self._count(element, 2, or_more=True)
            return {"op": name.lower(), "args": [self.condition(operand) for operand in operands]}
        if name == "Not":
            self._count(element, 1)
            return {"op": "not", "args": [self.condition(operands[0])]}
        if name in COMPARISONS:
            self._count(element, 2)
            folded = element.get("matchCase", "true") in ("false", "0")
            return {"op": COMPARISONS[name], "args": self._compared(operands, folded)}
        if name == "PropertyIsBetween":
            return self._between(element)
        if name == "PropertyIsLike":
            return self._like(element)
        if name in ("PropertyIsNull", "PropertyIsNil"):
            self._count(element, 1)
            return {"op": "isNull", "args": [self._reference(operands[0])]}
        if name in RELATIONS:
            self._count(element, 2)
            return {"op": RELATIONS[name], "args": [self._moment(operand) for operand in operands]}
        if name in _IDENTIFIERS:
            return self.resources([element])
        return self._spatial(element)

    def resources(self, elements: Sequence[ET.Element]) -> Tree:
        """Return "is one of these resources"; one of another layer matches nothing."""
        names = [element.get("rid") or element.get("fid") or element.get("id") or "" for element in elements]
        numbers = [number for number in map(self.number_of, names) if number is not None]
        return {"op": "in", "args": [{"property": "fid"}, numbers or [-1]]}

    def _spatial(self, element: ET.Element) -> Tree:
        name, operands = element.tag, list(element)
        if name == "BBOX":
            shapes = [operand for operand in operands if is_geometry(operand)]
            named = [operand for operand in operands if not is_geometry(operand)]
            if len(shapes) != 1 or len(named) > 1:
                self._wrong(element, 2)
            place = self._reference(named[0]) if named else {"property": "geom"}
            if place["property"] in _BOUNDS and place["property"] not in self.fields:
                place = {"property": "geom"}
            return {"op": "s_intersects", "args": [place, self._shape(shapes[0])]}
        if name in SPATIAL:
            self._count(element, 2)
            return {"op": SPATIAL[name], "args": [self._place(operand) for operand in operands]}
        if name in DISTANCES:
            self._count(element, 3)
            sides = [self._place(operand) for operand in operands[:2]]
            within = {"op": DISTANCES[name], "args": [{"op": "distance", "args": sides}, _metres(operands[2])]}
            return within
        raise BadFilter(say("fes-operator", name=name[:60]), "filter")

    def _between(self, element: ET.Element) -> Tree:
        self._count(element, 3)
        value, *ends = element
        if [end.tag for end in ends] != ["LowerBoundary", "UpperBoundary"] or any(len(end) != 1 for end in ends):
            self._wrong(element, 3)
        return {"op": "between", "args": self._compared([value, *(end[0] for end in ends)], False)}

    def _like(self, element: ET.Element) -> Tree:
        """Read a pattern with its own signs: ``wildCard`` is any text, ``singleChar``, ``escapeChar`` before either."""
        self._count(element, 2)
        value, literal = element
        any_, one = element.get("wildCard", "*"), element.get("singleChar", "?")
        escape = element.get("escapeChar", element.get("escape", "\\"))
        signs = [sign for sign in (escape, any_, one) if sign]
        given = literal.text or ""
        parts = re.split(f"({'|'.join(map(re.escape, signs))})", given) if signs else [given]
        pattern, escaped = "", False
        for part in filter(None, parts):
            if escaped or part not in signs:
                pattern += re.sub(r"([\\%_])", r"\\\1", part)
                escaped = False
            elif part == escape:
                escaped = True
            else:
                pattern += "%" if part == any_ else "_"
        sides: list[Tree] = [self._expression(value, "text"), pattern]
        if element.get("matchCase", "true") in ("false", "0"):
            sides = [{"op": "casei", "args": [side]} for side in sides]
        return {"op": "like", "args": sides}

    def _compared(self, operands: Sequence[ET.Element], folded: bool) -> list[Tree]:
        """Return values to be compared, each literal as the type of the property among them."""
        names = [last_step(operand.text or "") for operand in operands if operand.tag in _REFERENCES]
        kinds = {self.fields[name].type for name in names if name in self.fields}
        kind: ValueType = kinds.pop() if len(kinds) == 1 else "text"
        sides = [self._expression(operand, kind) for operand in operands]
        return [{"op": "casei", "args": [side]} for side in sides] if folded and kind == "text" else sides

    def _expression(self, element: ET.Element, kind: ValueType) -> Tree:
        if element.tag == "Literal":
            return _literal(element, kind)
        return self._reference(element)

    def _reference(self, element: ET.Element) -> Tree:
        if element.tag not in _REFERENCES:
            raise BadFilter(say("fes-operator", name=element.tag[:60]), "filter")
        name = last_step(element.text or "")
        return {"property": "geom" if name == self.geometry else name}

    def _place(self, element: ET.Element) -> Tree:
        return self._shape(element) if is_geometry(element) else self._reference(element)

    def _shape(self, element: ET.Element) -> Tree:
        self.systems.add(srs_name(element) or "")
        return read_gml(element)

    def _moment(self, element: ET.Element) -> Tree:
        """Read an instant or a period: a property, ``TimeInstant``, ``TimePeriod``, or a literal that holds one."""
        if element.tag == "Literal" and len(element) == 1:
            return self._moment(element[0])
        if element.tag == "Literal":
            return (element.text or "").strip()
        if element.tag == "TimeInstant":
            return _position_text(element, "timePosition")
        if element.tag == "TimePeriod":
            ends = [_position_text(element, *names) for names in (_BEGINS, _ENDS)]
            return {"interval": ends}
        return self._reference(element)

    def _count(self, element: ET.Element, wanted: int, *, or_more: bool = False) -> None:
        if not (len(element) == wanted or (or_more and len(element) > wanted)):
            self._wrong(element, wanted)

    def _wrong(self, element: ET.Element, wanted: int) -> NoReturn:
        raise BadFilter(say("fes-operands", operator=element.tag, wanted=wanted, count=len(element)), "filter")


def _literal(element: ET.Element, kind: ValueType) -> Tree:
    text = element.text or ""
    if kind == "number":
        return parse_number(text)
    if kind == "boolean" and text.strip().lower() in ("true", "false", "1", "0"):
        return text.strip().lower() in ("true", "1")
    return text


def _metres(element: ET.Element) -> float:
    unit = element.get("uom", element.get("units", "")).strip().lower().rpartition("#")[2]
    if element.tag != "Distance" or unit not in METRES:
        raise BadFilter(say("fes-unit", given=unit[:40], offered=", ".join(METRES)), "filter")
    return parse_number(element.text or "") * METRES[unit]


def _position_text(element: ET.Element, *names: str) -> str:
    """Return a time position; ``..`` where its time is not known."""
    found = next((part for name in names for part in element.iter(name)), None)
    if found is not None and found.tag in ("begin", "end"):
        found = next(found.iter("timePosition"), None)
    if found is None:
        raise BadFilter(say("fes-time", name=element.tag), "filter")
    text = (found.text or "").strip()
    return text or ".."


_BOUNDS = ("boundedBy", "BoundingBox")
"""What a BBOX may name for the geometry: the property that GML gives every feature, and OWSLib's name for it."""
_REFERENCES = ("ValueReference", "PropertyName")
_IDENTIFIERS = ("ResourceId", "GmlObjectId", "FeatureId")
_BEGINS, _ENDS = ("beginPosition", "begin"), ("endPosition", "end")
