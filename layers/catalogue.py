"""The catalogue as values: what layers there are, and how a version is begun, published, rolled back, removed.

Readers get frozen values and never a row, so a tile request can keep them in memory. Writers flush and never commit;
whoever opened the session commits, so an import stays one transaction. A commit tells every process through NOTIFY.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from geoalchemy2.elements import WKTElement
from geoalchemy2.shape import to_shape
from pydantic import TypeAdapter
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from layers.errors import BadQuery, LayerExists, LayerNotFound, VersionNotFound
from layers.frame import Bounds, Text
from layers.models import LayerRow, RasterFileRow, ReportRow, SourceRow, VersionRow
from layers.tables import drop_table
from layers.views import ALL, View

LayerKind = Literal["vector", "imagery", "elevation"]
ColumnType = Literal["text", "integer", "bigint", "float", "boolean", "date", "timestamp", "json"]

CHANNEL = "geoservice_catalogue"
DRAFT_LOCK = 4490  # the advisory lock class that marks a version number as being worked on
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Column:
    """A column of a feature table: its SQL name, the name it came with, its type."""

    name: str
    title: str
    type: ColumnType


@dataclass(frozen=True)
class Level:
    """A generalised table for some zooms: ``geom`` in EPSG:3857, ``columns`` kept, simplified to ``tolerance_m``.

    ``kind`` says how its rows are to be read; see ``layers.levels``.
    """

    table: str
    min_zoom: int
    max_zoom: int
    columns: tuple[str, ...]
    tolerance_m: float
    kind: Literal["features", "tiles", "points", "pieces", "labels"] = "features"


@dataclass(frozen=True)
class Band:
    """One band of a raster: its name, dtype (numpy spelling) and scaling to ``unit``."""

    name: str
    dtype: str
    scale: float = 1.0
    offset: float = 0.0
    unit: str | None = None


@dataclass(frozen=True)
class RasterFile:
    """One published raster file. ``bounds`` in its own CRS, ``extent`` in degrees of the storage CRS.

    ``aligned`` says that its blocks at every overview are tiles of the default grid, so that a tile is a byte range.
    ``order`` decides overlaps: the higher is drawn on top.
    """

    key: str
    crs: str
    bounds: Bounds
    extent: Bounds
    width: int
    height: int
    resolution_m: float
    source: str
    order: int = 0
    captured: date | None = None
    aligned: bool = False
    footprint: str | None = None  # WKT in degrees where the data is smaller than the box


@dataclass(frozen=True)
class RasterFacts:
    """What is known of a raster layer as a whole; files finest-last as ``order`` says."""

    bands: tuple[Band, ...]
    resolution_m: float
    nodata: float | None = None
    stretch: tuple[tuple[float, float], ...] | None = None
    colormap: Mapping[int, tuple[int, int, int, int]] | None = field(default=None, hash=False)
    height_system: str | None = None
    unit: str | None = None
    overview: RasterFile | None = None
    files: tuple[RasterFile, ...] = ()


@dataclass(frozen=True)
class VersionFacts:
    """What an import states about the version it publishes (stored as JSON)."""

    srid: int
    table: str | None = None
    geometry_type: str | None = None
    columns: tuple[Column, ...] = ()
    min_zoom: int = 0
    max_zoom: int = 22
    levels: tuple[Level, ...] = ()
    occupied: Mapping[str, Any] | None = field(default=None, hash=False)
    raster: RasterFacts | None = None
    accuracy_m: float | None = None
    largest_scale: int | None = None
    operation: str | None = None


@dataclass(frozen=True)
class Version:
    """One published state of a layer. ``extent`` is in degrees of the storage CRS."""

    id: int
    number: int
    revision: int
    published: datetime
    extent: Bounds | None
    feature_count: int | None
    report_id: int | None
    facts: VersionFacts

    @property
    def srid(self) -> int:
        """EPSG code the geometry is stored in."""
        return self.facts.srid

    @property
    def table(self) -> str | None:
        """The feature table, ``schema.name`` without quotes; None for rasters."""
        return self.facts.table

    @property
    def columns(self) -> tuple[Column, ...]:
        """The attribute columns, in file order."""
        return self.facts.columns

    @property
    def levels(self) -> tuple[Level, ...]:
        """The generalised levels, smallest scale first."""
        return self.facts.levels

    @property
    def raster(self) -> RasterFacts | None:
        """The raster facts, files included; None for vector layers."""
        return self.facts.raster


@dataclass(frozen=True)
class LayerSpec:
    """What an import says about the layer it makes or renews; empty texts keep what the layer has."""

    name: str
    kind: LayerKind
    title: Text = field(default_factory=dict, hash=False)
    description: Text = field(default_factory=dict, hash=False)
    department: str = ""
    theme: str = ""
    public: bool | None = None
    licence: str = ""
    attribution: str = ""
    style: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Layer:
    """What a user sees and asks for: a named collection of one kind, at one version."""

    id: int
    name: str
    kind: LayerKind
    title: Text = field(hash=False)
    description: Text = field(hash=False)
    department: str
    theme: str
    public: bool
    licence: str
    attribution: str
    style: Mapping[str, Any] = field(hash=False)
    version: Version
    versions: tuple[int, ...]


@dataclass(frozen=True)
class Draft:
    """A version being imported; its id names the table and the storage folder."""

    id: int
    number: int
    layer_id: int
    name: str


@dataclass(frozen=True)
class SourceFile:
    """A file that came in: name, size in bytes, SHA-256 in hex, storage key when archived."""

    name: str
    size: int
    sha256: str
    key: str | None = None


@dataclass(frozen=True)
class Catalogue:
    """All published layers at one moment, by name: what a process keeps in memory between notifications."""

    layers: Mapping[str, Layer]

    def find(self, name: str, view: View) -> Layer:
        """Return the layer; unknown and invisible are told alike.

        Raises:
            LayerNotFound: no such layer in this view.
        """
        layer = self.layers.get(name)
        if layer is None or not view.sees(layer):
            raise LayerNotFound(f"there is no layer {name!r}; /collections lists those you may read")
        return layer

    def visible(self, view: View) -> list[Layer]:
        """Return the layers in this view, ordered by name."""
        return [layer for layer in self.layers.values() if view.sees(layer)]


_FACTS = TypeAdapter(VersionFacts)
_FILE = TypeAdapter(RasterFile)


def load_catalogue(session: Session) -> Catalogue:
    """Read every published layer in a few statements."""
    rows = session.scalars(_layers().order_by(LayerRow.name)).unique()
    return Catalogue({row.name: _layer(row, row.current_id) for row in rows if row.current_id is not None})


def list_layers(session: Session, view: View) -> list[Layer]:
    """Return the published layers the view sees, ordered by name."""
    return load_catalogue(session).visible(view)


def find_layer(session: Session, name: str, view: View, number: int | None = None) -> Layer:
    """Return a layer at its current version, or at an older one by number.

    Raises:
        LayerNotFound: no such layer in this view.
        VersionNotFound: the layer has no such published version.
    """
    row = session.scalars(_layers().where(LayerRow.name == name)).unique().one_or_none()
    if row is None or row.current_id is None or not view.sees(row):
        raise LayerNotFound(f"there is no layer {name!r}; /collections lists those you may read")
    if number is None:
        return _layer(row, row.current_id)
    chosen = [version for version in row.versions if version.number == number and version.published]
    if not chosen:
        raise VersionNotFound(f"layer {name!r} has no version {number}; it has {_numbers(row)}")
    return _layer(row, chosen[0].id)


def begin_version(session: Session, spec: LayerSpec) -> Draft:
    """Make the next version of a layer, unpublished; the layer too if it is new. Locks the layer until commit.

    Raises:
        BadQuery: the name cannot be a layer's name.
        LayerExists: the name belongs to a layer of another kind.
    """
    if not _NAME.fullmatch(spec.name):
        raise BadQuery(
            f"{spec.name!r} cannot name a layer: use a small letter, then small letters, digits, _ or - (at most 63)",
            "layer",
        )
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
        raise LayerExists(f"layer {spec.name!r} is {layer.kind}, the file is {spec.kind}; choose another name")
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
    sources: Iterable[SourceFile] = (),
    report_id: int | None = None,
) -> Layer:
    """Make the draft the served version, at the caller's commit. ``extent`` is in degrees of the storage CRS."""
    version = session.get_one(VersionRow, draft.id)
    version.facts = _FACTS.dump_python(facts, mode="json")
    version.extent = _envelope(extent)
    version.feature_count = feature_count
    version.published = datetime.now(UTC)
    version.report_id = report_id
    for file in files:
        body = _FILE.dump_python(file, mode="json")
        session.add(
            RasterFileRow(version_id=draft.id, key=file.key, facts=body, captured=file.captured, order=file.order)
        )
    for source in sources:
        session.add(
            SourceRow(version_id=draft.id, name=source.name, key=source.key, size=source.size, sha256=source.sha256)
        )
    layer = session.get_one(LayerRow, draft.layer_id)
    layer.current_id = draft.id
    session.flush()
    session.expire_all()
    tell(session)
    row = session.scalars(_layers().where(LayerRow.id == draft.layer_id)).unique().one()
    return _layer(row, draft.id)


def store_report(session: Session, layer_name: str, verdict: str, body: dict[str, Any]) -> int:
    """Keep an import's report, also a refused one; returns its id."""
    report = ReportRow(layer_name=layer_name, verdict=verdict, body=body)
    session.add(report)
    session.flush()
    return report.id


def roll_back(session: Session, name: str, number: int) -> Layer:
    """Serve an older (or again a newer) published version of a layer.

    Raises:
        LayerNotFound, VersionNotFound: there is no such thing.
    """
    layer = find_layer(session, name, ALL, number)
    session.get_one(LayerRow, layer.id).current_id = layer.version.id
    session.flush()
    tell(session)
    return layer


def remove_layer(session: Session, name: str) -> list[int]:
    """Remove a layer with all its versions and tables. Returns the version ids, whose storage folders are free now."""
    row = session.scalars(select(LayerRow).where(LayerRow.name == name)).one_or_none()
    if row is None:
        raise LayerNotFound(f"there is no layer {name!r}")
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
    row = session.scalars(select(LayerRow).where(LayerRow.name == name)).one_or_none()
    if row is None:
        raise LayerNotFound(f"there is no layer {name!r}")
    newest = {version.id for version in sorted(row.versions, key=lambda v: v.number)[-keep:]} if keep else set()
    old = [version for version in row.versions if version.id not in newest and version.id != row.current_id]
    removed = [_drop_version_tables(session, version) for version in old]
    for version in old:
        session.delete(version)
    session.flush()
    tell(session)
    return [version_id for version_id in removed if not _referenced(session, version_id)]


def _referenced(session: Session, version_id: int) -> bool:
    """Say whether a remaining version still uses files of this one: a mosaic that grew keeps its older sheets."""
    prefix = f"rasters/{version_id}/"
    return bool(session.scalar(select(RasterFileRow.id).where(RasterFileRow.key.startswith(prefix)).limit(1)))


def touch(session: Session, version_id: int) -> None:
    """Count an edit of a published version, so that every cache key made of it changes."""
    session.execute(text("UPDATE catalogue.version SET revision = revision + 1 WHERE id = :id"), {"id": version_id})
    tell(session)


def tell(session: Session) -> None:
    """Tell every process, at commit, that the catalogue changed."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


def sources_of(session: Session, version_id: int) -> list[SourceFile]:
    """Return the files a version was made from."""
    rows = session.scalars(select(SourceRow).where(SourceRow.version_id == version_id).order_by(SourceRow.id))
    return [SourceFile(row.name, row.size, row.sha256, row.key) for row in rows]


def _layers() -> Any:
    return select(LayerRow).options(
        selectinload(LayerRow.versions).options(joinedload(VersionRow.files))
    ).execution_options(populate_existing=True)  # fmt: skip


def _layer(row: LayerRow, version_id: int) -> Layer:
    version = next(version for version in row.versions if version.id == version_id)
    kind: Any = row.kind
    return Layer(
        row.id, row.name, kind, row.title, row.description, row.department, row.theme, row.public, row.licence,
        row.attribution, row.style, _version(version), _numbers(row),
    )  # fmt: skip


def _version(row: VersionRow) -> Version:
    assert row.published is not None, "only published versions are read"
    body = dict(row.facts)
    if body.get("raster"):
        body["raster"] = {**body["raster"], "files": [file.facts for file in row.files]}
    facts = _FACTS.validate_python(body)
    extent = Bounds(*to_shape(row.extent).bounds) if row.extent is not None else None
    return Version(row.id, row.number, row.revision, row.published, extent, row.feature_count, row.report_id, facts)


def _numbers(row: LayerRow) -> tuple[int, ...]:
    return tuple(version.number for version in row.versions if version.published)


def _describe(layer: LayerRow, spec: LayerSpec) -> None:
    for name in ("title", "description", "department", "theme", "licence", "attribution", "style"):
        if value := getattr(spec, name):
            setattr(layer, name, dict(value) if isinstance(value, Mapping) else value)
    if spec.public is not None:
        layer.public = spec.public
    if not layer.title:
        layer.title = {"zh": spec.name, "en": spec.name}


def _drop_version_tables(session: Session, version: VersionRow) -> int:
    facts = version.facts
    for table in [facts.get("table"), *(level["table"] for level in facts.get("levels") or ())]:
        if table:
            drop_table(session, table)
    return version.id


def _envelope(extent: Bounds | None) -> Any:
    if extent is None:
        return None
    w, s, e, n = extent
    return WKTElement(f"POLYGON(({w} {s},{e} {s},{e} {n},{w} {n},{w} {s}))", srid=-1)
