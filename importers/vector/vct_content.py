"""All that a VCT file holds, read once from its first line to its last."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from importers.vector.vct_header import VctHeader
from importers.vector.vct_shapes import vertices
from importers.vector.vct_tables import FeatureCode, VctTable, read_codes, read_rows, read_structure
from importers.vector.vct_text import SHAPES, Coordinates, Lines, VctObject, objects
from layers.crs.names import DEGREE_M
from layers.sentences import say


@dataclass
class VctContent:
    """Head, codes, tables by name, objects by kind, the vertices of lines by number, and what is to be told."""

    header: VctHeader = field(default_factory=lambda: VctHeader({}))
    codes: dict[str, FeatureCode] = field(default_factory=dict)
    tables: dict[str, VctTable] = field(default_factory=dict)
    shapes: dict[str, list[VctObject]] = field(default_factory=lambda: {name: [] for name in SHAPES})
    curves: dict[int, Coordinates] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_content(path: Path, lines: Lines, tolerance_m: float) -> VctContent:
    """Read a file through; arcs keep within the tolerance.

    Raises:
        BrokenText: a line is not what must stand there.
        UnsupportedSource: its head says what we would misread.
    """
    content = VctContent()
    while lines.peek() is not None:
        word = lines.take().lstrip("\ufeff").lower()
        section = word.removesuffix("begin")
        if section in SHAPES:
            content.shapes[section] += objects(lines, section, content.header.refers_to_lines)
            if lines.peek() is None:
                content.notes.append(say("vct-no-end", section=section.capitalize()))
        elif section in _SECTIONS:
            _SECTIONS[section](path, lines, content)
        elif word.endswith("begin"):
            _pass_over(lines, section, content)
    geographic = content.header.entries.get("coordinatesystemtype", "").upper().startswith("D")
    tolerance = tolerance_m / DEGREE_M if geographic else tolerance_m
    for one in content.shapes["line"]:
        if one.fault is None and one.parts:
            content.curves[int(one.number)] = _curve(one, tolerance)
    return content


def _read_head(path: Path, lines: Lines, content: VctContent) -> None:
    content.header = VctHeader(dict(_head(lines)))
    content.header.check(path)
    lines.separator = content.header.separator


def _read_codes(path: Path, lines: Lines, content: VctContent) -> None:
    content.codes = {one.code: one for one in read_codes(lines)}


def _read_structure(path: Path, lines: Lines, content: VctContent) -> None:
    content.tables = {table.name: table for table in read_structure(lines)}


def _read_attributes(path: Path, lines: Lines, content: VctContent) -> None:
    read_rows(lines, content.tables)


_SECTIONS = {
    "head": _read_head, "featurecode": _read_codes, "tablestructure": _read_structure, "attribute": _read_attributes,
}  # fmt: skip


def _curve(one: VctObject, tolerance: float) -> Coordinates:
    try:
        return vertices(one, tolerance)
    except ValueError:
        return np.empty((0, 2))


def _pass_over(lines: Lines, section: str, content: VctContent) -> None:
    """Leave out a section that is no shapes and no attributes: drawing styles, topology, metadata."""
    held = False
    while (line := lines.peek()) is not None:
        lines.take()
        if line.lower() == f"{section}end":
            break
        held = True
    if held and section not in ("style", "comment"):
        content.notes.append(say("vct-section", section=section.capitalize()))


def _head(lines: Lines) -> Iterator[tuple[str, str]]:
    while (line := lines.peek()) is not None:
        lines.take()
        if line.lower() == "headend":
            return
        key, _, value = line.replace("：", ":", 1).partition(":")
        yield key.strip().lower(), value.strip()
