"""Features and frames: GeoJSON of the wire to GeoPandas and back. Frames have east first, whatever the wire has."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from geoservice.client.service import ServiceError
from geoservice.client.words import told

CRS84 = "OGC:CRS84"
DTYPES = {"integer": "int64", "number": "float64", "boolean": "bool"}


def frame_of(features: Sequence[dict[str, Any]], crs: pyproj.CRS | None = None) -> gpd.GeoDataFrame:
    """Make a frame of GeoJSON features; the wire has the authority's axis order, the frame has east first."""
    geometries = shapely.from_geojson([_geojson(feature) for feature in features])
    if crs is not None and crs.axis_info and crs.axis_info[0].direction.lower() == "north":
        geometries = shapely.transform(geometries, lambda coordinates: coordinates[:, [1, 0, 2]], include_z=True)
    attributes = pd.DataFrame([feature["properties"] for feature in features])
    index = pd.Index([feature.get("id") for feature in features], name="fid")
    return gpd.GeoDataFrame(
        attributes.set_axis(index), geometry=gpd.GeoSeries(geometries, index=index), crs=crs or CRS84
    )


def empty_frame(types: Mapping[str, str], crs: pyproj.CRS | None = None) -> gpd.GeoDataFrame:
    """Make a frame without rows that has the columns of one with rows; ``types`` are JSON Schema's, by column."""
    columns = {name: pd.Series(dtype=DTYPES.get(kind, "str")) for name, kind in types.items()}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([]), crs=crs or CRS84)
    return frame.rename_axis(index="fid")


def degrees_of(shape: gpd.GeoDataFrame | gpd.GeoSeries | BaseGeometry, language: str) -> BaseGeometry:
    """Return a shape in degrees: a GeoDataFrame or GeoSeries (all of it as one), or a geometry that is in degrees.

    What has a coordinate system of its own gets points along its edges, so that a straight edge stays where it is.
    ``language`` is that of refusals.

    Raises:
        ServiceError: the frame does not say its coordinate system.
    """
    if not isinstance(shape, gpd.GeoDataFrame | gpd.GeoSeries):
        return shape
    if shape.crs is None:
        raise ServiceError(told("shape-no-crs", language))
    whole = gpd.GeoSeries([shape.geometry.union_all()], crs=shape.crs)
    if shape.crs.is_projected:
        whole = whole.segmentize(50.0 / shape.crs.axis_info[0].unit_conversion_factor)
    geometry: BaseGeometry = whole.to_crs(CRS84).iloc[0]
    return geometry


def crs_of(given: str | int, language: str) -> pyproj.CRS:
    """Return the coordinate system somebody names; ``language`` is that of refusals.

    Raises:
        ServiceError: there is no such system.
    """
    try:
        return pyproj.CRS.from_user_input(given)
    except CRSError as error:
        raise ServiceError(told("no-such-crs", language, given=given)) from error


def crs_uri(crs: pyproj.CRS, language: str) -> str:
    """Return the address by which the service is asked for a coordinate system; ``language`` is that of refusals."""
    code = crs.to_authority()
    if code is None:
        raise ServiceError(told("crs-no-code", language, name=crs.name))
    return f"http://www.opengis.net/def/crs/{code[0]}/{'1.3' if code[0] == 'OGC' else '0'}/{code[1]}"


def _geojson(feature: Mapping[str, Any]) -> str | None:
    return orjson.dumps(feature["geometry"]).decode() if feature.get("geometry") else None
