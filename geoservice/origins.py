"""Where layers came from: the files of a version, its import report, and how far its coordinates can be trusted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Text as SqlText
from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session

from layers.crs.words import both
from layers.frame import Text
from layers.layer import Layer
from layers.models import ReportRow, SourceRow
from layers.sentences import BETWEEN, LANGUAGES, worded

Href = Callable[[str], str]
"""Makes an absolute address of a path of this service."""


@dataclass(frozen=True)
class Origin:
    """Where a version came from: the names of its first files and how many they are, and the import report's body when
    one is kept, but for its list of files."""

    files: tuple[str, ...] = ()
    count: int = 0
    report: Mapping[str, Any] = field(default_factory=dict, hash=False)


NOWHERE = Origin()
NAMED = 100
"""Files of a version that are named, and found by their names; a mosaic has ten thousand."""


def origins_of(session: Session, layers: Sequence[Layer]) -> dict[int, Origin]:
    """Return where the layers' versions came from, by version id, in two statements whose answers stay small."""
    versions = [layer.version.id for layer in layers]
    numbers = {layer.version.report_id: layer.version.id for layer in layers if layer.version.report_id is not None}
    names = func.array_agg(aggregate_order_by(SourceRow.name, SourceRow.id), type_=ARRAY(SqlText))
    query = select(SourceRow.version_id, func.count(), names[1:NAMED]).where(SourceRow.version_id.in_(versions))
    files = {
        version: (tuple(some), count) for version, count, some in session.execute(query.group_by(SourceRow.version_id))
    }
    body = ReportRow.body.op("-")(literal("sources", SqlText))
    reports = session.execute(select(ReportRow.id, body).where(ReportRow.id.in_(numbers)))
    bodies = {numbers[number]: told for number, told in reports}
    return {version: Origin(*files.get(version, ((), 0)), bodies.get(version, {})) for version in versions}


def provenance(layer: Layer, href: Href, origin: Origin) -> dict[str, Any]:
    """Return where a layer came from and how far its coordinates can be trusted, in metres and as a map scale."""
    facts, report = layer.version.facts, layer.version.report_id
    height = facts.raster.height_system if facts.raster else None
    captured = None
    if facts.raster:
        dates = sorted(file.captured for file in facts.raster.files if file.captured)
        captured = dates[-1].isoformat() if dates else None
    return {
        "source": ", ".join(origin.files[:3]) + (" …" if origin.count > 3 else ""),
        "files": origin.count,
        "captured": captured or origin.report.get("captured"),
        "crs": both(origin.report["crs"]) if origin.report.get("crs") else None,
        "operation": _operation(origin.report, facts.operation),
        "accuracy_m": facts.accuracy_m,
        "largest_scale": facts.largest_scale,
        "resolution_m": facts.raster.resolution_m if facts.raster else None,
        "height": both(height) if height else None,
        "counts": origin.report.get("counts"),
        "report": href(f"/reports/{report}") if report is not None else None,
    }


def _operation(report: Mapping[str, Any], told: str | None) -> Text | None:
    """Return how the coordinates were brought here: the report's steps, else what the version keeps."""
    note = report.get("operation_note")
    if steps := report.get("operations") or ([note] if note else None):
        return {language: BETWEEN[language].join(map(str, worded(steps, language))) for language in LANGUAGES}
    return both(told) if told else None
