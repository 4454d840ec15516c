"""A question to a layer, as a value: which features, in which order and shape. Nothing here knows HTTP or SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import pyproj
from shapely.geometry.base import BaseGeometry

from layers.crs.output import OutputCrs
from layers.errors import BadQuery
from layers.filter.cql2_tokens import Tree
from layers.frame import Bounds
from layers.layer import Domains, Version
from layers.sentences import say

Instant = date | datetime
Encoding = Literal["geojson", "jsonfg", "jsonfg-plus", "gml"]
Period = tuple[Instant | None, Instant | None]


def day_of(instant: Instant | None) -> date | None:
    """Return the day of an instant, in UTC."""
    return instant.date() if isinstance(instant, datetime) else instant


@dataclass(frozen=True)
class SortKey:
    """A property to sort by."""

    name: str
    descending: bool = False


@dataclass(frozen=True)
class LayerQuery:
    """Which features of a layer, in which order and shape.

    ``box`` is areas in the storage CRS, any of which a feature must meet (two where a box crosses the antimeridian);
    ``may_lack_geometry`` is false when the layer is known to have no null geometry: that spares a slow test; ``equals``
    are properties with the text they must equal; ``periods`` first and last instants, None for open, any of which a
    feature must meet; ``properties`` the columns wanted, None for all; ``after`` the sort values and fid of the last
    feature already seen, ``before`` those of the feature that the page ends before; ``offset`` passes over so many
    features, which the database must walk; ``tolerance`` simplifies geometry by so many degrees; ``titles`` are the
    code lists whose meanings stand in place of codes; ``fallback`` is CRS84, for the geometry that "jsonfg-plus" has
    beside its place.
    """

    limit: int = 10
    box: tuple[Bounds | BaseGeometry, ...] = ()
    may_lack_geometry: bool = True
    periods: tuple[Period, ...] = ()
    equals: tuple[tuple[str, str], ...] = ()
    filter: Tree = None
    filter_crs: pyproj.CRS | None = None
    text: str | None = None
    fid: int | None = None
    properties: tuple[str, ...] | None = None
    geometry: bool = True
    sort: tuple[SortKey, ...] = ()
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    offset: int = 0
    tolerance: float | None = None
    encoding: Encoding = "geojson"
    titles: Domains | None = None
    fallback: OutputCrs | None = None

    @property
    def selects(self) -> bool:
        """Whether it asks for a part of the layer only."""
        asked = (self.box, self.periods, self.equals, self.filter is not None, self.text, self.fid is not None)
        return any(asked)


def check_properties(version: Version, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, all of which must be properties of the layer.

    Raises:
        BadQuery: one is not.
    """
    known = {column.name for column in version.columns}
    for name in names:
        if name not in known:
            raise BadQuery(say("property-none", name=name[:60]), "properties")
    return tuple(names)


def check_sort(version: Version, text: str) -> tuple[SortKey, ...]:
    """Read ``sortby=+a,-b``: properties with an order, the first counting most.

    Raises:
        BadQuery: one is unknown or has no order.
    """
    ordered = {column.name for column in version.columns if column.type != "json"} | {"id", "fid"}
    keys = []
    for part in text.split(","):
        name = part.strip().lstrip("+-").strip()
        if name not in ordered:
            raise BadQuery(say("sort-none", given=part.strip()[:60]), "sortby")
        keys.append(SortKey(name, part.strip().startswith("-")))
    return tuple(keys)
