"""After any edits the catalogue's number of features and extent are the table's, though nobody reads it through."""

import random

import pytest
import shapely
from sqlalchemy import text

from layers.catalogue import find_layer
from layers.crs.names import CRS84
from layers.crs.output import offered_crs
from layers.edit.new_features import BodyCrs, read_feature
from layers.edit.writing import Edit
from layers.frame import SHANGQIU
from layers.layer import Column
from layers.tables import count_features, table_extent
from layers.views import ALL
from tests.feature_layers import make_layer

COLUMNS = [Column("name", "name", "text")]


def _edit(session, work):
    layer = find_layer(session, "tallied", ALL)
    crs = offered_crs(SHANGQIU, 4490)[CRS84]
    edit = Edit(session, layer, "somebody", crs)
    work(edit, lambda geometry: read_feature(_document(geometry), layer, BodyCrs(crs, crs, {})))
    edit.finish()
    return find_layer(session, "tallied", ALL)


def _document(geometry):
    shape = None if geometry is None else shapely.geometry.mapping(geometry)
    return {"type": "Feature", "geometry": shape, "properties": {"name": "x"}}


def _square(chance):
    x, y = chance.uniform(115, 116), chance.uniform(34, 35)
    return None if chance.random() < 0.1 else shapely.box(x, y, x + chance.uniform(1e-6, 0.2), y + 1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_number_and_extent_follow_every_edit(session, seed):
    chance = random.Random(seed)
    rows = [(f"n{i}", None if (shape := _square(chance)) is None else shape.wkt) for i in range(12)]
    make_layer(session, "tallied", rows, COLUMNS, geometry_type="Polygon")
    alive = list(range(1, 13))
    for turn in range(40):

        def work(edit, read):
            for _ in range(chance.randint(1, 3)):
                what = chance.choice(["create", "replace", "delete", "delete"] if len(alive) > 3 else ["create"])
                if what == "create":
                    alive.extend(edit.create([read(_square(chance))]))
                elif what == "replace":
                    edit.replace(chance.choice(alive), read(_square(chance)), None)
                else:
                    edit.delete(alive.pop(chance.randrange(len(alive))), None)

        layer = _edit(session, work)
        table = str(layer.version.table)
        assert layer.version.feature_count == count_features(session, table) == len(alive)
        assert layer.version.extent == table_extent(session, table)
        assert layer.version.revision == turn + 1


def test_the_last_feature_takes_the_extent_with_it(session):
    make_layer(
        session, "tallied", [("a", "POLYGON((115 34, 116 34, 116 35, 115 34))")], COLUMNS, geometry_type="Polygon"
    )
    layer = _edit(session, lambda edit, read: edit.delete(1, None))
    assert (layer.version.feature_count, layer.version.extent) == (0, None)
    layer = _edit(session, lambda edit, read: edit.create([read(shapely.box(115, 34, 115.5, 34.5))]))
    assert layer.version.extent == (115, 34, 115.5, 34.5)


def test_an_edit_reads_neither_the_layer_nor_its_history_through(session):
    rows = [(f"n{i}", f"POLYGON(({x} 34, {x + 0.001} 34, {x} 34.001, {x} 34))") for i, x in
            ((i, 115 + i / 1e4) for i in range(5000))]  # fmt: skip
    layer = make_layer(session, "tallied", rows, COLUMNS, geometry_type="Polygon")
    table = str(layer.version.table)

    def rows_read():
        return session.execute(
            text("SELECT seq_tup_read FROM pg_stat_xact_all_tables WHERE relid = to_regclass(:table)"),
            {"table": table},
        ).scalar_one()

    before = rows_read()
    _edit(session, lambda edit, read: edit.delete(1, None))  # the westernmost: its edge is found again
    _edit(session, lambda edit, read: edit.create([read(shapely.box(115.2, 34, 115.21, 34.1))]))
    assert rows_read() == before
