"""Files of a raster layer that are away or damaged: one problem wherever they are asked for, one line of the log."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from geoservice import problems
from geoservice.seldom import EVERY_S, Seldom
from layers.frame import SHANGQIU
from layers.layer import Band, LayerSpec, RasterFacts, VersionFacts
from layers.sheet.national import sheet_at
from layers.storage import Storage
from layers.versions import begin_version, publish
from tests.geoservice.api_app import api_client
from tests.tiles.rasters import describe_file, texture, write_aligned, write_tif
from tiles.grids import default_grids
from tiles.raster import handles

GRID = default_grids(SHANGQIU)["WebMercatorQuad"]
ZOOM = 16
FIRST = GRID.tile_at(12_875_000.0, 4_080_000.0, ZOOM)
ROW, COL = FIRST.row + 1, FIRST.col + 2
LON, LAT = 115.667, 34.377
SHEET = sheet_at(LON + 0.003, LAT + 0.003, 5_000).code


class Away(NamedTuple):
    """A client of layers whose files are away, and where they should be."""

    client: Any
    files: dict[str, Path]


@pytest.fixture(scope="module")
def away(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    folder: Path = tmp_path_factory.mktemp("away")
    with api_client(database, folder, tile_cache_mb=0) as client:
        storage = Storage(client.app.state.settings.storage_root)
        files = {name: _published(database, storage, folder, name) for name in ("photo", "relief")}
        kept = storage.root.with_name("unmounted")
        storage.root.rename(kept)
        yield Away(client, files)
        shutil.rmtree(kept)


def _published(database: Any, storage: Storage, folder: Path, name: str) -> Path:
    west, _, _, north = GRID.bounds(FIRST)
    pixel = GRID.resolution(ZOOM)
    photo = name == "photo"
    pixels = texture(1024, 1024) if photo else np.fromfunction(lambda b, r, c: (r + c) / 10, (1, 1024, 1024))
    plain = write_tif(
        folder / f"{name}.tif", pixels if photo else pixels.astype(np.float32), "EPSG:3857", west, north, pixel
    )
    with database.session() as session:
        draft = begin_version(session, LayerSpec(name=name, kind="imagery" if photo else "elevation"))
        key = f"rasters/{draft.id}/0001.tif"
        path = storage.path(key)
        path.parent.mkdir(parents=True)
        if photo:
            write_aligned(path, plain, "JPEG", levels=2)
        else:
            shutil.copy(plain, path)
        file = describe_file(path, key, aligned=photo)
        bands = tuple(Band(b, "uint8") for b in "rgb") if photo else (Band("height", "float32"),)
        facts = VersionFacts(srid=4490, raster=RasterFacts(bands=bands, resolution_m=pixel), min_zoom=10, max_zoom=ZOOM)
        publish(session, draft, facts, extent=file.extent, files=[file])
        session.commit()
    return path


BOX = f"{LON},{LAT},{LON + 0.005},{LAT + 0.005}"
WMS = (
    f"/wms?service=WMS&version=1.1.1&request=GetMap&srs=EPSG:4326&bbox={BOX}&width=64&height=64"
    + "&styles=&format=image/png"
)
WMTS = "/wmts?service=WMTS&request=GetTile&version=1.0.0&style=default&tilematrixset=WebMercatorQuad"
HERE = f"/what-is-here?lon={LON + 0.003}&lat={LAT + 0.003}"
ASKED = [
    f"/xyz/photo/{ZOOM}/{COL}/{ROW}.jpg",
    f"/xyz/relief/{ZOOM}/{COL}/{ROW}.png?rendering=hillshade",
    f"/collections/photo/map/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COL}",
    f"/collections/relief/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COL}",
    f"/collections/photo/map?bbox={BOX}&width=64",
    f"/map?collections=photo&bbox={BOX}&width=64",
    f"/map/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COL}?collections=photo,relief",
    f"/collections/relief/coverage?bbox={BOX}",
    f"/collections/relief/profile?line={LON + 0.001},{LAT + 0.001} {LON + 0.004},{LAT + 0.004}",
    f"/collections/relief/map/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COL}/100/100",
    f"{HERE}&layers=relief",
    "/stac/collections/photo/items/0001/data",
    f"/collections/photo/sheets/{SHEET}",
    WMS.replace("GetMap", "GetFeatureInfo") + "&layers=relief&query_layers=relief&x=9&y=9&info_format=application/json",
    WMS + "&layers=photo",
    WMS + "&layers=relief",
    WMTS + f"&layer=photo&format=image/png&tilematrix={ZOOM}&tilerow={ROW}&tilecol={COL}",
    f"/wmts/1.0.0/photo/default/WebMercatorQuad/{ZOOM}/{ROW}/{COL}.png",
]


@pytest.mark.parametrize("asked", ASKED)
def test_whatever_needs_a_file_that_is_away_answers_503_and_names_it(away: Away, asked: str) -> None:
    answer = away.client.get(asked)
    assert answer.status_code == 503, answer.text[:300]
    assert answer.headers["retry-after"]
    problem = answer.json()
    assert problem["type"].endswith("/storage-away")
    assert "0001.tif" in problem["detail"]
    assert str(next(iter(away.files.values())).parent) not in answer.text


def test_a_file_that_is_away_leaves_the_answers_of_all_other_layers(away: Away) -> None:
    answer = away.client.get(f"{HERE}&lang=zh")
    assert answer.status_code == 200
    found = answer.json()
    assert found["answers"] == []
    assert [one["layer"] for one in found["unread"]] == ["photo", "relief"]
    assert all("0001.tif" in one["why"] and "暂时" in one["why"] for one in found["unread"])
    assert str(next(iter(away.files.values())).parent) not in answer.text


def test_the_log_has_one_line_with_the_whole_place_for_a_screen_full_of_tiles(
    away: Away, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "_SELDOM", Seldom())
    with caplog.at_level(logging.WARNING, "geoservice"):
        for asked in [ASKED[0], ASKED[0] + "?bands=3,2,1", ASKED[2]] * 3:
            assert away.client.get(asked).status_code == 503
    (record,) = caplog.records
    assert str(away.files["photo"]) in record.getMessage()
    assert record.exc_info is None


def test_files_that_come_back_are_served_again_and_a_damaged_one_is_told_as_damaged(
    away: Away, caplog: pytest.LogCaptureFixture
) -> None:
    root = Path(away.client.app.state.settings.storage_root)
    kept = root.with_name("unmounted")
    photo = away.files["photo"]
    kept.rename(root)
    try:
        assert [away.client.get(asked).status_code for asked in ASKED] == [200] * len(ASKED)
        whole = photo.read_bytes()
        handles.POOL.forget()
        photo.write_bytes(whole[: len(whole) // 2])
        answers = [away.client.get(f"{ASKED[0]}?bands=3,2,1"), away.client.get(ASKED[0])]
        assert all((a.status_code, a.json()["type"]) == (500, "/problems/raster-unreadable") for a in answers)
        assert not [record for record in caplog.records if record.exc_info]
        photo.write_bytes(whole)
        assert away.client.get(ASKED[0]).status_code == 200
    finally:
        handles.POOL.forget()
        root.rename(kept)


def test_a_complaint_is_told_again_after_a_while_with_how_often_it_came() -> None:
    clock = iter([0.0, 1.0, 2.0, EVERY_S + 1, EVERY_S + 2, EVERY_S + 3])
    seldom = Seldom(lambda: next(clock))
    assert [seldom.untold("a"), seldom.untold("a"), seldom.untold("a")] == [0, None, None]
    assert [seldom.untold("a"), seldom.untold("b"), seldom.untold("a")] == [2, 0, None]
