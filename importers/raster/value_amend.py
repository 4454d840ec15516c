"""An overview of values like one before but for some blocks: the file is copied, blocks are put behind it.

What ``importers.raster.cog_amend`` does for pictures. A block is as GDAL's COG driver writes it: compressed bytes with
their length before them and their last four behind. Coarser levels are halved anew where finer ones changed, so that
what it costs to join a sheet hardly grows with the others.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import rasterio
from rasterio.windows import Window as RasterioWindow

from importers.raster.cog_amend import MOST_WASTE, copy_file
from importers.raster.cog_index import Tags, directories
from importers.raster.driver import READING
from importers.raster.pyramid import TILE

Planes = npt.NDArray[Any]
MOST_CHANGED = 1 << 24
"""Pixels drawn anew at most; where more changed, the file is written anew."""
OFFSETS, LENGTHS = 324, 325
ZSTD = 50000
"""TIFF's number of the compression."""


@dataclass(frozen=True)
class Region:
    """Blocks of a level that change: their first pixel (a block's first) and their values, (bands, rows, columns)."""

    column: int
    row: int
    planes: Planes


def can_be_amended(before: Path) -> bool:
    """Say whether a file is one of the form written here: blocks of one kind, no data told by a value."""
    with rasterio.Env(**READING), rasterio.open(before) as dataset:
        if dataset.nodata is None:
            return False
    with before.open("rb") as file:
        levels = list(directories(file))
    return bool(levels) and all(
        tags.get(322) == tags.get(323) == (TILE,) and tags.get(259) == (ZSTD,) and tags.get(317, (1,)) == (1,)
        for tags in levels
    )


def amended_values(before: Path, path: Path, changed: Region, by_average: bool) -> bool:
    """Write the file ``before`` at ``path`` with other blocks.

    Returns False, and leaves nothing behind, when the file must be written anew.
    """
    with before.open("rb") as file:
        levels = list(directories(file))
    blank = _blank(before)
    try:
        with before.open("rb") as source, path.open("w+b") as file, rasterio.Env(**READING):
            copy_file(source, file)
            file.seek(0, os.SEEK_END)
            for tags, region in zip(levels, _regions(before, len(levels), changed, by_average), strict=True):
                _put(file, tags, region, blank)
            size, used = file.tell(), sum(int(np.sum(tags[LENGTHS])) for tags in levels)
            if used < (1 - MOST_WASTE) * size or not all(_write(file, tags) for tags in levels):
                path.unlink()
                return False
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return True


def _blank(before: Path) -> float:
    with rasterio.open(before) as dataset:
        return float(dataset.nodata)


def _regions(before: Path, levels: int, changed: Region, by_average: bool) -> Iterator[Region]:
    """Yield what changes at each level, the finest first, each made of the one before and what lies around it."""
    yield changed
    for level in range(1, levels):
        finer = {} if level == 1 else {"overview_level": level - 2}
        with rasterio.open(before, driver="GTiff", **finer) as old:
            rows, columns = changed.planes.shape[1:]
            left, top = changed.column // (2 * TILE) * 2 * TILE, changed.row // (2 * TILE) * 2 * TILE
            right = min(old.width, -(-(changed.column + columns) // (2 * TILE)) * 2 * TILE)
            bottom = min(old.height, -(-(changed.row + rows) // (2 * TILE)) * 2 * TILE)
            around = old.read(window=RasterioWindow(left, top, right - left, bottom - top))
            at = changed.row - top, changed.column - left
            around[:, at[0] : at[0] + rows, at[1] : at[1] + columns] = changed.planes
            changed = Region(left // 2, top // 2, halved(around, old.nodata, by_average))
        yield changed


def halved(planes: Planes, nodata: float, by_average: bool) -> Planes:
    """Halve values (bands, rows, columns) of even sides: the mean, or the commonest, of those of four that are data."""
    four = np.stack([planes[:, down::2, across::2] for down in (0, 1) for across in (0, 1)])
    known = ~_void(four, nodata)
    if by_average:
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(known, four, 0).sum(axis=0, dtype=np.float64) / known.sum(axis=0)
        values = mean if planes.dtype.kind == "f" else np.floor(mean + 0.5)
    else:
        votes = ((four[:, None] == four[None]) & known).sum(axis=1) * known
        values = np.take_along_axis(four, votes.argmax(axis=0)[None], axis=0)[0]
    with np.errstate(invalid="ignore"):
        made: Planes = np.where(known.any(axis=0), values, nodata).astype(planes.dtype)
    return made


def _void(values: Planes, nodata: float) -> npt.NDArray[np.bool_]:
    return np.isnan(values) if np.isnan(nodata) else np.asarray(values == np.array(nodata).astype(values.dtype))


def _put(file: BinaryIO, tags: Tags, region: Region, nodata: float) -> None:
    """Put the blocks of a region at the file's end and note where; those without data are left out."""
    across = -(-tags[256][0] // TILE)
    where, length = np.array(tags[OFFSETS], np.uint64), np.array(tags[LENGTHS], np.uint64)
    bands, rows, columns = region.planes.shape
    for top in range(0, rows, TILE):
        for left in range(0, columns, TILE):
            part = region.planes[:, top : top + TILE, left : left + TILE]
            place = (region.row + top) // TILE * across + (region.column + left) // TILE
            where[place] = length[place] = 0
            if _void(part, nodata).all():
                continue
            block = np.full((TILE, TILE, bands), nodata, part.dtype)
            block[: part.shape[1], : part.shape[2]] = np.moveaxis(part, 0, 2)
            body = pa.compress(block.astype(block.dtype.newbyteorder("<")).tobytes(), codec="zstd", asbytes=True)
            file.write(len(body).to_bytes(4, "little"))
            where[place], length[place] = file.tell(), len(body)
            file.write(body + body[-4:])
    tags[OFFSETS], tags[LENGTHS] = where, length


def _write(file: BinaryIO, tags: Tags) -> bool:
    """Write where a level's blocks are; False when a number is too large for how they are told."""
    for number in (OFFSETS, LENGTHS):
        at, kind = tags[-number]
        if int(tags[number].max(initial=0)) > np.iinfo(kind).max:
            return False
        file.seek(at)
        file.write(tags[number].astype(f"<{kind}").tobytes())
    return True
