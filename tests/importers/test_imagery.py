"""Imagery through the whole import: what is a photograph, what keeps its values, mosaics that grow."""

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from sqlalchemy.orm import Session

from importers.batch import ImportOptions, ReadOptions
from importers.datum.registry import add_entry
from importers.errors import Cancelled, NothingToImport, VerdictFail
from importers.importing import import_path
from importers.raster.making import Making, make_elsewhere
from importers.raster.survey import inspect_rasters
from importers.raster.work import RasterKind
from layers.catalogue import find_layer
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery, NoDatumOperation, StorageAway
from layers.frame import SHANGQIU, Frame
from layers.layer import Layer, LayerSpec, RasterFacts
from layers.storage import Storage
from layers.views import ALL
from tests.geoservice.secret_numbers import PLANE, SPOT, plane
from tests.importers.conftest import Importer
from tests.importers.rasters import scene, write
from tiles.grids import default_grids
from tiles.raster.mosaic import choose_files
from tiles.raster.warp import Canvas

WEST, NORTH = 650_000.0, 3_815_000.0
TO_MERCATOR = find_transform(parse_crs("EPSG:4547"), parse_crs("EPSG:3857"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for sheets, apart from the storage."""
    made = tmp_path / "sheets"
    made.mkdir()
    return made


def published(session: Session, name: str = "test") -> tuple[Layer, RasterFacts]:
    layer = find_layer(session, name, ALL)
    assert layer.version.raster is not None
    return layer, layer.version.raster


def sheet(folder: Path, column: int, row: int, value: int, name: str = "", pixel: float = 1.0, size: int = 200) -> Path:
    """One sheet of a row of even grey colour, ``size`` metres wide."""
    pixels = round(size / pixel)
    planes = np.full((3, pixels, pixels), value, np.uint8)
    name = name or f"sheet_{column}_{row}.tif"
    return write(folder / name, planes, WEST + column * size, NORTH - row * size, pixel)


def shown(storage: Storage, raster: RasterFacts, east: float, north: float) -> int | None:
    """The red value of the topmost file at a place in EPSG:4547."""
    x, y = (float(part) for part in TO_MERCATOR.points(east, north))
    for file in sorted(raster.files, key=lambda file: -file.order):
        with rasterio.open(storage.open_name(file.key)) as dataset:
            column, row = (int(part) for part in ~dataset.transform @ (x, y))
            if 0 <= column < dataset.width and 0 <= row < dataset.height:
                window = ((row, row + 1), (column, column + 1))
                if dataset.dataset_mask(window=window)[0, 0]:
                    return int(dataset.read(1, window=window)[0, 0])
    return None


def test_an_orthophoto_says_what_scale_it_supports(bring_in: Importer, session: Session, tmp_path: Path) -> None:
    report = bring_in(write(tmp_path / "dom.tif", scene(300, 300), WEST, NORTH, 0.2), kind="imagery")
    assert report.largest_scale == 2000
    assert report.verdict == "pass"
    layer, raster = published(session)
    assert layer.version.facts.max_zoom == 20
    assert raster.resolution_m == pytest.approx(0.2)
    assert "accuracy not stated" in report.scale_why["en"]


def test_a_stated_error_lowers_the_scale(bring_in: Importer, tmp_path: Path) -> None:
    path = write(tmp_path / "dom.tif", scene(300, 300), WEST, NORTH, 0.2)
    assert bring_in(path, kind="imagery", accuracy_m=2.4).largest_scale == 5000


def test_a_black_frame_without_nodata_is_no_data(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    planes = np.maximum(scene(400, 400), 1)
    turned = np.add.outer(np.arange(400), np.arange(400)) < 150
    planes[:, turned] = 0
    planes[:, 390:, 390:] = 0  # the corner across
    planes[:, 200:220, 200:220] = 0  # dark water inside stays
    path = write(tmp_path / "framed.tif", planes, WEST, NORTH, 1)
    report = bring_in(path, kind="imagery")
    _, raster = published(session)
    assert any(decision.what == "collar" for decision in report.decisions)
    assert shown(storage, raster, WEST + 20, NORTH - 20) is None
    assert shown(storage, raster, WEST + 210, NORTH - 210) == pytest.approx(0, abs=6)
    assert raster.files[0].footprint is not None
    area = shapely.from_wkt(raster.files[0].footprint).area
    assert area == pytest.approx((1 - 0.5 * 150**2 / 400**2) * 400**2 / 92_000 / 110_900, rel=0.02)
    kept = bring_in(path, name="kept", kind="imagery", others={"collar": "keep"})
    assert not any(decision.what == "collar" for decision in kept.decisions)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_where_a_mask_or_the_alpha_band_says_nothing_is_nothing(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path, dtype: str
) -> None:
    full = np.iinfo(dtype).max
    alpha = np.full((1, 300, 300), full, dtype)
    alpha[:, :100] = 0
    mask = np.full((300, 300), 255, np.uint8)
    mask[:, :100] = 0
    planes = np.concatenate([scene(300, 300).astype(dtype), alpha])
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = write(tmp_path / "both.tif", planes, WEST, NORTH, 1, photometric="RGB", alpha="YES", mask=mask)
    bring_in(path, kind="imagery")
    _, raster = published(session)
    (file,) = raster.files
    way = find_transform(parse_crs(4547), parse_crs(file.crs))
    with rasterio.open(storage.open_name(file.key)) as dataset:
        mask = dataset.dataset_mask()
        places = [~dataset.transform @ way.points(WEST + x, NORTH - y) for x in (50, 200) for y in (50, 200)]
    assert [bool(mask[int(row), int(column)]) for column, row in places] == [False, False, False, True]


def test_a_sheet_that_fades_over_most_of_its_width_is_still_a_picture_with_a_mask(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    fade = np.broadcast_to(np.clip(np.arange(400), 0, 255).astype(np.uint8), (1, 400, 400))
    path = write(
        tmp_path / "fading.tif", np.concatenate([scene(400, 400), fade]), WEST, NORTH, 1, photometric="RGB", alpha="YES"
    )
    report = bring_in(path, kind="imagery")
    _, raster = published(session)
    assert not any(decision.what == "alpha" for decision in report.decisions)
    assert len(raster.bands) == 3
    assert shown(storage, raster, WEST + 60, NORTH - 200) is None  # less than half there
    assert shown(storage, raster, WEST + 200, NORTH - 200) is not None


def test_sheets_become_one_mosaic_with_an_overview(
    bring_in: Importer, session: Session, storage: Storage, folder: Path
) -> None:
    for column in range(3):
        for row in range(2):
            sheet(folder, column, row, 40 + 30 * column + 15 * row)
    report = bring_in(folder, kind="imagery")
    _, raster = published(session)
    assert report.counts.read == report.counts.kept == len(raster.files) == 6
    assert {file.source for file in raster.files} == {path.name for path in folder.iterdir()}
    for column in range(3):
        for row in range(2):
            middle = (WEST + 200 * column + 100, NORTH - 200 * row - 100)
            assert shown(storage, raster, *middle) == pytest.approx(40 + 30 * column + 15 * row, abs=2)
    edges = [shown(storage, raster, WEST + 200 + step, NORTH - 100) for step in np.arange(-3, 3, 0.25)]
    assert None not in edges, "no gap where sheets meet"
    assert raster.overview is not None
    assert raster.overview.aligned
    with rasterio.open(storage.open_name(raster.overview.key)) as overview:
        x, y = TO_MERCATOR.points(WEST + 500, NORTH - 100)
        column, row = ~overview.transform @ (float(x), float(y))
        assert overview.read(1)[int(row), int(column)] == pytest.approx(100, abs=3)


def test_new_sheets_join_without_touching_the_others(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path, folder: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for column in range(12):
        sheet(folder, column, 0, 40 + 10 * column)
    bring_in(folder, kind="imagery")
    _, before = published(session)
    written = {file.key: storage.path(file.key).stat().st_mtime_ns for file in before.files}
    sheet(more, 2, 0, 250, name="sheet_2_0.tif")  # a new state of one sheet
    sheet(more, 12, 0, 200)
    report = bring_in(more, kind="imagery", others={"join": "yes"})
    layer, after = published(session)
    assert layer.versions == (1, 2)
    assert len(after.files) == 13
    assert report.counts.kept == 2
    assert "sheet_2_0.tif is replaced" in str(report.decisions)
    stayed = {file.key for file in after.files} & set(written)
    assert len(stayed) == 11
    assert all(storage.path(key).stat().st_mtime_ns == written[key] for key in stayed)
    assert shown(storage, after, WEST + 500, NORTH - 100) == pytest.approx(250, abs=2)
    assert shown(storage, after, WEST + 700, NORTH - 100) == pytest.approx(70, abs=2)
    assert after.overview is not None
    with rasterio.open(storage.open_name(after.overview.key)) as overview:
        values = [
            overview.read(1)[int(row), int(column)]
            for column, row in (
                ~overview.transform @ tuple(float(part) for part in TO_MERCATOR.points(WEST + x, NORTH - 100))
                for x in (500, 700, 2500)
            )
        ]
    assert values == [pytest.approx(value, abs=4) for value in (250, 70, 200)]
    old = find_layer(session, "test", ALL, 1).version.raster
    assert old is not None
    assert shown(storage, old, WEST + 500, NORTH - 100) == pytest.approx(60, abs=2)


def test_sheets_cannot_join_a_mosaic_whose_files_are_away_and_it_stays_as_it_was(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path, folder: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for column in range(3):
        sheet(folder, column, 0, 40 + 10 * column)
    sheet(more, 3, 0, 200)
    bring_in(folder, kind="imagery")
    session.commit()
    rasters = storage.path("rasters")
    unmounted = rasters.rename(rasters.with_name("unmounted"))
    with pytest.raises(StorageAway, match=r"\.tif cannot be opened any more"):
        bring_in(more, kind="imagery", others={"join": "yes"})
    shutil.rmtree(rasters, ignore_errors=True)
    unmounted.rename(rasters)
    layer, _ = published(session)
    assert layer.versions == (1,)
    bring_in(more, kind="imagery", others={"join": "yes"})
    assert len(published(session)[1].files) == 4


def test_a_tile_inside_a_sheet_opens_that_sheet_alone_though_files_are_padded(
    bring_in: Importer, session: Session, folder: Path
) -> None:
    for column in range(4):
        for row in range(4):
            sheet(folder, column, row, 50)
    bring_in(folder, kind="imagery")
    _, raster = published(session)
    grid = default_grids(SHANGQIU)["WebMercatorQuad"]
    x, y = (float(part) for part in TO_MERCATOR.points(WEST + 300, NORTH - 300))
    canvas = Canvas(grid.crs, grid.bounds(grid.tile_at(x, y, 20)), 256, 256)
    assert [file.source for file in choose_files(raster, canvas, sheets_only=True)] == ["sheet_1_1.tif"]
    assert sum(file.bounds.intersects(canvas.bounds) for file in raster.files) > 1


def test_of_overlapping_sheets_the_newer_then_the_finer_lies_on_top(
    bring_in: Importer, session: Session, storage: Storage, folder: Path
) -> None:
    sheet(folder, 0, 0, 50, name="dom_20190401.tif", pixel=0.5)
    sheet(folder, 0, 0, 100, name="dom_20230501_coarse.tif", pixel=2.0)
    sheet(folder, 0, 0, 150, name="dom_20230501_fine.tif", pixel=1.0)
    report = bring_in(folder, kind="imagery")
    _, raster = published(session)
    ranked = sorted(raster.files, key=lambda file: -file.order)
    assert [file.source for file in ranked] == ["dom_20230501_fine.tif", "dom_20230501_coarse.tif", "dom_20190401.tif"]
    assert ranked[0].captured == date(2023, 5, 1)
    assert {file.resolution_m for file in raster.files} == {0.5, 1.0, 2.0}
    assert shown(storage, raster, WEST + 100, NORTH - 100) == pytest.approx(150, abs=2)
    assert report.largest_scale == 25_000, "the coarsest sheet decides"


def test_sheets_in_several_systems_meet_on_one_mosaic(
    bring_in: Importer, session: Session, storage: Storage, folder: Path
) -> None:
    sheet(folder, 0, 0, 80)
    way = find_transform(parse_crs("EPSG:4547"), parse_crs("EPSG:32650"))
    x, y = (float(part) for part in way.points(WEST + 200, NORTH))
    write(folder / "utm.tif", np.full((3, 250, 250), 180, np.uint8), x, y, 1, crs="EPSG:32650")
    bring_in(folder, kind="imagery")
    _, raster = published(session)
    assert shown(storage, raster, WEST + 100, NORTH - 100) == pytest.approx(80, abs=2)
    assert shown(storage, raster, WEST + 320, NORTH - 100) == pytest.approx(180, abs=2)


def test_grey_sheets_join_colour_sheets(bring_in: Importer, session: Session, storage: Storage, folder: Path) -> None:
    sheet(folder, 0, 0, 80)
    write(folder / "grey.tif", scene(200, 200)[:1], WEST + 200, NORTH, 1)
    bring_in(folder, kind="imagery")
    _, raster = published(session)
    assert [band.name for band in raster.bands] == ["red", "green", "blue"]
    for file in raster.files:
        with rasterio.open(storage.open_name(file.key)) as dataset:
            assert dataset.count == 3


def test_a_sheet_of_another_kind_is_refused_and_counted(bring_in: Importer, session: Session, folder: Path) -> None:
    for column in range(12):
        sheet(folder, column, 0, 80)
    write(folder / "infrared.tif", np.ones((1, 50, 50), np.uint16), WEST, NORTH, 1)
    report = bring_in(folder, kind="imagery")
    assert (report.counts.read, report.counts.kept, report.counts.refused) == (13, 12, 1)
    assert report.verdict == "conditional"
    assert "infrared.tif: its content is values, the other sheets are photographs" in str(report.refusals)


def test_too_many_refused_sheets_fail_and_leave_nothing(
    bring_in: Importer, session: Session, storage: Storage, folder: Path
) -> None:
    sheet(folder, 0, 0, 80)
    damaged = sheet(folder, 1, 0, 80)
    damaged.write_bytes(damaged.read_bytes()[:300])
    with pytest.raises(VerdictFail, match="1 of 2 sheets refused") as failed:
        bring_in(folder, kind="imagery")
    assert failed.value.report is not None
    assert (failed.value.report.verdict, failed.value.report.published_failed) == ("fail", False)
    assert not list(storage.root.rglob("*.tif"))
    report = bring_in(folder, kind="imagery", publish_failed=True)
    assert report.published_failed
    assert len(published(session)[1].files) == 1


def test_bands_of_several_files_are_stacked(
    bring_in: Importer, session: Session, storage: Storage, shared_data: Path, frame: Frame
) -> None:
    """Landsat's red band has its 2nd and 98th percentiles at 6922 and 16798, says the data's MANIFEST."""
    from importers.importing import import_files
    from tests.importers.requests import Asked

    paths = tuple(shared_data / "zion_place" / f"landsat_b{band}.tif" for band in (4, 3, 2))
    options = ImportOptions(read=ReadOptions(others={"stack": "yes"}))
    report = import_files(session, storage, frame, Asked(paths, LayerSpec("landsat", "imagery"), options))
    _, raster = published(session, "landsat")
    assert report.counts.kept == 3
    assert [band.name for band in raster.bands] == ["landsat_b4", "landsat_b3", "landsat_b2"]
    assert raster.stretch is not None
    assert raster.stretch[0] == (6922.0, 16798.0)
    with rasterio.open(storage.open_name(raster.files[0].key)) as ours, rasterio.open(paths[1]) as green:
        assert np.array_equal(ours.read(2), green.read(1))
        assert ours.transform == green.transform


def test_bands_are_chosen_by_number(bring_in: Importer, session: Session, storage: Storage, tmp_path: Path) -> None:
    planes = np.stack([np.full((300, 300), value, np.uint16) for value in (1000, 2000, 3000, 4000)])
    planes += np.arange(300, dtype=np.uint16)
    path = write(tmp_path / "four.tif", planes, WEST, NORTH, 1)
    bring_in(path, kind="imagery", others={"bands": "4,2"})
    _, raster = published(session)
    with rasterio.open(storage.open_name(raster.files[0].key)) as ours:
        assert np.array_equal(ours.read(), planes[[3, 1]])
    with pytest.raises(BadQuery, match="bands 1 to 4"):
        bring_in(path, name="five", kind="imagery", others={"bands": "5"})


def test_classes_keep_their_values_and_colours(
    bring_in: Importer, session: Session, storage: Storage, shared_data: Path
) -> None:
    path = shared_data / "zion_place" / "nlcd2011.tif"
    bring_in(path, kind="imagery")
    _, raster = published(session)
    assert raster.colormap is not None
    with rasterio.open(path) as source, rasterio.open(storage.open_name(raster.files[0].key)) as ours:
        assert np.array_equal(source.read(1), ours.read(1))
        assert ours.colormap(1) == source.colormap(1)
        coarse = ours.read(1, out_shape=(170, 134))
        assert set(np.unique(coarse)) <= set(np.unique(source.read(1))), "no class is invented between two others"
        assert {index: tuple(colour) for index, colour in raster.colormap.items()} == source.colormap(1)


def test_a_picture_across_the_antimeridian_does_not_smear(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    path = write(tmp_path / "fiji.tif", scene(400, 200), 179.0, -17.0, 0.005, crs="EPSG:4326")
    bring_in(path, kind="imagery")
    _, raster = published(session)
    assert len(raster.files) == 2
    assert sorted((round(file.extent.west, 2), round(file.extent.east, 2)) for file in raster.files) == [
        (-180.0, -179.0),
        (179.0, 180.0),
    ]
    seen = []
    for file in raster.files:
        with rasterio.open(storage.open_name(file.key)) as dataset:
            assert dataset.width < 2048
            seen.append((dataset.dataset_mask() > 0).sum())
    assert seen[0] == pytest.approx(seen[1], rel=0.02)


def test_a_raster_of_an_old_datum_is_refused_without_the_citys_transform(bring_in: Importer, tmp_path: Path) -> None:
    path = write(tmp_path / "old.tif", scene(100, 100), 375_000, 3_813_000, 1, crs="EPSG:21460")
    with pytest.raises(NoDatumOperation, match="Beijing 1954"):
        bring_in(path, kind="imagery")


@pytest.mark.parametrize("kind", ["imagery", "elevation"])
def test_what_the_city_supplies_brings_an_old_datum_onto_the_frame(
    session: Session, storage: Storage, frame: Frame, tmp_path: Path, kind: RasterKind
) -> None:
    """The set of parameters leads one way only, between other codes of the two systems than the files have."""
    registry = add_entry(tmp_path / "datum.json", plane("xian80", 2384, PLANE))
    planes = np.full((3, 100, 100), 60, np.uint8)
    planes[:, 48:52, 48:52] = 250
    if kind == "elevation":
        planes = planes[:1].astype(np.float32)
    path = write(tmp_path / "old.tif", planes, SPOT[0], SPOT[1] + 50, 1, crs="EPSG:2345")
    options = ImportOptions(ReadOptions(heights="1985"), city=registry.transforms)
    report = import_path(session, storage, frame, path, LayerSpec("old", kind), options)
    _, raster = published(session, "old")
    assert "xian80" in " ".join(report.operations)
    there = find_transform(parse_crs(2345), parse_crs(frame.storage_srid), city=registry.transforms)
    lon, lat = there.points(SPOT[0] + 50, SPOT[1])
    with rasterio.open(storage.open_name(raster.files[0].key)) as dataset:
        x, y = find_transform(parse_crs(frame.storage_srid), parse_crs(dataset.crs.to_wkt())).points(lon, lat)
        column, row = ~dataset.transform @ (float(x), float(y))
        light = dataset.read(1) > 200
        rows, columns = np.nonzero(light)
        pixel = abs(dataset.transform.a)
        assert (columns.mean() + 0.5) == pytest.approx(column, abs=0.6 / pixel)
        assert (rows.mean() + 0.5) == pytest.approx(row, abs=0.6 / pixel)


def test_another_machine_leaves_what_needs_the_citys_own_to_the_import(
    storage: Storage, frame: Frame, tmp_path: Path
) -> None:
    path = write(tmp_path / "old.tif", scene(100, 100), 375_000, 3_813_000, 1, crs="EPSG:21460")
    making = Making(frame, ImportOptions(), storage.address, 1, heights=False)
    assert make_elsewhere(making, path, 0, ("the city's own",)) is None


def test_inspecting_many_sheets_counts_what_they_have_in_common(tmp_path: Path, frame: Frame) -> None:
    paths = [sheet(tmp_path, column, 0, 90, pixel=4) for column in range(60)]
    found = inspect_rasters(paths, frame)
    assert found.kind == "imagery"
    assert any("60 sheets: CGCS2000" in note for note in found.notes)
    assert len(found.layers) == 50
    assert found.questions == ()


def test_unplaced_sheets_beyond_those_listed_are_asked_for_once(tmp_path: Path, frame: Frame) -> None:
    planes = np.full((3, 8, 8), 90, np.uint8)
    paths = [write(tmp_path / f"{n:02d}.tif", planes, WEST + n * 8, NORTH, 1, crs=None) for n in range(60)]
    found = inspect_rasters(paths, frame)
    assert len(found.layers) == 50
    assert len(found.questions) == 51
    assert found.questions[-1].option == "--crs"
    assert str(found.questions[-1].what).endswith("50.tif (and 9 more)")


def test_an_unplaced_raster_is_asked_for_with_candidates(tmp_path: Path, frame: Frame) -> None:
    path = write(tmp_path / "where.tif", scene(50, 50), WEST, NORTH, 1, crs=None)
    (question,) = inspect_rasters([path], frame).questions
    assert question.option == "--crs"
    assert "EPSG:4547" in question.choices
    assert "datums" in question.why


def test_a_folder_without_pictures_says_so(bring_in: Importer, folder: Path) -> None:
    (folder / "notes.doc").write_text("nothing")
    with pytest.raises(NothingToImport):
        bring_in(folder, kind="imagery")


def test_progress_of_a_mosaic_never_runs_backwards(
    session: Session, storage: Storage, frame: Frame, folder: Path
) -> None:
    for column in range(3):
        sheet(folder, column, 0, 90)
    told: list[tuple[float, float | None]] = []
    spec = LayerSpec("test", "imagery")
    import_path(session, storage, frame, folder, spec, None, lambda done, total, message: told.append((done, total)))
    shares = [done / total for done, total in told if total]
    assert shares == sorted(shares)
    assert len(shares) > 4
    assert 0.9 < shares[-1] <= 1


def test_cancelling_between_sheets_leaves_the_layer_as_it_was(
    bring_in: Importer, session: Session, storage: Storage, frame: Frame, folder: Path
) -> None:
    for column in range(3):
        sheet(folder, column, 0, 90)
    bring_in(folder, kind="imagery")
    session.commit()
    before = sorted(path.relative_to(storage.root) for path in storage.root.rglob("*") if path.is_file())
    told: list[str] = []

    def stop(done: float, total: float | None, message: str) -> None:
        told.append(message)
        if "sheet 2 of 3" in message:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        import_path(session, storage, frame, folder, LayerSpec("test", "imagery"), ImportOptions(), stop)
    after = sorted(path.relative_to(storage.root) for path in storage.root.rglob("*") if path.is_file())
    assert after == before
    assert find_layer(session, "test", ALL).version.number == 1
    assert any("sheet 2 of 3" in message for message in told), told


def test_south_up_pictures_are_turned(bring_in: Importer, session: Session, storage: Storage, tmp_path: Path) -> None:
    planes = np.full((3, 200, 200), 60, np.uint8)
    planes[:, :50] = 220  # the first rows, which lie in the south
    affine = Affine(1, 0, WEST, 0, 1, NORTH - 200)
    bring_in(write(tmp_path / "up.tif", planes, 0, 0, 1, transform=affine), kind="imagery")
    _, raster = published(session)
    assert shown(storage, raster, WEST + 100, NORTH - 190) == pytest.approx(220, abs=3)
    assert shown(storage, raster, WEST + 100, NORTH - 10) == pytest.approx(60, abs=3)
