"""The command line: each command parses, calls a function the API calls too, and prints.

Heavy imports stand inside the commands, so that ``geoservice --help`` answers at once.
"""

import logging
import signal
import sys
from typing import Annotated, Literal

import typer
from rich.console import Console
from typer.main import get_command

from geoservice import __version__
from geoservice.commands import asking, backup, bake, data, domains, holdings, layers, serve, sheets, survey, tokens
from geoservice.commands.language import choose_from, choose_language, spoken, told
from geoservice.commands.usage import run_in_chinese
from geoservice.wording.titles import command_title_of
from layers.errors import GeoError
from layers.sentences import reason

app = typer.Typer(
    help="A city's natural-resource and geography base: importers, tiles and features on one frame.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (serve, data, backup):
    app.registered_commands.extend(module.app.registered_commands)
    app.registered_groups.extend(module.app.registered_groups)
app.add_typer(tokens.app, name="token", help="Make, list and revoke the tokens that writing and private layers need.")
app.add_typer(
    survey.datum, name="datum", help="The city's own datum parameters: fit them, add them, list their quality."
)
app.add_typer(layers.layers, name="layers")
app.command("what-is-here")(asking.what_is_here)
app.command("what-is-inside")(asking.what_is_inside)
app.command("bake")(bake.bake)
app.command("sheet", help="Map sheets of GB/T 13989 and the city's square ones: by code, point or box.")(sheets.sheet)
app.command("holdings")(holdings.holdings_command)
app.command("export")(sheets.export_command)
app.command("domains")(domains.domains)


@app.callback()
def speak(
    language: Annotated[
        Literal["en", "zh"] | None,
        typer.Option(help="language of help, reports and errors; unset: as GEOSERVICE_LANGUAGE, LC_ALL or LANG say"),
    ] = None,
) -> None:
    """A city's natural-resource and geography base: importers, tiles and features on one frame."""
    choose_language(language)  # also to unset it: one process may run several, as the tests do


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    """Run the command line: a mistake is one sentence on stderr and exit status 1, never a traceback.

    One that is told to end, or whose terminal is closed, undoes what it had begun and stops the private database that
    it started. Who asked for SIGHUP to be ignored (nohup) has it so.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("alembic", "rasterio", "pyogrio", "ezdxf"):  # what GDAL signals is told in the report or the refusal
        logging.getLogger(noisy).setLevel(logging.WARNING)
    choose_from(sys.argv[1:])
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _end)
    try:
        if spoken() == "zh":
            run_in_chinese(get_command(app))
        else:
            app(prog_name="geoservice")
    except GeoError as error:
        title = command_title_of(type(error), spoken())
        Console(stderr=True, soft_wrap=True, highlight=False).print(
            f"[bold red]{title}{'：' if spoken() == 'zh' else ': '}[/]", told(reason(error)), sep="", markup=True
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _end(number: int, frame: object) -> None:
    signal.signal(number, signal.SIG_DFL)  # who says it twice means at once
    sys.exit(128 + number)
