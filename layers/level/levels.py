"""The generalised levels of a vector version, built once when it is published, so that a tile's cost is bounded.

Kinds of level, all with a column ``geom`` in EPSG:3857 (``layers.level.plan`` decides which zooms get which):

``features``  the features themselves, simplified together; ``exact`` says that rounding to the tile's units is enough.
``tiles``     areas or lines dissolved by class and cut per tile of the default grid (``tile_zoom``, …).
``points``    points thinned; ``zoom`` is the first that shows them.
``crowds``    numbers and shapes of what is shown at scales so large that all would be, with every column, where a tile
              would still hold too many: of points without ``columns``; else of features that have these ``columns``
              only before the zoom ``whole``.
``beside``    what is of another dimension than most features of a layer with ``tiles``, thinned as points are.
``pieces``    large features cut along the tiles, for the zooms of ``features`` and of the feature table, both of which
              leave them out then: ``mercator`` is emptied for them.
``labels``    one point per area for its name, with ``zoom`` as for points.
``sketch``    what stood for ``tiles`` while the version was unfinished (``layers.level.sketch``); no tile reads it.
``pictures``, ``classes``  what ``tiles`` are renewed from after an edit (``layers.level.pictures``); no tile reads
them.

Everything happens in the session's transaction; the caller commits.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from layers.layer import Column, Level
from layers.level.blocks import LevelBlocks
from layers.level.pieces import PieceTable
from layers.level.plan import ZoomBand, plan_bands
from layers.level.ranked import label_areas, thin_beside, thin_points
from layers.level.spool import Spool, spooled
from layers.level.stacks import thin_stacks
from layers.level.tables import LevelTables
from layers.level.tiles import TileTable
from layers.level.widths import attribute_bytes, columns_too_wide
from layers.overlapped import Behind
from layers.style.hints import style_columns

Progress = Callable[[str, float], None]


def build_levels(
    session: Session,
    table: str,
    columns: Sequence[Column],
    style: Mapping[str, Any],
    progress: Progress | None = None,
    *,
    spool: Spool | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    before_table: Callable[[], object] = lambda: None,
) -> tuple[Level, ...]:
    """Build the levels of a filled feature table; () when it is small enough to serve itself.

    ``columns`` are those that tiles carry (``too_wide`` tells which do not).
    ``style`` are the layer's hints: the columns they name are kept at every scale, areas and lines are dissolved by
    ``class``, points thinned by ``rank``, areas named by ``label``. ``progress`` hears what is done and the share done.
    ``spool`` has the table's shapes, with ``class_column``. ``meanwhile`` is what else the session has to do for the
    table, its indexes: it is done in another thread while the shapes are worked on. ``before_table`` is done before the
    table itself is changed: ``mercator`` of large features is emptied.
    """
    tell = progress or (lambda what, share: None)
    tell("counting", 0.0)
    shapes = spool or spooled(session, table, class_column(columns, style))
    with Behind() as behind:
        drawn = [column for column in columns if column.name in style_columns(style, [c.name for c in columns])]
        density = shapes.density()
        each, few = (attribute_bytes(session, table, kept, density.rows) for kept in (columns, drawn))
        bands = plan_bands(density, each, few)
        behind.do(meanwhile)
        pieces = PieceTable(session, table)
        levels: list[Level] = []
        if bands and bands[-1].method == "thin":
            behind.wait()
            levels += thin_points(session, table, drawn, style.get("rank"), density, bands[0].max_zoom, each)
            bands = [band for band in bands if band.method != "thin"]
        if bands:
            levels += _simplify(LevelTables(session, table, bands, shapes), columns, drawn, bands, pieces, behind, tell)
        behind.wait()
    if density.mixed and (cut := [level.max_zoom for level in levels if level.kind == "tiles"]):
        levels.append(thin_beside(session, table, drawn, density, max(cut)))
    own = 1 + max((level.max_zoom for level in levels), default=-1)  # from there on the table serves itself
    stacks = thin_stacks(session, table, drawn, density, each, few) if density.dimension else None
    levels += [stacks] if stacks else []
    if density.dimension == 2 and style.get("label") in [column.name for column in columns]:
        levels.append(label_areas(session, table, drawn, density, crowded=stacks is not None))
    before_table()
    pieces.add_features(own)
    if large := pieces.finish():
        levels.append(large)
    tell("levels ready", 1.0)
    return tuple(sorted(levels, key=lambda level: level.min_zoom))


def too_wide(
    session: Session, table: str, columns: Sequence[Column], style: Mapping[str, Any], spool: Spool
) -> tuple[str, ...]:
    """The columns of a filled feature table that tiles are to leave out; ``spool`` has its shapes."""
    names = style_columns(style, [column.name for column in columns])
    drawn = [column for column in columns if column.name in names]
    return columns_too_wide(session, table, columns, drawn, spool.density())


def without(columns: Sequence[Column], names: Sequence[str]) -> tuple[Column, ...]:
    """The columns but for some by their names."""
    return tuple(column for column in columns if column.name not in names)


def class_column(columns: Sequence[Column], style: Mapping[str, Any]) -> Column | None:
    """The column whose values are the classes of a layer."""
    kept = style_columns(style, [column.name for column in columns])
    return next((column for column in columns if column.name == style.get("class") and column.name in kept), None)


def _simplify(
    tables: LevelTables,
    columns: Sequence[Column],
    drawn: Sequence[Column],
    bands: Sequence[ZoomBand],
    pieces: PieceTable,
    behind: Behind,
    tell: Progress,
) -> list[Level]:
    """Read the layer block by block, simplify each block for every band, then finish the bands' tables."""
    blocks = LevelBlocks(tables, bands, pieces, behind)
    blocks.draw(lambda share: tell("simplifying", 0.8 * share))
    levels = []
    for band in tables.features:
        kept = columns if band.all_columns else drawn
        levels.append(tables.level(band, kept))
        behind.do(tables.finish, band, kept)
    if blocks.parts:
        tell("dissolving", 0.85)
        tiles = TileTable(tables, blocks.parts)
        tiles.make()
        behind.do(tiles.finish)
        levels += tiles.levels
    return levels
