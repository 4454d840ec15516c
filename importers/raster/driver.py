"""Opens raster files safely: a file's signature chooses the one GDAL driver that may open it.

So an upload can reach no driver that follows paths or calls servers (VRT, WMS, tile indexes, archives in names). What
GDAL says of a file that it cannot open or read comes out as one sentence.
"""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import NotGeoreferencedWarning

from importers.errors import UnreadableSource, UnsupportedSource
from layers.sentences import listed, say

GDAL_CACHE = 64 << 20
"""Bytes of decoded blocks GDAL keeps: units of work follow each other along a row, so little is read twice."""
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
        (
            rb"(?i)(?:\xef\xbb\xbf)?\s*(?:ncols|nrows|xllcorner|xllcenter|yllcorner|yllcenter|cellsize|dx)[\s=]",
            "AAIGrid",
        ),
        (rb"DSAA", "GSAG"),
        (rb"DSBB", "GSBG"),
        (rb"DSRB", "GS7BG"),
        (rb"UHL1|HDR1.{0,77}UHL1|VOL1.*UHL1", "DTED"),
        (rb"CDF[\x01\x02\x05]|\x89HDF\r\n\x1a\n", "netCDF"),
    )
)
_NSDTF = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:DataMark\s*(?::|\xa3\xba|\xef\xbc\x9a)\s*)?C?N?SDTF-DEM\s", re.IGNORECASE)
_BY_NAME = {".hgt": "SRTMHGT", ".xyz": "XYZ", ".dem": "USGSDEM"}
_RAW = (".bil", ".flt", ".bsq", ".bip", ".raw", ".dat", ".img", ".bin", "")
"""Endings of files that hold bare pixels; the header beside them says what they are."""
POINT_SUFFIXES = (".xyz", ".txt", ".csv", ".asc", ".pts")
_NUMBER = rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
POINT_LINE = re.compile(rb"^\s*" + _NUMBER + rb"\s*([,;\t ])\s*" + _NUMBER + rb"\s*[,;\t ]\s*" + _NUMBER + rb"\s*$")
_REFUSED = {
    ".vrt": say("no-vrt"),
    ".ecw": say("no-ecw"),
    ".sid": say("no-mrsid"),
    ".wms": say("no-wms"),
    ".mbtiles": say("no-mbtiles"),
}
_BLOCK = re.compile(r"band (\d+): IReadBlock failed at X offset (\d+), Y offset (\d+):")
_HGT_SIDES = (1201, 3601)
_BIG_GIF = 10_000_000
_OTHER_FORMATS = (".kmz", ".kml", ".shp", ".dbf", ".dxf", ".dwg", ".zip", ".json", ".geojson", ".xlsx", ".gml")


def is_raster(path: Path, head: bytes) -> bool:
    """Say whether this is a raster we know (also one that is refused with a sentence), by signature and name only."""
    suffix = path.suffix.lower()
    return (
        suffix in _REFUSED
        or driver_of(path, head) is not None
        or (suffix in (".asc", ".pts") and is_point_grid(path, head))
        or is_nsdtf(head)
    )


def is_nsdtf(head: bytes) -> bool:
    """Say whether a file begins as China's national exchange format for height grids does."""
    return _NSDTF.match(head) is not None


def is_heights_as_text(path: Path, head: bytes) -> bool:
    """Say whether a file holds heights in one of the text forms that GDAL does not read and we do."""
    return is_nsdtf(head) or is_point_grid(path, head)


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
        raise UnreadableSource(say("cannot-be-read-because", file=path.name, strerror=error.strerror)) from error


def driver_of(path: Path, head: bytes) -> str | None:
    """Return the one driver for a file; the signature counts, a header or the suffix only where a format has none."""
    suffix = path.suffix.lower()
    for pattern, driver in _SIGNATURES:
        if pattern.match(head):
            return "BIGGIF" if driver == "GIF" and _is_big_gif(head) else driver
    if suffix == ".gpkg" and head.startswith(b"SQLite format 3\0"):
        return "GPKG"
    if suffix in _RAW and (header := header_of(path)) is not None:
        return "ENVI" if read_head(header, 8).startswith(b"ENVI") else "EHdr" if suffix in (".bil", ".flt") else None
    return _BY_NAME.get(suffix)


def header_of(path: Path) -> Path | None:
    """Return the ``.hdr`` beside a file of bare pixels: ``name.hdr`` or ``name.dat.hdr``."""
    beside = (path.with_suffix(".hdr"), path.with_suffix(".HDR"), path.with_name(f"{path.name}.hdr"))
    return next((side for side in beside if side != path and side.is_file()), None)


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
def listening() -> Iterator[list[str]]:
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


@contextmanager
def open_raster(path: Path, layer: str | None = None) -> Iterator[Any]:
    """Open a raster with the one driver its signature allows, for the length of the context.

    Raises:
        UnsupportedSource: not a raster of our list.
        UnreadableSource: GDAL cannot open it, or a block that is read inside the context is damaged.
    """
    if sentence := raster_refusal(path):
        raise UnsupportedSource(say("file-sentence", file=path.name, sentence=sentence))
    head = read_head(path)
    driver = driver_of(path, head)
    if driver is None:
        raise UnsupportedSource(say("raster-not-imported", file=path.name))
    if path.suffix.lower() in _OTHER_FORMATS:
        raise UnsupportedSource(say("content-contradicts-name", file=path.name, driver=driver))
    with rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE):  # unasked, GDAL keeps a twentieth of the machine's memory
        try:
            dataset = gdal_open(open_name(path, driver, layer), driver)
        except rasterio.errors.RasterioError as error:
            raise UnreadableSource(
                say("file-why-not", file=path.name, why_not=_why_not(path, driver, head, error))
            ) from error
        with dataset:
            try:
                yield dataset
            except rasterio.errors.RasterioIOError as error:
                raise damaged(str(path), error) from error


def open_name(path: Path, driver: str, layer: str | None) -> str:
    """Return the name under which GDAL opens a file, or one variable or table of it.

    Raises:
        UnreadableSource: the layer's name is not one GDAL can be given.
    """
    whole = str(path.absolute())
    if layer is None:
        return whole
    if not re.fullmatch(r"[\w .\-/]{1,100}", layer):
        raise UnreadableSource(say("raster-layer-unknown", file=path.name, layer=layer))
    return f"NETCDF:{whole}:{layer}" if driver == "netCDF" else f"GPKG:{whole}:{layer}"


def _why_not(path: Path, driver: str, head: bytes, error: Exception) -> str:
    """Say why GDAL does not open a file, in our words where they are better than its own."""
    if path.stat().st_size == 0:
        return say("the-file-is-empty")
    if driver == "SRTMHGT":
        sizes = listed(say("hgt-side", size=2 * side * side, side=side) for side in _HGT_SIDES)
        if path.stat().st_size not in [2 * side * side for side in _HGT_SIDES]:
            return say("hgt-size", sizes=sizes, st_size=path.stat().st_size)
        return say("hgt-name")
    if driver == "XYZ":
        return say("not-xyz-grid")
    if head.startswith(b"\xef\xbb\xbf"):
        return say("has-byte-order-mark")
    said = _said(error, path)
    return say("gdal-cut-off") if re.search(r"VSI|0x[0-9a-f]{4}", said) else said


def _said(error: Exception, path: Path) -> str:
    text = plain_words(str(error.__cause__ or error), path)
    while text.startswith(f"{path.name}:"):
        text = text.removeprefix(f"{path.name}:").strip()
    return say("gdal-cannot-open") if not text or "not recognized as being in a supported" in text else text


def plain_words(text: str, path: Path) -> str:
    """Return GDAL's message on one line, without its own prefix and without folders."""
    folders = (f"{path.absolute().parent}/", f"{path.parent}/")
    for folder in folders:
        text = text.replace(folder, "")
    return " ".join(re.sub(r"^CPLE_\w+ in ", "", text).split())


def damaged(name: str, error: Exception) -> UnreadableSource:
    """Return the error for a file (``name`` as GDAL opens it) whose blocks cannot be read, with GDAL's own reason."""
    path = Path(name)
    reason = _said(error, path)
    if reason.startswith("Read failed"):
        reason = say("block-undecodable")
    if block := _BLOCK.search(reason):
        reason = say(
            "block-unreadable", block=block[2], block2=block[3], block3=block[1], reason=reason[block.end() :].strip()
        )
    return UnreadableSource(say("raster-damaged", file=path.name, reason=reason))
