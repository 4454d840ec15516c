"""Commands about files that come in: inspect, import."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from geoservice.commands.language import spoken, told
from geoservice.commands.lean import without_pandas
from geoservice.commands.progress import ProgressBar
from geoservice.service import open_service
from geoservice.settings import Settings
from importers.errors import NothingToImport, VerdictFail
from importers.vector.launch import begin
from layers.sentences import say

if TYPE_CHECKING:
    from importers.report import Report

app = typer.Typer()
console = Console(highlight=False)

Files = Annotated[list[Path], typer.Argument(help="files, a folder of sheets or a zip", exists=True)]
Crs = Annotated[str | None, typer.Option(help="coordinate system of the file, e.g. EPSG:4527")]
Encoding = Annotated[str | None, typer.Option(help="text encoding, e.g. GB18030")]
SourceLayer = Annotated[list[str] | None, typer.Option(help="take only this layer of the file; once each")]
Units = Annotated[str | None, typer.Option(help="units of a drawing: m, mm, cm, km, ft")]
Axis = Annotated[str | None, typer.Option(help="xy: east first; yx: north first")]
Datum = Annotated[str | None, typer.Option(help="gcj02 or bd09: coordinates shifted for public web maps")]
XColumn = Annotated[str | None, typer.Option("--x", help="column of the east ordinate")]
YColumn = Annotated[str | None, typer.Option("--y", help="column of the north ordinate")]
Wkt = Annotated[str | None, typer.Option(help="column with WKT geometry")]
Mapping = Annotated[
    Path | None, typer.Option(help="table of feature codes (CSV): a drawing becomes coded layers", exists=True)
]
Option = Annotated[
    list[str] | None, typer.Option(help="NAME=VALUE for one format, e.g. split=layers, block.TREE=point")
]
Heights = Annotated[str | None, typer.Option(help="height system: 1985, 1956 or ellipsoidal")]


@app.command("inspect")
def inspect_command(
    path: Annotated[Path, typer.Argument(help="a file, folder or zip", exists=True)],
    crs: Crs = None,
    encoding: Encoding = None,
    source_layer: SourceLayer = None,
    units: Units = None,
    axis: Axis = None,
    datum: Datum = None,
    x: XColumn = None,
    y: YColumn = None,
    wkt: Wkt = None,
    heights: Heights = None,
    mapping: Mapping = None,
    option: Option = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Say what a file is, what would be done and what must be answered first. Nothing is imported."""
    from geoservice.jobs.import_request import from_form
    from geoservice.jobs.importing import city_rules, city_transforms
    from importers.converters import use_dwg_converter
    from importers.inspect import inspect, to_text

    settings = Settings()
    use_dwg_converter(settings.dwg_converter)
    said = {"crs": crs, "encoding": encoding, "units": units, "axis": axis, "datum": datum, "x": x, "y": y, "wkt": wkt,
            "heights": heights}  # fmt: skip
    asked = from_form(
        {"layer": "inspected"} | {key: value for key, value in said.items() if value}, [path], "user", option or ()
    )
    options = replace(asked.read, layer=tuple(source_layer or ()), mapping=mapping)
    with _published(settings) as neighbours:
        found = inspect(
            path, settings.read_frame(), options, city_transforms(settings), neighbours, city_rules(settings)
        )
    if as_json:
        print(json.dumps(found.to_json(spoken()), ensure_ascii=False, indent=2))
    else:
        console.print(to_text(found, spoken()), markup=False, soft_wrap=True)


@contextmanager
def _published(settings: Settings) -> Iterator[Any]:
    """Yield the published layers to hold a file against; None where there is no database yet, which is not made."""
    from geoservice.database.cluster import Cluster
    from importers.crs.neighbours import Neighbours
    from layers.catalogue import list_layers
    from layers.views import ALL

    if not settings.database_url and not (Cluster(settings.data_dir).pgdata / "PG_VERSION").exists():
        yield None
        return
    with open_service(settings) as service, service.database.session() as session:
        yield Neighbours(session, list_layers(session, ALL, files=False))


@app.command("import")
def import_command(
    files: Files,
    layer: Annotated[str, typer.Option(help="name of the layer, as it stands in addresses")],
    department: Annotated[str, typer.Option(help="the department it belongs to")] = "",
    title_zh: Annotated[str, typer.Option(help="title in Chinese")] = "",
    title_en: Annotated[str, typer.Option(help="title in English")] = "",
    theme: Annotated[str, typer.Option(help="theme within the department")] = "",
    licence: Annotated[str, typer.Option(help="licence of the data")] = "",
    attribution: Annotated[str, typer.Option(help="whom to name")] = "",
    kind: Annotated[str, typer.Option(help="vector, imagery or elevation; unset: find out")] = "",
    private: Annotated[bool | None, typer.Option("--private/--public", help="who may read it")] = None,
    style: Annotated[str, typer.Option(help="style hints as JSON")] = "",
    crs: Crs = None,
    encoding: Encoding = None,
    source_layer: SourceLayer = None,
    units: Units = None,
    axis: Axis = None,
    datum: Datum = None,
    x: XColumn = None,
    y: YColumn = None,
    wkt: Wkt = None,
    heights: Heights = None,
    blocks: Annotated[str | None, typer.Option(help="blocks of a drawing: explode or point")] = None,
    mapping: Mapping = None,
    option: Option = None,
    tolerance_m: Annotated[
        float | None, typer.Option("--tolerance", help="how far a flattened curve may be off, m")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="sheet of a workbook")] = None,
    accuracy_m: Annotated[float | None, typer.Option(help="known positional accuracy, metres")] = None,
    captured: Annotated[str | None, typer.Option(help="date the data show, YYYY-MM-DD")] = None,
    publish_failed: Annotated[bool, typer.Option("--publish-failed", help="publish even if a check fails")] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="end when small scales and names of a large layer are ready, too")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON")] = False,
) -> None:
    """Import files as the next version of a layer, in one stroke, and print the report."""
    begin(files)
    from geoservice.jobs.import_request import from_form
    from geoservice.jobs.importing import run_import

    without_pandas()
    form = {
        "layer": layer, "department": department, "theme": theme, "licence": licence, "attribution": attribution,
        "kind": kind, "title_zh": title_zh, "title_en": title_en, "style": style, "crs": crs, "encoding": encoding,
        "units": units, "axis": axis, "datum": datum, "x": x, "y": y, "wkt": wkt, "heights": heights,
        "blocks": blocks, "tolerance_m": tolerance_m, "sheet": sheet, "accuracy_m": accuracy_m, "captured": captured,
        "publish_failed": publish_failed or None,
        "public": None if private is None else not private,
    }  # fmt: skip
    request = from_form(
        {key: str(value) for key, value in form.items() if value not in (None, "")}, files, "user", option or ()
    )
    request = replace(request, read=replace(request.read, mapping=mapping))
    try:
        with open_service(Settings()) as service, ProgressBar(layer) as progress:
            report = run_import(service, request.with_layers(source_layer or ()), progress, whole=whole)
    except (VerdictFail, NothingToImport) as error:
        if error.report is not None:
            _print_report(error.report, as_json)
        raise
    _print_report(report, as_json)


def _print_report(report: "Report", as_json: bool) -> None:
    if as_json:
        console.print_json(data=report.to_json(spoken()))
    else:
        console.print(report.to_text(spoken()), markup=False, soft_wrap=True)


@app.command("finish")
def finish_command(
    layer: Annotated[str | None, typer.Argument(help="name of the layer; unset: all")] = None,
) -> None:
    """Make small scales and names of large layers ready now, as a running service does by itself after an import."""
    from geoservice.jobs.finishing import finish_layers

    without_pandas()
    with open_service(Settings()) as service, ProgressBar(layer or "") as progress:
        for one in finish_layers(service, layer, progress):
            console.print(told(say("job-finished", layer=one.layer)), soft_wrap=True)
