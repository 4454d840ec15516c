"""Which sheets are covered by which layer, and which are missing."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from layers.frame import Bounds
from layers.layer import Band, Layer, RasterFacts, RasterFile, Version, VersionFacts
from layers.sheet.cover import sheets_in
from layers.sheet.holdings import THEME, holdings
from layers.sheet.national import find_sheet

SHEET = find_sheet("I50G038027")


def imagery(*extents: Bounds, captured: date | None = None) -> Layer:
    files = tuple(
        RasterFile(f"rasters/1/{i}.tif", "EPSG:4490", box, box, 10, 10, 0.5, f"{i}.tif", captured=captured)
        for i, box in enumerate(extents)
    )
    facts = VersionFacts(srid=4490, raster=RasterFacts((Band("red", "uint8"),), 0.5, files=files))
    version = Version(1, 3, 0, datetime(2026, 5, 1, tzinfo=UTC), Bounds(115, 34, 116, 35), None, None, facts)
    return Layer(1, "ortho", "imagery", {}, {}, "base", "", True, "", "", {}, version, (1, 2, 3))


def test_a_sheet_wholly_inside_an_image_is_covered_since_it_was_published() -> None:
    (found,) = holdings([SHEET], [imagery(Bounds(115, 34, 116, 35), captured=date(2025, 4, 1))])
    (held,) = found.holdings
    assert found.state == "covered"
    assert (held.layer, held.version, held.since, held.share) == ("ortho", 3, date(2026, 5, 1), 1.0)
    assert (held.resolution_m, held.captured) == (0.5, date(2025, 4, 1))


def test_two_images_side_by_side_cover_a_sheet_together() -> None:
    west, south, east, north = SHEET.bounds
    middle = (west + east) / 2
    left, right = Bounds(west, south, middle, north), Bounds(middle, south, east, north)
    assert holdings([SHEET], [imagery(left)])[0].holdings[0].share == pytest.approx(0.5)
    assert holdings([SHEET], [imagery(left)])[0].state == "partial"
    assert holdings([SHEET], [imagery(left, right)])[0].state == "covered"


def test_a_neighbouring_sheet_that_only_touches_is_missing() -> None:
    (found,) = holdings([SHEET.neighbour(east=1)], [imagery(SHEET.bounds)])
    assert found.state == "missing"
    assert found.to_feature()["properties"]["holdings"] == []


def test_every_sheet_asked_for_is_answered_once() -> None:
    sheets = list(sheets_in(Bounds(115, 34, 115.5, 34.5), 50_000))
    found = holdings(sheets, [imagery(Bounds(115, 34, 115.25, 34.5))])
    assert [one.sheet for one in found] == sheets
    assert {one.state for one in found} == {"covered", "missing"}
    assert holdings([], [imagery(SHEET.bounds)]) == []


def test_a_layer_made_of_such_an_answer_holds_nothing_itself() -> None:
    answer = replace(imagery(SHEET.bounds), theme=THEME)
    assert holdings([SHEET], [answer])[0].state == "missing"


def test_pictures_too_coarse_for_a_scale_do_not_cover_its_sheets() -> None:
    box = Bounds(115, 34, 116, 35)
    half_metre = imagery(box)  # 0.1 mm at 1:5000
    assert holdings([find_sheet("I50H075053")], [half_metre])[0].state == "covered"
    (found,) = holdings([find_sheet("I50I225159")], [half_metre])
    assert found.state == "missing"
    (held,) = found.to_feature()["properties"]["holdings"]
    assert (held["layer"], held["share"], held["fits"]) == ("ortho", 1.0, False)


def test_rivers_two_kilometres_off_and_heights_of_900_metres_cover_no_sheet() -> None:
    box = Bounds(115, 34, 116, 35)
    facts = VersionFacts(srid=4490, table="feature.v1", accuracy_m=2000.0)
    rivers = replace(imagery(box), kind="vector", version=replace(imagery(box).version, facts=facts))
    raster = imagery(box).version.raster
    assert raster is not None
    files = tuple(replace(file, resolution_m=900.0) for file in raster.files)
    coarse = VersionFacts(srid=4490, raster=replace(raster, resolution_m=900.0, files=files))
    heights = replace(imagery(box), kind="elevation", version=replace(imagery(box).version, facts=coarse))
    for layer in (rivers, heights):
        (found,) = holdings([find_sheet("I50I225159")], [layer])
        assert (found.state, found.holdings[0].fits) == ("missing", False)


def test_a_layer_of_unstated_accuracy_neither_covers_a_sheet_nor_leaves_it_missing() -> None:
    box = Bounds(115, 34, 116, 35)
    counties = imagery(box)
    facts = VersionFacts(srid=4490, table="feature.v1")
    unstated = replace(counties, name="counties", kind="vector", version=replace(counties.version, facts=facts))
    assert holdings([SHEET], [unstated])[0].state == "unstated"
    assert holdings([SHEET], [unstated, counties])[0].state == "covered"
    corner = Bounds(SHEET.bounds.west, SHEET.bounds.south, SHEET.bounds.west + 0.001, SHEET.bounds.north)
    assert holdings([SHEET], [unstated, imagery(corner)])[0].state == "partial"


@pytest.mark.parametrize(("largest", "state"), [(5_000, "covered"), (50_000, "missing"), (None, "unstated")])
def test_drawings_cover_sheets_of_the_scales_they_are_good_for(largest: int | None, state: str) -> None:
    facts = VersionFacts(srid=4490, table="feature.v1", largest_scale=largest)
    version = Version(1, 1, 0, datetime(2026, 5, 1, tzinfo=UTC), Bounds(115, 34, 116, 35), 9, None, facts)
    layer = Layer(1, "roads", "vector", {}, {}, "base", "", True, "", "", {}, version, (1,))
    (found,) = holdings([SHEET], [layer])
    assert found.state == state
    assert found.holdings[0].fits is {5_000: True, 50_000: False, None: None}[largest], (
        "unknown is not said to be known"
    )
