"""Plots of land as coordinates in text: what land bureaus exchange for approvals (``[属性描述]``, ``[地块坐标]``).

After the description, as ``key=value``, each plot has a line of its facts that ends in ``@`` and the corners of its
rings: ``point, ring, X (north), Y (east)``. A ring ends with its number, or where it is back at its first corner; which
is an outline, a hole or a further part is told by which lies in which. The description states the coordinate system.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from importers.batch import (
    BATCH_ROWS,
    Decision,
    FeatureBatch,
    ReadOptions,
    Refusal,
    Source,
    SourceColumn,
    SourceLayer,
)
from importers.errors import NothingToImport
from importers.vector.encoding import text_encoding
from importers.vector.nested_rings import Ring, area_of, rings_of
from importers.vector.plot_systems import described_crs
from layers.sentences import say

FACTS = ("界址点数", "地块面积", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码")
NUMBERS = ("界址点数", "地块面积")
COLUMNS = tuple(SourceColumn(title, "float" if title in NUMBERS else "text") for title in FACTS)
_SECTION = re.compile(r"\s*\[(.+?)\]\s*")
_PLAIN_SIGNS = str.maketrans("，＠；", ",@;")
_LINE, _POINT = "线", "点"


@dataclass
class _Plot:
    line: int
    facts: list[str]
    corners: list[tuple[str, float, float]] = field(default_factory=list)
    fault: str | None = None


def open_plots(path: Path, options: ReadOptions) -> Source:
    """Open a file of plots.

    Raises:
        NothingToImport: no plot is in it.
    """
    data = path.read_bytes()
    encoding = text_encoding(data, options.encoding)
    lines = data.decode(encoding.value, "replace").splitlines()
    described = dict(_described(lines))
    plots = list(_plots(lines))
    if not plots:
        raise NothingToImport(say("plots-none", file=path.name))

    def batches() -> Iterator[FeatureBatch]:
        for start in range(0, len(plots), BATCH_ROWS):
            yield _batch(plots[start : start + BATCH_ROWS])

    told = tuple(f"{key}={value}" for key, value in described.items() if value.strip(", "))
    order = Decision(say("axis-order"), say("north-first"), "file", (say("plots-order"),))
    crs, by_eastings = described_crs(described, [corner[1:] for plot in plots for corner in plot.corners])
    layer = SourceLayer(
        path.stem, COLUMNS, batches, crs=crs, geometry_type="Unknown", claimed=len(plots), facts=told,
        decisions=(order, *by_eastings),
    )  # fmt: skip
    return Source(path, "land plots", (layer,), (encoding,))


def _described(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    section = ""
    for line in lines:
        if (found := _SECTION.fullmatch(line)) is not None:
            section = found[1]
        elif section == "属性描述" and "=" in line:
            key, _, value = line.partition("=")
            yield key.strip(), value.strip()


def _plots(lines: Sequence[str]) -> Iterator[_Plot]:
    plot: _Plot | None = None
    section = ""
    for number, line in enumerate(lines, start=1):
        if (found := _SECTION.fullmatch(line)) is not None:
            section = found[1]
            continue
        fields = _fields(line)
        if section != "地块坐标" or not fields:
            continue
        if fields[-1].endswith("@"):
            if plot is not None:
                yield plot
            plot = _Plot(number, [*fields[:-1], fields[-1].removesuffix("@")])
        elif plot is not None:
            _add_corner(plot, number, fields)
    if plot is not None:
        yield plot


def _fields(line: str) -> list[str]:
    """Return the fields of a line without the empty ones at its end."""
    plain = line.translate(_PLAIN_SIGNS)
    fields = [text.strip() for text in plain.split("," if "," in plain else "\t")]
    while fields and not fields[-1]:
        fields.pop()
    return fields


def _add_corner(plot: _Plot, number: int, fields: Sequence[str]) -> None:
    try:
        ring, north, east = fields[1], float(fields[2]), float(fields[3])
    except (IndexError, ValueError):
        plot.fault = plot.fault or say("plots-bad-corner", line=number, text=",".join(fields)[:60])
        return
    plot.corners.append((ring, east, north))


def _batch(plots: Sequence[_Plot]) -> FeatureBatch:
    geometries, kept, refused = [], [], []
    for plot in plots:
        made = plot.fault or _geometry(plot)
        if isinstance(made, str):
            attributes = dict(zip(FACTS, plot.facts, strict=False))
            refused.append(Refusal(f"line {plot.line}", made, attributes=attributes))
        else:
            geometries.append(made)
            kept.append(plot)
    facts = [[*plot.facts, *[""] * len(FACTS)] for plot in kept]
    columns: dict[str, pa.Array] = {}
    for place, title in enumerate(FACTS):
        texts = [row[place] or None for row in facts]
        numbers = pa.array([_number(text) for text in texts], pa.float64())
        columns[title] = numbers if title in NUMBERS else pa.array(texts, pa.string())
    shapes = np.empty(len(kept), dtype=object)
    shapes[:] = geometries
    return FeatureBatch(shapes, columns, [f"line {plot.line}" for plot in kept], tuple(refused))


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _geometry(plot: _Plot) -> BaseGeometry | str:
    """Return a plot's geometry, or why there is none."""
    kind = plot.facts[4] if len(plot.facts) > 4 else ""
    numbered = groupby(plot.corners, key=lambda corner: corner[0])
    each = [[corner[1:] for corner in corners] for _, corners in numbered]
    rings: list[Ring] = [*each] if kind in (_POINT, _LINE) else [ring for corners in each for ring in rings_of(corners)]
    least = 1 if kind == _POINT else 2 if kind == _LINE else 3
    if not rings or min(map(len, rings)) < least:
        return say("plots-too-few", count=len(plot.corners))
    if kind == _POINT:
        return shapely.MultiPoint([corner for ring in rings for corner in ring])
    if kind == _LINE:
        return shapely.MultiLineString(rings) if len(rings) > 1 else shapely.LineString(rings[0])
    return area_of(rings)
