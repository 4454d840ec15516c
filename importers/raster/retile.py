"""Makes a wide picture stored in compressed lines readable by squares, before it is drawn.

Drawing goes square by square. Where a file's blocks are whole lines and compressed, every square would decode its lines
over the full width again, and JPEG and PNG files can only be decoded from the top. Such a picture is copied once, line
by line, to a temporary file in squares; all others are read where they are.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import rasterio
from rasterio.windows import Window

from importers.batch import Progress
from importers.raster.driver import READING, damaged, gdal_open
from importers.raster.picture import Picture
from layers.sentences import say

NARROW = 6144
"""Pixels of width below which decoding lines again costs less than a copy: three squares."""
LINES = 512


def in_squares(picture: Picture, folder: Path, progress: Progress) -> tuple[Picture, Path | None]:
    """Return a picture that can be read by squares, and the temporary file in ``folder`` it is read from, if any.

    Raises:
        UnreadableSource: a block of the file is damaged.
    """
    if picture.width <= NARROW:
        return picture, None
    settings = rasterio.Env(**READING, GDAL_TIFF_INTERNAL_MASK=True)
    with settings, gdal_open(picture.name, picture.driver) as source:
        if not _is_in_lines(source):
            return picture, None
        passing = folder / f"{Path(picture.name).stem}.squares.tif"
        try:
            _copy(source, passing, picture, progress)
        except BaseException as error:
            passing.unlink(missing_ok=True)
            if isinstance(error, rasterio.errors.RasterioIOError):
                raise damaged(picture.name, error) from error
            raise
    return replace(picture, name=str(passing), driver="GTiff"), passing


def _is_in_lines(source: Any) -> bool:
    """Say whether blocks span the full width of a picture and must be decoded."""
    whole_lines = source.block_shapes[0][1] >= source.width
    return whole_lines and (source.compression is not None or source.driver in ("JPEG", "PNG", "GIF", "BIGGIF", "WEBP"))


def _copy(source: Any, passing: Path, picture: Picture, progress: Progress) -> None:
    profile: dict[str, Any] = {
        "driver": "GTiff", "width": source.width, "height": source.height, "count": source.count,
        "dtype": source.dtypes[0], "tiled": True, "blockxsize": LINES, "blockysize": LINES, "compress": "ZSTD",
        "zstd_level": 1, "interleave": "pixel", "BIGTIFF": "IF_SAFER", "NUM_THREADS": "2",
        "transform": source.transform, "photometric": "RGB" if source.count >= 3 else "MINISBLACK",
    }  # fmt: skip
    name = Path(picture.name).name
    with rasterio.open(passing, "w", **profile) as sink:
        for row in range(0, source.height, LINES):
            progress(row, source.height, say("reading", name=name))
            lines = Window(0, row, source.width, min(LINES, source.height - row))
            sink.write(source.read(window=lines), window=lines)
            if picture.data == "mask":
                sink.write_mask(source.read_masks(1, window=lines), window=lines)
