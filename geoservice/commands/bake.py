"""The command that draws a layer's tiles ahead of time."""

from typing import Annotated

import typer
from rich.console import Console

from geoservice.commands.language import told
from geoservice.commands.progress import ProgressBar
from geoservice.parameters import pairs_of
from geoservice.service import open_service
from geoservice.settings import Settings
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.sentences import say

console = Console(highlight=False)


def bake(
    layer: Annotated[str, typer.Argument(help="name of the layer")],
    grid: Annotated[str, typer.Option(help="tile matrix set")] = "WebMercatorQuad",
    zooms: Annotated[str, typer.Option(help="levels as the grid names them, e.g. 5-14; unset: the layer's own")] = "",
    bbox: Annotated[str, typer.Option(help="only within west,south,east,north in degrees")] = "",
    rendering: Annotated[str, typer.Option(help="hillshade, slope, relief, terrain-rgb, …")] = "",
    form: Annotated[str, typer.Option("--format", help="png, jpeg, webp or auto; vector tiles are MVT")] = "",
    option: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, e.g. bands=4,3,2; once each")] = None,
    contours: Annotated[bool, typer.Option("--contours", help="contour lines of an elevation layer")] = False,
    processes: Annotated[int | None, typer.Option(min=1, help="drawing processes; unset: one a core")] = None,
) -> None:
    """Draw a layer's tiles ahead of time; the service serves them and they can be downloaded.

    PMTiles for WebMercatorQuad, a GeoPackage for other grids. Stopped at any moment, the same command goes on.
    """
    from geoservice.jobs.bake_blocks import BakeRequest
    from geoservice.jobs.baking import bake_layer
    from tiles.grids import find_grid

    options = pairs_of(option) | {"rendering": rendering, "format": form}
    goes_on = told(say("bake-stopped"))
    with open_service(Settings()) as service, ProgressBar(layer, goes_on) as progress:
        chosen = find_grid(service.grids, grid)
        first, last = _levels(zooms)
        request = BakeRequest(
            layer, grid, chosen.z(first) if first else None, chosen.z(last) if last else None, _box(bbox), contours,
            tuple((name, value) for name, value in sorted(options.items()) if value),
        )  # fmt: skip
        baked = bake_layer(service, request, progress, processes)
    contents = baked.contents
    first, last = chosen.zoom_ids[min(contents.levels)], chosen.zoom_ids[max(contents.levels)]
    done = say(
        "bake-done", count=contents.count, layer=layer, grid=contents.grid, first=first, last=last,
        megabytes=baked.size / 1e6, path=service.storage.path(baked.key),
    )  # fmt: skip
    console.print(told(done), soft_wrap=True)


def _levels(zooms: str) -> tuple[str, str]:
    first, _, last = zooms.partition("-")
    return first.strip(), (last or first).strip()


def _box(text: str) -> Bounds | None:
    if not text:
        return None
    try:
        box = Bounds(*(float(part) for part in text.split(",")))
    except (TypeError, ValueError):
        raise BadQuery(say("bbox-four"), "bbox") from None
    if not (box.west < box.east and box.south < box.north):
        raise BadQuery(say("bbox-ordered"), "bbox")
    return box
