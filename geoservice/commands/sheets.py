"""Commands about map sheets: look them up, write a layer out sheet by sheet."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from geoservice.commands.language import either
from geoservice.commands.sheet_options import (
    Area,
    Box,
    EastOffset,
    NorthOffset,
    Rectangular,
    Scale,
    Square,
    Srid,
    box_of,
    numbers_of,
    scheme_of,
    sheet_of,
    sheets_entered_by,
    sheets_inside,
)
from geoservice.settings import Settings
from layers.errors import BadQuery
from layers.sentences import say

if TYPE_CHECKING:
    from layers.sheet.names import AnySheet

console = Console(highlight=False)

Codes = Annotated[list[str] | None, typer.Argument(help="sheets: I50G038027, J-50-5-B, 3813.25-375.75")]


def sheet(
    code: Codes = None,
    scale: Scale = None,
    point: Annotated[str | None, typer.Option(help="longitude,latitude in degrees")] = None,
    bbox: Box = None,
    area: Area = None,
    square: Square = False,
    srid: Srid = None,
    north_offset_km: NorthOffset = 0,
    east_offset_km: EastOffset = 0,
    rectangular: Rectangular = False,
) -> None:
    """Tell a sheet's edges by its code, or the sheets at a point, in a box or entered by an area."""
    from layers.sheet.names import read_sheet

    settings = Settings()
    frame = settings.read_frame()
    scheme = scheme_of(frame, square, srid, north_offset_km, east_offset_km, rectangular)
    found: list[AnySheet]
    if point:
        lon, lat = numbers_of(point, 2, "point")
        found = [sheet_of(lon, lat, scale or (2_000 if scheme else 10_000), frame, scheme)]
    elif bbox:
        found = sheets_inside(box_of(bbox), scale or (2_000 if scheme else 10_000), frame, scheme)
    elif area:
        found = sheets_entered_by(area, scale or (2_000 if scheme else 10_000), settings, scheme)
    elif code:
        found = [read_sheet(one, scheme, scale) for one in code]
    else:
        raise BadQuery(say("sheet-or-place"), "code")
    for one in found:
        console.print(one.to_text(), markup=False, soft_wrap=True)


def export_command(
    layer: Annotated[str, typer.Argument(help="the layer to write out")],
    sheet: Annotated[list[str] | None, typer.Option(help="this sheet; once each")] = None,
    scale: Scale = None,
    form: Annotated[str, typer.Option("--format", help="gpkg, shp, dxf …; rasters: tif")] = "",
    folder: Annotated[Path, typer.Option(help="where the files go")] = Path(),
    square: Square = False,
    srid: Srid = None,
    north_offset_km: NorthOffset = 0,
    east_offset_km: EastOffset = 0,
    rectangular: Rectangular = False,
) -> None:
    """Write a layer sheet by sheet, cut at the sheets' exact edges, into files named by their codes.

    With --scale alone every sheet the layer touches is written.
    """
    from geoservice.files.sheets import write_sheet
    from geoservice.service import open_service
    from layers.catalogue import find_layer
    from layers.sheet.names import read_sheet
    from layers.views import ALL

    folder.mkdir(parents=True, exist_ok=True)
    with open_service(Settings()) as service:
        with service.database.session() as session:
            found = find_layer(session, layer, ALL)
        scheme = scheme_of(service.frame, square, srid, north_offset_km, east_offset_km, rectangular)
        if sheet:
            sheets = [read_sheet(one, scheme, scale) for one in sheet]
        elif scale and found.version.extent:
            sheets = sheets_inside(found.version.extent, scale, service.frame, scheme)
        else:
            raise BadQuery(say("sheet-or-scale"), "sheet")
        for one in sheets:
            path = write_sheet(service.database, service.storage, service.frame, found, one, folder, form)
            console.print(
                f"{one.code}  {path or either('nothing in it', '其中没有数据')}", markup=False, soft_wrap=True
            )
