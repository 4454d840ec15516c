"""How the blocks of a town fill up: housing estates, towers, shops, schools, works."""

from collections.abc import Callable, Iterator

import numpy as np
import shapely
from shapely import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district.names import ESTATES
from geoservice.demo.district.planting import scatter
from geoservice.demo.district.scene import Building, Parcel, Scene, Surface, polygon, rectangle

Fill = Callable[[Polygon, np.random.Generator, Scene], None]
STOREY = 2.95


def cells(area: BaseGeometry, width: float, depth: float) -> Iterator[tuple[float, float, float, float]]:
    """Yield boxes of about the given size that fill an area's box without a remainder."""
    west, south, east, north = area.bounds
    columns = max(1, round((east - west) / width))
    rows = max(1, round((north - south) / depth))
    across, up = (east - west) / columns, (north - south) / rows
    for row in range(rows):
        for column in range(columns):
            yield (
                west + column * across,
                south + row * up,
                west + (column + 1) * across,
                south + (row + 1) * up,
            )


def estate(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Fill a block with estates: rows of slabs facing south, far enough apart for the winter sun."""
    for number, cell in enumerate(cells(block, 190, 250)):
        part = block.intersection(box(*cell))
        if part.area < 1500 or not isinstance(part, Polygon):
            continue
        name = str(rng.choice(ESTATES)) + ("" if number % 2 else "东区")
        scene.parcels.append(Parcel(part, "0701", "estate", name))
        scene.surfaces.append(Surface(part, "garden"))
        _slabs(part.buffer(-9, join_style="mitre"), int(rng.choice([6, 6, 7, 11, 18])), name, rng, scene)
        scene.trees.append(scatter(part.buffer(-3), 8.5, rng, (1.6, 3.4)))


def _slabs(inner: BaseGeometry, floors: int, name: str, rng: np.random.Generator, scene: Scene) -> None:
    if inner.is_empty:
        return
    west, south, east, north = inner.bounds
    depth, height, number = float(rng.choice([12.0, 13.5, 14.5])), floors * STOREY, 0
    for y in np.arange(south + depth, north - depth / 2, depth + max(17.0, 0.95 * height)):
        x = west + 4
        lane = rectangle((west + east) / 2, y + depth / 2 + 5, east - west, 4.5).intersection(inner)
        scene.surfaces.append(Surface(lane, "lane"))
        while x < east - 20:
            length = float(rng.choice([28.0, 42.0, 42.0, 56.0]))
            slab = rectangle(x + length / 2, y, length, depth)
            if inner.contains(slab) and rng.random() > 0.05:
                number += 1
                roof = "flat_red" if floors <= 6 and rng.random() < 0.35 else "flat"
                scene.buildings.append(Building(slab, "residential", floors, height, roof, f"{name}{number}号楼"))
            x += length + 11


def towers(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Fill a block with point towers in a garden."""
    name = str(rng.choice(ESTATES))
    scene.parcels.append(Parcel(block, "0701", "estate", name))
    scene.surfaces.append(Surface(block, "garden"))
    inner = block.buffer(-16)
    for number, (west, south, east, north) in enumerate(cells(inner, 74, 82)):
        x, y = (west + east) / 2 + rng.uniform(-6, 6), (south + north) / 2 + rng.uniform(-6, 6)
        floors = int(rng.integers(24, 34))
        tower = polygon(shapely.union_all([rectangle(x, y, 30, 15), rectangle(x, y + 2, 13, 24)]))
        scene.surfaces.append(Surface(rectangle(x, y - 24, 64, 5), "lane"))
        scene.surfaces.append(Surface(Point(x + 34, y).buffer(9), "paving"))
        if inner.contains(tower):
            label = f"{name}{number + 1}号楼"
            scene.buildings.append(Building(tower, "residential", floors, floors * STOREY, "flat", label))
    scene.trees.append(scatter(block.buffer(-4), 7.5, rng, (1.6, 3.2)))


def shops(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Line a narrow block with shops and offices."""
    scene.surfaces.append(Surface(block, "paving"))
    for west, south, east, north in cells(block, 62, 200):
        part = block.intersection(box(west, south, east, north))
        if part.area < 500 or not isinstance(part, Polygon):
            continue
        scene.parcels.append(Parcel(part, "0501", "company", "滨河大道"))
        floors = int(rng.choice([3, 4, 5, 8]))
        low_west, low_south, low_east, low_north = part.bounds
        house = box(low_west + 5, low_south + 14, low_east - 5, min(low_south + 38, low_north - 8))
        scene.surfaces.append(Surface(part.intersection(box(low_west, low_south + 44, low_east, low_north)), "garden"))
        behind = box(low_west + 6, low_south + 58, low_east - 6, low_south + 71)
        if part.buffer(-4).contains(behind):
            scene.surfaces.append(Surface(rectangle(behind.centroid.x, low_south + 50, low_east - low_west, 5), "lane"))
            scene.buildings.append(Building(behind, "residential", 6, 6 * STOREY, "flat", "滨河家园"))
        if part.contains(house) and house.area > 200:
            scene.buildings.append(Building(house, "commercial", floors, floors * 3.8, "flat_units", "沿街商铺"))
    scene.trees.append(scatter(block, 11, rng, (1.6, 2.9)))


def commerce(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Build malls with towers on a paved block."""
    scene.surfaces.append(Surface(block, "paving"))
    beds = [box(*cell).buffer(-5.5) for cell in cells(block, 23, 23)]
    scene.surfaces += [Surface(bed.intersection(block.buffer(-4)), "lawn") for bed in beds if rng.random() < 0.45]
    for number, cell in enumerate(cells(block, 175, 165)):
        part = block.intersection(box(*cell))
        scene.parcels.append(Parcel(part, "0505", "company", "星河路"))
        middle = part.centroid
        podium = rectangle(middle.x, middle.y, 118, 96).intersection(part.buffer(-14))
        tower = rectangle(middle.x - 18, middle.y + 12, 40, 36)
        name = ("云帆广场", "应天中心", "木兰百货", "星河大厦")[number % 4]
        podium = polygon(podium.difference(tower))
        scene.buildings.append(Building(podium, "commercial", 5, 24.0, "flat_units", name))
        floors = int(rng.integers(20, 38))
        scene.buildings.append(Building(tower, "commercial", floors, floors * 3.9, "flat", f"{name}主楼"))
        scene.surfaces.append(Surface(rectangle(middle.x, middle.y - 64, 130, 24), "parking"))
    scene.trees.append(scatter(block.buffer(-4), 9.5, rng, (1.8, 2.8)))


def civic(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Build a government seat on its axis: square, hall, wings, library."""
    scene.parcels.append(Parcel(block, "0801", "state", "文昌路"))
    x, y = block.centroid.x, block.centroid.y
    scene.surfaces += [
        Surface(block, "lawn"),
        Surface(rectangle(x, y - 88, 96, 120), "plaza"),
        Surface(rectangle(x, y + 22, 300, 12), "plaza"),
        Surface(Point(x, y - 88).buffer(17), "fountain"),
    ]
    scene.buildings += [
        Building(rectangle(x, y + 58, 128, 28), "public", 12, 48.0, "flat", "市民中心"),
        Building(rectangle(x - 112, y + 20, 26, 92), "public", 5, 20.0, "flat", "政务服务中心"),
        Building(rectangle(x + 112, y + 20, 26, 92), "public", 5, 20.0, "flat", "规划展览馆"),
        Building(rectangle(x - 112, y - 92, 62, 44), "public", 4, 19.0, "flat_units", "图书馆"),
        Building(rectangle(x + 112, y - 92, 62, 44), "public", 4, 19.0, "shed_white", "科技馆"),
    ]
    scene.trees.append(scatter(block.buffer(-3), 8.5, rng, (1.6, 3.4)))


def school(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Build a school: teaching blocks, a hall and a running track of 400 m."""
    scene.parcels.append(Parcel(block, "0803", "state", "书院街"))
    scene.surfaces.append(Surface(block, "garden"))
    x, y = block.centroid.x, block.centroid.y
    straight = shapely.LineString([(x - 42.2, y - 105), (x + 42.2, y - 105)])
    scene.surfaces += [
        Surface(straight.buffer(46.3), "track"),
        Surface(straight.buffer(36.5), "pitch"),
        Surface(rectangle(x + 125, y - 105, 52, 92), "court"),
        Surface(rectangle(x, y - 20, 250, 14), "plaza"),
    ]
    for row in range(4):
        scene.buildings.append(
            Building(rectangle(x - 70, y + 22 + 34 * row, 92, 13), "public", 5, 19.0, "flat", "教学楼")
        )
        scene.buildings.append(
            Building(rectangle(x + 60, y + 22 + 34 * row, 62, 15), "public", 5, 18.5, "flat", "实验楼")
        )
    scene.buildings.append(Building(rectangle(x + 132, y + 60, 36, 56), "public", 2, 14.0, "shed_blue", "体育馆"))
    scene.trees.append(scatter(block.buffer(-4), 9, rng, (1.8, 3.2)))


def hospital(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Build a hospital: an H of wards, an outpatients' hall, parking."""
    scene.parcels.append(Parcel(block, "0805", "state", "应天路"))
    scene.surfaces.append(Surface(block, "garden"))
    x, y = block.centroid.x, block.centroid.y
    wards = [rectangle(x, y + 40, 150, 20), rectangle(x, y + 100, 150, 20), rectangle(x, y + 70, 22, 60)]
    scene.buildings += [
        Building(polygon(shapely.union_all(wards)), "public", 16, 58.0, "flat", "住院部"),
        Building(rectangle(x, y - 28, 170, 56), "public", 4, 18.0, "flat_units", "门诊楼"),
        Building(rectangle(x - 112, y + 130, 44, 22), "public", 3, 11.0, "flat", "后勤楼"),
    ]
    scene.surfaces += [
        Surface(rectangle(x, y - 105, 200, 62), "parking"),
        Surface(rectangle(x, y - 64, 240, 10), "lane"),
    ]
    scene.trees.append(scatter(block.buffer(-4), 8, rng, (1.8, 3.2)))


def industry(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Fill a block with works: sheds of sheet steel on concrete yards, an office by the gate."""
    for cell in cells(block, 210, 180):
        part = block.intersection(box(*cell))
        if part.area < 4000 or not isinstance(part, Polygon):
            continue
        scene.parcels.append(Parcel(part, str(rng.choice(["0601", "0601", "0604"])), "company", "环城南路"))
        yard = part.buffer(-6, join_style="mitre")
        scene.surfaces += [Surface(part, "rough"), Surface(yard, "concrete")]
        west, south, east, north = yard.bounds
        for _, (low_x, low_y, high_x, high_y) in zip(
            range(9), cells(box(west, south + 26, east, north), 86, 46), strict=False
        ):
            shed = box(low_x + 5, low_y + 5, high_x - 5 - rng.uniform(0, 12), high_y - 6)
            if yard.contains(shed) and rng.random() > 0.1:
                roof = str(rng.choice(["shed_blue", "shed_blue", "shed_white", "shed_grey"]))
                scene.buildings.append(Building(shed, "industrial", 1, float(rng.uniform(8, 12)), roof, "厂房"))
        office = rectangle(west + 34, south + 12, 46, 13)
        if yard.contains(office):
            scene.buildings.append(Building(office, "industrial", 4, 14.5, "flat", "办公楼"))
        scene.surfaces.append(
            Surface(rectangle((west + east) / 2 + 30, south + 12, 60, 15).intersection(yard), "parking")
        )
        scene.trees.append(scatter(part.difference(yard), 6, rng, (1.2, 2.4)))
