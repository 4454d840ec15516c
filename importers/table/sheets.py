"""Which sheets of a workbook become layers."""

from collections.abc import Callable, Mapping
from pathlib import Path

from importers.batch import ReadOptions, SourceLayer
from importers.errors import NothingToImport, UnreadableSource
from layers.sentences import listed, reason, say


def sheets_with_coordinates(
    path: Path, hidden: Mapping[str, bool], sheet: Callable[[str], SourceLayer], options: ReadOptions
) -> tuple[tuple[SourceLayer, ...], tuple[str, ...]]:
    """Open the sheet asked for, or all that are not ``hidden``; return the layers, and why others are none.

    Raises:
        UnreadableSource: the sheet asked for does not exist.
        NothingToImport: no sheet has coordinates.
    """
    names = [options.sheet] if options.sheet else list(hidden)
    if unknown := [name for name in names if name not in hidden]:
        raise UnreadableSource(say("no-workbook-sheet", file=path.name, unknown=unknown[0], sheets=", ".join(hidden)))
    all_hidden = all(hidden.values())
    layers, notes = [], []
    for name in names:
        if hidden[name] and not all_hidden and not options.sheet:
            notes.append(say("workbook-hidden", name=name))
            continue
        try:
            layers.append(sheet(name))
        except NothingToImport as error:
            notes.append(reason(error))
    if not layers:
        raise NothingToImport(listed(notes))
    return tuple(layers), tuple(notes)
