"""A layer as an entry of the resource directory: everything that is known of it, once, before any standard's words.

What an import's report says of sources, decisions and operations becomes the lineage; what it says of accuracy becomes
the quality statement. Nothing is filled in that nobody said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from geoservice.api.links import Links
from geoservice.api.terms import term
from geoservice.origins import NOWHERE, Origin
from geoservice.records.ways import Way, ways_to
from layers.crs.output import offered_crs
from layers.frame import Bounds, Frame, Text
from layers.layer import Layer
from layers.sentences import Language
from layers.style.hints import hints

KINDS: Mapping[str, Text] = {
    "vector": {"zh": "矢量数据", "en": "vector data"},
    "imagery": {"zh": "影像", "en": "imagery"},
    "elevation": {"zh": "高程", "en": "elevation"},
}
TOPICS = {
    "base": "imageryBaseMapsEarthCover", "planning": "planningCadastre", "land": "planningCadastre",
    "transport": "transportation", "environment": "environment", "agriculture": "farming", "heritage": "society",
    "geology": "geoscientificInformation",
}  # fmt: skip
"""ISO 19115 topic category of each department's layers."""


@dataclass(frozen=True)
class Entry:
    """One entry. ``extent`` in degrees; ``period`` the first and last moment of the data, RFC 3339 or None."""

    id: str
    kind: str
    title: Text = field(hash=False)
    description: Text = field(hash=False)
    keywords: tuple[Text, ...]
    department: str
    publisher: Text = field(hash=False)
    theme: str
    topic: str
    licence: str
    attribution: str
    public: bool
    synthetic: bool
    version: int
    updated: datetime
    extent: Bounds | None
    period: tuple[str | None, str | None] | None
    srid: int
    crs: tuple[str, ...]
    accuracy_m: float | None
    scale: int | None
    resolution_m: float | None
    height_system: str | None
    features: int | None
    geometry_type: str | None
    sources: tuple[str, ...]
    source_count: int
    steps: tuple[str, ...]
    note: str
    page: str
    ways: tuple[Way, ...]

    def say(self, text: Text, language: str) -> str:
        """Return a text in a language, or in the one there is."""
        return text.get(language) or text.get("zh") or text.get("en") or ""

    @property
    def lineage(self) -> str:
        """What was done to the sources, one sentence each, in English as the reports are."""
        made = f"Made from {', '.join(self.sources[:5])}{' and others' if len(self.sources) > 5 else ''}."
        return " ".join([*([made] if self.sources else []), *(f"{step.rstrip('.')}." for step in self.steps)])


def entry_of(
    layer: Layer,
    frame: Frame,
    links: Links,
    origin: Origin = NOWHERE,
    report: Mapping[str, Any] | None = None,
    period: tuple[str | None, str | None] | None = None,
    language: Language = "en",
) -> Entry:
    """Return the entry of a layer; ``origin`` and ``report`` are where its version came from, as far as known.

    The report's sentences are in ``language``, and so is what is told of them.
    """
    facts, report = layer.version.facts, report or {}
    department = next((d.title for d in frame.departments if d.id == layer.department), {"en": layer.department})
    theme = ({"zh": layer.theme, "en": layer.theme},) if layer.theme else ()
    raster = facts.raster
    return Entry(
        id=layer.name, kind=layer.kind, title=layer.title or {"en": layer.name}, description=layer.description,
        keywords=(KINDS[layer.kind], department, *theme), department=layer.department,
        publisher=_publisher(frame, department), theme=layer.theme, topic=_topic(layer), licence=layer.licence,
        attribution=layer.attribution, public=layer.public, synthetic=hints(layer).synthetic,
        version=layer.version.number, updated=layer.version.published, extent=layer.version.extent,
        period=_period(layer, report, period), srid=layer.version.srid,
        crs=tuple(offered_crs(frame, layer.version.srid)), accuracy_m=facts.accuracy_m, scale=facts.largest_scale,
        resolution_m=raster.resolution_m if raster else None, height_system=raster.height_system if raster else None,
        features=layer.version.feature_count, geometry_type=facts.geometry_type,
        sources=origin.files, source_count=origin.count, steps=_steps(facts.operation, report, language),
        note=str(report.get("operation_note") or ""),
        page=links.href(f"/records/collections/layers/items/{layer.name}", f="html"), ways=ways_to(layer, links),
    )  # fmt: skip


def _publisher(frame: Frame, department: Text) -> Text:
    return {
        language: f"{frame.title.get(language, frame.name)} {text}".strip() for language, text in department.items()
    }


def _topic(layer: Layer) -> str:
    if layer.kind == "elevation":
        return "elevation"
    return "imageryBaseMapsEarthCover" if layer.kind == "imagery" else TOPICS.get(layer.department, "location")


def _period(
    layer: Layer, report: Mapping[str, Any], period: tuple[str | None, str | None] | None
) -> tuple[str | None, str | None] | None:
    raster = layer.version.facts.raster
    days: list[date] = sorted(file.captured for file in raster.files if file.captured) if raster else []
    if days:
        return f"{days[0]}T00:00:00Z", f"{days[-1]}T23:59:59Z"
    if period is not None and any(period):
        return period
    captured = report.get("captured")
    return (f"{captured}T00:00:00Z", f"{captured}T23:59:59Z") if isinstance(captured, str) and captured else None


def _steps(operation: str | None, report: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """Return what was done, as sentences: decisions with who made them, operations, what became of the features."""
    zh = language == "zh"
    decision_is = "{0}：{1}（{2}）" if zh else "{0}: {1} ({2})"
    decisions = [
        decision_is.format(*(term(str(decision[name]), language) for name in ("what", "value", "by")))
        for decision in report.get("decisions") or ()
        if isinstance(decision, dict) and {"what", "value", "by"} <= set(decision)
    ]
    operation_is = "坐标转换：{}" if zh else "Coordinate operation: {}"
    operations = [operation_is.format(step) for step in report.get("operations") or ([operation] if operation else [])]
    counts = report.get("counts") or {}
    counted = (
        "读入{read}个要素，保留{kept}，修复{repaired}，拒绝{refused}"
        if zh
        else "{read} features read, {kept} kept, {repaired} repaired, {refused} refused"
    )
    kept = [counted.format_map({"kept": 0, "repaired": 0, "refused": 0} | counts)] if counts.get("read") else []
    return (*decisions, *operations, *kept)
