"""Workbooks of other kinds than ``.xlsx``: Excel 97 (``.xls``, WPS's ``.et``), binary ones and OpenDocument tables.

A process of its own (``spreadsheet_child``) reads them, with limits of memory and time.
"""

import json
import mmap
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from importers.archive import check_zip
from importers.batch import Json, ReadOptions, Source, SourceLayer
from importers.errors import NothingToImport, UnreadableSource, UnsupportedSource
from importers.table.geometry import Rows
from importers.table.merged_cells import cells_below
from importers.table.sheets import sheets_with_coordinates
from importers.table.source import table_layer
from layers.sentences import say
from layers.workplace import workplace

MEMORY_LIMIT = 2 << 30
"""Bytes the reading process may hold."""
PATIENCE_S = 60.0
"""Seconds it may take, plus four for each megabyte of the file."""
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


def open_spreadsheet(path: Path, options: ReadOptions) -> Source:
    """Open the sheets of a workbook that hold coordinates under a header line; hidden ones when named.

    Raises:
        UnsupportedSource: it is protected by a password.
        UnreadableSource: it is no workbook, or the sheet asked for does not exist.
        NothingToImport: no sheet has coordinates.
    """
    with path.open("rb") as file:
        packed = file.read(4) == b"PK\x03\x04"
    if packed:
        check_zip(path)
    with ExitStack() as stack:
        folder = stack.enter_context(workplace("sheets"))
        sheets = {told["name"]: told for told in _read(path, folder)}

        def sheet(name: str) -> SourceLayer:
            told = sheets[name]
            if "error" in told:
                raise NothingToImport(say("workbook-unreadable", file=f"{path.name}, {name}", error=told["error"]))
            merged = sorted(
                (tuple(below) for below in told["merged"] if below[2] > below[1]), key=lambda below: below[1]
            )
            layer = table_layer(path, name, cells_below(_rows(folder / told["lines"]), merged), options)
            if not merged:
                return layer
            count = sum(last - first for _, first, last in merged)
            return replace(layer, facts=(*layer.facts, say("workbook-merged", name=name, count=count)))

        hidden = {name: told["hidden"] for name, told in sheets.items()}
        layers, notes = sheets_with_coordinates(path, hidden, sheet, options)
        return Source(path, "workbook", layers, notes=notes, close=stack.pop_all().close)


def _read(path: Path, folder: Path) -> list[Json]:
    patience = PATIENCE_S + path.stat().st_size / 250_000
    # -P keeps this folder, whose modules have names of the standard library's, off the child's path.
    program = [sys.executable, "-P", str(Path(__file__).with_name("spreadsheet_child.py"))]
    try:
        done = subprocess.run(
            [*program, str(path), str(folder), str(MEMORY_LIMIT)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=patience, cwd=tempfile.gettempdir(), check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UnreadableSource(say("reader-silent", file=path.name, patience=patience)) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        limit = MEMORY_LIMIT >> 30
        raise UnreadableSource(say("reader-broke-down", file=path.name, how="", memory_limit=limit)) from None
    if isinstance(answer, list):
        return answer
    if "password" in answer["error"].lower() or _protected(path):
        raise UnsupportedSource(say("file-refused", file=path.name, refusal=say("no-protected-xlsx")))
    error = say("workbook-damaged") if "detect file format" in answer["error"] else answer["error"]
    raise UnreadableSource(say("workbook-unreadable", file=path.name, error=error))


def _protected(path: Path) -> bool:
    """Say whether a workbook is an encrypted one: its directory, which may stand anywhere, names the package."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(_PROTECTED) >= 0


def _rows(lines: Path) -> Rows:
    def rows() -> Iterator[Sequence[Any]]:
        with lines.open(encoding="utf-8") as text:
            for line in text:
                yield json.loads(line, object_hook=_moment)

    return rows


def _moment(told: Json) -> date | datetime:
    return date.fromisoformat(told["day"]) if "day" in told else datetime.fromisoformat(told["moment"])
