"""Streets, river, moat and the blocks between them: the district's plan, still square to the axes."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district.scene import Road, Scene, Site, Surface, Water, polygon

PLAN = box(-350, -350, 3350, 2350)
"""Larger than the district, so that it fills its extent when turned."""
WIDTHS = {"primary": 42.0, "secondary": 26.0, "tertiary": 15.0, "residential": 7.0, "path": 4.5}

NORTH_SOUTH = (
    (-170, -400, 2400, "secondary", "青禾路", "Qinghe Road"),
    (200, -400, 2400, "secondary", "环城西路", "West Ring Road"),
    (560, 980, 2400, "tertiary", "拱辰街", "Gongchen Street"),
    (1040, -400, 2400, "primary", "云帆大道", "Yunfan Avenue"),
    (1430, -400, 2400, "tertiary", "木兰街", "Mulan Street"),
    (1800, -400, 2400, "secondary", "应天路", "Yingtian Road"),
    (2260, -400, 2400, "primary", "燧光大道", "Suiguang Avenue"),
    (2700, -400, 980, "tertiary", "柳林路", "Liulin Road"),
    (3120, -400, 1330, "secondary", "东风路", "Dongfeng Road"),
)
EAST_WEST = (
    (-190, -400, 3400, "secondary", "南环路", "South Ring Road"),
    (140, -400, 1800, "secondary", "环城南路", "City Wall South Road"),
    (560, 1040, 2260, "tertiary", "书院街", "Academy Street"),
    (980, -400, 3400, "primary", "滨河大道", "Riverside Avenue"),
    (1330, -400, 3400, "secondary", "星河路", "Xinghe Road"),
    (1690, -400, 2260, "secondary", "文昌路", "Wenchang Road"),
    (2040, -400, 2260, "tertiary", "向阳街", "Xiangyang Street"),
    (330, 2260, 3400, "path", "机耕路一", "Farm Road 1"),
    (690, 2260, 3400, "path", "机耕路二", "Farm Road 2"),
)

WALL_OUTER, WALL_INNER = box(340, 280, 900, 840), box(354, 294, 886, 826)
TOWN_CENTRE = (620.0, 560.0)
GATES = ((620, 833, "北门"), (620, 287, "南门"), (893, 560, "东门"), (347, 560, "西门"))
HILL = (2745.0, 1730.0)
"""East, north of the hill's summit on the square plan."""

USES: tuple[tuple[tuple[float, float, float, float], str], ...] = (
    ((200, 140, 1040, 980), "ring_park"),
    ((2280, 1330, 3400, 2400), "hill"),
    ((2700, 330, 3120, 690), "village"),
    ((2260, -400, 3400, 980), "fields"),
    ((2260, 980, 3400, 1330), "park"),
    ((1800, -400, 2260, 560), "industry"),
    ((1800, 560, 2260, 980), "industry"),
    ((1040, 140, 1430, 560), "school"),
    ((1430, 560, 1800, 980), "hospital"),
    ((1430, 140, 1800, 560), "estate"),
    ((1040, -400, 1800, 980), "estate"),
    ((1430, 1330, 1800, 1690), "civic"),
    ((1040, 1330, 1430, 1690), "commerce"),
    ((1800, 1330, 2260, 1690), "towers"),
    ((560, 1330, 1040, 1690), "towers"),
    ((1430, 1690, 1800, 2040), "city_park"),
    ((-400, -400, 200, 560), "industry"),
    ((-400, 980, 2260, 1110), "shops"),
    ((-400, -400, 3400, 2400), "estate"),
)
"""The first box that holds a block's middle decides its use."""


@dataclass(frozen=True)
class Block:
    """A piece of land between streets and its use."""

    shape: Polygon
    use: str


def lay_out(scene: Scene) -> list[Block]:
    """Add streets, water and the walled town's relics to the scene and return the blocks between them."""
    _add_streets(scene)
    river_strip = _add_water(scene)
    _add_relics(scene)
    # A park has paths through it; the field tracks are what parts the fields.
    carriage = shapely.union_all([road.area for road in scene.roads])
    water = shapely.union_all([water.shape for water in scene.water])
    scene.surfaces.append(Surface(river_strip, "lawn"))
    walled = box(280, 220, 960, 900)
    free = PLAN.difference(shapely.union_all([carriage, water, river_strip, walled]))
    return [Block(part, _use(part)) for part in shapely.get_parts(free) if part.area > 900]


def _use(shape: BaseGeometry) -> str:
    x, y = shape.centroid.x, shape.centroid.y
    return next(use for (west, south, east, north), use in USES if west <= x <= east and south <= y <= north)


def _add_streets(scene: Scene) -> None:
    for x, south, north, kind, name, name_en in NORTH_SOUTH:
        scene.roads.append(Road(LineString([(x, south), (x, north)]), kind, WIDTHS[kind], name, name_en))
    for y, west, east, kind, name, name_en in EAST_WEST:
        scene.roads.append(Road(LineString([(west, y), (east, y)]), kind, WIDTHS[kind], name, name_en))
    for points, name, name_en in (
        (((620, 140), (620, 980)), "中山大街", "Zhongshan Street"),
        (((200, 560), (1040, 560)), "府前街", "Fuqian Street"),
    ):
        scene.roads.append(Road(LineString(points), "tertiary", 12, name, name_en))
    scene.roads.append(Road(_hill_road(), "residential", 6, "芒岭山路", "Mangling Hill Road"))


def _hill_road() -> LineString:
    """Return a road that winds up the hill from the west, a third of a turn a hundred metres closer each."""
    turn = np.linspace(np.pi * 1.06, np.pi * 2.55, 60)
    radius = np.linspace(455, 95, 60)
    x, y = HILL[0] + radius * np.cos(turn), HILL[1] + 0.78 * radius * np.sin(turn)
    return LineString([(2260, 1560), *zip(x.tolist(), y.tolist(), strict=True)])


def river_axis() -> LineString:
    """Return the river's axis across the plan."""
    x = np.linspace(-420, 3420, 260)
    y = 1158 + 26 * np.sin(x / 210) + 14 * np.sin(x / 83 + 1.3)
    return LineString(np.column_stack([x, y]))


def _add_water(scene: Scene) -> BaseGeometry:
    axis = river_axis()
    x = np.asarray(axis.coords)[:, 0]
    half = 15 + 3 * np.sin(x / 140 + 0.6) + 1.5 * np.sin(x / 47)
    y = np.asarray(axis.coords)[:, 1]
    river = Polygon(np.vstack([np.column_stack([x, y + half]), np.column_stack([x, y - half])[::-1]]))
    scene.water.append(Water(river, "清溪河", "Qingxi River", "1101"))
    moat = _wavy(box(283, 223, 957, 897), 3.0).difference(box(322, 262, 918, 858))
    for street in (box(612, 100, 628, 1000), box(100, 552, 1100, 568)):
        moat = moat.difference(street)
    scene.water.append(Water(moat, "护城河", "Town moat", "1102"))
    pond = _wavy(shapely.Point(1610, 1860).buffer(78), 9.0)
    scene.water.append(Water(pond, "映月湖", "Yingyue Lake", "1102"))
    for east, north, radius in ((2860, 205, 32), (2420, 560, 24), (3010, 820, 38)):
        scene.water.append(Water(_wavy(shapely.Point(east, north).buffer(radius), 5.0), "鱼塘", "Fish pond", "1104"))
    return axis.buffer(46).difference(river)


def _wavy(shape: BaseGeometry, amplitude: float) -> Polygon:
    """Return a polygon with its straight banks made uneven, the way spades and water leave them."""
    points = np.asarray(polygon(shapely.segmentize(shape, 8)).exterior.coords)[:-1]
    angle = np.linspace(0, 2 * np.pi, len(points), endpoint=False)
    centre = points.mean(axis=0)
    swing = amplitude * (np.sin(7 * angle) + 0.6 * np.sin(13 * angle + 1) + 0.4 * np.sin(29 * angle)) / 2
    outward = (points - centre) / np.linalg.norm(points - centre, axis=1, keepdims=True)
    return Polygon(points + outward * swing[:, None])


def _add_relics(scene: Scene) -> None:
    wall = WALL_OUTER.difference(WALL_INNER)
    for x, y, _ in GATES:
        wall = wall.difference(box(x - 8, y - 8, x + 8, y + 8))
    scene.surfaces.append(Surface(wall, "rampart"))
    town = ("示范古城墙", "Old town wall (invented)", "省级", "明")
    scene.sites.append(Site(wall, *town, "relic"))
    scene.sites.append(Site(WALL_OUTER.buffer(60, join_style="mitre").difference(wall), *town, "protection"))
    ring = WALL_OUTER.buffer(160, join_style="mitre").difference(WALL_OUTER.buffer(60, join_style="mitre"))
    scene.sites.append(Site(ring, *town, "control"))
    for x, y, name, name_en, level, period, size in (
        (498, 682, "文庙大成殿", "Confucian temple", "省级", "明", (34, 22)),
        (742, 682, "府衙旧址", "Former prefecture office", "市级", "清", (36, 20)),
        (2745, 1730, "芒岭塔", "Mangling pagoda", "国家级", "宋", (13, 13)),
    ):
        relic = box(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
        about = (f"{name}（虚构）", f"{name_en} (invented)", level, period)
        scene.sites.append(Site(relic, *about, "relic"))
        scene.sites.append(Site(relic.buffer(25).difference(relic), *about, "protection"))
        scene.sites.append(Site(relic.buffer(75).difference(relic.buffer(25)), *about, "control"))
