"""The sentences of imports: what was found, asked, decided, done and refused, in English and Chinese, by code."""

from typing import Final

from importers.wording import (
    datums,
    drawings,
    dxf,
    files,
    heights,
    pictures,
    rasters,
    readers,
    refused,
    reports,
    sheets,
    systems,
    tables,
    terms,
    vectors,
)
from layers.sentences import Table

_MODULES = (
    *(terms, files, refused, readers, tables, vectors, drawings, dxf, rasters, pictures, heights, sheets),
    *(systems, datums, reports),
)
TABLES: Final[tuple[Table, ...]] = tuple(module.SENTENCES for module in _MODULES)
