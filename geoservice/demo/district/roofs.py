"""Roofs as seen from above: flat ones with parapets and lift heads, gables with a lit and a dark side, ribbed sheds."""

import cv2
import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from geoservice.demo.district.canvas import SHIFT, Image, pixels
from geoservice.demo.district.palette import ROOFS
from geoservice.demo.district.scene import Array, Building, polygon


def paint_roof(image: Image, building: Building, rng: np.random.Generator) -> None:
    """Paint a building's roof as its ``roof`` says."""
    choices = ROOFS[building.roof]
    base = np.array(choices[int(rng.integers(len(choices)))], float) + rng.normal(0, 5)
    brush = _Brush(image)
    style = building.roof.split("_")[0]
    if style in ("gable", "temple") and len(building.shape.exterior.coords) == 5:
        _gable(brush, building.shape, base, ridge=style == "temple")
    elif style == "shed":
        _shed(brush, building.shape, base)
    else:
        _flat(brush, building, base, rng)


class _Brush:
    def __init__(self, image: Image) -> None:
        self.image = image

    def fill(self, shape: Polygon | shapely.geometry.base.BaseGeometry, colour: Array) -> None:
        tone = tuple(float(value) for value in np.clip(colour, 0, 255))
        for part in shapely.get_parts(shape):
            if isinstance(part, Polygon) and not part.is_empty:
                rings = [pixels(np.asarray(ring.coords)) for ring in (part.exterior, *part.interiors)]
                cv2.fillPoly(self.image, rings, tone, cv2.LINE_AA, SHIFT)

    def line(self, start: Array, end: Array, colour: Array) -> None:
        first, last = pixels(np.vstack([start, end]))
        tone = tuple(float(value) for value in np.clip(colour, 0, 255))
        cv2.line(self.image, _point(first), _point(last), tone, 1, cv2.LINE_AA, SHIFT)


def _point(place: npt.NDArray[np.int32]) -> tuple[int, int]:
    return int(place[0]), int(place[1])


def _corners(shape: Polygon) -> Array:
    """Return the corners of the smallest box round a shape, its long side first, south-west of it first."""
    box = polygon(shapely.minimum_rotated_rectangle(shape))
    corners = np.asarray(box.exterior.coords)[:-1]
    if np.linalg.norm(corners[1] - corners[0]) < np.linalg.norm(corners[2] - corners[1]):
        corners = np.roll(corners, -1, axis=0)
    if corners[0, 1] + corners[1, 1] > corners[2, 1] + corners[3, 1]:
        corners = np.roll(corners, -2, axis=0)
    return np.asarray(corners)


def _gable(brush: _Brush, shape: Polygon, base: Array, ridge: bool) -> None:
    """Paint two slopes: the one to the south-east is lit."""
    first, second, third, fourth = _corners(shape)
    start, end = (first + fourth) / 2, (second + third) / 2
    brush.fill(Polygon([first, second, end, start]), base * 1.1)
    brush.fill(Polygon([start, end, third, fourth]), base * 0.76)
    for share in np.arange(0.08, 1, 0.09):
        eave, top = first + (second - first) * share, start + (end - start) * share
        brush.line(eave, top, base * 1.02)
    brush.line(start, end, base * (1.5 if ridge else 1.28))
    if ridge:
        rim = shape.difference(shape.buffer(-0.7))
        brush.fill(rim, base * 0.7)


def _shed(brush: _Brush, shape: Polygon, base: Array) -> None:
    first, second, third, fourth = _corners(shape)
    start, end = (first + fourth) / 2, (second + third) / 2
    brush.fill(shape, base)
    brush.fill(Polygon([first, second, end, start]), base * 1.07)
    brush.fill(Polygon([start, end, third, fourth]), base * 0.92)
    length = float(np.linalg.norm(second - first))
    for place in np.arange(3.0, length, 6.0):
        share = place / length
        brush.line(first + (second - first) * share, fourth + (third - fourth) * share, base * 0.95)
    for share in (0.3, 0.7):  # strips of roof lights
        left, right = first + (fourth - first) * share, second + (third - second) * share
        for place in np.arange(0.06, 0.94, 12 / length):
            brush.line(left + (right - left) * place, left + (right - left) * (place + 5 / length), base * 0.4 + 150)
    brush.line(start, end, base * 1.18)


def _flat(brush: _Brush, building: Building, base: Array, rng: np.random.Generator) -> None:
    """Paint a flat roof: parapet, a felt darker than it, lift heads with their own shade, plant on big ones."""
    shape = building.shape
    brush.fill(shape, base * 1.13)
    inner = shape.buffer(-0.8)
    brush.fill(inner, base * 0.97)
    first, second, third, _ = _corners(shape)
    along, across = second - first, third - second
    length = float(np.linalg.norm(along))
    for place in np.arange(0.5, max(length / 15, 1)) / max(length / 15, 1):
        centre = first + along * place + across * 0.6
        _box(brush, inner, centre, 4.0, 3.2, base, building.floors > 3)
    if building.roof == "flat_units":
        for _ in range(int(shape.area / 160)):
            centre = first + along * rng.uniform(0.1, 0.9) + across * rng.uniform(0.15, 0.85)
            _box(brush, inner, centre, float(rng.uniform(2, 6)), float(rng.uniform(2, 4)), base, True)
    elif building.kind == "residential" and 3 < building.floors < 12 and rng.random() < 0.6:
        for place in np.arange(0.04, 0.95, 3.2 / length):  # solar water heaters in a row
            centre = first + along * place + across * 0.3
            panel = shapely.box(centre[0] - 0.8, centre[1] - 0.9, centre[0] + 0.8, centre[1] + 0.9)
            brush.fill(panel.intersection(inner), np.array([58.0, 64.0, 84.0]))


def _box(brush: _Brush, inner: Polygon, centre: Array, width: float, depth: float, base: Array, shade: bool) -> None:
    x, y = centre
    head = shapely.box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2)
    if shade:
        brush.fill(shapely.affinity.translate(head, -1.1, 1.6).intersection(inner), base * 0.6)
    brush.fill(head.intersection(inner), base * 1.2)
