"""Every column gets a name a table can have; the file's own stays as the title."""

import json

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from importers.batch import SourceColumn
from importers.vector.columns import MAX_COLUMNS, OTHERS, gathered, table_columns
from layers.tables import create_feature_table


def _names(*titles: str) -> list[str]:
    return [column.name for column in table_columns([SourceColumn(title, "text") for title in titles])[0]]


def test_chinese_names_stay_as_they_are() -> None:
    assert _names("地块编号", "DLBM", "Shape Area") == ["地块编号", "DLBM", "Shape Area"]


def test_names_the_table_keeps_for_itself_are_told_apart() -> None:
    columns, decisions = table_columns([SourceColumn("fid", "bigint"), SourceColumn("GEOM", "text")])
    assert [(c.name, c.title) for c in columns] == [("source_fid", "fid"), ("GEOM_2", "GEOM")]
    assert len(decisions) == 2


def test_names_that_differ_in_case_only_stay_apart() -> None:
    assert _names("Name", "NAME", "name") == ["Name", "NAME_2", "name_3"]


def test_long_names_are_cut_between_characters() -> None:
    first, second = _names("权" * 30, "权" * 31)
    assert len(first.encode()) <= 63
    assert len(second.encode()) <= 63
    assert set(first) == {"权"}


@given(st.lists(st.text(max_size=40), max_size=40))
def test_any_titles_give_names_that_are_unique_and_storable(titles: list[str]) -> None:
    names = _names(*titles)
    assert len(names) == len({name.lower() for name in names}) == len(titles)
    for name in names:
        assert 0 < len(name.encode()) <= 63
        assert not set('%\0"') & set(name)


def test_hostile_names_make_a_table(session: Session) -> None:
    titles = ['a"; DROP TABLE x; --', "%s", "\0", "", " ", "select", "fid", "😀", "a.b", "'"]
    columns, _ = table_columns([SourceColumn(title, "text") for title in titles])
    assert create_feature_table(session, 1, columns, 4490) == "features.v1"


def test_more_columns_than_a_table_takes_share_one_as_json() -> None:
    titles = [f"列{number}" for number in range(10_000)]
    columns, decisions = table_columns([SourceColumn(title, "bigint") for title in titles])
    assert len(columns) == MAX_COLUMNS
    assert (columns[-1].title, columns[-1].type) == (OTHERS, "json")
    assert f"{10_000 - MAX_COLUMNS + 1} are in the JSON column" in decisions[-1].value
    values = {title: pa.array([2**60 + number, None], pa.int64()) for number, title in enumerate(titles)}
    rows = gathered(values, [SourceColumn(title, "bigint") for title in titles])[OTHERS].to_pylist()
    assert json.loads(rows[0])["列9999"] == 2**60 + 9999
    assert len(json.loads(rows[0])) == 10_000 - MAX_COLUMNS + 1
    assert json.loads(rows[1]) == {}
