"""A unit of a picture of which only some tiles are drawn: all others are taken over from the file before.

A coarser tile is made anew where one below it is: of the new pixels, and of the stored ones beside them.
"""

from collections.abc import Iterable

from importers.raster.cog import DrawnUnit, join_four, widened
from importers.raster.cog_index import StoredTiles, decode
from importers.raster.cog_tiles import EncodedTile, Tile, cut_tiles, halve
from importers.raster.pyramid import TILE, Pyramid, Unit


def patched(
    old: StoredTiles, pyramid: Pyramid, unit: Unit, in_colour: bool, part: Unit | None, drawn: Tile | None
) -> DrawnUnit:
    """Return a unit whose tiles in ``part`` (None: none) are ``drawn`` and the others those that are stored."""
    tiles: list[EncodedTile] = []
    top: Tile | None = None
    for level in range(pyramid.unit_levels + 1):
        made = _at(part, level) if drawn is not None else None
        places = [place for place in _places(unit, level) if made is None or not _holds(made, *place)]
        kept = [_stored(old, pyramid, level, *place) for place in places]
        tiles += [tile for tile in kept if tile is not None]
        if made is not None and drawn is not None:
            tiles += cut_tiles(level, made.column, made.row, *drawn)
            top = drawn
            if level < pyramid.unit_levels:
                drawn = halve(*_with_neighbours(old, pyramid, level, made, drawn, in_colour))
        elif level == pyramid.unit_levels and kept[0] is not None:
            top = decode(kept[0].body, kept[0].mask, in_colour)
    return DrawnUnit(unit, tuple(tiles), top)


def changed_tiles(
    old: StoredTiles, pyramid: Pyramid, drawn: Iterable[DrawnUnit], in_colour: bool
) -> tuple[list[EncodedTile], list[tuple[int, int, int]]]:
    """Return the tiles of patched units and of all levels above them that are not the stored ones, and the places
    (level, column, row) where tiles are stored and there is nothing any more."""
    tiles: list[EncodedTile] = []
    empty: list[tuple[int, int, int]] = []
    tops: dict[tuple[int, int], Tile | None] = {}
    for one in drawn:
        made = {(tile.level, tile.column, tile.row): tile for tile in one.tiles}
        for level in range(pyramid.unit_levels + 1):
            for column, row in _places(one.unit, level):
                tile, stored = made.get((level, column, row)), _stored(old, pyramid, level, column, row)
                if tile is None and stored is not None:
                    empty.append((level, column, row))
                elif tile is not None and tile != stored:
                    tiles.append(tile)
        tops[one.unit.column >> pyramid.unit_levels, one.unit.row >> pyramid.unit_levels] = one.top
    for level in range(pyramid.unit_levels + 1, pyramid.levels):
        below, tops = tops, {}
        for column, row in {(column >> 1, row >> 1) for column, row in below}:
            four = {(east, south): (2 * column + east, 2 * row + south) for east in (0, 1) for south in (0, 1)}
            top = join_four({
                place: below[child] if child in below else _decoded(old, pyramid, level - 1, *child, in_colour)
                for place, child in four.items()
            })  # fmt: skip
            tops[column, row] = top
            if top is not None:
                tiles += cut_tiles(level, column, row, *top)
            elif _stored(old, pyramid, level, column, row) is not None:
                empty.append((level, column, row))
    return tiles, empty


def _places(unit: Unit, level: int) -> list[tuple[int, int]]:
    """The tiles of a coarser level that a unit makes."""
    return [(column, row) for row in range(unit.row >> level, (unit.row + unit.rows) >> level)
            for column in range(unit.column >> level, (unit.column + unit.columns) >> level)]  # fmt: skip


def _decoded(old: StoredTiles, pyramid: Pyramid, level: int, column: int, row: int, in_colour: bool) -> Tile | None:
    stored = _stored(old, pyramid, level, column, row)
    return None if stored is None else decode(stored.body, stored.mask, in_colour)


def _at(part: Unit | None, level: int) -> Unit | None:
    """The tiles of a coarser level above a part."""
    if part is None:
        return None
    column, row = part.column >> level, part.row >> level
    east, south = (part.column + part.columns - 1) >> level, (part.row + part.rows - 1) >> level
    return Unit(column, row, east - column + 1, south - row + 1)


def _holds(part: Unit, column: int, row: int) -> bool:
    return 0 <= column - part.column < part.columns and 0 <= row - part.row < part.rows


def _stored(old: StoredTiles, pyramid: Pyramid, level: int, column: int, row: int) -> EncodedTile | None:
    place = ((pyramid.column >> level) + column, (pyramid.row >> level) + row)
    found = old.read(pyramid.zoom - level, *place)
    return None if found is None else EncodedTile(level, column, row, *found)


def _with_neighbours(old: StoredTiles, pyramid: Pyramid, level: int, made: Unit, drawn: Tile, in_colour: bool) -> Tile:
    """Widen a picture to whole tiles of the next coarser level, with the stored tiles beside it."""
    pixels, mask = widened(made.column, made.row, *drawn)
    first_column, first_row = made.column & ~1, made.row & ~1
    for down in range(pixels.shape[0] // TILE):
        for across in range(pixels.shape[1] // TILE):
            column, row = first_column + across, first_row + down
            if _holds(made, column, row):
                continue
            tile = _stored(old, pyramid, level, column, row)
            if tile is None:
                continue
            beside, seen = decode(tile.body, tile.mask, in_colour)
            at = slice(down * TILE, (down + 1) * TILE), slice(across * TILE, (across + 1) * TILE)
            pixels[at] = beside
            assert mask is not None, "what was widened has a mask"
            mask[at] = 255 if seen is None else seen
    return pixels, mask
