"""The frame: the one basemap and series of scales that everything is brought onto.

A frame is a value. Another city is another value, read from settings; no code changes with it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from layers.errors import BadFrame
from layers.sentences import say

Text = dict[str, str]
"""A text in several languages, by language tag: ``{"zh": …, "en": …}``."""


class Bounds(NamedTuple):
    """A box in the units of the coordinate system it is said to be in, always east/north order."""

    west: float
    south: float
    east: float
    north: float

    def intersects(self, other: "Bounds") -> bool:
        """Say whether the two boxes share a point (touching counts)."""
        return (
            self.west <= other.east
            and other.west <= self.east
            and self.south <= other.north
            and other.south <= self.north
        )

    def union(self, other: "Bounds") -> "Bounds":
        """Return the smallest box around both."""
        return Bounds(
            min(self.west, other.west),
            min(self.south, other.south),
            max(self.east, other.east),
            max(self.north, other.north),
        )


@dataclass(frozen=True)
class Department:
    """A department of the city's government, which layers belong to."""

    id: str
    title: Text = field(hash=False)


DEPARTMENTS = (
    Department("base", {"zh": "基础底图", "en": "Basemap"}),
    Department("planning", {"zh": "规划", "en": "Planning"}),
    Department("land", {"zh": "国土", "en": "Land"}),
    Department("transport", {"zh": "交通", "en": "Transport"}),
    Department("environment", {"zh": "环保", "en": "Environment"}),
    Department("agriculture", {"zh": "农林水气", "en": "Agriculture, forestry, water and weather"}),
    Department("heritage", {"zh": "文物", "en": "Cultural relics"}),
    Department("geology", {"zh": "地质", "en": "Geology"}),
)

SCALES = (1_000_000, 500_000, 250_000, 100_000, 50_000, 25_000, 10_000, 5_000, 2_000, 1_000, 500)
"""Denominators of the national series of scales, GB/T 13989-2012."""


@dataclass(frozen=True)
class Frame:
    """One place's coordinate systems, extent and scales.

    ``extent`` is in degrees of the storage CRS. ``exchange_srids`` are further EPSG codes offered for output; each must
    share the storage CRS's datum, so that offering it never hides a datum step. ``source_srids`` are the codes an
    importer proposes when a file names none. ``heights`` are the lowest and highest ground to be expected, metres.
    """

    name: str
    title: Text = field(hash=False)
    extent: Bounds
    storage_srid: int = 4490
    metric_srid: int = 4509
    height_srid: int | None = 5737
    scales: tuple[int, ...] = SCALES
    departments: tuple[Department, ...] = DEPARTMENTS
    exchange_srids: tuple[int, ...] = ()
    source_srids: tuple[int, ...] = ()
    heights: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse a frame that contradicts itself."""
        west, south, east, north = self.extent
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise BadFrame(say("frame-extent", extent=tuple(self.extent), name=self.name))
        if list(self.scales) != sorted(set(self.scales), reverse=True) or not self.scales or self.scales[-1] <= 0:
            raise BadFrame(say("frame-scales", name=self.name))

    @property
    def centre(self) -> tuple[float, float]:
        """East, north of the middle of the extent, in degrees."""
        return (self.extent.west + self.extent.east) / 2, (self.extent.south + self.extent.north) / 2


SHANGQIU = Frame(
    name="shangqiu",
    title={"zh": "商丘市", "en": "Shangqiu"},
    extent=Bounds(114.8, 33.7, 116.7, 34.9),
    heights=(10.0, 200.0),
    exchange_srids=(4498, 4526, 4527, 4547, 4548),
    source_srids=(
        *(4490, 4326, 4509, 4498, 4547, 4526, 4548, 4527),  # CGCS2000 and WGS 84
        *(4610, 2345, 2334, 2383, 2362, 2384, 2363),  # Xi'an 1980
        *(4214, 21460, 21420, 2435, 2414, 2436, 2415),  # Beijing 1954
    ),
)

WORLD = Frame(
    name="world",
    title={"zh": "世界", "en": "World"},
    extent=Bounds(-180, -90, 180, 90),
    storage_srid=4326,
    metric_srid=3857,
    height_srid=None,
    source_srids=(4326, 3857),
)
"""No city: the whole Earth in WGS 84. The conformance fixture is served on it."""
