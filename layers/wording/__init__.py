"""The sentences of the catalogue: what it refuses of layers, queries and edits, in English and Chinese, by code."""

from typing import Final

from layers.sentences import Table
from layers.wording import catalogue, edits, filters, queries, sheets

TABLES: Final[tuple[Table, ...]] = tuple(module.SENTENCES for module in (catalogue, queries, filters, sheets, edits))
