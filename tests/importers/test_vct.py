"""VCT, the exchange format of land departments: versions, outlines by lines, attributes, what the head says."""

import random
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.errors import GeoError
from tests.importers import vct
from tests.importers.conftest import Importer
from tests.importers.test_texts_of_files import layers_of, said_of, told

OUTER = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(40, 40), (60, 40), (60, 60), (40, 60)]])
FORMS = {"3.0": vct.version_3(), "2.0 by lines": vct.version_2(1), "2.0 by coordinates": vct.version_2(0)}


def moved(geometry: Any) -> Any:
    return shapely.transform(geometry, lambda points: points - [vct.X, vct.Y])


def told_of(path: Path) -> str:
    """How many features each layer gives, or the refusal; any other error is one."""
    try:
        return str([(layer.name, len(batch), len(batch.refused)) for layer, batch in layers_of(path)])
    except GeoError as error:
        return str(error)


@pytest.fixture(params=FORMS, ids=list(FORMS))
def layers(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    path = vct.write(tmp_path / "county.vct", FORMS[request.param])
    return {layer.name: (layer, batch) for layer, batch in layers_of(path)}


def test_each_table_is_a_layer_and_lines_that_only_bound_areas_are_none(layers: dict[str, Any]) -> None:
    assert list(layers) == ["CLKZD", "DLJX", "DLTB", "ZJ"]
    assert layers["DLJX"][1].geometries[-1].geom_type == "LineString"


def test_areas_are_put_together_with_their_holes(layers: dict[str, Any]) -> None:
    first, second, third = map(moved, layers["DLTB"][1].geometries)
    assert first.equals(OUTER)
    assert second.equals(shapely.box(40, 40, 60, 60))
    assert third.equals(shapely.box(200, 0, 300, 100))


def test_attributes_keep_their_types_and_codes_their_zeros(layers: dict[str, Any]) -> None:
    layer, batch = layers["DLTB"]
    assert [(column.title, column.type) for column in layer.columns] == [
        ("BSM", "text"), ("DLBM", "text"), ("TBMJ", "float"), ("TBBH", "integer"), ("SJ", "date"),
    ]  # fmt: skip
    assert batch.columns["DLBM"].to_pylist() == ["0101", "0301", "1101"]
    assert batch.columns["TBMJ"].to_pylist() == [8400.0, 400.0, 10000.0]
    assert str(batch.columns["SJ"][0].as_py()) == "2025-12-31"
    assert layers["CLKZD"][1].columns["KZDMC"].to_pylist() == ["点一"]


def test_annotations_are_points_with_their_words(layers: dict[str, Any]) -> None:
    batch = layers["ZJ"][1]
    assert batch.columns["text"].to_pylist() == ["梁园区"]
    assert moved(batch.geometries[0]).equals(shapely.Point(7, 8))


@pytest.mark.parametrize(
    ("text", "crs"),
    [
        (vct.version_3(), "EPSG:4527"),
        (vct.version_3(easting=375_000, false_easting=500_000), "EPSG:4548"),
        (vct.version_3(easting=38_651_000, meridian=114, false_easting=38_500_000, zone=38), "EPSG:4526"),
        (vct.version_2(1), "EPSG:2363"),
        (vct.version_3(meridian=116), None),
    ],
)
def test_the_system_is_put_together_from_what_the_head_says(text: str, crs: str | None, tmp_path: Path) -> None:
    layer = layers_of(vct.write(tmp_path / "a.vct", text))[0][0]
    assert (layer.crs.to_string() if layer.crs is not None else None) == crs


def test_a_head_that_says_x_is_north_is_believed(tmp_path: Path) -> None:
    path = vct.write(tmp_path / "a.vct", vct.version_3(x="N"))
    by_name = {layer.name: batch for layer, batch in layers_of(path)}
    assert moved(by_name["DLTB"].geometries[0]).equals(OUTER)
    assert "north" in said_of(path)


def test_a_file_is_imported_and_its_counts_add_up(bring_in: Importer, tmp_path: Path) -> None:
    path = vct.write(tmp_path / "county.vct", vct.version_3())
    report = bring_in(path, layer=("DLTB",))
    assert (report.counts.read, report.counts.kept, report.counts.refused) == (3, 3, 0)
    assert report.crs == "EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)"
    assert "3 lines only bound areas and are no features" in map(str, report.notes)
    assert any("GB18030" in decision.value.upper() for decision in report.decisions)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("1,-2,0,-3", "1,-7,0,-3"), "its outline refers to line 7, which is not in the file"),
        (("1,-2,0,-3", "2,0,-3,0"), "the lines of its outline do not close"),
        (("\n100\n", "\n102\n"), "an object of kind 102, which is not read"),
        (("\n21\n4\n", "\n22\n4\n"), "an area made of other areas"),
        (
            ("31,411400000000000031,0101,", "31,411400000000000031,0101,有,"),
            "its attributes are 6 and the table DLTB has 5",
        ),
        (("32\n2001010100\nunknown", "31\n2001010100\nunknown"), "another object has the same number"),
    ],
)
def test_an_object_that_is_wrong_is_refused_with_its_reason_and_the_rest_kept(
    change: tuple[str, str], why: str, tmp_path: Path
) -> None:
    text = vct.version_3()
    head, section, rest = text.partition("PolygonBegin")
    assert change[0] in rest
    path = vct.write(tmp_path / "a.vct", head + section + rest.replace(*change, 1))
    batch = {layer.name: batch for layer, batch in layers_of(path)}["DLTB"]
    assert len(batch) == 2
    assert [why in str(one.reason) for one in batch.refused] == [True]


def test_lines_named_in_any_order_make_the_outline(tmp_path: Path) -> None:
    path = vct.write(tmp_path / "a.vct", vct.version_3().replace("4\n1,-2,0,-3", "3\n3,1,2"))
    batch = {layer.name: batch for layer, batch in layers_of(path)}["DLTB"]
    assert moved(batch.geometries[0]).equals(OUTER)


def test_an_arc_through_three_points_becomes_a_line_and_a_spline_is_refused(tmp_path: Path) -> None:
    arc = vct.line_3(51, "2001040000", (0, 0), (10, 10), (20, 0), kind=12)
    spline = vct.line_3(52, "2001040000", (0, 0), (10, 10), (20, 0), kind=15)
    path = vct.write(tmp_path / "a.vct", vct.version_3().replace("LineEnd", f"{arc}{spline}LineEnd"))
    batch = {layer.name: batch for layer, batch in layers_of(path)}["DLJX"]
    assert batch.geometries[-1].length == pytest.approx(31.4159, abs=0.01)
    assert "a curve of kind 15" in str(batch.refused[0].reason)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (vct.version_2(2), "VCT with topology of nodes (Topo: 2) is not read"),
        (vct.version_3(offset="100,200"), "the header shifts the coordinates"),
        (vct.version_3().replace("\n11\n3\n", "\n11\ndrei\n"), "a whole number is expected where it says 'drei'"),
        (
            vct.version_3().replace("\n11\n3\n", f"\n11\n{'9' * 5000}\n"),
            "a whole number is expected where it says '999",
        ),
        (vct.version_3().replace("DLTB,5\n", "DLTB,²\n"), "a whole number is expected where it says 'DLTB,²'"),
        (vct.version_3().replace("39375100.0000", "ostwärts"), "ordinates are expected where it says"),
        ("HeadBegin\nVersion:3.0\nHeadEnd\n", "holds no points, lines, areas or annotations"),
        (vct.version_3()[: vct.version_3().index("PolygonBegin") + 60], "the file ends in the middle of an object"),
    ],
)
def test_what_would_be_misread_is_refused_in_a_sentence(text: str, says: str, tmp_path: Path) -> None:
    assert says in said_of(vct.write(tmp_path / "a.vct", text))


def test_wherever_a_file_is_cut_off_there_is_a_sentence_and_no_other_error(tmp_path: Path) -> None:
    text = vct.version_3()
    for end in range(20, len(text), 67):
        assert told_of(vct.write(tmp_path / "a.vct", text[:end]))


def test_bytes_at_random_in_a_file_give_features_refusals_or_a_sentence(tmp_path: Path) -> None:
    chance = random.Random(5)
    text = vct.version_3()
    for _ in range(150):
        letters = list(text)
        for _ in range(chance.randrange(1, 6)):
            letters[chance.randrange(len(letters))] = chance.choice("0,9-\nxE.1²")
        assert told_of(vct.write(tmp_path / "a.vct", "".join(letters)))


def test_a_file_too_large_to_be_held_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importers.vector.vct.LARGEST", 1 << 20)
    path = vct.write(tmp_path / "a.vct", vct.version_3() + "\n" * (1 << 20))
    assert "larger than 1 MB; hand it in town by town" in said_of(path)


def test_inspect_tells_the_head(tmp_path: Path) -> None:
    path = vct.write(tmp_path / "a.vct", vct.version_3())
    found = told(path)
    assert found.format == "VCT"
    assert {"mapscale: 2000", "version: 3.0"} <= set(map(str, found.layers[0].facts))
