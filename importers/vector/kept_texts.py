"""Columns that hold values of another type than GDAL gives them: read again as texts, which lose nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from importers.batch import ReadOptions, Source
from importers.vector.source import Recipe, open_recipe
from layers.sentences import say


def reopened_with_texts(
    source: Source,
    path: Path,
    recipe: Recipe,
    options: ReadOptions,
    columns: Mapping[str, Iterable[str]],
    shown: Path | None = None,
) -> Source:
    """Open what was opened again with some columns of its layers, by layer, read as texts, as they are written; told.

    For formats whose drivers take another schema than the file's.
    """
    source.close()
    layers = [
        {"name": name, "schemaType": "Patch", "fields": [{"name": title, "type": "String"} for title in titles]}
        for name, titles in columns.items()
        if titles
    ]
    asked = replace(recipe, options={**recipe.options, "OGR_SCHEMA": json.dumps({"layers": layers})})
    again = open_recipe(path, asked, options, encoding=None, crs=None, shown=shown)
    told = {name: say("columns-misfit", columns=", ".join(titles)) for name, titles in columns.items() if titles}
    return replace(
        again,
        layers=tuple(
            replace(layer, facts=(*layer.facts, told[layer.name])) if layer.name in told else layer
            for layer in again.layers
        ),
    )
