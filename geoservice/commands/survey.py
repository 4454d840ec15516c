"""Commands about the frame: map sheets and the city's datum parameters."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from geoservice.settings import Settings
from layers.errors import BadQuery

datum = typer.Typer(no_args_is_help=True)
console = Console(highlight=False)


def sheet(
    code: Annotated[list[str] | None, typer.Argument(help="sheet codes, e.g. I50G038027 or J-50-5-B")] = None,
    scale: Annotated[int, typer.Option(help="scale denominator for --point and --bbox")] = 10_000,
    point: Annotated[str | None, typer.Option(help="longitude,latitude in degrees")] = None,
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees")] = None,
) -> None:
    """Tell a sheet's edges by its code, or the sheets at a point or in a box."""
    from layers.frame import Bounds
    from layers.old_sheets import find_old_sheet
    from layers.sheets import find_sheet, sheet_at, sheets_in

    if point:
        lon, lat = _numbers(point, 2, "point")
        console.print(sheet_at(lon, lat, scale).to_text(), markup=False, soft_wrap=True)
    elif bbox:
        for found in sheets_in(Bounds(*_numbers(bbox, 4, "bbox")), scale):
            console.print(found.to_text(), markup=False, soft_wrap=True)
    elif code:
        for one in code:
            console.print(
                (find_old_sheet if "-" in one[:2] else find_sheet)(one).to_text(), markup=False, soft_wrap=True
            )
    else:
        raise BadQuery("give a sheet code, --point or --bbox", "code")


def _numbers(text: str, count: int, name: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadQuery(f"{name} is {count} numbers with commas between, not {text!r}", name) from error
    if len(numbers) != count:
        raise BadQuery(f"{name} is {count} numbers with commas between, not {len(numbers)}", name)
    return numbers


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
    from importers.control import read_control
    from importers.datumfit import fit
    from importers.fit_plot import plot_png, plot_svg

    if method not in ("plane4", "helmert7"):
        raise BadQuery(f"method is plane4 or helmert7, not {method!r}", "method")
    chosen: Any = method
    fitted = fit(read_control(control), chosen, source, target)
    console.print(fitted.to_text(parameters=show), markup=False, soft_wrap=True)
    if plot is not None:
        plot.write_bytes(plot_svg(fitted).encode() if plot.suffix.lower() == ".svg" else plot_png(fitted))
        console.print(f"residuals drawn in {plot}", markup=False, soft_wrap=True)
    if register:
        _register(fitted.to_record(register, supplier, date))


@datum.command("add")
def add_command(
    record: Annotated[Path, typer.Argument(help="JSON of one set of parameters (docs/import.md)", exists=True)],
) -> None:
    """Put a supplied set of parameters into the datum file; its check point must agree."""
    import json

    try:
        document = json.loads(record.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadQuery(f"{record.name} is not JSON: {error}", "record") from error
    _register(document)


@datum.command("list")
def list_command() -> None:
    """List the sets of parameters: quality yes, numbers no."""
    from importers.datum import load_registry

    settings = Settings()
    path = _datum_file(settings)
    console.print(
        load_registry(path, settings.datum_key).to_text() if path.exists() else "none", markup=False, soft_wrap=True
    )


@datum.command("new-key")
def new_key_command() -> None:
    """Print a fresh key for GEOSERVICE_DATUM_KEY; keep it apart from the file."""
    from importers.datum import new_key

    print(new_key())


def _register(record: dict[str, Any]) -> None:
    from importers.datum import add_entry

    settings = Settings()
    registry = add_entry(_datum_file(settings), record, settings.datum_key)
    console.print(registry.to_text(), markup=False, soft_wrap=True)


def _datum_file(settings: Settings) -> Path:
    if settings.datum_file is None:
        raise BadQuery("set GEOSERVICE_DATUM_FILE to the file of datum parameters, outside the database", "datum_file")
    return settings.datum_file
