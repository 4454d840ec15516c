"""Streets as the camera sees them: pavements, carriageways, markings, zebra crossings, cars moving and parked."""

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
import shapely.affinity
import shapely.ops
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district.canvas import Image, fill
from geoservice.demo.district.palette import CARS, COVERS, ROAD_COVER, Colour
from geoservice.demo.district.scene import Road, Scene, Surface, polygon

WHITE: Colour = (206, 206, 200)
YELLOW: Colour = (214, 184, 96)
BUS: Colour = (218, 190, 60)


def paint_streets(image: Image, grain: Image, scene: Scene, rng: np.random.Generator) -> None:
    """Paint all streets, the widest last, with what drives and parks on them."""
    ordered = sorted(scene.roads, key=lambda road: road.width)
    for road in ordered:
        fill(image, road.area, COVERS["paving" if road.width > 8 else ROAD_COVER[road.kind]].tint(rng))
        fill(grain, road.area, 9)
    for road in ordered:
        if road.width > 8:
            edge = 4.4 if road.width > 20 else 2.6
            fill(image, road.axis.buffer(road.width / 2 - edge, cap_style="flat"), COVERS[ROAD_COVER[road.kind]].colour)
    crossings = _crossings(ordered)
    for road in ordered:
        _mark(image, road, crossings)
    for crossing in crossings:
        fill(image, crossing, COVERS[ROAD_COVER["primary"]].colour)
    for road in ordered:
        _drive(image, road, rng)
    for surface in scene.surfaces:
        if surface.cover in ("parking", "lane"):
            _park(image, surface, rng)


def _crossings(roads: Iterable[Road]) -> list[BaseGeometry]:
    """Return where carriageways cross: no marking is painted there."""
    wide = [road for road in roads if road.width > 8]
    lanes = [road.axis.buffer(road.width / 2 - 3, cap_style="flat") for road in wide]
    return [
        first.intersection(second)
        for number, first in enumerate(lanes)
        for second in lanes[:number]
        if first.intersection(second).area > 60
    ]


def _mark(image: Image, road: Road, crossings: Sequence[BaseGeometry]) -> None:
    """Paint a road's median or centre line, lane dashes and zebra stripes before its crossings."""
    if road.width < 12:
        return
    stop = shapely.union_all([crossing.buffer(9, join_style="mitre") for crossing in crossings])
    axis = road.axis.difference(stop)
    lanes: tuple[float, ...]
    if road.kind == "primary":
        fill(image, axis.buffer(2.2, cap_style="flat"), COVERS["median"].colour)
        lanes = (6.0, 9.6, -6.0, -9.6)
    else:
        fill(image, axis.buffer(0.3, cap_style="flat"), YELLOW)
        lanes = (4.0, -4.0) if road.width > 20 else ()
    for offset in lanes:
        line = road.axis.offset_curve(offset).difference(stop)
        for part in shapely.get_parts(line):
            for start in np.arange(0, part.length - 6, 14):
                dash = shapely.ops.substring(part, start, start + 5)
                fill(image, dash.buffer(0.26, cap_style="flat"), WHITE)
    _zebra(image, road, crossings)


def _zebra(image: Image, road: Road, crossings: Sequence[BaseGeometry]) -> None:
    half = road.width / 2 - 5
    for crossing in crossings:
        if crossing.distance(road.axis) > 0.1:
            continue
        before = road.axis.intersection(
            crossing.buffer(6, join_style="mitre").difference(crossing.buffer(2, join_style="mitre"))
        )
        for part in shapely.get_parts(before):
            for offset in np.arange(-half, half, 1.6):
                if part.geom_type == "LineString" and part.length > 1:
                    fill(image, part.offset_curve(float(offset)).buffer(0.4, cap_style="flat"), WHITE)


def _drive(image: Image, road: Road, rng: np.random.Generator) -> None:
    """Put cars on the lanes, thicker on the wide streets."""
    if road.width < 12:
        return
    gap = {"primary": 34, "secondary": 46}.get(road.kind, 75)
    lanes: tuple[float, ...] = (2.2, 6.0) if road.width > 20 else (2.2,)
    for offset in (4.2, 7.8, 11.4) if road.kind == "primary" else lanes:
        for side in (offset, -offset):
            line = road.axis.offset_curve(side)
            if not isinstance(line, LineString):
                continue
            place = float(rng.uniform(0, gap))
            while place < line.length - 8:
                _car(image, line, place, rng)
                place += float(rng.exponential(gap)) + 8


def _car(image: Image, line: LineString, place: float, rng: np.random.Generator, parked: bool = False) -> None:
    bus = not parked and rng.random() < 0.05
    length, width = (11.5, 2.6) if bus else (4.6, 1.9)
    body = shapely.ops.substring(line, place, place + length)
    colour = CARS[int(rng.integers(len(CARS)))]
    fill(image, shapely.affinity.translate(body, -0.5, 0.8).buffer(width / 2, cap_style="flat"), (52, 54, 58))
    fill(image, body.buffer(width / 2, cap_style="flat"), BUS if bus else colour)
    if not bus:
        glass = shapely.ops.substring(line, place + 1.2, place + 3.2)
        fill(image, glass.buffer(0.7, cap_style="flat"), tuple(int(value * 0.45) for value in colour))


def _park(image: Image, surface: Surface, rng: np.random.Generator) -> None:
    """Fill a car park with rows of bays, or one side of an estate's lane with cars."""
    for part in shapely.get_parts(surface.shape):
        if part.area < 60 or part.area > 9000:
            continue
        box = polygon(shapely.minimum_rotated_rectangle(part))
        corners = np.asarray(box.exterior.coords)[:-1]
        if np.linalg.norm(corners[1] - corners[0]) < np.linalg.norm(corners[2] - corners[1]):
            corners = np.roll(corners, -1, axis=0)
        along, across = corners[1] - corners[0], corners[3] - corners[0]
        length, depth = float(np.linalg.norm(along)), float(np.linalg.norm(across))
        lane = surface.cover == "lane"
        rows, pitch, taken = ([0.8], 5.6, 0.35) if lane else (np.arange(3.0, depth - 2, 8.6).tolist(), 2.7, 0.62)
        for row in rows:
            for place in np.arange(2.0, length - 4, pitch):
                if rng.random() > taken:
                    continue
                start = corners[0] + along / length * place + across / depth * row
                heading = along / length if lane else across / depth
                _car(image, shapely.LineString([start, start + heading * 4.7]), 0.0, rng, parked=True)
