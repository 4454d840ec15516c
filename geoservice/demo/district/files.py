"""Write the district as the departments' files: one format each, so that a demo shows all that a city hands in."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import rasterio
from rasterio.transform import Affine

from geoservice.demo.district import tables
from geoservice.demo.district.build import district
from geoservice.demo.district.canvas import PIXEL, Image
from geoservice.demo.district.drawing import write_drawing
from geoservice.demo.district.orthophoto import photograph
from geoservice.demo.district.scene import HEIGHT, ORIGIN, SRID, WIDTH, Scene
from geoservice.demo.district.terrain import CELL, Terrain, ground
from geoservice.demo.fixed_date import fixed_date

SHEET = 1000
"""Ground metres of a 1:2000 sheet's side."""
ZONED_SRID = 4527
Told = Callable[[str, float], None]


def write_district(folder: Path, told: Told = lambda step, share: None) -> None:
    """Write every file of the district into a folder; ``told`` hears of each step and the share done."""
    scene = district()
    terrain = ground(scene)
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("parcels, buildings, roads", lambda: write_vectors(scene, terrain, folder)),
        ("topographic drawing", lambda: write_drawing(scene, terrain, folder / "地形图1比2000.dxf")),
        ("elevation model", lambda: write_ground(terrain, folder / "dem_5m.tif")),
        ("files with mistakes", lambda: write_broken(scene, terrain, folder / "broken")),
        ("orthophoto", lambda: _write_sheets(photograph(scene, terrain), folder / "orthophoto")),
    )
    for number, (step, write) in enumerate(steps):
        told(step, number / len(steps))
        write()
    told("district", 1.0)


def write_vectors(scene: Scene, terrain: Terrain, folder: Path) -> None:
    """Write every vector file and table, a format each."""
    folder.mkdir(parents=True, exist_ok=True)
    buildings = tables.buildings(scene, terrain)
    with fixed_date():
        _write_shapefile(tables.parcels(scene).to_crs(ZONED_SRID), folder / "parcels.zip", "宗地", leave_out=(".cpg",))
        _fresh(folder / "planning.gpkg")
        buildings.to_file(folder / "planning.gpkg", layer="buildings", driver="GPKG", engine="pyogrio")
        tables.plan_units(scene).to_file(folder / "planning.gpkg", layer="plan_units", driver="GPKG", engine="pyogrio")
        roads = tables.roads(scene).to_crs(4326)
        roads.to_file(_fresh(folder / "roads.geojson"), driver="GeoJSON", engine="pyogrio", COORDINATE_PRECISION="8")
        _fresh(folder / "water.xsd")
        tables.water(scene).to_crs(4490).to_file(
            _fresh(folder / "water.gml"), driver="GML", engine="pyogrio", FORMAT="GML3.2"
        )
        heritage = tables.heritage(scene).to_crs(4326)
        heritage.to_file(_fresh(folder / "heritage.kml"), driver="LIBKML", engine="pyogrio", layer="heritage")
    for table, name in ((tables.boreholes(terrain), "boreholes.csv"), (tables.air_stations(scene), "air_quality.csv")):
        table.drop(columns="geometry").to_csv(folder / name, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _fresh(path: Path) -> Path:
    path.unlink(missing_ok=True)
    return path


def _write_shapefile(table: gpd.GeoDataFrame, archive: Path, name: str, leave_out: tuple[str, ...] = ()) -> None:
    """Write a zipped Shapefile in GBK, as CASS and ArcGIS leave them on a Chinese desktop. By Arrow days stay days."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.shp"
        table.to_file(path, driver="ESRI Shapefile", engine="pyogrio", encoding="CP936", use_arrow=True)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for part in sorted(Path(folder).iterdir()):
                if part.suffix not in leave_out:
                    entry = zipfile.ZipInfo(part.name, (2026, 1, 1, 0, 0, 0))
                    packed.writestr(entry, part.read_bytes(), zipfile.ZIP_DEFLATED)


def write_ground(terrain: Terrain, path: Path) -> None:
    """Write the ground's heights as a GeoTIFF of 5 m cells."""
    rows, columns = terrain.heights.shape
    transform = Affine(CELL, 0, ORIGIN[0] + terrain.west, 0, -CELL, ORIGIN[1] + terrain.north)
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32", crs=SRID,
        transform=transform, nodata=-9999, compress="deflate", predictor=3,
    ) as raster:  # fmt: skip
        raster.write(terrain.heights, 1)
        raster.update_tags(AREA_OR_POINT="Area", SOURCE=tables.SOURCE)


def _write_sheets(image: Image, folder: Path) -> None:
    """Cut the image into 1:2000 sheets named by their corner: kilometres north, then east."""
    folder.mkdir(parents=True, exist_ok=True)
    side = int(SHEET / PIXEL)
    for row in range(HEIGHT // SHEET):
        for column in range(WIDTH // SHEET):
            south, west = ORIGIN[1] + HEIGHT - (row + 1) * SHEET, ORIGIN[0] + column * SHEET
            path = folder / f"{south / 1000:.1f}-{west / 1000:.1f}.tif"
            tile = image[row * side : (row + 1) * side, column * side : (column + 1) * side]
            with rasterio.open(
                path, "w", driver="GTiff", width=side, height=side, count=3, dtype="uint8", crs=SRID,
                transform=Affine(PIXEL, 0, west, 0, -PIXEL, south + SHEET), tiled=True, blockxsize=512, blockysize=512,
                compress="jpeg", photometric="ycbcr", jpeg_quality=90,
            ) as raster:  # fmt: skip
                raster.write(tile.transpose(2, 0, 1))
                raster.update_tags(SOURCE=tables.SOURCE)


BROKEN = {
    "without_crs.zip": "a Shapefile without .prj: refused, with what its numbers look like, until --crs is given",
    "mistakes.geojson": "bow-ties, a null geometry, a point outside the city: repaired or refused, and counted",
    "cut_off.tif": "a GeoTIFF whose transfer broke off: refused as damaged",
}


def write_broken(scene: Scene, terrain: Terrain, folder: Path) -> None:
    """Write files with mistakes, and a text that says which."""
    folder.mkdir(parents=True, exist_ok=True)
    some = tables.buildings(scene, terrain).iloc[:40]
    _write_shapefile(some, folder / "without_crs.zip", "房屋", leave_out=(".prj", ".cpg"))
    (folder / "mistakes.geojson").write_text(MISTAKES, encoding="utf-8")
    whole = folder / "whole.tif"
    write_ground(terrain, whole)
    (folder / "cut_off.tif").write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    whole.unlink()
    lines = [f"{name}: {what}" for name, what in BROKEN.items()]
    (folder / "README.txt").write_text("\n".join(["Try `geoservice inspect` on these.", *lines, ""]), encoding="utf-8")


MISTAKES = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"名称": "蝴蝶结"}, "geometry": {"type": "Polygon", "coordinates":
[[[115.65, 34.44], [115.66, 34.45], [115.66, 34.44], [115.65, 34.45], [115.65, 34.44]]]}},
{"type": "Feature", "properties": {"名称": "没有图形"}, "geometry": null},
{"type": "Feature", "properties": {"名称": "经纬度写反"},
"geometry": {"type": "Point", "coordinates": [34.44, 115.65]}},
{"type": "Feature", "properties": {"名称": "正常点"}, "geometry": {"type": "Point", "coordinates": [115.655, 34.445]}}
]}
"""
