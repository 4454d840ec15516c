"""The sentences of imports: what was found, asked, decided, done and refused, in English and Chinese, by code."""

from typing import Final

from importers.wording import (
    datums,
    drawings,
    dxf,
    files,
    fits,
    heights,
    ordinates,
    pictures,
    rasters,
    readers,
    refused,
    reports,
    sheets,
    sidecars,
    systems,
    tables,
    terms,
    texts,
    vct,
    vectors,
    vertical,
)
from layers.sentences import Table

_MODULES = (
    *(terms, files, refused, readers, sidecars, tables, texts, vectors, vct, drawings, dxf, rasters, pictures, heights),
    *(sheets, systems, ordinates, vertical, datums, fits, reports),
)
TABLES: Final[tuple[Table, ...]] = tuple(module.SENTENCES for module in _MODULES)
