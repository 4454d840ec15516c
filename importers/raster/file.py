"""Looks at a raster file: what it is and what it claims, checked before anything is trusted.

What a file claims is checked against its size before a block is read: a file of 400 bytes that claims four gigabytes
is refused at once. Whether the blocks are sound is found out by reading them.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, MaskFlags

from importers.errors import NothingToImport, UnreadableSource, UnsupportedSource
from importers.folder import names_beginning
from importers.raster.driver import gdal_open, listening, open_raster, plain_words
from importers.raster.place import PICTURES, georeferencing, prj_beside
from importers.raster.unwritten import Unwritten, unwritten
from importers.raster.zero_tail import zero_tail
from layers.sentences import say

MAX_PIXELS = 40_000_000_000
MAX_BANDS = 64
FREE_BYTES = 256 << 20
RAW_DRIVERS = ("ENVI", "EHdr")
"""Formats of bare pixels, whose readers take for 0 what is missing at the end."""
MAX_EXPANSION = 2_000
"""A claim above ``FREE_BYTES`` must be explained by the file: compression rarely does better than 1000 to 1."""


@dataclass(frozen=True)
class GroundPoints:
    """Control points of a file that has no geotransform, and the CRS they are in (WKT; None when it is not said)."""

    points: tuple[GroundControlPoint, ...]
    crs: str | None


@dataclass(frozen=True)
class RasterBand:
    """One band as the file describes it."""

    name: str
    dtype: str
    nodata: float | None
    scale: float
    offset: float
    unit: str | None
    colour: str
    """GDAL's colour interpretation: red, green, blue, alpha, gray, palette, undefined."""


@dataclass(frozen=True)
class RasterSource:
    """A raster file as it presents itself. ``crs`` is WKT or None, ``affine`` None when it has no geotransform.

    ``warnings`` are what GDAL complained of and what disagrees inside the file, in plain words.
    """

    path: Path
    name: str
    driver: str
    width: int
    height: int
    bands: tuple[RasterBand, ...]
    crs: str | None
    affine: Affine | None
    ground: GroundPoints | None
    has_rpc: bool
    masked: bool
    block: tuple[int, int]
    bits: int | None
    palette: dict[int, tuple[int, int, int, int]] | None = field(repr=False)
    tags: dict[str, str] = field(repr=False)
    layers: tuple[str, ...] = ()
    georeferenced_by: str = ""
    crs_by: str = say("declared-in-file")
    warnings: tuple[str, ...] = ()
    unwritten: Unwritten | None = None

    @property
    def dtype(self) -> str:
        """The numpy type that holds all bands."""
        return str(np.result_type(*(np.dtype(band.dtype) for band in self.bands)))

    @property
    def alpha(self) -> int | None:
        """The number of the alpha band, from 1."""
        return next((i for i, band in enumerate(self.bands, 1) if band.colour == "alpha"), None)

    @property
    def nodata(self) -> float | None:
        """The first band's nodata value."""
        return self.bands[0].nodata if self.bands else None


def inspect_raster(path: Path, layer: str | None = None) -> RasterSource:
    """Look at a raster: what it claims, checked as far as that goes without reading its blocks.

    Raises:
        UnsupportedSource, UnreadableSource: as ``open_raster``; also for claims that the file's size does not bear out.
        NothingToImport: it has no bands.
    """
    with listening() as heard, open_raster(path, layer) as dataset:
        layers = _layers(dataset)
        if any("complex" in kind for kind in dataset.dtypes):
            raise UnsupportedSource(say("complex-numbers", file=path.name))
        if not dataset.count and not layers:
            raise NothingToImport(say("no-bands", file=path.name))
        if dataset.count:
            _check_claims(path, dataset)
        declared = dataset.crs.to_wkt() if dataset.crs else prj_beside(path) if dataset.driver in PICTURES else None
        affine, source, disagreement = georeferencing(path, dataset)
        disagreement += _checksums(path, dataset)
        points, points_crs = dataset.gcps
        lacking, zeros = unwritten(path, dataset), zero_tail(path, dataset)
        return RasterSource(
            path=path,
            name=dataset.name,
            driver=dataset.driver,
            width=dataset.width,
            height=dataset.height,
            bands=tuple(_band(dataset, index) for index in dataset.indexes),
            crs=declared,
            crs_by=say("prj-beside") if declared and not dataset.crs else say("declared-in-file"),
            affine=affine,
            ground=GroundPoints(tuple(points), points_crs.to_wkt() if points_crs else None) if points else None,
            has_rpc=bool(dataset.tags(ns="RPC")),
            masked=any(MaskFlags.per_dataset in flags for flags in dataset.mask_flag_enums) and not _has_alpha(dataset),
            block=dataset.block_shapes[0] if dataset.count else (0, 0),
            bits=int(dataset.tags(1, ns="IMAGE_STRUCTURE").get("NBITS", 0)) or None if dataset.count else None,
            palette=_palette(dataset),
            tags=dict(dataset.tags()),
            layers=layers,
            georeferenced_by=source,
            warnings=(
                *disagreement,
                *([lacking.told(path.name)] if lacking else []),
                *([zeros] if zeros else []),
                *_further(path, layers),
                *dict.fromkeys(plain_words(text, path) for text in heard),
            ),
            unwritten=lacking,
        )


def _checksums(path: Path, dataset: Any) -> tuple[str, ...]:
    """Say whether a DTED file's own checksums are wrong; its heights can be read all the same."""
    if dataset.driver != "DTED":
        return ()
    try:
        with rasterio.Env(DTED_VERIFY_CHECKSUM="YES"), gdal_open(str(path), "DTED") as again:
            again.read(1, out_shape=(1, again.width), window=((0, again.height), (0, again.width)))
    except rasterio.errors.RasterioIOError as error:
        if "checksum" in str(error.__cause__ or error):
            return (say("checksums-differ", file=path.name),)
    return ()


def _further(path: Path, layers: tuple[str, ...]) -> tuple[str, ...]:
    """Say that a file of pages holds more pictures than the one that is taken."""
    if len(layers) > 1 and path.suffix.lower() not in (".nc", ".gpkg"):
        return (say("holds-pictures", file=path.name, count=len(layers)),)
    return ()


def _has_alpha(dataset: Any) -> bool:
    return ColorInterp.alpha in dataset.colorinterp


def _layers(dataset: Any) -> tuple[str, ...]:
    """Return the names of the variables or tables a file offers."""
    return tuple(name.rsplit(":", 1)[-1].strip('"') for name in dataset.subdatasets)


def _check_claims(path: Path, dataset: Any) -> None:
    """Refuse what is too large, and what a file of this size cannot hold."""
    pixels = dataset.width * dataset.height
    claimed = pixels * sum(np.dtype(_numpy_type(kind)).itemsize for kind in dataset.dtypes)
    size = sum(side.stat().st_size for side in _sides(path))
    what = say("raster-claims", file=path.name, width=dataset.width, height=dataset.height, count=dataset.count)
    if pixels > MAX_PIXELS:
        raise UnreadableSource(say("raster-too-large", what=what))
    if dataset.count > MAX_BANDS:
        raise UnsupportedSource(say("raster-too-many-bands", what=what, max_bands=MAX_BANDS))
    if dataset.driver in RAW_DRIVERS and path.stat().st_size < claimed:
        raise UnreadableSource(say("raster-cut-off", what=what, claimed=claimed, st_size=path.stat().st_size))
    if claimed > FREE_BYTES and claimed > size * MAX_EXPANSION:
        raise UnreadableSource(say("raster-bomb", what=what, claimed=claimed / 1000000000.0, size=size))


def _sides(path: Path) -> list[Path]:
    """Return the file and those beside it of the same stem, which may hold its pixels (.ige, .flt); of a folder all."""
    if path.is_dir():
        return [side for side in path.iterdir() if side.is_file()]
    start = f"{path.stem}."
    beside = [path.with_name(name) for name in names_beginning(path.parent, start) if name.startswith(start)]
    return [side for side in beside if side.is_file()] or [path]


def _numpy_type(kind: str) -> str:
    return {"int24": "int32"}.get(kind, kind)


def _band(dataset: Any, index: int) -> RasterBand:
    place = index - 1
    return RasterBand(
        dataset.descriptions[place] or f"band {index}",
        dataset.dtypes[place],
        dataset.nodatavals[place],
        dataset.scales[place],
        dataset.offsets[place],
        dataset.units[place] or None,
        dataset.colorinterp[place].name,
    )


def _palette(dataset: Any) -> dict[int, tuple[int, int, int, int]] | None:
    if dataset.count == 1 and dataset.tags(ns="IMAGE_STRUCTURE").get("MINISWHITE") and dataset.dtypes[0] == "uint8":
        return {value: (255 - value,) * 3 + (255,) for value in range(256)}  # GDAL tells it and leaves it as it is
    if not dataset.count or ColorInterp.palette not in dataset.colorinterp[:1]:
        return None
    try:
        return dict(dataset.colormap(1))
    except ValueError:
        return None
