"""After edits the small scales are those of a fresh import of the same features, about the edited ground and beyond."""

from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.crs.names import CRS84, parse_crs
from layers.crs.operations import find_transform
from layers.crs.output import offered_crs
from layers.edit.new_features import BodyCrs, read_feature
from layers.edit.writing import Edit
from layers.frame import SHANGQIU
from layers.layer import Layer, LayerSpec, Level
from layers.level import plan as levelplan
from layers.level.levels import build_levels
from layers.level.renewal import RenewalStopped, renew
from layers.level.square import Square
from layers.tables import index_features, quote
from layers.versions import begin_version, publish, touch
from layers.views import ALL
from tests import city

NAME = "edited"
SIDE = 40
TILE = 512**2
"""Pixels of a tile."""

Tiles = dict[Square, dict[str | None, Any]]


@pytest.fixture(autouse=True)
def _sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers are generalised from a sixteenth of the usual number of features on, which takes as much less time."""
    for name in ("PLAIN_FEATURES", "PLAIN_VERTICES", "SIMPLE_FEATURES", "DISSOLVED_FEATURES"):
        monkeypatch.setattr(f"layers.level.plan.{name}", getattr(levelplan, name) // 16)


def _publish(session: Session, columns: Any, shapes: Any, rows: Any, style: dict[str, object], kind: str) -> Layer:
    draft = begin_version(session, LayerSpec(NAME, "vector", {"zh": NAME}, style=style))
    made = city.publish(session, NAME, draft.id, columns, shapes, rows, style, kind)
    extent, count = made.version.extent, made.version.feature_count
    return publish(session, draft, made.version.facts, extent=extent, feature_count=count)


def _parcels(session: Session) -> Layer:
    return _publish(session, city.PARCEL_COLUMNS, *city.parcels(SIDE), {"class": "kind"}, "Polygon")


class _Editor:
    """Edits by somebody at the API, in EPSG:3857."""

    def __init__(self, session: Session) -> None:
        self.session, self.crs = session, offered_crs(SHANGQIU, 4490)[CRS84]

    def __enter__(self) -> "_Editor":
        self.layer = find_layer(self.session, NAME, ALL)
        self.edit = Edit(self.session, self.layer, "somebody", self.crs)
        return self

    def __exit__(self, *_: object) -> None:
        self.edit.finish()

    def feature(self, shape: Any, kind: str | None) -> Any:
        placed = find_transform(parse_crs(3857), parse_crs(4490)).geometry(np.array([shape]))[0]
        document = {"type": "Feature", "geometry": shapely.geometry.mapping(placed), "properties": {"kind": kind}}
        return read_feature(document, self.layer, BodyCrs(self.crs, self.crs, {}))


def _fresh(session: Session, layer: Layer) -> dict[str, Level]:
    """The levels that an import of the layer as it is now makes, beside it."""
    table = "features.v990"
    session.connection().exec_driver_sql(
        f"CREATE TABLE {quote(table)} AS SELECT * FROM {quote(str(layer.version.table))}"
    )
    index_features(session, table)
    return {level.kind: level for level in build_levels(session, table, layer.version.columns, layer.style)}


def _tiles(session: Session, level: Level) -> Tiles:
    column = f"{level.columns[0]}::text" if level.columns else "NULL"
    found: Tiles = {}
    for z, c, r, value, body in city.query(
        session, f"SELECT tile_zoom, tile_column, tile_row, {column}, ST_AsBinary(geom) FROM {quote(level.table)}"
    ):
        square = Square(int(str(z)), int(str(c)), int(str(r)))
        shape = shapely.make_valid(shapely.from_wkb(bytes(body)))  # type: ignore[call-overload]
        found.setdefault(square, {})[value] = shape
    return found


def _level(layer: Layer, kind: str) -> Level:
    return next(level for level in layer.version.levels if level.kind == kind)


def _changes(before: Tiles, after: Tiles) -> dict[int, float]:
    """By zoom, how many pixels of a tile show another class than before, at most."""
    most: dict[int, float] = {}
    for square in before.keys() | after.keys():
        one, other = before.get(square, {}), after.get(square, {})
        wrong = sum(
            (one.get(value, shapely.Polygon()) ^ other.get(value, shapely.Polygon())).area
            for value in one.keys() | other.keys()
        )
        most[square.zoom] = max(most.get(square.zoom, 0.0), wrong / (8 * square.unit) ** 2)
    return most


def _after_import(session: Session, layer: Layer) -> dict[int, float]:
    """By zoom, how many pixels of a tile show another class than after an import of the layer as it is, at most."""
    fresh = _fresh(session, layer)
    assert _level(layer, "pictures").max_zoom == fresh["pictures"].max_zoom
    wrong = _changes(_tiles(session, _level(layer, "tiles")), _tiles(session, fresh["tiles"]))
    return {zoom: pixels for zoom, pixels in wrong.items() if zoom <= fresh["tiles"].max_zoom}


def test_parcels_left_taken_and_made_are_drawn_at_every_zoom_as_an_import_would_draw_them(session: Session) -> None:
    layer = _parcels(session)
    shapes, _ = city.parcels(SIDE)
    before = _tiles(session, _level(layer, "tiles"))
    with _Editor(session) as editor:
        for row in range(28, 36):  # ground that is nobody's now: 8 x 8 parcels
            for fid in range(row * SIDE + 4, row * SIDE + 12):
                editor.edit.delete(fid, None)
        for fid in (900, 901, 940, 941):
            editor.edit.replace(fid, editor.feature(shapes[fid - 1], "1101"), None)
        editor.edit.replace(1500, editor.feature(shapes[1499], None), None)
        new = shapely.box(*(city.CORNER - 900), *(city.CORNER - 300))  # of a class that no parcel had
        editor.edit.create([editor.feature(new, "9999")])
    assert find_layer(session, NAME, ALL).version.lags
    assert renew(session, NAME)
    layer = find_layer(session, NAME, ALL)
    assert not layer.version.lags
    after = _tiles(session, _level(layer, "tiles"))
    changed, wrong = _changes(before, after), _after_import(session, layer)
    print(changed, wrong)
    assert {zoom for zoom, pixels in changed.items() if pixels > 20} >= set(range(10, 15)), changed
    for zoom, pixels in wrong.items():
        assert pixels <= 0.03 * changed[zoom] + 8, (zoom, pixels, changed[zoom])
    assert not renew(session, NAME)  # nothing is left to do


def test_a_layer_whose_zooms_are_all_dissolved_is_renewed_down_to_the_smallest(session: Session) -> None:
    side = 30
    layer = _publish(session, city.PARCEL_COLUMNS, *city.parcels(side), {"class": "kind"}, "Polygon")
    assert (_level(layer, "pictures").max_zoom, _level(layer, "tiles").min_zoom) == (-1, 0)
    before = _tiles(session, _level(layer, "tiles"))
    with _Editor(session) as editor:
        for row in range(10, 16):
            for fid in range(row * side + 4, row * side + 10):
                editor.edit.delete(fid, None)
        editor.edit.create([editor.feature(shapely.box(*(city.CORNER - 2500), *(city.CORNER - 1500)), "9999")])
    assert renew(session, NAME)
    layer = find_layer(session, NAME, ALL)
    changed = _changes(before, _tiles(session, _level(layer, "tiles")))
    for zoom, pixels in _after_import(session, layer).items():
        assert pixels <= 0.05 * changed[zoom] + 8, (zoom, pixels, changed[zoom])


def test_many_random_edits_one_after_another_stay_within_a_thousandth_of_an_import(session: Session) -> None:
    layer = _parcels(session)
    shapes, _ = city.parcels(SIDE)
    chance = np.random.default_rng(5)
    for _ in range(6):
        with _Editor(session) as editor:
            for fid in chance.choice(np.arange(400, 460), 3, replace=False).tolist():
                editor.edit.replace(fid, editor.feature(shapes[fid - 1], str(chance.choice(["0101", "0702"]))), None)
        assert renew(session, NAME)
    layer = find_layer(session, NAME, ALL)
    wrong = _after_import(session, layer)
    assert max(wrong.values()) < TILE / 1000


def test_roads_are_renewed_too(session: Session) -> None:
    shapes, rows = city.roads(2_000)
    layer = _publish(session, city.ROAD_COLUMNS, shapes, rows, {"class": "kind"}, "LineString")
    assert {level.kind for level in layer.version.levels} >= {"tiles", "classes"}
    level = _level(layer, "tiles")
    with _Editor(session) as editor:
        for fid in range(1, 201, 4):
            editor.edit.delete(fid, None)
        line = shapely.LineString([city.CORNER + 100, city.CORNER + 5_000])
        editor.edit.create([editor.feature(line, "高速")])
    assert renew(session, NAME)
    layer = find_layer(session, NAME, ALL)
    now, fresh = _lengths(session, level), _lengths(session, _fresh(session, layer)["tiles"])
    for zoom in fresh:
        # Where dashes stand for lost lines some may lie in the pixel beside: far below a thousandth of a tile.
        assert now[zoom] == pytest.approx(fresh[zoom], rel=0.02), zoom
    assert "高速" in {value for found in _tiles(session, level).values() for value in found}


def _lengths(session: Session, level: Level) -> dict[int, float]:
    """Length of all lines by zoom, in pixels."""
    found: dict[int, float] = {}
    for square, classes in _tiles(session, level).items():
        length = sum(shape.length for shape in classes.values()) / (8 * square.unit)
        found[square.zoom] = found.get(square.zoom, 0.0) + length
    return found


def test_a_large_area_that_lies_in_pieces_is_seen_where_it_is_dissolved(session: Session) -> None:
    _parcels(session)
    (zone,), _ = city.zone(900)
    with _Editor(session) as editor:
        (fid,) = editor.edit.create([editor.feature(zone, "湖")])
    assert renew(session, NAME)
    with _Editor(session) as editor:
        editor.edit.delete(fid, None)
    assert renew(session, NAME)
    wrong = _after_import(session, find_layer(session, NAME, ALL))
    assert max(wrong.values()) < TILE / 1000


def test_where_the_edits_were_not_told_all_is_renewed_and_comes_out_as_it_was(session: Session) -> None:
    layer = _parcels(session)
    before = _tiles(session, _level(layer, "tiles"))
    touch(session, layer.version.id)
    assert renew(session, NAME)
    assert max(_changes(before, _tiles(session, _level(layer, "tiles"))).values()) < TILE / 1000


def test_work_that_is_stopped_changes_nothing(session: Session) -> None:
    layer = _parcels(session)
    with _Editor(session) as editor:
        editor.edit.delete(1, None)
    before = _tiles(session, _level(layer, "tiles"))
    with pytest.raises(RenewalStopped):
        renew(session, NAME, lambda: True)
    assert find_layer(session, NAME, ALL).version.lags
    assert max(_changes(before, _tiles(session, _level(layer, "tiles"))).values()) == 0
