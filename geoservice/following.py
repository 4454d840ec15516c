"""The catalogue a process holds follows the database: read anew when it changes, and before who changed it is told.

Whoever has been answered that a layer was changed finds it changed, at least from the process that answered; the others
hear of it a moment later.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

from fastapi import FastAPI

from geoservice.database import Database
from layers.catalogue import Catalogue, find_layer, load_catalogue
from layers.errors import LayerNotFound
from layers.layer import Layer
from layers.views import ALL


async def renew(app: FastAPI, edited: str = "") -> None:
    """Read the catalogue anew, or of it the one layer that was edited; requests under way keep the one they have.

    One reading waits for the other: what was read first never takes the place of what was read later.
    """
    async with app.state.reading:
        reading = asyncio.ensure_future(asyncio.to_thread(_read, app.state.database, app.state.catalogue, edited))
        try:
            read = await asyncio.shield(reading)
        except asyncio.CancelledError:
            await reading  # its thread holds a connection, which must come back before the engine is closed
            raise
        known: Catalogue = app.state.catalogue
        app.state.catalogue = known.with_edits(read) if isinstance(read, Layer) else read.after(known)
        app.state.renewer.notice(app.state.catalogue)


async def know(app: FastAPI, published: Iterable[tuple[str, int]]) -> None:
    """See to it that this process knows versions that were published, name and number, where they still exist."""
    layers: Mapping[str, Layer] = app.state.catalogue.layers
    if any(name not in layers or number not in layers[name].versions for name, number in published):
        await renew(app)


def _read(database: Database, known: Catalogue, edited: str) -> Catalogue | Layer:
    with database.session() as session:
        if edited:
            with suppress(LayerNotFound):  # removed since, of which we are told too
                return find_layer(session, edited, ALL)
        return load_catalogue(session, known)
