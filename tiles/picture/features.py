"""The features of a picture as Mapnik has them: each with the number of its rule in every style layer that draws it.

Style layers of one source share its features: a shape is read once, however often it is drawn.
"""

import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any

import mapnik

from tiles.picture.evaluate import Scene, columns_of, evaluate
from tiles.picture.job import Job, Row, Shapes
from tiles.picture.symbolizers import rule, symbolizers

SHAPE_OF_WKB = ("", "Point", "LineString", "Polygon", "Point", "LineString", "Polygon", "")
LISTS = ("text-font", "text-offset", "line-dasharray")
"""Values that are lists and no expressions."""
COARSEST = 0.05
"""CSS pixels that a size is rounded to: sizes by a number would else make a rule for every feature."""
EMPTY = 9
"""Bytes of the WKB of nothing, but for a point's, whose coordinates are not numbers."""
NOT_A_NUMBER = struct.pack("<d", float("nan"))


class StyleLayer:
    """A style layer of a job and the rules it has, one for each way its features are drawn."""

    def __init__(self, number: int, layer: Mapping[str, Any], job: Job) -> None:
        self.name, self.source, self.kind, self.zoom = f"s{number}", layer["source-layer"], layer["type"], job.zoom
        self.values = {**layer.get("layout", {}), **layer.get("paint", {})}
        self.text = self.values.pop("text-field", None)
        self.sort = self.values.pop("symbol-sort-key", None)
        self.filter = layer.get("filter")
        self.element = ET.Element("Style", {"name": self.name, "filter-mode": "first"})
        self.rules: dict[Any, int | None] = {}

    def columns(self) -> set[str]:
        """Return the columns that decide how a feature is drawn."""
        return {*columns_of([self.filter]), *columns_of([*self.values.values()])}

    def rule(self, scene: Scene) -> int | None:
        """Return the number of the rule for a feature, made when it is the first of its kind; None hides it."""
        if self.filter is not None and not evaluate(self.filter, scene):
            return None
        values = {
            name: value if name in LISTS else _rounded(evaluate(value, scene)) for name, value in self.values.items()
        }
        if self.kind == "symbol" and scene.shape == "Polygon" and values.get("symbol-placement") != "line":
            values["placement"] = "interior"
        key = tuple((name, _hashable(value)) for name, value in values.items())
        if key not in self.rules:
            elements = symbolizers(self.kind, values)
            number = len(self.rules) if elements else None
            self.rules[key] = number
            if number is not None:
                self.element.append(rule(self.name, number, elements))
        return self.rules[key]


def features(styles: Sequence[StyleLayer], job: Job) -> Any | None:
    """Return the features that style layers of one source draw, None when there are none.

    Each bears the number of its rule under the name of the style layer; a name, whose style layer comes alone, also its
    text ``t``.
    """
    first, shapes = styles[0], job.shapes[styles[0].source]
    looked_at = {column for style in styles for column in style.columns()}
    wanted = [(name, place) for place, name in enumerate(shapes.columns, 1) if name in looked_at]
    context = mapnik.Context()
    for style in styles:
        context.push(style.name)
    context.push("t")
    source, count = mapnik.MemoryDatasource(), 0
    known: dict[tuple[Any, ...], list[tuple[str, int]]] = {}
    for row, text in _worded(shapes, first):
        body = row[0]
        if body is None or len(body) <= EMPTY or body.endswith(NOT_A_NUMBER):
            continue
        shape = SHAPE_OF_WKB[min(body[1], 7)]
        key = (shape, *[row[place] for _, place in wanted])
        numbers = known.get(key)
        if numbers is None:
            scene = Scene(job.zoom, {name: row[place] for name, place in wanted}, shape)
            found = [(style.name, style.rule(scene)) for style in styles]
            numbers = known[key] = [(name, number) for name, number in found if number is not None]
        if not numbers:
            continue
        count += 1
        feature = mapnik.Feature(context, count)
        if text:
            feature["t"] = text
        for name, number in numbers:
            feature[name] = number
        feature.geometry = mapnik.Geometry.from_wkb(body)
        source.add_feature(feature)
    return source if count else None


def _worded(shapes: Shapes, style: StyleLayer) -> Iterable[tuple[Row, str]]:
    """Rows as they are drawn, names with their text: those first that take their places first, by their sort key.

    Names of one rank follow each other by their text: pictures that meet choose the same ones.
    """
    if style.text is None:
        return zip(shapes.rows, repeat(""), strict=False)
    named = {*columns_of(style.text), *columns_of(style.sort)}
    places = [(name, place) for place, name in enumerate(shapes.columns, 1) if name in named]
    found = []
    for row in shapes.rows:
        scene = Scene(style.zoom, {name: row[place] for name, place in places}, "")
        if text := str(evaluate(style.text, scene) or "").strip():
            found.append((0.0 if style.sort is None else float(evaluate(style.sort, scene)), text, row))
    found.sort(key=itemgetter(0, 1))
    return ((row, text) for _, text, row in found)


def _rounded(value: Any) -> Any:
    return round(value / COARSEST) * COARSEST if isinstance(value, float) and value > 2 else value


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
