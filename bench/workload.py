"""A city's data, made by rule: a mesh of parcels, winding roads, crowded points, large zones; and lists of tiles.

Always the same for the same scale. ``scale`` 1 is a prefecture: 300 000 parcels, 60 000 roads, 500 000 points.
"""

import json
from pathlib import Path

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

WEST, SOUTH, EAST, NORTH = 114.8, 33.7, 116.6, 34.9
KINDS = ("0102 水浇地", "0103 旱地", "0702 农村宅基地", "0601 工业用地", "0201 果园", "1104 坑塘水面", "1006 农村道路")
SHARES = (0.42, 0.16, 0.16, 0.06, 0.08, 0.07, 0.05)
LEVEL_ZOOMS = {"detail": range(12, 17), "middle": range(10, 12), "small": range(6, 10)}
TILES_A_ZOOM = 60

Floats = npt.NDArray[np.float64]


def make(folder: Path, scale: float) -> None:
    """Write the layers as GeoPackages and the tile lists as JSON, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "tiles.json").exists():  # written last
        return
    rng = np.random.default_rng(20261122)
    # Fewer features fill a smaller city as densely.
    side = np.sqrt(scale)
    east, north = WEST + (EAST - WEST) * side, SOUTH + (NORTH - SOUTH) * side
    for name, build in (("parcels", parcels), ("roads", roads), ("pois", pois), ("zones", zones)):
        build(rng, scale, east, north).to_file(folder / f"{name}.gpkg", layer=name, engine="pyogrio")
    (folder / "tiles.json").write_text(json.dumps(tile_lists(rng, east, north)), encoding="utf-8")


def parcels(rng: np.random.Generator, scale: float, east: float, north: float) -> geopandas.GeoDataFrame:
    """A mesh of quadrangles with five bends on every common edge: 24 vertices each, ten attributes."""
    rows = int(np.sqrt(300_000 * scale * 0.75))
    columns = int(300_000 * scale / rows)
    x, y = np.meshgrid(np.linspace(WEST, east, columns + 1), np.linspace(SOUTH, north, rows + 1))
    cell = np.array([(east - WEST) / columns, (north - SOUTH) / rows])
    nodes = np.stack([x, y], axis=-1) + rng.uniform(-0.3, 0.3, (rows + 1, columns + 1, 2)) * cell
    across, along = _bent(nodes[:, :-1], nodes[:, 1:], cell, rng), _bent(nodes[:-1], nodes[1:], cell, rng)
    corner = nodes[:, :, None]
    rings = np.concatenate(
        [
            corner[:-1, :-1], across[:-1], corner[:-1, 1:], along[:, 1:],
            corner[1:, 1:], across[1:, :, ::-1], corner[1:, :-1], along[:, :-1, ::-1], corner[:-1, :-1],
        ],
        axis=2,
    )  # fmt: skip
    count = rows * columns
    shapes = shapely.polygons(rings.reshape(count, -1, 2))
    kind = rng.choice(len(KINDS), count, p=SHARES)
    number = np.arange(1, count + 1)
    return geopandas.GeoDataFrame(
        {
            "pid": number,
            "code": [f"411400{n:013d}" for n in number],
            "name": [f"商丘市第{n}号宗地" for n in number],
            "dlbm": [KINDS[k][:4] for k in kind],
            "dlmc": [KINDS[k][5:] for k in kind],
            "owner": [f"第{n % 4000}村民委员会" for n in number],
            "area_m2": np.round(shapely.area(shapes) * 1.024e10, 2),
            "status": rng.integers(0, 5, count).astype("int32"),
            "reg_date": [f"20{10 + n % 15}-0{1 + n % 9}-1{n % 10}" for n in number],
            "upd_date": [f"202{n % 6}-0{1 + n % 9}-2{n % 9}" for n in number],
        },
        geometry=shapes,
        crs="EPSG:4490",
    )


def _bent(start: Floats, end: Floats, cell: Floats, rng: np.random.Generator) -> Floats:
    share = (np.arange(1, 6) / 6)[:, None]
    points = start[:, :, None] * (1 - share) + end[:, :, None] * share
    return points + rng.normal(0, 0.02, points.shape) * cell


def roads(rng: np.random.Generator, scale: float, east: float, north: float) -> geopandas.GeoDataFrame:
    """Random walks of 5 to 60 steps; a few of them highways."""
    count = int(60_000 * scale)
    steps = rng.integers(5, 60, count)
    owner = np.repeat(np.arange(count), steps)
    heading = rng.uniform(0, 2 * np.pi, count)[owner] + np.cumsum(rng.normal(0, 0.15, len(owner)))
    moves = np.column_stack([np.cos(heading) / 92_300, np.sin(heading) / 110_900]) * rng.uniform(
        20, 60, (len(owner), 1)
    )
    walked = np.cumsum(moves, axis=0)
    first = np.cumsum(steps) - steps
    start = np.column_stack([rng.uniform(WEST, east, count), rng.uniform(SOUTH, north, count)])
    at = start[owner] + walked - walked[first][owner]
    kinds = np.array(["高速公路", "国道", "省道", "县乡道", "村道"])
    return geopandas.GeoDataFrame(
        {
            "rid": np.arange(1, count + 1),
            "name": [f"第{n}路" for n in range(count)],
            "kind": kinds[rng.choice(5, count, p=[0.01, 0.03, 0.1, 0.26, 0.6])],
            "lanes": rng.integers(1, 8, count).astype("int32"),
            "width_m": np.round(rng.uniform(3, 28, count), 1),
        },
        geometry=shapely.linestrings(at, indices=owner),
        crs="EPSG:4490",
    )


def pois(rng: np.random.Generator, scale: float, east: float, north: float) -> geopandas.GeoDataFrame:
    """Points crowded in towns, a few of them important."""
    count, towns = int(500_000 * scale), max(int(420 * scale), 5)
    middle = np.column_stack([rng.uniform(WEST, east, towns), rng.uniform(SOUTH, north, towns)])
    at = middle[rng.integers(0, towns, count)] + rng.normal(0, 0.01, (count, 2))
    at = np.clip(at, (WEST, SOUTH), (east, north))
    kinds = np.array(["学校", "医院", "超市", "餐馆", "公交站", "银行"])
    return geopandas.GeoDataFrame(
        {
            "poi_id": np.arange(1, count + 1),
            "name": [f"第{n}处" for n in range(count)],
            "kind": kinds[rng.integers(0, len(kinds), count)],
            "rank": rng.zipf(1.6, count).clip(1, 1000).astype("int32"),
            "tel": [f"0370-{2_000_000 + n % 7_000_000}" for n in range(count)],
        },
        geometry=shapely.points(at),
        crs="EPSG:4490",
    )


def zones(rng: np.random.Generator, scale: float, east: float, north: float) -> geopandas.GeoDataFrame:
    """Twenty areas of 20 000 vertices with rough outlines and a hole."""
    shapes = []
    for number in range(20):
        centre = np.array([WEST, SOUTH]) + np.array([(number % 5 + 0.5) / 5, (number // 5 + 0.5) / 4]) * (
            east - WEST, north - SOUTH)  # fmt: skip
        reach = min(east - WEST, north - SOUTH) / 11
        angle = np.linspace(0, 2 * np.pi, 18_000, endpoint=False)
        rough = sum(rng.normal(0, 0.2 / k) * np.sin(k * angle + rng.uniform(0, 6)) for k in (2, 5, 11, 40, 200, 900))
        shell = centre + np.column_stack([np.cos(angle), np.sin(angle)]) * (reach * (1 + 0.3 * np.tanh(rough)))[:, None]
        hole = centre + np.column_stack([np.cos(angle[::9]), np.sin(angle[::9])]) * reach * 0.2
        shapes.append(shapely.Polygon(shell, [hole]))
    return geopandas.GeoDataFrame(
        {
            "zid": np.arange(1, 21),
            "name": [f"防洪区{n}" for n in range(1, 21)],
            "kind": ["行政区" if n % 2 else "蓄滞洪区" for n in range(20)],
            "risk": np.arange(20) % 4,
        },
        geometry=shapely.make_valid(np.array(shapes, dtype=object)),
        crs="EPSG:4490",
    )


def tile_lists(rng: np.random.Generator, east: float, north: float) -> dict[str, list[tuple[int, int, int]]]:
    """Tiles (zoom, column, row) that hold data, by range of zooms, in a fixed shuffled order."""
    lists = {}
    for name, zooms in LEVEL_ZOOMS.items():
        tiles = {
            tile_at(z, rng.uniform(WEST, east), rng.uniform(SOUTH, north)) for z in zooms for _ in range(TILES_A_ZOOM)
        }
        ordered = sorted(tiles)
        lists[name] = [ordered[i] for i in rng.permutation(len(ordered))]
    return lists


def tile_at(zoom: int, lon: float, lat: float) -> tuple[int, int, int]:
    """Zoom, column, row of the Web Mercator tile that holds a place."""
    across = (lon + 180) / 360
    down = (1 - np.arctanh(np.sin(np.radians(lat))) / np.pi) / 2
    return zoom, int(across * 2**zoom), int(float(down) * 2**zoom)


def middle_of(zoom: int, column: int, row: int) -> tuple[float, float]:
    """Longitude and latitude of the middle of a Web Mercator tile."""
    north = np.pi * (1 - 2 * (row + 0.5) / 2**zoom)
    return (column + 0.5) / 2**zoom * 360 - 180, float(np.degrees(np.arctan(np.sinh(north))))
