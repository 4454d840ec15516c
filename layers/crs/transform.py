"""A way from one coordinate system to another, as a value: what it does to points, and how well it is known."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs.names import same_crs
from layers.errors import NoDatumOperation
from layers.frame import Bounds
from layers.sentences import listed, say

Floats = npt.NDArray[np.float64]
Kind = Literal["same", "projection", "identity", "epsg", "city", "approximate"]


@dataclass(frozen=True)
class Transform:
    """One way from a coordinate system to another, and how well it is known.

    ``accuracy_m`` is metres; 0 for a pure projection change, None when nobody states one. ``note`` says for the report
    why this operation was taken.
    """

    source: pyproj.CRS
    target: pyproj.CRS
    kind: Kind
    steps: tuple[str, ...]
    accuracy_m: float | None
    note: str
    apply: Callable[[Floats, Floats], tuple[Floats, Floats]] = field(repr=False, compare=False)
    area: BaseGeometry | None = field(default=None, repr=False, compare=False)
    """Where a city-supplied operation is valid, degrees; None: not said."""
    beyond: Callable[[Floats, Floats], tuple[Floats, Floats]] | None = field(default=None, repr=False, compare=False)
    """The same also outside the area, where ``apply`` refuses; None: ``apply`` refuses nowhere."""

    def points(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Bring east, north ordinates (units of the source CRS) to the target. Heights are never touched."""
        return self.apply(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))

    def geometry(self, geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Bring an array of shapely geometries to the target; Z and nulls are kept."""
        if self.kind == "same":
            return geometries
        has_z = bool(np.any(shapely.has_z(geometries)))
        coordinates = shapely.get_coordinates(geometries, include_z=has_z)
        moved = coordinates.copy()
        moved[:, 0], moved[:, 1] = self.points(coordinates[:, 0], coordinates[:, 1])
        result: npt.NDArray[Any] = shapely.set_coordinates(np.array(geometries, copy=True), moved)
        return result

    def bounds(self, bounds: Bounds, densify: int = 21) -> Bounds:
        """Return the box in the target around a box in the source, its edges densified because they bend."""
        along = np.linspace(0.0, 1.0, densify + 2)
        x = bounds.west + along * (bounds.east - bounds.west)
        y = bounds.south + along * (bounds.north - bounds.south)
        edge_x = np.concatenate([x, x, np.full_like(y, bounds.west), np.full_like(y, bounds.east)])
        edge_y = np.concatenate([np.full_like(x, bounds.south), np.full_like(x, bounds.north), y, y])
        east, north = self.points(edge_x, edge_y)
        if not (np.isfinite(east).all() and np.isfinite(north).all()):
            raise NoDatumOperation(
                say("box-not-expressible", tuple=tuple(bounds), source=self.source.name, target=self.target.name)
            )
        return Bounds(float(east.min()), float(north.min()), float(east.max()), float(north.max()))


def compose(first: Transform, second: Transform) -> Transform:
    """Join two transforms end to end; accuracies add in squares, an unknown one stays unknown."""
    if not same_crs(first.target, second.source):
        raise NoDatumOperation(say("operations-do-not-meet", target=first.target.name, source=second.source.name))
    if first.kind == "same":
        return second
    return first if second.kind == "same" else chain(first, second)


def chain(first: Transform, second: Transform) -> Transform:
    """Put two transforms one after the other, whatever their systems are called."""

    def apply(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return second.apply(*first.apply(x, y))

    known = [leg.accuracy_m for leg in (first, second) if leg.accuracy_m is not None]
    accuracy = float(np.hypot.reduce(np.array(known))) if len(known) == 2 else None
    kind: Kind = "approximate" if "approximate" in (first.kind, second.kind) else first.kind
    note = listed(leg.note for leg in (first, second) if leg.kind != "same")
    return Transform(first.source, second.target, kind, first.steps + second.steps, accuracy, note, apply)


def runner(transformer: pyproj.Transformer) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """Return a PROJ transformer as a function of two arrays."""

    def run(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        east, north = transformer.transform(x, y)
        return np.asarray(east), np.asarray(north)

    return run
