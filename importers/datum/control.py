"""Control points: a CSV of places known in two coordinate systems.

Columns: ``name``, ``source_east``, ``source_north``, ``target_east``, ``target_north``; optional ``source_height``,
``target_height`` (metres, ellipsoidal) and ``use`` (``fit`` or ``check``). East and north are degrees where the
coordinate system is geographic. Chinese column names are understood; X and Y alone are not, because a surveyor's X is
north and everyone else's is east.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layers.errors import GeoError
from layers.sentences import say

Floats = npt.NDArray[np.float64]

_NAMES = {
    "name": ("name", "point", "id", "点名", "点号"),
    "source_east": ("source_east", "from_east", "源东坐标", "旧东坐标"),
    "source_north": ("source_north", "from_north", "源北坐标", "旧北坐标"),
    "source_height": ("source_height", "from_height", "源大地高"),
    "target_east": ("target_east", "to_east", "目标东坐标", "新东坐标"),
    "target_north": ("target_north", "to_north", "目标北坐标", "新北坐标"),
    "target_height": ("target_height", "to_height", "目标大地高"),
    "use": ("use", "role", "用途"),
}
_NEEDED = ("source_east", "source_north", "target_east", "target_north")
_CHECK = ("check", "检查", "检查点")


class BadControl(GeoError):
    """The control points cannot be used."""


@dataclass(frozen=True)
class Control:
    """Control points as columns; ordinates are protected and have no text form.

    ``source`` and ``target`` are n x 3: east, north, height (0 where none is given); ``is_check`` marks the points kept
    out of the fit.
    """

    names: tuple[str, ...]
    source: Floats = field(repr=False)
    target: Floats = field(repr=False)
    is_check: npt.NDArray[np.bool_] = field(repr=False)
    has_heights: bool = False

    def __len__(self) -> int:
        """Return how many points there are, check points included."""
        return len(self.names)

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Control":
        """Return some of the points."""
        names = tuple(name for name, take in zip(self.names, chosen, strict=True) if take)
        return Control(names, self.source[chosen], self.target[chosen], self.is_check[chosen], self.has_heights)


def read_control(path: Path) -> Control:
    """Read a control CSV in UTF-8 or GBK.

    Raises:
        BadControl: unreadable, a column missing, a value not a number, a point twice.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadControl(say("file-strerror", file=path.name, strerror=error.strerror)) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.DictReader(text.splitlines())
    columns = _columns(path, reader.fieldnames or ())
    rows = [row for row in reader if any((value or "").strip() for value in row.values() if isinstance(value, str))]
    if not rows:
        raise BadControl(say("control-no-points", file=path.name))
    names = tuple((row.get(columns.get("name", "")) or f"row {i}").strip() for i, row in enumerate(rows, start=2))
    doubles = {name for name in names if names.count(name) > 1}
    if doubles:
        raise BadControl(say("control-point-twice", file=path.name, doubles=sorted(doubles)[0]))
    uses = [(row.get(columns.get("use", "")) or "").strip().lower() for row in rows]
    has_heights = "source_height" in columns and "target_height" in columns
    return Control(
        names,
        _ordinates(path, rows, names, columns, "source"),
        _ordinates(path, rows, names, columns, "target"),
        np.array([use in _CHECK for use in uses], dtype=bool),
        has_heights,
    )


def _columns(path: Path, given: object) -> dict[str, str]:
    titles = [str(title).strip() for title in given] if isinstance(given, list | tuple) else []
    found = {}
    for name, spellings in _NAMES.items():
        for title in titles:
            if title.lower() in spellings:
                found[name] = title
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise BadControl(
            say("control-columns-missing", file=path.name, missing=", ".join(missing), needed=", ".join(_NEEDED))
        )
    return found


def _ordinates(
    path: Path, rows: list[dict[str, str]], names: tuple[str, ...], columns: dict[str, str], side: str
) -> Floats:
    result = np.zeros((len(rows), 3))
    for j, part in enumerate(("east", "north", "height")):
        title = columns.get(f"{side}_{part}")
        if title is None:
            continue
        for i, row in enumerate(rows):
            try:
                result[i, j] = float(row[title] or 0) if part == "height" else float(row[title])
            except (TypeError, ValueError):
                raise BadControl(say("control-not-a-number", file=path.name, title=title, names=names[i])) from None
    if not np.isfinite(result).all():
        raise BadControl(say("control-not-finite", file=path.name, side=side))
    return result
