"""A layer imported again with other columns: what that means for filters, maps and code lists is in the report."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy.orm import Session

from importers.importing import import_path
from layers.catalogue import find_layer
from layers.domains import read_domains, store_domains
from layers.frame import Frame
from layers.layer import LayerSpec
from layers.storage import Storage
from layers.views import ALL

LOTS = [shapely.box(115.6 + i / 100, 34.4, 115.605 + i / 100, 34.405) for i in range(3)]


@pytest.fixture
def again(session: Session, storage: Storage, frame: Frame, tmp_path: Path) -> Any:
    """Import columns as the next version of one layer; returns what is told of them."""

    def run(**columns: list[Any]) -> list[str]:
        path = tmp_path / "lots.gpkg"
        path.unlink(missing_ok=True)
        gpd.GeoDataFrame(columns, geometry=LOTS, crs=4490).to_file(path)
        spec = LayerSpec("lots", "vector", style={"class": "code"})
        report = import_path(session, storage, frame, path, spec)
        return [str(warning) for warning in report.warnings if "column" in str(warning)]

    return run


def test_columns_that_come_and_go_or_change_their_type_are_told_with_what_follows(again: Any, session: Session) -> None:
    assert again(code=["a", "b", "c"], area=[1, 2, 3], 名称=["甲", "乙", "丙"]) == []
    lists = read_domains({"code": ["a", "b", "c"]}, find_layer(session, "lots", ALL))
    store_domains(session, "lots", lists)
    assert again(code=["a", "b", "c"], area=[1, 2, 3], 名称=["甲", "乙", "丙"]) == []
    told = again(area=["1", "2", "x"], 名称=["甲", "乙", "丙"], owner=["p", "q", "r"])
    assert told == [
        "columns the version before did not have: owner",
        "columns of the version before that are gone: code; filters on them are refused from now on",
        "column area is text now and was bigint",
        "the style's hint class names column code, which is gone: the map is drawn without it until it comes back",
        "code lists of columns that are gone judge nothing: code",
    ]
    layer = find_layer(session, "lots", ALL)
    assert (layer.version.number, layer.style["class"], list(layer.domains)) == (3, "code", ["code"])
    assert [column.name for column in find_layer(session, "lots", ALL, 1).version.columns][-3:] == [
        "code",
        "area",
        "名称",
    ]
