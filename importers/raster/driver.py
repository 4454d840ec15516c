"""Opens raster files with the one driver their signature allows; what GDAL says against it comes out as a sentence."""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio.enums import MaskFlags
from rasterio.errors import NotGeoreferencedWarning

from importers.errors import UnreadableSource, UnsupportedSource
from importers.raster.signature import driver_of, raster_refusal, read_head
from layers.sentences import listed, say

GDAL_CACHE = 32 << 20
"""Bytes of decoded blocks GDAL keeps: units of work follow each other along a row, so little is read twice."""
READING = {"GDAL_CACHEMAX": GDAL_CACHE, "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE"}
"""Settings for reading sources. Unasked, GDAL keeps a twentieth of the machine's memory; and a thread that has drawn
tiles was told not to look for files beside a raster, which here tell half of what is known of it."""
_BLOCK = re.compile(r"band (\d+): IReadBlock failed at X offset (\d+), Y offset (\d+):")
_HGT_SIDES = (1201, 3601)
_OTHER_FORMATS = (".kmz", ".kml", ".shp", ".dbf", ".dxf", ".dwg", ".zip", ".json", ".geojson", ".xlsx", ".gml")


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
    with rasterio.Env(**READING):
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
    if driver == "USGSDEM":
        return say("not-a-dem")
    if head.startswith(b"\xef\xbb\xbf"):
        return say("has-byte-order-mark")
    said = _said(error, path)
    return say("gdal-cut-off") if re.search(r"VSI|0x[0-9a-f]{4}|TIFFReadDirectory", said) else said


def _said(error: Exception, path: Path) -> str:
    text = plain_words(str(error.__cause__ or error), path)
    while text.startswith(f"{path.name}:"):
        text = text.removeprefix(f"{path.name}:").strip()
    return say("gdal-cannot-open") if not text or "not recognized as being in a supported" in text else text


def plain_words(text: str, path: Path) -> str:
    """Return GDAL's message on one line, without its own prefix, folders and advice to programmers."""
    folders = (f"{path.absolute().parent}/", f"{path.parent}/")
    for folder in folders:
        text = text.replace(folder, "")
    text = re.sub(r"^CPLE_\w+ in |\s*\([^()]*setting GDAL_\w+[^()]*\)", "", text)
    return " ".join(text.split())


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


def masked_too(dataset: Any) -> bool:
    """Say whether a file has a mask of its own, not only the one its alpha band is."""
    flags = dataset.mask_flag_enums[0]
    return MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
