"""The sentences of imports: what was found, asked, decided, done and refused, in English and Chinese, by code."""

from typing import Final

from importers.wording import datums, drawings, files, rasters, reports, systems, tables, terms, vectors
from layers.sentences import Table

TABLES: Final[tuple[Table, ...]] = tuple(
    module.SENTENCES for module in (terms, files, tables, vectors, drawings, rasters, systems, datums, reports)
)
