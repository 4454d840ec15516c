"""Versions share the rows of their raster files: each has its own, whatever was joined, rolled back or removed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoservice.database import Database
from layers.catalogue import find_layer
from layers.frame import Bounds
from layers.layer import Band, Draft, LayerSpec, RasterFacts, RasterFile, VersionFacts
from layers.older_versions import prune, remove_layer, roll_back
from layers.rasters import Mosaic, Staying, files_of, ordered
from layers.versions import begin_version, publish
from layers.views import ALL

FACTS = VersionFacts(4490, raster=RasterFacts((Band("grey", "uint8"),), 0.5))


def sheet(draft: Draft, number: int, *, captured: date | None = None, resolution_m: float = 0.5) -> RasterFile:
    west = 115 + number / 100
    return RasterFile(
        f"rasters/{draft.id}/{number:04d}.tif", "EPSG:4490", Bounds(west, 34, west + 0.01, 34.01),
        Bounds(west, 34, west + 0.01, 34.01), 128, 128, resolution_m, f"{number}.tif", captured=captured,
    )  # fmt: skip


def published(
    session: Session, name: str, numbers: Sequence[int], joining: int | None = None
) -> tuple[Draft, dict[str, str]]:
    """Publish the sheets of these numbers; ``joining`` the version of that id. Returns sources and keys expected."""
    draft = begin_version(session, LayerSpec(name, "imagery"))
    fresh = [sheet(draft, number) for number in numbers]
    before = {file.source: file for file in files_of(session, joining)} if joining else {}
    replaced = [before.pop(file.source).key for file in fresh if file.source in before]
    staying = Staying(joining, tuple(replaced)) if joining else None
    publish(session, draft, FACTS, extent=fresh[0].extent, files=fresh, staying=staying)
    return draft, {file.source: file.key for file in [*before.values(), *fresh]}


@pytest.mark.parametrize("seed", range(3))
def test_every_version_keeps_its_own_files_whatever_came_after(session: Session, seed: int) -> None:
    random, known = np.random.default_rng(seed), {}
    for _ in range(12):
        what = random.choice(["whole", "join", "join", "join", "back", "prune"]) if known else "whole"
        if what in ("whole", "join"):
            numbers = [int(number) for number in random.choice(12, random.integers(1, 4), replace=False)]
            joining = find_layer(session, "m", ALL).version.id if what == "join" else None
            draft, files = published(session, "m", numbers, joining)
            known[draft.number] = files
        elif what == "back":
            roll_back(session, "m", int(random.choice(list(known))))
        else:
            prune(session, "m", int(random.integers(0, 4)))
            known = {number: known[number] for number in find_layer(session, "m", ALL).versions}
        for number, files in known.items():
            raster = find_layer(session, "m", ALL, number).version.raster
            assert raster is not None
            assert {file.source: file.key for file in raster.files} == files
            assert [file.order for file in raster.files] == list(range(len(files)))
    remove_layer(session, "m")
    assert session.scalar(text("SELECT count(*) FROM catalogue.raster_file")) == 0


def test_to_join_one_sheet_writes_one_row_however_many_there_are(session: Session) -> None:
    first, _ = published(session, "wide", range(50))
    published(session, "wide", [50], first.id)
    rows = session.execute(text("SELECT since, until, count(*) FROM catalogue.raster_file GROUP BY 1, 2")).all()
    assert {tuple(row) for row in rows} == {(first.id, None, 50), (first.id + 1, None, 1)}


def test_the_newer_lies_on_top_then_the_finer_then_the_later(session: Session) -> None:
    draft = begin_version(session, LayerSpec("layers", "imagery"))
    files = [
        sheet(draft, 0, captured=date(2020, 1, 1)), sheet(draft, 1), sheet(draft, 2, resolution_m=0.1), sheet(draft, 3),
        sheet(draft, 4, captured=date(2021, 1, 1), resolution_m=2),
    ]  # fmt: skip
    publish(session, draft, FACTS, extent=files[0].extent, files=files)
    found = files_of(session, draft.id)
    assert [file.source for file in found] == ["1.tif", "3.tif", "2.tif", "0.tif", "4.tif"]
    assert found == ordered(files)


def test_a_part_of_a_mosaic_is_asked_for_by_place_and_by_name(session: Session) -> None:
    draft, _ = published(session, "parts", range(20))
    mosaic = Mosaic(session, draft.id)
    assert [file.source for file in mosaic.near(Bounds(115.031, 34, 115.045, 34.005))] == ["3.tif", "4.tif"]
    assert [file.source for file in mosaic.named(["7.tif", "no.tif"])] == ["7.tif"]
    totals = mosaic.totals([sheet(draft, 0).key])
    assert (totals.count, totals.extent, totals.aligned) == (19, Bounds(115.01, 34, 115.20, 34.01), False)
    other = replace(sheet(draft, 30), resolution_m=0.1)
    assert totals.with_files([other]) == replace(
        totals, count=20, finest_m=0.1, extent=Bounds(115.01, 34, 115.31, 34.01)
    )


def test_an_upgrade_folds_the_lists_of_versions_and_a_downgrade_unfolds_them(database: Database) -> None:
    listed = 'SELECT version_id, key, "order", facts FROM catalogue.raster_file ORDER BY version_id, "order"'
    configuration = Config()
    configuration.set_main_option("script_location", "geoservice:migrations")
    with database.engine.connect() as connection:
        configuration.attributes["connection"] = connection
        with Session(connection) as session:
            first, _ = published(session, "old", range(4))
            second, _ = published(session, "old", [2, 4], first.id)
            third, _ = published(session, "old", [7])
            roll_back(session, "old", 2)
            fourth, _ = published(session, "old", [8], second.id)
            session.flush()
            versions = [draft.id for draft in (first, second, third, fourth)]
            before = {version: files_of(session, version) for version in versions}
            command.downgrade(configuration, "0007")
            lists = session.execute(text(listed)).all()
            assert [tuple(row[:3]) for row in lists] == [
                (version, file.key, place) for version in versions for place, file in enumerate(before[version])
            ]
            command.upgrade(configuration, "head")
            assert {version: files_of(session, version) for version in versions} == before
            assert session.scalar(text("SELECT count(*) FROM catalogue.raster_file")) == len(
                {(file.key, version >= fourth.id) for version in versions for file in before[version]}
            )
        connection.rollback()
