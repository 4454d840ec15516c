"""Tiles copied from an aligned file: after the first time they are answered on the wire, without a cache."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from layers.frame import SHANGQIU
from layers.layer import Band, LayerSpec, RasterFacts, VersionFacts
from layers.storage import Storage
from layers.versions import begin_version, publish
from tests.geoservice.api_app import make_app
from tests.geoservice.test_protocol import Wire, same
from tests.serving import serving
from tests.tiles.rasters import describe_file, texture, write_aligned, write_tif
from tiles.grids import default_grids

GRID = default_grids(SHANGQIU)["WebMercatorQuad"]
ZOOM = 16
FIRST = GRID.tile_at(12_875_000.0, 4_080_000.0, ZOOM)
INSIDE = f"/xyz/photo/{ZOOM}/{FIRST.col + 2}/{FIRST.row + 1}.jpg"


@pytest.fixture(scope="module")
def wire(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    folder: Path = tmp_path_factory.mktemp("copied")
    app = make_app(database, folder, tile_cache_mb=0)
    west, _, _, north = GRID.bounds(FIRST)
    pixel = GRID.resolution(ZOOM)
    with database.session() as session:
        draft = begin_version(session, LayerSpec(name="photo", kind="imagery"))
        key = f"rasters/{draft.id}/0001.tif"
        path = Storage(app.state.settings.storage_root).path(key)
        path.parent.mkdir(parents=True)
        plain = write_tif(folder / "plain.tif", texture(1024, 1024), "EPSG:3857", west, north, pixel)
        write_aligned(path, plain, "JPEG", levels=2)
        file = describe_file(path, key, aligned=True)
        raster = RasterFacts(bands=tuple(Band(name, "uint8") for name in ("red", "green", "blue")), resolution_m=pixel)
        facts = VersionFacts(srid=4490, raster=raster, min_zoom=ZOOM - 1, max_zoom=ZOOM)
        publish(session, draft, facts, extent=file.extent, files=[file])
        session.commit()
    found = Wire(app, "")
    with serving(found) as found.base:
        yield found


def test_a_tile_copied_before_is_the_same_answer_and_does_not_reach_the_application(wire: Wire) -> None:
    with wire.client() as client:
        first = [client.get(INSIDE) for _ in range(3)][2]
        assert (first.status_code, first.headers["server-timing"]) == (200, "cache;desc=miss, copy")
        assert first.content[:2] == b"\xff\xd8"
        before = wire.reached
        again: httpx2.Response = client.get(INSIDE)
        assert same(again, first)
        told = client.get(INSIDE, headers={"If-None-Match": first.headers["etag"]})
        assert (told.status_code, told.content, wire.reached) == (304, b"", before)


def test_a_tile_that_had_to_be_drawn_is_drawn_again(wire: Wire) -> None:
    with wire.client() as client:
        drawn = [client.get(f"{INSIDE}?bands=3,2,1") for _ in range(2)]
        before = wire.reached
        assert same(client.get(f"{INSIDE}?bands=3,2,1"), drawn[1])
        assert wire.reached == before + 1
        assert "draw" in drawn[1].headers["server-timing"]
