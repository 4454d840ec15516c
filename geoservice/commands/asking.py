"""Commands that ask: one place or one area put to the layers of all departments, and how far off each answer may be."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from geoservice.commands.language import either, spoken
from geoservice.settings import Settings
from layers.errors import BadQuery
from layers.figures import three_digits
from layers.sentences import say, worded

if TYPE_CHECKING:
    from geoservice.analysis.asking import Asking

console = Console(highlight=False)

Layers = Annotated[list[str] | None, typer.Option("--layer", help="only this layer; once each")]


def what_is_here(
    place: Annotated[str, typer.Argument(help="longitude,latitude in degrees")],
    tolerance: Annotated[float, typer.Option(help="metres around it that still count")] = 10.0,
    layer: Layers = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Ask every layer what stands at a place: attributes, heights, pixel values, and how far off each may be."""
    from geoservice.analysis.here import at_point
    from layers.overlay import Point

    try:
        lon, lat = (float(part) for part in place.split(","))
    except ValueError as error:
        raise BadQuery(say("numbers-wanted", name="place", count=2, given=place), "place") from error
    point = Point(lon, lat, tolerance)
    answer = _ask(lambda asking: at_point(asking, point, layer))
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
        return
    for found in answer["answers"]:
        console.print(f"[bold]{_title(found)}[/]  {_accuracy(found)}", soft_wrap=True)
        for feature in found.get("features", ()):
            known = {name: value for name, value in feature["properties"].items() if value not in (None, "")}
            said = ", ".join(f"{name} {value}" for name, value in known.items())
            console.print(f"  #{feature['id']}  {feature['metres_away']:g} m  {said}", markup=False, soft_wrap=True)
        if "value" in found:
            values = ", ".join(f"{value:g}" for value in found["values"].values() if value is not None)
            source = found.get("pixel", {}).get("source", "")
            console.print(f"  {values} {found['unit'] or ''}  {source}".rstrip(), markup=False, soft_wrap=True)
    for missed in answer["unread"]:
        console.print(f"[bold]{_title(missed)}[/]  {escape(worded(missed['why'], spoken()))}", soft_wrap=True)
    if not answer["answers"] and not answer["unread"]:
        console.print(either("no layer holds anything here", "没有图层在此处有数据"))


def what_is_inside(
    area: Annotated[
        str, typer.Argument(help="a file of areas (GeoJSON, zipped Shapefile, …) or west,south,east,north")
    ],
    layer: Layers = None,
    by: Annotated[list[str] | None, typer.Option(help="LAYER=COLUMN to tell its features apart by; once each")] = None,
    form: Annotated[Literal["table", "csv", "json"], typer.Option("--format", help="how it is answered")] = "table",
) -> None:
    """Put one area to all departments: what lies in it, by class, with true areas and how far off they may be."""
    from geoservice.analysis.account_table import account_csv
    from geoservice.analysis.area_file import read_area
    from geoservice.analysis.inside import area_statistics, check_area
    from geoservice.jobs.importing import city_transforms
    from geoservice.parameters import pairs_of

    settings = Settings()
    polygon = read_area(area, settings.read_frame(), city_transforms(settings))
    check_area(polygon)
    columns = pairs_of(by)
    document = _ask(lambda asking: area_statistics(asking, polygon, layer, columns, rasters=False))
    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif form == "csv":
        print(account_csv(document, spoken()), end="")
    else:
        _print_account(document)


def _ask(question: "Callable[[Asking], Coroutine[Any, Any, dict[str, Any]]]") -> dict[str, Any]:
    """Put a question to the layers, as somebody who may see all of them."""
    from geoservice.analysis.asking import Asking
    from geoservice.service import Service, open_service
    from layers.catalogue import load_catalogue
    from layers.views import ALL

    async def answer(service: Service) -> dict[str, Any]:
        with service.database.session() as session:
            catalogue = load_catalogue(session)
        await service.database.open()
        try:
            seconds = float(service.settings.analysis_job_seconds)
            srid = service.frame.storage_srid
            return await question(Asking(catalogue, ALL, service.database, service.storage, None, srid, seconds))
        finally:
            await service.database.close()

    with open_service(Settings()) as service:
        return asyncio.run(answer(service))


def _print_account(document: dict[str, Any]) -> None:
    from geoservice.analysis.account_table import account_rows

    asked = document["polygon"]
    console.print(
        either(
            f"{asked['area_mu']:,.2f} mu, {asked['area_ha']:,.4f} ha, {asked['area_m2']:,.1f} m², on the ellipsoid",
            f"{asked['area_mu']:,.2f} 亩，{asked['area_ha']:,.4f} 公顷，{asked['area_m2']:,.1f} 平方米（椭球面）",
        )
    )
    english = ("", "features", "area or length", "off by at most", "share")
    chinese = ("", "要素", "面积或长度", "面积至多差", "占比")
    names = chinese if spoken() == "zh" else english
    table = Table(*(Column(name, justify="right" if name else "left", no_wrap=bool(name)) for name in names), box=None)
    silent: dict[str, list[str]] = {"empty": [], "elsewhere": []}
    for row in account_rows(document, spoken()):
        if row["state"] in silent:
            silent[row["state"]].append(_title(row))
        else:
            table.add_row(*_account_cells(row), style="bold" if row["state"] == "total" else "")
    console.print(table)
    for state, en, zh in (
        ("empty", "nothing inside", "范围内没有要素"),
        ("elsewhere", "do not reach here", "数据未及此处"),
    ):
        if silent[state]:
            console.print(either(f"{en}: ", f"{zh}：") + either(", ", "、").join(silent[state]), soft_wrap=True)


def _account_cells(row: dict[str, Any]) -> tuple[str, ...]:
    area, off, share, length = row["area_mu"], row["area_off_m2"], row["share"], row["length_m"]
    mu = either("mu", "亩")
    named = (
        f"{_title(row)}  {_accuracy(row)}" if row["state"] == "total" else f"  {row['meaning'] or row['class'] or '—'}"
    )
    sizes = ([f"{area:,.2f} {mu}"] if area is not None else []) + ([f"{length:,.1f} m"] if length is not None else [])
    most = "" if area is None else "± ?" if off is None else f"±{off * 15 / 10_000:,.2f} {mu}"
    return named, f"{row['count']:,}", "\n".join(sizes), most, "" if share is None else f"{share:.1%}"


def _title(answer: dict[str, Any]) -> str:
    title = answer["title"]
    if isinstance(title, dict):
        title = title.get(spoken()) or title.get("zh") or ""
    return str(title or answer["layer"])


def _accuracy(answer: dict[str, Any]) -> str:
    accuracy = answer["accuracy_m"]
    return "±\N{NO-BREAK SPACE}?" if accuracy is None else f"±{three_digits(accuracy)}\N{NO-BREAK SPACE}m"
