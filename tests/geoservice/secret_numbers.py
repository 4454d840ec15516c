"""Invented datum parameters, the records that hold them, and the texts and bytes that would give one away."""

import math
import re
import struct
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from importers.datum.helmert import BursaWolf, PlaneSimilarity, shift_degrees
from layers.crs.names import parse_crs
from tests.importers.grids import ntv2

PLANE = {"dx": -117.31613, "dy": 58.74717, "scale_ppm": 4.91929, "rotation_arcsec": 1.83738}
FAR = PLANE | {"dx": -118.46924, "dy": 57.35826}
SEVEN = {
    "dx": -21.34313, "dy": 71.72717, "dz": 38.96919,
    "rx": 1.86838, "ry": -0.74737, "rz": 2.53635, "scale_ppm": 1.19291,
}  # fmt: skip
"""Invented numbers, near nothing in China."""
GRID = {"north": 3.61729, "east": 7.28351}
"""Seconds by which every node of the grid is shifted; the format holds them as 32-bit floats."""
AREA = {"type": "Polygon", "coordinates": [[[114.8, 33.7], [116.7, 33.7], [116.7, 34.9], [114.8, 34.9], [114.8, 33.7]]]}
ARCSECOND = math.pi / 180 / 3600
SPOT = (375_000.0, 3_813_000.0)
TOWGS84 = "TOWGS84[{dx},{dy},{dz},{rx},{ry},{rz},{scale_ppm}]".format(**SEVEN)


def plane(name: str, source: int, numbers: dict[str, float]) -> dict[str, Any]:
    """Return a set of four parameters, whose check point agrees."""
    east, north = PlaneSimilarity(*numbers.values(), "north_east")(np.array([SPOT[0]]), np.array([SPOT[1]]))
    return {
        "id": name, "method": "plane4", "source": f"EPSG:{source}", "target": "EPSG:4548", "area": AREA,
        "parameters": numbers | {"axes": "north_east"}, "supplier": "测绘院", "date": "2021-06-01",
        "check": [{"source": SPOT, "target": [float(east[0]), float(north[0])], "tolerance_m": 0.05}],
        "quality": {"rmse_m": 0.031, "check_rmse_m": 0.046, "points": 9, "check_points": 3},
    }  # fmt: skip


def seven(**changes: Any) -> dict[str, Any]:
    """Return the set of seven parameters; its check point agrees as long as nothing is changed."""
    n = SEVEN
    shift = BursaWolf((n["dx"], n["dy"], n["dz"]), (n["rx"], n["ry"], n["rz"]), n["scale_ppm"])
    lon, lat = shift_degrees(shift, parse_crs(4214), parse_crs(4490), np.array([115.65]), np.array([34.44]))
    return {
        "id": "bj54", "method": "helmert7", "source": "EPSG:4214", "target": "EPSG:4490", "area": AREA,
        "parameters": SEVEN | changes | {"convention": "coordinate_frame"},
        "check": {"source": [115.65, 34.44], "target": [float(lon[0]), float(lat[0])], "tolerance_m": 0.05},
    }  # fmt: skip


def grid(folder: Path) -> dict[str, Any]:
    """Write a grid of shifts into a folder and return its record."""
    ntv2(folder / "city.gsb", GRID["north"], -GRID["east"])
    lon, lat = 115.65 + GRID["east"] / 3600, 34.44 + GRID["north"] / 3600
    return {
        "id": "taiwan-grid", "method": "ntv2", "source": "EPSG:4236", "target": "EPSG:4490", "area": AREA,
        "parameters": {"grid": "city.gsb"}, "quality": {"check_rmse_m": 0.046, "check_points": 3},
        "check": {"source": [115.65, 34.44], "target": [lon, lat], "tolerance_m": 0.05},
    }  # fmt: skip


def pieces() -> dict[str, Any]:
    """Return a piecewise set over the one called ``new-west``."""
    return {
        "id": "counties", "method": "piecewise", "source": "EPSG:4796", "target": "EPSG:4548",
        "pieces": [{"polygon": AREA, "use": "new-west"}], "check": plane("x", 4796, FAR)["check"],
    }  # fmt: skip


def control() -> str:
    """Return control points of the four parameters, as a CSV."""
    rows = ["name,source_east,source_north,target_east,target_north,use"]
    similarity = PlaneSimilarity(*PLANE.values(), "north_east")
    for i in range(12):
        e, n = SPOT[0] + 9000 * (i % 4), SPOT[1] + 7000 * (i // 4)
        te, tn = similarity(np.array([e]), np.array([n]))
        rows.append(f"P{i},{e},{n},{te[0]:.4f},{tn[0]:.4f},{'check' if i > 9 else ''}")
    return "\n".join(rows)


@lru_cache
def spellings() -> re.Pattern[str]:
    """Return what finds a parameter in a text: in its unit and others, whole, rounded, with an exponent."""
    found = set()
    for numbers in (PLANE, FAR, SEVEN, GRID):
        for name, number in numbers.items():
            turned = name in ("rx", "ry", "rz", "rotation_arcsec", "north", "east")
            values = [number, number * ARCSECOND, number / 3600] if turned else [number]
            values += [number * 1e-6, 1 + number * 1e-6] if name == "scale_ppm" else []
            for value in map(abs, values):
                if value < 0.001 or value > 1000:
                    found |= {f"{value:.{digits}e}".split("e")[0] for digits in range(4, 10)}
                else:
                    shown = {f"{value:.{digits}f}" for digits in range(2, 12)} | {repr(value)}
                    found |= {text for text in shown if len(text.replace(".", "").lstrip("0")) >= 4}
                    found |= {f"{value:.{digits}e}".split("e")[0] for digits in range(4, 10)}
    return re.compile(rf"(?<![\d.])(?:{'|'.join(map(re.escape, sorted(found)))})(?!\d)")


def packed() -> list[bytes]:
    """Return the numbers as floats of 64 and 32 bits, as a dump shows bytes and as a file holds them."""
    numbers = [number for table in (PLANE, FAR, SEVEN, GRID) for number in table.values()]
    forms = ("<d", ">d", "<f", ">f")
    return [struct.pack(form, sign * number) for number in numbers for form in forms for sign in (1, -1)]
