"""The district as values, in metres east and north of its south-west corner; ``ORIGIN`` places it in EPSG:4548."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

Array = npt.NDArray[np.float64]

SRID = 4548
ORIGIN = (375_000.0, 3_812_000.0)
"""East, north of the south-west corner, metres in EPSG:4548 (CGCS2000, Gauss-Kruger, central meridian 117° E)."""
WIDTH, HEIGHT = 3000, 2000
"""Three by two sheets of 1:2000, each 50 cm x 50 cm on paper and 1 km x 1 km on the ground."""
EXTENT = shapely.box(0, 0, WIDTH, HEIGHT)
TURN_DEGREES = -4.0
"""The street grid's turn against grid north: no real town stands exactly square."""


@dataclass(frozen=True)
class Road:
    """A road's axis; ``kind`` is motorway, trunk, primary, secondary, tertiary, residential or path."""

    axis: LineString
    kind: str
    width: float
    name: str
    name_en: str

    @property
    def area(self) -> BaseGeometry:
        """The road from edge to edge."""
        return self.axis.buffer(self.width / 2, cap_style="flat", join_style="mitre")


@dataclass(frozen=True)
class Water:
    """A water surface; ``code`` is its class in GB/T 21010."""

    shape: BaseGeometry
    name: str
    name_en: str
    code: str


@dataclass(frozen=True)
class Building:
    """A building; ``kind`` residential, commercial, industrial, public or heritage; ``roof`` says how it looks."""

    shape: Polygon
    kind: str
    floors: int
    height: float
    roof: str
    name: str = ""


@dataclass(frozen=True)
class Surface:
    """What covers the ground, for the orthophoto only; ``angle`` is the direction of furrows or rows, radians."""

    shape: BaseGeometry
    cover: str
    angle: float = 0.0


@dataclass(frozen=True)
class Parcel:
    """A cadastral parcel; ``code`` is its class in GB/T 21010-2017; ``holder`` person, company, village or state."""

    shape: BaseGeometry
    code: str
    holder: str
    place: str


@dataclass(frozen=True)
class Site:
    """A cultural relic (``zone`` "relic") or one of its two zones ("protection", "control")."""

    shape: BaseGeometry
    name: str
    name_en: str
    level: str
    period: str
    zone: str


@dataclass
class Scene:
    """Everything in the district. ``trees`` are rows of east, north, crown radius."""

    roads: list[Road] = field(default_factory=list)
    water: list[Water] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    surfaces: list[Surface] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    trees: list[Array] = field(default_factory=list)
    street_trees: list[Array] = field(default_factory=list)

    @property
    def all_trees(self) -> Array:
        """All trees as one array of rows."""
        return np.vstack([*self.trees, *self.street_trees, np.empty((0, 3))])


def polygon(shape: BaseGeometry) -> Polygon:
    """Return a shape that must be one polygon, as that.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(shape, Polygon):
        raise TypeError(f"one polygon expected, not {shape.geom_type}")
    return shape


def rectangle(east: float, north: float, width: float, depth: float, turn: float = 0.0) -> Polygon:
    """Return a rectangle about its centre; its first edge is the south one. ``turn`` in radians, counterclockwise."""
    x = np.array([-width, width, width, -width]) / 2
    y = np.array([-depth, -depth, depth, depth]) / 2
    cos, sin = np.cos(turn), np.sin(turn)
    return Polygon(np.column_stack([east + x * cos - y * sin, north + x * sin + y * cos]))


def turned(points: Array) -> Array:
    """Turn points of the square plan by ``TURN_DEGREES`` about the district's middle."""
    angle = np.radians(TURN_DEGREES)
    centre = np.array([WIDTH / 2, HEIGHT / 2])
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray((points - centre) @ rotation + centre)


def placed(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape in EPSG:4548."""
    moved: BaseGeometry = shapely.transform(shape, lambda points: points + np.array(ORIGIN))
    return moved
