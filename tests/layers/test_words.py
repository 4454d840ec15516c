import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.crs.names import CRS84
from layers.crs.output import offered_crs
from layers.features import count_statement, page_statement
from layers.filter.clauses import Binder
from layers.frame import SHANGQIU
from layers.layer import Column
from layers.pinyin import cuts
from layers.query import LayerQuery, SortKey
from layers.tables import run
from layers.words import MOST_AT_ONCE, MOST_SAID, named_columns, normal, short_parts, tokens_of, words_condition
from tests.feature_layers import make_layer

NAMES = (
    "商丘市第一中学", "商丘古城", "梁园区商场", "丘商村", "重庆路", "长征路", "单县路口", "西安路", "鲜花店",
    "G105国道", "A1 地块", "Ｂ２座", "Café 100%", "商_丘", "银行街", "睢阳区人民医院", "商丘站（南）", "",
)  # fmt: skip
CODES = [f"4114020010{i:02d}GB{i * 37:05d}" for i in range(len(NAMES))]
COLUMNS = (Column("name", "名称", "text"), Column("code", "编码", "text"), Column("note", "备注", "text"))
MANY = 9_000


@pytest.fixture(scope="module")
def layers(database):
    rows = [
        (name or None, code, "备注", f"POINT(115 {34 + i / 100})")
        for i, (name, code) in enumerate(zip(NAMES, CODES, strict=True))
    ]
    crowd = [
        (f"普通店{i}" if i != 8_500 else "商丘稀有店", str(i), None, f"POINT(115 {34 + i / 1e5})")
        for i in range(1, MANY + 1)
    ]
    with database.session() as session:
        made = {
            "places": make_layer(session, "places", rows, COLUMNS, words=True),
            "crowd": make_layer(session, "crowd", crowd, COLUMNS, words=True),
        }
        session.commit()
    return made


@pytest.fixture
def find(layers, database):
    def ask(text, layer="places", limit=100, **query):
        chosen = layers[layer]
        crs = offered_crs(SHANGQIU, 4490)[CRS84]
        with database.session() as session:
            asked = LayerQuery(limit=limit, text=text, **query)
            return [row[1] for row in run(session, page_statement(chosen, asked, crs))][:limit]

    return ask


def names(fids):
    return {NAMES[fid - 1] for fid in fids}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("商丘", {"商丘市第一中学", "商丘古城", "商丘站（南）"}),
        ("丘古", {"商丘古城"}),
        ("商", {"商丘市第一中学", "商丘古城", "梁园区商场", "丘商村", "商丘站（南）", "商_丘"}),
        ("shangqiu", {"商丘市第一中学", "商丘古城", "商丘站（南）"}),
        ("ShangQiu", {"商丘市第一中学", "商丘古城", "商丘站（南）"}),
        ("shangq", {"商丘市第一中学", "商丘古城", "商丘站（南）"}),
        ("shangqiugu", {"商丘古城"}),
        ("sq", {"商丘市第一中学", "商丘古城", "商丘站（南）"}),
        ("sqgc", {"商丘古城"}),
        ("sqs zx", {"商丘市第一中学"}),
        ("chongqing", {"重庆路"}),
        ("cql", {"重庆路"}),
        ("changzheng", {"长征路"}),
        ("shanxian", {"单县路口"}),
        ("yinhang", {"银行街"}),
        ("xian", {"西安路", "鲜花店", "单县路口"}),
        ("xi'an", {"西安路", "鲜花店", "单县路口"}),
        ("g105", {"G105国道"}),
        ("105国", {"G105国道"}),
        ("a1", {"A1 地块"}),
        ("b2", {"Ｂ２座"}),
        ("café", {"Café 100%"}),
        ("100%", {"Café 100%"}),
        ("商_丘", {"商_丘"}),
        ("商丘 中学", {"商丘市第一中学"}),
        ("睢阳 renmin", {"睢阳区人民医院"}),
        ("备注", set()),
        ("nosuchthing", set()),
    ],
)
def test_a_name_is_found_by_a_part_its_pinyin_and_its_first_letters(find, text, found):
    assert names(find(text)) == found


def test_a_code_is_found_by_a_part_that_stands_in_it_and_not_by_its_pieces(find):
    assert find(CODES[4][5:15]) == [5]
    assert find("4114029") == []


def test_a_word_of_many_is_paged_in_order_and_a_rare_one_is_found_far_away(find):
    first = find("pt", "crowd", limit=50)
    assert first == list(range(1, 51))
    assert find("putongdian", "crowd", limit=3, after=(first[-1],)) == [51, 52, 53]
    assert find("商丘", "crowd", limit=3) == [8_500]
    assert find("xiyou", "crowd", limit=3, after=(8_499,)) == [8_500]
    assert find("商丘", "crowd", limit=3, after=(8_500,)) == []


def test_words_join_with_boxes_sorting_offsets_and_counting(find, layers, database):
    assert find("商丘", sort=(SortKey("code", True),)) == [[CODES[fid - 1], fid] for fid in (17, 2, 1)]
    assert find("商丘", offset=1, limit=1) == [2]
    from layers.frame import Bounds

    assert names(find("商丘", box=(Bounds(114.9, 34.005, 115.1, 34.05),))) == {"商丘古城"}
    with database.session() as session:
        counted = run(session, count_statement(layers["places"], LayerQuery(text="sq"), 100))
    assert counted[0][0] == 3


def test_a_rare_word_is_found_by_the_index_of_its_pieces(layers, database):
    crs = offered_crs(SHANGQIU, 4490)[CRS84]
    statement = page_statement(layers["crowd"], LayerQuery(text="商丘稀有"), crs)
    with database.session() as session:
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(
            row[0] for row in session.connection().exec_driver_sql(f"EXPLAIN {statement.text}", dict(statement.params))
        )
    assert "words_tokens" in plan


def test_names_addresses_and_codes_are_searched_and_all_text_where_nothing_is_called_so():
    columns = [
        Column("fl", "DLMC", "text"),
        Column("x", "地址", "text"),
        Column("memo", "memo", "text"),
        Column("n", "name", "integer"),
    ]
    assert [column.name for column in named_columns(columns)] == ["x"]
    assert [column.name for column in named_columns(columns, "memo")] == ["x", "memo"]
    assert [column.name for column in named_columns(columns[2:])] == ["memo"]


def test_values_stay_out_of_the_condition():
    binder = Binder()
    condition = words_condition("商丘'; DROP TABLE x-- sq %", binder)
    assert "DROP" not in condition
    assert "商丘" not in condition


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_pieces_of_a_part_are_among_the_pieces_of_the_whole(before, part):
    part = normal(part)
    whole = normal(before + part + "市")
    if part and " " not in part and part in whole:
        inside = set(map(int, tokens_of([whole])[0]))
        assert set(map(int, tokens_of([part], 1, starts=False)[0])) <= inside


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=60))
def test_any_latin_word_is_cut_in_bounded_time_and_loses_no_letter(word):
    for syllables, left in cuts(word):
        assert "".join(syllables) + left == word


@given(st.lists(st.integers(0, MOST_SAID) | st.none(), max_size=400))
def test_long_texts_are_taken_apart_in_parts_of_few_characters(lengths):
    read = [(fid, None if length is None else "商" * length) for fid, length in enumerate(lengths)]
    parts = list(short_parts(read))
    assert [row for part in parts for row in part] == read
    assert all(sum(len(text or "") for _, text in part) <= MOST_AT_ONCE + MOST_SAID for part in parts)


def test_of_long_texts_the_beginning_is_searched(database):
    column = Column("name", "名称", "text")
    texts = ["长征路" + "。" * 3 * MOST_SAID, "。" * 3 * MOST_SAID + "长征路"]
    with database.session() as session:
        rows = [(text, "POINT(115 34)") for text in texts]
        layer = make_layer(session, "essays", rows, [column], words=True)
        crs = offered_crs(SHANGQIU, 4490)[CRS84]
        found = run(session, page_statement(layer, LayerQuery(limit=10, text="changzheng"), crs))
    assert [row[1] for row in found] == [1]
