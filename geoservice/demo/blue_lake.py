"""The layers that the suite of WMS 1.3.0 looks for by their titles: the town around Blue Lake, and basic polygons.

Their coordinates, degrees in CRS:84, are those of the standard data set of the Open Geospatial Consortium, which that
suite draws and counts the pixels of: a few hundred metres around longitude 0, latitude 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Feature = dict[str, Any]
Style = Mapping[str, str]
Place = tuple[float, float]
_WEST, _EAST, _SOUTH, _NORTH = -42, 42, -24, 24
"""The town's neatline, in ten-thousandths of a degree, as all places here but the basic polygons."""
_ISLAND = [(17, -11), (17, -6), (25, -6), (25, -11), (17, -11)]
_BRIDGE, _CROSSROADS, _FORK = (2, 7), (-14, 2), (28, 14)
_MAIN_STREET = [_BRIDGE, (14, 10), _FORK]


def _place(place: Place) -> list[float]:
    return [place[0] / 10_000, place[1] / 10_000]


def _line(*places: Place) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [_place(place) for place in places]}


def _area(*rings: Sequence[Place]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[_place(place) for place in ring] for ring in rings]}


def _box(west: float, south: float, east: float, north: float) -> list[Place]:
    return [(west, south), (west, north), (east, north), (east, south), (west, south)]


def _many(kind: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": f"Multi{kind}", "coordinates": [part["coordinates"] for part in parts]}


def _degrees(*corners: Place) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in (*corners, corners[0])]]}


def blue_lake() -> Iterator[tuple[str, Style, list[Feature]]]:
    """Yield each layer: what stands behind ``cite:`` in its title, how it is drawn, its features."""
    diamond = _degrees((-1, 0), (0, 1), (1, 0), (0, -1))
    squares = _degrees((-2, 6), (1, 6), (1, 3), (-2, 3)), _degrees((-1, 5), (2, 5), (2, 2), (-1, 2))
    yield "BasicPolygons", {}, _named(("diamond", diamond), ("west", squares[0]), ("east", squares[1]))
    yield "Bridges", {}, _named(("Cam Bridge", {"type": "Point", "coordinates": _place(_BRIDGE)}))
    houses = ("123 Main Street", _area(_box(8, 5, 12, 7))), ("215 Main Street", _area(_box(20, 8, 24, 10)))
    yield "Buildings", {"preset": "buildings"}, _named(*houses)
    lanes = [_line((east, _SOUTH), (east, _NORTH)) for east in (-32, -26)]
    yield "DividedRoutes", {"preset": "roads"}, _named(("Route 75", _many("LineString", *lanes)))
    wood = [(-14, _SOUTH), _CROSSROADS, *_MAIN_STREET, (_EAST, 18), (_EAST, _SOUTH), (-14, _SOUTH)]
    yield "Forests", {"preset": "landcover", "class": "use"}, _named(("State Forest", _area(wood)), use="0301")
    shore = [(6, -18), (10, -6), (24, -1), (31, -15), (6, -18)]
    yield "Lakes", {"preset": "water"}, _named(("Blue Lake", _area(shore, _ISLAND)))
    yield "MapNeatline", {}, _named(("neatline", _line(*_box(_WEST, _SOUTH, _EAST, _NORTH))))
    town = [(20, _NORTH), (_EAST, _NORTH), (_EAST, 6), (14, 6), (14, 10), (20, _NORTH)]
    yield "NamedPlaces", {"preset": "landcover"}, _named(("Ashton", _area(town)), ("Goose Island", _area(_ISLAND)))
    ponds = _area([(-20, 18), (-18, 20), (-18, 16), (-20, 18)]), _area([(-14, 18), (-16, 20), (-16, 16), (-14, 18)])
    yield "Ponds", {"preset": "water"}, _named(("Stock Pond", _many("Polygon", *ponds)))
    roads = (
        ("Route 5 west", _line((_WEST, -6), (-32, -3), (-26, -1), _CROSSROADS, _BRIDGE)),
        ("Main Street", _line(*_MAIN_STREET)),
        ("Route 5 north", _line(_FORK, (30, _NORTH))),
        ("Main Street east", _line(*_MAIN_STREET, (_EAST, 18))),
        ("Dirt Road by Green Forest", _line((-14, _SOUTH), _CROSSROADS)),
    )
    yield "RoadSegments", {"preset": "roads"}, _named(*roads)
    stream = _line((-4, _NORTH), (2, 17), (-1, 12), _BRIDGE, (10, -6))
    outlet = _line((34, _SOUTH), (36, -20), (31, -15))
    yield "Streams", {"preset": "rivers"}, _named(("Cam Stream", stream), ("Outlet", outlet))


def _named(*shapes: tuple[str, Mapping[str, Any]], **more: str) -> list[Feature]:
    return [
        {"type": "Feature", "properties": {"name": name, **more}, "geometry": dict(shape)} for name, shape in shapes
    ]
