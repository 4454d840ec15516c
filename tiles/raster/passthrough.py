"""Tiles that lie ready in the file: their compressed bytes are the answer, copied without decoding a pixel.

A published image is written with its blocks, at every overview, on the tiles of a grid. Then a tile is a byte range: a
WebP block is a WebP file as it stands, a JPEG block becomes one when the tables that all blocks share are put back into
it. Only blocks wholly inside the data qualify; whether the mask of a block is full is read once and remembered with the
open file. Everything else (edges, other grids, a changed rendering) takes the decoding path.
"""

from typing import NamedTuple

from rasterio.windows import Window

from layers.crs.names import parse_crs, same_crs
from layers.layer import RasterFile
from layers.storage import Storage
from tiles.grid import Grid, Tile
from tiles.raster.encode import MEDIA_TYPES, Format, Picture, nothing
from tiles.raster.handles import POOL, file_name
from tiles.raster.open_raster import OpenRaster

CODECS = {"jpeg": "jpeg", "webp": "webp"}
"""TIFF compression (rasterio's spelling) to picture format."""
TOLERANCE = 1e-3
"""Part of a pixel by which a block may lie off its tile."""


def copy_tile(file: RasterFile, storage: Storage, grid: Grid, tile: Tile, wanted: Format) -> Picture | None:
    """The tile as it lies in ``file``; None when it has to be drawn."""
    name = file_name(storage, file.key)
    if name.startswith("/vsi"):
        return None  # GDAL reads remote files; byte ranges of a bucket are not copied from here
    with POOL.borrow(name) as raster:
        codec = raster.note("codec", _codec)
        if codec is None or wanted not in ("auto", codec):
            return None
        place = raster.note(("place", grid.id, *tile[1:]), lambda opened: _place(opened, file, grid, tile))
        if place is None:
            return None
        if place.size == 0:
            return nothing(grid.tile_size, wanted) if raster.mask_kind in ("mask", "alpha") else None
        if not place.full:
            return None
        return Picture(_picture(raster.file_bytes(place.offset, place.size), place.tables), MEDIA_TYPES[codec])


def copy_at_hand(file: RasterFile, storage: Storage, grid: Grid, tile: Tile, wanted: Format) -> Picture | None:
    """What ``copy_tile`` gives, when it need not wait for anything: the file is open, the place of the tile is known,
    its bytes lie in the system's memory. None otherwise, or when there is no tile to copy.

    So short that it need not leave the event loop for a thread, which costs several times as much.
    """
    raster = POOL.idle(file_name(storage, file.key))
    if raster is None:
        return None
    try:
        codec, place = raster.noted("codec"), raster.noted(("place", grid.id, *tile[1:]))
        if codec is None or place is None or wanted not in ("auto", codec) or not (place.size and place.full):
            return None
        data = raster.bytes_at_hand(place.offset, place.size)
        return None if data is None else Picture(_picture(data, place.tables), MEDIA_TYPES[codec])
    finally:
        POOL.give_back(raster)


class _Place(NamedTuple):
    """Where the block of a tile lies in the file (size 0: left out), the JPEG tables it shares, whether it is full."""

    offset: int
    size: int
    tables: bytes
    full: bool


def _place(raster: OpenRaster, file: RasterFile, grid: Grid, tile: Tile) -> _Place | None:
    found = _block(raster, file, grid, tile)
    if found is None:
        return None
    level, row, col = found
    offset, size = (_tag(raster, f"BLOCK_{what}_{col}_{row}", level) for what in ("OFFSET", "SIZE"))
    if not offset or not size:
        return _Place(0, 0, b"", full=False)
    full = raster.mask_kind != "mask" or _full(raster, level, row, col, grid.tile_size)
    return _Place(int(offset), int(size), raster.note(("tables", level), lambda opened: _tables(opened, level)), full)


def _tables(raster: OpenRaster, level: int) -> bytes:
    """The JPEG tables that the blocks of a level share, without the marks of beginning and end; none for WebP."""
    return bytes.fromhex(_tag(raster, "JPEGTABLES", level) or "")[2:-2]


def _picture(block: bytes, tables: bytes) -> bytes:
    """A block as a picture file: JPEG tables go in after the mark of the beginning."""
    return block[:2] + tables + block[2:] if tables else block


def _codec(raster: OpenRaster) -> str | None:
    """The picture format of the file's blocks; None when they are no pictures by themselves."""
    dataset = raster.base
    codec = CODECS.get(dataset.profile.get("compress", "").lower())
    if codec is None or set(dataset.dtypes) != {"uint8"} or raster.mask_kind == "nodata":
        return None
    if codec == "webp":
        return codec if raster.count in (3, 4) else None
    bands_fit = raster.count == 1 or (raster.count == 3 and dataset.profile.get("photometric", "").lower() == "ycbcr")
    return codec if bands_fit else None  # a reader takes three bare JPEG components for YCbCr


def _block(raster: OpenRaster, file: RasterFile, grid: Grid, tile: Tile) -> tuple[int, int, int] | None:
    """Level, block row and block column of a tile; None when the file is not aligned to it."""
    aligned = raster.note(("aligned", grid.id), lambda opened: _aligned_levels(opened, file, grid))
    place = aligned.get(tile.z)
    if place is None:
        return None
    level, first_row, first_col = place
    row, col = tile.row - first_row, tile.col - first_col
    size = grid.tile_size
    ratio = raster.ratios[level]
    if not (0 <= row < raster.height / ratio / size and 0 <= col < raster.width / ratio / size):
        return None
    return level, row, col


def _aligned_levels(raster: OpenRaster, file: RasterFile, grid: Grid) -> dict[int, tuple[int, int, int]]:
    """For every grid level whose tiles are blocks of the file: the file's level, and the tile of its first block."""
    transform, size = raster.base.transform, grid.tile_size
    levels: dict[int, tuple[int, int, int]] = {}
    if transform.b or transform.d or not same_crs(parse_crs(file.crs), grid.crs):
        return levels
    for z, matrix in enumerate(grid.matrices):
        if matrix.from_bottom:
            continue
        first_col, first_row = (
            (transform.c - matrix.left) / matrix.cell / size,
            (matrix.top - transform.f) / matrix.cell / size,
        )
        off = max(abs(first_col - round(first_col)), abs(first_row - round(first_row))) * size
        if off > TOLERANCE:
            continue
        for level, ratio in enumerate(raster.ratios):
            cell_off = max(abs(transform.a * ratio / matrix.cell - 1), abs(-transform.e * ratio / matrix.cell - 1))
            if cell_off * max(raster.width, raster.height) < TOLERANCE and _blocks_are_tiles(raster, level, size):
                levels[z] = level, round(first_row), round(first_col)
    return levels


def _blocks_are_tiles(raster: OpenRaster, level: int, size: int) -> bool:
    ratio = int(raster.ratios[level])
    whole = raster.width % (ratio * size) == 0 and raster.height % (ratio * size) == 0
    return whole and set(raster.level(level).block_shapes) == {(size, size)}


def _tag(raster: OpenRaster, name: str, level: int) -> str | None:
    value: str | None = raster.base.get_tag_item(name, "TIFF", bidx=1, ovr=level - 1 if level else None)
    return value


def _full(raster: OpenRaster, level: int, row: int, col: int, size: int) -> bool:
    """Whether every pixel of a block is data, by its mask."""
    return bool(raster.read_mask(level, Window(col * size, row * size, size, size)).min() == 255)
