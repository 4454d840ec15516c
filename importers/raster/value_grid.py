"""A raster whose values are published as they are: its bands, its grid, the grid it is brought to, what is no data."""

from dataclasses import dataclass, field
from typing import Literal

from affine import Affine

from importers.raster.ground_points import GroundFit
from layers.crs.remap import Resampling
from layers.crs.transform import Transform
from layers.frame import Bounds

NO_VALUE = 1e37
"""No float as large as this is a value: programs write the largest they know, cut by a few digits, for none."""

DataRule = Literal["all", "nodata", "nan", "mask", "alpha"]


@dataclass(frozen=True)
class SourceBand:
    """One band to be published: the file GDAL opens with the one driver, and the band's number in it."""

    name: str
    driver: str
    number: int


@dataclass(frozen=True)
class TargetGrid:
    """The upright grid that is published: CRS as text, geotransform, size."""

    crs: str
    affine: Affine
    width: int
    height: int

    @property
    def bounds(self) -> Bounds:
        """The box of the grid in its CRS."""
        west, north = self.affine.c, self.affine.f
        return Bounds(west, north + self.height * self.affine.e, west + self.width * self.affine.a, north)


@dataclass(frozen=True)
class Values:
    """A raster to be published with its values.

    All bands lie on the source grid ``affine``, ``width`` x ``height``, ``crs``. ``moved`` says whether pixels must be
    moved to the target (else source and target differ at most in which way up and left of which meridian they are).
    ``data`` tells what has data in the source: "nodata" where no band equals ``nodata``, "nan" where no band is NaN,
    "mask" by the file's mask, "alpha" by band ``alpha`` of the first file; ``also_void`` are never data. What
    is published is the stored value x ``factor`` + ``addend`` (heights in metres).
    """

    bands: tuple[SourceBand, ...]
    affine: Affine
    width: int
    height: int
    crs: str
    target: TargetGrid
    dtype: str
    data: DataRule
    nodata: float | None
    published_nodata: float | None = None
    moved: bool = False
    shift: float = 0.0
    fit: GroundFit | None = None
    city: Transform | None = None
    area: Bounds | None = None
    alpha: int | None = None
    also_void: tuple[float, ...] = ()
    factor: float = 1.0
    addend: float = 0.0
    resampling: Resampling = "nearest"
    overviews: Literal["average", "mode", "nearest"] = "average"
    palette: dict[int, tuple[int, int, int, int]] | None = field(default=None, repr=False)
    names: tuple[str, ...] = ()
    scales: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    units: tuple[str | None, ...] = ()
