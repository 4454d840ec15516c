"""An area somebody has as a file or a box, brought onto the frame: what the command line asks with."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.crs.transform import Transform
from layers.errors import BadQuery
from layers.frame import Frame
from layers.overlay import parse_polygon
from layers.sentences import say

EDGE_M = 50.0
"""Edges of a projected area get points as close as this, so that they stay where they are when they bend."""


def read_area(text: str, frame: Frame, city: Sequence[Transform] = ()) -> BaseGeometry:
    """Return the polygon, in degrees of the storage CRS: all areas of a vector file as one, or west,south,east,north.

    Raises:
        BadQuery: there is no such file, it holds no area or does not say its coordinate system, or the box is none.
        NoDatumOperation: nothing leads from its coordinate system to the frame's.
    """
    path = Path(text)
    if path.exists():
        return _from_file(path, frame, city)
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadQuery(say("area-none", given=text), "area") from error
    return parse_polygon(json.loads(shapely.to_geojson(shapely.box(west, south, east, north))))


def _from_file(path: Path, frame: Frame, city: Sequence[Transform]) -> BaseGeometry:
    import pyogrio  # GDAL and its kin

    name = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else str(path)
    try:
        meta, _, wkb, _ = pyogrio.raw.read(name, columns=[], force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise BadQuery(say("area-unreadable", file=path, why=error), "area") from error
    shapes = shapely.from_wkb(wkb)
    areas = shapes[shapely.get_dimensions(shapes) == 2]
    if not len(areas):
        raise BadQuery(say("area-empty", file=path), "area")
    if meta["crs"] is None:
        raise BadQuery(say("area-no-crs", file=path), "area")
    crs = parse_crs(meta["crs"])
    whole = shapely.union_all(shapely.make_valid(areas))
    if crs.is_projected:
        whole = shapely.segmentize(whole, EDGE_M / crs.axis_info[0].unit_conversion_factor)
    (moved,) = find_transform(crs, parse_crs(frame.storage_srid), city=city).geometry(np.array([whole], dtype=object))
    return parse_polygon(json.loads(shapely.to_geojson(moved)))
