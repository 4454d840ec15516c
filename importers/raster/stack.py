"""Sheets of one band each that lie on the same pixels: bands of one raster when asked for, a doubt otherwise."""

from dataclasses import replace

from importers.batch import Decision, Progress
from importers.raster.content import Reading, bands_of, read_as
from importers.raster.imagery import publish_values
from importers.raster.picture import crs_text
from importers.raster.sheet import Sheet
from importers.raster.work import Stored, Work
from layers.errors import BadQuery
from layers.sentences import say


def publish_stack(work: Work, sheets: list[Sheet], progress: Progress) -> None:
    """Take files of one band each, in their order, as the bands of one raster."""
    first, *others = sheets
    for sheet in sheets:
        if len(sheet.source.bands) != 1:
            raise BadQuery(say("stack-one-band", sheet=sheet.name, count=len(sheet.source.bands)), "stack")
        if not _on_same_pixels(sheet, first):
            raise BadQuery(say("stack-other-pixels", sheet=sheet.name, first=first.name), "stack")
    reading = replace(read_as(first, work.options), content="values")
    names = ", ".join(sheet.name for sheet in sheets)
    first = first.deciding(Decision(say("bands"), say("band-from-each", count=len(sheets)), "user", (names,)))
    done, files, samplers = publish_values(
        first, reading, work.frame, work.options, work.storage, work.keys, progress, tuple(others)
    )
    work.keep(Stored(done, files, bands_of(first, reading, tuple(others))), samplers)
    for other in others:
        work.keep(Stored(other, (), ()))


def doubted(sheets: list[tuple[Sheet, Reading]]) -> list[tuple[Sheet, Reading]]:
    """Doubt the first of several sheets of one band each that lie on the same pixels: bands of one picture?"""
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, (sheet, reading) in enumerate(sheets):
        if reading.content != "photo" and len(reading.bands) == 1:
            alike.setdefault(_pixels(sheet), []).append(place)
    doubted = list(sheets)
    for places in alike.values():
        if len(places) > 1:
            sheet, reading = sheets[places[0]]
            names = tuple(sheets[place][0].name for place in places)
            told = sheet.doubting(say("mosaic"), say("bands-in-files", count=len(names), names=names))
            doubted[places[0]] = told, reading
    return doubted


def _pixels(sheet: Sheet) -> tuple[object, ...]:
    """Return what sheets that lie on the same pixels have in common."""
    corner = (round(number, 6) for number in sheet.place.affine[:6])
    return crs_text(sheet.place.crs), sheet.source.width, sheet.source.height, *corner


def _on_same_pixels(one: Sheet, other: Sheet) -> bool:
    return (
        one.place.crs == other.place.crs
        and one.place.affine.almost_equals(other.place.affine, 1e-6)
        and (one.source.width, one.source.height) == (other.source.width, other.source.height)
    )
