"""The registry of datum transforms that the city itself supplies, each a ``Transform`` of kind ``city``.

Parameters of Chinese networks are classified. They live in one file outside the database, encrypted when a key is
given; they are read into closures that have no text form, and no message, note or report holds a number of them. What
is told is the quality: how many control points, which errors, where it is valid. Every entry brings a check point, and
an entry that misses its check point is refused, with a word on whether the other sign convention would have hit it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from importers.datum.entry import Entry, Quality, read_entry
from importers.datum.file import BadRegistry, notes_of, read_records, write_records
from importers.datum.parameters import Floats
from layers.crs.names import same_datum
from layers.crs.operations import around, find_transform
from layers.crs.transform import Transform
from layers.errors import GeoError
from layers.sentences import Language, say, worded

Apply = Callable[[Floats, Floats], tuple[Floats, Floats]]


class OutsideArea(GeoError):
    """The data reaches beyond the area that the city's transform is valid for."""


@dataclass(frozen=True)
class CityTransform:
    """One entry ready for use: the transform, its quality, its area (degrees) and who supplied it when."""

    id: str
    method: str
    transform: Transform
    quality: Quality
    area: BaseGeometry | None = field(repr=False)
    supplier: str
    date: str
    secrecy: str

    def to_text(self) -> str:
        """Return one line for an operator; no parameter is in it."""
        route = f"{self.transform.source.name} -> {self.transform.target.name}"
        return say(
            "city-transform-line",
            id=self.id,
            route=route,
            method=self.method,
            quality=self.quality.to_text(),
            supplier=f"{self.supplier} {self.date}".strip(),
            secrecy=self.secrecy,
        )


@dataclass(frozen=True)
class Registry:
    """The city's transforms. ``notes`` warn of a file that others may read, or of parameters kept in plain text."""

    entries: tuple[CityTransform, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def transforms(self) -> tuple[Transform, ...]:
        """The plain transforms, for ``find_transform(…, city=…)``."""
        return tuple(entry.transform for entry in self.entries)

    def between(self, source: pyproj.CRS, target: pyproj.CRS) -> Transform | None:
        """Return a transform between any two CRSs of an entry's two datums, projections put around it; None if none."""
        for entry in self.entries:
            if same_datum(source, entry.transform.source) and same_datum(target, entry.transform.target):
                return around(entry.transform, source, target)
        return None

    def to_text(self, language: Language = "en") -> str:
        """Return one line for each entry, and the notes."""
        lines = [entry.to_text() for entry in self.entries] + [say("note-text", text=note) for note in self.notes]
        return "\n".join(worded(line, language) for line in lines)


def load_registry(path: Path, key: str | bytes | None = None) -> Registry:
    """Read the registry file: JSON, or JSON encrypted with a Fernet key.

    Raises:
        BadRegistry: unreadable, wrong key, an entry malformed or missing its check point. No message quotes the file.
    """
    records = read_records(path, key)
    ready = _build([read_entry(record, path.parent) for record in records])
    return Registry(tuple(ready), notes_of(path, key, records))


def save_registry(path: Path, records: Sequence[Mapping[str, Any]], key: str | bytes | None = None) -> None:
    """Write the registry file, readable by its owner only, encrypted when a key is given; replaced in one step.

    Raises:
        BadRegistry: the key is none, or an entry would not load.
    """
    _build([read_entry(record, path.parent) for record in records])
    write_records(path, records, key)


def add_entry(path: Path, record: Mapping[str, Any], key: str | bytes | None = None) -> Registry:
    """Add an entry to the file (made when absent), in place of one of the same id, and return the registry.

    Raises:
        BadRegistry: the file or the entry cannot be used; the file is then left as it was.
    """
    read_entry(record, path.parent)
    records = [r for r in read_records(path, key) if r.get("id") != record["id"]] if path.exists() else []
    save_registry(path, [*records, record], key)
    return load_registry(path, key)


def geographic(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the degrees that a CRS stands on.

    Raises:
        BadRegistry: it stands on none.
    """
    if crs.geodetic_crs is None:
        raise BadRegistry(say("no-geographic-base", crs=crs.name))
    return crs.geodetic_crs


def _build(entries: Sequence[Entry]) -> list[CityTransform]:
    """Make entries usable; piecewise ones after the pieces they name."""
    built: dict[str, CityTransform] = {}
    if len({entry.id for entry in entries}) != len(entries):
        raise BadRegistry(say("datum-same-id"))
    for entry in sorted(entries, key=lambda e: e.method == "piecewise"):
        whole = entry.method == "piecewise"
        apply = _piecewise(entry, built) if whole else entry.apply
        beyond = _piecewise(entry, built, anywhere=True) if whole else entry.apply
        if apply is None:
            raise BadRegistry(say("datum-nothing-to-apply", id=entry.id))
        _check(entry, apply)
        built[entry.id] = _ready(entry, apply, beyond)
    return [built[entry.id] for entry in entries]


def _ready(entry: Entry, apply: Apply, beyond: Apply | None) -> CityTransform:
    guarded = _guarded(entry, apply)
    transform = Transform(
        entry.source,
        entry.target,
        "city",
        (say("city-transform", source=entry.source.name, target=entry.target.name, id=entry.id, label=entry.label),),
        entry.quality.accuracy_m,
        say("city-supplied", quality=entry.quality.to_text()),
        guarded,
        _valid_in(entry),
        beyond,
    )
    return CityTransform(
        entry.id, entry.method, transform, entry.quality, entry.area, entry.supplier, entry.date, entry.secrecy
    )


def _valid_in(entry: Entry) -> BaseGeometry | None:
    """Return where an entry is valid, its slack included, degrees; of a piecewise one all its pieces."""
    area = shapely.union_all([polygon for polygon, _ in entry.pieces]) if entry.pieces else entry.area
    if area is None:
        return None
    widened: BaseGeometry = shapely.buffer(area, entry.slack_degrees)
    shapely.prepare(widened)
    return widened


def _guarded(entry: Entry, apply: Apply) -> Apply:
    """Refuse points outside the area of validity: a similarity extrapolates anything without a word."""
    if entry.area is None:
        return apply
    to_degrees = find_transform(entry.source, geographic(entry.source))
    area = _valid_in(entry)

    def guarded(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lon, lat = to_degrees.points(x, y)
        finite = np.isfinite(lon) & np.isfinite(lat)
        outside = int((finite & ~shapely.intersects_xy(area, lon, lat)).sum())
        if outside:
            raise OutsideArea(say("outside-city-area", outside=outside, size=lon.size, id=entry.id))
        return apply(x, y)

    return guarded


def _check(entry: Entry, apply: Apply) -> None:
    """Compare with the check points; on a miss say whether turned signs would have hit."""
    for check in entry.checks:
        missed = check.missed_by(apply, entry)
        if missed <= check.tolerance_m:
            continue
        turned = entry.turned
        hint = ""
        if turned is not None and check.missed_by(turned, entry) <= check.tolerance_m:
            hint = say("datum-other-sign")
        raise BadRegistry(say("datum-misses-check-point", id=entry.id, missed=_rough(missed), hint=hint))


def _rough(metres: float) -> str:
    """Say how large a miss is without giving a number that could be turned into a parameter."""
    for limit in (0.1, 1, 10, 100, 1000):
        if metres < limit:
            return say("up-to-metres", limit=limit)
    return say("beyond-1000-metres")


def _piecewise(entry: Entry, built: Mapping[str, CityTransform], *, anywhere: bool = False) -> Apply:
    """Use for each point the piece whose polygon holds it; the nearest within the slack at the seams, or anywhere."""
    pieces = []
    for polygon, name in entry.pieces:
        if name not in built:
            raise BadRegistry(say("datum-piece-unknown", id=entry.id, name=name))
        piece = built[name].transform
        if not (same_datum(piece.source, entry.source) and same_datum(piece.target, entry.target)):
            raise BadRegistry(say("datum-piece-other-datum", id=entry.id, name=name))
        piece = around(piece, entry.source, entry.target)
        pieces.append((polygon, replace(piece, apply=piece.beyond or piece.apply) if anywhere else piece))
    to_degrees = find_transform(entry.source, geographic(entry.source))
    tree = shapely.STRtree([polygon for polygon, _ in pieces])
    reach = None if anywhere else max(entry.slack_degrees, 1e-9)

    def apply(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        shape, x, y = np.shape(x), np.ravel(x), np.ravel(y)
        lon, lat = to_degrees.points(x, y)
        found = np.full(len(x), -1)
        finite = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        near, piece = tree.query_nearest(
            shapely.points(lon[finite], lat[finite]), max_distance=reach, all_matches=False
        )
        found[finite[near]] = piece
        if len(near) < len(finite):
            raise OutsideArea(say("outside-city-pieces", count=len(finite) - len(near), id=entry.id))
        moved_x, moved_y = np.full(len(x), np.nan), np.full(len(x), np.nan)
        for i, (_, transform) in enumerate(pieces):
            chosen = found == i
            if chosen.any():
                moved_x[chosen], moved_y[chosen] = transform.points(x[chosen], y[chosen])
        return moved_x.reshape(shape), moved_y.reshape(shape)

    return apply
