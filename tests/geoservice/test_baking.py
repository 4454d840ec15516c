"""Baked tiles: the same as drawn ones, resumable, never stale, served by the service and readable by others."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import rasterio
from pmtiles.reader import MmapSource, Reader

from geoservice.auth import create_token
from geoservice.errors import ClusterUnavailable, DiskFull
from geoservice.jobs.bake_blocks import BakeRequest
from geoservice.jobs.baking import Baked, bake_layer
from geoservice.service import Service
from layers.catalogue import find_layer
from layers.edit.edited import EVERYWHERE
from layers.errors import LayerNotFound
from layers.frame import Bounds
from layers.layer import Band, LayerSpec, RasterFacts, VersionFacts
from layers.versions import begin_version, publish, touch
from layers.views import ALL
from tests import city
from tests.pictures import same_picture
from tests.tiles.rasters import describe_file, texture, write_tif
from tests.waiting import until
from tiles.archive.archives import open_archive
from tiles.archive.baking import SCHEMA
from tiles.archive.blocks import plan
from tiles.errors import BakeFailed, BakeRefused
from tiles.grid import Tile
from tiles.grids import default_grids
from tiles.vector.place import VectorTile
from tiles.vector.statement import tile_statement

GRIDS = ("WebMercatorQuad", "CGCS2000Quad", "ScaleGrid4509")


def tiles_in(path):
    """How many tiles a working file holds; none as long as it has no table yet."""
    with closing(sqlite3.connect(path)) as database:
        made = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'tile'").fetchone()[0]
        return database.execute("SELECT count(*) FROM tile").fetchone()[0] if made else 0


def quiet(done: float, total: float | None, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def layers(service: Service) -> None:
    with service.database.session() as session:
        for name, public in (("parcels", True), ("secret", False), ("edited", True)):
            draft = begin_version(session, LayerSpec(name=name, kind="vector", department="land", public=public))
            shapes, rows = city.parcels(20)
            made = city.publish(session, name, draft.id, city.PARCEL_COLUMNS, shapes, rows, {}, "Polygon")
            publish(session, draft, made.version.facts, extent=made.version.extent, feature_count=len(shapes))
        heights = np.add.outer(np.arange(600) * 0.7, np.arange(600) * 0.3).astype(np.float32)[None] + 100
        bands = [Band(name, "uint8") for name in ("red", "green", "blue")]
        _raster(service, session, "photo", "imagery", texture(900, 900), bands, 4.0)
        _raster(service, session, "heights", "elevation", heights, [Band("height", "float32")], 10.0)
        session.commit()


def _raster(service: Service, session: Any, name: str, kind: Any, planes: Any, bands: Any, pixel: float) -> None:
    draft = begin_version(session, LayerSpec(name=name, kind=kind))
    key = f"rasters/{draft.id}/0001.tif"
    path = service.storage.path(key)
    path.parent.mkdir(parents=True)
    file = describe_file(write_tif(path, planes, "EPSG:4509", 558_000.0, 3_810_000.0, pixel, overviews=(2, 4)), key)
    raster = RasterFacts(bands=tuple(bands), resolution_m=pixel, height_system="1985")
    facts = VersionFacts(srid=4490, raster=raster, min_zoom=8, max_zoom=13)
    publish(session, draft, facts, extent=file.extent, files=[file])


@pytest.fixture(scope="module")
def api(service: Service, layers: None) -> Iterator[Any]:
    from starlette.testclient import TestClient

    from geoservice.app import create_app

    settings = service.settings.model_copy(update={"tile_cache_mb": 0})
    with TestClient(create_app(settings)) as client:
        client.app.state.shelf.look_again_s = 0.0  # type: ignore[attr-defined]
        yield client


@pytest.fixture
def baker(service: Service) -> Callable[..., Baked]:
    def run(layer: str, **asked: Any) -> Baked:
        return bake_layer(service, BakeRequest(layer, **asked), quiet, processes=1)

    return run


def _levels(api: Any, layer: str, baked: Baked) -> Iterator[tuple[Tile, str]]:
    """Some baked tiles of each level, and the name of their level on the wire."""
    grid = api.app.state.grids[baked.contents.grid]
    for z, limits in baked.contents.levels.items():
        middle = (limits.min_row + limits.max_row) // 2, (limits.min_col + limits.max_col) // 2
        for row, col in {(limits.min_row, limits.min_col), middle}:
            yield Tile(grid.id, z, row, col), grid.zoom_ids[z]


@pytest.mark.parametrize("grid", GRIDS)
def test_a_baked_vector_tile_is_the_drawn_one(api: Any, baker: Callable[..., Baked], grid: str) -> None:
    addresses = [f"/collections/parcels/tiles/{grid}/{{}}/{{}}/{{}}"]
    first, last = (13, 17) if grid == "WebMercatorQuad" else (5, 7) if grid.startswith("Scale") else (12, 16)
    drawn: dict[str, bytes] = {}
    plan_only = Bounds(*api.app.state.catalogue.layers["parcels"].version.extent)
    for z in range(first, last + 1):
        limits = api.app.state.grids[grid].limits(z, _in_grid(api, grid, plan_only))
        for row in range(limits.min_row, limits.max_row + 1):
            for col in range(limits.min_col, limits.max_col + 1):
                path = addresses[0].format(api.app.state.grids[grid].zoom_ids[z], row, col)
                answer = api.get(path)
                assert "db;dur" in answer.headers["server-timing"]
                drawn[path] = answer.content
    baked = baker("parcels", grid=grid, first=first, last=last)
    assert baked.contents.count == sum(bool(body) for body in drawn.values()) > 10
    for path, body in drawn.items():
        answer = api.get(path)
        assert answer.headers["server-timing"].endswith("baked"), path
        assert _features(answer.content) == _features(body)


def _in_grid(api: Any, grid: str, extent: Bounds) -> Bounds:
    from layers.crs.names import parse_crs
    from layers.crs.operations import find_transform

    return find_transform(parse_crs("OGC:CRS84"), api.app.state.grids[grid].crs).bounds(extent)


def _features(body: bytes) -> Any:
    if not body:
        return None
    decoded = mapbox_vector_tile.decode(body)
    return {
        name: sorted((feature["id"], json.dumps(feature["geometry"], sort_keys=True)) for feature in layer["features"])
        for name, layer in decoded.items()
    }


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(
    ("layer", "asked"),
    [
        ("photo", {}),
        ("photo", {"format": "webp"}),
        ("photo", {"format": "avif"}),
        ("photo", {"format": "png", "bands": "3,2,1"}),
        ("heights", {"format": "png", "rendering": "relief"}),
        ("heights", {"format": "png", "rendering": "terrain-rgb"}),
    ],
)
def test_a_baked_picture_is_the_drawn_one(
    api: Any, baker: Callable[..., Baked], grid: str, layer: str, asked: dict[str, str]
) -> None:
    query = {("f" if name == "format" else name): value for name, value in asked.items()}
    names = api.app.state.grids[grid].zoom_ids
    probe = baker(layer, grid=grid, options=tuple(sorted(asked.items())))
    root = api.app.state.storage.path(probe.key)
    hidden = root.with_name("hidden")
    for tile, _ in _levels(api, layer, probe):
        path = f"/collections/{layer}/map/tiles/{grid}/{names[tile.z]}/{tile.row}/{tile.col}"
        baked = api.get(path, params=query)
        assert baked.headers["server-timing"].endswith("baked")
        root.rename(hidden)
        known, api.app.state.shelf._known = api.app.state.shelf._known, type(api.app.state.shelf._known)()
        try:
            drawn = api.get(path, params=query)
        finally:
            hidden.rename(root)
            api.app.state.shelf._known = known
        assert "draw;dur" in drawn.headers["server-timing"]
        assert same_picture(baked.content, drawn.content)
        assert baked.headers["content-type"] == drawn.headers["content-type"]
        assert baked.headers["etag"] == drawn.headers["etag"]


def test_pmtiles_are_read_by_the_pmtiles_package_and_by_gdal(
    service: Service, api: Any, baker: Callable[..., Baked]
) -> None:
    baked = baker("parcels", first=12, last=15)
    path = service.storage.path(baked.key)
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        header, metadata = reader.header(), reader.metadata()
        assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (12, 15, True)
        assert metadata["vector_layers"][0]["id"] == "parcels"
        limits = baked.contents.levels[15]
        tile = gzip.decompress(reader.get(15, limits.min_col, limits.min_row))
    assert mapbox_vector_tile.decode(tile)["parcels"]["features"]
    frame = pyogrio.read_dataframe(path, layer="parcels")
    assert len(frame) >= 400
    west, south, east, north = api.app.state.catalogue.layers["parcels"].version.extent
    bounds = frame.to_crs(4326).total_bounds
    assert np.allclose(bounds, (west, south, east, north), atol=2e-3)


@pytest.mark.parametrize("grid", ["CGCS2000Quad", "ScaleGrid4509"])
def test_a_geopackage_is_read_by_gdal_where_the_layer_lies(
    service: Service, baker: Callable[..., Baked], grid: str
) -> None:
    baked = baker("photo", grid=grid, options=(("format", "png"),))
    path = service.storage.path(baked.key)
    deepest = max(baked.contents.levels)
    with rasterio.open(path, ZOOM_LEVEL=str(deepest)) as opened:
        assert opened.driver == "GPKG"
        assert opened.crs.to_epsg() == (4490 if grid == "CGCS2000Quad" else 4509)
        assert opened.res[0] == pytest.approx(default_grids(service.frame)[grid].resolution(deepest))
        x, y = (559_000.0, 3_809_000.0) if grid.startswith("Scale") else _degrees(559_000.0, 3_809_000.0)
        (colour,) = opened.sample([(x, y)])
    source = service.storage.path("rasters")
    with rasterio.open(next(p for p in sorted(source.glob("*/0001.tif")) if rasterio.open(p).count == 3)) as opened:
        (truth,) = opened.sample([(559_000.0, 3_809_000.0)])
    assert np.abs(colour[:3].astype(int) - truth).max() < 12


def _degrees(east: float, north: float) -> tuple[float, float]:
    from layers.crs.names import parse_crs
    from layers.crs.operations import find_transform

    x, y = find_transform(parse_crs(4509), parse_crs(4490)).points([east], [north])
    return float(x[0]), float(y[0])


@pytest.mark.parametrize("grid", ["WebMercatorQuad", "CGCS2000Quad"])
def test_an_edited_tile_is_drawn_anew_and_the_others_are_taken_from_the_archive_still(
    service: Service, api: Any, baker: Callable[..., Baked], grid: str
) -> None:
    limits = baker("edited", grid=grid, first=16, last=16).contents.levels[16]
    tiles = f"/collections/edited/tiles/{grid}/{api.app.state.grids[grid].zoom_ids[16]}"
    path, far = (f"{tiles}/{row}/{col}" for row, col in (limits[::2], limits[1::2]))
    for one in (path, far):
        assert api.get(one).headers["server-timing"].endswith("baked")
    version = api.app.state.catalogue.layers["edited"].version
    tile = VectorTile.of(api.app.state.grids[grid], Tile(grid, 16, limits.min_row, limits.min_col))
    _touch(service, api, [tile.mercator])
    assert "db;dur" in api.get(path).headers["server-timing"]
    assert api.get(far).headers["server-timing"].endswith("baked")
    listed = api.get("/collections/edited/archives").json()["archives"]
    assert [one["current"] for one in listed if one["grid"] == grid] == [False]
    assert api.get(listed[-1]["links"][0]["href"].replace("http://testserver", "")).status_code == 200
    baker("edited", grid=grid, first=16, last=16)
    assert api.get(path).headers["server-timing"].endswith("baked")
    kept = [folder for folder in service.storage.path(f"baked/{version.id}").iterdir() if (folder / grid).is_dir()]
    assert [folder.name for folder in kept if any((folder / grid).iterdir())] == [str(version.revision + 1)]


def test_a_bake_after_an_edit_draws_what_the_edit_touched_and_takes_the_rest_from_the_archive(
    service: Service, api: Any, baker: Callable[..., Baked], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = baker("edited", first=12, last=17)
    deepest = first.contents.levels[17]
    tile = VectorTile.of(api.app.state.grids["WebMercatorQuad"], Tile("WebMercatorQuad", 17, *deepest[::2]))
    west, south, east, north = tile.mercator
    drawn: list[int] = []

    def counted(layers: Any, asked: VectorTile) -> Any:
        drawn.append(asked.tile.z)
        return tile_statement(layers, asked)

    monkeypatch.setattr("geoservice.jobs.bake_blocks.tile_statement", counted)
    middle = Bounds((west + east) / 2 - 1, (south + north) / 2 - 1, (west + east) / 2 + 1, (south + north) / 2 + 1)
    _touch(service, api, [middle])
    again = baker("edited", first=12, last=17)
    assert again.contents.count == first.contents.count
    assert len(drawn) <= 2 * len(first.contents.levels)  # in its corner of the layer, and beside an edge
    assert set(drawn) == set(first.contents.levels)
    archive = open_archive(service.storage, again.key)
    bodies = {one: archive.get(one) for one in _baked_tiles(again)}
    service.storage.remove(again.key)
    whole = baker("edited", first=12, last=17)
    archive = open_archive(service.storage, whole.key)
    assert {one: archive.get(one) for one in _baked_tiles(whole)} == bodies


def _baked_tiles(baked: Baked) -> Iterator[Tile]:
    for z, limits in baked.contents.levels.items():
        for row in range(limits.min_row, limits.max_row + 1):
            for col in range(limits.min_col, limits.max_col + 1):
                yield Tile(baked.contents.grid, z, row, col)


def test_a_tile_edited_while_the_layer_is_baked_is_not_taken_from_the_archive(service: Service, api: Any) -> None:
    baked = bake_layer(
        service, BakeRequest("edited", first=14, last=14), lambda *_: _touch(service, api, (EVERYWHERE,)), processes=1
    )
    limits = baked.contents.levels[14]
    path = f"/collections/edited/tiles/WebMercatorQuad/14/{limits.min_row}/{limits.min_col}"
    assert "db;dur" in api.get(path).headers["server-timing"]


def test_a_full_disk_ends_a_bake_in_one_sentence_and_the_next_goes_on(
    service: Service, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = BakeRequest("edited", first=12, last=16)
    with monkeypatch.context() as patch:
        patch.setattr("tiles.archive.baking.SCHEMA", f"{SCHEMA}PRAGMA max_page_count = 8;")
        with pytest.raises(DiskFull, match="no room left"):
            bake_layer(service, request, quiet, processes=1)
    [working] = service.storage.root.rglob("*.baking")
    kept = tiles_in(working)
    assert bake_layer(service, request, quiet, processes=1).contents.count > kept


def test_a_layer_imported_anew_while_it_is_baked_leaves_no_archive(service: Service, api: Any) -> None:
    def import_again(*_: object) -> None:
        with service.database.session() as session:
            layer = find_layer(session, "edited", ALL)
            draft = begin_version(session, LayerSpec(name="edited", kind="vector"))
            publish(session, draft, layer.version.facts, extent=layer.version.extent, feature_count=1)
            session.commit()

    with pytest.raises(BakeFailed, match="imported anew while it was baked"):
        bake_layer(service, BakeRequest("edited", first=13, last=13), import_again, processes=1)


def _touch(service: Service, api: Any, boxes: Sequence[Bounds]) -> None:
    version = api.app.state.catalogue.layers["edited"].version
    with service.database.session() as session:
        touch(session, version.id, boxes)
        session.commit()
    until(lambda: api.app.state.catalogue.layers["edited"].version.revision != version.revision)


def test_contours_have_a_style_whose_lines_and_labels_are_in_the_tiles(api: Any, baker: Callable[..., Baked]) -> None:
    style = api.get("/collections/heights/style?rendering=contours").json()
    (source,) = style["sources"].values()
    assert source["type"] == "vector"
    baked = baker("heights", contours=True, first=12, last=12)
    limits = baked.contents.levels[12]
    row, col = (limits.min_row + limits.max_row) // 2, (limits.min_col + limits.max_col) // 2
    address = source["tiles"][0].removeprefix("http://testserver").format(z=12, x=col, y=row)
    answer = api.get(address)
    assert answer.headers["server-timing"].endswith("baked")
    (name,) = {painted["source-layer"] for painted in style["layers"]}
    features = mapbox_vector_tile.decode(answer.content)[name]["features"]
    assert {feature["properties"]["index"] for feature in features} == {True, False}
    assert [painted["layout"]["text-field"] for painted in style["layers"] if painted["type"] == "symbol"] == [
        ["to-string", ["get", "height"]]
    ]
    assert all(feature["properties"]["height"] % 10 == 0 for feature in features)
    assert api.get("/collections/parcels/style?rendering=contours").status_code == 400


def test_archives_are_listed_and_sent_whole_or_in_ranges(
    api: Any, baker: Callable[..., Baked], service: Service
) -> None:
    baked = baker("parcels", first=12, last=15)
    listed = api.get("/collections/parcels/archives").json()["archives"]
    found = next(one for one in listed if one["grid"] == "WebMercatorQuad")
    assert (found["name"], found["format"], found["tiles"]) == ("features", "mvt", baked.contents.count)
    content = service.storage.path(baked.key).read_bytes()
    href = found["links"][0]["href"].removeprefix("http://testserver")
    whole = api.get(href, headers={"Accept-Encoding": "gzip"})
    assert whole.content == content
    assert whole.headers["content-type"] == "application/vnd.pmtiles"
    assert "content-encoding" not in whole.headers
    part = api.get(href, headers={"Range": "bytes=127-400"})
    assert (part.status_code, part.content) == (206, content[127:401])
    assert part.headers["content-range"] == f"bytes 127-400/{len(content)}"
    assert api.head(href).headers["content-length"] == str(len(content))
    assert api.get("/collections/parcels/archives/WebMercatorQuad/nothing.pmtiles").status_code == 404
    assert api.get("/collections/parcels/archives/WebMercatorQuad/..%2F..%2Fsecret").status_code == 404


def test_archives_of_a_private_layer_are_for_those_who_may_read_it(
    api: Any, baker: Callable[..., Baked], service: Service
) -> None:
    baked = baker("secret", first=14, last=14)
    limits = baked.contents.levels[14]
    with service.database.session() as session:
        token = create_token(session, "reader", ["land"], write=False)
        session.commit()
    land = {"Authorization": f"Bearer {token}"}
    name = Path(baked.key).name
    for path in (
        f"/collections/secret/tiles/WebMercatorQuad/14/{limits.min_row}/{limits.min_col}",
        "/collections/secret/archives",
        f"/collections/secret/archives/WebMercatorQuad/{name}",
    ):
        assert api.get(path).status_code == 404
        answer = api.get(path, headers=land)
        assert answer.status_code == 200
        assert "public" not in answer.headers["cache-control"]


def test_only_some_levels_and_a_box_are_baked_and_the_rest_is_drawn(api: Any, baker: Callable[..., Baked]) -> None:
    extent = api.app.state.catalogue.layers["photo"].version.extent
    west = Bounds(extent.west, extent.south, (extent.west + extent.east) / 2, extent.north)
    baked = baker("photo", first=15, last=15, box=west, options=(("format", "webp"), ("stretch", "10,240")))
    limits = baked.contents.levels[15]
    query = {"f": "webp", "stretch": "10,240"}
    inside = api.get(f"/collections/photo/map/tiles/WebMercatorQuad/15/{limits.min_row}/{limits.min_col}", params=query)
    beside = api.get(
        f"/collections/photo/map/tiles/WebMercatorQuad/15/{limits.min_row}/{limits.max_col + 1}", params=query
    )
    assert inside.headers["server-timing"].endswith("baked")
    assert "draw;dur" in beside.headers["server-timing"]


def test_empty_ground_is_not_kept_and_answered_as_empty(
    api: Any, baker: Callable[..., Baked], service: Service
) -> None:
    baked = baker("photo", first=13, last=13, options=(("format", "png"),))
    grid = api.app.state.grids["WebMercatorQuad"]
    archive = open_archive(service.storage, baked.key)
    limits = baked.contents.levels[13]
    places = [
        Tile(grid.id, 13, row, col)
        for row in range(limits.min_row, limits.max_row + 1)
        for col in range(limits.min_col, limits.max_col + 1)
    ]
    assert baked.contents.count == sum(archive.get(tile) is not None for tile in places)
    archive.close()


@pytest.mark.parametrize(
    ("layer", "asked", "reason"),
    [
        ("parcels", {"first": 5, "last": 4}, "first not above"),
        ("parcels", {"first": 3, "last": 99}, "has 0 to 24"),
        ("parcels", {"box": Bounds(10, 10, 11, 11)}, "beside"),
        ("parcels", {"options": (("format", "png"),)}, "no rendering options"),
        ("photo", {"contours": True}, "contours are baked of elevation"),
        ("photo", {"options": (("format", "tif"),)}, "values"),
    ],
)
def test_what_cannot_be_baked_is_refused_in_a_sentence(
    layers: None, baker: Callable[..., Baked], layer: str, asked: dict[str, Any], reason: str
) -> None:
    with pytest.raises(BakeRefused, match=reason):
        baker(layer, **asked)
    with pytest.raises(LayerNotFound):
        baker("nowhere")


def test_more_tiles_than_anybody_wants_are_refused(
    layers: None, baker: Callable[..., Baked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiles.archive.blocks.MOST_TILES", 1000)
    with pytest.raises(BakeRefused, match="at most 1,000 at once"):
        baker("parcels", first=20, last=20)


def test_features_are_drawn_ahead_to_where_tiles_say_all_unless_more_is_asked_for(api: Any) -> None:
    parcels, grids = api.app.state.catalogue.layers["parcels"], api.app.state.grids
    assert parcels.version.facts.max_zoom > 17
    assert max(plan(parcels, grids["WebMercatorQuad"]).limits) == 17
    assert max(plan(parcels, grids["WebMercatorQuad"], last=20).limits) == 20
    facts = replace(parcels.version.facts, min_zoom=19)
    close = replace(parcels, version=replace(parcels.version, facts=facts))
    assert list(plan(close, grids["WebMercatorQuad"]).limits) == [19]
    photo = api.app.state.catalogue.layers["photo"]
    assert max(plan(photo, grids["WebMercatorQuad"]).limits) == photo.version.facts.max_zoom
    for name in ("CGCS2000Quad", "ScaleGrid4509"):
        deepest = grids[name].scale_denominators[max(plan(parcels, grids[name]).limits)]
        assert 500 < deepest * (0.83 if name == "CGCS2000Quad" else 1.0) < 4_000  # that of level 17 there: 1:3 530


def test_a_killed_bake_goes_on_with_the_blocks_that_are_missing(service: Service, layers: None, tmp_path: Path) -> None:
    environment = os.environ | {
        "GEOSERVICE_DATABASE_URL": service.database.url.render_as_string(hide_password=False),
        "GEOSERVICE_DATA_DIR": str(service.settings.data_dir),
        "GEOSERVICE_STORAGE_DIR": str(service.storage.root),
    }
    command = [sys.executable, "-m", "geoservice", "bake", "heights", "--zooms", "16-17", "--processes", "2"]
    killed = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)

    def begun() -> list[Path]:
        assert killed.poll() is None, "it ended before it could be killed"
        found = list(service.storage.root.glob("baked/*/0/WebMercatorQuad/hillshade.auto.baking"))
        return found if found and tiles_in(found[0]) > 200 else []

    working = until(begun)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    with closing(sqlite3.connect(working[0])) as database:
        before = {row[0]: row[1] for row in database.execute("SELECT z || '/' || row || '/' || col, body FROM tile")}
    assert before
    seen: list[float] = []
    request = BakeRequest("heights", first=16, last=17)
    baked = bake_layer(service, request, lambda done, total, message: seen.append(done), processes=1)
    archive = open_archive(service.storage, baked.key)
    assert not working[0].exists()
    assert seen[0] > 200  # it did not begin from nothing
    for place, body in list(before.items())[::50]:
        assert archive.get(Tile("WebMercatorQuad", *(int(part) for part in place.split("/")))) == body
    archive.close()
    assert baked.contents.count > len(before)


def test_dask_workers_bake_the_same_archive(service: Service, layers: None) -> None:
    from distributed import LocalCluster

    request = BakeRequest("parcels", first=13, last=16)
    alone = bake_layer(service, request, quiet, processes=1)
    expected = service.storage.path(alone.key).read_bytes()
    service.storage.remove(alone.key)
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster:
        settings = service.settings.model_copy(update={"dask_scheduler": cluster.scheduler_address})
        baked = bake_layer(Service(settings, service.frame, service.database, service.storage), request, quiet)
    assert service.storage.path(baked.key).read_bytes() == expected


def test_a_scheduler_that_is_away_is_told(service: Service, layers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoservice.jobs.dask_cluster.CONNECT_S", 0.5)
    settings = service.settings.model_copy(update={"dask_scheduler": "tcp://127.0.0.1:9"})
    with pytest.raises(ClusterUnavailable, match="GEOSERVICE_DASK_SCHEDULER"):
        bake_layer(Service(settings, service.frame, service.database, service.storage), BakeRequest("parcels"), quiet)
