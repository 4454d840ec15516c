"""Layers and their versions: published in one stroke, rolled back, removed; invisible ones look unknown."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from geoservice.database import Database
from layers.catalogue import find_layer, list_layers, load_catalogue
from layers.errors import BadQuery, LayerExists, LayerNotFound, VersionNotFound
from layers.frame import Bounds
from layers.layer import Column, LayerSpec, VersionFacts
from layers.older_versions import prune, remove_layer, roll_back
from layers.tables import count_features, create_feature_table, index_features, table_extent
from layers.versions import begin_version, publish, touch
from layers.views import ALL, PUBLIC, View
from tests.waiting import until

COLUMNS = (Column("name", "名称", "text"), Column("floors", "层数", "integer"))


def publish_points(session: Session, name: str = "wells", count: int = 3, **spec: object) -> None:
    draft = begin_version(session, LayerSpec(name=name, kind="vector", department="geology", **spec))  # type: ignore[arg-type]
    table = create_feature_table(session, draft.id, COLUMNS, 4490)
    session.execute(
        text(
            f"INSERT INTO {table} SELECT i, '井' || i, i, ST_SetSRID(ST_MakePoint(115 + i * 0.1, 34), 4490), NULL "
            "FROM generate_series(1, :count) i"
        ),
        {"count": count},
    )
    index_features(session, table)
    facts = VersionFacts(srid=4490, table=table, geometry_type="Point", columns=COLUMNS, accuracy_m=1.0)
    publish(session, draft, facts, extent=table_extent(session, table), feature_count=count_features(session, table))


def test_a_published_layer_reads_back_as_it_was_stated(session: Session) -> None:
    publish_points(session, title={"zh": "水井", "en": "Wells"}, style={"symbol": "well"})
    layer = find_layer(session, "wells", PUBLIC)
    assert layer.title == {"zh": "水井", "en": "Wells"}
    assert layer.version.columns == COLUMNS
    assert layer.version.feature_count == 3
    assert layer.version.extent == Bounds(115.1, 34.0, 115.3, 34.0)
    assert layer.version.facts.accuracy_m == 1.0
    assert load_catalogue(session).find("wells", PUBLIC) == layer


def test_importing_again_makes_the_next_version_and_the_old_one_stays_readable(session: Session) -> None:
    publish_points(session, count=3)
    publish_points(session, count=5)
    assert find_layer(session, "wells", PUBLIC).version.feature_count == 5
    assert find_layer(session, "wells", PUBLIC, 1).version.feature_count == 3
    assert find_layer(session, "wells", PUBLIC).versions == (1, 2)
    roll_back(session, "wells", 1)
    assert find_layer(session, "wells", PUBLIC).version.feature_count == 3
    with pytest.raises(VersionNotFound, match=r"no version 7; it has 1, 2$"):
        find_layer(session, "wells", PUBLIC, 7)


def test_a_layer_whose_import_never_finished_is_not_there(session: Session) -> None:
    begin_version(session, LayerSpec(name="draft", kind="vector"))
    assert list_layers(session, ALL) == []
    with pytest.raises(LayerNotFound):
        find_layer(session, "draft", ALL)


def test_a_private_layer_looks_unknown_to_those_who_may_not_read_it(session: Session) -> None:
    publish_points(session, "secret", public=False)
    for view in (PUBLIC, View(frozenset({"land"}))):
        with pytest.raises(LayerNotFound):
            find_layer(session, "secret", view)
        with pytest.raises(LayerNotFound):
            load_catalogue(session).find("secret", view)
    assert find_layer(session, "secret", View(frozenset({"geology"}))).name == "secret"
    assert PUBLIC.key != View(frozenset({"geology"})).key


def test_an_edit_that_was_told_while_the_catalogue_was_read_is_not_forgotten(session: Session) -> None:
    for name in ("edited", "anew"):
        publish_points(session, name)
    before = load_catalogue(session)
    edited = find_layer(session, "edited", ALL)
    touch(session, edited.version.id)
    known = before.with_edits(find_layer(session, "edited", ALL))
    assert known.layers["edited"].version.revision == 1
    assert before.after(known).layers == known.layers
    publish_points(session, "anew", count=4)
    later = load_catalogue(session)
    assert later.after(known) is later  # which knows all of it, and another version


def test_removing_a_layer_drops_its_tables(session: Session) -> None:
    publish_points(session)
    publish_points(session)
    assert len(remove_layer(session, "wells")) == 2
    assert session.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'features'")) == 0
    assert list_layers(session, ALL) == []


def test_a_layer_that_is_removed_while_the_catalogue_is_read_is_there_whole_or_not_at_all(database: Database) -> None:
    with database.session() as session:
        publish_points(session)
        session.commit()

    def remove(*_: object) -> None:
        with database.session() as another:
            remove_layer(another, "wells")
            another.commit()

    with database.session() as session:
        session.execute(text("SELECT 1"))
        event.listen(database.engine, "after_cursor_execute", remove, once=True)
        assert [layer.version.number for layer in list_layers(session, ALL)] == [1]
        assert list_layers(session, ALL) == []


def test_who_removes_a_layer_waits_for_its_import_instead_of_both_for_each_other(database: Database) -> None:
    def remove() -> None:
        with database.session() as another:
            remove_layer(another, "wells")
            another.commit()

    with database.session() as session, ThreadPoolExecutor(1) as pool:
        publish_points(session)
        session.commit()
        draft = begin_version(session, LayerSpec(name="wells", kind="vector"))
        removal = pool.submit(remove)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
        until(lambda: session.scalar(waiting))
        publish(session, draft, VersionFacts(srid=4490), extent=None)
        session.commit()
        removal.result()
        assert list_layers(session, ALL) == []


def test_pruning_keeps_the_served_and_the_newest_versions(session: Session) -> None:
    for _ in range(4):
        publish_points(session)
    roll_back(session, "wells", 1)
    prune(session, "wells", keep=1)
    assert find_layer(session, "wells", PUBLIC).versions == (1, 4)
    assert find_layer(session, "wells", PUBLIC).version.number == 1


@pytest.mark.parametrize("name", ["Wells", "1st", "a b", "井", "", "a" * 64, "x;drop"])
def test_a_name_that_would_need_quoting_somewhere_is_refused(session: Session, name: str) -> None:
    with pytest.raises(BadQuery, match="cannot name a layer"):
        begin_version(session, LayerSpec(name=name, kind="vector"))


def test_a_layer_keeps_its_kind(session: Session) -> None:
    publish_points(session)
    with pytest.raises(LayerExists, match="is vector"):
        begin_version(session, LayerSpec(name="wells", kind="imagery"))
