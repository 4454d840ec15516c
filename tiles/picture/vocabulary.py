"""What SLD 1.0 and SE 1.1 have to draw with: symbolizers and filters, as elements of either vocabulary."""

import xml.etree.ElementTree as ET
from typing import Any, Literal

from tiles.picture.evaluate import columns_of
from tiles.picture.rules import Test, Tests
from tiles.picture.symbolizers import is_clear

SldVersion = Literal["1.0.0", "1.1.0"]
SLD, SE, OGC = "http://www.opengis.net/sld", "http://www.opengis.net/se", "http://www.opengis.net/ogc"

for _prefix, _uri in (("sld", SLD), ("se", SE), ("ogc", OGC)):
    ET.register_namespace(_prefix, _uri)


class Vocabulary:
    """The elements of a version: ``se`` is their namespace, and ``css`` the name of a drawing parameter."""

    def __init__(self, version: SldVersion) -> None:
        """Choose a version."""
        self.version = version
        self.se = SLD if version == "1.0.0" else SE
        self.css = "CssParameter" if version == "1.0.0" else "SvgParameter"

    def filter(self, rule: ET.Element, tests: Tests) -> None:
        """Add the filter that features pass for which all tests hold."""
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
            ET.SubElement(element, f"{{{OGC}}}Literal").text = plain(value)

    def symbolizer(self, kind: str, values: dict[str, Any]) -> ET.Element | None:
        """Return what draws a kind of style layer with the values of a band; None where nothing is seen."""
        make = {"fill": self._polygon, "line": self._line, "circle": self._point, "symbol": self._text}
        return make[kind](values)

    def _polygon(self, values: dict[str, Any]) -> ET.Element | None:
        colour, opacity = _colour(values.get("fill-color", "#000000"), values.get("fill-opacity", 1))
        if opacity <= 0 and "fill-outline-color" not in values:
            return None
        element = ET.Element(f"{{{self.se}}}PolygonSymbolizer")
        self.parameters(self.add(element, "Fill"), **{"fill": colour, "fill-opacity": opacity})
        if outline := values.get("fill-outline-color"):
            self.parameters(self.add(element, "Stroke"), **{"stroke": outline, "stroke-width": 1})
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
            said["stroke-dasharray"] = " ".join(plain(part * width) for part in dashes)
        self.parameters(self.add(element, "Stroke"), **said)
        return element

    def _point(self, values: dict[str, Any]) -> ET.Element:
        radius, rim = float(values.get("circle-radius", 5)), float(values.get("circle-stroke-width", 0))
        element = ET.Element(f"{{{self.se}}}PointSymbolizer")
        graphic = self.add(element, "Graphic")
        mark = self.add(graphic, "Mark")
        self.add(mark, "WellKnownName", "circle")
        colour, opacity = _colour(values.get("circle-color", "#000000"), values.get("circle-opacity", 1))
        self.parameters(self.add(mark, "Fill"), **{"fill": colour, "fill-opacity": opacity})
        if rim > 0:
            rim_colour, rim_opacity = _colour(values.get("circle-stroke-color", "#000000"), 1)
            self.parameters(
                self.add(mark, "Stroke"),
                **{"stroke": rim_colour, "stroke-opacity": rim_opacity, "stroke-width": rim},
            )
        self.add(graphic, "Size", plain(2 * radius + rim))
        return element

    def _text(self, values: dict[str, Any]) -> ET.Element:
        size = float(values.get("text-size", 16))
        element = ET.Element(f"{{{self.se}}}TextSymbolizer")
        label = self.add(element, "Label")
        ET.SubElement(label, f"{{{OGC}}}PropertyName").text = next(columns_of(values["text-field"]))
        bold = any("Bold" in name for name in values.get("text-font", ()))
        self.parameters(
            self.add(element, "Font"),
            **{
                "font-family": "Noto Sans CJK SC", "font-style": "normal",
                "font-weight": "bold" if bold else "normal", "font-size": size,
            },
        )  # fmt: skip
        self._placement(self.add(element, "LabelPlacement"), values, size)
        if halo := float(values.get("text-halo-width", 0)):
            around = self.add(element, "Halo")
            self.add(around, "Radius", plain(halo))
            colour, opacity = _colour(values.get("text-halo-color", "#ffffff"), 1)
            self.parameters(self.add(around, "Fill"), **{"fill": colour, "fill-opacity": opacity})
        colour, _ = _colour(values.get("text-color", "#000000"), 1)
        self.parameters(self.add(element, "Fill"), fill=colour)
        return element

    def _placement(self, parent: ET.Element, values: dict[str, Any], size: float) -> None:
        if values.get("symbol-placement") == "line":
            self.add(parent, "LinePlacement")
            return
        point = self.add(parent, "PointPlacement")
        anchor = str(values.get("text-anchor", "center"))
        x = "0" if "left" in anchor else "1" if "right" in anchor else "0.5"
        y = "1" if "top" in anchor else "0" if "bottom" in anchor else "0.5"
        place = self.add(point, "AnchorPoint")
        self.add(place, "AnchorPointX", x)
        self.add(place, "AnchorPointY", y)
        dx, dy = values.get("text-offset", (0, 0))
        moved = self.add(point, "Displacement")
        self.add(moved, "DisplacementX", plain(float(dx) * size))
        self.add(moved, "DisplacementY", plain(-float(dy) * size))

    def parameters(self, parent: ET.Element, **values: Any) -> None:
        """Add drawing parameters such as ``fill``."""
        for name, value in values.items():
            self.add(parent, self.css, plain(value)).set("name", name)

    def add(self, parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
        """Add an element of the version's namespace and return it."""
        element = ET.SubElement(parent, f"{{{self.se}}}{name}")
        element.text = text
        return element


def _colour(value: Any, opacity: Any) -> tuple[str, float]:
    """A colour without its transparency, and both opacities together."""
    text, share = str(value), float(opacity)
    if not text.startswith("rgb"):
        return text, share
    parts = text[text.index("(") + 1 : -1].split(",")
    red, green, blue = (round(float(part)) for part in parts[:3])
    alpha = 0.0 if is_clear(text) else float(parts[3]) if len(parts) > 3 else 1.0
    return f"#{red:02x}{green:02x}{blue:02x}", share * alpha


def plain(value: Any) -> str:
    """Return a value as text, numbers to four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
