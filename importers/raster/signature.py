"""Tells by a file's first bytes which one GDAL driver may open it, and which kinds are known and not read.

So an upload can reach no driver that follows paths or calls servers (VRT, WMS, tile indexes, archives in names).
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from importers.errors import UnreadableSource
from layers.sentences import say

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
        (rb"GRID1\.2\0", "AIG"),
        (rb"UHL1|HDR1.{0,77}UHL1|VOL1.*UHL1", "DTED"),
        (rb"CDF[\x01\x02\x05]|\x89HDF\r\n\x1a\n", "netCDF"),
    )
)
_NSDTF = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:DataMark\s*(?::|\xa3\xba|\xef\xbc\x9a)\s*)?C?N?SDTF-DEM\s", re.IGNORECASE)
_BY_NAME = {".hgt": "SRTMHGT", ".xyz": "XYZ", ".dem": "USGSDEM"}
_RAW = (".bil", ".flt", ".bsq", ".bip", ".dem", ".raw", ".dat", ".img", ".bin", "")
"""Endings of files that hold bare pixels; the header beside them says what they are."""
_BARE = (".bil", ".bip", ".bsq", ".flt")
"""Those among them that are nothing else: without a header they cannot be read."""
ESRI_HEADER = "hdr.adf"
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
_BIG_GIF = 10_000_000


def is_raster(path: Path, head: bytes) -> bool:
    """Say whether this is a raster we know (also one that is refused with a sentence), by signature and name only."""
    suffix = path.suffix.lower()
    return (
        suffix in _REFUSED
        or suffix in _BARE
        or driver_of(path, head) is not None
        or (suffix in (".asc", ".pts") and is_point_grid(path, head))
        or is_nsdtf(head)
    )


def is_esri_grid(path: Path) -> bool:
    """Say whether a folder is an Arc/Info binary grid."""
    return path.is_dir() and (path / ESRI_HEADER).is_file()


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
    """Return the sentence for a raster format that is not read, or for bare pixels whose header is missing."""
    suffix = path.suffix.lower()
    if suffix in _BARE and header_of(path) is None:
        return say("header-missing", header=f"{path.stem}.hdr")
    return _REFUSED.get(suffix)


def read_head(path: Path, size: int = 512) -> bytes:
    """Return a file's first bytes; of an Esri grid, which is a folder, those of its header.

    Raises:
        UnreadableSource: it is not there or not readable.
    """
    try:
        with (path / ESRI_HEADER if is_esri_grid(path) else path).open("rb") as file:
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
        if read_head(header, 8).startswith(b"ENVI"):
            return "ENVI"
        return "EHdr" if suffix in (*_BARE, ".dem") else None
    return _BY_NAME.get(suffix)


def holds_only_rasters(geopackage: Path) -> bool:
    """Say whether a GeoPackage's own contents list tiles or gridded coverages and nothing else."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(geopackage.absolute()))}?mode=ro", uri=True)) as database:
            kinds = {row[0] for row in database.execute("SELECT data_type FROM gpkg_contents LIMIT 1000")}
    except sqlite3.Error:
        return False
    return bool(kinds) and kinds <= {"tiles", "2d-gridded-coverage"}


def header_of(path: Path) -> Path | None:
    """Return the ``.hdr`` beside a file of bare pixels: ``name.hdr`` or ``name.dat.hdr``."""
    beside = (path.with_suffix(".hdr"), path.with_suffix(".HDR"), path.with_name(f"{path.name}.hdr"))
    return next((side for side in beside if side != path and side.is_file()), None)


def _is_big_gif(head: bytes) -> bool:
    """GDAL has a driver of its own for large GIFs."""
    width, height = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    return width * height > _BIG_GIF
