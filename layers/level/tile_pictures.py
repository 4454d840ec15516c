"""A tile's picture: its classes painted on 512 x 512 pixels block by block, and the cells read from it."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from struct import Struct

import numpy as np
import numpy.typing as npt
import shapely

from layers.level.areas import Areas
from layers.level.cells import Classes, paint, prevailing
from layers.level.dissolving import touched_tiles
from layers.level.generalise import Drawn
from layers.level.outlines import outline
from layers.level.plan import ZoomBand
from layers.level.shapes import Block
from layers.level.square import BUFFER_UNITS, Square

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SIDE = 512
BROAD = 0.25
"""Share of a tile's side from which an area is painted beneath all that are smaller, of whatever block."""
_WHERE = Struct("<4H")


@dataclass(frozen=True)
class DrawnPictures:
    """What a block's own areas leave in the picture of each tile of a band (one zoom), packed.

    0 is "nothing" in a picture, so classes are painted one higher. Broad areas have pictures of their own, which are
    laid beneath those of other blocks.
    """

    band: ZoomBand
    column: Numbers
    row: Numbers
    broad: Flags
    bodies: Sequence[bytes]

    @classmethod
    def of(cls, band: ZoomBand, block: Block, drawn: Drawn) -> "DrawnPictures":
        """Paint a block."""
        areas, numbers = drawn.areas.only(block.own), block.number + 1
        extent, limit = areas.extent(), BROAD * Square(band.max_zoom, 0, 0).side
        dots = np.flatnonzero(block.own & (shapely.get_dimensions(drawn.others) == 2))
        small = _Dots(shapely.bounds(drawn.others[dots]), numbers[dots])
        made = [
            *_painted(areas.only(extent >= limit), _Dots.none(), numbers, band.max_zoom, True),
            *_painted(areas.only(extent < limit), small, numbers, band.max_zoom, False),
        ]
        columns, rows, broad, bodies = zip(*made, strict=True) if made else ((), (), (), ())
        return cls(band, np.array(columns, np.int64), np.array(rows, np.int64), np.array(broad, bool), bodies)


@dataclass(frozen=True)
class _Dots:
    """Areas below a pixel: their boxes and numbers."""

    boxes: Floats
    numbers: Numbers

    @classmethod
    def none(cls) -> "_Dots":
        return cls(np.zeros((0, 4)), np.zeros(0, np.int64))

    def paint(self, image: Classes, square: Square) -> None:
        """Paint each into the pixel its middle lies in."""
        scale = SIDE / square.side
        across = np.floor((self.boxes[:, [0, 2]].mean(axis=1) - square.west) * scale)
        down = np.floor((square.north - self.boxes[:, [1, 3]].mean(axis=1)) * scale)
        inside = (across >= 0) & (across < SIDE) & (down >= 0) & (down < SIDE)
        image[down[inside].astype(np.int64), across[inside].astype(np.int64)] = self.numbers[inside]


def _painted(
    areas: Areas, dots: _Dots, numbers: Numbers, zoom: int, broad: bool
) -> Iterator[tuple[int, int, bool, bytes]]:
    """Yield column and row of every tile touched, and what is painted there."""
    boxes = areas.boxes()
    there = np.flatnonzero(~np.isnan(boxes[:, 0]))
    owner, column, row = touched_tiles(np.concatenate([boxes[there], dots.boxes]), zoom, 0)
    keys = column << 32 | row
    for key in np.unique(keys).tolist():
        square = Square(zoom, key >> 32, key & 0xFFFFFFFF)
        mine = owner[keys == key]
        wanted = np.zeros(areas.size, bool)
        wanted[there[mine[mine < len(there)]]] = True
        image = np.zeros((SIDE, SIDE), np.uint16)
        scale = SIDE / square.side
        here = areas.only(wanted)
        at = (here.coordinates - (square.west, square.north)) * (scale, -scale)
        paint(image, replace(here, coordinates=at), numbers)
        dots.paint(image, square)
        if image.any():
            yield square.column, square.row, broad, _packed(image)


def _packed(image: Classes) -> bytes:
    """The part of a picture that holds something, and where it lies."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    part = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _WHERE.pack(rows[0], columns[0], *part.shape) + zlib.compress(part.tobytes(), 1)


def laid_together(bodies: Iterable[bytes]) -> Classes:
    """Return a tile's picture of what blocks painted, later ones over earlier ones."""
    image = np.zeros((SIDE, SIDE), np.uint16)
    for body in bodies:
        top, left, height, width = _WHERE.unpack_from(body)
        pixels = zlib.decompress(memoryview(body)[_WHERE.size :])
        part = np.frombuffer(pixels, np.uint16).reshape(height, width)
        below = image[top : top + height, left : left + width]
        np.copyto(below, part, where=part > 0)
    return image


def cells_of(image: Classes, cell: int, coarseness: int = 1) -> Classes:
    """The cells of a picture, whose pixel is ``coarseness`` pixels of the tile wide; those at its edge go on into the
    buffer.
    """
    each = cell // coarseness
    return np.pad(prevailing(image, each) if each > 1 else image, _margin(cell), mode="edge")


def placed(cells: Classes, cell: int, square: Square) -> tuple[Areas, Numbers]:
    """Outlines of each class of cells in their place, corners on the tile's lattice, and the classes in order."""
    margin, scale = _margin(cell), cell * square.side / SIDE
    west, north = square.west - margin * scale, square.north + margin * scale
    areas, numbers = outline(cells)
    return replace(areas, coordinates=areas.coordinates * (scale, -scale) + (west, north)), numbers


def _margin(cell: int) -> int:
    return -(-BUFFER_UNITS // (8 * cell))
