"""Esri's JSON of features with true curves, which GDAL reads as nothing: a copy with lines instead is made for it.

A path of curves is a list of points and of segments that go from the point before to their own first point: ``c``
through a third point, ``a`` around a centre (with axes, an elliptic arc), ``b`` a Bézier curve with two control points
(Esri's geometry objects of its REST interface).
"""

import json
import math
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from importers.batch import Json, ReadOptions, Source
from importers.errors import UnreadableSource
from importers.vector.partial import as_part
from importers.vector.source import RECIPES, open_recipe
from importers.vector.wkb import MAX_POINTS_PER_ARC, MIN_STEP, Point, arc
from layers.crs.names import DEGREE_M
from layers.sentences import say
from layers.workplace import workplace

LARGEST = 128 << 20
"""Bytes of a file of curves, which is held whole while they become lines."""
CURVED = {"curvePaths": "paths", "curveRings": "rings"}
_CHUNK = 1 << 20
_DEGREES = 360.0


def open_esri_json(path: Path, options: ReadOptions) -> Source:
    """Open a file of Esri features.

    Raises:
        UnreadableSource: GDAL cannot read it, or a curve of it is damaged, or it has curves and is too large.
    """
    with ExitStack() as stack:
        readable, curves = path, 0
        if _has_curves(path):
            readable = stack.enter_context(workplace("esrijson")) / path.name
            curves = _write_lines(path, readable, options.tolerance_m)
        source = open_recipe(readable, RECIPES["Esri JSON"], options, encoding=None, crs=None, shown=path)
        stack.callback(source.close)
        notes = (say("esri-curves", count=curves),) if curves else ()
        layers = as_part(source.layers, path)
        return replace(source, path=path, layers=layers, notes=source.notes + notes, close=stack.pop_all().close)


def _has_curves(path: Path) -> bool:
    names = tuple(f'"{name}"'.encode() for name in CURVED)
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(_CHUNK):
            if any(name in before + chunk for name in names):
                return True
            before = chunk[-20:]
    return False


def _write_lines(path: Path, copy: Path, tolerance_m: float) -> int:
    """Write a copy whose curves are lines; returns how many features had some."""
    if path.stat().st_size > LARGEST:
        raise UnreadableSource(say("esri-curves-too-large", file=path.name, most=LARGEST >> 20))
    try:
        whole = json.loads(path.read_bytes().decode("utf-8-sig"))
        geometries = [feature.get("geometry") for feature in whole["features"]]
        curved = [shape for shape in geometries if isinstance(shape, dict) and not CURVED.keys().isdisjoint(shape)]
        for shape in curved:
            _straighten(shape, tolerance_m)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise UnreadableSource(say("esri-curves-damaged", file=path.name, error=repr(error))) from None
    copy.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return len(curved)


def _straighten(shape: Json, tolerance_m: float) -> None:
    for name in CURVED.keys() & shape.keys():
        paths = shape.pop(name)
        x, y = paths[0][0][:2] if paths and paths[0] else (0.0, 0.0)
        in_degrees = abs(x) <= _DEGREES and abs(y) <= _DEGREES
        tolerance = tolerance_m / DEGREE_M if in_degrees else tolerance_m
        shape[CURVED[name]] = [_line(path, tolerance) for path in paths]


def _line(path: Iterable[Any], tolerance: float) -> list[Point]:
    line: list[Point] = []
    for part in path:
        if isinstance(part, dict):
            ((kind, said),) = part.items()
            line += _SEGMENTS[kind](line[-1], said, tolerance)
        else:
            line.append(tuple(part))
    return line


def _through(start: Point, said: list[Any], tolerance: float) -> list[Point]:
    return arc(start, tuple(said[1]), tuple(said[0]), tolerance)


def _around(start: Point, said: list[Any], tolerance: float) -> list[Point]:
    """Follow an arc around a centre to its end: in a frame where both axes are equal it is one of a circle."""
    end, centre, clockwise = tuple(said[0]), np.array(said[1][:2], dtype=float), bool(said[3])
    rotation, axis, ratio = said[4:7] if len(said) >= 7 else (0.0, math.dist(start[:2], said[1][:2]), 1.0)
    cosine, sine = math.cos(rotation), math.sin(rotation)
    upright = np.array([[cosine, sine], [-sine, cosine]])
    first, last = (
        math.atan2(y / ratio, x) for x, y in (upright @ (np.array(point[:2]) - centre) for point in (start, end))
    )
    turn = (last - first) % (2 * math.pi) if start[:2] != end[:2] else 2 * math.pi
    if clockwise:
        turn = turn - 2 * math.pi if turn < 2 * math.pi else -turn

    def at(angle: float) -> Any:
        return centre + upright.T @ (axis * math.cos(first + angle), axis * ratio * math.sin(first + angle))

    return _sampled(start, end, turn, tolerance, axis, at)


def _sampled(
    start: Point, end: Point, turn: float, tolerance: float, radius: float, at: Callable[[float], Any]
) -> list[Point]:
    """Return points so dense that chords stay within the tolerance of an arc; Z runs evenly along it."""
    step = min(MIN_STEP, 2 * math.acos(1 - min(tolerance / radius, 1.0))) if radius > 0 else MIN_STEP
    count = min(max(math.ceil(abs(turn) / max(step, 1e-9)), 2), MAX_POINTS_PER_ARC)
    result: list[Point] = []
    for i in range(1, count):
        x, y = at(turn * i / count)
        along = (s + (e - s) * i / count for s, e in zip(start[2:], end[2:], strict=True))
        result.append((float(x), float(y), *along))
    return [*result, end]


def _bezier(start: Point, said: list[Any], tolerance: float) -> list[Point]:
    """Follow a cubic curve: a chord of 1/n of it strays less than |second difference| * 6 / 8 / n²."""
    end = tuple(said[0])
    nodes = np.array([start[:2], said[1][:2], said[2][:2], end[:2]], dtype=float)
    bend = max(np.linalg.norm(nodes[0] - 2 * nodes[1] + nodes[2]), np.linalg.norm(nodes[1] - 2 * nodes[2] + nodes[3]))
    count = min(max(math.ceil(math.sqrt(0.75 * bend / tolerance)), 2), MAX_POINTS_PER_ARC)
    result: list[Point] = []
    for t in (i / count for i in range(1, count)):
        weights = np.array([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
        along = (s + (e - s) * t for s, e in zip(start[2:], end[2:], strict=True))
        result.append((*map(float, weights @ nodes), *along))
    return [*result, end]


_SEGMENTS: dict[str, Callable[[Point, list[Any], float], list[Point]]] = {"c": _through, "a": _around, "b": _bezier}
