"""Vector imports end to end: real files into a real PostGIS, counted against SQL."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from importers.batch import ImportOptions, ReadOptions
from importers.errors import QuestionOpen
from importers.importing import import_path
from layers.catalogue import LayerSpec, find_layer
from layers.frame import Frame
from layers.storage import Storage
from layers.views import ALL


def test_the_counties_of_shangqiu_arrive_whole(
    session: Session, storage: Storage, frame: Frame, shared_data: Path
) -> None:
    file = shared_data / "shangqiu" / "counties_amap_wgs84.geojson"
    report = import_path(session, storage, frame, file, LayerSpec("counties", "vector"))
    layer = find_layer(session, "counties", ALL)
    assert report.counts.read == report.counts.kept == 9
    rows = session.execute(text(f"SELECT count(*), min(ST_SRID(geom)) FROM {layer.version.table}")).one()
    assert tuple(rows) == (9, 4490)
    print(report.to_text())


def test_an_unknown_coordinate_system_is_refused_with_the_option(
    session: Session, storage: Storage, frame: Frame, shared_data: Path
) -> None:
    file = shared_data / "shangqiu" / "bount_poly_1999.shp"
    with pytest.raises(QuestionOpen, match="--crs"):
        import_path(session, storage, frame, file, LayerSpec("old", "vector"))
    said = ImportOptions(read=ReadOptions(crs="EPSG:4326"))
    report = import_path(session, storage, frame, file, LayerSpec("old", "vector"), said)
    print(report.to_text())
    assert report.counts.rows == 48
