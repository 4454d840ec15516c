"""A raster's style as SLD: its channels, ranges, colours and shading, in the order the schemas want."""

import dataclasses
import xml.etree.ElementTree as ET

import pytest

from layers.crs.names import parse_crs
from layers.frame import Bounds
from layers.layer import Band, Layer, RasterFile
from layers.style.symbols import RELIEF
from tests.tiles.rasters import raster_layer
from tiles.picture.raster_symbolizer import is_said
from tiles.picture.sld import sld
from tiles.picture.vocabulary import SE, SLD, SldVersion

SPACES = {"r": SLD, "s": SE}
BOX = Bounds(115.0, 34.0, 116.0, 35.0)
FILE = RasterFile("a.tif", parse_crs(4490).to_string(), BOX, BOX, 10, 10, 1.0, "a.tif", 0, None, False)
STRETCH = ((100.0, 900.0), (50.0, 800.0), (25.0, 700.0))
PHOTO = raster_layer(
    "imagery", [FILE], [Band(name, "uint16") for name in ("red", "green", "blue", "nir")], stretch=STRETCH
)
CLASSES = raster_layer("imagery", [FILE], colormap={1: (255, 0, 0, 255), 2: (0, 255, 0, 255), 7: (0, 0, 255, 128)})
HEIGHTS = raster_layer("elevation", [FILE], [Band("h", "float32")], stretch=((0.0, 500.0),))


def symbolizer(layer: Layer, version: SldVersion, rendering: str | None = None) -> ET.Element:
    root = ET.fromstring(sld(layer, version, rendering=rendering))
    space = SLD if version == "1.0.0" else SE
    (found,) = root.iter(f"{{{space}}}RasterSymbolizer")
    for element in found.iter():
        assert element.tag.startswith(f"{{{space}}}"), element.tag
        element.tag = element.tag.rpartition("}")[2]
    return found


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_a_picture_has_three_channels_each_spread_over_its_range(version: SldVersion) -> None:
    found = symbolizer(PHOTO, version)
    channels = found.find("ChannelSelection")
    assert channels is not None
    assert [channel.tag for channel in channels] == ["RedChannel", "GreenChannel", "BlueChannel"]
    assert [channel.findtext("SourceChannelName") for channel in channels] == ["1", "2", "3"]
    for channel, (low, high) in zip(channels, STRETCH, strict=True):
        options = {option.get("name"): option.text for option in channel.iter("VendorOption")}
        assert (float(options["minValue"] or ""), float(options["maxValue"] or "")) == (low, high)


def test_a_picture_whose_values_are_colours_is_not_spread() -> None:
    plain = raster_layer("imagery", [FILE], [Band(name, "uint8") for name in ("red", "green", "blue")])
    assert symbolizer(plain, "1.0.0").find(".//ContrastEnhancement") is None


def test_a_palette_is_a_list_of_values_in_1_0() -> None:
    entries = symbolizer(CLASSES, "1.0.0").findall("ColorMap/ColorMapEntry")
    assert [(e.get("quantity"), e.get("color"), e.get("opacity")) for e in entries] == [
        ("1", "#ff0000", "1"), ("2", "#00ff00", "1"), ("7", "#0000ff", "0.502"),
    ]  # fmt: skip


def test_a_palette_is_steps_in_1_1_and_a_gap_in_it_has_no_class_s_colour() -> None:
    steps = symbolizer(CLASSES, "1.1.0").find("ColorMap/Categorize")
    assert steps is not None
    assert [child.text for child in steps] == [
        "Rasterdata", "#000000", "1", "#ff0000", "2", "#00ff00", "3", "#000000", "7", "#0000ff",
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_relief_tints_run_over_the_layer_s_heights_and_are_shaded(version: SldVersion) -> None:
    found = symbolizer(HEIGHTS, version, "relief")
    assert [child.tag for child in found] == ["ChannelSelection", "ColorMap", "ShadedRelief"]
    if version == "1.0.0":
        stops = [(float(e.get("quantity", "")), e.get("color")) for e in found.iter("ColorMapEntry")]
    else:
        stops = [(float(p.findtext("Data", "")), p.findtext("Value")) for p in found.iter("InterpolationPoint")]
    assert stops == [(500 * share, colour) for share, colour in RELIEF]


def test_what_has_no_words_is_not_offered() -> None:
    assert [is_said(HEIGHTS, name) for name in (None, "hillshade", "relief", "slope", "aspect")] == [True] * 3 + [
        False
    ] * 2
    steep = dataclasses.replace(HEIGHTS, style={"rendering": "slope"})
    assert not is_said(steep, None)
    assert is_said(steep, "relief")
