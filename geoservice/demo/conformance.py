"""A small made-up world for the conformance suites of OGC and STAC: ``geoservice demo --conformance``.

The suites look for what a city does not have: points on both sides of the 180th meridian, lines with a time, almost as
many features as a page holds, a collection without features, and for WMS a town around Blue Lake. Nothing here is
without geometry and nothing is a GeometryCollection, which the suite of Features Part 2 cannot read. Everything is made
by rule, so a test can count it.

No collection begins with its westernmost, easternmost, northernmost or southernmost feature: that suite asks with the
extent itself, transformed and rounded, and compares first pages.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_bounds

from geoservice.demo.blue_lake import blue_lake
from geoservice.jobs.import_request import ImportRequest
from importers.batch import ReadOptions
from layers.frame import WORLD

STATIONS = 9_999
"""One less than the largest page, and more than three pages of the suites' smallest maximum."""
CROSSINGS, REGIONS, VOYAGES, PLACES = 120, 72, 60, 243
FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
Feature = dict[str, Any]
_ASCII = str.maketrans("øŁóź", "oLoz")
_TIMED = ("date", "start", "end", "boolean")
_NEVER = (None, None, None, None)
_TIMES = {
    5: ("2021-04-16", "2021-04-16T10:15:59Z", "2022-04-16T10:16:06Z", True),
    106: ("2022-04-16", "2022-04-16T10:13:19Z", "2023-04-16T10:16:06Z", True),
    200: ("2023-04-16", "2022-04-16T10:15:10Z", "2022-04-16T10:16:06Z", False),
}
"""By place: the three whose relations in time annex A counts; which values they have follows from its counts."""


def write_fixture(folder: Path) -> None:
    """Write every file of the fixture into a folder; longitude, latitude in WGS 84."""
    for name, features in (
        ("crossings", _crossings()), ("regions", _regions()), ("voyages", _voyages()), ("stations", _stations()),
        ("places", _places()),
    ):  # fmt: skip
        document = {"type": "FeatureCollection", "features": list(features)}
        (folder / f"{name}.geojson").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    for title, _, placed in blue_lake():
        around: Any = {"type": "FeatureCollection", "features": placed}
        (folder / f"cite-{title}.geojson").write_text(json.dumps(around), encoding="utf-8")
    _write_raster(folder / "relief.tif", _heights().astype("float32")[None], nodata=-9999)
    _write_raster(folder / "picture.tif", _picture())


def imports(folder: Path) -> list[ImportRequest]:
    """Return the fixture's imports."""
    return [
        _request(folder / "crossings.geojson", "crossings", "跨日界线的点", "Points across the 180th meridian"),
        _request(folder / "regions.geojson", "regions", "有洞的面", "Polygons, each with a hole"),
        _request(folder / "voyages.geojson", "voyages", "带时间的线", "Lines with a time"),
        _request(folder / "stations.geojson", "stations", "9 999 个点", "9 999 points"),
        _request(folder / "places.geojson", "places", "各类属性的点", "Points with properties of every type"),
        _request(folder / "relief.tif", "relief", "高程栅格", "Heights", kind="elevation"),
        _request(folder / "picture.tif", "picture", "影像", "Imagery", kind="imagery"),
        *(_cite(folder, title, style) for title, style, _ in blue_lake()),
    ]


def _cite(folder: Path, title: str, style: Mapping[str, str]) -> ImportRequest:
    """The import of a layer that the suite of WMS finds by its title, which is the same in both languages."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "-", title).lower()
    return _request(folder / f"cite-{title}.geojson", f"cite-{words}", f"cite:{title}", f"cite:{title}", style=style)


def _request(
    path: Path, name: str, zh: str, en: str, kind: str = "", style: Mapping[str, str] | None = None
) -> ImportRequest:
    return ImportRequest(
        (path,), name, kind=kind, style=style, title={"zh": zh, "en": en}, department="base", theme="conformance",
        public=True,
        description={"zh": "一致性测试用的虚构数据。", "en": "Made up, for conformance tests."},
        licence="CC0-1.0", attribution="geoservice: conformance fixture", read=ReadOptions(crs="EPSG:4326"),
        accuracy_m=1.0,
    )  # fmt: skip


def _feature(geometry: str, coordinates: Any, **properties: Any) -> Feature:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


def _crossings() -> Iterator[Feature]:
    """Points from 171° E over 180° to 171° W, between 68° S and 68° N."""
    for n in _round(CROSSINGS, 10):
        lon = 171 + 18 * n / (CROSSINGS - 1)
        lat = 68 * math.sin(n / 5)
        yield _feature(
            "Point", [_degrees(lon - 360 if lon > 180 else lon), _degrees(lat)], name=f"X{n:03d}", rank=n % 5
        )


def _regions() -> Iterator[Feature]:
    """Squares of 20° with a square hole of 5° over all longitudes, from 60° S to 60° N."""
    for n in _round(REGIONS, 37):
        west, south = -180 + 30 * (n % 12) + 5, -60 + 20 * (n // 12)
        rings = [_square(west, south, 18), _square(west + 7, south + 7, 5)[::-1]]
        yield _feature("Polygon", rings, name=f"R{n:02d}", code=f"{n % 12:02d}{n // 12:02d}", area=18.0**2 - 25)


def _voyages() -> Iterator[Feature]:
    """Lines east and north, one that ends every ten days from 2020-01-01."""
    for n in _round(VOYAGES, 30):
        lon, lat = -170 + 5 * n, -50 + 1.5 * n
        line = [[_degrees(lon + step), _degrees(lat + 2 * math.sin(step))] for step in range(6)]
        time = (FIRST_DAY + timedelta(days=10 * n, hours=n % 24)).isoformat().replace("+00:00", "Z")
        yield _feature("LineString", line, name=f"V{n:02d}", time=time)


def _stations() -> Iterator[Feature]:
    """Points along a spiral that spreads them evenly over the globe between 80° S and 80° N."""
    golden = math.pi * (3 - math.sqrt(5))
    for n in _round(STATIONS, 5_000):
        lat = math.degrees(math.asin(0.98 * (2 * n / (STATIONS - 1) - 1)))
        lon = math.degrees(golden * n) % 360 - 180
        yield _feature("Point", [_degrees(lon), _degrees(lat)], name=f"S{n:04d}", height=n % 900, kind="ABC"[n % 3])


def _places() -> Iterator[Feature]:
    """Points whose properties count as the test data of CQL2's abstract test suite do (OGC 21-065, annex A).

    The suite compares with København and 1 038 288: 106 names stand before, 136 after; 120 numbers below, 122 above,
    75 between one and three million. 13 names are not ASCII; ``pop_min`` equals ``pop_max`` in 27 places, and
    ``pop_other`` lies between the two in 94. Three places have a date, an interval and a truth value, 240 have none.
    """
    names = ["Athens", "Berlin", "Bern", "Birmingham", *(f"A{n:03d}" for n in range(100)), "Kiev", "Kobe", "København"]
    names += [f"Łódź {n:02d}" for n in range(12)] + [f"M{n:03d}" for n in range(124)]
    numbers = [*range(1007, 91_000, 1000), *range(1_000_000, 1_030_000, 1000), 1_038_288, 1_611_692, 3_013_258]
    numbers += [*range(1_100_000, 1_530_000, 10_000), *range(4_000_000, 4_077_000, 1000)]
    for n, name in enumerate(names):
        number = numbers[7 * n % PLACES]
        smallest = number + (n >= 94)
        yield _feature(
            "Point", [_degrees(-121 + (n + PLACES // 2) % PLACES), _degrees(60 * math.sin(n / 9))],
            name=name, nameascii=name.translate(_ASCII), pop_other=number, pop_min=smallest,
            pop_max=smallest + 5 * (n >= 27), tags=("foo", "bar")[: n % 3],
            **dict(zip(_TIMED, _TIMES.get(n, _NEVER), strict=True)),
        )  # fmt: skip


def _round(count: int, start: int) -> Iterator[int]:
    """Yield the numbers below ``count``, beginning with ``start`` and going round."""
    return (n % count for n in range(start, start + count))


def _square(west: float, south: float, side: float) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _degrees(value: float) -> float:
    return round(value, 7)


def _heights() -> Any:
    """Half-degree heights that rise and fall with the place, metres."""
    lat, lon = np.mgrid[89.75:-90:-0.5, -179.75:180:0.5]
    return 1500 * (1 + np.sin(np.radians(3 * lon)) * np.cos(np.radians(2 * lat)))


def _picture() -> Any:
    """Half-degree colours: red by longitude, green by latitude, a chequer in blue."""
    row, column = np.mgrid[0:360, 0:720]
    chequer = ((row // 30 + column // 30) % 2) * 120 + 60
    return np.stack([column * 255 // 719, row * 255 // 359, chequer]).astype("uint8")


def _write_raster(path: Path, bands: Any, nodata: float | None = None) -> None:
    count, height, width = bands.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=count, dtype=bands.dtype, crs=4326, nodata=nodata,
        transform=from_bounds(*WORLD.extent, width, height), compress="deflate",
    ) as raster:  # fmt: skip
        raster.write(bands)
