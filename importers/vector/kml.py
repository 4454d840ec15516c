"""KML and KMZ: what GDAL's reader would lose is put so that it does not, and what it leaves out is told.

It turns every letter of a data field's name that is not ASCII into ``_``, so that fields with Chinese names of equal
length become one: such names are replaced by numbered ones for the reading and put back afterwards.
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
from importers.vector.source import RECIPES, open_recipe
from importers.vector.xmltext import readable
from layers.sentences import say

_DATA = re.compile(r"(<Data\s[^>]*?name\s*=\s*)(\"[^\"]*\"|'[^']*')")
_TOLD = re.compile(r"<(?:gx:)?(NetworkLink|GroundOverlay|ScreenOverlay|PhotoOverlay|Model|Track|Tour)[\s>]")
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
NAMES_SHOWN = 5


def open_kml(path: Path, options: ReadOptions) -> Source:
    """Open a KML file, or the main one of a KMZ archive.

    Raises:
        UnreadableSource: it is damaged, or the archive holds no KML.
    """
    with ExitStack() as stack:
        main, notes = _main(path, stack)
        names = _Names()
        text = readable(main, options.encoding, _TOLD, names.replace)
        stack.callback(text.close)
        opened = text.path
        if opened.suffix.lower() != ".kml":
            opened, unlink = linked({".kml": opened})
            stack.callback(unlink)
        source = open_recipe(opened, RECIPES["KML"], options, encoding=None, crs=None, shown=path)
        stack.callback(source.close)
        layers = tuple(names.put_back(layer) for layer in source.layers)
        notes += tuple(say(f"kml-{word}", count=count) for word, count in sorted(text.seen.items()))
        return replace(
            source, path=path, layers=layers, decisions=source.decisions + text.decisions, notes=source.notes + notes,
            close=stack.pop_all().close,
        )  # fmt: skip


def _main(path: Path, stack: ExitStack) -> tuple[Path, tuple[str, ...]]:
    """Return the KML to read: the file itself, or ``doc.kml`` (else the first) of an archive; others are told."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return path, ()
    folder = stack.enter_context(unpacked(path))
    found = sorted(folder.rglob("*.[kK][mM][lL]"), key=lambda one: (one.name.lower() != "doc.kml", len(one.parts), one))
    if not found:
        raise UnreadableSource(say("kmz-without-kml", file=path.name))
    others = [str(one.relative_to(folder)) for one in found[1:]]
    names = ", ".join(others[:NAMES_SHOWN]) + (", …" if len(others) > NAMES_SHOWN else "")
    return found[0], (say("kmz-others", count=len(others), names=names),) if others else ()


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
