"""The values that pass between the rooms of an import: what readers give, what users say, what was decided.

A reader turns a file into ``SourceLayer`` values, each of which yields ``FeatureBatch`` values of some ten thousand
features at a time, so that memory does not grow with the file. Readers decide nothing about coordinate systems: they
say what the file declares and hand over coordinates as stored, east ordinate first where the format defines the
order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj

from importers.scale import NATIONAL, ScaleRules
from layers.frame import Bounds
from layers.sentences import Sentence, say, stored, stored_tally

Json = dict[str, Any]
ColumnType = Literal["text", "integer", "bigint", "float", "boolean", "date", "timestamp", "json"]
SourceKind = Literal["vector", "drawing", "table", "imagery", "elevation"]

BATCH_ROWS = 10_000


def as_json(value: Any) -> Any:
    """Turn a value of this package into what ``json.dumps`` takes: dataclasses to objects, CRSs to their names.

    Sentences are kept with their code and values; ``layers.sentences.worded`` puts the result into a language.
    """
    if isinstance(value, Sentence):
        return stored(value)
    if is_dataclass(value) and not isinstance(value, type):
        shown = (f for f in fields(value) if f.repr)
        return {f.name: as_json(getattr(value, f.name)) for f in shown}
    if isinstance(value, str):
        return value.replace("\0", "")  # which JSON in a database cannot hold
    if isinstance(value, Bounds):
        return [round(number, 9) for number in value]
    if isinstance(value, Mapping):
        return stored_tally({key: as_json(item) for key, item in value.items()})
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(item) for item in value]
    if isinstance(value, pyproj.CRS):
        return crs_name(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value.name if isinstance(value, Path) else value


def crs_name(crs: pyproj.CRS) -> str:
    """Return ``EPSG:4509 (CGCS2000 / Gauss-Kruger CM 117E)``; the name alone where the code is not beyond doubt.

    PROJ's lesser confidences call a meridian of 115.7 degrees one of 102, and an unnamed UTM zone one of Mexico.
    """
    code = crs.to_authority(min_confidence=100)
    return f"{code[0]}:{code[1]} ({crs.name})" if code else crs.name


@dataclass(frozen=True)
class Decision:
    """One thing an import settled: what, to which value, who or what settled it, and on what evidence."""

    what: str
    value: str
    by: Literal["user", "file", "rule", "measured"]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What must be answered before an import can go on, and the option that answers it (``--crs``)."""

    what: str
    why: str
    option: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceColumn:
    """A column as the file has it: its title exactly as written, and the type it will have with us."""

    title: str
    type: ColumnType


@dataclass(frozen=True)
class Refusal:
    """One feature that was not taken, and why. ``wkb`` and ``attributes`` let its owner find and mend it."""

    source_id: str
    reason: str
    wkb: bytes | None = field(default=None, repr=False)
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class FeatureBatch:
    """Some features of one source layer, column by column; row i of every array is one feature.

    ``geometries`` are shapely geometries in the file's own coordinates (east or x first; None for a null geometry; Z
    kept, M dropped). ``columns`` has one array per ``SourceColumn`` of the layer, by title. ``source_ids`` name the
    features in the file (fid, handle, row number). ``refused`` are features the reader saw but could not express;
    they count as read and are not in the arrays. ``done`` counts what the reader did to features it kept: ``{"curve
    linearised": 3, "M dropped": 2}``.
    """

    geometries: npt.NDArray[Any]
    columns: Mapping[str, pa.Array]
    source_ids: Sequence[str] | npt.NDArray[Any]
    refused: tuple[Refusal, ...] = ()
    done: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many features the arrays hold."""
        return len(self.geometries)


@dataclass(frozen=True)
class SourceLayer:
    """One layer of a source: what the file says about it, and a way to read it, as often as wanted.

    ``crs`` is what the file declares, None when it declares none; ``crs_by`` says where. ``claimed`` is the file's own
    count, not to be trusted. ``facts`` are further pieces of evidence in plain words ("DXF units: metres"). ``target``
    is the layer name a mapping gives (a drawing may become several layers); None when the user's name applies.
    ``identity`` is the title of the column that only numbers the file's rows. ``code_lists`` are meanings by code by
    column title. ``first`` reads so many features from the beginning, where a reader that is left in the middle would
    be of no more use.
    """

    name: str
    columns: tuple[SourceColumn, ...]
    batches: Callable[[], Iterator[FeatureBatch]] = field(repr=False)
    crs: pyproj.CRS | None = None
    crs_by: str = say("declared-in-file")
    geometry_type: str = "Unknown"
    claimed: int | None = None
    facts: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    target: str | None = None
    title: Mapping[str, str] | None = None
    department: str | None = None
    height_datum: str | None = None
    identity: str | None = None
    code_lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    first: Callable[[int], Iterator[FeatureBatch]] | None = field(default=None, repr=False)

    def look(self, count: int) -> Iterator[FeatureBatch]:
        """Read the first ``count`` features or more."""
        return self.batches() if self.first is None else self.first(count)


@dataclass(frozen=True)
class Source:
    """An opened file of one of our formats: its layers, what was decided in opening it, and how to let it go."""

    path: Path
    format: str
    layers: tuple[SourceLayer, ...]
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()
    close: Callable[[], None] = field(default=lambda: None, repr=False)


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about a file. None means: find out.

    ``crs`` any text ``layers.crs.names.parse_crs`` reads; ``datum`` "gcj02" or "bd09" for shifted web-map coordinates;
    ``axis`` "xy" east first, "yx" north first; ``units`` of a drawing: "m", "mm", "cm", "km", "ft"; ``x``, ``y``,
    ``wkt`` name columns of a table; ``layer`` names the layers wanted (empty: all); ``sheet`` of a workbook.
    """

    crs: str | None = None
    encoding: str | None = None
    layer: tuple[str, ...] = ()
    units: str | None = None
    axis: Literal["xy", "yx"] | None = None
    datum: Literal["gcj02", "bd09"] | None = None
    x: str | None = None
    y: str | None = None
    z: str | None = None
    wkt: str | None = None
    sheet: str | None = None
    heights: str | None = None
    tolerance_m: float = 0.01
    blocks: Literal["explode", "point"] | None = None
    mapping: Path | None = None
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportOptions:
    """How an import goes: what the user says about the file, and what may be published.

    ``publish_failed`` publishes a verdict *fail* all the same, and is remembered. ``geometry`` takes one family only
    from a mixed layer. ``city`` are the city's own datum transforms, ``rules`` those of usable scales. ``by`` is
    who asks, for the report.
    """

    read: ReadOptions = ReadOptions()
    geometry: Literal["point", "line", "polygon"] | None = None
    publish_failed: bool = False
    scale: int | None = None
    accuracy_m: float | None = None
    captured: date | None = None
    city: tuple[Any, ...] = ()
    rules: ScaleRules = NATIONAL
    by: str = "user"
    original: bool = True


class Progress(Protocol):
    """Told how far the work is; raises ``Cancelled`` when the user has had enough."""

    def __call__(self, done: float, total: float | None, message: str) -> None:
        """``done`` of ``total`` (None: unknown) steps of what ``message`` names are finished."""


Spread = Callable[[], AbstractContextManager[tuple[Executor, int]]]
"""Lends an executor of other processes, and says how many things they do at once."""


def silent(done: float, total: float | None, message: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class SourceFormat:
    """One row of the table of formats.

    ``probe`` looks at a file's first bytes and its name and says whether this is it, without GDAL. ``open`` raises
    ``UnreadableSource`` with the file and the reason. ``refusal`` is set instead of ``open`` for formats that we know
    and do not read: the sentence that says what to do.
    """

    name: str
    kind: SourceKind
    suffixes: tuple[str, ...]
    probe: Callable[[Path, bytes], bool] = field(repr=False)
    open: Callable[[Path, ReadOptions], Source] | None = field(default=None, repr=False)
    refusal: str | None = None
