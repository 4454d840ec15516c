"""Our styles as SLD, loaded by QGIS: the rule of a feature at a scale is the one the map draws it by."""

import itertools
import json
from datetime import UTC, datetime

import pytest

from layers.layer import Column, Layer, Version, VersionFacts
from layers.style.cartography import PRESETS
from layers.style.symbols import LAND_USE, LAND_USE_GROUPS
from tests.clients.qgis import Qgis, by_each_qgis
from tiles.picture.sld import SCALE_0, sld

pytestmark = pytest.mark.clients
COLUMNS = ("c", "l", "e", "r")


def layer(preset: str, shape: str) -> Layer:
    facts = VersionFacts(4490, "t", shape, tuple(Column(name, name, "text") for name in COLUMNS))
    version = Version(1, 1, 0, datetime.now(UTC), None, 1, None, facts)
    style = {"preset": preset, "class": "c", "label": "l", "label_en": "e", "rank": "r"}
    return Layer(1, "x", "vector", {"zh": "层"}, {}, "land", "", True, "", "", style, version, (1,))


@by_each_qgis("SLD")
def test_qgis_loads_every_preset_in_both_versions(qgis: Qgis) -> None:
    asked: list[list[object]] = []
    drawn: list[tuple[str, str]] = []
    shapes = {"places": "Point", "stations": "Point", "roads": "LineString", "rivers": "LineString"}
    for preset, version in itertools.product(PRESETS, ("1.0.0", "1.1.0")):
        shape = shapes.get(preset, "Polygon")
        document = sld(layer(preset, shape), version).decode()  # type: ignore[arg-type]
        drawn.append((preset, version))
        asked.append([document, shape, COLUMNS, ["0101", "名", "name", "400000"], SCALE_0 / 2**14.5])
    for style, (ok, message, rules, _, labels) in zip(
        drawn, qgis.run("qgis_sld.py", given=json.dumps(asked)), strict=True
    ):
        assert ok, (style, message)
        assert rules or style[0] == "water", style  # one rule without a condition is a single symbol
        assert labels, style


@by_each_qgis("SLD")
def test_qgis_draws_a_class_in_its_colour_and_a_code_of_a_group_in_the_group_s(qgis: Qgis) -> None:
    document = sld(layer("parcels", "Polygon"), "1.1.0").decode()
    codes = {"0101": LAND_USE[0].colour, "0199": LAND_USE_GROUPS[0].colour, "99": "#eadfc8"}
    asked: list[list[object]] = [
        [document, "Polygon", COLUMNS, [code, "", "", ""], SCALE_0 / 2**13.5] for code in codes
    ]
    for (code, colour), (ok, _, _, drawn, _) in zip(
        codes.items(), qgis.run("qgis_sld.py", given=json.dumps(asked)), strict=True
    ):
        assert ok
        colours = [part for symbol in drawn for part in symbol]  # type: ignore[attr-defined]
        assert colour in colours, (code, drawn)
        assert len([c for c in colours if c in codes.values()]) == 1, (code, drawn)
