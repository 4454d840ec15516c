"""The largest map scale that data can honestly be used at, by the survey specifications.

Imagery: a ground pixel of 0.1 mm at map scale and, where a check-point error is given, 0.5 mm at map scale. Elevation:
the grid spacing and height error of the scale's DEM specification on flat ground. Vectors: 0.5 mm at map scale. Many
numbers of the specifications could not be checked against the paper standards, so all of them stand in ``ScaleRules``,
which a city replaces from a JSON file. Resampling finer never raises the answer: give the native cell size.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from layers.errors import GeoError
from layers.figures import three_digits
from layers.frame import SCALES, Text
from layers.sentences import say

Terrain = Literal["flat", "hill"]

METRES_PER_DEGREE_NORTH = 110_900.0
METRES_PER_DEGREE_EAST = 111_320.0
"""Along the equator; multiply by the cosine of the latitude."""


class BadScaleRules(GeoError):
    """The file of scale rules cannot be used."""


@dataclass(frozen=True)
class ScaleRules:
    """The numbers behind the rules; metres unless said otherwise.

    ``pixel_mm`` and ``error_mm`` are millimetres on the map. ``dem_grid`` gives the largest cell of each scale,
    ``dem_error_flat`` and ``dem_error_hill`` the largest height RMSE of each scale (grade 3 of the specification).
    ``flag_mm``, ``refuse_mm``: a datum step's RMSE in millimetres at map scale above which data of a scale is flagged
    or may not be called that scale.
    """

    denominators: tuple[int, ...] = tuple(sorted(SCALES))
    pixel_mm: float = 0.1
    error_mm: float = 0.5
    flag_mm: float = 0.1
    refuse_mm: float = 0.5
    dem_grid: Mapping[int, float] = field(
        default_factory=lambda: {
            500: 0.5,
            1_000: 1.0,
            2_000: 2.0,
            5_000: 2.5,
            10_000: 5.0,
            25_000: 10.0,
            50_000: 25.0,
            100_000: 50.0,
            250_000: 100.0,
        }
    )
    dem_error_flat: Mapping[int, float] = field(
        default_factory=lambda: {
            500: 0.37,
            1_000: 0.37,
            2_000: 0.75,
            5_000: 1.0,
            10_000: 1.0,
            25_000: 3.0,
            50_000: 6.0,
            100_000: 12.0,
        }
    )
    dem_error_hill: Mapping[int, float] = field(
        default_factory=lambda: {
            500: 0.75,
            1_000: 1.05,
            2_000: 1.05,
            5_000: 2.5,
            10_000: 2.5,
            25_000: 5.0,
            50_000: 10.0,
            100_000: 20.0,
        }
    )


NATIONAL = ScaleRules()


@dataclass(frozen=True)
class UsableScale:
    """The answer: 1:``denominator`` at most, or None when no scale of the series fits; and why, in both languages."""

    denominator: int | None
    why: Text
    accuracy_stated: bool

    def to_text(self) -> str:
        """Return the English sentence."""
        return self.why["en"]


def load_rules(path: Path) -> ScaleRules:
    """Read rules from JSON: any of the fields of ``ScaleRules``, tables as objects; the rest stays national.

    Raises:
        BadScaleRules: unknown name, or a value that is not a positive number.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        known = {f.name for f in fields(ScaleRules)}
        if not isinstance(given, dict) or set(given) - known:
            raise BadScaleRules(say("scale-rules-expected", file=path.name, known=", ".join(sorted(known))))
        return replace(NATIONAL, **{name: _checked(name, value) for name, value in given.items()})
    except (OSError, UnicodeDecodeError, ValueError, TypeError) as error:
        raise BadScaleRules(say("file-error", file=path.name, error=error)) from error


def _checked(name: str, value: Any) -> Any:
    if name == "denominators":
        return tuple(sorted(int(item) for item in value))
    if isinstance(value, dict):
        return {int(scale): _positive(number) for scale, number in value.items()}
    return _positive(value)


def _positive(value: Any) -> float:
    number = float(value)
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{value!r} is not a positive number")
    return number


def ground_pixel(width: float, height: float, latitude: float, kind: Literal["metric", "mercator", "degrees"]) -> float:
    """Return the coarser side of a pixel in true ground metres.

    ``width`` and ``height`` are in units of the CRS: metres of a metric CRS, metres of Web Mercator (which are
    1/cos(latitude) too long), or degrees.
    """
    narrow = math.cos(math.radians(latitude))
    if kind == "mercator":
        width, height = width * narrow, height * narrow
    elif kind == "degrees":
        width, height = width * METRES_PER_DEGREE_EAST * narrow, height * METRES_PER_DEGREE_NORTH
    return max(abs(width), abs(height))


def scale_of_imagery(pixel_m: float, rmse_m: float | None = None, rules: ScaleRules = NATIONAL) -> UsableScale:
    """Return the largest scale imagery supports: ground pixel in metres, check-point RMSE in metres if known."""
    needed = pixel_m / (rules.pixel_mm / 1000)
    if rmse_m is not None:
        needed = max(needed, rmse_m / (rules.error_mm / 1000))
    return _answer(
        _at_least(needed, rules), f"{_metres(pixel_m)} ground pixel", f"地面分辨率{_metres(pixel_m)}", rmse_m
    )


def scale_of_elevation(
    cell_m: float, rmse_m: float | None = None, terrain: Terrain = "flat", rules: ScaleRules = NATIONAL
) -> UsableScale:
    """Return the largest scale a height grid supports: native cell and height RMSE in metres."""
    errors = rules.dem_error_flat if terrain == "flat" else rules.dem_error_hill
    fits = (
        scale
        for scale, grid in sorted(rules.dem_grid.items())
        if _within(cell_m, grid) and (rmse_m is None or _within(rmse_m, errors.get(scale, math.inf)))
    )
    return _answer(next(fits, None), f"{_metres(cell_m)} grid", f"格网间距{_metres(cell_m)}", rmse_m)


def scale_of_vectors(accuracy_m: float | None, rules: ScaleRules = NATIONAL) -> UsableScale:
    """Return the largest scale vector data supports by its planimetric accuracy (metres); None: not stated."""
    if accuracy_m is None:
        why = {"en": "accuracy not stated: no scale can be vouched for", "zh": "未说明精度，无法保证可用比例尺"}
        return UsableScale(None, why, False)
    scale = _at_least(accuracy_m / (rules.error_mm / 1000), rules)
    return _answer(scale, f"{_metres(accuracy_m)} position error", f"平面中误差{_metres(accuracy_m)}", accuracy_m)


def gate_of_transform(
    rmse_m: float, denominator: int, rules: ScaleRules = NATIONAL
) -> Literal["pass", "flag", "refuse"]:
    """Say whether data of a scale keeps its scale through a datum step of this RMSE (metres)."""
    if not _within(rmse_m, rules.refuse_mm / 1000 * denominator):
        return "refuse"
    return "pass" if _within(rmse_m, rules.flag_mm / 1000 * denominator) else "flag"


def _at_least(needed: float, rules: ScaleRules) -> int | None:
    return next((scale for scale in rules.denominators if _within(needed, scale)), None)


def _within(value: float, limit: float) -> bool:
    """Compare with a millionth of tolerance: 0.2 / 0.0001 must not miss 2000."""
    return value <= limit * (1 + 1e-6)


def _metres(value: float) -> str:
    return f"{three_digits(value)} m" if value < 1000 else f"{value:.0f} m"


def _answer(scale: int | None, what: str, what_zh: str, rmse_m: float | None) -> UsableScale:
    label = "no scale of the national series" if scale is None else f"1:{scale:,} at most".replace(",", " ")
    label_zh = "不适合国家系列比例尺中的任何一种" if scale is None else f"最大可用比例尺1:{scale}"
    if rmse_m is None:
        why = {
            "en": f"{what}: resolution supports {label}; accuracy not stated",
            "zh": f"{what_zh}：按分辨率{label_zh}；精度未说明",
        }
    else:
        why = {
            "en": f"{what}, RMSE {_metres(rmse_m)}: supports {label}",
            "zh": f"{what_zh}，中误差{_metres(rmse_m)}：{label_zh}",
        }
    return UsableScale(scale, why, rmse_m is not None)
