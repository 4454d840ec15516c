"""A layer's blocks, simplified and drawn for all its levels at once, and kept until the tables are made of them."""

from collections.abc import Callable, Sequence

import shapely

from layers.level.generalise import Shapes
from layers.level.parts import DrawnClasses, TileParts
from layers.level.pieces import PieceTable
from layers.level.plan import ZoomBand
from layers.level.shapes import BLOCK_VERTICES, Block, read_blocks
from layers.level.tables import DrawnFeatures, LevelTables
from layers.level.tile_pictures import DrawnPictures
from layers.memory import give_back
from layers.overlapped import Behind, overlapped

HEAVY = 5
"""Blocks that one may weigh as much as before it is drawn alone."""
MOST_WAITING = 2 * BLOCK_VERTICES
"""Vertices of a block's shapes that may wait to be cut while the next is drawn."""
Made = DrawnFeatures | DrawnClasses | DrawnPictures


class LevelBlocks:
    """Draws blocks in threads, for the ``bands`` of features and those whose tiles are dissolved."""

    def __init__(self, tables: LevelTables, bands: Sequence[ZoomBand], pieces: PieceTable, behind: Behind) -> None:
        self._tables, self._pieces, self._behind = tables, pieces, behind
        self._density = tables.spool.density()
        cut = [band for band in bands if band.method in ("dissolve", "cells")]
        self.parts = TileParts(cut, self._density.dimension) if cut else None
        self._bands = [*tables.features, *(self.parts.made_of if self.parts else ())]
        self._least = min(band.tolerance for band in self._bands)

    def draw(self, told: Callable[[float], None]) -> None:
        """Draw every block; ``told`` hears the share done."""
        done = 0
        for count, made in overlapped(self._drawn, read_blocks(self._tables.spool), _weight):
            cut = 0
            while made:
                cut += self._keep(made.pop(0))
            if cut > MOST_WAITING:  # heavy shapes that wait to be cut are not held beside the next
                self._behind.wait()
                give_back()
            done += count
            told(done / max(self._density.total, 1))

    def _drawn(self, block: Block) -> tuple[int, list[Made]]:
        if _weight(block) >= 1.0:
            give_back()  # the geometries that its areas were made of
        shapes = Shapes.of(block.areas, block.others, self._least)
        made: list[Made] = []
        for band in self._bands:
            drawn = shapes.simplified(band.tolerance, band.unit)
            if band.method == "simplify":
                made.append(DrawnFeatures.of(band, block, drawn))
            elif self.parts:
                made += self.parts.draw(band, block, drawn)
        return int(block.own.sum()), made

    def _keep(self, made: Made) -> int:
        """Keep what a block draws; returns the vertices of shapes that are still to be cut."""
        if isinstance(made, DrawnFeatures):
            self._tables.add(made)
            if len(made.large):
                zooms = made.band.min_zoom, made.band.max_zoom
                self._behind.do(self._pieces.add, made.large, made.large_shapes, *zooms)
                return int(shapely.get_num_coordinates(made.large_shapes).sum())
        elif self.parts:
            self.parts.add(made)
        return 0


def _weight(block: Block) -> float:
    """How heavy a block is: one that is far larger than others, for one feature in it, is drawn alone."""
    vertices = len(block.areas.ring) + int(shapely.get_num_coordinates(block.others).sum())
    return vertices / (HEAVY * BLOCK_VERTICES)
