"""Fits against known shifts, against refits without a point, and against tables of the F distribution."""

import io
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from importers.datum.control import BadControl, Control, read_control
from importers.datum.fit import fit
from importers.datum.fit_plot import plot_png, plot_svg
from importers.datum.helmert import BursaWolf, EarthCentred, PlaneSimilarity
from importers.datum.least_squares import solve
from importers.datum.registry import load_registry, save_registry
from importers.datum.significance import f_tail
from layers.crs.names import parse_crs

TRUE = {"dx": 117.31313, "dy": -58.71717, "scale_ppm": 4.91919, "rotation_arcsec": 1.83838}
HEADER = "name,source_east,source_north,target_east,target_north"
SEVEN = {
    "dx": -21.31313,
    "dy": 71.71717,
    "dz": 38.91919,
    "scale_ppm": 1.19191,
    "rx": 1.83838,
    "ry": -0.73737,
    "rz": 2.53535,
}


def plane_control(n: int = 12, noise: float = 0.0, checks: int = 0, seed: int = 1) -> Control:
    rng = np.random.default_rng(seed)
    source = np.column_stack([rng.uniform(310_000, 460_000, n), rng.uniform(3_740_000, 3_850_000, n), np.zeros(n)])
    east, north = PlaneSimilarity(**TRUE, axes="north_east")(source[:, 0], source[:, 1])
    target = np.column_stack([east, north, np.zeros(n)])
    target[:, :2] += rng.normal(0, noise, (n, 2)) if noise else 0
    return Control(tuple(f"P{i}" for i in range(n)), source, target, np.arange(n) >= n - checks)


def helmert_control(n: int = 15, noise: float = 0.0, seed: int = 2) -> Control:
    rng = np.random.default_rng(seed)
    source = np.column_stack([rng.uniform(113, 118, n), rng.uniform(32, 36, n), rng.uniform(20, 900, n)])
    shift = BursaWolf(
        (SEVEN["dx"], SEVEN["dy"], SEVEN["dz"]), (SEVEN["rx"], SEVEN["ry"], SEVEN["rz"]), SEVEN["scale_ppm"]
    )
    xyz = np.array(shift(*EarthCentred.of(parse_crs(4214)).to_geocentric(*source.T)))
    xyz += rng.normal(0, noise, xyz.shape) if noise else 0
    target = np.column_stack(EarthCentred.of(parse_crs(4490)).to_geodetic(*xyz))
    return Control(tuple(f"P{i}" for i in range(n)), source, target, np.zeros(n, dtype=bool), True)


def test_four_exact_parameters_come_back() -> None:
    found = fit(plane_control(), "plane4", 2384, 4548)
    for name, value in TRUE.items():
        assert found.parameters[name] == pytest.approx(value, abs=2e-6), name
    assert found.rmse_m < 1e-7
    assert found.outliers == ()


def test_seven_exact_parameters_come_back() -> None:
    found = fit(helmert_control(), "helmert7", 4214, 4490)
    for name, value in SEVEN.items():
        assert found.parameters[name] == pytest.approx(value, abs=2e-5), name
    assert found.rmse_m < 1e-6


def test_projected_points_fit_seven_parameters_as_their_degrees_do() -> None:
    control = helmert_control(noise=0.05)
    from layers.crs.operations import find_transform

    planes = [
        np.column_stack([*find_transform(parse_crs(a), parse_crs(b)).points(side[:, 0], side[:, 1]), side[:, 2]])
        for a, b, side in ((4214, 2436, control.source), (4490, 4509, control.target))
    ]
    by_degrees = fit(control, "helmert7", 4214, 4490)
    by_planes = fit(replace(control, source=planes[0], target=planes[1]), "helmert7", 2436, 4509)
    assert by_planes.parameters == pytest.approx(by_degrees.parameters, abs=1e-3)
    assert by_planes.rmse_m == pytest.approx(by_degrees.rmse_m, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_with_noise_the_truth_lies_within_four_standard_errors_and_sigma_is_the_noise(seed: int) -> None:
    plane = fit(plane_control(40, 0.05, seed=seed), "plane4", 2384, 4548)
    for name, value in TRUE.items():
        assert abs(plane.parameters[name] - value) < 4 * plane.sigmas[name], name
    assert plane.sigma_m == pytest.approx(0.05, rel=0.35)
    seven = fit(helmert_control(40, 0.05, seed=seed), "helmert7", 4214, 4490)
    for name, value in SEVEN.items():
        assert abs(seven.parameters[name] - value) < 4 * seven.sigmas[name], name
    assert seven.sigma_m == pytest.approx(0.05, rel=0.35)


@pytest.mark.parametrize("method", ["plane4", "helmert7"])
def test_the_predicted_error_is_what_refits_without_each_point_give(method: str) -> None:
    control, crs = (
        (plane_control(8, 0.1), (2384, 4548)) if method == "plane4" else (helmert_control(8, 0.1), (4214, 4490))
    )
    errors = []
    for i in range(8):
        without = replace(control, is_check=np.arange(8) == i)
        errors.append(fit(without, method, *crs).check_rmse_m)  # type: ignore[arg-type]
    found = fit(control, method, *crs)  # type: ignore[arg-type]
    assert found.predicted_rmse_m == pytest.approx(math.sqrt(np.mean(np.square(errors))), rel=1e-4)  # type: ignore[arg-type]


def test_check_points_have_no_say_in_the_fit() -> None:
    control = plane_control(12, 0.03, checks=4)
    moved = replace(control, target=control.target + np.where(control.is_check, 5.0, 0.0)[:, None])
    first, second = fit(control, "plane4", 2384, 4548), fit(moved, "plane4", 2384, 4548)
    assert first.parameters == second.parameters
    assert first.check_rmse_m == pytest.approx(0.04, abs=0.04)
    assert second.check_rmse_m == pytest.approx(5 * math.sqrt(2), rel=0.02)


@pytest.mark.parametrize(("method", "crs"), [("plane4", (2384, 4548)), ("helmert7", (4214, 4490))])
def test_one_wrong_point_is_named_and_no_other(method: str, crs: tuple[int, int]) -> None:
    control = plane_control(14, 0.03) if method == "plane4" else helmert_control(14, 0.03)
    assert fit(control, method, *crs).outliers == ()  # type: ignore[arg-type]
    target = control.target.copy()
    target[5, 0] += 0.6 if method == "plane4" else 0.6 / 91_900
    found = fit(replace(control, target=target), method, *crs)  # type: ignore[arg-type]
    assert found.outliers == ("P5",)
    assert any("P5" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("value", "above", "below", "chance"),
    [(4.103, 2, 10, 0.05), (4.938, 3, 20, 0.01), (161.45, 1, 1, 0.05), (3.841, 1, 1e7, 0.05), (1.0, 5, 5, 0.5)],
)
def test_the_f_distribution_is_that_of_the_tables(value: float, above: float, below: float, chance: float) -> None:
    assert f_tail(value, above, below) == pytest.approx(chance, rel=2e-3)


def test_a_residual_is_called_as_unlikely_as_it_is() -> None:
    """Of points without a mistake one in twenty is called unlikelier than that: the degrees of freedom are right."""
    rng = np.random.default_rng(7)
    design = np.stack([np.array([[1, 0, x, -y], [0, 1, y, x]]) for x, y in rng.uniform(-1, 1, (5, 2))])
    rare = 0
    for _ in range(1500):
        chance = solve(design, rng.normal(0, 1, (5, 2))).outlier_chances()[0]
        assert chance is not None
        rare += chance / 5 < 0.05
    assert 0.035 < rare / 1500 < 0.065


def test_the_result_goes_into_the_registry_and_comes_back_as_a_transform(tmp_path: Path) -> None:
    control = plane_control(10, 0.02, checks=3)
    plane = fit(control, "plane4", 2384, 4548)
    seven = fit(helmert_control(10, 0.02), "helmert7", 4214, 4490)
    save_registry(tmp_path / "d.json", [plane.to_record("p", "city", "2026-01-01"), seven.to_record("h")])
    p, h = load_registry(tmp_path / "d.json").entries
    x, y = p.transform.points(control.source[:, 0], control.source[:, 1])
    assert np.hypot(x - control.target[:, 0], y - control.target[:, 1]).max() < 0.1
    assert (p.quality.points, p.quality.check_points, p.transform.accuracy_m) == (7, 3, plane.check_rmse_m)
    assert h.transform.accuracy_m == seven.predicted_rmse_m


def test_the_parameters_are_told_only_when_asked_for() -> None:
    found = fit(plane_control(10, 0.02), "plane4", 2384, 4548)
    digits = f"{found.parameters['scale_ppm']:.5f}"[:4]
    assert digits not in found.to_text()
    assert "117.3" not in repr(found) + found.to_text() + plot_svg(found)
    assert digits in found.to_text(parameters=True)
    assert "P3" in found.to_text()


def test_what_weakens_a_fit_is_said() -> None:
    few = fit(plane_control(3, 0.02), "plane4", 2384, 4548)
    assert {w.split(":")[0] for w in few.warnings} == {"only 3 points", "no check points"}
    stretched = plane_control(10, 0.02)
    stretched.target[:, :2] = (
        stretched.target[:, :2].mean(axis=0) + (stretched.target - stretched.target.mean(0))[:, :2] * 1.01
    )
    assert any("is east given as north" in warning for warning in fit(stretched, "plane4", 2384, 4548).warnings)
    flat = replace(helmert_control(), has_heights=False)
    assert any("heights are missing" in warning for warning in fit(flat, "helmert7", 4214, 4490).warnings)


def doubts_of(control: Control, method: str = "plane4") -> str:
    return " ".join(map(str, fit(control, method, 2384, 4548).warnings))  # type: ignore[arg-type]


def test_points_in_a_line_on_a_spot_or_of_two_networks_are_told() -> None:
    control = plane_control(8, 0.02)
    line = replace(control, source=control.source.copy(), target=control.target.copy())
    line.source[:, 1] = 3_800_000 + (line.source[:, 0] - 380_000) / 3
    line.target[:, :2] = line.source[:, :2] + [117, 58]
    assert "almost in one line" in doubts_of(line)
    twice = replace(control, source=control.source.copy())
    twice.source[5] = twice.source[2]
    assert "points on one spot count twice: P2 = P5" in doubts_of(twice)
    networks = replace(control, target=control.target.copy())
    networks.target[:4, 0] += 5
    assert "more than control points have" in doubts_of(networks)
    assert doubts_of(control) == "no check points: keep some points out of the fit to know its true error"


def test_seven_parameters_of_a_village_are_doubted() -> None:
    control = plane_control(8, 0.01)
    small = replace(control, source=control.source.copy(), target=control.target.copy())
    small.source[:, :2] = [380_000, 3_800_000] + (small.source[:, :2] - [380_000, 3_800_000]) / 100
    small.target[:, :2] = small.source[:, :2] + [117, 58]
    assert "seven parameters cannot be told apart within" in doubts_of(small, "helmert7")


def changed(side: str, change: Callable[[Any], Any], rows: slice = slice(None)) -> Control:
    control = plane_control(6, 0.02)
    ordinates = getattr(control, side)
    ordinates[rows] = change(ordinates[rows].copy())
    return control


def swapped(ordinates: Any) -> Any:
    return ordinates[:, [1, 0, 2]]


@pytest.mark.parametrize(
    ("control", "says"),
    [
        (changed("source", swapped), "source: east and north are swapped"),
        (replace(changed("source", swapped), target=changed("target", swapped).target), "east and north are swapped"),
        (changed("target", swapped, slice(3, 4)), "target: east and north of P3 are swapped"),
        (changed("target", lambda o: np.add(o, [39_000_000, 0, 0])), "a zone number before the eastings"),
        (changed("source", lambda o: np.add(o, [38_000_000, 0, 0]), slice(1, 3)), "source: P1, P2 lie far from where"),
        (changed("source", lambda o: np.add(o, [0, 3_000_000, 0]), slice(4, 5)), "source: P4 lie far from where"),
        (changed("source", lambda o: np.subtract(o, [0, 3_500_000, 0]), slice(4, 5)), "source: P4 lie far from where"),
        (changed("source", lambda o: o * 1e300, slice(2, 3)), "source: P2 lie far from where"),
    ],
)
def test_points_that_cannot_lie_where_their_system_is_used_are_refused(control: Control, says: str) -> None:
    with pytest.raises(BadControl, match=says):
        fit(control, "plane4", 2384, 4548)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_control_points_of_any_program_are_read(delimiter: str, encoding: str, tmp_path: Path) -> None:
    sign = "," if delimiter == ";" else "."
    rows = [["name", *(f"{s}_{p}" for s in ("source", "target") for p in ("east", "north"))],
            ["甲", *(f"{n}{sign}5" for n in (375000, 3813000, 375117, 3813058))]]  # fmt: skip
    path = tmp_path / "control.csv"
    path.write_bytes("\n".join(delimiter.join(row) for row in rows).encode(encoding))
    control = read_control(path)
    assert control.names == ("甲",)
    assert [control.source[0, 0], control.target[0, 1]] == [375000.5, 3813058.5]


def test_degrees_minutes_and_seconds_are_ordinates_too(tmp_path: Path) -> None:
    path = tmp_path / "control.csv"
    path.write_text(f"{HEADER}\na,115°39′00″,34°26′24″,115.65,34.44\n", encoding="utf-8")
    assert read_control(path).source[0, :2].tolist() == pytest.approx([115.65, 34.44])


@pytest.mark.parametrize(
    ("control", "method", "crs", "says"),
    [
        (plane_control(1), "plane4", (2384, 4548), "at least 2 points"),
        (helmert_control(2), "helmert7", (4214, 4490), "at least 3 points"),
        (plane_control(), "plane4", (2383, 4548), "different central meridians"),
        (plane_control(), "plane4", (4610, 4490), "use helmert7"),
    ],
)
def test_what_cannot_be_fitted_is_refused(control: Control, method: str, crs: tuple[int, int], says: str) -> None:
    with pytest.raises(BadControl, match=says):
        fit(control, method, *crs)  # type: ignore[arg-type]


def test_points_on_one_spot_determine_nothing() -> None:
    control = plane_control(5)
    spot = replace(
        control, source=np.repeat(control.source[:1], 5, axis=0), target=np.repeat(control.target[:1], 5, axis=0)
    )
    with pytest.raises(BadControl, match="on one spot"):
        fit(spot, "plane4", 2384, 4548)


CSV = """点名,旧东坐标,旧北坐标,新东坐标,新北坐标,用途
甲,375000.123,3813000.456,375117.4,3813058.9,
乙,385000,3823000,385117.5,3823059.0,检查
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_control_points_are_read_with_chinese_columns(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "control.csv"
    path.write_bytes(CSV.encode(encoding))
    control = read_control(path)
    assert control.names == ("甲", "乙")
    assert control.is_check.tolist() == [False, True]
    assert control.source[0].tolist() == [375000.123, 3813000.456, 0]
    assert "375000" not in repr(control)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,X,Y,x2,y2\na,1,2,3,4\n", "say which is east"),
        ("name,from_east,from_north,to_east,to_north\na,1,2,3,four\n", "to_north of point 'a' is not a number"),
        ("name,from_east,from_north,to_east,to_north\na,1,2,3,4\na,1,2,3,4\n", "twice"),
        ("name,from_east,from_north,to_east,to_north\n", "no points"),
        ("name,from_east,from_north,to_east,to_north\na,1,2,3,nan\n", "not a finite number"),
        (f"{HEADER},use\na,1,2,3,4,chek\n", "the use of point 'a' is 'chek'"),
        (f"{HEADER}\na,1,5,2,5,3,5,4,5\n", "more cells than there are titles"),
        (f"{HEADER},from_east\na,1,2,3,4,5\n", "columns source_east and from_east say the same"),
        (
            f"{HEADER},source_height,target_height\na,1,2,3,4,5,6\nb,1,2,3,5,,6\n",
            "source_height of point 'b' is missing",
        ),
    ],
)
def test_bad_control_points_are_refused_with_the_reason(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "control.csv"
    path.write_text(text)
    with pytest.raises(BadControl, match=says):
        read_control(path)


def test_the_plot_shows_every_point_and_no_ordinate() -> None:
    control = plane_control(9, 0.03, checks=2)
    named = replace(control, names=("<&>", *control.names[1:]))
    found = fit(named, "plane4", 2384, 4548)
    root = ElementTree.fromstring(plot_svg(found))
    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 9
    assert all(0 <= float(c.get("cx", -1)) <= 640 and 0 <= float(c.get("cy", -1)) <= 640 for c in circles)
    with Image.open(io.BytesIO(plot_png(found))) as image:
        assert image.size == (640, 640)
        assert len(image.convert("RGB").getcolors() or range(99)) > 3
