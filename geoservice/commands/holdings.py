"""The command that tells what is held of every map sheet of a scale, and may publish the answer as a layer."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from geoservice.commands.language import either
from geoservice.commands.sheet_options import Area, Box, box_of, sheets_entered_by
from geoservice.settings import Settings
from layers.figures import three_digits
from layers.workplace import workplace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoservice.service import Service
    from layers.sheet.holdings import Holding, SheetHoldings

console = Console(highlight=False)

STATES = {"covered": "完整", "partial": "部分", "unstated": "精度未注明", "missing": "缺失"}


def holdings_command(
    scale: Annotated[int, typer.Option(help="scale denominator of the sheets")] = 10_000,
    bbox: Box = None,
    area: Area = None,
    of: Annotated[list[str] | None, typer.Option(help="only this layer; once each")] = None,
    layer: Annotated[str, typer.Option(help="publish the answer as this layer")] = "",
    state: Annotated[str, typer.Option(help="only covered, partial, unstated or missing sheets")] = "",
) -> None:
    """Tell which sheets of a scale are held, by which layers, since when, how finely; and which are missing."""
    from geoservice.service import open_service
    from layers.catalogue import list_layers
    from layers.sheet.cover import sheets_in
    from layers.sheet.holdings import holdings
    from layers.views import ALL

    with open_service(Settings()) as service:
        with service.database.session() as session:
            layers = [one for one in list_layers(session, ALL) if one.name != layer and (not of or one.name in of)]
        if area:
            sheets = sheets_entered_by(area, scale, service.settings, None)
        else:
            sheets = list(sheets_in(box_of(bbox) if bbox else service.frame.extent, scale))
        found = holdings(sheets, layers, service.frame.storage_srid)
        _tell([one for one in found if not state or one.state == state])
        counts = {name: sum(one.state == name for one in found) for name in STATES}
        english = ", ".join(f"{n} {name}" for name, n in counts.items())
        chinese = "，".join(f"{STATES[name]}{n}" for name, n in counts.items())
        console.print(either(f"{len(found)} sheets of 1:{scale}: {english}", f"1:{scale}图幅{len(found)}幅：{chinese}"))
        if layer:
            _publish(service, found, scale, layer)
            console.print(either(f"published as layer {layer}", f"已发布为图层{layer}"))


def _tell(found: "Sequence[SheetHoldings]") -> None:
    for one in found:
        state = either(one.state, STATES[one.state])
        console.print(f"{one.sheet.code}  {state}  {_held(one.holdings)}", markup=False, soft_wrap=True)


def _publish(service: "Service", found: "Sequence[SheetHoldings]", scale: int, layer: str) -> None:
    """Import the answer as a layer of the sheets' outlines."""
    from geoservice.jobs.import_request import from_form
    from geoservice.jobs.importing import run_import
    from importers.batch import silent
    from layers.sheet.holdings import THEME, sheet_rows

    form = {
        "layer": layer, "theme": THEME, "kind": "vector", "crs": f"EPSG:{service.frame.storage_srid}",
        "title_zh": f"1:{scale} 图幅现势", "title_en": f"Holdings of the sheets 1:{scale}",
        "style": json.dumps({"class": "state", "label": "code"}),
    }  # fmt: skip
    with workplace("holdings") as folder:
        file = folder / f"{layer}.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": sheet_rows(found)}), "utf-8")
        run_import(service, from_form(form, [file], "holdings"), silent)


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
