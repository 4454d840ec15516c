"""Height grids in China's national exchange format, NSDTF-DEM (GB/T 17798 of 1999 and of 2007), made into rasters.

A header, then the heights from the north-western corner row by row, as whole numbers: value / HZoom is in metres,
-99999 a void. The edition of 2007 writes ``Name:value`` a line, that of 1999 the same values without names in a fixed
order: mark, version, unit, angle, compression, X0, Y0, DX, DY, rows, columns, HZoom. X0, Y0 is the place of the first
height; GDAL has no driver.
"""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine

from importers.errors import UnreadableSource
from importers.raster.signature import is_nsdtf
from layers.sentences import say

OLD_ORDER = ("version", "unit", "alpha", "compress", "x0", "y0", "dx", "dy", "row", "col", "hzoom")
VOID = -99_999.0
MAX_CELLS = 400_000_000
UNITS_M = {"m": 1.0, "k": 1000.0, "d": 1.0}
"""Metres of a ground unit; degrees stay degrees."""
_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*[:：]\s*(.*?)\s*$")


@dataclass(frozen=True)
class _Header:
    west: float
    north: float
    dx: float
    dy: float
    rows: int
    columns: int
    zoom: float
    void: float


def rasterise_nsdtf(path: Path, folder: Path) -> Path:
    """Write the grid as a GeoTIFF of float32 in metres with NaN voids in ``folder``, its ``.prj`` beside it.

    Raises:
        UnreadableSource: the header lacks something, or the heights are not as many as it claims.
    """
    with path.open("rb") as file:
        header = _header(path, file)
        heights = _numbers(path, file.read())
    if len(heights) != header.rows * header.columns:
        raise UnreadableSource(
            say("nsdtf-count", file=path.name, found=len(heights), rows=header.rows, columns=header.columns)
        )
    values = np.where(heights == header.void, np.nan, heights / header.zoom).astype(np.float32)
    target = folder / path.name
    affine = Affine(header.dx, 0, header.west - header.dx / 2, 0, -header.dy, header.north + header.dy / 2)
    with rasterio.open(
        target, "w", driver="GTiff", width=header.columns, height=header.rows, count=1, dtype="float32",
        transform=affine, nodata=float("nan"), tiled=True, blockxsize=256, blockysize=256, compress="ZSTD",
    ) as sink:  # fmt: skip
        sink.write(values.reshape(header.rows, header.columns), 1)
        sink.update_tags(NSDTF="yes")
    for prj in (path.with_suffix(".prj"), path.with_suffix(".PRJ")):
        if prj.is_file():
            target.with_suffix(".prj").write_bytes(prj.read_bytes())
    return target


def _numbers(path: Path, body: bytes) -> npt.NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # numpy's way to say that a word is no number
        try:
            return np.fromstring(body.decode("ascii", "replace").strip(), dtype=np.float64, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise UnreadableSource(say("nsdtf-header", file=path.name, error=error)) from None


def _header(path: Path, file: BinaryIO) -> _Header:
    """Read the header and leave the file where the heights begin."""
    first = file.readline(256).decode("latin-1")
    assert is_nsdtf(first.encode("latin-1"))
    told: dict[str, str] = {}
    if ":" in first or "：" in first:
        while True:
            place = file.tell()
            line = file.readline(512)
            found = _NAMED.match(line.decode("gb18030", "replace"))
            if not line or (found is None and line.strip()):
                file.seek(place)
                break
            if found is not None:
                told[found[1].lower()] = found[2]
    else:
        told = {name: file.readline(256).decode("latin-1").strip() for name in OLD_ORDER}
    return _settled(path, told)


def _settled(path: Path, told: dict[str, str]) -> _Header:
    unit = told.get("unit", "M")[:1].lower()
    try:
        if float(told.get("alpha", 0)) or float(told.get("compress", 0)) or unit not in UNITS_M:
            what = ", ".join(f"{name} {told[name]}" for name in ("alpha", "compress", "unit") if name in told)
            raise UnreadableSource(say("nsdtf-not-so", file=path.name, what=what))
        west, north, dx, dy = (float(told[name]) * UNITS_M[unit] for name in ("x0", "y0", "dx", "dy"))
        rows, columns, zoom = int(told["row"]), int(told["col"]), float(told.get("hzoom", 1)) or 1.0
        header = _Header(west, north, abs(dx), abs(dy), rows, columns, zoom, float(told.get("nodata_value", VOID)))
    except (KeyError, ValueError) as error:
        raise UnreadableSource(say("nsdtf-header", file=path.name, error=error)) from None
    if not (0 < rows * columns <= MAX_CELLS and header.dx and header.dy):
        raise UnreadableSource(say("nsdtf-header", file=path.name, error=f"{rows} x {columns}, {dx} x {dy}"))
    return header
