"""What lies outside the streets: fields in strips, a village, parks, the wooded hill with its temple and houses."""

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district.layout import HILL
from geoservice.demo.district.planting import scatter
from geoservice.demo.district.scene import Array, Building, Parcel, Scene, Surface, rectangle

CROPS = ("wheat", "wheat", "wheat", "garlic", "stubble", "greenhouse", "orchard", "soil")


def fields(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Cut a block into strips as families farm them; crops, an orchard, tunnels of plastic film."""
    west, south, east, north = block.bounds
    x = west
    while x < east:
        width = float(rng.uniform(18, 62))
        strip = block.intersection(box(x, south, min(x + width, east), north))
        for part in shapely.get_parts(strip):
            if isinstance(part, Polygon) and part.area > 200:
                _field(part, str(rng.choice(CROPS)), rng, scene)
        x += width
    edge = block.buffer(-1).difference(block.buffer(-4))
    scene.trees.append(scatter(edge, 7, rng, (1.5, 2.6)))


def _field(strip: Polygon, crop: str, rng: np.random.Generator, scene: Scene) -> None:
    code = "0201" if crop == "orchard" else "0102"
    scene.parcels.append(Parcel(strip, code, "village", "柳林村"))
    scene.surfaces.append(Surface(strip.buffer(-0.7), f"field_{crop}", np.pi / 2))
    if crop == "orchard":
        west, south, east, north = strip.buffer(-3).bounds
        x, y = (axis.ravel() for axis in np.meshgrid(np.arange(west, east, 5.0), np.arange(south, north, 4.0)))
        x = x + rng.normal(0, 0.25, len(x))
        y = y + rng.normal(0, 0.25, len(y))
        inside = shapely.contains_xy(strip.buffer(-2), x, y)
        scene.trees.append(np.column_stack([x, y, rng.uniform(1.3, 1.9, len(x))])[inside])


def village(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Build a village of the plain: homesteads in rows, the main house at the north of each plot."""
    scene.surfaces.append(Surface(block, "soil"))
    inner = block.buffer(-14, join_style="mitre")
    west, south, east, north = inner.bounds
    for row, y in enumerate(np.arange(south, north - 17, 24.5)):
        scene.surfaces.append(Surface(box(west, y + 18, east, y + 22.5).intersection(inner), "concrete"))
        for x in np.arange(west, east - 15, 15.0 if row % 3 else 16.5):
            plot = box(x, y, x + 14.6, y + 18)
            if inner.contains(plot) and rng.random() > 0.06:
                _homestead(plot, rng, scene)
    scene.trees.append(scatter(block, 10, rng, (1.8, 3.6)))


def _homestead(plot: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    west, south, east, north = plot.bounds
    scene.parcels.append(Parcel(plot, "0702", "person", "柳林村"))
    scene.surfaces.append(Surface(plot.buffer(-0.3), str(rng.choice(["court", "soil", "concrete"]))))
    floors = int(rng.choice([1, 1, 2, 2, 3]))
    roof = str(rng.choice(["gable_red", "gable_red", "flat", "flat_red", "gable_grey"]))
    main = box(west + 0.8, north - 8.2, east - 0.8, north - 0.8)
    scene.buildings.append(Building(main, "residential", floors, floors * 3.2, roof))
    side = box(west + 0.8, south + 1.5, west + 4.6, north - 9.0)
    if rng.random() < 0.7:
        scene.buildings.append(Building(side, "residential", 1, 3.0, "flat"))
    if rng.random() < 0.35:
        shed = box(east - 5.2, south + 1.2, east - 1, south + 5.4)
        scene.buildings.append(Building(shed, "residential", 1, 2.8, "shed_blue"))


def park(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Lay out a riverside park: lawn, groves, a winding path."""
    scene.parcels.append(Parcel(block, "0810", "state", "清溪河滨河绿地"))
    scene.surfaces.append(Surface(block, "lawn"))
    _paths(block, rng, scene)
    groves = shapely.union_all([Point(*point).buffer(float(rng.uniform(14, 34))) for point in _spots(block, 60, rng)])
    scene.trees.append(scatter(block.intersection(groves), 5, rng, (1.8, 3.6)))
    scene.trees.append(scatter(block, 21, rng, (2.0, 4.0)))


def city_park(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Lay out a park round its lake, with a pavilion."""
    park(block, rng, scene)
    lake = Point(1610, 1860)
    scene.surfaces.append(Surface(lake.buffer(97).difference(lake.buffer(90)), "plaza"))
    scene.surfaces.append(Surface(rectangle(1515, 1760, 60, 44), "plaza"))
    scene.buildings.append(Building(rectangle(1515, 1766, 22, 12), "public", 1, 6.5, "temple", "映月轩"))


def ring_park(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Plant the belt between the moat and the ring roads."""
    park(block, rng, scene)
    scene.trees.append(scatter(block.buffer(-4), 9, rng, (2.0, 3.8)))


def _paths(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    west, south, east, north = block.bounds
    wide = east - west >= north - south
    along = np.linspace(west, east, 60) if wide else np.linspace(south, north, 60)
    middle = (south + north) / 2 if wide else (west + east) / 2
    reach = min(26.0, 0.28 * min(east - west, north - south))
    across = middle + reach * np.sin(along / float(rng.uniform(28, 46)) + float(rng.uniform(0, 6)))
    points = np.column_stack([along, across] if wide else [across, along])
    scene.surfaces.append(Surface(LineString(points).buffer(1.7).intersection(block), "path"))


def _spots(block: BaseGeometry, spacing: float, rng: np.random.Generator) -> Array:
    return scatter(block, spacing, rng, (1, 1))[:, :2]


def hill(block: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    """Cover the hill with wood; a pagoda on the summit, a temple, guest houses and a hamlet on its slopes."""
    scene.parcels.append(Parcel(block, "0301", "state", "芒岭林场"))
    scene.surfaces.append(Surface(block, "forest"))
    if not block.contains(Point(*HILL)):
        scene.trees.append(scatter(block, 7, rng, (2.0, 3.6)))
        return
    x, y = HILL
    court = box(x - 26, y - 24, x + 26, y + 24)
    scene.surfaces.append(Surface(court, "plaza"))
    scene.parcels.append(Parcel(court, "0906", "state", "芒岭山顶"))
    scene.buildings.append(Building(rectangle(x, y, 13, 13), "heritage", 9, 38.0, "temple", "芒岭塔（虚构）"))
    houses: list[tuple[float, float, float, str]] = []
    for degrees in range(195, 352, 13):
        for radius, size in ((205, 1.0), (262, 0.85)):
            angle = np.radians(degrees + rng.uniform(-3, 3))
            distance = radius + rng.uniform(-12, 12)
            houses.append((x + distance * np.cos(angle), y + 0.78 * distance * np.sin(angle), size, "山居"))
    for east, north, size, name in houses:
        turn = np.arctan2(north - y, east - x) + np.pi / 2
        house = rectangle(east, north, 24 * size, 11 * size, turn)
        if not block.buffer(-6).contains(house):
            continue
        scene.surfaces.append(Surface(rectangle(east, north, 34 * size, 21 * size, turn), "plaza"))
        roof = str(rng.choice(["gable_red", "gable_grey", "flat_red"]))
        scene.buildings.append(Building(house, "commercial" if size == 1 else "residential", 3, 10.0, roof, name))
    temple = [rectangle(x - 120, y + 92 + 17 * row, 34 - 4 * row, 11) for row in range(3)]
    scene.surfaces.append(Surface(rectangle(x - 120, y + 108, 58, 66), "plaza"))
    scene.buildings += [Building(hall, "heritage", 1, 9.0, "temple", "芒岭寺（虚构）") for hall in temple]
    scene.trees.append(scatter(block, 6.2, rng, (2.0, 4.2)))
