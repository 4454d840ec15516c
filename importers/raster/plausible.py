"""Whether a raster's place can be believed: what is refused, what is doubted, what is only told.

A place may be written down whole and still be wrong: degrees under the name of metres, cells without an area, a
control point typed wrongly, rows counted from the other edge. What cannot be is refused; what may be is doubted, which
makes the import conditional.
"""

import numpy as np
import pyproj
from affine import Affine

from importers.errors import UnreadableSource
from importers.raster.crs import candidates
from importers.raster.file import RasterSource
from importers.raster.ground_points import GroundFit
from importers.raster.outline import ground_of
from importers.raster.place import PICTURES
from layers.crs.names import DEGREE_M
from layers.crs.transform import Floats
from layers.frame import Frame
from layers.sentences import say

FAR_DEGREES = 15.0
SMALLEST_PIXEL = 1e-4
"""Metres: a tenth of a millimetre, finer than any camera over ground."""
LARGEST_RESIDUAL_PX = 5.0
"""Pixels a control point may lie off the polynomial before the placing is doubted."""


def check_affine(source: RasterSource, affine: Affine) -> None:
    """Refuse a geotransform that has no way back: cells of no width, or rows along columns."""
    size = (abs(affine.a) + abs(affine.b)) * (abs(affine.d) + abs(affine.e))
    if not abs(affine.a * affine.e - affine.b * affine.d) > 1e-9 * size:
        raise UnreadableSource(say("geotransform-flat", file=source.path.name, tuple=tuple(affine)[:6]))


def check_range(
    source: RasterSource, crs: pyproj.CRS, given: tuple[Floats, Floats], found: tuple[Floats, Floats], frame: Frame
) -> None:
    """Refuse ordinates ``given`` (of ``crs``) that are ``found`` nowhere on the Earth (degrees east, north)."""
    (x, y), (east, north) = given, found
    if np.isfinite(east).all() and np.isfinite(north).all() and np.abs(north).max() <= 90.01:
        return
    told = say(
        "ordinates-not-in-crs",
        file=source.path.name, x=x.min(), x2=x.max(), y=y.min(), y2=y.max(), crs=crs.name,
    )  # fmt: skip
    raise UnreadableSource(told + instead(source, frame))


def check_pixel(source: RasterSource, crs: pyproj.CRS, size: float) -> None:
    """Refuse pixels of a ``size``, units of ``crs``, that no camera has over ground."""
    if not size > SMALLEST_PIXEL / (DEGREE_M if crs.is_geographic else 1.0):
        unit = say("degrees") if crs.is_geographic else "m"
        raise UnreadableSource(say("no-such-pixel", file=source.path.name, size=size, unit=unit, crs=crs.name))


def check_area(source: RasterSource, crs: pyproj.CRS, east: Floats, north: Floats, frame: Frame) -> None:
    """Refuse ordinates that are far from where their CRS is used: degrees or another zone's metres under its name."""
    area = crs.area_of_use
    if area is None or area.west > area.east or not crs.is_projected:
        return
    away_east = max(area.west - float(east.max()), float(east.min()) - area.east)
    away_north = max(area.south - float(north.max()), float(north.min()) - area.north)
    if max(away_east, away_north) > FAR_DEGREES:
        raise UnreadableSource(
            say(
                "far-from-area",
                file=source.path.name,
                crs=crs.name,
                np=float(np.median(east)),
                np2=float(np.median(north)),
                west=area.west,
                east=area.east,
                south=area.south,
                north=area.north,
            )
            + instead(source, frame)
        )


def instead(source: RasterSource, frame: Frame) -> str:
    """Name the systems in which a raster would lie in the frame, and axes that would have to be swapped for it."""
    fitting = [candidate for candidate in candidates(source, None, frame) if candidate.supports]
    plain = [candidate.crs for candidate in fitting if not candidate.swapped][:3]
    if plain:
        return say("would-fit-in", systems=", ".join(plain))
    return say("would-fit-swapped", systems=", ".join(one.crs for one in fitting[:3])) if fitting else ""


def told(source: RasterSource, fit: GroundFit | None, pieces: int) -> tuple[str, ...]:
    """Return what is told of a placing by control points, and of a raster cut at 180 degrees into ``pieces``."""
    warnings = []
    if fit is not None:
        warnings.append(
            say(
                "placed-by-points",
                file=source.path.name,
                points=fit.points,
                order=fit.to_pixels.order,
                residual_px=fit.residual_px,
                worst_px=fit.worst_px,
            )
        )
    if pieces > 1:
        warnings.append(say("crosses-180", file=source.path.name, count=pieces))
    return tuple(warnings)


def doubts(source: RasterSource, affine: Affine, fit: GroundFit | None) -> tuple[tuple[str, str], ...]:
    """Return what makes a place doubtful: the name of the check and the detail."""
    found = []
    if fit is not None and fit.worst_px > LARGEST_RESIDUAL_PX:
        detail = say("point-residual", file=source.path.name, residual_px=fit.residual_px, worst_px=fit.worst_px)
        found.append((say("control-points"), detail))
    if (fit is not None or _by_side_file(source)) and _is_mirrored(source, affine, fit):
        found.append((say("place"), say("rows-mirrored", file=source.path.name)))
    return tuple(found)


def _by_side_file(source: RasterSource) -> bool:
    return source.driver in PICTURES and source.georeferenced_by not in ("GeoTIFF keys", say("the-file-itself"))


def _is_mirrored(source: RasterSource, affine: Affine, fit: GroundFit | None) -> bool:
    """Say whether a picture is seen from behind where it lies: turning it alone cannot bring it upright."""
    columns = np.array([0.0, 1.0, 0.0]) + source.width / 2
    rows = np.array([0.0, 0.0, 1.0]) + source.height / 2
    x, y = ground_of(columns, rows, affine, fit)
    return bool((x[1] - x[0]) * (y[2] - y[0]) - (y[1] - y[0]) * (x[2] - x[0]) > 0)
