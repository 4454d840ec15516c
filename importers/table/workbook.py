"""The sheets of an ``.xlsx`` workbook as tables."""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from importers.batch import ReadOptions, Source, SourceLayer
from importers.errors import UnreadableSource
from importers.table.geometry import Rows
from importers.table.merged_cells import cells_below, merged_below
from importers.table.sheets import sheets_with_coordinates
from importers.table.source import table_layer
from importers.table.spreadsheet import open_spreadsheet
from layers.sentences import say

FORMULAS_WITHIN = 200
"""Formulas without values are looked for in so many rows."""


def open_workbook(path: Path, options: ReadOptions) -> Source:
    """Open the sheets of an ``.xlsx`` workbook that hold coordinates under a header line; hidden ones when named.

    Styles beyond the standard, and the strict form of it, are what openpyxl does not read and Excel does: the reader of
    other workbooks takes those.

    Raises:
        UnreadableSource: it is no workbook, or the sheet asked for does not exist.
        NothingToImport: no sheet has coordinates.
    """
    from importers.archive import check_zip

    check_zip(path)
    try:
        with closing(_workbook(path)) as book:
            hidden = {sheet.title: sheet.sheet_state != "visible" for sheet in book.worksheets}  # without charts
    except UnreadableSource:
        hidden = {}
    if not hidden:
        return open_spreadsheet(path, options)
    layers, notes = sheets_with_coordinates(path, hidden, lambda name: _sheet(path, name, options), options)
    return Source(path, "Excel workbook", layers, notes=notes)


def _sheet(path: Path, name: str, options: ReadOptions) -> SourceLayer:
    formulas = _formulas_without_values(path, name)
    with closing(_workbook(path)) as book:
        merged = merged_below(path, book[name]._worksheet_path)
    rows = _rows(path, name, with_formulas=bool(formulas))
    layer = table_layer(path, name, cells_below(rows, merged) if merged else _not_empty(rows), options)
    told: tuple[str, ...] = (say("workbook-formulas", name=name, count=formulas),) if formulas else ()
    if merged:
        told += (say("workbook-merged", name=name, count=sum(last - first for _, first, last in merged)),)
    return replace(layer, facts=layer.facts + told)


def _workbook(path: Path, *, values: bool = True) -> Any:
    import openpyxl

    try:
        named = path if path.suffix.lower() in (".xlsx", ".xlsm") else io.BytesIO(path.read_bytes())
        with warnings.catch_warnings(action="ignore"):  # of parts of a workbook that nobody asked for
            book = openpyxl.load_workbook(named, read_only=True, data_only=values)
    except Exception as error:  # openpyxl lets many kinds of errors of damaged files through
        raise UnreadableSource(say("workbook-unreadable", file=path.name, error=error)) from None
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a program wrote of its extent may be wrong
    return book


def _rows(path: Path, name: str, *, with_formulas: bool) -> Rows:
    """Return all rows of a sheet, with the text of a formula where its value is missing: nothing is lost unseen."""

    def rows() -> Iterator[Sequence[Any]]:
        if not with_formulas:
            with closing(_workbook(path)) as book:
                yield from book[name].iter_rows(values_only=True)
            return
        for values, formulas in _both(path, name):
            pairs = zip_longest(values, formulas)
            yield [formula if value is None and _is_formula(formula) else value for value, formula in pairs]

    return rows


def _not_empty(rows: Rows) -> Rows:
    return lambda: (row for row in rows() if any(value is not None for value in row))


def _formulas_without_values(path: Path, name: str) -> int:
    """Count the formulas among the first rows whose values were never saved: programs other than Excel leave them."""
    return sum(
        value is None and _is_formula(formula)
        for values, formulas in islice(_both(path, name), FORMULAS_WITHIN)
        for value, formula in zip(values, formulas, strict=False)
    )


def _both(path: Path, name: str) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
    with closing(_workbook(path)) as saved, closing(_workbook(path, values=False)) as written:
        yield from zip(saved[name].iter_rows(values_only=True), written[name].iter_rows(values_only=True), strict=False)


def _is_formula(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")
