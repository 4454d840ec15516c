"""Which coordinate system: evidence for and against, nothing guessed, swaps and zone numbers decided and recorded."""

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import shapely

from importers.batch import FeatureBatch, ReadOptions, SourceLayer
from importers.crs.dropped import added_decisions
from importers.crs.evidence import Evidence, recognised, weigh
from importers.crs.placement import Placement, degrees
from importers.crs.transform import storage_transform
from importers.vector.survey import Survey, coordinate_step, survey
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery
from layers.frame import SHANGQIU
from layers.sentences import worded

LON, LAT = np.meshgrid(np.linspace(115.0, 116.4, 8), np.linspace(33.9, 34.7, 8))
PLACES = np.column_stack([LON.ravel(), LAT.ravel()])
# A custom central meridian, as city surveys use: PROJ's weaker guesses call it EPSG:4543 (102 E), 13 degrees off.
LOCAL = (
    'PROJCS["商丘地方坐标",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",115.7],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)


def _seen(points: npt.NDArray[np.float64]) -> Survey:
    batch = FeatureBatch(shapely.points(points), {}, np.arange(len(points)))
    return survey(SourceLayer("layer", (), lambda: iter([batch]), claimed=len(points)))


def _in(code: int | str, swap: bool = False, shift: float = 0.0) -> npt.NDArray[np.float64]:
    east, north = find_transform(parse_crs(4490), parse_crs(code)).points(PLACES[:, 0], PLACES[:, 1])
    pair = np.column_stack([east + shift, north])
    return pair[:, ::-1] if swap else pair


def _weigh(points: npt.NDArray[np.float64], declared: int | str | None = None, **said: str) -> Evidence:
    crs = None if declared is None else parse_crs(declared)
    return weigh(_seen(points), crs, (), SHANGQIU, ReadOptions(**said))  # type: ignore[arg-type]


def _lands_at_home(evidence: Evidence, points: npt.NDArray[np.float64]) -> bool:
    assert evidence.placement is not None
    lon, lat = degrees(points, evidence.placement)
    return bool(np.allclose(lon, PLACES[:, 0], atol=1e-7) and np.allclose(lat, PLACES[:, 1], atol=1e-7))


@pytest.mark.parametrize("code", [4509, 4498, 4527])
def test_unknown_metres_are_asked_about_and_the_true_system_is_among_the_first(code: int) -> None:
    evidence = _weigh(_in(code))
    assert evidence.placement is None
    assert evidence.questions[0].option == "--crs"
    first = [candidate.crs for candidate in evidence.candidates[:4]]
    assert f"EPSG:{code}" in first
    assert all(any("datum cannot be read" in text for text in c.against) for c in evidence.candidates)


def test_three_degree_zones_of_one_meridian_are_told_apart_from_the_others_by_the_numbers() -> None:
    east = [c.crs for c in _weigh(_in(4548)).candidates]
    assert "EPSG:4547" not in east[: east.index("EPSG:4548")]


def test_a_zone_number_names_the_zone_even_far_from_the_frame() -> None:
    points = np.array([[40_585_300.0, 3_433_900.0], [40_585_400.0, 3_434_000.0]])
    codes = {candidate.crs for candidate in _weigh(points).candidates}
    assert {"EPSG:4528", "EPSG:2364", "EPSG:2416"} <= codes


def test_swapped_axes_of_a_declared_system_are_swapped_back_and_recorded() -> None:
    points = _in(4509, swap=True)
    evidence = _weigh(points, 4509)
    assert _lands_at_home(evidence, points)
    assert [d.by for d in evidence.decisions if d.what == "axis order"] == ["measured"]


def test_latitude_before_longitude_is_swapped_and_recorded() -> None:
    points = PLACES[:, ::-1]
    assert _lands_at_home(_weigh(points, 4490), points)


def test_a_zone_number_too_many_is_taken_off_and_recorded() -> None:
    points = _in(4548, shift=39e6)
    evidence = _weigh(points, crs="EPSG:4548")
    assert _lands_at_home(evidence, points)
    assert any(d.what == "zone prefix" and "39" in d.value for d in evidence.decisions)


def test_a_zone_number_missing_is_added_and_recorded() -> None:
    points = _in(4527, shift=-39e6)
    evidence = _weigh(points, 4527)
    assert _lands_at_home(evidence, points)
    assert any(d.what == "zone prefix" and "added" in d.value for d in evidence.decisions)


def test_rows_with_swapped_axes_among_two_zones_leave_the_others_in_their_own() -> None:
    points = np.concatenate([_in(4526), _in(4527), _in(4527)[:1, ::-1]])
    evidence = _weigh(points, crs="EPSG:4527")
    assert evidence.placement is not None
    assert evidence.placement.zones == (38, 39)
    assert any("only with x and y swapped" in worded(warning, "en") for warning in evidence.warnings)


def test_what_lies_right_is_left_alone() -> None:
    for code in (4490, 4509, 4527, 3857):
        evidence = _weigh(
            PLACES if code == 4490 else _in(4490) if code == 4490 else _mercator() if code == 3857 else _in(code), code
        )
        assert evidence.placement == Placement(parse_crs(code))
        assert [d.what for d in evidence.decisions] == ["coordinate system"]


def _mercator() -> npt.NDArray[np.float64]:
    east, north = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(PLACES[:, 0], PLACES[:, 1])
    return np.column_stack([east, north])


def test_data_of_another_place_is_not_swapped_into_the_frame() -> None:
    far = np.array([[-113.0, 37.2], [-112.9, 37.3]])
    evidence = _weigh(far, 4326)
    assert evidence.placement == Placement(parse_crs(4326))
    assert any("outside" in text for text in evidence.warnings)


def test_metres_that_claim_to_be_degrees_are_asked_about() -> None:
    evidence = _weigh(_in(4509), 4326)
    assert evidence.placement is None
    assert "not places in it" in evidence.questions[0].why


def test_the_user_overrules_the_file_and_it_is_told() -> None:
    evidence = _weigh(PLACES, 4326, crs="EPSG:4490")
    assert evidence.decisions[0].by == "user"
    assert any("the file declares" in text for text in evidence.warnings)


def test_a_local_meridian_is_never_recognised_as_another() -> None:
    crs = parse_crs(LOCAL)
    points = _in(LOCAL)
    assert recognised(crs, points, SHANGQIU) is None
    evidence = _weigh(points, LOCAL)
    assert "EPSG" not in evidence.decisions[0].value
    assert _lands_at_home(evidence, points)


def test_the_usual_system_under_an_unusual_name_is_recognised_by_its_numbers() -> None:
    renamed = LOCAL.replace("115.7", "117.0")
    assert (recognised(parse_crs(renamed), _in(4509), SHANGQIU) or "").startswith("EPSG:4509")


def test_eastings_that_a_local_meridian_would_give_too_say_so() -> None:
    middle = np.column_stack([np.linspace(420_000, 460_000, 20), np.linspace(3.75e6, 3.85e6, 20)])
    assert any("local central meridian" in text for c in _weigh(middle).candidates for text in c.against)


@pytest.mark.parametrize(("step", "decimals"), [(0.01, 2), (0.0001, 4), (1.0, 0), (100.0, -2)])
def test_the_step_coordinates_are_written_in_is_measured(step: float, decimals: int) -> None:
    points = np.round(np.random.default_rng(1).uniform(0, 9000, (50, 2)), decimals)
    assert coordinate_step(points) == pytest.approx(step)


@pytest.mark.parametrize("declared", [4526, 4527])
@pytest.mark.parametrize("swap", [False, True])
def test_two_zones_in_one_file_are_each_placed_by_their_own_number(declared: int, swap: bool) -> None:
    west = PLACES[:, 0] < 115.5
    points = np.where(west[:, None], _in(4526, swap), _in(4527, swap))
    evidence = _weigh(points, declared)
    assert _lands_at_home(evidence, points)
    assert any("zones 38, 39 are mixed" in decision.value for decision in evidence.decisions)
    assert evidence.placement is not None
    moved = storage_transform(evidence.placement, degrees(points, evidence.placement), SHANGQIU, ReadOptions())
    assert np.allclose(np.column_stack(moved.points(points[:, 0], points[:, 1])), PLACES, atol=1e-9)


LEFT_OUT = (300_000.0, 3_800_000.0)


def test_what_is_added_is_told_to_the_last_digit() -> None:
    assert "371234.5 m added to the eastings, 3811234.125 m" in str(added_decisions((371234.5, 3811234.125)))


@pytest.mark.parametrize("swap", [False, True])
def test_left_out_digits_are_told_of_and_added_when_said(swap: bool) -> None:
    whole = _in(4548)
    left = whole - np.array(LEFT_OUT)
    points = left[((left >= 0) & (left < 100_000)).all(axis=1)][:, :: -1 if swap else 1]
    (question,) = _weigh(points).questions
    assert "leading digits may have been left out" in question.why
    assert "east_add_m=" in question.why
    assert "as EPSG:4548" in str(_weigh(points, 4548).warnings)
    others = {"east_add_m": "300000", "north_add_m": "3800000"}
    evidence = weigh(
        _seen(points), parse_crs(4548), (), SHANGQIU, ReadOptions(others=others, axis="yx" if swap else "xy")
    )
    assert evidence.placement is not None
    assert ("--axis yx" in question.why) or not swap
    assert "300000 m added to the eastings" in str(evidence.decisions)
    lon, lat = degrees(points, evidence.placement)
    east, north = find_transform(parse_crs(4490), parse_crs(4548)).points(lon, lat)
    back = np.column_stack([east, north]) - np.array(LEFT_OUT)
    assert np.abs(back - points[:, :: -1 if swap else 1]).max() < 1e-6
    where = storage_transform(evidence.placement, (lon, lat), SHANGQIU, ReadOptions()).points(*points.T)
    assert np.abs(np.array(where) - np.array([lon, lat])).max() < 1e-9


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("metres", [1000.0, 0.01, 0.001])
def test_ordinates_in_another_unit_are_told_of_and_read_when_said(metres: float, swap: bool) -> None:
    points = _in(4509, swap) / metres
    (question,) = _weigh(points).questions
    assert "in another unit than metres" in question.why
    assert f"--option ordinate_m={metres:g}" in question.why
    assert ("--axis yx" in question.why) == swap
    options = ReadOptions(others={"ordinate_m": f"{metres:g}"}, axis="yx" if swap else "xy")
    evidence = weigh(_seen(points), parse_crs(4509), (), SHANGQIU, options)
    assert f"{metres:g} m" in str(evidence.decisions)
    assert _lands_at_home(evidence, points)
    assert evidence.placement is not None
    where = storage_transform(evidence.placement, (PLACES[:, 0], PLACES[:, 1]), SHANGQIU, ReadOptions()).points(
        *points.T
    )
    assert np.abs(np.array(where).T - PLACES).max() < 1e-7


def test_natural_eastings_without_their_500_km_are_told_of() -> None:
    for code in (4509, 4547):  # all of them west of a meridian, and all east of one
        (question,) = _weigh(_in(code) - np.array([500_000.0, 0.0])).questions
        assert "--option east_add_m=500000" in question.why


@pytest.mark.parametrize("said", ["x", "0", "-1", "nan"])
def test_a_unit_of_no_length_is_refused(said: str) -> None:
    with pytest.raises(BadQuery, match="how many metres one unit"):
        weigh(_seen(_in(4509)), parse_crs(4509), (), SHANGQIU, ReadOptions(others={"ordinate_m": said}))


def test_a_site_of_its_own_and_a_place_elsewhere_miss_no_digits() -> None:
    assert "digits" not in str(_weigh(np.array([[-20.0, 3.0], [50.0, 80.0]])).questions)
    assert "digits" not in str(_weigh(_in(4548) + np.array([0.0, 500_000.0]), 4548).warnings)


@pytest.mark.parametrize("said", ["x", "nan", "1e9"])
def test_what_is_to_be_added_is_a_number_of_metres(said: str) -> None:
    with pytest.raises(BadQuery, match="east_add_m is a number of metres"):
        weigh(_seen(_in(4548)), parse_crs(4548), (), SHANGQIU, ReadOptions(others={"east_add_m": said}))
