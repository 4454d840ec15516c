"""Code lists that a file keeps of its columns: coded domains of file geodatabases, enumerations of GeoPackages.

A new layer has them as its own, so that 0101 is shown as 水田; a layer that is there already keeps those it has.
"""

import sqlite3
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from importers.batch import SourceLayer
from importers.vector.gdal import ReadingProcess
from layers.domains import LISTED_TYPES, MOST_CODES, typed
from layers.layer import Column
from layers.sentences import say

Lists = Mapping[str, Mapping[str, str]]
"""Meanings by code by column."""
_ITEMS = "GDB_Items"
_ITEMS_FILE = "a00000004.gdbtable"
_LONGEST = 8 << 20


def with_lists(layers: Iterable[SourceLayer], lists: Mapping[str, Lists]) -> tuple[SourceLayer, ...]:
    """Return layers with the code lists of those of their columns that have one, by layer."""
    return tuple(_with(layer, lists.get(layer.name, {})) for layer in layers)


def _with(layer: SourceLayer, lists: Lists) -> SourceLayer:
    own = {column.title: lists[column.title] for column in layer.columns if lists.get(column.title)}
    return replace(layer, code_lists=own) if own else layer


def of_geopackage(database: sqlite3.Connection) -> dict[str, Lists]:
    """Read the enumerations of columns, by table (GeoPackage 1.3, F.9, Schema); none where there are none.

    Raises:
        sqlite3.Error: the database is damaged.
    """
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    if {"gpkg_data_columns", "gpkg_data_column_constraints"} <= tables:
        rows = database.execute(
            "SELECT c.table_name, c.column_name, e.value, e.description FROM gpkg_data_columns c "
            "JOIN gpkg_data_column_constraints e USING (constraint_name) "
            "WHERE lower(e.constraint_type) = 'enum' AND e.value IS NOT NULL"
        )
        for table, column, code, meaning in rows:
            found[table][column][str(code)] = str(code if meaning is None else meaning)
    return {table: dict(lists) for table, lists in found.items()}


def of_geodatabase(folder: Path) -> dict[str, Lists]:
    """Read the coded domains of fields, by feature class; none where there are none or they cannot be read."""
    items = folder / _ITEMS_FILE
    if not items.is_file() or b"CodedValueDomain" not in items.read_bytes():
        return {}
    process = ReadingProcess(folder, ("OpenFileGDB",))
    request = {"path": str(folder), "encoding": None, "options": {"LIST_ALL_TABLES": "YES"}, "layer": _ITEMS}
    try:
        _, batches = process.read(request | {"do": "read", "expected": None, "rows": 1000, "limit": None})
        texts = [text for batch in batches for text in batch.column(batch.schema.names.index("Definition")).to_pylist()]
    finally:
        process.close()
    documents = [document for text in texts if text and (document := _parsed(text)) is not None]
    domains = {_text(one, "DomainName"): _codes(one) for one in documents if _tag(one).startswith("GPCodedValueDomain")}
    return {
        _text(one, "Name"): {
            _text(field, "Name"): codes
            for field in one.iter()
            if _tag(field) == "GPFieldInfoEx" and (codes := domains.get(_text(field, "DomainName")))
        }
        for one in documents
        if _tag(one) in ("DEFeatureClassInfo", "DETableInfo")
    }


def _parsed(text: str) -> ET.Element | None:
    try:
        return ET.fromstring(text) if len(text) < _LONGEST else None
    except ET.ParseError:
        return None


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: ET.Element, tag: str) -> str:
    """Return the text of an element's own child."""
    return next((child.text or "" for child in element if _tag(child) == tag), "")


def _codes(domain: ET.Element) -> dict[str, str]:
    pairs = (value for value in domain.iter() if _tag(value) == "CodedValue")
    return {_text(value, "Code"): _text(value, "Name") for value in pairs}


def lists_of(layer: SourceLayer, columns: Sequence[Column]) -> Lists:
    """Return the code lists of a file's layer by the names that its columns have with us, those that are lists."""
    by_title = {column.title: column for column in columns}
    found = {column.name: codes for title, codes in layer.code_lists.items() if (column := by_title.get(title))}
    return {column.name: found[column.name] for column in columns if _is_list(column, found.get(column.name, {}))}


def told_of(layer: SourceLayer, columns: Sequence[Column], lists: Lists) -> Iterator[str]:
    """Say which code lists of a file a new layer was given, and which are none of their column's type."""
    if lists:
        yield say("code-lists-taken", columns=", ".join(lists))
    if left := [one.title for one in columns if one.title in layer.code_lists and one.name not in lists]:
        yield say("code-lists-left", columns=", ".join(left))


def _is_list(column: Column, codes: Mapping[str, str]) -> bool:
    sound = column.type in LISTED_TYPES and 0 < len(codes) <= MOST_CODES
    return sound and all("\0" not in code + codes[code] and typed(column, code) is not None for code in codes)
