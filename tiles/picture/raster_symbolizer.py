"""How a raster is drawn, in SLD's words: channels and their ranges, colours by value, shaded relief.

SLD 1.0 lists the colours of values, SE 1.1 says them as a function. The range a channel is spread over has no word in
either: it stands in the vendor options that GeoServer and QGIS read.
"""

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from layers.layer import Layer, RasterFacts
from layers.style.symbols import RELIEF
from tiles.height.elevation import DEFAULT, RELIEF_RANGE
from tiles.picture.vocabulary import Vocabulary, plain
from tiles.raster.imagery import raster_facts

SAID = {"imagery": ("rgb",), "elevation": ("hillshade", "relief")}
"""Renderings that SLD has words for, by the kind of a layer."""
RELIEF_FACTOR = "55"
"""The exaggeration that SLD's own text calls reasonable for heights of the earth in metres."""
CLEAR = "#000000"


def is_said(layer: Layer, rendering: str | None) -> bool:
    """Say whether SLD has words for a layer's rendering, None for its own; of features it always has some."""
    return layer.kind == "vector" or _rendering(layer, rendering) in SAID[layer.kind]


def raster_symbolizer(words: Vocabulary, rule: ET.Element, layer: Layer, rendering: str | None) -> list[str]:
    """Add what draws a raster to a rule; return what is lost. Only for what ``is_said``."""
    facts, symbolizer = raster_facts(layer), words.add(rule, "RasterSymbolizer")
    if layer.kind == "elevation":
        return _heights(words, symbolizer, facts, _rendering(layer, rendering))
    if facts.colormap is not None:
        _channels(words, symbolizer, ("Gray",), None)
        return _classes(words, symbolizer, facts.colormap)
    names = ("Red", "Green", "Blue") if len(facts.bands) >= 3 else ("Gray",)
    _channels(words, symbolizer, names, facts.stretch)
    return []


def _rendering(layer: Layer, rendering: str | None) -> str:
    own = DEFAULT if layer.kind == "elevation" else SAID["imagery"][0]
    return rendering or str(layer.style.get("rendering", own))


def _channels(
    words: Vocabulary,
    symbolizer: ET.Element,
    names: Sequence[str],
    ranges: Sequence[tuple[float, float]] | None,
) -> None:
    selection = words.add(symbolizer, "ChannelSelection")
    for number, name in enumerate(names, start=1):
        channel = words.add(selection, f"{name}Channel")
        words.add(channel, "SourceChannelName", str(number))
        if ranges:
            low, high = ranges[min(number, len(ranges)) - 1]
            spread = words.add(words.add(channel, "ContrastEnhancement"), "Normalize")
            for option, value in (("algorithm", "StretchToMinimumMaximum"), ("minValue", low), ("maxValue", high)):
                words.add(spread, "VendorOption", plain(value)).set("name", option)


def _heights(words: Vocabulary, symbolizer: ET.Element, facts: RasterFacts, rendering: str) -> list[str]:
    _channels(words, symbolizer, ("Gray",), None)
    if rendering == "relief":
        low, high = facts.stretch[0] if facts.stretch else RELIEF_RANGE
        _ramp(words, symbolizer, [(low + share * (high - low), colour) for share, colour in RELIEF])
    words.add(words.add(symbolizer, "ShadedRelief"), "ReliefFactor", RELIEF_FACTOR)
    return ["the height and the direction of the light"]


def _ramp(words: Vocabulary, symbolizer: ET.Element, stops: Sequence[tuple[float, str]]) -> None:
    colours = words.add(symbolizer, "ColorMap")
    if words.version == "1.0.0":
        for height, colour in stops:
            _entry(words, colours, height, colour)
        return
    between = words.add(colours, "Interpolate")
    between.attrib.update({"fallbackValue": CLEAR, "mode": "linear", "method": "color"})
    words.add(between, "LookupValue", "Rasterdata")
    for height, colour in stops:
        point = words.add(between, "InterpolationPoint")
        words.add(point, "Data", plain(float(height)))
        words.add(point, "Value", colour)


def _classes(words: Vocabulary, symbolizer: ET.Element, colormap: Mapping[int, tuple[int, int, int, int]]) -> list[str]:
    """Colours of single values; SE 1.1 says them as steps, so a step back follows where values are left out."""
    colours = words.add(symbolizer, "ColorMap")
    table = {value: (f"#{r:02x}{g:02x}{b:02x}", alpha / 255) for value, (r, g, b, alpha) in sorted(colormap.items())}
    if words.version == "1.0.0":
        colours.set("type", "values")
        for value, (colour, opacity) in table.items():
            _entry(words, colours, value, colour).set("opacity", plain(float(opacity)))
        return []
    steps = words.add(colours, "Categorize")
    steps.set("fallbackValue", CLEAR)
    words.add(steps, "LookupValue", "Rasterdata")
    words.add(steps, "Value", CLEAR)
    for value, following in itertools.zip_longest(table, [*table][1:]):
        words.add(steps, "Threshold", str(value))
        words.add(steps, "Value", table[value][0])
        if following is not None and following != value + 1:
            words.add(steps, "Threshold", str(value + 1))
            words.add(steps, "Value", CLEAR)
    return ["values without a colour are black, not clear", "how transparent a value is"]


def _entry(words: Vocabulary, colours: ET.Element, value: float, colour: str) -> ET.Element:
    entry = words.add(colours, "ColorMapEntry")
    entry.attrib.update({"color": colour, "quantity": f"{value:g}"})
    return entry
