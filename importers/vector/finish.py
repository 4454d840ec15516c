"""What is made of a filled feature table before it is published: indexes, levels, words; or a sketch in their place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from importers.batch import Progress
from layers.layer import Column, Level
from layers.level.levels import build_levels, too_wide, without
from layers.level.sketch import Sketch
from layers.level.spool import Spool, spooled
from layers.memory import give_back
from layers.overlapped import Behind
from layers.tables import index_features
from layers.words import index_words, named_columns

FINISHED_LATER = 50_000
"""Features from which a layer of areas is published before its levels and words are made, where that may be."""
AREAS = 2


@dataclass(frozen=True)
class Finished:
    """What was made of a filled table: its levels, the table its names are searched in and the columns that holds,
    and the columns that are too wide for tiles.

    ``unfinished`` when a sketch stands for the levels, and words are still to be made (``layers.finishing``).
    """

    levels: tuple[Level, ...]
    words: str | None
    named: tuple[str, ...]
    too_wide: tuple[str, ...] = ()
    unfinished: bool = False


def finish_table(
    session: Session,
    table: str,
    columns: Sequence[Column],
    style: Mapping[str, Any],
    spool: Spool | Sketch,
    progress: Progress,
    meanwhile: Callable[[], object] = lambda: None,
) -> Finished:
    """Index a filled table and its names while its generalised levels are built of the shapes spooled.

    Of shapes that were sketched only the sketch is made, where they are areas. ``meanwhile`` is what else there is to
    do and needs no connection.
    """
    named = named_columns(columns, style.get("label"))
    names = tuple(column.name for column in named)
    give_back()
    if isinstance(spool, Sketch) and spool.density().dimension == AREAS:
        with Behind() as behind:
            behind.do(index_features, session, table)
            drawn = spool.draw(table)
            meanwhile()
            behind.wait()
        return Finished((drawn.write(session),) if drawn else (), None, names, unfinished=True)
    shapes = spooled(session, table, spool.class_column) if isinstance(spool, Sketch) else spool
    words: list[str | None] = []

    def index() -> None:
        index_features(session, table)
        words.append(index_words(session, table, named))

    def told(message: str, share: float) -> None:
        progress(share, 1.0, message)

    meanwhile()
    wide = too_wide(session, table, columns, style, shapes)
    levels = build_levels(session, table, without(columns, wide), style, told, spool=shapes, meanwhile=index)
    return Finished(levels, words[0], names, wide)
