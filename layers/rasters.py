"""The raster files of layers in the database: a row tells from which version on, and before which, a file is there.

A version of a mosaic of ten thousand sheets shares their rows with the version before: to join one more writes one
row. Versions are told by their ids, which grow with their numbers and are never given twice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Any

import shapely
from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.frame import Bounds
from layers.layer import RasterFile
from layers.models import SCHEMA

_FILES = TypeAdapter(tuple[RasterFile, ...])
_OF_VERSION = (
    f"{SCHEMA}.raster_file f JOIN {SCHEMA}.version v ON v.layer_id = f.layer_id "
    "WHERE v.id = :version AND f.since <= v.id AND (f.until IS NULL OR f.until > v.id)"
)
_RANKED = (
    "SELECT CAST(jsonb_agg(facts || jsonb_build_object('order', place - 1) ORDER BY place) AS text) "
    "FROM (SELECT f.facts, row_number() OVER "
    "(ORDER BY f.captured NULLS FIRST, (f.facts ->> 'resolution_m')::float8 DESC, f.came, f.id) AS place "
    f"FROM {_OF_VERSION}"
)
"""As one text, of which values are made without a dictionary for each file."""
_TOTALS = (
    "SELECT count(*), min((f.facts ->> 'resolution_m')::float8), max((f.facts ->> 'resolution_m')::float8), "
    "bool_and((f.facts ->> 'aligned')::bool), ST_XMin(ST_Extent(f.extent)), ST_YMin(ST_Extent(f.extent)), "
    f"ST_XMax(ST_Extent(f.extent)), ST_YMax(ST_Extent(f.extent)) FROM {_OF_VERSION} AND NOT f.key = ANY(:without)"
)
_CLOSE = text(
    f"UPDATE {SCHEMA}.raster_file SET until = :draft WHERE layer_id = :layer AND until IS NULL "
    "AND (since > :version OR key = ANY(:without))"
)
_TAKE_UP = text(
    f"INSERT INTO {SCHEMA}.raster_file (layer_id, came, since, key, facts, captured, extent) "
    f"SELECT f.layer_id, f.came, :draft, f.key, f.facts, f.captured, f.extent FROM {_OF_VERSION} "
    "AND f.until IS NOT NULL AND NOT f.key = ANY(:without) ORDER BY f.id"
)
_ADD = text(
    f"INSERT INTO {SCHEMA}.raster_file (layer_id, came, since, key, facts, captured, extent) "
    "SELECT :layer, :draft, :draft, f ->> 'key', f, (f ->> 'captured')::date, ST_MakeEnvelope("
    "(f -> 'extent' ->> 0)::float8, (f -> 'extent' ->> 1)::float8, (f -> 'extent' ->> 2)::float8, "
    "(f -> 'extent' ->> 3)::float8, -1) FROM jsonb_array_elements(CAST(:files AS jsonb)) AS f"
)
_DROP = text(
    f"DELETE FROM {SCHEMA}.raster_file f WHERE f.layer_id = :layer AND NOT EXISTS (SELECT FROM {SCHEMA}.version v "
    "WHERE v.layer_id = f.layer_id AND v.id >= f.since AND (f.until IS NULL OR v.id < f.until))"
)


@dataclass(frozen=True)
class Totals:
    """What is known of many files together; ``finest_m`` and ``coarsest_m`` are their pixels on the ground."""

    count: int
    finest_m: float
    coarsest_m: float
    aligned: bool
    extent: Bounds | None

    def with_files(self, files: Sequence[RasterFile]) -> "Totals":
        """Return the totals with further files."""
        boxes = [file.extent for file in files] + ([self.extent] if self.extent else [])
        return Totals(
            self.count + len(files),
            min((self.finest_m, *(file.resolution_m for file in files))),
            max((self.coarsest_m, *(file.resolution_m for file in files))),
            self.aligned and all(file.aligned for file in files),
            reduce(Bounds.union, boxes),
        )


NO_FILES = Totals(0, math.inf, 0.0, True, None)


@dataclass(frozen=True)
class Staying:
    """Which files a new version shares with an older one: those of ``version`` (its id) but the keys ``without``."""

    version: int
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mosaic:
    """The files of one version, asked in parts: what a part costs does not grow with the others."""

    session: Session
    version: int

    def near(self, box: Bounds) -> tuple[RasterFile, ...]:
        """Return the files whose extents touch a box in degrees, ordered among themselves."""
        return self._found("f.extent && ST_MakeEnvelope(:west, :south, :east, :north, -1)", **box._asdict())

    def named(self, sources: Sequence[str]) -> tuple[RasterFile, ...]:
        """Return the files that came from sources of these names."""
        return self._found("f.facts ->> 'source' = ANY(:sources)", sources=list(sources))

    def totals(self, without: Sequence[str] = ()) -> Totals:
        """Sum up all files but those with the keys ``without``."""
        values = {"version": self.version, "without": list(without)}
        count, finest, coarsest, aligned, *extent = self.session.execute(text(_TOTALS), values).one()
        return Totals(count, finest, coarsest, aligned, Bounds(*extent)) if count else NO_FILES

    def _found(self, condition: str, **values: Any) -> tuple[RasterFile, ...]:
        found = self.session.scalar(text(f"{_RANKED} AND {condition}) AS found"), {"version": self.version, **values})
        return _FILES.validate_json(found or "[]")


def files_of(session: Session, version: int) -> tuple[RasterFile, ...]:
    """Return all files of a version: of two that overlap the newer, else the finer, else the later lies on top."""
    found = session.scalar(text(f"{_RANKED}) AS found"), {"version": version})
    return _FILES.validate_json(found or "[]")


def store_files(
    session: Session, layer: int, draft: int, files: Sequence[RasterFile], staying: Staying | None = None
) -> None:
    """Give the draft its files: new ones, and those that stay of a version before. The newest version's rows are
    open; of an older one that was rolled back to, rows that were closed since are written again."""
    told = {
        "layer": layer, "draft": draft, "version": staying.version if staying else -1,
        "without": list(staying.without) if staying else [],
    }  # fmt: skip
    session.execute(_CLOSE, told)
    if staying is not None:
        session.execute(_TAKE_UP, told)
    if files:
        session.execute(_ADD, {**told, "files": _FILES.dump_json(tuple(files)).decode()})


def drop_files_unused(session: Session, layer: int) -> None:
    """Remove the rows of files that belong to no version any more."""
    session.execute(_DROP, {"layer": layer})


def ordered(files: Sequence[RasterFile]) -> tuple[RasterFile, ...]:
    """Number files as ``files_of`` does; they come in the order in which they were made."""
    ranked = sorted(files, key=lambda file: (file.captured or date.min, -file.resolution_m))
    return tuple(file if file.order == place else replace(file, order=place) for place, file in enumerate(ranked))


def outline(file: RasterFile) -> shapely.Geometry:
    """Return the ground a file covers, in degrees east, north of the storage CRS: its footprint, else its extent."""
    return shapely.from_wkt(file.footprint) if file.footprint else shapely.box(*file.extent)
