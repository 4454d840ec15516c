"""Looks at a raster file safely: what it is and what it claims, before anything is trusted.

A file's signature chooses the one GDAL driver that may open it, so an upload can reach no driver that follows paths or
calls servers (VRT, WMS, tile indexes, archives in names). What a file claims is checked against its size before a
block is read: a file of 400 bytes that claims four gigabytes is refused at once. Whether the blocks are sound is found
out by reading them.
"""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NotGeoreferencedWarning

from importers.errors import NothingToImport, UnreadableSource, UnsupportedSource

MAX_PIXELS = 40_000_000_000
MAX_BANDS = 64
FREE_BYTES = 256 << 20
MAX_EXPANSION = 2_000
"""A claim above ``FREE_BYTES`` must be explained by the file: compression rarely does better than 1000 to 1."""

SUFFIX_DRIVERS = {
    ".tif": "GTiff", ".tiff": "GTiff", ".gtiff": "GTiff", ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".bmp": "BMP",
    ".gif": "GIF", ".webp": "WEBP", ".jp2": "JP2OpenJPEG", ".j2k": "JP2OpenJPEG", ".img": "HFA", ".asc": "AAIGrid",
    ".grd": "GSBG", ".dem": "USGSDEM", ".hgt": "SRTMHGT", ".dt0": "DTED", ".dt1": "DTED", ".dt2": "DTED",
    ".bil": "EHdr", ".flt": "EHdr", ".dat": "ENVI", ".bsq": "ENVI", ".bip": "ENVI", ".nc": "netCDF", ".gpkg": "GPKG",
    ".xyz": "XYZ",
}  # fmt: skip
_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), driver)
    for pattern, driver in (
        (rb"(II[*+]\0|MM\0[*+])", "GTiff"),
        (rb"\xff\xd8\xff", "JPEG"),
        (rb"\x89PNG\r\n\x1a\n", "PNG"),
        (rb"GIF8[79]a", "GIF"),
        (rb"BM.{4}\0\0\0\0", "BMP"),
        (rb"RIFF.{4}WEBP", "WEBP"),
        (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "JP2OpenJPEG"),
        (rb"EHFA_HEADER_TAG", "HFA"),
        (rb"(?i)\s*(?:ncols|nrows|xllcorner|xllcenter|yllcorner|cellsize)\s", "AAIGrid"),
        (rb"DSAA", "GSAG"),
        (rb"DSBB", "GSBG"),
        (rb"DSRB", "GS7BG"),
        (rb"UHL1|HDR1.{0,77}UHL1|VOL1.*UHL1", "DTED"),
        (rb"CDF[\x01\x02\x05]|\x89HDF\r\n\x1a\n", "netCDF"),
    )
)
_NO_SIGNATURE = (".hgt", ".bil", ".flt", ".bsq", ".bip", ".xyz", ".dem")
POINT_SUFFIXES = (".xyz", ".txt", ".csv", ".asc", ".pts")
_NUMBER = rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
POINT_LINE = re.compile(rb"^\s*" + _NUMBER + rb"\s*([,;\t ])\s*" + _NUMBER + rb"\s*[,;\t ]\s*" + _NUMBER + rb"\s*$")
_NEEDS_HEADER = {".bil": ".hdr", ".flt": ".hdr", ".bsq": ".hdr", ".bip": ".hdr", ".dat": ".hdr"}
_REFUSED = {
    ".vrt": "a VRT only points to other files, which are not followed; give the files themselves",
    ".ecw": "ECW needs a licensed decoder; convert it to GeoTIFF (gdal_translate) first",
    ".sid": "MrSID needs a licensed decoder; convert it to GeoTIFF (gdal_translate) first",
    ".wms": "a WMS description only points to a server, which is not called; give the pixels as files",
    ".mbtiles": "MBTiles holds rendered tiles; give the imagery they were made from",
}


_BIG_GIF = 10_000_000
_OTHER_FORMATS = (".kmz", ".kml", ".shp", ".dbf", ".dxf", ".dwg", ".zip", ".json", ".geojson", ".xlsx", ".gml")


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
    warnings: tuple[str, ...] = ()

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


def is_raster(path: Path, head: bytes) -> bool:
    """Say whether this is a raster we know (also one that is refused with a sentence), by signature and name only."""
    suffix = path.suffix.lower()
    return (
        suffix in _REFUSED
        or _driver(path, head) is not None
        or (suffix in (".asc", ".pts") and is_point_grid(path, head))
    )


def is_point_grid(path: Path, head: bytes) -> bool:
    """Say whether a text file has lines of three numbers, after at most one line of titles."""
    if path.suffix.lower() not in POINT_SUFFIXES:
        return False
    lines = [line for line in head.split(b"\n")[:-1] if line.strip()][:12]
    return len(lines) >= 2 and all(POINT_LINE.match(line.rstrip(b"\r")) for line in lines[1:])


def raster_refusal(path: Path) -> str | None:
    """Return the sentence for a raster format that is not read."""
    return _REFUSED.get(path.suffix.lower())


def read_head(path: Path, size: int = 512) -> bytes:
    """Return a file's first bytes.

    Raises:
        UnreadableSource: it is not there or not readable.
    """
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise UnreadableSource(f"{path.name}: cannot be read, {error.strerror}") from error


def _driver(path: Path, head: bytes) -> str | None:
    """Return the one driver for a file; the signature counts, the suffix only where a format has none."""
    suffix = path.suffix.lower()
    for pattern, driver in _SIGNATURES:
        if pattern.match(head):
            return "BIGGIF" if driver == "GIF" and _is_big_gif(head) else driver
    if suffix == ".gpkg" and head.startswith(b"SQLite format 3\0"):
        return "GPKG"
    header = _NEEDS_HEADER.get(suffix)
    if header is not None:
        found = [side for side in (path.with_suffix(header), path.with_suffix(header.upper())) if side.exists()]
        return None if not found else "ENVI" if read_head(found[0], 8).startswith(b"ENVI") else "EHdr"
    return SUFFIX_DRIVERS[suffix] if suffix in _NO_SIGNATURE else None


def _is_big_gif(head: bytes) -> bool:
    """GDAL has a driver of its own for large GIFs."""
    width, height = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    return width * height > _BIG_GIF


def gdal_open(name: str, driver: str, *, sharing: bool = False) -> Any:
    """Open a file with one driver; that it may have no place is for us to say, not for a Python warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(name, driver=driver, sharing=sharing)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Collect what GDAL says while a file is read."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    log = logging.getLogger("rasterio._env")
    ear, passed_on = Ear(logging.WARNING), log.propagate
    log.addHandler(ear)
    log.propagate = False
    try:
        yield heard
    finally:
        log.removeHandler(ear)
        log.propagate = passed_on


def open_raster(path: Path, layer: str | None = None, **config: str) -> Any:
    """Open a raster with the one driver its signature allows; ``config`` are GDAL options for the opening.

    Raises:
        UnsupportedSource: not a raster of our list.
        UnreadableSource: GDAL cannot open it; the message is GDAL's.
    """
    if sentence := raster_refusal(path):
        raise UnsupportedSource(f"{path.name}: {sentence}")
    driver = _driver(path, read_head(path))
    if driver is None:
        raise UnsupportedSource(f"{path.name}: not a raster format that is imported")
    if path.suffix.lower() in _OTHER_FORMATS:
        raise UnsupportedSource(f"{path.name}: the content is {driver}, which the name's ending contradicts; rename it")
    with rasterio.Env(**config):
        try:
            return gdal_open(open_name(path, driver, layer), driver)
        except rasterio.errors.RasterioError as error:
            raise UnreadableSource(f"{path.name}: {_said(error, path)}") from error


def open_name(path: Path, driver: str, layer: str | None) -> str:
    """Return the name under which GDAL opens a file, or one variable or table of it."""
    whole = str(path.absolute())
    if layer is None:
        return whole
    if not re.fullmatch(r"[\w .\-/]{1,100}", layer):
        raise UnreadableSource(f"{path.name}: {layer!r} is not the name of a layer in a raster file")
    return f"NETCDF:{whole}:{layer}" if driver == "netCDF" else f"GPKG:{whole}:{layer}"


def _said(error: Exception, path: Path) -> str:
    text = _plain(str(error.__cause__ or error), path)
    return text.removeprefix(f"{path.name}: ") or "GDAL cannot open it"


def damaged(name: str, error: Exception) -> UnreadableSource:
    """Return the error for a file (``name`` as GDAL opens it) whose blocks cannot be read, with GDAL's own reason."""
    path = Path(name)
    reason = _said(error, path)
    if reason.startswith("Read failed"):
        reason = "a block of it cannot be decoded"
    return UnreadableSource(f"{path.name}: the file is damaged: {reason}")


def inspect_raster(path: Path, layer: str | None = None) -> RasterSource:
    """Look at a raster: what it claims, checked as far as that goes without reading its blocks.

    Raises:
        UnsupportedSource, UnreadableSource: as ``open_raster``; also for claims that the file's size does not bear out.
        NothingToImport: it has no bands.
    """
    with _listening() as heard, open_raster(path, layer) as dataset:
        layers = _layers(dataset)
        if any("complex" in kind for kind in dataset.dtypes):
            raise UnsupportedSource(f"{path.name}: holds complex numbers; compute the magnitude or the phase first")
        if not dataset.count and not layers:
            raise NothingToImport(f"{path.name}: holds no bands")
        if dataset.count:
            _check_claims(path, dataset)
        affine, source, disagreement = _georeferencing(path, dataset)
        disagreement += _checksums(path, dataset)
        points, points_crs = dataset.gcps
        return RasterSource(
            path=path,
            name=dataset.name,
            driver=dataset.driver,
            width=dataset.width,
            height=dataset.height,
            bands=tuple(_band(dataset, index) for index in dataset.indexes),
            crs=dataset.crs.to_wkt() if dataset.crs else None,
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
            warnings=(*disagreement, *dict.fromkeys(_plain(text, path) for text in heard)),
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
            return (f"{path.name}: its checksums do not match its heights; it may have been altered or damaged",)
    return ()


def _plain(text: str, path: Path) -> str:
    """Return GDAL's message on one line, without its own prefix and without folders."""
    folders = (f"{path.absolute().parent}/", f"{path.parent}/")
    for folder in folders:
        text = text.replace(folder, "")
    return " ".join(re.sub(r"^CPLE_\w+ in ", "", text).split())


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
    what = f"{path.name}: claims {dataset.width} x {dataset.height} pixels in {dataset.count} bands"
    if pixels > MAX_PIXELS or dataset.count > MAX_BANDS:
        raise UnreadableSource(f"{what}, more than is imported from one file; cut it into sheets")
    if claimed > FREE_BYTES and claimed > size * MAX_EXPANSION:
        raise UnreadableSource(
            f"{what}, {claimed / 1e9:.1f} GB, but has only {size} bytes; it is damaged or made to harm"
        )


def _sides(path: Path) -> list[Path]:
    """Return the file and those beside it of the same stem, which may hold its pixels (.ige, .flt)."""
    return [side for side in path.parent.glob(f"{_literal(path.stem)}.*") if side.is_file()] or [path]


def _literal(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)


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
    if not dataset.count or ColorInterp.palette not in dataset.colorinterp[:1]:
        return None
    try:
        return dict(dataset.colormap(1))
    except ValueError:
        return None


def _georeferencing(path: Path, dataset: Any) -> tuple[Affine | None, str, tuple[str, ...]]:
    """Return the geotransform, what it comes from, and what in or beside the file says otherwise."""
    if dataset.transform.is_identity and not dataset.crs:
        return None, "", ()
    if dataset.driver not in ("GTiff", "JPEG", "PNG", "BMP", "GIF"):
        return dataset.transform, "the file itself", ()
    said: dict[str, Affine] = {}
    if dataset.driver == "GTiff":
        for source, title in (
            ("PAM", ".aux.xml"),
            ("INTERNAL", "GeoTIFF keys"),
            ("TABFILE", ".tab"),
            ("WORLDFILE", "world file"),
        ):
            with (
                rasterio.Env(GDAL_GEOREF_SOURCES=source),
                gdal_open(str(path), "GTiff") as again,
            ):
                if not again.transform.is_identity:
                    said[title] = again.transform
    winner = next((title for title, affine in said.items() if affine.almost_equals(dataset.transform)), "")
    apart = [
        title for title, affine in said.items() if not _agree(affine, dataset.transform, dataset.width, dataset.height)
    ]
    told = (f"the place is told differently by {', '.join(apart)}; {winner or 'GDAL'} was believed",) if apart else ()
    if dataset.transform.is_identity and dataset.driver != "GTiff":
        return None, "", ()
    return dataset.transform, winner or "a world file or sidecar", told


def _agree(one: Affine, other: Affine, width: int, height: int) -> bool:
    """Say whether two geotransforms place every corner within half a pixel."""
    corners: npt.NDArray[np.float64] = np.array([(0, 0), (width, 0), (0, height), (width, height)], dtype=np.float64)
    ours, theirs = one @ tuple(corners.T), other @ tuple(corners.T)
    pixel = max(abs(one.a), abs(one.b), abs(one.d), abs(one.e))
    return bool(np.abs(np.subtract(ours, theirs)).max() <= 0.5 * pixel)
