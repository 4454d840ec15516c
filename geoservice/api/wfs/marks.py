"""Where pages ended: the next page of a query goes on from there, however deep it lies.

GDAL reads a layer by pages of a hundred and says of each only how many features lie before it: to walk past those
again for each page takes hours of a layer of millions. A process remembers the last feature of each page it gave, for
the state of the layer that it gave it of; where it does not remember, the database walks.
"""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import orjson
from cachetools import LRUCache

from geoservice.api.wfs.asked import Asked
from layers.query import LayerQuery

MOST = 20_000
Key = tuple[int, int, str, int]


class Marks:
    """The marks of the last pages given by this process."""

    def __init__(self) -> None:
        self._kept: MutableMapping[Key, tuple[Any, ...]] = LRUCache(MOST)

    def query(self, asked: Asked) -> LayerQuery:
        """Return the query of a page, which goes on after a mark where one is known, and else passes over features."""
        mark = self._kept.get(_key(asked, asked.query.offset))
        return asked.query if mark is None else replace(asked.query, offset=0, after=mark)

    def keep(self, asked: Asked, row: Any) -> None:
        """Remember the last row of a page that another follows."""
        key = orjson.loads(row[1]) if isinstance(row[1], str) else row[1]
        mark = tuple(key) if isinstance(key, list) else (key,)
        self._kept[_key(asked, asked.query.offset + asked.query.limit)] = mark


def marks_of(state: Any) -> Marks:
    """Return those of an application."""
    if not hasattr(state, "page_marks"):
        state.page_marks = Marks()
    found: Marks = state.page_marks
    return found


def _key(asked: Asked, start: int) -> Key:
    version = asked.layer.version
    return version.id, version.revision, asked.text, start
