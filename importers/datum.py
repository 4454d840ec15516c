"""The registry of datum transforms that the city itself supplies, each a ``Transform`` of kind ``city``.

Parameters of Chinese networks are classified. They live in one file outside the database, encrypted when a key is
given; they are read into closures that have no text form, and no message, note or report holds a number of them. What
is told is the quality: how many control points, which errors, where it is valid. Every entry brings a check point, and
an entry that misses its check point is refused, with a word on whether the other sign convention would have hit it.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from cryptography.fernet import Fernet, InvalidToken
from shapely.geometry.base import BaseGeometry

from importers.datum_entry import Entry, Floats, Quality, read_entry
from layers.crs import same_datum
from layers.errors import GeoError
from layers.operations import Transform, around, find_transform

Apply = Callable[[Floats, Floats], tuple[Floats, Floats]]

_PRIVATE = 0o600


class BadRegistry(GeoError):
    """The file of datum parameters cannot be used."""


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
        return (
            f"{self.id}: {route}, {self.method}, {self.quality.to_text()}; {self.supplier} {self.date} [{self.secrecy}]"
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

    def to_text(self) -> str:
        """Return one line for each entry, and the notes."""
        return "\n".join([entry.to_text() for entry in self.entries] + [f"note: {note}" for note in self.notes])


def load_registry(path: Path, key: str | bytes | None = None) -> Registry:
    """Read the registry file: JSON, or JSON encrypted with a Fernet key.

    Raises:
        BadRegistry: unreadable, wrong key, an entry malformed or missing its check point. No message quotes the file.
    """
    entries = [read_entry(record, path.parent) for record in _records(path, key)]
    ready = _build(entries)
    return Registry(tuple(ready), _notes(path, key))


def save_registry(path: Path, records: Sequence[Mapping[str, Any]], key: str | bytes | None = None) -> None:
    """Write the registry file, readable by its owner only, encrypted when a key is given; replaced in one step.

    Raises:
        BadRegistry: the key is none, or an entry would not load.
    """
    _build([read_entry(record, path.parent) for record in records])
    content = json.dumps({"transforms": list(records)}, ensure_ascii=False, indent=1).encode("utf-8")
    if key is not None:
        content = _fernet(key).encrypt(content)
    partial = path.with_name(path.name + ".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as stream:
        stream.write(content)
    os.replace(partial, path)


def add_entry(path: Path, record: Mapping[str, Any], key: str | bytes | None = None) -> Registry:
    """Add an entry to the file (made when absent), in place of one of the same id, and return the registry.

    Raises:
        BadRegistry: the file or the entry cannot be used; the file is then left as it was.
    """
    records = [r for r in _records(path, key) if r.get("id") != record.get("id")] if path.exists() else []
    save_registry(path, [*records, record], key)
    return load_registry(path, key)


def new_key() -> str:
    """Return a fresh Fernet key to keep apart from the file."""
    return Fernet.generate_key().decode("ascii")


def geographic(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the degrees that a CRS stands on.

    Raises:
        BadRegistry: it stands on none.
    """
    if crs.geodetic_crs is None:
        raise BadRegistry(f"{crs.name} stands on no geographic coordinate system")
    return crs.geodetic_crs


def _fernet(key: str | bytes) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise BadRegistry("the datum key is not a Fernet key (44 characters of URL-safe base64)") from None


def _records(path: Path, key: str | bytes | None) -> list[Mapping[str, Any]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadRegistry(f"{path.name}: {error.strerror}") from None
    encrypted = not content.lstrip().startswith(b"{")
    if encrypted:
        if key is None:
            raise BadRegistry(f"{path.name} is encrypted: give the datum key")
        try:
            content = _fernet(key).decrypt(content)
        except InvalidToken:
            raise BadRegistry(f"{path.name}: the datum key does not open it") from None
    try:
        records = json.loads(content)["transforms"]
    except (ValueError, KeyError, TypeError):
        raise BadRegistry(f"{path.name} is not an object with a list `transforms`") from None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadRegistry(f"{path.name}: `transforms` must be a list of objects")
    return records


def _notes(path: Path, key: str | bytes | None) -> tuple[str, ...]:
    notes = []
    if path.stat().st_mode & 0o077:
        notes.append(f"{path.name} can be read by others than its owner: chmod 600")
    if key is None:
        notes.append(f"{path.name} is not encrypted: give a datum key and save it again")
    return tuple(notes)


def _build(entries: Sequence[Entry]) -> list[CityTransform]:
    """Make entries usable; piecewise ones after the pieces they name."""
    built: dict[str, CityTransform] = {}
    if len({entry.id for entry in entries}) != len(entries):
        raise BadRegistry("two entries have the same id")
    for entry in sorted(entries, key=lambda e: e.method == "piecewise"):
        apply = _piecewise(entry, built) if entry.method == "piecewise" else entry.apply
        if apply is None:
            raise BadRegistry(f"entry {entry.id!r}: nothing to apply")
        _check(entry, apply)
        built[entry.id] = _ready(entry, apply)
    return [built[entry.id] for entry in entries]


def _ready(entry: Entry, apply: Apply) -> CityTransform:
    guarded = _guarded(entry, apply)
    transform = Transform(
        entry.source,
        entry.target,
        "city",
        (f"{entry.source.name} to {entry.target.name} by the city's {entry.id} ({entry.label})",),
        entry.quality.accuracy_m,
        f"city-supplied, {entry.quality.to_text()}",
        guarded,
    )
    return CityTransform(
        entry.id, entry.method, transform, entry.quality, entry.area, entry.supplier, entry.date, entry.secrecy
    )


def _guarded(entry: Entry, apply: Apply) -> Apply:
    """Refuse points outside the area of validity: a similarity extrapolates anything without a word."""
    if entry.area is None:
        return apply
    to_degrees = find_transform(entry.source, geographic(entry.source))
    area = shapely.buffer(entry.area, entry.slack_degrees)
    shapely.prepare(area)

    def guarded(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lon, lat = to_degrees.points(x, y)
        finite = np.isfinite(lon) & np.isfinite(lat)
        outside = int((finite & ~shapely.intersects_xy(area, lon, lat)).sum())
        if outside:
            raise OutsideArea(
                f"{outside} of {lon.size} points lie outside the area of the city transform {entry.id}; import the "
                "part inside it, or have the transform's area extended by new control points"
            )
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
            hint = "; with the other sign of the rotations it would fit: correct the convention"
        raise BadRegistry(f"entry {entry.id!r} misses its check point by {_rough(missed)}{hint}")


def _rough(metres: float) -> str:
    """Say how large a miss is without giving a number that could be turned into a parameter."""
    for limit in (0.1, 1, 10, 100, 1000):
        if metres < limit:
            return f"up to {limit:g} m"
    return "more than 1000 m"


def _piecewise(entry: Entry, built: Mapping[str, CityTransform]) -> Apply:
    """Use for each point the piece whose polygon holds it; the nearest within the slack at the seams."""
    pieces = []
    for polygon, name in entry.pieces:
        if name not in built:
            raise BadRegistry(f"entry {entry.id!r} names {name!r}, which is not an entry with parameters")
        piece = built[name].transform
        if not (same_datum(piece.source, entry.source) and same_datum(piece.target, entry.target)):
            raise BadRegistry(f"entry {entry.id!r}: its piece {name!r} leads between other datums")
        pieces.append((polygon, around(piece, entry.source, entry.target)))
    to_degrees = find_transform(entry.source, geographic(entry.source))
    tree = shapely.STRtree([polygon for polygon, _ in pieces])

    def apply(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        shape, x, y = np.shape(x), np.ravel(x), np.ravel(y)
        lon, lat = to_degrees.points(x, y)
        found = np.full(len(x), -1)
        finite = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        near, piece = tree.query_nearest(
            shapely.points(lon[finite], lat[finite]), max_distance=max(entry.slack_degrees, 1e-9), all_matches=False
        )
        found[finite[near]] = piece
        if len(near) < len(finite):
            raise OutsideArea(f"{len(finite) - len(near)} points lie in no piece of the city transform {entry.id}")
        moved_x, moved_y = np.full(len(x), np.nan), np.full(len(x), np.nan)
        for i, (_, transform) in enumerate(pieces):
            chosen = found == i
            if chosen.any():
                moved_x[chosen], moved_y[chosen] = transform.points(x[chosen], y[chosen])
        return moved_x.reshape(shape), moved_y.reshape(shape)

    return apply
