"""Commands about the frame: map sheets and the city's datum parameters."""

from typing import Annotated

import typer
from rich.console import Console

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
