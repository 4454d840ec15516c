"""File geodatabases: folders of tables, with the coded domains of their fields."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from importers.batch import ReadOptions, Source
from importers.beside import linked
from importers.errors import UnreadableSource
from importers.vector.code_lists import of_geodatabase, with_lists
from importers.vector.source import RECIPES, open_recipe


def open_geodatabase(path: Path, options: ReadOptions) -> Source:
    """Open the folder of a file geodatabase, also one that has lost the ``.gdb`` of its name.

    Raises:
        UnreadableSource: GDAL cannot read it.
    """
    with ExitStack() as stack:
        folder = path
        if path.suffix.lower() != ".gdb":
            folder, unlink = linked({".gdb": path})
            stack.callback(unlink)
        source = open_recipe(folder, RECIPES["FileGDB"], options, encoding=None, crs=None, shown=path)
        stack.callback(source.close)
        try:
            lists = of_geodatabase(folder)
        except UnreadableSource:  # the features can be read all the same
            lists = {}
        return replace(source, path=path, layers=with_lists(source.layers, lists), close=stack.pop_all().close)
