"""``geoservice domains``: the code lists of a layer's columns, shown and set."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from geoservice.commands.language import told
from geoservice.service import open_service
from geoservice.settings import Settings
from layers.errors import BadDomain
from layers.sentences import say

console = Console(highlight=False)


def domains(
    layer: Annotated[str, typer.Argument(help="the layer")],
    file: Annotated[
        Path | None,
        typer.Argument(
            help='JSON of code lists by column: {"DLBM": {"0101": "水田"}} or {"DLBM": ["0101"]}', exists=True
        ),
    ] = None,
) -> None:
    """Show a layer's code lists as JSON, or set them: coded columns then take no other value, and checks use them."""
    from layers.catalogue import find_layer
    from layers.domains import read_domains, store_domains
    from layers.views import ALL

    with open_service(Settings()) as service, service.database.session() as session:
        found = find_layer(session, layer, ALL)
        if file is None:
            print(json.dumps(dict(found.domains), ensure_ascii=False, indent=2))
            return
        try:
            document = json.loads(file.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise BadDomain(say("file-not-json", file=file.name, why=error)) from error
        lists = read_domains(document, found)
        store_domains(session, layer, lists)
        session.commit()
    done = say("domains-set", layer=layer, columns=", ".join(lists)) if lists else say("domains-none", layer=layer)
    console.print(told(done), markup=False)
