"""Who asks, of which layers, and how long an answer may take: what every question works with.

A question's statements end with it: a task that is cancelled cancels the statement it waits for, and tells work in a
thread to stop at its next step.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import psycopg

from geoservice.database import Database
from geoservice.database.reader import took_too_long
from geoservice.errors import TookTooLong
from layers.catalogue import Catalogue
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import either, say
from layers.storage import Storage
from layers.tables import Statement
from layers.views import View

P = ParamSpec("P")
T = TypeVar("T")

MOST_LAYERS = 200


class Stopped(Exception):
    """Raised inside a thread whose question nobody waits for any more."""


@dataclass
class Asking:
    """The parts a question needs. ``srid`` is the frame's storage CRS.

    ``seconds`` bounds each statement; ``progress`` is told the share done.
    """

    catalogue: Catalogue
    view: View
    database: Database
    storage: Storage
    threads: Executor | None
    srid: int
    seconds: float = 60.0
    progress: Callable[[float, str], None] = lambda share, message: None
    _stop: threading.Event = field(default_factory=threading.Event)

    def layer(self, name: str, *kinds: str) -> Layer:
        """Return a layer the caller may see.

        Raises:
            LayerNotFound: there is none, or it is not for the caller.
            BadQuery: it is of another kind.
        """
        layer = self.catalogue.find(name, self.view)
        if kinds and layer.kind not in kinds:
            raise BadQuery(
                say(
                    "analysis-kind",
                    layer=name,
                    kind=say(f"kind-{layer.kind}"),
                    wanted=either(say(f"kind-{kind}") for kind in kinds),
                ),
                "layer",
            )
        return layer

    def layers(self, names: Sequence[str] | None, box: Bounds) -> list[Layer]:
        """Return the layers named, or all that the caller may see and that meet a box in degrees.

        Raises:
            LayerNotFound: one is not there.
            BadQuery: too many are named.
        """
        if names:
            if len(names) > MOST_LAYERS:
                raise BadQuery(say("analysis-layers", most=MOST_LAYERS), "layers")
            return [self.catalogue.find(name.strip(), self.view) for name in dict.fromkeys(names)]
        visible = self.catalogue.visible(self.view)
        return [layer for layer in visible if layer.version.extent and layer.version.extent.intersects(box)]

    async def rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Run a statement within the time a question has.

        Raises:
            TookTooLong: it was not done in time.
        """
        limit = int(self.seconds * 1000)
        async with self.database.connection() as connection, connection.transaction():
            # The plan shall know the polygon: a plan for any polygon reads a whole layer for the smallest one.
            await connection.execute(f"SET LOCAL statement_timeout = {limit}; SET LOCAL plan_cache_mode = auto")
            try:
                cursor = await connection.execute(statement.text, statement.params)
                return await cursor.fetchall()
            except psycopg.Error as error:
                if took_too_long(error):
                    raise TookTooLong(too_long(self.seconds)) from error
                raise

    async def work(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function in a thread; when the task is cancelled, `step` stops it."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.threads, lambda: function(*args, **kwargs))
        except asyncio.CancelledError:
            self._stop.set()
            raise

    def step(self, share: float) -> None:
        """Say how far the work in a thread is.

        Raises:
            Stopped: nobody waits for it any more.
        """
        if self._stop.is_set():
            raise Stopped
        self.progress(share, "")


def too_long(seconds: float) -> str:
    """Return the sentence for a question that was not answered in time."""
    return (
        f"this takes longer than the {seconds:.0f} seconds allowed; ask for a smaller area or fewer layers, or "
        "asynchronously (Prefer: respond-async)"
    )


def about(layer: Layer) -> dict[str, Any]:
    """Return what an answer says of its layer: name, kind, title, department, version, accuracy, largest scale."""
    facts = layer.version.facts
    return {
        "layer": layer.name, "kind": layer.kind, "title": layer.title, "department": layer.department,
        "version": layer.version.number, "accuracy_m": facts.accuracy_m, "largest_scale": facts.largest_scale,
    }  # fmt: skip
