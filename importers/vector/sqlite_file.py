"""SpatiaLite and other SQLite files of features, whose columns may hold values of another type than they declare."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from importers.batch import ReadOptions, Source
from importers.vector.kept_texts import reopened_with_texts
from importers.vector.source import RECIPES, open_recipe
from importers.vector.sqlite_misfits import misfits, read_only

_GEOMETRY = re.compile(r"\([^()]*\)$")
"""What GDAL puts behind the name of a table with several columns of geometries."""


def open_sqlite(path: Path, options: ReadOptions) -> Source:
    """Open an SQLite file of features.

    Raises:
        UnreadableSource: GDAL cannot read it.
    """
    recipe = RECIPES["SQLite"]
    source = open_recipe(path, recipe, options, encoding=None, crs=None)
    found: dict[str, frozenset[str]] = {}
    try:
        with closing(read_only(path)) as database:
            for layer in source.layers:
                types = {column.title: column.type for column in layer.columns if column.title != layer.identity}
                found[layer.name] = misfits(database, _GEOMETRY.sub("", layer.name), types)
    except sqlite3.Error:
        return source  # of tables that only the program's own extension reads
    if not any(found.values()):
        return source
    return reopened_with_texts(source, path, recipe, options, {name: sorted(titles) for name, titles in found.items()})
