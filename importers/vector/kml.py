"""KML and KMZ: what GDAL's reader would lose is put so that it does not, and what it leaves out is told.

It turns every letter of a data field's name that is not ASCII into ``_``, so that fields with Chinese names of equal
length become one: such names are replaced by numbered ones for the reading and put back afterwards. An ordinate that is
no number it reads as 0: such vertices are made ones of no place, so that their features are refused with that reason.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from html import escape, unescape
from pathlib import Path

from importers.archive import unpacked
from importers.batch import FeatureBatch, ReadOptions, Source, SourceLayer
from importers.beside import linked
from importers.errors import UnreadableSource
from importers.vector.kml_schema import Schemas
from importers.vector.kml_values import Values
from importers.vector.source import RECIPES, open_recipe
from importers.vector.xmlform import require_whole
from importers.vector.xmltext import readable
from layers.sentences import reason, say

_DATA = re.compile(r"(<Data\s[^>]*?name\s*=\s*)(\"[^\"]*\"|'[^']*')")
_TOLD = re.compile(r"<(?:gx:)?(NetworkLink|GroundOverlay|ScreenOverlay|PhotoOverlay|Model|Track|Tour)[\s>]")
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_COORDINATES = re.compile(r"(<(?:\w+:)?coordinates(?:\s[^>]*)?>)([^<]*)")
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"  # one way only to match, or bad text costs for ever
_TUPLE = re.compile(rf"{_NUMBER}(?:,{_NUMBER}){{1,2}}")
_AROUND_COMMA = re.compile(" ?, ?")
NO_PLACE = "inf,0"  # a point of nan would be an empty one


def open_kml(path: Path, options: ReadOptions) -> Source:
    """Open a KML file, or all those of a KMZ archive: of several, each layer is named after its file, too.

    Raises:
        UnreadableSource: it is damaged, or the archive holds no KML.
    """
    with ExitStack() as stack:
        files = _files(path, stack)
        sources: list[Source] = []
        refusals: list[str] = []
        error: UnreadableSource | None = None
        for file, name in files:
            try:
                sources.append(_one(file, path, name, options, stack))
            except UnreadableSource as refused:  # one of links and styles only, beside the one of features
                error = error or refused
                refusals.append(say("path-error", path=name, foreign_name=reason(refused)))
        if not sources and error is not None:
            raise error
        first = sources[0]
        return replace(
            first,
            layers=tuple(layer for source in sources for layer in source.layers),
            decisions=tuple(dict.fromkeys(one for source in sources for one in source.decisions)),
            notes=(*dict.fromkeys(note for source in sources for note in source.notes), *refusals),
            close=stack.pop_all().close,
        )


def _one(file: Path, path: Path, name: str, options: ReadOptions, stack: ExitStack) -> Source:
    """Open one KML file; ``name``, where it is one of several, stands before the names of its layers."""
    names, schemas, values = _Names(), Schemas(), Values()

    def readable_by_gdal(piece: str) -> str:
        return _with_numbers(names.replace(schemas.declare(values.mend(piece))))

    def incomplete() -> bool:
        return values.incomplete() | schemas.incomplete()

    text = readable(file, options.encoding, _TOLD, readable_by_gdal, incomplete)
    stack.callback(text.close)
    opened = text.path
    if opened.suffix.lower() != ".kml":
        opened, unlink = linked({".kml": opened})
        stack.callback(unlink)
    wanted = replace(options, layer=()) if name else options
    try:
        source = open_recipe(opened, RECIPES["KML"], wanted, encoding=None, crs=None, shown=path)
    except UnreadableSource:
        require_whole(opened, file.name)  # which says it in our words
        raise
    stack.callback(source.close)
    layers = tuple(names.put_back(layer) for layer in source.layers)
    if name:
        layers = tuple(replace(layer, name=f"{name}/{layer.name}") for layer in layers)
    notes = tuple(say(f"kml-{word}", count=count) for word, count in sorted(text.seen.items()))
    if misfit := values.as_texts():
        notes += (say("columns-misfit", columns=", ".join(misfit)),)
    return replace(source, path=path, layers=layers, decisions=source.decisions + text.decisions,
                   notes=source.notes + notes)  # fmt: skip


def _files(path: Path, stack: ExitStack) -> list[tuple[Path, str]]:
    """Return the KML files to read, ``doc.kml`` first: the file itself, or those of an archive with their names."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return [(path, "")]
    folder = stack.enter_context(unpacked(path))
    found = sorted(folder.rglob("*.[kK][mM][lL]"), key=lambda one: (one.name.lower() != "doc.kml", len(one.parts), one))
    if not found:
        raise UnreadableSource(say("kmz-without-kml", file=path.name))
    return [(one, str(one.relative_to(folder).with_suffix("")) if len(found) > 1 else "") for one in found]


def _with_numbers(text: str) -> str:
    """Put vertices of no place where ordinates are no numbers; blanks about commas, which people write, are no part."""
    return _COORDINATES.sub(_numbers_only, text)


def _numbers_only(found: re.Match[str]) -> str:
    vertices = found[2].split()
    if all(map(_TUPLE.fullmatch, vertices)):
        return found[0]
    vertices = _AROUND_COMMA.sub(",", " ".join(vertices)).split()
    return found[1] + " ".join(one if _TUPLE.fullmatch(one) else NO_PLACE for one in vertices)


class _Names:
    """Names of data fields that the reader would spoil, and what stands for them meanwhile."""

    def __init__(self) -> None:
        self._stand_in: dict[str, str] = {}

    def replace(self, text: str) -> str:
        return _DATA.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str]) -> str:
        name = unescape(found[2][1:-1])
        if _PLAIN.fullmatch(name):
            return found[0]
        stand_in = self._stand_in.setdefault(name, f"data_field_{len(self._stand_in) + 1}")
        return f'{found[1]}"{escape(stand_in)}"'

    def put_back(self, layer: SourceLayer) -> SourceLayer:
        titles = {stand_in: name for name, stand_in in self._stand_in.items()}
        taken = {column.title for column in layer.columns}
        titles = {s: name if name not in taken else f"{name} (2)" for s, name in titles.items() if s in taken}
        if not titles:
            return layer
        columns = tuple(replace(column, title=titles.get(column.title, column.title)) for column in layer.columns)

        def batches() -> Iterator[FeatureBatch]:
            for batch in layer.batches():
                named = {titles.get(title, title): values for title, values in batch.columns.items()}
                yield replace(batch, columns=named)

        return replace(layer, columns=columns, batches=batches, first=None)
