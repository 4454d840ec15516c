"""The catalogue a process holds follows the database: read anew when it changes, and before who changed it is told.

Whoever has been answered that a layer was changed finds it changed, at least from the process that answered; the others
hear of it a moment later.
"""

import asyncio
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


async def know(app: FastAPI, name: str, number: int) -> None:
    """See to it that this process knows a version that was published, where it still exists."""
    layer = app.state.catalogue.layers.get(name)
    if layer is None or number not in layer.versions:
        await renew(app)


def _read(database: Database, known: Catalogue, edited: str) -> Catalogue | Layer:
    with database.session() as session:
        if edited:
            with suppress(LayerNotFound):  # removed since, of which we are told too
                return find_layer(session, edited, ALL)
        return load_catalogue(session, known)
