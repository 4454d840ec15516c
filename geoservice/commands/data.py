"""Commands about data: inspect, import, layers."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column, Table

from geoservice.commands.language import either, spoken, told
from geoservice.service import open_service
from geoservice.settings import Settings
from layers.errors import BadQuery
from layers.sentences import say

app = typer.Typer()
layers = typer.Typer(
    no_args_is_help=False,
    invoke_without_command=True,
    help="List layers with their versions; roll back, remove, prune.",
)
app.add_typer(layers, name="layers")
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
    from geoservice.import_request import from_form
    from geoservice.importing import city_transforms
    from importers.converters import use_dwg_converter
    from importers.inspect import inspect, to_text

    settings = Settings()
    use_dwg_converter(settings.dwg_converter)
    said = {"crs": crs, "encoding": encoding, "units": units, "axis": axis, "datum": datum, "x": x, "y": y, "wkt": wkt,
            "heights": heights}  # fmt: skip
    asked = from_form({"layer": "inspected"} | {key: value for key, value in said.items() if value}, [path], "user")
    options = replace(asked.read, layer=tuple(source_layer or ()), mapping=mapping, others=pairs_of(option))
    with _published(settings) as neighbours:
        found = inspect(path, settings.read_frame(), options, city_transforms(settings), neighbours)
    if as_json:
        print(json.dumps(found.to_json(spoken()), ensure_ascii=False, indent=2))
    else:
        console.print(to_text(found, spoken()), markup=False, soft_wrap=True)


@contextmanager
def _published(settings: Settings) -> Iterator[Any]:
    """Yield the published layers to hold a file against; None where there is no database yet, which is not made."""
    from geoservice.embedded import Cluster
    from importers.crs.neighbours import Neighbours
    from layers.catalogue import list_layers
    from layers.views import ALL

    if not settings.database_url and not (Cluster(settings.data_dir).pgdata / "PG_VERSION").exists():
        yield None
        return
    with open_service(settings) as service, service.database.session() as session:
        yield Neighbours(session, list_layers(session, ALL))


def pairs_of(options: list[str] | None) -> dict[str, str]:
    """Read NAME=VALUE options. Raises BadQuery."""
    pairs = [option.partition("=") for option in options or ()]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise BadQuery(say("option-form", given=name), "option")
    return {name: value for name, _, value in pairs}


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
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON")] = False,
) -> None:
    """Import files as the next version of a layer, in one stroke, and print the report."""
    from geoservice.import_request import from_form
    from geoservice.importing import run_import

    form = {
        "layer": layer, "department": department, "theme": theme, "licence": licence, "attribution": attribution,
        "kind": kind, "title_zh": title_zh, "title_en": title_en, "style": style, "crs": crs, "encoding": encoding,
        "units": units, "axis": axis, "datum": datum, "x": x, "y": y, "wkt": wkt, "heights": heights,
        "blocks": blocks, "tolerance_m": tolerance_m, "sheet": sheet, "accuracy_m": accuracy_m, "captured": captured,
        "publish_failed": publish_failed or None,
        "public": None if private is None else not private,
    }  # fmt: skip
    request = from_form({key: str(value) for key, value in form.items() if value not in (None, "")}, files, "user")
    request = replace(request, read=replace(request.read, mapping=mapping, others=pairs_of(option)))
    with open_service(Settings()) as service, ProgressBar(layer) as progress:
        report = run_import(service, request.with_layers(source_layer or ()), progress)
    console.print_json(data=report.to_json(spoken())) if as_json else console.print(
        report.to_text(spoken()), markup=False, soft_wrap=True
    )


@layers.callback()
def list_command(context: typer.Context) -> None:
    """List the layers."""
    if context.invoked_subcommand is not None:
        return
    from layers.catalogue import list_layers
    from layers.views import ALL

    # what other commands ask for may not be cut, so a narrow screen is told less
    narrow = console.width < 100
    english = ("layer", "kind", "version", "features", "accuracy", "scale", "public", "department", "title")
    chinese = ("图层", "类型", "版本", "要素", "精度", "比例尺", "公开", "部门", "标题")
    names = chinese if spoken() == "zh" else english
    kinds = {"vector": "矢量", "imagery": "影像", "elevation": "高程"}
    table = Table(
        *(Column(name, no_wrap=name not in ("title", "标题")) for name in names[: 7 if narrow else 9]), box=None
    )
    with open_service(Settings()) as service, service.database.session() as session:
        for found in list_layers(session, ALL):
            facts, version = found.version.facts, found.version
            versions = either(" of ", " / ").join((str(version.number), ", ".join(map(str, found.versions))))
            public = either("yes", "是") if found.public else either("no", "否")
            cells = (
                found.name, either(found.kind, kinds[found.kind]), versions,
                "" if version.feature_count is None else f"{version.feature_count:,}",
                either("unknown", "未知") if facts.accuracy_m is None else f"{facts.accuracy_m:.3g} m",
                f"1:{facts.largest_scale}" if facts.largest_scale else "", public, found.department,
                found.title.get(spoken()) or found.title.get("zh", ""),
            )  # fmt: skip
            table.add_row(*cells[: len(table.columns)])
    console.print(table)


@layers.command("roll-back")
def roll_back_command(layer: str, number: Annotated[int, typer.Argument(help="the version to serve")]) -> None:
    """Serve an older (or again a newer) version."""
    from layers.versions import roll_back

    with open_service(Settings()) as service, service.database.session() as session:
        roll_back(session, layer, number)
        session.commit()
    console.print(either(f"{layer} now serves version {number}", f"{layer}现在发布第{number}版"))


@layers.command("remove")
def remove_command(layer: str) -> None:
    """Remove a layer with all its versions."""
    from layers.versions import remove_layer

    with open_service(Settings()) as service:
        with service.database.session() as session:
            versions = remove_layer(session, layer)
            session.commit()
        for version in versions:
            service.storage.remove(f"rasters/{version}")
            service.storage.remove(f"sources/{version}")
            service.storage.remove(f"baked/{version}")
    console.print(either(f"{layer} is removed ({len(versions)} versions)", f"已删除{layer}（{len(versions)}个版本）"))


@layers.command("prune")
def prune_command(layer: str, keep: Annotated[int, typer.Option(min=0, help="newest versions to keep")] = 2) -> None:
    """Remove old versions; the served one stays."""
    from layers.versions import prune

    with open_service(Settings()) as service:
        with service.database.session() as session:
            versions = prune(session, layer, keep)
            session.commit()
        for version in versions:
            service.storage.remove(f"rasters/{version}")
            service.storage.remove(f"sources/{version}")
            service.storage.remove(f"baked/{version}")
    console.print(either(f"{len(versions)} versions of {layer} are removed", f"已删除{layer}的{len(versions)}个版本"))


class ProgressBar:
    """A bar on the terminal, fed by progress calls; Ctrl-C cancels, also when a library swallows the exception."""

    def __init__(self, title: str, when_cancelled: str = "") -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[message]}"))
        self.bars = Progress(
            *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
        )
        self.task = self.bars.add_task(title, total=None, message="")
        as_before = either("cancelled: everything is as it was before", "已取消：一切保持原样")
        self.when_cancelled, self.cancelled = when_cancelled or as_before, False

    def __enter__(self) -> "ProgressBar":
        """Show it."""
        self.before = signal.signal(signal.SIGINT, self._cancel)
        self.bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        """Take it away; say what cancelled work leaves."""
        signal.signal(signal.SIGINT, self.before)
        self.bars.stop()
        if kind is KeyboardInterrupt:
            Console(stderr=True).print(self.when_cancelled)

    def _cancel(self, number: int, frame: object) -> None:
        self.cancelled = True
        raise KeyboardInterrupt

    def __call__(self, done: float, total: float | None, message: str) -> None:
        """Move it."""
        if self.cancelled:  # what an interrupt raised inside a callback or a finalizer was lost there
            raise KeyboardInterrupt
        self.bars.update(self.task, completed=done, total=total, message=told(message))
