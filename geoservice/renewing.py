"""Behind every edit: the dissolved small scales of its layer are renewed (``layers.level.renewal``) in a thread.

Every process that hears of an edit tries, whoever made it; the database lets one of them do it. What a process that
died has left is found by the next that starts. Until it is done, tiles show edited features over the classes as they
were.
"""

import asyncio
import logging
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from geoservice.database import Database
from layers.catalogue import Catalogue
from layers.errors import GeoError
from layers.level.renewal import RenewalStopped, renew

log = logging.getLogger("geoservice.renewal")


class Renewer:
    """One layer at a time; used from the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, tuple[int, int]] = {}
        self._tried: dict[str, tuple[int, int]] = {}
        self._task: asyncio.Task[None] | None = None
        self._stop = threading.Event()

    def notice(self, catalogue: Catalogue) -> None:
        """Look for layers whose small scales lag behind; each state of a layer is tried once."""
        for name, layer in catalogue.layers.items():
            version = layer.version
            state = version.id, version.edited.newest
            if version.revision and version.lags and version.is_renewable and self._tried.get(name) != state:
                self._waiting[name] = state
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Stop after the piece of ground that is being renewed; nothing of the layer is changed then."""
        self._stop.set()
        if self._task is not None:
            await self._task

    async def _work(self) -> None:
        while self._waiting and not self._stop.is_set():
            name, state = self._waiting.popitem()
            self._tried[name] = state
            await asyncio.to_thread(self._renew, name)

    def _renew(self, name: str) -> None:
        began = time.perf_counter()
        try:
            with self._database.session() as session:
                if renew(session, name, self._stop.is_set):
                    session.commit()
                    log.info("small scales of layer %s renewed in %.2f s", name, time.perf_counter() - began)
        except RenewalStopped:
            pass  # the next process that starts goes on
        except (GeoError, SQLAlchemyError):
            log.exception("small scales of layer %s could not be renewed; they show edits drawn over", name)
