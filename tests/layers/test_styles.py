"""Styles: one cartography for every client, valid by the language's own validator, naming nothing that is not there."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from layers.errors import BadStyle
from layers.frame import Bounds
from layers.layer import Column, Layer, Version, VersionFacts
from layers.style.documents import maplibre_style
from layers.style.hints import COLUMN_KEYS, ORDERS, column_title, hints, shape, style_columns
from layers.style.legend import LEGENDS, elevation_ramp, legend
from layers.style.symbols import LAND_USE, LAND_USE_GROUPS

COLUMNS = ("name", "name_en", "kind", "people")
NAMED = {"label": "name", "label_en": "name_en", "class": "kind", "rank": "people"}
GEOMETRIES = ("Point", "MultiLineString", "MultiPolygon", "GeometryZ")
VALIDATOR = Path(__file__).parents[2] / "geoservice/viewer/node_modules/.bin/gl-style-validate"


def layer(
    style: dict[str, Any],
    geometry: str = "MultiPolygon",
    name: str = "thing",
    kind: Any = "vector",
    names: Sequence[str] = COLUMNS,
) -> Layer:
    columns = tuple(Column(column, column, "text") for column in names)
    facts = VersionFacts(srid=4490, geometry_type=geometry, columns=columns if kind == "vector" else (), max_zoom=16)
    version = Version(7, 2, 0, datetime(2026, 1, 2, tzinfo=UTC), Bounds(114, 33, 116, 35), 5, None, facts)
    title = {"zh": "事物", "en": "Thing"}
    return Layer(1, name, kind, title, {}, "land", "", True, "", "a city", style, version, (1, 2))


def every_layer() -> Iterator[Layer]:
    for preset in ORDERS:
        if preset in ("imagery", "elevation"):
            yield layer({}, name=preset, kind=preset)
            continue
        for geometry in GEOMETRIES:
            yield layer(NAMED | {"preset": preset}, geometry, f"{preset}_{geometry.lower()}")
            yield layer({"preset": preset}, geometry, f"{preset}_{geometry.lower()}_bare")


def style_of(*layers: Layer, **options: Any) -> dict[str, Any]:
    return maplibre_style(layers, {one.name: "http://city/{z}/{y}/{x}" for one in layers}, **options)


def columns_read(value: Any) -> set[str]:
    """The columns a style reads: every ["get", name] in it."""
    if isinstance(value, dict):
        return set().union(*map(columns_read, value.values()))
    if isinstance(value, list):
        own = {value[1]} if len(value) == 2 and value[0] == "get" else set()
        return own.union(*map(columns_read, value)) if value else own
    return set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_style_languages_own_validator_accepts_every_preset_on_every_shape(language: str, tmp_path: Path) -> None:
    if not VALIDATOR.exists() or not shutil.which("node"):
        pytest.skip("the viewer's node_modules are not installed: run make viewer")
    path = tmp_path / "style.json"
    path.write_text(json.dumps(style_of(*every_layer(), language=language)))
    outcome = subprocess.run([VALIDATOR, path], capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stdout) == (0, "")


def test_the_validator_would_notice_a_wrong_style(tmp_path: Path) -> None:
    if not VALIDATOR.exists() or not shutil.which("node"):
        pytest.skip("the viewer's node_modules are not installed: run make viewer")
    style = style_of(layer({"preset": "water"}))
    style["layers"][1]["paint"]["fill-colour"] = "#000000"
    path = tmp_path / "style.json"
    path.write_text(json.dumps(style))
    assert subprocess.run([VALIDATOR, path], capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("one", list(every_layer()), ids=lambda one: one.name)
def test_a_style_reads_only_columns_that_tiles_promise_to_carry(one: Layer) -> None:
    for language in ("zh", "en"):
        assert columns_read(style_of(one, language=language)["layers"]) <= set(style_columns(one.style, COLUMNS))


def test_hints_that_name_missing_columns_are_dropped() -> None:
    style = dict.fromkeys(COLUMN_KEYS, "gone")
    assert style_columns(style, COLUMNS) == ()
    assert columns_read(style_of(layer(style | {"preset": "parcels"}))["layers"]) == set()


@pytest.mark.parametrize("name", ["DLBM", "dlbm", "地类编码"])
def test_areas_with_a_column_of_land_use_are_coloured_by_it_without_a_hint(name: str) -> None:
    columns = ("name", name)
    assert style_columns({}, columns) == (name,)
    assert hints(layer({}, names=columns)).preset == "parcels"
    assert columns_read(style_of(layer({}, names=columns))["layers"]) == {name}
    assert hints(layer({"class": "name"}, names=columns)).preset == "generic"
    assert hints(layer({"preset": "water"}, names=columns)).preset == "water"
    assert hints(layer({}, "MultiLineString", names=columns)).preset == "generic"


def test_names_are_written_after_everything_else_and_layers_in_their_order() -> None:
    style = style_of(*every_layer())
    kinds = [part["type"] for part in style["layers"]]
    assert kinds[0] == "background"
    first_name = kinds.index("symbol")
    assert set(kinds[first_name:]) == {"symbol"}
    drawn = [part["source"] for part in style["layers"][1:first_name]]
    orders = [ORDERS[re.split(r"_(point|multi|geometry)", source)[0]] for source in drawn]
    assert orders == sorted(orders)


def test_polygon_names_stand_on_label_points_and_others_on_the_features() -> None:
    for geometry, inside in (("MultiPolygon", "thing_label"), ("Point", "thing"), ("MultiLineString", "thing")):
        style = style_of(layer(NAMED | {"preset": "generic"}, geometry))
        (name,) = [part for part in style["layers"] if part["type"] == "symbol"]
        assert name["source-layer"] == inside


def test_a_style_names_no_fonts_sprites_or_addresses_but_the_given_ones() -> None:
    style = style_of(*every_layer())
    assert not {"glyphs", "sprite"} & set(style)
    addresses = set(re.findall(r"https?://[^\"/]+", json.dumps(style)))
    assert addresses == {"http://city"}


def test_english_names_fall_back_to_the_label() -> None:
    (name,) = [
        p
        for p in style_of(layer(NAMED | {"preset": "places"}, "Point"), language="en")["layers"]
        if "symbol" in p["type"]
    ]
    assert columns_read(name["layout"]["text-field"]) == {"name_en", "name"}
    assert columns_read(style_of(layer({"label": "name"}, "Point"), language="en")["layers"]) == {"name"}


def test_every_land_use_class_is_drawn_as_its_legend_says() -> None:
    parcels = layer(NAMED | {"preset": "parcels"})
    (fill,) = [part for part in style_of(parcels)["layers"] if part["type"] == "fill"]
    operator, _, *cases, otherwise = fill["paint"]["fill-color"]
    drawn = dict(zip(cases[::2], cases[1::2], strict=True)) | dict(
        zip(otherwise[2:-1:2], otherwise[3:-1:2], strict=True)
    )
    shown = {entry["value"]: entry["symbol"]["fill"] for entry in legend(parcels)}
    assert operator == "match"
    assert drawn == shown
    assert len(shown) == 73 + 12


def test_land_use_has_the_73_classes_of_the_standard_each_in_a_group() -> None:
    codes = [symbol.value for symbol in LAND_USE]
    assert codes == sorted(set(codes))
    assert {code[:2] for code in codes} == {symbol.value for symbol in LAND_USE_GROUPS}


@pytest.mark.parametrize("one", list(every_layer()), ids=lambda one: one.name)
def test_every_legend_entry_is_named_in_both_languages(one: Layer) -> None:
    entries = legend(one)
    assert entries
    assert all(entry["label"]["zh"] and entry["label"]["en"] for entry in entries)
    assert {entry["symbol"]["type"] for entry in entries} <= {"fill", "line", "circle", "ramp", "image"}


def test_every_preset_has_a_legend_of_its_own_or_is_generic() -> None:
    assert set(ORDERS) - set(LEGENDS) == {"generic"}


def test_a_relief_legend_runs_over_the_layers_heights() -> None:
    (entry,) = elevation_ramp("relief", 30, 70)
    labels = [stop["label"] for stop in entry["symbol"]["stops"]]
    assert (labels[0], labels[-1]) == ("30 m", "70 m")


@pytest.mark.parametrize(
    ("style", "words"), [({"preset": "rainbow"}, "rainbow"), ({"colour": "red; background: url(x)"}, "#1a2b3c")]
)
def test_hints_that_cannot_be_meant_are_refused_by_name(style: dict[str, Any], words: str) -> None:
    with pytest.raises(BadStyle, match=words):
        hints(layer(style))


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ("MULTIPOLYGON", "polygon"),
        ("PointZ", "point"),
        ("MultiLineStringZM", "line"),
        ("Geometry", "mixed"),
        (None, "mixed"),
    ],
)
def test_shapes_are_read_from_postgis_names(geometry: str | None, expected: str) -> None:
    assert shape(geometry) == expected


def test_column_titles_come_from_the_hints_in_both_languages_else_from_the_file() -> None:
    one = layer({"columns": {"kind": {"zh": "地类", "en": "Class"}, "name": {"zh": "名称"}}})
    assert column_title(one, "kind") == {"zh": "地类", "en": "Class"}
    assert column_title(one, "name") == {"zh": "名称", "en": "name"}
    assert column_title(one, "people") == {"zh": "people", "en": "people"}
