"""GML and GPX: XML of features, read by GDAL from a folder of its own, its text put into UTF-8 where that must be."""

import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from importers.batch import ReadOptions, Source
from importers.beside import linked, sidecars
from importers.vector.gml_values import Leaves
from importers.vector.kept_texts import reopened_with_texts
from importers.vector.partial import as_part
from importers.vector.source import RECIPES, open_recipe
from importers.vector.xmlform import require_whole
from importers.vector.xmltext import Readable, readable
from layers.crs.names import parse_crs
from layers.errors import UnknownCrs
from layers.sentences import say

_SYSTEM = re.compile(r"\ssrsName\s*=\s*[\"']([^\"']+)[\"']")


def open_gml(path: Path, options: ReadOptions) -> Source:
    """Open a GML file through a link, because GDAL writes what it learned of the schema beside the file it opens.

    Raises:
        UnreadableSource: it is cut off or cannot be read.
    """
    with ExitStack() as stack:
        leaves = Leaves()
        text = readable(path, options.encoding, _SYSTEM, leaves.look)
        stack.callback(text.close)
        schema = {suffix: part for suffix, part in sidecars(path).items() if suffix == ".xsd"}
        link, close = linked({path.suffix.lower(): text.path} | schema)
        stack.callback(close)
        return _opened(path, link, "GML", options, text, stack, leaves)


def open_gpx(path: Path, options: ReadOptions) -> Source:
    """Open a GPX file.

    Raises:
        UnreadableSource: it is cut off or cannot be read.
    """
    with ExitStack() as stack:
        text = readable(path, options.encoding)
        stack.callback(text.close)
        return _opened(path, text.path, "GPX", options, text, stack)


def _opened(
    path: Path,
    link: Path,
    kind: str,
    options: ReadOptions,
    text: Readable,
    stack: ExitStack,
    leaves: Leaves | None = None,
) -> Source:
    require_whole(link, path.name)
    source = open_recipe(link, RECIPES[kind], options, encoding=None, crs=None, shown=path)
    stack.callback(source.close)
    misfits = {layer.name: leaves.misfits(layer) for layer in source.layers} if leaves is not None else {}
    if any(misfits.values()):
        source = reopened_with_texts(source, link, RECIPES[kind], options, misfits, path)
        stack.callback(source.close)
    several = _several(text.seen)
    layers = tuple(
        replace(layer, facts=(*layer.facts, *several)) if layer.crs is None else layer for layer in source.layers
    )
    layers = as_part(layers, link)
    return replace(
        source, path=path, layers=layers, decisions=source.decisions + text.decisions, close=stack.pop_all().close
    )


def _several(names: Iterable[str]) -> tuple[str, ...]:
    """Say so when the features name several systems: GDAL then gives none, and one answer cannot be right for all."""
    known: dict[str, str] = {}
    for name in names:
        try:
            known.setdefault(parse_crs(name).name, name)
        except UnknownCrs:
            known.setdefault(name, name)
    return (say("gml-several-systems", names=", ".join(known.values())),) if len(known) > 1 else ()
