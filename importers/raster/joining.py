"""The files of the next version of a raster layer: new ones, and those of the version before that they stay beside.

A mosaic of ten thousand sheets is never listed to join one more: the database sums up what stays and finds what lies
around the new sheets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from importers.raster.sheet_index import union
from layers.frame import Bounds
from layers.layer import RasterFile
from layers.rasters import NO_FILES, Mosaic, Totals, ordered

METRES_PER_DEGREE = 111_319.49
"""Metres of EPSG:3857 in a degree of longitude."""
WORLD = Bounds(-180, -90, 180, 90)


@dataclass(frozen=True)
class Joined:
    """``fresh`` files, those of the version before that they replace, and the sum of all the next version has."""

    fresh: tuple[RasterFile, ...]
    replaced: tuple[RasterFile, ...]
    totals: Totals
    _mosaic: Mosaic | None = None

    @property
    def extent(self) -> Bounds:
        """The box around all files, in degrees of the storage CRS."""
        assert self.totals.extent is not None, "a version has files"
        return self.totals.extent

    @property
    def staying(self) -> int:
        """How many files of the version before stay."""
        return self.totals.count - len(self.fresh)

    def near(self, reach: float | None) -> tuple[RasterFile, ...]:
        """Return the files within ``reach`` metres (EPSG:3857) of what comes or goes, the lowest first; None: all."""
        if self._mosaic is None:
            return ordered(self.fresh)
        west, south, east, north = WORLD
        if reach is not None:
            degrees = reach / METRES_PER_DEGREE  # of longitude, which are more than those of latitude
            west, south, east, north = union([file.extent for file in (*self.fresh, *self.replaced)])
            west, south, east, north = west - degrees, south - degrees, east + degrees, north + degrees
        gone = {file.key for file in self.replaced}
        around = [file for file in self._mosaic.near(Bounds(west, south, east, north)) if file.key not in gone]
        return ordered([*around, *self.fresh])


def join_files(fresh: Sequence[RasterFile], mosaic: Mosaic | None) -> Joined:
    """Put new files beside those of ``mosaic``; a file replaces the one of the same name. None: they are all."""
    if mosaic is None:
        return Joined(tuple(fresh), (), NO_FILES.with_files(fresh))
    replaced = mosaic.named(sorted({file.source for file in fresh}))
    staying = mosaic.totals([file.key for file in replaced])
    return Joined(tuple(fresh), replaced, staying.with_files(fresh), mosaic)
