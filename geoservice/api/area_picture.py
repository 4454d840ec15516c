"""Where a polygon lies: the map around it in the frame's plane, and its outline to be drawn over that."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs.names import CRS84, parse_crs
from layers.crs.operations import find_transform
from layers.crs.output import offered_crs
from layers.frame import Bounds, Frame

WIDTH, HEIGHT = 1000, 520
ROOM = 0.12
"""Of the picture, left free around the polygon on each side."""
LEAST_M = 200.0
EDGE_M = 200.0


@dataclass(frozen=True)
class PlacePicture:
    """``query`` of ``/map`` for the picture; ``outline`` an SVG path over it, in its pixels; ``scale`` at 0.28 mm."""

    query: dict[str, str]
    outline: str
    width: int = WIDTH
    height: int = HEIGHT


def place_picture(polygon: BaseGeometry, frame: Frame) -> PlacePicture:
    """Return the picture of a polygon in degrees."""
    plane = parse_crs(frame.metric_srid)
    whole = np.array([shapely.segmentize(polygon, EDGE_M / 111_000)], dtype=object)
    (flat,) = find_transform(parse_crs(CRS84), plane).geometry(whole)
    west, south, east, north = map(float, shapely.bounds(flat))
    cell = max((east - west) / WIDTH, (north - south) / HEIGHT, LEAST_M / WIDTH) / (1 - 2 * ROOM)
    x, y = (west + east) / 2, (south + north) / 2
    box = Bounds(x - cell * WIDTH / 2, y - cell * HEIGHT / 2, x + cell * WIDTH / 2, y + cell * HEIGHT / 2)
    output = next(one for one in offered_crs(frame, frame.storage_srid).values() if one.srid == frame.metric_srid)
    corners = (box.south, box.west, box.north, box.east) if output.north_east else box
    query = {
        "f": "png", "bbox": ",".join(f"{value:.3f}" for value in corners), "bbox-crs": output.uri, "crs": output.uri,
        "width": str(WIDTH), "height": str(HEIGHT), "bgcolor": "0xFBFAF7", "transparent": "false",
    }  # fmt: skip
    return PlacePicture(query, " ".join(_ring(ring, box, cell) for ring in _rings(flat)))


def _rings(polygon: BaseGeometry) -> list[BaseGeometry]:
    return [ring for part in shapely.get_parts(polygon) for ring in (part.exterior, *part.interiors)]


def _ring(ring: BaseGeometry, box: Bounds, cell: float) -> str:
    pixels = (shapely.get_coordinates(ring) - np.array([box.west, box.north])) / np.array([cell, -cell])
    return "M" + " ".join(f"{column:.1f},{row:.1f}" for column, row in pixels[:-1]) + "Z"
