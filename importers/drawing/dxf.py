"""DXF drawings as a source of features: opened, settled (encoding, units, place, blocks) and read in batches.

Plain entities are read by column (``dxf_simple``); what is left goes through ezdxf (``drawing_entities``) together with
the drawing's blocks. One drawing is one layer with its annotation, or, with a mapping or ``split=layers``, one layer
per theme (``drawing_split``).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from ezdxf.document import Drawing

from importers.batch import Decision, FeatureBatch, ReadOptions, Source, SourceLayer
from importers.drawing.blocks import constant_attributes
from importers.drawing.cass import CodeTable, load_codes
from importers.drawing.dxf_blocks import BlockPictures
from importers.drawing.dxf_file import DxfFile, as_ascii, load_document, load_entities, open_dxf
from importers.drawing.dxf_peek import Peek, peek
from importers.drawing.dxf_simple import BlockChoice, plain_rows
from importers.drawing.dxf_tags import BrokenTags, tag_blocks
from importers.drawing.dxf_text import as_expected
from importers.drawing.dxf_words import clean
from importers.drawing.entities import EntityReader
from importers.drawing.features import COLUMNS, DrawingStyle, LayerStyle, index_colour, no_rows
from importers.drawing.shapes import DRAWN
from importers.drawing.split import split_by_theme
from importers.drawing.units import Placement, geodata, settle_units
from importers.errors import NothingToImport, UnreadableSource
from layers.crs.names import parse_crs, same_crs
from layers.sentences import say

ONE_FEATURE = frozenset(
    ("POINT", "LINE", "LWPOLYLINE", "POLYLINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "TEXT", "MTEXT", "HATCH", "SOLID")
)
"""Types of entities that are one feature each: the others have parts, and their number says nothing of features."""
_NOTES = 6


@dataclass(frozen=True)
class DrawingReader:
    """Everything settled for reading a drawing's entities as batches, as often as wanted."""

    file: DxfFile
    document: Drawing = field(repr=False)
    style: DrawingStyle = field(repr=False)
    as_point: BlockChoice = field(repr=False)
    tolerance_m: float = 0.01

    @property
    def tolerance(self) -> float:
        """How far a chord may stray from its curve, in drawing units."""
        return self.tolerance_m / self.style.unit_m

    def batches(self) -> Iterator[FeatureBatch]:
        """Yield the drawing's features.

        Raises:
            UnreadableSource: the file turns out damaged on the way.
        """
        if self.file.cut_off:
            told = say("dxf-no-eof")
            yield replace(self.style.batch(no_rows([])), done={told: 1})
        left: list[bytes] = []
        handles: dict[str, str] = {}
        pictures = BlockPictures(self.document, self.style, self.tolerance, self.as_point)
        if "ENTITIES" not in self.file.sections:
            yield from self._through_ezdxf(self.document, {})
            return
        try:
            for block in tag_blocks(self.file.pieces("ENTITIES"), self.file.encoding):
                plain = plain_rows(block, self.style, self.as_point, self.tolerance)
                for rows in (plain.rows, *pictures.rows(block, plain)):
                    if len(rows) or rows.refused or rows.done:
                        yield self.style.batch(rows)
                left += [block.raw(i, handles) for i in np.flatnonzero(plain.left).tolist()]
        except BrokenTags as broken:
            left.append(as_ascii(broken.rest, "utf-8") + b"\n")
        for document, refused in load_entities(self.file, left):
            if document is not None:
                yield from self._through_ezdxf(document, handles)
            if refused:
                named = [replace(one, source_id=handles.get(one.source_id, one.source_id)) for one in refused]
                yield self.style.batch(no_rows(named))

    def _through_ezdxf(self, document: Drawing, handles: Mapping[str, str]) -> Iterator[FeatureBatch]:
        reader = EntityReader(self.style, self.tolerance, self.as_point, handles)
        for rows in reader.rows(document.modelspace()):
            yield self.style.batch(rows)


def open_drawing(path: Path, options: ReadOptions) -> Source:
    """Open a DXF drawing.

    Options: ``encoding``, ``units``, ``crs``, ``tolerance_m``, ``blocks``, ``mapping``; of ``others``: ``block.NAME`` =
    ``point`` or ``explode`` for one block, ``hidden`` = ``keep``, ``polygons`` = ``never``, ``split`` = ``layers``.

    Raises:
        UnreadableSource: no DXF, or damaged beyond mending.
        NothingToImport: no entity that can be drawn.
    """
    with ExitStack() as stack:
        readable, told = stack.enter_context(as_expected(path))
        source = _opened(readable, replace(options, encoding=None) if told else options)
        stack.callback(source.close)
        return replace(source, path=path, decisions=told + source.decisions, close=stack.pop_all().close)


def _opened(path: Path, options: ReadOptions) -> Source:
    file = open_dxf(path, options.encoding)
    document, auditor = load_document(file)
    seen = peek(file, document)
    nothing = not any(name in DRAWN for name in seen.types) and seen.whole
    if nothing and file.cut_off:
        raise UnreadableSource(say("dxf-cut-off", file=path.name))
    if nothing:
        raise NothingToImport(say("dxf-no-entities", file=path.name, what_it_has=_what_it_has(seen)))
    place, place_note = geodata(document)
    place = _wanted(place, options.crs)
    units = settle_units(options.units, options.crs, _insunits(file, document), seen.drawn, place)
    codes = load_codes(options.mapping)
    style = DrawingStyle(
        layer_styles(document),
        codes,
        units.metres,
        place.matrix if place else None,
        options.others.get("polygons") != "never",
        options.others.get("hidden") == "keep",
        constant_attributes(document),
    )
    reader = DrawingReader(file, document, style, _block_choice(options, codes), options.tolerance_m)
    layer = SourceLayer(
        name=path.stem,
        columns=COLUMNS,
        batches=reader.batches,
        crs=place.crs if place else None,
        geometry_type="Geometry",
        claimed=sum(seen.types.values()) if seen.whole and ONE_FEATURE.issuperset(seen.types) else None,
        facts=_facts(file, document, seen, place_note),
        decisions=(*units.decisions, *_placed(place)),
        questions=units.questions,
    )
    notes = _notes(auditor.errors, auditor.fixes)
    if options.mapping is None and options.others.get("split") != "layers":
        return Source(path, "DXF", (layer,), (file.decision,), notes)
    layers, close = split_by_theme(layer)
    return Source(path, "DXF", layers, (file.decision,), notes, close)


def _wanted(place: Placement | None, crs: str | None) -> Placement | None:
    """Leave GEODATA aside when the user names another CRS: then the ordinates are taken as drawn."""
    if place is None or crs is None:
        return place
    return place if same_crs(parse_crs(crs), place.crs) else None


def _placed(place: Placement | None) -> tuple[Decision, ...]:
    if place is None:
        return ()
    evidence = say("geodata-names-code")
    return (Decision(say("placement"), f"EPSG:{place.crs.to_epsg()}", "file", (evidence,)),)


def _block_choice(options: ReadOptions, codes: CodeTable) -> BlockChoice:
    """Per block as the user says; else all alike as the user says; else coded and known symbols are points."""
    single = {name.removeprefix("block."): how for name, how in options.others.items() if name.startswith("block.")}

    def as_point(name: str, coded: bool) -> bool:
        how = single.get(name) or options.blocks
        return how == "point" if how else coded or codes.knows_block(name)

    return as_point


def layer_styles(document: Drawing) -> Mapping[str, LayerStyle]:
    """Return the drawing's layer table, by lower-case name."""
    styles = {}
    for layer in document.layers:
        colour = layer.dxf.get("true_color")
        shown = f"#{colour & 0xFFFFFF:06x}" if colour is not None else index_colour(layer.dxf.color)
        hidden = layer.is_off() or layer.is_frozen()
        styles[clean(layer.dxf.name).lower()] = LayerStyle(shown, str(layer.dxf.linetype), hidden)
    return styles


def _insunits(file: DxfFile, document: Drawing) -> int:
    return file.integer("$INSUNITS") if file.header else int(document.header.get("$INSUNITS", 0))


def _what_it_has(seen: Peek) -> str:
    listed = ", ".join(f"{count} {name}" for name, count in seen.types.most_common(4))
    return say("dxf-only", listed=listed) if listed else ""


def _facts(file: DxfFile, document: Drawing, seen: Peek, place_note: str | None) -> tuple[str, ...]:
    counted = ", ".join(f"{count} {name}" for name, count in seen.types.most_common())
    layers = [layer for layer in document.layers if layer.is_off() or layer.is_frozen()]
    facts = [
        f"DXF {'binary' if file.binary else file.release}",
        say("dxf-entities" if seen.whole else "dxf-entities-begin", counted=counted),
        say("dxf-layers", count=len(document.layers)),
    ]
    if (box := seen.drawn.box) is not None:
        west, south, east, north = box
        facts.append(say("dxf-ordinates", west=west, east=east, south=south, north=north))
    if layers:
        names = ", ".join(clean(layer.dxf.name) for layer in layers[:10])
        facts.append(say("dxf-hidden-layers", names=names))
    facts += [place_note] if place_note else []
    return tuple(facts)


def _notes(errors: list[object], fixes: list[object]) -> tuple[str, ...]:
    """Say what ezdxf's audit found and mended, each kind of message once."""
    said = Counter(str(getattr(entry, "message", entry)) for entry in [*errors, *fixes])
    notes = [say("dxf-audit", message=message[:160]) for message, _ in said.most_common(_NOTES)]
    if len(said) > _NOTES:
        notes.append(say("dxf-audit-more", count=len(said) - _NOTES))
    return tuple(notes)
