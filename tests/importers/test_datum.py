"""The city's transforms: applied right, refused when their check point says so, and never telling a number."""

import copy
import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from importers.datum.file import BadRegistry, new_key
from importers.datum.helmert import BadParameters, BursaWolf, PlaneSimilarity, shift_degrees
from importers.datum.registry import OutsideArea, Registry, add_entry, geographic, load_registry, save_registry
from layers.crs.inverse import inverse
from layers.crs.names import parse_crs
from layers.crs.operations import around, find_transform
from layers.errors import GeoError
from layers.frame import Bounds
from tests.geoservice.secret_numbers import grid
from tests.importers.grids import ntv2

# Invented numbers, near nothing in China; digits chosen to be found if they leak.
DX, DY, SCALE, TURN = 117.31313, -58.71717, 4.91919, 1.83838
SEVEN = {
    "dx": -21.31313,
    "dy": 71.71717,
    "dz": 38.91919,
    "rx": 1.83838,
    "ry": -0.73737,
    "rz": 2.53535,
    "scale_ppm": 1.19191,
}
SECRETS = ("31313", "71717", "91919", "83838", "73737", "53535", "19191")


def plane(**changes: Any) -> dict[str, Any]:
    apply = PlaneSimilarity(DX, DY, SCALE, TURN, "north_east")
    east, north = apply(np.array([375_000.0]), np.array([3_813_000.0]))
    return {
        "id": "xian80",
        "method": "plane4",
        "source": "EPSG:2384",
        "target": "EPSG:4548",
        "parameters": {"dx": DX, "dy": DY, "scale_ppm": SCALE, "rotation_arcsec": TURN, "axes": "north_east"},
        "check": [{"source": [375_000.0, 3_813_000.0], "target": [east[0], north[0]], "tolerance_m": 0.05}],
        "quality": {"rmse_m": 0.031, "check_rmse_m": 0.046, "max_residual_m": 0.08, "points": 9, "check_points": 3},
        "supplier": "商丘市自然资源和规划局",
        "date": "2021-06-01",
        "secrecy": "秘密",
    } | changes


def helmert(**changes: Any) -> dict[str, Any]:
    shift = BursaWolf(
        (SEVEN["dx"], SEVEN["dy"], SEVEN["dz"]), (SEVEN["rx"], SEVEN["ry"], SEVEN["rz"]), SEVEN["scale_ppm"]
    )
    lon, lat = shift_degrees(shift, parse_crs(4214), parse_crs(4490), np.array([115.65]), np.array([34.44]))
    return {
        "id": "bj54",
        "method": "helmert7",
        "source": "EPSG:4214",
        "target": "EPSG:4490",
        "parameters": SEVEN | {"convention": "coordinate_frame"},
        "check": {"source": [115.65, 34.44], "target": [lon[0], lat[0]], "tolerance_m": 0.05},
        "quality": {"rmse_m": 0.3},
    } | changes


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., Registry]:
    def store(*records: dict[str, Any], key: str | None = None) -> Registry:
        path = tmp_path / "datum.json"
        save_registry(path, records, key)
        return load_registry(path, key)

    return store


def test_a_plane_transform_is_found_by_the_frame_and_moves_points(store: Callable[..., Registry]) -> None:
    registry = store(plane())
    found = find_transform(parse_crs(2384), parse_crs(4548), city=registry.transforms)
    assert (found.kind, found.accuracy_m) == ("city", 0.046)
    moved = found.geometry(np.array([shapely.Point(375_000, 3_813_000, 51.4), None]))
    expected = plane()["check"][0]["target"]
    assert (moved[0].x, moved[0].y) == pytest.approx(expected, abs=1e-6)
    assert moved[0].z == 51.4
    assert moved[1] is None


def test_without_the_citys_parameters_the_same_step_is_refused() -> None:
    with pytest.raises(GeoError):
        find_transform(parse_crs(2384), parse_crs(4548))


def test_projections_are_put_around_a_transform_of_the_same_datums(store: Callable[..., Registry]) -> None:
    registry = store(helmert())
    through = registry.between(parse_crs(2436), parse_crs(4509))  # Beijing 1954 CM 117 -> CGCS2000 CM 117
    assert through is not None
    assert through.kind == "city"
    east, north = find_transform(parse_crs(4214), parse_crs(2436)).points([115.65], [34.44])
    x, y = through.points(east, north)
    expected = find_transform(parse_crs(4490), parse_crs(4509)).points(*([v] for v in helmert()["check"]["target"]))
    assert (x[0], y[0]) == pytest.approx((expected[0][0], expected[1][0]), abs=1e-4)
    assert registry.between(parse_crs(4610), parse_crs(4490)) is None
    # the zone-prefixed coordinates of the same plane reach the 4-parameter set through a projection
    by_plane = store(plane()).between(parse_crs(2363), parse_crs(4548))
    assert by_plane is not None
    assert by_plane.points([39_375_000.0], [3_813_000.0])[0][0] == pytest.approx(
        plane()["check"][0]["target"][0], abs=1e-4
    )


@pytest.mark.parametrize("key", [None, new_key()], ids=["plain", "encrypted"])
def test_the_file_holds_what_was_put_in_encrypted_when_a_key_is_given(tmp_path: Path, key: str | None) -> None:
    path = tmp_path / "datum.json"
    save_registry(path, [plane()], key)
    registry = add_entry(path, helmert(), key)
    registry = add_entry(path, plane(supplier="another"), key)
    assert {entry.id: entry.supplier for entry in registry.entries} == {"bj54": "", "xian80": "another"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert (b"31313" in path.read_bytes()) is (key is None)
    assert any("not encrypted" in note for note in registry.notes) is (key is None)


def test_the_first_entry_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "datum.json"
    assert [entry.id for entry in add_entry(path, plane()).entries] == ["xian80"]
    assert path.stat().st_mode & 0o077 == 0


def test_two_entries_of_one_id_are_refused(store: Callable[..., Registry]) -> None:
    """Written by hand: which of the two were used, nobody could say."""
    with pytest.raises(BadRegistry, match="same id"):
        store(plane(), plane(supplier="another"))


def test_a_piecewise_transform_leaves_points_that_are_none_alone(store: Callable[..., Registry]) -> None:
    counties, *_ = store(*pieces()).transforms
    x, y = counties.points(np.array([np.nan, np.nan, 375_000.0]), np.array([np.nan, 3_813_000.0, 3_813_000.0]))
    assert np.isnan(x).tolist() == [True, True, False]
    assert np.isnan(y).tolist() == [True, True, False]


def test_an_encrypted_file_opens_with_its_key_only(tmp_path: Path) -> None:
    path = tmp_path / "datum.json"
    save_registry(path, [plane()], new_key())
    for key, says in ((None, "give the datum key"), (new_key(), "does not open"), ("short", "not a Fernet key")):
        with pytest.raises(BadRegistry, match=says):
            load_registry(path, key)


def test_a_grid_that_others_can_read_is_noted(tmp_path: Path) -> None:
    add_entry(tmp_path / "datum.json", grid(tmp_path), new := new_key())
    (tmp_path / "city.gsb").chmod(0o600)
    assert load_registry(tmp_path / "datum.json", new).notes == ()
    (tmp_path / "city.gsb").chmod(0o644)
    assert "city.gsb can be read by others" in load_registry(tmp_path / "datum.json", new).to_text()


def test_a_file_that_others_can_read_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "datum.json"
    save_registry(path, [plane()])
    path.chmod(0o644)
    assert "chmod 600" in load_registry(path).to_text()


def test_a_rejected_entry_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "datum.json"
    save_registry(path, [plane()])
    before = path.read_bytes()
    with pytest.raises(GeoError):
        add_entry(path, helmert(check=None))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_wrong_sign_is_found_by_the_check_point_and_named(store: Callable[..., Registry]) -> None:
    wrong = copy.deepcopy(helmert())
    wrong["parameters"]["convention"] = "position_vector"
    with pytest.raises(BadRegistry, match=r"misses its check point by up to 1000 m; with the other sign.*would fit"):
        store(wrong)
    turned = copy.deepcopy(plane())
    turned["parameters"]["rotation_arcsec"] *= -1
    with pytest.raises(BadRegistry, match="other sign"):
        store(turned)


def test_a_wrong_parameter_misses_the_check_point(store: Callable[..., Registry]) -> None:
    wrong = copy.deepcopy(plane())
    wrong["parameters"]["dx"] += 5
    with pytest.raises(BadRegistry, match=r"misses its check point by up to 10 m$"):
        store(wrong)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (plane(id=""), "no id"),
        (plane(check=[]), "no check point"),
        (plane(method="magic"), "method must be one of"),
        (plane(source="EPSG:4610"), "projected"),
        (helmert(source="EPSG:2436"), "geographic"),
        (helmert(parameters=SEVEN), "convention is missing"),
        (helmert(parameters=SEVEN | {"convention": "chinese"}), "EPSG:9607"),
        (
            plane(parameters={"dx": DX, "dy": DY, "scale_ppm": "4.91919x", "rotation_arcsec": 0, "axes": "north_east"}),
            "wrong form",
        ),
        (plane(parameters={"dx": DX, "dy": DY, "scale_ppm": 1, "rotation_arcsec": 0, "axes": "xy"}), "axes must be"),
        (plane(parameters={"dx": DX}), "axes is missing"),
        (plane(source="EPSG:99999"), "its source is not"),
        (plane(area={"type": "Point", "coordinates": [115, 34]}), "wrong form"),
        (plane(method="piecewise"), "pieces is missing"),
    ],
)
def test_a_malformed_entry_is_refused_by_field_and_never_by_value(
    store: Callable[..., Registry], record: dict[str, Any], says: str
) -> None:
    with pytest.raises(GeoError, match=says) as caught:
        store(record)
    assert not any(secret in str(caught.value) for secret in SECRETS)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"transforms": 5}', b'{"transforms": [1]}', b"gibberish"])
def test_a_file_that_is_no_registry_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "datum.json"
    path.write_bytes(content)
    with pytest.raises(BadRegistry, match=r"datum\.json"):
        load_registry(path, new_key())


def test_no_text_of_the_registry_holds_a_number_of_it(store: Callable[..., Registry]) -> None:
    registry = store(plane(area=[114.8, 33.7, 116.7, 34.9]), helmert())
    transform = registry.transforms[0]
    through = registry.between(parse_crs(2363), parse_crs(4509))
    texts = [
        repr(registry),
        str(registry),
        registry.to_text(),
        repr(transform),
        transform.note,
        *transform.steps,
        repr(through),
    ]
    with pytest.raises(OutsideArea) as caught:
        transform.points([800_000.0], [3_813_000.0])
    texts.append(str(caught.value))
    for text in texts:
        assert not any(secret in text for secret in SECRETS), text
    assert "RMSE 0.031 m" in registry.to_text()
    assert "9 control points" in registry.to_text()


def test_data_beyond_the_area_of_validity_is_refused(store: Callable[..., Registry]) -> None:
    transform = store(plane(area=[114.8, 33.7, 116.7, 34.9], slack_m=500)).transforms[0]
    transform.points([375_000.0], [3_813_000.0])
    with pytest.raises(OutsideArea, match="1 of 2 points"):
        transform.points([375_000.0, 375_000.0], [3_813_000.0, 4_200_000.0])


def test_an_ntv2_grid_beside_the_registry_is_used(tmp_path: Path) -> None:
    ntv2(tmp_path / "city.gsb", 3.6, -7.2)
    record = {
        "id": "grid",
        "method": "ntv2",
        "source": "EPSG:4214",
        "target": "EPSG:4490",
        "parameters": {"grid": "../../elsewhere/city.gsb"},  # only the name counts: no path leaves the folder
        "check": {"source": [115.65, 34.44], "target": [115.652, 34.441], "tolerance_m": 0.01},
    }
    save_registry(tmp_path / "datum.json", [record])
    (transform,) = load_registry(tmp_path / "datum.json").transforms
    lon, lat = transform.points([115.0], [34.0])
    assert (lon[0], lat[0]) == pytest.approx((115.002, 34.001), abs=1e-9)
    with pytest.raises(BadParameters, match=r"none\.gsb is not beside"):
        save_registry(tmp_path / "datum.json", [record | {"parameters": {"grid": "none.gsb"}}])


def pieces() -> list[dict[str, Any]]:
    west = plane(id="west")
    east = copy.deepcopy(plane(id="east"))
    east["parameters"]["dy"] += 2  # Y is east: two metres further east beyond the border
    east["check"][0]["target"][0] += 2
    whole = {
        "id": "counties",
        "method": "piecewise",
        "source": "EPSG:2384",
        "target": "EPSG:4548",
        "pieces": [
            {"polygon": json.loads(shapely.to_geojson(shapely.box(114.8, 33.7, 115.7, 34.9))), "use": "west"},
            {"polygon": json.loads(shapely.to_geojson(shapely.box(115.7, 33.7, 116.7, 34.9))), "use": "east"},
        ],
        "slack_m": 1_000,
        "check": west["check"],
    }
    return [whole, west, east]


def test_a_piecewise_transform_uses_each_countys_own(store: Callable[..., Registry]) -> None:
    registry = store(*pieces())
    counties, west, _ = registry.transforms
    x, y = np.array([[375_000.0, 400_000.0]]), np.array([[3_813_000.0, 3_813_000.0]])
    moved, plain = counties.points(x, y), west.points(x, y)
    assert moved[0].shape == (1, 2)
    assert moved[0] - plain[0] == pytest.approx(np.array([[0.0, 2.0]]), abs=1e-6)
    assert moved[1] - plain[1] == pytest.approx(0, abs=1e-6)
    with pytest.raises(OutsideArea, match="in no piece"):
        counties.points([200_000.0], [3_813_000.0])


def test_the_way_back_of_every_kind_is_found_also_beyond_its_area(tmp_path: Path) -> None:
    box = {"type": "Polygon", "coordinates": [[[115.4, 34.2], [116, 34.2], [116, 34.7], [115.4, 34.7], [115.4, 34.2]]]}
    counties = {"id": "counties", "method": "piecewise", "source": "EPSG:2384", "target": "EPSG:4548", "slack_m": 0}
    counties |= {"pieces": [{"polygon": box, "use": "xian80"}], "check": plane()["check"]}
    entries = (grid(tmp_path), plane(area=box, slack_m=0), helmert(area=box, slack_m=0), counties)
    path = tmp_path / "datum.json"
    save_registry(path, entries, None)
    for entry in load_registry(path).entries:
        lon, lat = np.array([115.1, 115.65, 115.8, 116.4, np.nan]), np.array([34.0, 34.35, 34.5, 34.9, 34.4])
        source = entry.transform.source
        x, y = find_transform(geographic(source), source).points(lon, lat)
        there = around(entry.transform, source, parse_crs(4490))
        with pytest.raises(OutsideArea) if entry.method != "ntv2" else nullcontext():
            there.points(x, y)
        back = inverse(there)
        east, north = back.points(*there.beyond(x, y)) if there.beyond else (x, y)
        assert np.hypot(east - x, north - y)[:4].max() < (1e-9 if source.is_geographic else 1e-4), entry.id
        assert np.isnan(east[4]), entry.id
        assert (back.source, back.target) == (parse_crs(4490), source)


@pytest.mark.parametrize("beyond_m", [0.6, 5.0])
def test_where_two_pieces_do_not_meet_the_way_back_takes_what_is_nearest_within_a_metre(
    store: Callable[..., Registry], beyond_m: float
) -> None:
    whole, west, east = pieces()
    east["parameters"]["dy"] += beyond_m - 2
    east["check"][0]["target"][0] += beyond_m - 2
    xian, cgcs = parse_crs(2384), parse_crs(4548)
    there = around(store(whole, west, east).transforms[0], xian, cgcs)
    x, y = find_transform(geographic(xian), xian).points([115.7 - 1e-12], [34.4])
    edge = there.points(x, y)
    east_of = edge[0] + np.linspace(0.1, 0.9, 9) * beyond_m  # of the border: nothing leads there
    found = inverse(there).points(east_of, np.full(9, edge[1]))
    if beyond_m > 2:
        assert np.isnan(found[0]).any()
        return
    assert np.hypot(found[0] - x, found[1] - y).max() < 1.0


def test_of_several_sets_the_one_whose_area_holds_the_data_is_taken(store: Callable[..., Registry]) -> None:
    whole, west, east = pieces()
    west["area"], east["area"] = [114.8, 33.7, 115.7, 34.9], [115.7, 33.7, 116.7, 34.9]
    xian, cgcs = parse_crs(2384), parse_crs(4548)
    boxes = {"west": (115.0, 115.2), "east": (116.0, 116.2), "counties": (115.0, 116.2)}
    for order in ([west, east, whole], [east, west, whole]):
        city = store(*order).transforms
        for name, (low, high) in boxes.items():
            where = np.array([low, high]), np.array([34.2, 34.4])
            chosen = find_transform(xian, cgcs, city=city, where=where)
            assert f"the city's {name} " in str(chosen.steps[0])
            by_box = find_transform(xian, cgcs, city=city, area=Bounds(low, 34.2, high, 34.4))
            assert by_box.steps == chosen.steps


def test_a_piece_that_is_no_entry_is_refused(store: Callable[..., Registry]) -> None:
    whole, west, _ = pieces()
    with pytest.raises(BadRegistry, match="'east', which is not an entry"):
        store(whole, west)
