"""The sheets of an ``.xlsx`` workbook as tables."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from importers.batch import ReadOptions, Source
from importers.errors import NothingToImport, UnreadableSource
from importers.table.geometry import Rows
from importers.table.source import table_layer
from layers.sentences import listed, reason, say

FORMULAS_WITHIN = 200
"""Formulas without values are looked for in so many rows."""


def open_workbook(path: Path, options: ReadOptions) -> Source:
    """Open the sheets of an ``.xlsx`` workbook that hold coordinates under a header line.

    Raises:
        UnreadableSource: it is no workbook, or the sheet asked for does not exist.
        NothingToImport: no sheet has coordinates.
    """
    from importers.archive import check_zip

    check_zip(path)
    with closing(_workbook(path)) as book:
        sheets = list(book.sheetnames)
    names = [options.sheet] if options.sheet else sheets
    if unknown := [name for name in names if name not in sheets]:
        raise UnreadableSource(say("no-workbook-sheet", file=path.name, unknown=unknown[0], sheets=", ".join(sheets)))
    layers, notes = [], []
    for name in names:
        try:
            formulas = _formulas_without_values(path, name)
            rows = _with_formulas(path, name) if formulas else _sheet_rows(path, name)
            layer = table_layer(path, name, rows, options)
            told = (say("workbook-formulas", name=name, count=formulas),) if formulas else ()
            layers.append(replace(layer, facts=layer.facts + told))
        except NothingToImport as error:
            notes.append(reason(error))
    if not layers:
        raise NothingToImport(listed(notes))
    return Source(path, "Excel workbook", tuple(layers), notes=tuple(notes))


def _workbook(path: Path, *, values: bool = True) -> Any:
    import openpyxl

    try:
        named = path if path.suffix.lower() in (".xlsx", ".xlsm") else io.BytesIO(path.read_bytes())
        return openpyxl.load_workbook(named, read_only=True, data_only=values)
    except Exception as error:  # openpyxl lets many kinds of errors of damaged files through
        raise UnreadableSource(say("workbook-unreadable", file=path.name, error=error)) from None


def _sheet_rows(path: Path, name: str) -> Rows:
    def rows() -> Iterator[Sequence[Any]]:
        with closing(_workbook(path)) as book:
            every = book[name].iter_rows(values_only=True)
            yield from (row for row in every if any(value is not None for value in row))

    return rows


def _formulas_without_values(path: Path, name: str) -> int:
    """Count the formulas among the first rows whose values were never saved: programs other than Excel leave them."""
    return sum(
        value is None and _is_formula(formula)
        for values, formulas in islice(_both(path, name), FORMULAS_WITHIN)
        for value, formula in zip(values, formulas, strict=False)
    )


def _with_formulas(path: Path, name: str) -> Rows:
    """Return the rows with the text of a formula where its value is missing, so that nothing is lost unseen."""

    def rows() -> Iterator[Sequence[Any]]:
        for values, formulas in _both(path, name):
            pairs = zip_longest(values, formulas)
            row = [formula if value is None and _is_formula(formula) else value for value, formula in pairs]
            if any(value is not None for value in row):
                yield row

    return rows


def _both(path: Path, name: str) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
    with closing(_workbook(path)) as saved, closing(_workbook(path, values=False)) as written:
        yield from zip(saved[name].iter_rows(values_only=True), written[name].iter_rows(values_only=True), strict=False)


def _is_formula(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")
