"""The grids every layer is offered in, and those an operator adds.

Four come with every frame:

* ``WebMercatorQuad`` and ``WorldCRS84Quad``, from the OGC registry;
* the degrees grid of the frame's storage CRS: ``CGCS2000Quad`` for EPSG:4490. Level identifiers are "1" to "20" as
  Tianditu writes them (level "1" is 2 x 1 tiles of 0.703125 degrees a pixel); its scale denominators are OGC's
  (0.28 mm pixel), not the 96 dpi figures printed in Tianditu's capabilities;
* the scale grid, whose levels are exactly the frame's map scales in the frame's metric CRS. Its origin is fixed by the
  projection alone, so that tiles stay where they are when the city's extent is redrawn: 500 km west of the central
  meridian (easting 0 with the usual false easting) and 10 000 km north of the equator (the meridian quadrant is
  10 002 km), reaching 1 000 km east and down to the equator, or to 10 000 km south of it for a southern city.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyproj
from pydantic import ValidationError

from layers.crs.names import CRS84, axis_is_north_east, crs_uri, parse_crs
from layers.errors import UnknownCrs
from layers.frame import Bounds, Frame
from layers.sentences import say
from tiles.errors import BadGrid, UnknownGrid
from tiles.grid import Grid, Limits, Matrix, Tile

__all__ = ["Bounds", "Grid", "Limits", "Matrix", "Tile", "default_grids", "find_grid", "offered_grids", "read_grid"]

SEMI_MAJOR_AXIS = 6378137.0
"""Of both WGS 84 and CGCS2000 (metres); the degrees-to-metres factor of OGC scale denominators uses it."""
METRES_PER_DEGREE = math.pi * SEMI_MAJOR_AXIS / 180
MERCATOR_EDGE = math.pi * SEMI_MAJOR_AXIS
PIXEL = 0.00028
"""OGC's standardised rendering pixel in metres."""


def default_grids(frame: Frame) -> dict[str, Grid]:
    """The grids of a frame by identifier, Web Mercator first. Raises BadGrid when its metric CRS is not metric."""
    grids = [web_mercator_quad(), world_crs84_quad()]
    if parse_crs(frame.storage_srid).is_geographic and frame.storage_srid != 4326:
        grids.append(degrees_grid(frame.storage_srid))
    grids.append(scale_grid(frame))
    return {grid.id: grid for grid in grids}


def offered_grids(frame: Frame, folder: Path | None = None) -> dict[str, Grid]:
    """The grids of a frame and those whose documents (``*.json``) an operator has put in a folder, in order of name.

    Raises BadGrid naming the file that is no grid, or that names one twice.
    """
    grids = default_grids(frame)
    if folder is not None and not folder.is_dir():
        raise BadGrid(say("grids-folder", folder=str(folder)))
    for path in sorted(folder.glob("*.json")) if folder else ():
        try:
            grid = read_grid(path.read_bytes())
        except BadGrid as error:
            raise BadGrid(say("file-wrong", path=str(path), why=error)) from error
        if grid.id in grids:
            raise BadGrid(say("grid-twice", path=str(path), grid=grid.id))
        grids[grid.id] = grid
    return grids


def web_mercator_quad() -> Grid:
    """WebMercatorQuad of the OGC registry, levels "0" to "24"."""
    cell = 2 * MERCATOR_EDGE / 256
    return Grid(
        id="WebMercatorQuad",
        title={"zh": "Web 墨卡托", "en": "Web Mercator"},
        crs=parse_crs(3857),
        srid=3857,
        crs_uri=crs_uri(3857),
        ordered_axes=("X", "Y"),
        matrices=tuple(
            Matrix(str(z), cell / 2**z, _ogc_scale(cell / 2**z), -MERCATOR_EDGE, MERCATOR_EDGE, 2**z, 2**z)
            for z in range(25)
        ),
        uri="http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
        scale_set="http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
    )


def world_crs84_quad() -> Grid:
    """WorldCRS84Quad of the OGC registry, levels "0" to "20"; longitude comes first in its documents."""
    return Grid(
        id="WorldCRS84Quad",
        title={"zh": "WGS 84 经纬度", "en": "WGS 84 degrees (CRS84)"},
        crs=parse_crs(CRS84),
        srid=4326,
        crs_uri=CRS84,
        ordered_axes=("Lon", "Lat"),
        matrices=_degree_matrices(first_id=0, levels=21),
        uri="http://www.opengis.net/def/tilematrixset/OGC/1.0/WorldCRS84Quad",
        scale_set="http://www.opengis.net/def/wkss/OGC/1.0/GoogleCRS84Quad",
    )


def degrees_grid(srid: int) -> Grid:
    """The tiles of Tianditu's ``c`` sets in the degrees of EPSG:``srid``, levels "1" to "20"."""
    known = srid == 4490
    crs = parse_crs(srid)
    name = "CGCS2000" if known else crs.name
    return Grid(
        id="CGCS2000Quad" if known else f"DegreesGrid{srid}",
        title={"zh": f"{name} 经纬度", "en": f"{name} degrees"},
        crs=crs,
        srid=srid,
        crs_uri=crs_uri(srid),
        ordered_axes=("Lat", "Lon") if axis_is_north_east(crs) else ("Lon", "Lat"),
        north_first=axis_is_north_east(crs),
        matrices=_degree_matrices(first_id=1, levels=20),
    )


def scale_grid(frame: Frame) -> Grid:
    """The grid whose levels are exactly the frame's map scales in its metric CRS (origin: see the module's text)."""
    crs = parse_crs(frame.metric_srid)
    if not crs.is_projected:
        raise BadGrid(say("grid-not-projected", srid=frame.metric_srid))
    left, equator = _false_origin(crs)
    top, reach = equator + 10_000_000.0, 20_000_000.0 if frame.extent.south < 0 else 10_000_000.0
    matrices = []
    for z, denominator in enumerate(sorted(frame.scales, reverse=True)):
        cell = denominator * 28 / 100_000
        span = cell * 256
        size = (math.ceil(1_000_000 / span), math.ceil(reach / span))
        title = f"1:{denominator}"
        matrices.append(Matrix(str(z), cell, float(denominator), left - 500_000.0, top, *size, title=title))
    return Grid(
        id=f"ScaleGrid{frame.metric_srid}",
        title={"zh": "国家基本比例尺格网", "en": "National map scales"},
        crs=crs,
        srid=frame.metric_srid,
        crs_uri=crs_uri(frame.metric_srid),
        ordered_axes=("N", "E") if axis_is_north_east(crs) else ("E", "N"),
        matrices=tuple(matrices),
        north_first=axis_is_north_east(crs),
    )


def find_grid(grids: Mapping[str, Grid], name: str) -> Grid:
    """The grid of that identifier; raises UnknownGrid naming those that exist."""
    try:
        return grids[name]
    except KeyError:
        raise UnknownGrid(say("grid-none", name=name[:80], known=", ".join(grids))) from None


def _degree_matrices(first_id: int, levels: int) -> tuple[Matrix, ...]:
    cells = [180 / 256 / 2**z for z in range(levels)]
    return tuple(
        Matrix(str(first_id + z), cell, _ogc_scale(cell * METRES_PER_DEGREE), -180.0, 90.0, 2 ** (z + 1), 2**z)
        for z, cell in enumerate(cells)
    )


def _ogc_scale(metres_per_pixel: float) -> float:
    return metres_per_pixel / PIXEL


def _false_origin(crs: pyproj.CRS) -> tuple[float, float]:
    """False easting and northing (metres) of a projected CRS whose natural origin lies on the equator."""
    assert crs.coordinate_operation is not None
    values = {parameter.name.lower(): parameter.value for parameter in crs.coordinate_operation.params}
    return float(values.get("false easting", 0.0)), float(values.get("false northing", 0.0))


def read_grid(document: str | bytes) -> Grid:
    """A grid from an operator's OGC TileMatrixSet 2.0 JSON.

    All levels must share one square tile size, and rows must be whole (no ``variableMatrixWidths``). Raises BadGrid.
    """
    import morecantile

    try:
        tms = morecantile.TileMatrixSet.model_validate(json.loads(document))
    except (json.JSONDecodeError, ValidationError) as error:
        raise BadGrid(say("grid-document", why=str(error).splitlines()[0])) from error
    sizes = {size for matrix in tms.tileMatrices for size in (matrix.tileWidth, matrix.tileHeight)}
    if len(sizes) != 1 or any(matrix.variableMatrixWidths for matrix in tms.tileMatrices):
        raise BadGrid(say("grid-sizes", grid=tms.id))
    return _from_morecantile(tms, sizes.pop())


def _from_morecantile(tms: Any, tile_size: int) -> Grid:
    try:
        crs = parse_crs(tms.crs.to_wkt())
    except UnknownCrs as error:
        raise BadGrid(say("grid-wrong", grid=tms.id, why=error)) from error
    axes = tuple(tms.orderedAxes) if tms.orderedAxes else None
    north_first = _north_first(axes, crs)
    authority = crs.to_authority(min_confidence=100)
    title = tms.title or tms.id
    return Grid(
        id=tms.id,
        title={"zh": title, "en": title},
        crs=crs,
        srid=int(authority[1]) if authority and authority[0] == "EPSG" else 0,
        crs_uri=str(tms.model_dump(mode="json")["crs"]),
        ordered_axes=axes or (("N", "E") if north_first else ("E", "N")),
        matrices=tuple(_matrix(matrix, tile_size, north_first) for matrix in tms.tileMatrices),
        north_first=north_first,
        tile_size=tile_size,
        uri=str(tms.uri) if tms.uri else None,
        scale_set=str(tms.wellKnownScaleSet) if tms.wellKnownScaleSet else None,
    )


def _north_first(axes: tuple[str, ...] | None, crs: pyproj.CRS) -> bool:
    """Read the axis order from names that say it; "X, Y" means whatever the CRS's authority calls X and Y."""
    first = axes[0].lower() if axes else ""
    if first in {"lat", "latitude", "n", "north", "northing"}:
        return True
    if first in {"lon", "long", "longitude", "e", "east", "easting"}:
        return False
    return axis_is_north_east(crs)


def _matrix(matrix: Any, tile_size: int, north_first: bool) -> Matrix:
    x, y = reversed(matrix.pointOfOrigin) if north_first else matrix.pointOfOrigin
    from_bottom = matrix.cornerOfOrigin == "bottomLeft"
    top = y + matrix.matrixHeight * matrix.cellSize * tile_size if from_bottom else y
    size = (matrix.matrixWidth, matrix.matrixHeight)
    title = matrix.title or ""
    return Matrix(
        matrix.id, matrix.cellSize, matrix.scaleDenominator, x, top, *size, title=title, from_bottom=from_bottom
    )
