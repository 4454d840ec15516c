"""A picture like one before but for some tiles: the file is copied, tiles are put behind it, directories changed.

The system copies the file by itself (``copy_file_range``; some file systems copy nothing at all), so what it costs to
change a few tiles hardly grows with the others. Directories still come first, but the blocks of a level no longer lie
together: a strict validator of COGs minds. Tiles that were replaced stay in the file as waste, until a third of it is
waste and the file is written anew.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from importers.raster.cog_file import CLASSIC_LIMIT, FULL_MASK
from importers.raster.cog_index import StoredTiles
from importers.raster.cog_tiles import EncodedTile

MOST_WASTE = 1 / 3
"""Share of a file that may be tiles which were replaced."""


def amended(
    before: StoredTiles, path: Path, tiles: Iterable[EncodedTile], empty: Iterable[tuple[int, int, int]]
) -> bool:
    """Write the file ``before`` at ``path`` with other ``tiles``, those at ``empty`` (level, column, row) left out.

    Returns False, and leaves nothing behind, when the file must be written anew.
    """
    old = before.copied()
    try:
        with path.open("w+b") as file:
            copy_file(old.file, file)
            full_at = file.seek(0, os.SEEK_END)
            file.write(FULL_MASK)
            for tile in tiles:
                level = old.levels[tile.level]
                place = tile.row, tile.column
                level.where[place], level.length[place] = file.tell(), file.write(tile.body)
                level.mask_where[place], level.mask_length[place] = full_at, len(FULL_MASK)
                if tile.mask is not None:
                    level.mask_where[place], level.mask_length[place] = file.tell(), file.write(tile.mask)
            for number, column, row in empty:
                for array in old.levels[number].arrays:
                    array[row, column] = 0
            size = file.tell()
            if (not old.is_big and size > CLASSIC_LIMIT) or old.used < (1 - MOST_WASTE) * size:
                path.unlink()
                return False
            old.write_directories(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return True


def copy_file(source: BinaryIO, target: BinaryIO) -> None:
    """Copy a file whole, by the system where it can."""
    size, done = os.fstat(source.fileno()).st_size, 0
    with suppress(OSError):  # not between these two file systems
        while done < size:
            copied = os.copy_file_range(source.fileno(), target.fileno(), size - done, done, done)
            if not copied:
                break
            done += copied
    if done < size:
        source.seek(done)
        target.seek(done)
        shutil.copyfileobj(source, target, 1 << 20)
