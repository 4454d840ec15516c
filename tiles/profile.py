"""INTERIM (lead)."""

from layers.catalogue import Layer
from layers.storage import Storage


def point_values(layer: Layer, storage: Storage, lon: float, lat: float) -> tuple[float | None, ...]:
    return ()
