"""How a version of a layer is begun, published, restated and marked as edited.

Writers flush and never commit; whoever opened the session commits, so an import stays one transaction. The commit tells
every process through NOTIFY.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from geoalchemy2.elements import WKTElement
from pydantic import TypeAdapter
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from layers.catalogue import layer_of, layer_rows
from layers.edit.edited import EVERYWHERE, EditedGround
from layers.errors import BadQuery, LayerExists
from layers.frame import Bounds
from layers.layer import Draft, Layer, LayerSpec, RasterFile, SourceFile, VersionFacts
from layers.models import LayerRow, ReportRow, SourceRow, VersionRow
from layers.rasters import Staying, store_files
from layers.sentences import say

CHANNEL = "geoservice_catalogue"
FINISH_LOCK = 4497
"""The advisory lock class of a version whose levels and words are being made (``layers.finishing``)."""
DRAFT_LOCK = 4490  # the advisory lock class that marks a version number as being worked on
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_FACTS = TypeAdapter(VersionFacts)


def require_layer_name(name: str) -> None:
    """Let pass only what can be a layer's name.

    Raises:
        BadQuery: it cannot.
    """
    if not _NAME.fullmatch(name):
        raise BadQuery(say("layer-name-bad", name=name), "layer")


def begin_version(session: Session, spec: LayerSpec) -> Draft:
    """Make the next version of a layer, unpublished; the layer too if it is new. Locks the layer until commit.

    Raises:
        BadQuery: the name cannot be a layer's name.
        LayerExists: the name belongs to a layer of another kind.
    """
    require_layer_name(spec.name)
    session.execute(
        text("SELECT pg_advisory_xact_lock(:class, hashtext(:name))"), {"class": DRAFT_LOCK, "name": spec.name}
    )
    layer = session.scalars(select(LayerRow).where(LayerRow.name == spec.name)).one_or_none()
    if layer is None:
        layer = LayerRow(
            name=spec.name, kind=spec.kind, title={}, description={}, style={}, department="base", theme="",
            public=True, licence="", attribution="",
        )  # fmt: skip
        session.add(layer)
    elif layer.kind != spec.kind:
        raise LayerExists(
            say("layer-of-other-kind", name=spec.name, kind=say(f"kind-{layer.kind}"), wanted=say(f"kind-{spec.kind}"))
        )
    _describe(layer, spec)
    session.flush()
    number = 1 + (session.scalar(select(func.max(VersionRow.number)).where(VersionRow.layer_id == layer.id)) or 0)
    version = VersionRow(layer_id=layer.id, number=number, facts={})
    session.add(version)
    session.flush()
    session.execute(text("SELECT pg_advisory_xact_lock(:class, :id)"), {"class": DRAFT_LOCK + 1, "id": version.id})
    return Draft(version.id, number, layer.id, spec.name)


def publish(
    session: Session,
    draft: Draft,
    facts: VersionFacts,
    *,
    extent: Bounds | None,
    feature_count: int | None = None,
    files: Sequence[RasterFile] = (),
    staying: Staying | None = None,
    sources: Iterable[SourceFile] = (),
    report_id: int | None = None,
) -> Layer:
    """Make the draft the served version, at the caller's commit. ``extent`` is in degrees of the storage CRS.

    ``files`` are the raster files that come with it, ``staying`` tells which of an older version stay. Of a raster the
    layer comes back without the list of its files.
    """
    version = session.get_one(VersionRow, draft.id)
    version.facts = _FACTS.dump_python(facts, mode="json")
    version.extent = envelope(extent)
    version.feature_count = feature_count
    version.published = datetime.now(UTC)
    version.report_id = report_id
    if facts.raster is not None:
        store_files(session, draft.layer_id, draft.id, files, staying)
    rows = [{"version_id": draft.id, **asdict(source)} for source in sources]
    if rows:  # as rows and not as objects: sheets are ten thousand
        session.execute(insert(SourceRow), rows)
    layer = session.get_one(LayerRow, draft.layer_id)
    layer.current_id = draft.id
    session.flush()
    session.expire_all()
    tell(session)
    row = session.scalars(layer_rows().where(LayerRow.id == draft.layer_id)).unique().one()
    return layer_of(session, row, draft.id, ())


def restate(session: Session, version_id: int, **changed: Any) -> None:
    """Change some of what is stated about a published version; locks its row until the commit."""
    row = session.get_one(VersionRow, version_id, populate_existing=True, with_for_update={"of": VersionRow})
    facts = replace(_FACTS.validate_python(row.facts), **changed)
    row.facts = _FACTS.dump_python(facts, mode="json")
    session.flush()


def store_report(session: Session, layer_name: str, verdict: str, body: dict[str, Any]) -> int:
    """Keep an import's report, also a refused one; returns its id."""
    report = ReportRow(layer_name=layer_name, verdict=verdict, body=body)
    session.add(report)
    session.flush()
    return report.id


def restate_report(session: Session, report_id: int, body: dict[str, Any]) -> None:
    """Put another body into a report."""
    session.get_one(ReportRow, report_id).body = body
    session.flush()


def touch(session: Session, version_id: int, boxes: Sequence[Bounds] = (EVERYWHERE,)) -> VersionRow:
    """Count an edit of a published version, so that the key of every tile that meets one of its boxes changes.

    ``boxes`` are in EPSG:3857 (``layers.edit.edited``). Returns the version's row, locked until the commit.
    """
    row = session.get_one(VersionRow, version_id, populate_existing=True, with_for_update={"of": VersionRow})
    row.revision += 1
    row.edited = EditedGround.of(row.edited).with_edit(row.revision, boxes).to_lists()
    session.flush()
    tell(session, session.get_one(LayerRow, row.layer_id).name)
    return row


def tell(session: Session, edited: str = "") -> None:
    """Tell every process, at commit, that the catalogue changed; or only features of one layer, by its name."""
    session.execute(text("SELECT pg_notify(:channel, :edited)"), {"channel": CHANNEL, "edited": edited})


def _describe(layer: LayerRow, spec: LayerSpec) -> None:
    for name in ("title", "description", "department", "theme", "licence", "attribution", "style"):
        if value := getattr(spec, name):
            setattr(layer, name, dict(value) if isinstance(value, Mapping) else value)
    if spec.public is not None:
        layer.public = spec.public
    if not layer.title:
        layer.title = {"zh": spec.name, "en": spec.name}


def envelope(extent: Bounds | None) -> Any:
    """Return an extent in degrees of the storage CRS as the catalogue keeps it."""
    if extent is None:
        return None
    w, s, e, n = extent
    return WKTElement(f"POLYGON(({w} {s},{e} {s},{e} {n},{w} {n},{w} {s}))", srid=-1)
