"""Our styles as SLD 1.0 (OGC 02-070) and SLD 1.1 with SE 1.1 (OGC 05-077r4): what desktops read.

What a rule cannot say (`tiles.picture.rules`) stands in a comment of the document. Zooms are bands of scales.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from layers.layer import Layer
from layers.style.documents import style_layers
from layers.xml_text import xml_document
from tiles.picture.raster_symbolizer import raster_symbolizer
from tiles.picture.rules import ZOOMS, Unsaid, bands, combined, conditions
from tiles.picture.vocabulary import SLD, SldVersion, Vocabulary

SCALE_0 = 279541132.0143589
"""Denominator of zoom 0 (512-pixel tiles) at the equator, with a pixel of 0.28 mm."""
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


def sld(layer: Layer, version: SldVersion, language: str = "zh", rendering: str | None = None) -> bytes:
    """Return a layer's style as a document of a version; of a raster the style of a rendering that ``is_said``."""
    words = Vocabulary(version)
    root = ET.Element(f"{{{SLD}}}StyledLayerDescriptor", {"version": version})
    named = ET.SubElement(root, f"{{{SLD}}}NamedLayer")
    words.add(named, "Name", layer.name)
    user = ET.SubElement(named, f"{{{SLD}}}UserStyle")
    words.add(user, "Name", rendering or "default")
    title = layer.title.get("zh") or layer.name
    words.add(user if version == "1.0.0" else words.add(user, "Description"), "Title", title)
    if layer.kind == "vector":
        styles = _Styles(words)
        for style in style_layers(layer, language):
            styles.add(user, style)
        lost = ["zooms are bands of scales at the equator in Web Mercator", *styles.lost]
    else:
        rule = words.add(words.add(user, "FeatureTypeStyle"), "Rule")
        lost = raster_symbolizer(words, rule, layer, rendering)
    if lost:
        root.insert(0, ET.Comment(f" Not as on the map: {'; '.join(lost)}. ".replace("--", "- -")))
    ET.indent(root)
    return xml_document(root)


class _Styles:
    """Style layers of features: which are written, and what is lost with them."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.lost: dict[str, None] = {}
        self.rules = 0

    def add(self, user: ET.Element, style: dict[str, Any]) -> None:
        """One style layer is one FeatureTypeStyle: drawn whole before the next."""
        values = {**style.get("layout", {}), **style.get("paint", {})}
        for name in [name for name in values if name in UNSAID]:
            self.lost[UNSAID[name]] = None
            del values[name]
        if "$type" in repr(style.get("filter")):
            self.lost["points, lines and areas of one layer are told apart by the kind of symbol only"] = None
        made: list[ET.Element] = []
        try:
            for low, high in bands(style, values):
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
        feature_style = self.words.add(user, "FeatureTypeStyle")
        self.words.add(feature_style, "Name", style["id"])
        feature_style.extend(made)

    def _band(self, style: dict[str, Any], values: dict[str, Any], low: float, high: float) -> Iterator[ET.Element]:
        zoom = (low + min(high, low + 1)) / 2
        chosen = conditions(style.get("filter"), zoom)
        if chosen is None:
            return
        for tests, drawn in combined(values, zoom):
            symbolizer = self.words.symbolizer(style["type"], drawn)
            if symbolizer is None:
                continue
            rule = ET.Element(f"{{{self.words.se}}}Rule")
            self.words.filter(rule, (*chosen, *tests))
            # Whole numbers: QGIS leaves out a denominator with decimals.
            if high < ZOOMS[-1] + 1:
                self.words.add(rule, "MinScaleDenominator", f"{SCALE_0 / 2**high:.0f}")
            if low > 0:
                self.words.add(rule, "MaxScaleDenominator", f"{SCALE_0 / 2**low:.0f}")
            rule.append(symbolizer)
            yield rule
