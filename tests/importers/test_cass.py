from pathlib import Path

import pytest

from importers.drawing.cass import BUILT_IN, TARGETS, BadMapping, feature_code, load_codes


@pytest.mark.parametrize(
    ("code", "gb"),
    [
        ("131100", "110102"),
        ("141101", "310301"),
        ("144301", "380201"),
        ("161101", "410102"),
        ("163210", "420704"),
        ("171101", "510202"),
        ("181101", "210101"),
        ("191401", "650201"),
        ("201102", "710102"),
        ("202101", "720100"),
        ("211201", "810302"),
    ],
)
def test_a_cass_code_has_its_national_twin(code: str, gb: str) -> None:
    meaning = load_codes().meaning(code, None, "0")
    assert meaning is not None
    assert meaning.gb_code == gb


def test_every_rule_names_a_layer_we_have_a_title_for_and_a_geometry() -> None:
    for line in BUILT_IN.read_text(encoding="utf-8").splitlines()[1:]:
        by, match, gb, zh, en, geometry, target = line.split(",")
        assert target in TARGETS, line
        assert geometry in ("", "P", "L", "A"), line
        assert zh, line
        assert en, line
        assert gb == "" or len(gb) == 6, line
        found = {"code": (match, None, None), "block": (None, match, None), "layer": (None, None, match)}[by]
        meaning = load_codes().meaning(*found)
        assert meaning is not None
        assert meaning.target == target


def test_the_code_goes_before_the_block_and_the_block_before_the_layer() -> None:
    codes = load_codes()
    assert codes.meaning("141101", "GC200", "DGX").gb_code == "310301"  # type: ignore[union-attr]
    assert codes.meaning("999999", "GC200", "JMD").gb_code == "720100"  # type: ignore[union-attr]
    assert codes.meaning(None, "TREE", "jmd").target == "settlement"  # type: ignore[union-attr]
    assert codes.meaning(None, None, "BOUL").target == "boundary"  # type: ignore[union-attr]
    assert codes.meaning(None, None, "CPTP").target == "control"  # type: ignore[union-attr]
    assert codes.meaning("999999", "TREE", "something") is None


def test_a_drawing_aid_keeps_the_code_but_is_not_the_thing() -> None:
    aid = load_codes().meaning("141101-1", None, "JMD")
    assert aid is not None
    assert (aid.gb_code, aid.target, aid.geometry) == ("310301", "assist", "")


@pytest.mark.parametrize(
    ("extended", "code"),
    [
        ({"SOUTH": ["141101"]}, "141101"),
        ({"EPSW": ["311000"], "SOUTH": ["141101-2", "x"]}, "141101-2"),
        ({"EPSW": ["text", 5, "311000"]}, "311000"),
        ({"SOUTH": ["14110"], "MAPGIS": ["1411011"]}, None),
        ({"iData": ["13800001", "3103013"]}, "3103013"),
        ({"iData": ["3103013"], "EPS": ["x", "311000"]}, "311000"),
        ({}, None),
    ],
)
def test_the_code_is_found_in_extended_data_of_any_application_south_first(
    extended: dict[str, list[object]], code: str | None
) -> None:
    assert feature_code(extended) == code


@pytest.mark.parametrize(("code", "geometry"), [("310301", "A"), ("3103013", "A"), ("3103012", "L"), ("3103011", "P")])
def test_a_national_code_means_itself_with_or_without_the_digit_of_the_geometry(code: str, geometry: str) -> None:
    meaning = load_codes().meaning(code, None, "0")
    assert meaning is not None
    assert (meaning.gb_code, meaning.name_zh, meaning.geometry) == ("310301", "一般房屋", geometry)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "columns by, match are missing"),
        ("by,match,geometry\nlayer,X,Q\n", "geometry"),
        ("by,match\ncolour,X\n", "code, block or layer"),
    ],
)
def test_a_bad_table_is_refused_with_the_reason(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "my.csv"
    path.write_text(text)
    with pytest.raises(BadMapping, match=says):
        load_codes(path)
    with pytest.raises(BadMapping, match=r"my\.csv"):
        load_codes(path)


def test_a_users_rule_goes_before_ours_and_the_rest_of_ours_stays(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text(
        "by,match,gb_code,name_zh,name_en,geometry,target\ncode,141101,310400,高层,tall,A,tall\n", "utf-8-sig"
    )
    codes = load_codes(path)
    assert codes.meaning("141101", None, None).target == "tall"  # type: ignore[union-attr]
    assert codes.meaning("201101", None, None).gb_code == "710101"  # type: ignore[union-attr]
