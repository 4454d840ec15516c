"""Every drawing of the shared data: imported, asked about or refused, as its MANIFEST says; one row each."""

from pathlib import Path

import pyogrio
import pytest
import shapely

from importers.batch import ReadOptions
from importers.drawing.formats import DRAWING_FORMATS
from layers.errors import GeoError
from tests.importers.drawings import SHARED, rows

# file: features, questions; or the words of the refusal
TABLE: dict[str, tuple[int, list[str]] | str] = {
    "drawings/dxf/houses_of_parliament_georeferenced.dxf": (1, []),
    "drawings/dxf/Graz_10km_3m.dxf": "no drawable entities (only 8 IMAGE)",
    "drawings/dxf/usa.dxf": (59, ["units"]),
    "drawings/dxf/4_world.dxf": (2875, ["units"]),
    "drawings/dxf/Leica_Disto_S910.dxf": (32, ["units"]),
    "drawings/dxf/POLI-ALL210_12.DXF": (31, ["units"]),
    "drawings/dxf/bin_dxf_r2000.dxf": (1, []),
    "drawings/dxf/multi_insert_with_attribs.dxf": (125, []),
    "drawings/dxf/assorted.dxf": (19, []),
    "drawings/dxf/hatch_as_multipolygon.dxf": (1, []),
    "drawings/dxf/text-fancy.dxf": (5, []),
    "drawings/dxf/frozen-off.dxf": (5, ["units"]),
    "drawings/dxf/utf-8.dxf": (1, []),
    "drawings/dxf/closed_polyline_with_bulge.dxf": (1, []),
    "drawings/dxf/api-cw750-details.dxf": (95, ["units"]),
    "drawings/dxf/geoloc.dxf": "no drawable entities",
    "drawings/dwg/geoloc.dwg": "save it as DXF",
    "drawings/dwg/sample_2000.dwg": "save it as DXF",
    "nasty/vector/clusterfuzz-testcase-minimized-dxf_fuzzer-5400376672124928.dxf": "does not begin as a DXF file",
    "nasty/vector/duplicate_handles.dxf": (152, ["units"]),
}


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip("no ../shared/data beside this clone")
    return path


def test_the_table_has_every_drawing() -> None:
    folder = shared("drawings").parent
    found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.suffix.lower() in (".dxf", ".dwg")}
    assert found == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_drawing_has_its_outcome(name: str) -> None:
    path, expected = shared(name), TABLE[name]
    with path.open("rb") as stream:
        head = stream.read(1 << 14)
    (format_,) = [f for f in DRAWING_FORMATS if f.probe(path, head)]
    assert format_.open is not None
    if isinstance(expected, str):
        with pytest.raises(GeoError) as caught:
            format_.open(path, ReadOptions())
        assert expected in str(caught.value)
        assert path.name in str(caught.value)
        return
    source = format_.open(path, ReadOptions())
    batches = [batch for layer in source.layers for batch in layer.batches()]
    count = sum(len(batch) for batch in batches)
    assert (count, [q.what for layer in source.layers for q in layer.questions]) == expected
    assert [one.reason for batch in batches for one in batch.refused] == []


@pytest.mark.parametrize("name", ["4_world.dxf", "usa.dxf", "Leica_Disto_S910.dxf", "multi_insert_with_attribs.dxf"])
def test_plain_drawings_cover_what_gdal_says_they_cover(name: str) -> None:
    path = shared(f"drawings/dxf/{name}")
    format_ = DRAWING_FORMATS[0]
    assert format_.open is not None
    source = format_.open(path, ReadOptions(units="m"))
    features = [row for batch in source.layers[0].batches() for row in rows(batch)]
    ours = shapely.total_bounds([f["geometry"] for f in features])
    assert ours == pytest.approx(pyogrio.read_info(path, force_total_bounds=True)["total_bounds"], abs=1e-3)


def test_the_fancy_text_has_its_words_and_angles() -> None:
    path = shared("drawings/dxf/text-fancy.dxf")
    source = DRAWING_FORMATS[0].open(path, ReadOptions())  # type: ignore[misc]
    texts = [row for batch in source.layers[0].batches() for row in rows(batch) if row["text"]]
    gdal = pyogrio.raw.read(path, sql="SELECT Text FROM entities WHERE Text <> ''", read_geometry=False)[3][0]
    assert {t["text"] for t in texts} <= {str(t) for t in gdal}
    assert len(texts) == 3
