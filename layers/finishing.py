"""The second half of a large import: small scales and words of a version that is served already.

A large layer of areas is published with its rows, indexes and a sketch (``layers.level.sketch``): everything is there
and right, small scales are coarse, names are found by their characters only. Its levels and words are made afterwards,
in one transaction of their own, of the features as they are then. Whatever happens before its commit, the version is
as it was, unfinished; whoever comes next finishes it.

Features may be edited meanwhile. An edit that came too late for what was read is one that small scales lag behind
(``layers.level.renewal``), and its words are made anew at the end, when editors are kept out for a moment.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from layers.catalogue import layer_of, layer_rows
from layers.edit.writing import EDIT_LOCK
from layers.layer import Layer, Version
from layers.level.levels import build_levels, class_column, too_wide, without
from layers.level.spool import spooled
from layers.memory import keep_little
from layers.models import FeatureChangeRow, LayerRow, VersionRow
from layers.style.hints import completed
from layers.versions import FINISH_LOCK, restate, tell
from layers.words import index_words, named_columns, renew_words

Progress = Callable[[str, float], None]


class Unfinished(NamedTuple):
    """A version whose small scales and words are to be made: its id, its layer's name and department."""

    version_id: int
    layer: str
    department: str


def unfinished(session: Session, layer: str | None = None) -> list[Unfinished]:
    """Return the versions that are to be finished, of one layer or all; those that are served first."""
    found = (
        select(VersionRow.id, LayerRow.name, LayerRow.department)
        .join(LayerRow, LayerRow.id == VersionRow.layer_id)
        .where(VersionRow.published.is_not(None), VersionRow.facts["unfinished"].as_boolean())
        .order_by(VersionRow.id.is_distinct_from(LayerRow.current_id), VersionRow.id)
    )
    if layer is not None:
        found = found.where(LayerRow.name == layer)
    return [Unfinished(*row) for row in session.execute(found)]


def finish(session: Session, version_id: int, progress: Progress = lambda what, share: None) -> bool:
    """Make the levels and words of an unfinished version; the caller commits, which tells all processes.

    False, with nothing done, when it is finished or gone. Another process that is at it is waited for.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:class, :id)"), {"class": FINISH_LOCK, "id": version_id})
    layer = _layer(session, version_id)
    if layer is None or not layer.version.facts.unfinished:
        return False
    keep_little()
    version, table, columns = layer.version, str(layer.version.table), layer.version.columns
    style = completed(layer.style, [column.name for column in columns])
    known = _last_change(session, version)
    named = named_columns(columns, style.get("label"))
    words: list[str | None] = []

    def index() -> None:
        words.append(index_words(session, table, named))

    def keep_editors_out() -> None:
        session.execute(text("SELECT pg_advisory_xact_lock(:class, :id)"), {"class": EDIT_LOCK, "id": version_id})

    shapes = spooled(session, table, class_column(columns, style))
    wide = too_wide(session, table, columns, style, shapes)
    levels = build_levels(
        session, table, without(columns, wide), style, progress,
        spool=shapes, meanwhile=index, before_table=keep_editors_out,
    )  # fmt: skip
    for fid in _changed_since(session, version, known) if words[0] else ():
        renew_words(session, str(words[0]), table, named, fid)
    sketches = tuple(replace(level, kind="sketch") for level in version.levels)  # dropped with the version
    restate(
        session, version_id, unfinished=False, levels=levels + sketches, too_wide=wide, words=words[0],
        named=tuple(column.name for column in named),
    )  # fmt: skip
    session.get_one(VersionRow, version_id).renewed = version.edited.newest
    session.flush()
    tell(session)
    return True


def _layer(session: Session, version_id: int) -> Layer | None:
    row = (
        session.scalars(layer_rows().join(LayerRow.versions).where(VersionRow.id == version_id)).unique().one_or_none()
    )
    return None if row is None else layer_of(session, row, version_id)


def _last_change(session: Session, version: Version) -> int:
    row = FeatureChangeRow
    return session.scalar(select(func.max(row.id)).where(row.version_id == version.id)) or 0


def _changed_since(session: Session, version: Version, known: int) -> list[int]:
    """Features changed since a change; editors of a version come one after the other, and so do their numbers."""
    row = FeatureChangeRow
    return list(session.scalars(select(row.fid).distinct().where(row.version_id == version.id, row.id > known)))
