"""Vector files through the reading process: what a city hands in, with its missing and lying parts."""

import shutil
from collections import Counter
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pytest
import shapely

from importers.batch import FeatureBatch, ReadOptions, Source
from importers.errors import NoSuchSourceLayer, UnreadableSource
from importers.vector.gml import open_gml
from importers.vector.shapefile import open_shapefile
from importers.vector.source import open_geoparquet, opener

CITY = geopandas.GeoDataFrame(
    {"名称": ["商丘", "永城"], "面积": [10704.25, 2020.0], "大数": [2**60 + 1, 1]},
    geometry=[shapely.Point(115.65, 34.44), shapely.Point(116.4, 33.9)],
    crs="EPSG:4490",
)


def _shapefile(folder: Path, encoding: str = "GB18030") -> Path:
    CITY.to_file(folder / "城市.shp", encoding=encoding)
    (folder / "城市.cpg").unlink(missing_ok=True)
    return folder / "城市.shp"


def _all(source: Source) -> FeatureBatch:
    (batch,) = source.layers[0].batches()
    source.close()
    return batch


def test_a_gbk_shapefile_without_cpg_reads_chinese_names_and_values(tmp_path: Path) -> None:
    source = open_shapefile(_shapefile(tmp_path), ReadOptions())
    assert [column.title for column in source.layers[0].columns] == ["名称", "面积", "大数"]
    assert _all(source).columns["名称"].to_pylist() == ["商丘", "永城"]


def test_a_missing_index_is_rebuilt_beside_nothing_of_the_user_s(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    (tmp_path / "城市.shx").unlink()
    before = sorted(tmp_path.iterdir())
    source = open_shapefile(path, ReadOptions())
    assert any("index was rebuilt" in note for note in source.notes)
    assert len(_all(source)) == 2
    assert sorted(tmp_path.iterdir()) == before


def test_upper_case_parts_are_found(tmp_path: Path) -> None:
    for part in list(_shapefile(tmp_path).parent.iterdir()):
        part.rename(part.with_name(part.name.upper()))
    source = open_shapefile(tmp_path / "城市.SHP", ReadOptions())
    assert source.layers[0].crs is not None
    assert _all(source).columns["名称"].to_pylist() == ["商丘", "永城"]


def test_a_prj_in_gbk_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    prj = tmp_path / "城市.prj"
    prj.write_bytes(b"\xef\xbb\xbf" + prj.read_bytes().replace(b"GCS_China", b"GCS_\xc9\xcc\xc7\xf0_China"))
    source = open_shapefile(path, ReadOptions())
    assert source.layers[0].crs is not None
    source.close()


def test_a_prj_of_nonsense_is_told_and_the_crs_asked_for(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    (tmp_path / "城市.prj").write_text("PROJCS[nonsense")
    source = open_shapefile(path, ReadOptions())
    assert source.layers[0].crs is None
    assert any("cannot be used" in note for note in source.notes)
    source.close()


def test_nothing_is_written_beside_the_user_s_files(tmp_path: Path, shared_data: Path) -> None:
    for name, recipe in (
        ("gml/archsites.gml", "GML"),
        ("gpkg/world.gpkg", "GeoPackage"),
        ("mapinfo/mixed.MIF", "MapInfo"),
    ):
        path = tmp_path / Path(name).name
        shutil.copy(shared_data / "drawings" / name, path)
        if recipe == "MapInfo":
            shutil.copy((shared_data / "drawings" / name).with_suffix(".MID"), path.with_suffix(".MID"))
        before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
        source = (open_gml if recipe == "GML" else opener(recipe))(path, ReadOptions())
        list(source.layers[0].batches())
        source.close()
        assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("suffix", "recipe"), [(".gpkg", "GeoPackage"), (".fgb", "FlatGeobuf"), (".geojson", "GeoJSON")]
)
def test_whole_numbers_of_64_bits_are_exact(tmp_path: Path, suffix: str, recipe: str) -> None:
    CITY.to_file(tmp_path / f"a{suffix}")
    batch = _all(opener(recipe)(tmp_path / f"a{suffix}", ReadOptions()))
    assert sorted(batch.columns["大数"].to_pylist()) == [1, 2**60 + 1]  # FlatGeobuf sorts by place
    assert batch.columns["大数"].type == pa.int64()


def test_geoparquet_reads_like_any_other(tmp_path: Path) -> None:
    CITY.to_parquet(tmp_path / "a.parquet")
    source = open_geoparquet(tmp_path / "a.parquet", ReadOptions())
    assert source.layers[0].crs is not None
    assert source.layers[0].claimed == 2
    batch = _all(source)
    assert batch.columns["名称"].to_pylist() == ["商丘", "永城"]
    assert shapely.equals(batch.geometries, CITY.geometry.to_numpy()).all()


def test_parquet_without_geometry_is_refused(tmp_path: Path) -> None:
    CITY.drop(columns="geometry").to_parquet(tmp_path / "a.parquet")
    with pytest.raises(UnreadableSource, match="without geometry"):
        open_geoparquet(tmp_path / "a.parquet", ReadOptions())


@pytest.mark.parametrize("body", [b"PAR1", b"PAR1" + bytes(50) + b"PAR1"])
def test_damaged_parquet_is_refused_by_name(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(body)
    with pytest.raises(UnreadableSource, match=r"a\.parquet"):
        open_geoparquet(tmp_path / "a.parquet", ReadOptions())


def test_a_layer_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    CITY.to_file(tmp_path / "a.gpkg", layer="cities")
    with pytest.raises(NoSuchSourceLayer, match="cities"):
        opener("GeoPackage")(tmp_path / "a.gpkg", ReadOptions(layer=("towns",)))


def test_curves_of_a_geodatabase_and_its_heights_arrive(shared_data: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(shared_data / "drawings/filegdb/testopenfilegdb.gdb.zip", tmp_path)
    gdb = next(tmp_path.rglob("*.gdb"))
    source = opener("FileGDB")(gdb, ReadOptions(layer=("polygonzm", "point25D", "multilinestringm")))
    done: Counter[str] = Counter()
    for layer in source.layers:
        for batch in layer.batches():
            done.update(batch.done)
            assert not shapely.has_m(batch.geometries).any()
            assert shapely.has_z(batch.geometries).all() == (layer.name != "multilinestringm")
    source.close()
    assert done["M values dropped"] == 2


def test_row_numbers_name_the_features_of_a_format_without_identities(tmp_path: Path) -> None:
    batch = _all(open_shapefile(_shapefile(tmp_path), ReadOptions()))
    assert np.asarray(batch.source_ids).tolist() == [0, 1]


def test_text_that_is_not_utf8_is_mended_and_told(tmp_path: Path) -> None:
    header = 'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 1\n  name Char(20)\nData\n\n'
    (tmp_path / "a.mif").write_text(header + "Point 115.6 34.4\n")
    (tmp_path / "a.mid").write_bytes('"商丘"\n'.encode("gbk"))
    batch = _all(opener("MapInfo")(tmp_path / "a.mif", ReadOptions()))
    assert batch.columns["name"].to_pylist() == ["商丘"]
