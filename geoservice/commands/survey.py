"""Commands about the city's datum parameters."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from geoservice.commands.language import spoken, told
from geoservice.settings import Settings
from layers.errors import BadQuery
from layers.sentences import say

datum = typer.Typer(no_args_is_help=True)
console = Console(highlight=False)


@datum.command("fit")
def fit_command(
    control: Annotated[Path, typer.Argument(help="CSV of control points, both coordinates of each", exists=True)],
    source: Annotated[str, typer.Option(help="coordinate system of the old coordinates, e.g. EPSG:2384")],
    target: Annotated[str, typer.Option(help="coordinate system of the new ones, e.g. EPSG:4548")],
    method: Annotated[str, typer.Option(help="plane4 or helmert7")] = "plane4",
    show: Annotated[bool, typer.Option("--show-parameters", help="print the parameters: they are protected")] = False,
    plot: Annotated[Path | None, typer.Option(help="write a plot of the residuals, .svg or .png")] = None,
    register: Annotated[str, typer.Option(help="put the result into the datum file under this id")] = "",
    supplier: Annotated[str, typer.Option(help="who supplied the control points")] = "",
    date: Annotated[str, typer.Option(help="when, YYYY-MM-DD")] = "",
) -> None:
    """Fit 4 or 7 parameters to control points: residuals, check points, outliers, area of validity."""
    from importers.datum.control import read_control
    from importers.datum.fit import fit
    from importers.datum.fit_plot import plot_png, plot_svg

    if method not in ("plane4", "helmert7"):
        raise BadQuery(say("method-none", given=method), "method")
    chosen: Any = method
    fitted = fit(read_control(control), chosen, source, target)
    console.print(fitted.to_text(show, spoken()), markup=False, soft_wrap=True)
    if plot is not None:
        plot.write_bytes(plot_svg(fitted).encode() if plot.suffix.lower() == ".svg" else plot_png(fitted))
        console.print(told(say("residuals-drawn", path=str(plot))), markup=False, soft_wrap=True)
    if register:
        _register(fitted.to_record(register, supplier, date))


@datum.command("add")
def add_command(
    record: Annotated[Path, typer.Argument(help="JSON of one set of parameters (docs/import.md)", exists=True)],
) -> None:
    """Put a supplied set of parameters into the datum file; its check point must agree."""
    import json

    try:
        document = json.loads(record.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadQuery(say("file-not-json", file=record.name, why=error), "record") from error
    _register(document)


@datum.command("list")
def list_command() -> None:
    """List the sets of parameters: quality yes, numbers no."""
    from importers.datum.registry import load_registry

    settings = Settings()
    path = _datum_file(settings)
    console.print(
        load_registry(path, settings.datum_key).to_text(spoken()) if path.exists() else told(say("datum-none")),
        markup=False,
        soft_wrap=True,
    )


@datum.command("new-key")
def new_key_command() -> None:
    """Print a fresh key for GEOSERVICE_DATUM_KEY; keep it apart from the file."""
    from importers.datum.file import new_key

    print(new_key())


def _register(record: dict[str, Any]) -> None:
    from importers.datum.registry import add_entry

    settings = Settings()
    registry = add_entry(_datum_file(settings), record, settings.datum_key)
    console.print(registry.to_text(spoken()), markup=False, soft_wrap=True)


def _datum_file(settings: Settings) -> Path:
    if settings.datum_file is None:
        raise BadQuery(say("datum-file-unset"), "datum_file")
    return settings.datum_file
