"""What raster files are and what would be done with them, without writing anything."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from affine import Affine

from importers.batch import Decision, ImportOptions, Question
from importers.crs.transform import steps_told
from importers.errors import NothingToImport
from importers.height.elevation import looks_like_heights
from importers.height.heights import settle_heights
from importers.height.point_grid import as_raster
from importers.inspection import CrsCandidate, Inspection, LayerInspection
from importers.raster.capture import capture_date
from importers.raster.content import read_as
from importers.raster.crs import CrsAnswer, candidates, settle_crs
from importers.raster.file import RasterSource, inspect_raster
from importers.raster.outline import ground_fit, outline
from importers.raster.picture import crs_text
from importers.raster.placing import Place, place_raster
from importers.raster.sheet import Sheet, chosen_layer
from importers.raster.signature import is_heights_as_text, is_nsdtf, is_point_grid, is_raster, read_head
from importers.raster.work import RasterKind
from importers.scale import scale_of_elevation, scale_of_imagery
from layers.errors import GeoError
from layers.frame import Bounds, Frame
from layers.sentences import listed, reason, say
from layers.workplace import workplace

NO_OPTIONS = ImportOptions()
LISTED = 50
"""Sheets told one by one; of the others only what they have in common."""


def raster_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the raster files among paths and inside folders.

    Raises:
        NothingToImport: there is none.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [file for file in inside if file.is_file() and is_raster(file, read_head(file))]
    if not found:
        raise NothingToImport(say("no-raster-among", file=paths[0].name))
    return tuple(found)


def raster_kind(paths: Sequence[Path], said: str = "") -> RasterKind:
    """Return what rasters are: the user's word, else heights when the first file's format or names say so.

    Raises:
        UnreadableSource, UnsupportedSource: the first file cannot be read.
    """
    if said in ("imagery", "elevation"):
        return "elevation" if said == "elevation" else "imagery"
    if is_heights_as_text(paths[0], read_head(paths[0], 4096)):
        return "elevation"
    return "elevation" if looks_like_heights(inspect_raster(paths[0])) else "imagery"


def inspect_rasters(
    paths: Sequence[Path], frame: Frame, options: ImportOptions = NO_OPTIONS, kind: str = ""
) -> Inspection:
    """Look at one raster or many sheets: what they are, where they lie, what would be done, what must be answered."""
    chosen: RasterKind = "elevation" if kind == "elevation" else "imagery"
    if not kind:
        try:
            chosen = raster_kind(paths)
        except GeoError:
            chosen = "imagery"
    layers, refusals, formats = [], [], Counter[str]()
    common = Counter[str]()
    for path in paths:
        try:
            with workplace("points") as folder:
                raster = as_raster(path, folder, heights=chosen == "elevation", north_first=options.read.axis == "yx")
                layer, source = _inspect_one(raster, frame, options, chosen)
        except GeoError as error:
            refusals.append(reason(error))
            continue
        layers.append(layer)
        formats[source.driver] += 1
        system = layer.crs.name if layer.crs else say("no-coordinate-system")
        kind = source.dtype if source.bands else ""
        common[say("sheets-alike", system=system, count=len(source.bands), kind=kind)] += 1
    if not layers:
        return Inspection(paths[0].name, "raster", chosen, refusal=listed(refusals[:5]))
    notes = [say("not-importable", refusal=refusal) for refusal in refusals]
    if len(layers) > 1:
        notes += [say("sheets-number", number=number, what=what) for what, number in common.most_common()]
    asked = _once([question for layer in layers[LISTED:] for question in layer.questions])
    layers = layers[:LISTED]
    if asked:
        layers[-1] = _asking(layers[-1], asked)
    name = paths[0].name if len(paths) == 1 else say("number-of-sheets", count=len(paths))
    return Inspection(
        name, " and ".join(formats), chosen, tuple(layers), (kind_decision(paths[0], chosen, kind),), tuple(notes)
    )


def kind_decision(path: Path, chosen: RasterKind, said: str) -> Decision:
    """Return why rasters are taken as what they are: the user's word, else what the first file says of itself."""
    return Decision(say("kind"), chosen, "user" if said else "rule", () if said else _evidence(path))


def _evidence(path: Path) -> tuple[str, ...]:
    if is_nsdtf(head := read_head(path, 4096)):
        return (say("nsdtf-heights"),)
    if is_point_grid(path, head):
        return (say("lines-of-xyz"),)
    try:
        found = looks_like_heights(inspect_raster(path))
    except GeoError:
        return ()
    return found or (say("nothing-speaks-of-heights"),)


def _once(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return, of questions with one answer, the first, with how many more there are."""
    alike: dict[tuple[str, tuple[str, ...]], list[Question]] = {}
    for question in questions:
        alike.setdefault((question.option, question.choices), []).append(question)
    return tuple(
        replace(first, what=first.what + say("in-brackets", text=say("and-more", count=len(more)))) if more else first
        for first, *more in alike.values()
    )


def _asking(layer: LayerInspection, questions: tuple[Question, ...]) -> LayerInspection:
    return replace(layer, questions=layer.questions + questions)


def _inspect_one(
    path: Path, frame: Frame, options: ImportOptions, kind: RasterKind
) -> tuple[LayerInspection, RasterSource]:
    source = inspect_raster(path, chosen_layer(path, options))
    if not source.bands:
        return _of_several(source), source
    answer = settle_crs(source, options.read.crs, frame)
    facts = [*source.warnings, *answer.warnings, *_plain_facts(source)]
    decisions, operation, heights = answer.decisions, None, None
    if answer.crs is not None:
        place = place_raster(source, answer.crs, frame, options.read, options.city)
        captured, when = capture_date(path, options, source.tags)
        sheet = Sheet(source, place, answer, captured)
        decisions += when
        facts += [*place.warnings, say("pixel-on-ground", pixel_m=place.pixel_m)]
        operation = steps_told(place.to_frame)
        if kind == "elevation":
            settled = settle_heights(sheet, options)
            decisions, heights = decisions + settled.decisions, settled.system or say("height-system-not-stated")
            facts += (*settled.warnings, *settled.doubts)
        else:
            decisions += read_as(sheet, options).decisions
        facts.append(_scale(place, kind, options))
    return LayerInspection(
        name=path.name, count=None, geometry_kinds={}, columns=(), bounds=_bounds(source), crs=_declared(answer),
        candidates=candidates(source, answer.crs, frame)[:12], decisions=decisions, questions=answer.questions,
        facts=tuple(facts), operation=operation, heights=heights,
    ), source  # fmt: skip


def _of_several(source: RasterSource) -> LayerInspection:
    question = Question(
        say("which-layer-of", file=source.path.name),
        say("holds-rasters", count=len(source.layers)),
        "--source-layer",
        source.layers,
    )
    return LayerInspection(source.path.name, None, {}, (), None, None, questions=(question,))


def _plain_facts(source: RasterSource) -> list[str]:
    """Say what the file presents itself as."""
    bands = ", ".join(f"{band.name} {band.dtype}" for band in source.bands[:8])
    facts = [
        say(
            "raster-facts",
            driver=source.driver,
            width=source.width,
            height=source.height,
            count=len(source.bands),
            bands=bands,
        )
    ]
    if source.georeferenced_by:
        facts.append(say("placed-by", georeferenced_by=source.georeferenced_by))
    if source.nodata is not None:
        facts.append(say("nodata-is", nodata=source.nodata))
    if source.masked or source.alpha:
        facts.append(say("has-a-mask") if source.masked else say("band-is-alpha", alpha=source.alpha))
    if source.palette is not None:
        facts.append(say("has-a-palette", count=len(source.palette)))
    return facts


def _bounds(source: RasterSource) -> Bounds | None:
    fit = ground_fit(source)
    if source.affine is None and fit is None:
        return None
    x, y = outline(source, source.affine or Affine.identity(), fit)
    return Bounds(float(x.min()), float(y.min()), float(x.max()), float(y.max()))


def _declared(answer: CrsAnswer) -> CrsCandidate | None:
    if answer.crs is None:
        return None
    by = tuple(text for decision in answer.decisions for text in decision.evidence)
    text = crs_text(answer.crs)
    return CrsCandidate(text if text.startswith("EPSG:") else answer.crs.name, answer.crs.name, 100, by, declared=True)


def _scale(place: Place, kind: RasterKind, options: ImportOptions) -> str:
    rule = scale_of_elevation if kind == "elevation" else scale_of_imagery
    return say("scale-line", why=rule(place.pixel_m, options.accuracy_m, rules=options.rules).why)
