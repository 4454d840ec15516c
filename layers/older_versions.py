"""The published versions of a layer: listed, served again, pruned, and removed with it.

As ``layers.versions``, these flush and never commit.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.errors import LayerNotFound
from layers.layer import Layer
from layers.models import LayerRow, RasterFileRow, VersionRow
from layers.rasters import drop_files_unused
from layers.sentences import say
from layers.tables import drop_table
from layers.versions import FINISH_LOCK, tell
from layers.views import ALL


@dataclass(frozen=True)
class PublishedVersion:
    """What a list of versions says of one; ``revision`` counts the edits made to it since."""

    id: int
    number: int
    published: datetime
    feature_count: int | None
    revision: int
    report_id: int | None


def published_versions(session: Session, layer_id: int) -> tuple[PublishedVersion, ...]:
    """The published versions of a layer, the newest first."""
    columns = (
        VersionRow.id, VersionRow.number, VersionRow.published,
        VersionRow.feature_count, VersionRow.revision, VersionRow.report_id,
    )  # fmt: skip
    found = session.execute(select(*columns).where(VersionRow.layer_id == layer_id).order_by(VersionRow.number.desc()))
    return tuple(
        PublishedVersion(version_id, number, published, count, revision, report_id)
        for version_id, number, published, count, revision, report_id in found
        if published is not None
    )


def roll_back(session: Session, name: str, number: int) -> Layer:
    """Serve an older (or again a newer) published version of a layer.

    Raises:
        LayerNotFound, VersionNotFound: there is no such thing.
    """
    row = _alone(session, name)
    layer = find_layer(session, name, ALL, number)
    row.current_id = layer.version.id
    session.flush()
    tell(session)
    return layer


def remove_layer(session: Session, name: str) -> list[int]:
    """Remove a layer with all its versions and tables. Returns the version ids, whose storage folders are free now.

    An import of it that is under way is waited for.
    """
    row = _alone(session, name, with_imports=True)
    removed = [_drop_version_tables(session, version) for version in row.versions]
    row.current_id = None
    session.flush()
    session.delete(row)
    session.flush()
    tell(session)
    return removed


def prune(session: Session, name: str, keep: int = 2) -> list[int]:
    """Remove all but the current and the newest ``keep`` versions of a layer.

    Returns the removed version ids whose storage folders are free now.
    """
    row = _alone(session, name)
    newest = {version.id for version in sorted(row.versions, key=lambda v: v.number)[-keep:]} if keep else set()
    old = [version for version in row.versions if version.id not in newest and version.id != row.current_id]
    removed = [_drop_version_tables(session, version) for version in old]
    for version in old:
        session.delete(version)
    session.flush()
    drop_files_unused(session, row.id)
    tell(session)
    return [version_id for version_id in removed if not _referenced(session, version_id)]


def _alone(session: Session, name: str, *, with_imports: bool = False) -> LayerRow:
    """Return a layer's row, which nobody else changes until the commit: who locks it only later waits for each other.

    Imports hold it from their begin so that it is not removed; they are waited for only ``with_imports``.
    """
    chosen = select(LayerRow).where(LayerRow.name == name).execution_options(populate_existing=True)
    row = session.scalars(chosen.with_for_update(key_share=not with_imports)).one_or_none()
    if row is None:
        raise LayerNotFound(say("no-layer", name=name))
    return row


def _referenced(session: Session, version_id: int) -> bool:
    """Say whether a remaining version still uses files of this one: a mosaic that grew keeps its older sheets."""
    prefix = f"rasters/{version_id}/"
    return bool(session.scalar(select(RasterFileRow.id).where(RasterFileRow.key.startswith(prefix)).limit(1)))


def _drop_version_tables(session: Session, version: VersionRow) -> int:
    """Drop all tables of a version, and those of whoever is finishing it: they are waited for."""
    session.execute(text("SELECT pg_advisory_xact_lock(:class, :id)"), {"class": FINISH_LOCK, "id": version.id})
    session.refresh(version, ["facts"])
    facts = version.facts
    for table in [facts.get("table"), facts.get("words"), *(level["table"] for level in facts.get("levels") or ())]:
        if table:
            drop_table(session, table)
    return version.id
