"""Our MapLibre styles as SLD 1.0 (OGC 02-070) and SLD 1.1 with SE 1.1 (OGC 05-077r4): what desktops read.

Neither knows a value that grows with the zoom or a table of classes: zooms become bands of scales with a rule each, a
``match`` or ``step`` a rule for every class with its filter. What cannot be said stands in a comment of the document.
"""

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from layers.layer import Layer
from layers.styles import style_layers
from tiles.picture.evaluate import Scene, columns_of, evaluate
from tiles.picture.symbolizers import is_clear

SldVersion = Literal["1.0.0", "1.1.0"]
SLD, SE, OGC = "http://www.opengis.net/sld", "http://www.opengis.net/se", "http://www.opengis.net/ogc"
SCALE_0 = 279541132.0143589
"""Denominator of zoom 0 (512-pixel tiles) at the equator, with a pixel of 0.28 mm."""
ZOOMS = range(0, 21)
MOST_RULES = 4_000
UNSAID = {
    "line-blur": "blurred lines are drawn sharp",
    "symbol-sort-key": "which name goes first where there is no room for all",
    "text-max-angle": "how far a name may bend",
    "text-letter-spacing": "letter spacing",
    "text-max-width": "line breaks in names",
    "text-padding": "room around names",
}
"""Properties without a counterpart, and what is lost with them."""

for _prefix, _uri in (("sld", SLD), ("se", SE), ("ogc", OGC)):
    ET.register_namespace(_prefix, _uri)


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


def sld(layer: Layer, version: SldVersion, language: str = "zh") -> bytes:
    """Return a vector layer's style as a document of a version."""
    return _Writer(version).document(layer, style_layers(layer, language))


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


class _Writer:
    def __init__(self, version: SldVersion) -> None:
        self.version = version
        self.se = SLD if version == "1.0.0" else SE
        self.css = "CssParameter" if version == "1.0.0" else "SvgParameter"
        self.lost: dict[str, None] = {}
        self.rules = 0

    def document(self, layer: Layer, styles: Sequence[dict[str, Any]]) -> bytes:
        root = ET.Element(f"{{{SLD}}}StyledLayerDescriptor", {"version": self.version})
        named = ET.SubElement(root, f"{{{SLD}}}NamedLayer")
        self._add(named, "Name", layer.name)
        user = ET.SubElement(named, f"{{{SLD}}}UserStyle")
        self._add(user, "Name", "default")
        title = layer.title.get("zh") or layer.name
        if self.version == "1.0.0":
            self._add(user, "Title", title)
        else:
            self._add(self._add(user, "Description"), "Title", title)
        for style in styles:
            self._style(user, style)
        said = ["zooms are bands of scales at the equator in Web Mercator", *self.lost]
        root.insert(0, ET.Comment(f" Not as on the map: {'; '.join(said)}. ".replace("--", "- -")))
        ET.indent(root)
        body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return body

    def _style(self, user: ET.Element, style: dict[str, Any]) -> None:
        """One style layer is one FeatureTypeStyle: drawn whole before the next."""
        values = {**style.get("layout", {}), **style.get("paint", {})}
        for name in [name for name in values if name in UNSAID]:
            self.lost[UNSAID[name]] = None
            del values[name]
        if "$type" in repr(style.get("filter")):
            self.lost["points, lines and areas of one layer are told apart by the kind of symbol only"] = None
        made: list[ET.Element] = []
        try:
            for low, high in _bands(style, values):
                made += self._band(style, values, low, high)
        except Unsaid as error:
            self.lost[f"style layer {style['id']} ({error})"] = None
            return
        if not made:
            return
        if len(made) + self.rules > MOST_RULES:
            self.lost[f"style layer {style['id']} (more than {MOST_RULES} rules)"] = None
            return
        self.rules += len(made)
        feature_style = self._add(user, "FeatureTypeStyle")
        self._add(feature_style, "Name", style["id"])
        feature_style.extend(made)

    def _band(self, style: dict[str, Any], values: dict[str, Any], low: float, high: float) -> Iterator[ET.Element]:
        zoom = (low + min(high, low + 1)) / 2
        chosen = conditions(style.get("filter"), zoom)
        if chosen is None:
            return
        for tests, drawn in _combined(values, zoom):
            symbolizer = self._symbolizer(style["type"], drawn)
            if symbolizer is None:
                continue
            rule = ET.Element(f"{{{self.se}}}Rule")
            self._filter(rule, (*chosen, *tests))
            # Whole numbers: QGIS leaves out a denominator with decimals.
            if high < ZOOMS[-1] + 1:
                self._add(rule, "MinScaleDenominator", f"{SCALE_0 / 2**high:.0f}")
            if low > 0:
                self._add(rule, "MaxScaleDenominator", f"{SCALE_0 / 2**low:.0f}")
            rule.append(symbolizer)
            yield rule

    def _filter(self, rule: ET.Element, tests: Tests) -> None:
        if tests:
            parent = ET.SubElement(rule, f"{{{OGC}}}Filter")
            if len(tests) > 1:
                parent = ET.SubElement(parent, f"{{{OGC}}}And")
            for test in tests:
                self._test(parent, test)

    def _test(self, parent: ET.Element, test: Test) -> None:
        if test.negated:
            parent = ET.SubElement(parent, f"{{{OGC}}}Not")
        if test.op in ("or", "and"):
            if len(test.parts) > 1:
                parent = ET.SubElement(parent, f"{{{OGC}}}{test.op.title()}")
            for part in test.parts:
                self._test(parent, part)
            return
        names = {"=": "EqualTo", "like": "Like", "<": "LessThan", ">=": "GreaterThanOrEqualTo", "null": "Null"}
        element = ET.SubElement(parent, f"{{{OGC}}}PropertyIs{names[test.op]}")
        value = test.value
        if test.op == "like":
            escape = "escape" if self.version == "1.0.0" else "escapeChar"
            element.attrib.update({"wildCard": "*", "singleChar": "?", escape: "\\"})
            value = f"{value}*"
        ET.SubElement(element, f"{{{OGC}}}PropertyName").text = test.column
        if test.op != "null":
            ET.SubElement(element, f"{{{OGC}}}Literal").text = _plain(value)

    def _symbolizer(self, kind: str, values: dict[str, Any]) -> ET.Element | None:
        make = {"fill": self._polygon, "line": self._line, "circle": self._point, "symbol": self._text}
        return make[kind](values)

    def _polygon(self, values: dict[str, Any]) -> ET.Element | None:
        colour, opacity = _colour(values.get("fill-color", "#000000"), values.get("fill-opacity", 1))
        if opacity <= 0 and "fill-outline-color" not in values:
            return None
        element = ET.Element(f"{{{self.se}}}PolygonSymbolizer")
        self._css(self._add(element, "Fill"), **{"fill": colour, "fill-opacity": opacity})
        if outline := values.get("fill-outline-color"):
            self._css(self._add(element, "Stroke"), **{"stroke": outline, "stroke-width": 1})
        return element

    def _line(self, values: dict[str, Any]) -> ET.Element | None:
        colour, opacity = _colour(values.get("line-color", "#000000"), values.get("line-opacity", 1))
        width = float(values.get("line-width", 1))
        if width <= 0 or opacity <= 0:
            return None
        element = ET.Element(f"{{{self.se}}}LineSymbolizer")
        said: dict[str, Any] = {"stroke": colour, "stroke-opacity": opacity, "stroke-width": width}
        said["stroke-linejoin"] = str(values.get("line-join", "miter")).replace("miter", "mitre")
        said["stroke-linecap"] = values.get("line-cap", "butt")
        if dashes := values.get("line-dasharray"):
            said["stroke-dasharray"] = " ".join(_plain(part * width) for part in dashes)
        self._css(self._add(element, "Stroke"), **said)
        return element

    def _point(self, values: dict[str, Any]) -> ET.Element:
        radius, rim = float(values.get("circle-radius", 5)), float(values.get("circle-stroke-width", 0))
        element = ET.Element(f"{{{self.se}}}PointSymbolizer")
        graphic = self._add(element, "Graphic")
        mark = self._add(graphic, "Mark")
        self._add(mark, "WellKnownName", "circle")
        colour, opacity = _colour(values.get("circle-color", "#000000"), values.get("circle-opacity", 1))
        self._css(self._add(mark, "Fill"), **{"fill": colour, "fill-opacity": opacity})
        if rim > 0:
            rim_colour, rim_opacity = _colour(values.get("circle-stroke-color", "#000000"), 1)
            self._css(
                self._add(mark, "Stroke"),
                **{"stroke": rim_colour, "stroke-opacity": rim_opacity, "stroke-width": rim},
            )
        self._add(graphic, "Size", _plain(2 * radius + rim))
        return element

    def _text(self, values: dict[str, Any]) -> ET.Element:
        size = float(values.get("text-size", 16))
        element = ET.Element(f"{{{self.se}}}TextSymbolizer")
        label = self._add(element, "Label")
        ET.SubElement(label, f"{{{OGC}}}PropertyName").text = next(columns_of(values["text-field"]))
        bold = any("Bold" in name for name in values.get("text-font", ()))
        self._css(
            self._add(element, "Font"),
            **{
                "font-family": "Noto Sans CJK SC", "font-style": "normal",
                "font-weight": "bold" if bold else "normal", "font-size": size,
            },
        )  # fmt: skip
        self._placement(self._add(element, "LabelPlacement"), values, size)
        if halo := float(values.get("text-halo-width", 0)):
            around = self._add(element, "Halo")
            self._add(around, "Radius", _plain(halo))
            colour, opacity = _colour(values.get("text-halo-color", "#ffffff"), 1)
            self._css(self._add(around, "Fill"), **{"fill": colour, "fill-opacity": opacity})
        colour, _ = _colour(values.get("text-color", "#000000"), 1)
        self._css(self._add(element, "Fill"), fill=colour)
        return element

    def _placement(self, parent: ET.Element, values: dict[str, Any], size: float) -> None:
        if values.get("symbol-placement") == "line":
            self._add(parent, "LinePlacement")
            return
        point = self._add(parent, "PointPlacement")
        anchor = str(values.get("text-anchor", "center"))
        x = "0" if "left" in anchor else "1" if "right" in anchor else "0.5"
        y = "1" if "top" in anchor else "0" if "bottom" in anchor else "0.5"
        place = self._add(point, "AnchorPoint")
        self._add(place, "AnchorPointX", x)
        self._add(place, "AnchorPointY", y)
        dx, dy = values.get("text-offset", (0, 0))
        moved = self._add(point, "Displacement")
        self._add(moved, "DisplacementX", _plain(float(dx) * size))
        self._add(moved, "DisplacementY", _plain(-float(dy) * size))

    def _css(self, parent: ET.Element, **values: Any) -> None:
        for name, value in values.items():
            self._add(parent, self.css, _plain(value)).set("name", name)

    def _add(self, parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
        element = ET.SubElement(parent, f"{{{self.se}}}{name}")
        element.text = text
        return element


def _bands(style: dict[str, Any], values: dict[str, Any]) -> list[tuple[float, float]]:
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


def _combined(values: dict[str, Any], zoom: float) -> Branches:
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


def _colour(value: Any, opacity: Any) -> tuple[str, float]:
    """A colour without its transparency, and both opacities together."""
    text, share = str(value), float(opacity)
    if not text.startswith("rgb"):
        return text, share
    parts = text[text.index("(") + 1 : -1].split(",")
    red, green, blue = (round(float(part)) for part in parts[:3])
    alpha = 0.0 if is_clear(text) else float(parts[3]) if len(parts) > 3 else 1.0
    return f"#{red:02x}{green:02x}{blue:02x}", share * alpha


def _plain(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
