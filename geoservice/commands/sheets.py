"""Commands about map sheets: look them up, tell what is held of them, write a layer out sheet by sheet."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from geoservice.commands.language import either
from geoservice.settings import Settings
from layers.errors import BadQuery
from layers.figures import three_digits
from layers.sentences import say
from layers.workplace import workplace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.frame import Bounds, Frame
    from layers.sheet.holdings import Holding
    from layers.sheet.names import AnySheet
    from layers.sheet.squares import SquareScheme

console = Console(highlight=False)

Codes = Annotated[list[str] | None, typer.Argument(help="sheets: I50G038027, J-50-5-B, 3813.25-375.75")]
Scale = Annotated[int | None, typer.Option(help="scale denominator, e.g. 10000")]
Square = Annotated[bool, typer.Option("--square", help="the city's square sheets instead of the national ones")]
Srid = Annotated[int | None, typer.Option(help="projected CRS the square sheets are numbered in; default: the frame's")]
NorthOffset = Annotated[int, typer.Option(help="leading kilometres of the northing left out of square numbers")]
EastOffset = Annotated[int, typer.Option(help="leading kilometres of the easting left out of square numbers")]
Rectangular = Annotated[bool, typer.Option("--rectangular", help="square sheets of 50 x 40 cm")]
Box = Annotated[str | None, typer.Option(help="west,south,east,north in degrees")]
Area = Annotated[str | None, typer.Option(help="a file of areas, the city's outline for example: sheets it enters")]

STATES = {"covered": "完整", "partial": "部分", "unstated": "精度未注明", "missing": "缺失"}


def _held(parts: "Sequence[Holding]") -> str:
    """Say what layers hold of a sheet; those too coarse for its scale, which do not count, are only named."""
    counted = [_share(part) for part in parts if part.fits is not False]
    coarse = [part.layer for part in parts if part.fits is False]
    if coarse:
        counted.append(either("too coarse: ", "比例尺不足：") + either(", ", "、").join(coarse))
    return either("; ", "；").join(counted)


def _share(part: "Holding") -> str:
    since = either(f"since {part.since}", f"{part.since}起")
    cell = part.resolution_m
    resolution = either(f" at {three_digits(cell)} m", f"，分辨率{three_digits(cell)}米") if cell else ""
    doubt = either(" (accuracy not stated)", "（精度未注明）") if part.fits is None else ""
    return f"{part.layer} {part.share:.0%} {since}{resolution}{doubt}"


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
    scheme = _scheme(frame, square, srid, north_offset_km, east_offset_km, rectangular)
    found: list[AnySheet]
    if point:
        lon, lat = _numbers(point, 2, "point")
        found = [_at(lon, lat, scale or (2_000 if scheme else 10_000), frame, scheme)]
    elif bbox:
        found = _inside(_box(bbox), scale or (2_000 if scheme else 10_000), frame, scheme)
    elif area:
        found = _entered(area, scale or (2_000 if scheme else 10_000), settings, scheme)
    elif code:
        found = [read_sheet(one, scheme, scale) for one in code]
    else:
        raise BadQuery(say("sheet-or-place"), "code")
    for one in found:
        console.print(one.to_text(), markup=False, soft_wrap=True)


def holdings_command(
    scale: Annotated[int, typer.Option(help="scale denominator of the sheets")] = 10_000,
    bbox: Box = None,
    area: Area = None,
    of: Annotated[list[str] | None, typer.Option(help="only this layer; once each")] = None,
    layer: Annotated[str, typer.Option(help="publish the answer as this layer")] = "",
    state: Annotated[str, typer.Option(help="only covered, partial, unstated or missing sheets")] = "",
) -> None:
    """Tell which sheets of a scale are held, by which layers, since when, how finely; and which are missing."""
    import json

    from geoservice.jobs.import_request import from_form
    from geoservice.jobs.importing import run_import
    from geoservice.service import open_service
    from importers.batch import silent
    from layers.catalogue import list_layers
    from layers.sheet.cover import sheets_in
    from layers.sheet.holdings import THEME, holdings, sheet_rows
    from layers.views import ALL

    with open_service(Settings()) as service:
        with service.database.session() as session:
            layers = [one for one in list_layers(session, ALL) if one.name != layer and (not of or one.name in of)]
        if area:
            sheets = _entered(area, scale, service.settings, None)
        else:
            sheets = list(sheets_in(_box(bbox) if bbox else service.frame.extent, scale))
        found = holdings(sheets, layers, service.frame.storage_srid)
        shown = [one for one in found if not state or one.state == state]
        for one in shown:
            state_name = either(one.state, STATES[one.state])
            console.print(f"{one.sheet.code}  {state_name}  {_held(one.holdings)}", markup=False, soft_wrap=True)
        counts = {name: sum(one.state == name for one in found) for name in STATES}
        english = ", ".join(f"{n} {name}" for name, n in counts.items())
        chinese = "，".join(f"{STATES[name]}{n}" for name, n in counts.items())
        console.print(either(f"{len(found)} sheets of 1:{scale}: {english}", f"1:{scale}图幅{len(found)}幅：{chinese}"))
        if layer:
            with workplace("holdings") as folder:
                file = folder / f"{layer}.geojson"
                file.write_text(json.dumps({"type": "FeatureCollection", "features": sheet_rows(found)}), "utf-8")
                title = {"title_zh": f"1:{scale} 图幅现势", "title_en": f"Holdings of the sheets 1:{scale}"}
                style = json.dumps({"class": "state", "label": "code"})
                form = {
                    "layer": layer,
                    "theme": THEME,
                    "kind": "vector",
                    "crs": f"EPSG:{service.frame.storage_srid}",
                    "style": style,
                }
                run_import(service, from_form(form | title, [file], "holdings"), silent)
            console.print(either(f"published as layer {layer}", f"已发布为图层{layer}"))


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
        scheme = _scheme(service.frame, square, srid, north_offset_km, east_offset_km, rectangular)
        if sheet:
            sheets = [read_sheet(one, scheme, scale) for one in sheet]
        elif scale and found.version.extent:
            sheets = _inside(found.version.extent, scale, service.frame, scheme)
        else:
            raise BadQuery(say("sheet-or-scale"), "sheet")
        for one in sheets:
            path = write_sheet(service.database, service.storage, service.frame, found, one, folder, form)
            console.print(
                f"{one.code}  {path or either('nothing in it', '其中没有数据')}", markup=False, soft_wrap=True
            )


def _scheme(
    frame: "Frame", square: bool, srid: int | None, north_km: int, east_km: int, rectangular: bool
) -> "SquareScheme | None":
    from layers.sheet.squares import SquareScheme

    if not (square or srid or north_km or east_km or rectangular):
        return None
    return SquareScheme(srid or frame.metric_srid, east_km, north_km, rectangular)


def _at(lon: float, lat: float, scale: int, frame: "Frame", scheme: "SquareScheme | None") -> "AnySheet":
    from layers.crs.names import parse_crs
    from layers.crs.operations import find_transform
    from layers.sheet.national import sheet_at
    from layers.sheet.squares import square_sheet_at

    if scheme is None:
        return sheet_at(lon, lat, scale)
    east, north = find_transform(parse_crs(frame.storage_srid), parse_crs(scheme.srid)).points([lon], [lat])
    return square_sheet_at(float(east[0]), float(north[0]), scale, scheme)


def _inside(box: "Bounds", scale: int, frame: "Frame", scheme: "SquareScheme | None") -> "list[AnySheet]":
    from layers.crs.names import parse_crs
    from layers.crs.operations import find_transform
    from layers.sheet.cover import sheets_in
    from layers.sheet.squares import square_sheets_in

    if scheme is None:
        return list(sheets_in(box, scale))
    plane = find_transform(parse_crs(frame.storage_srid), parse_crs(scheme.srid)).bounds(box)
    return list(square_sheets_in(plane, scale, scheme))


def _entered(area: str, scale: int, settings: Settings, scheme: "SquareScheme | None") -> "list[AnySheet]":
    from geoservice.analysis.area_file import read_area
    from geoservice.jobs.importing import city_transforms
    from layers.frame import Bounds
    from layers.sheet.cover import sheets_entered

    frame = settings.read_frame()
    polygon = read_area(area, frame, city_transforms(settings))
    return sheets_entered(_inside(Bounds(*polygon.bounds), scale, frame, scheme), polygon, frame.storage_srid)


def _box(text: str) -> "Bounds":
    from layers.frame import Bounds

    return Bounds(*_numbers(text, 4, "bbox"))


def _numbers(text: str, count: int, name: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadQuery(say("numbers-wanted", name=name, count=count, given=text), name) from error
    if len(numbers) != count:
        raise BadQuery(say("numbers-wanted", name=name, count=count, given=len(numbers)), name)
    return numbers
