"""Heights of drawn features: the one height of each, none where all are zero, those of contours in extended data."""

import json
import re
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from importers.drawing.cass import Meaning
from layers.sentences import say

Objects = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

LINES_OF_HEIGHT = ("7101", "7102")
"""Codes of contours and of depth contours begin so (GB/T 13923)."""
LOWEST, HIGHEST = -500.0, 9000.0
_NUMBER = re.compile(r"[+-]?\d{1,4}(\.\d+)?")


def elevations(geometries: Objects) -> Floats:
    """Return the one height of each geometry, NaN where it has none or several."""
    result = np.full(len(geometries), np.nan)
    coordinates, index = shapely.get_coordinates(geometries, include_z=True, return_index=True)
    if len(index) == 0:
        return result
    starts = np.concatenate([[0], np.flatnonzero(np.diff(index)) + 1])
    z = np.nan_to_num(coordinates[:, 2], nan=0.0)
    low, high = np.minimum.reduceat(z, starts), np.maximum.reduceat(z, starts)
    one = (high - low < 1e-9) & (low != 0)
    result[index[starts][one]] = low[one]
    return result


def flat_where_no_height(geometries: Objects) -> Objects:
    """Drop Z from geometries all of whose heights are zero: a flat drawing is not a drawing at sea level."""
    high = np.zeros(len(geometries), dtype=bool)
    coordinates, index = shapely.get_coordinates(geometries, include_z=True, return_index=True)
    np.logical_or.at(high, index, np.nan_to_num(coordinates[:, 2], nan=0.0) != 0)
    flat = np.array(geometries, copy=True)
    flat[~high] = shapely.force_2d(geometries[~high])
    return flat


def contours_raised(geometries: Objects, meanings: list[Meaning | None], xdata: Objects, done: Counter[str]) -> Objects:
    """Give contours drawn flat the height (metres) in their extended data: the one number that stands beside a code."""
    flat = np.flatnonzero(~shapely.has_z(geometries))
    raised = geometries
    for i in flat.tolist():
        meaning = meanings[i]
        if meaning is None or not meaning.gb_code.startswith(LINES_OF_HEIGHT) or not xdata[i]:
            continue
        height = _one_number(xdata[i])
        if height is not None:
            raised = geometries.copy() if raised is geometries else raised
            raised[i] = shapely.force_3d(geometries[i], height)
            done[say("contour-height-xdata")] += 1
    return raised


def _one_number(xdata: str) -> float | None:
    """Return the number in an entity's extended data that can be a height, None when there is none or several."""
    values = [value for listed in json.loads(xdata).values() for value in listed]
    numbers = [
        float(value)
        for value in values
        if isinstance(value, float) or (isinstance(value, str) and _NUMBER.fullmatch(value.strip()))
    ]
    fitting = {number for number in numbers if LOWEST < number < HIGHEST and number != 0}
    return fitting.pop() if len(fitting) == 1 else None
