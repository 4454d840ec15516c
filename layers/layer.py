"""What a layer is, as values: columns, levels, raster files, the version it is served at, what an import says of it.

Frozen, so that a process may keep them in memory and a cache may trust them; no row and no session is behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from layers.edit.edited import NOTHING, EditedGround
from layers.frame import Bounds, Text

LayerKind = Literal["vector", "imagery", "elevation"]
ColumnType = Literal["text", "integer", "bigint", "float", "boolean", "date", "timestamp", "json"]


Domains = Mapping[str, Mapping[str, str]]
"""Code lists by column: what its values may be, each with its meaning (or the value again)."""


@dataclass(frozen=True)
class Column:
    """A column of a feature table: its SQL name, the name it came with, its type."""

    name: str
    title: str
    type: ColumnType


@dataclass(frozen=True)
class Level:
    """A generalised table for some zooms: ``geom`` in EPSG:3857, ``columns`` kept, simplified to ``tolerance_m``.

    ``kind`` says how its rows are to be read; see ``layers.level.levels``.
    """

    table: str
    min_zoom: int
    max_zoom: int
    columns: tuple[str, ...]
    tolerance_m: float
    kind: Literal[
        "features", "tiles", "points", "pieces", "labels", "pictures", "classes", "sketch", "crowds", "beside"
    ] = "features"


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

    ``aligned`` says that its blocks at every overview are tiles of the default grid, so that a tile is a byte range;
    ``pixels`` is then the box that holds any, in its own CRS: ``bounds`` are padded to whole tiles of every overview.
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
    pixels: Bounds | None = None


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
    words: str | None = None  # the table its names are searched in
    named: tuple[str, ...] = ()  # the columns they are in
    too_wide: tuple[str, ...] = ()  # columns that tiles leave out (``layers.level.widths``)
    unfinished: bool = False  # levels and words are made later (``layers.finishing``)


@dataclass(frozen=True)
class Version:
    """One published state of a layer. ``extent`` is in degrees of the storage CRS.

    ``as_of`` is set on a version's past: as it was at that instant, before the edits made since (``layers.edit.past``);
    ``edited`` tells where it was edited, ``renewed`` up to which revision its dissolved small scales hold the edits.
    """

    id: int
    number: int
    revision: int
    published: datetime
    extent: Bounds | None
    feature_count: int | None
    report_id: int | None
    facts: VersionFacts
    as_of: datetime | None = None
    edited: EditedGround = field(default=NOTHING, compare=False)
    renewed: int = 0

    @property
    def lags(self) -> bool:
        """Whether small scales show dissolved classes that do not hold the newest edit yet
        (``layers.level.renewal``)."""
        return self.edited.newest > self.renewed and any(level.kind == "tiles" for level in self.levels)

    @property
    def is_renewable(self) -> bool:
        """Whether what renews dissolved classes was kept at the import; older ones are renewed by the next."""
        return any(level.kind == "classes" for level in self.levels)

    @property
    def tag(self) -> str:
        """What tells this state of the version from every other, in a tile's address."""
        return f"{self.number}.{self.revision}{'~' if self.lags else ''}{'-' if self.facts.unfinished else ''}"

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
    def tile_columns(self) -> tuple[Column, ...]:
        """The columns that tiles of the largest scales carry: all but those that are too wide for it."""
        return tuple(column for column in self.columns if column.name not in self.facts.too_wide)

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
    domains: Domains = field(default_factory=dict, hash=False)


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
