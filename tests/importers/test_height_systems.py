"""Heights brought from one system into another: only when asked, only by a number that is known, and told."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from importers.errors import UnreadableSource, UnsupportedSource
from importers.height.change import nominal_difference
from importers.height.systems import SYSTEMS
from layers.errors import BadQuery
from layers.storage import Storage
from tests.importers.conftest import Importer
from tests.importers.test_elevation import dem, hills, published

OLD, NEW = SYSTEMS["1956"], SYSTEMS["1985"]
ORIGIN = {"1956": Decimal("72.289"), "1985": Decimal("72.2604")}
"""The height of the national levelling origin at Qingdao, metres above each datum's mean sea, as the State Bureau gave
them."""


def test_the_difference_is_that_of_the_two_heights_of_the_origin() -> None:
    difference = round(ORIGIN["1985"] - ORIGIN["1956"], 3)
    assert difference == Decimal("-0.029")
    assert nominal_difference(OLD, NEW) == float(difference)
    assert nominal_difference(NEW, OLD) == -float(difference)


@pytest.mark.parametrize(
    ("source", "target"),
    [(SYSTEMS["ellipsoidal"], NEW), (NEW, SYSTEMS["ellipsoidal"]), (SYSTEMS["egm96"], NEW),
     (SYSTEMS["egm96"], SYSTEMS["egm2008"]), (None, NEW), ("EPSG:5705 Baltic 1977 height", NEW)],
)  # fmt: skip
def test_no_number_joins_surfaces(source: str | None, target: str) -> None:
    assert nominal_difference(source, target) is None


@pytest.mark.parametrize(("said", "wanted", "metres"), [("1956", "1985", -0.029), ("1985", "1956", 0.029)])
def test_heights_asked_for_in_the_other_national_system_are_changed_and_told(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path, said: str, wanted: str, metres: float
) -> None:
    heights = hills()
    heights[10:20] = -9999
    path = dem(tmp_path, heights, nodata=-9999)
    report = bring_in(path, kind="elevation", heights=said, others={"to_heights": wanted})
    raster, ours = published(session, storage)
    assert raster.height_system == SYSTEMS[wanted]
    assert np.array_equal(ours.mask, heights == -9999)
    assert np.abs(ours.compressed() - (heights[heights > -9999].astype(np.float64) + metres)).max() < 4e-6
    told = report.to_text()
    assert f"{metres:+.3f} m to every height" in told
    assert "nominal" in told


def test_the_citys_own_number_goes_before_the_nominal_one_and_leads_where_none_is_known(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills()
    said = {"to_heights": "1985", "heights_add_m": "-0.041"}
    report = bring_in(dem(tmp_path, heights), kind="elevation", heights="1956", others=said)
    assert np.abs(published(session, storage)[1] - (heights.astype(np.float64) - 0.041)).max() < 4e-6
    assert "nominal" not in report.to_text()
    said["heights_add_m"] = "11.3"
    bring_in(dem(tmp_path, heights), kind="elevation", heights="ellipsoidal", others=said)
    assert np.abs(published(session, storage)[1] - (heights.astype(np.float64) + 11.3)).max() < 4e-6
    for wrong in ("a lot", "nan", "-8848"):
        with pytest.raises(BadQuery, match="no number of metres"):
            bring_in(dem(tmp_path, heights), kind="elevation", heights="1956", others={**said, "heights_add_m": wrong})


def test_heights_in_feet_are_metres_before_the_difference_is_added(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills()
    bring_in(dem(tmp_path, heights), kind="elevation", heights="1956", others={"to_heights": "1985", "unit": "ft"})
    _, ours = published(session, storage)
    assert np.abs(ours - (heights.astype(np.float64) * 0.3048 - 0.029)).max() < 4e-6


def test_heights_already_in_the_system_wanted_are_left_as_they_are(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills()
    report = bring_in(
        dem(tmp_path, heights, crs="EPSG:4509+5737"), kind="elevation", others={"to_heights": "EPSG:5737"}
    )
    assert np.array_equal(published(session, storage)[1].data, heights)
    assert "to every height" not in report.to_text()


@pytest.mark.parametrize("said", ["ellipsoidal", "egm96", None])
def test_a_change_that_only_a_surface_makes_is_refused(bring_in: Importer, tmp_path: Path, said: str | None) -> None:
    with pytest.raises(UnsupportedSource, match="between them lies a surface"):
        bring_in(dem(tmp_path, hills()), kind="elevation", heights=said, others={"to_heights": "1985"})


def test_a_system_nobody_knows_is_refused(bring_in: Importer, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="is not a height system"):
        bring_in(dem(tmp_path, hills()), kind="elevation", heights="1956", others={"to_heights": "1987"})


def test_sheets_of_1956_join_those_of_1985_only_when_they_are_changed(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    (tmp_path / "more").mkdir()
    bring_in(dem(tmp_path, hills()), kind="elevation", heights="1985")
    session.commit()
    more = dem(tmp_path / "more", hills(), "b.tif")
    with pytest.raises(UnreadableSource, match="height systems are not mixed"):
        bring_in(more, kind="elevation", heights="1956", others={"join": "yes"})
    bring_in(more, kind="elevation", heights="1956", others={"join": "yes", "to_heights": "1985"})
    raster, _ = published(session, storage)
    assert len(raster.files) == 2
    assert raster.height_system == NEW
