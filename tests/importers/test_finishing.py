"""A large layer is published first and finished then: all there at once, and in the end as if imported whole."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoservice.api.tile.series import states
from geoservice.database import Database
from importers.importing import import_path
from layers.catalogue import find_layer
from layers.crs.names import CRS84, parse_crs
from layers.crs.operations import find_transform
from layers.crs.output import offered_crs
from layers.edit.new_features import BodyCrs, read_feature
from layers.edit.writing import Edit
from layers.features import page_statement
from layers.finishing import finish, unfinished
from layers.frame import SHANGQIU
from layers.layer import Layer, LayerSpec
from layers.level import plan as levelplan
from layers.level import sketch
from layers.level.renewal import renew
from layers.older_versions import remove_layer
from layers.query import LayerQuery
from layers.storage import Storage
from layers.tables import quote, run
from layers.views import ALL
from tests import city
from tiles.grid import Tile
from tiles.grids import default_grids
from tiles.vector.place import VectorTile
from tiles.vector.statement import tile_statement

SIDE = 40
COUNT = SIDE * SIDE
CRS = offered_crs(SHANGQIU, 4490)[CRS84]


@pytest.fixture(autouse=True)
def _sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers are finished later, sketched and generalised from a sixteenth of the usual number of features on."""
    for name in ("PLAIN_FEATURES", "PLAIN_VERTICES", "SIMPLE_FEATURES", "DISSOLVED_FEATURES"):
        monkeypatch.setattr(levelplan, name, getattr(levelplan, name) // 16)
    monkeypatch.setattr(sketch, "MOST_FEATURES", COUNT // 2)
    monkeypatch.setattr("importers.vector.layer.FINISHED_LATER", COUNT)


@pytest.fixture(scope="module")
def parcels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parcels of the made city, with a class and a name."""
    path = tmp_path_factory.mktemp("parcels") / "parcels.gpkg"
    shapes, rows = city.parcels(SIDE)
    placed = find_transform(parse_crs(3857), parse_crs(4490)).geometry(shapes)
    codes, kinds, _ = zip(*rows, strict=True)
    names = np.array([f"商丘{code}" for code in codes], dtype=object)
    pyogrio.raw.write(
        path, geometry=shapely.to_wkb(placed), field_data=[names, np.array(kinds, dtype=object)],
        fields=["name", "kind"], geometry_type="Polygon", crs="EPSG:4490", driver="GPKG", layer="parcels",
    )  # fmt: skip
    return path


def _import(session: Session, storage: Storage, path: Path, name: str, *, later: bool) -> Layer:
    spec = LayerSpec(name, "vector", style={"class": "kind"})
    report = import_path(session, storage, SHANGQIU, path, spec, finish_later=later)
    assert any("geoservice finish" in str(note) for note in report.notes) == later
    return find_layer(session, name, ALL)


def _tile(session: Session, layer: Layer, zoom: int) -> bytes:
    row, column = city.tile_numbers(zoom, city.WEST + SIDE * city.PARCEL / 2, city.SOUTH + SIDE * city.PARCEL / 2)
    grid = default_grids(SHANGQIU)["WebMercatorQuad"]
    statement = tile_statement([layer], VectorTile.of(grid, Tile(grid.id, zoom, row, column)))
    assert statement is not None
    return bytes(run(session, statement)[0][0])


def _content(session: Session, layer: Layer, skipped: str = "sketch") -> dict[str, Any]:
    """Rows of every level and of the words, in their order, by the table's name without the version's number."""
    facts, version = layer.version.facts, str(layer.version.table)
    tables = [level.table for level in facts.levels if level.kind != skipped] + [str(facts.words)]
    return {
        table.removeprefix(version): run_text(session, f"SELECT md5(string_agg(t::text, '|')) FROM {quote(table)} AS t")
        for table in tables
    }


def run_text(session: Session, statement: str) -> Any:
    return session.execute(text(statement)).scalar_one()


def test_a_large_layer_is_served_whole_before_it_is_finished(session: Session, storage: Storage, parcels: Path) -> None:
    layer = _import(session, storage, parcels, "first", later=True)
    facts = layer.version.facts
    assert facts.unfinished
    assert facts.words is None
    assert run_text(session, f"SELECT count(*) FROM {quote(str(facts.table))}") == COUNT
    assert [(level.kind, level.min_zoom) for level in facts.levels] == [("tiles", 0)]
    asked = LayerQuery(limit=10, text="P000042")
    assert len(run(session, page_statement(layer, asked, CRS))) == 1, "names are found by their characters"
    for zoom in (*range(8, facts.levels[0].max_zoom + 1), facts.levels[0].max_zoom + 1, 16):
        assert 100 < len(_tile(session, layer, zoom)) < 490_000


def test_a_sketch_covers_the_ground_and_keeps_the_shares_of_classes(
    session: Session, storage: Storage, parcels: Path
) -> None:
    layer = _import(session, storage, parcels, "sketched", later=True)
    (level,) = layer.version.levels
    rows = session.execute(text(
        f"SELECT kind, ST_Area(ST_Union(geom)) FROM {quote(level.table)} WHERE tile_zoom = {level.max_zoom} GROUP BY 1"
    ))  # fmt: skip
    drawn = {row[0]: row[1] for row in rows}
    square = 40075016.685578488 / 2**16
    ground = (SIDE * city.PARCEL) ** 2
    assert ground <= sum(drawn.values()) <= (SIDE * city.PARCEL + 2 * square) ** 2 * 1.3
    assert max(drawn, key=lambda kind: drawn[kind]) == "0102", "four of ten parcels are of it"


def test_a_finished_version_is_as_if_it_had_been_imported_whole(
    session: Session, storage: Storage, parcels: Path
) -> None:
    whole = _import(session, storage, parcels, "whole", later=False)
    before = _import(session, storage, parcels, "later", later=True)
    assert [one.version_id for one in unfinished(session, "later")] == [before.version.id]
    assert finish(session, before.version.id)
    layer = find_layer(session, "later", ALL)
    assert not layer.version.facts.unfinished
    assert not unfinished(session)
    assert not finish(session, layer.version.id), "there is nothing left to do"
    shown = [[(level.kind, level.min_zoom, level.max_zoom, level.columns) for level in one.version.levels
              if level.kind != "sketch"] for one in (whole, layer)]  # fmt: skip
    assert shown[0] == shown[1]
    assert _content(session, whole) == _content(session, layer)


def test_caches_tell_an_unfinished_version_from_the_finished_one(
    session: Session, storage: Storage, parcels: Path
) -> None:
    before = _import(session, storage, parcels, "cached", later=True)
    finish(session, before.version.id)
    after = find_layer(session, "cached", ALL)
    assert before.version.tag != after.version.tag
    assert states([before]) != states([after])


def test_an_edit_made_while_a_version_is_finished_is_not_lost(
    database: Database, storage: Storage, parcels: Path
) -> None:
    shape = shapely.box(115.795, 34.45, 115.796, 34.451)
    with database.session() as session:
        version = _import(session, storage, parcels, "busy", later=True).version
        session.commit()
    done: list[int] = []

    def edit(what: str, share: float) -> None:
        """Make a feature as soon as the shapes were read."""
        if done or what != "simplifying":
            return
        with database.session() as other:
            layer = find_layer(other, "busy", ALL)
            document = {"type": "Feature", "geometry": shapely.geometry.mapping(shape),
                        "properties": {"name": "新地块", "kind": "0101"}}  # fmt: skip
            changes = Edit(other, layer, "somebody", CRS)
            done.extend(changes.create([read_feature(document, layer, BodyCrs(CRS, CRS, {}))]))
            changes.finish()
            other.commit()

    with database.session() as session:
        assert finish(session, version.id, edit)
        session.commit()
        layer = find_layer(session, "busy", ALL)
        assert (layer.version.revision, layer.version.renewed) == (1, 0)
        assert layer.version.lags, "until the ground of the edit is renewed"
        found = run(session, page_statement(layer, LayerQuery(limit=10, text="xdk"), CRS))
        assert len(found) == 1, "it is found by the first letters of its name"
        assert renew(session, "busy")
        session.commit()
        assert not find_layer(session, "busy", ALL).version.lags
        remove_layer(session, "busy")
        session.commit()


def test_an_editor_who_waited_for_the_finish_keeps_the_words_up_to_date(
    session: Session, storage: Storage, parcels: Path
) -> None:
    known = _import(session, storage, parcels, "waited", later=True)
    assert finish(session, known.version.id)
    shape = shapely.geometry.mapping(shapely.box(115.795, 34.45, 115.796, 34.451))
    document = {"type": "Feature", "geometry": shape, "properties": {"name": "新地块"}}
    edit = Edit(session, known, "somebody", CRS)
    edit.create([read_feature(document, known, BodyCrs(CRS, CRS, {}))])
    edit.finish()
    found = run(session, page_statement(find_layer(session, "waited", ALL), LayerQuery(limit=10, text="xdk"), CRS))
    assert len(found) == 1


def test_what_is_left_in_the_middle_leaves_nothing_behind(database: Database, storage: Storage, parcels: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(what: str, share: float) -> None:
        if what == "dissolving":
            raise Stopped

    with database.session() as session:
        version = _import(session, storage, parcels, "stopped", later=True).version
        session.commit()
    tables = text("SELECT tablename FROM pg_tables WHERE schemaname = 'features' AND tablename LIKE :name ORDER BY 1")
    like = {"name": str(version.table).partition(".")[2] + "%"}
    with database.session() as session:
        before = session.scalars(tables, like).all()
        with pytest.raises(Stopped):
            finish(session, version.id, stop)
        session.rollback()
        assert session.scalars(tables, like).all() == before
        assert finish(session, version.id)
        session.commit()
        assert len(session.scalars(tables, like).all()) > len(before)
        remove_layer(session, "stopped")
        session.commit()
        assert session.scalars(tables, like).all() == []
