"""The Dask cluster that GEOSERVICE_DASK_SCHEDULER names: its workers as an executor, for baking and for imports."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from geoservice.errors import ClusterUnavailable
from layers.sentences import say

CONNECT_S = 30.0
"""How long a scheduler is knocked at: one that works hard answers late."""


@contextmanager
def dask_workers(address: str) -> Iterator[tuple[Executor, int]]:
    """Connect to a scheduler: an executor of its workers, and how many threads they have.

    Raises ClusterUnavailable.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT_S)
    except (OSError, TimeoutError) as error:
        raise ClusterUnavailable(say("dask-away", address=address, why=error)) from error
    with client:
        yield client.get_executor(pure=False), max(1, sum(client.nthreads().values()))
