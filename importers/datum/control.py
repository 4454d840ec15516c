"""Control points: a CSV of places known in two coordinate systems.

Columns: ``name``, ``source_east``, ``source_north``, ``target_east``, ``target_north``; optional ``source_height``,
``target_height`` (metres, ellipsoidal; of all points or of none) and ``use`` (``fit`` or ``check``). East and north are
degrees, also as 115°39′00″, where the coordinate system is geographic. Cells are parted by commas, tabs or semicolons
(then a comma may be the decimal sign). Chinese column names are understood; X and Y alone are not, because a surveyor's
X is north and everyone else's is east.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from importers.table.ordinates import number_of
from importers.vector.encoding import text_encoding
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
_CHECK = ("check", "检查", "检查点", "检核", "检核点")
_FIT = ("", "fit", "拟合", "公共点", "参与")
_DELIMITERS = (",", ";", "\t")


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
    """Read a control CSV in UTF-8, UTF-16 or GBK.

    Raises:
        BadControl: unreadable, a column missing or twice, a value not a number, a point twice, a height missing.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadControl(say("file-strerror", file=path.name, strerror=error.strerror)) from None
    text = content.decode(text_encoding(content).value, "replace").lstrip("\ufeff").replace("\0", "")
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter)
    columns = _columns(path, reader.fieldnames or ())
    rows = [row for row in reader if any((value or "").strip() for value in row.values() if isinstance(value, str))]
    if not rows:
        raise BadControl(say("control-no-points", file=path.name))
    names = tuple((row.get(columns.get("name", "")) or f"row {i}").strip() for i, row in enumerate(rows, start=2))
    doubles = {name for name in names if names.count(name) > 1}
    if doubles:
        raise BadControl(say("control-point-twice", file=path.name, doubles=sorted(doubles)[0]))
    for name, row in zip(names, rows, strict=True):
        if row.get(None):  # where DictReader puts what is too many
            raise BadControl(say("control-cells", file=path.name, name=name))
    comma = delimiter != ","
    has_heights = _with_heights(path, rows, names, columns)
    return Control(
        names,
        _ordinates(path, rows, names, columns, "source", comma),
        _ordinates(path, rows, names, columns, "target", comma),
        np.array([_is_check(path, row, name, columns) for name, row in zip(names, rows, strict=True)], dtype=bool),
        has_heights,
    )


def _is_check(path: Path, row: dict[str, str], name: str, columns: dict[str, str]) -> bool:
    use = (row.get(columns.get("use", "")) or "").strip().lower()
    if use not in (*_CHECK, *_FIT):
        raise BadControl(say("control-use", file=path.name, name=name, use=use))
    return use in _CHECK


def _with_heights(path: Path, rows: list[dict[str, str]], names: tuple[str, ...], columns: dict[str, str]) -> bool:
    """Say whether all points have heights on both sides; some of a side only would shift the others by their own."""
    sides = []
    for side in ("source_height", "target_height"):
        given = [bool((row.get(columns.get(side, "")) or "").strip()) for row in rows]
        if any(given) and not all(given):
            missing = [name for name, there in zip(names, given, strict=True) if not there]
            raise BadControl(say("control-height-missing", file=path.name, title=columns[side], name=missing[0]))
        sides.append(all(given))
    return all(sides)


def _columns(path: Path, given: object) -> dict[str, str]:
    titles = [str(title).strip() for title in given] if isinstance(given, list | tuple) else []
    found: dict[str, str] = {}
    for name, spellings in _NAMES.items():
        for title in titles:
            if title.lower() in spellings:
                if name in found:
                    raise BadControl(say("control-column-twice", file=path.name, first=found[name], second=title))
                found[name] = title
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise BadControl(
            say("control-columns-missing", file=path.name, missing=", ".join(missing), needed=", ".join(_NEEDED))
        )
    return found


def _ordinates(
    path: Path, rows: list[dict[str, str]], names: tuple[str, ...], columns: dict[str, str], side: str, comma: bool
) -> Floats:
    result = np.zeros((len(rows), 3))
    for j, part in enumerate(("east", "north", "height")):
        title = columns.get(f"{side}_{part}")
        if title is None:
            continue
        for i, row in enumerate(rows):
            text = (row[title] or "").strip()
            if part == "height" and not text:
                continue
            result[i, j] = number_of(text, comma)
            if np.isnan(result[i, j]) and text.lower() != "nan":
                raise BadControl(say("control-not-a-number", file=path.name, title=title, names=names[i]))
    if not np.isfinite(result).all():
        raise BadControl(say("control-not-finite", file=path.name, side=side))
    return result
