"""Chinese text in tables is decoded by rule, and the rule is told."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.errors import UnreadableSource
from importers.vector.encoding import dbf_encoding, mend, text_encoding


def write_dbf(path: Path, names: list[bytes], rows: list[list[bytes]], language: int = 0, width: int = 20) -> Path:
    """Write a dBase III table of text fields."""
    header = struct.pack("<BBBBIHH", 3, 124, 1, 1, len(rows), 33 + 32 * len(names), 1 + width * len(names))
    header += bytes(17) + bytes([language]) + bytes(2)
    for name in names:
        header += name[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    body = b"".join(b" " + b"".join(cell[:width].ljust(width) for cell in row) for row in rows)
    path.write_bytes(header + b"\r" + body + b"\x1a")
    return path


def test_gbk_without_any_sign_is_found_by_decoding(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["商丘市".encode("gbk")], ["睢阳区".encode("gbk")]])
    decision = dbf_encoding(dbf)
    assert (decision.value, decision.by) == ("GB18030", "measured")


def test_utf8_without_any_sign_is_found_before_gb18030(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["商丘市".encode()]])
    assert dbf_encoding(dbf).value == "UTF-8"


def test_a_lying_cpg_is_overruled_and_the_lie_is_told(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["商丘市".encode("gbk")]])
    (tmp_path / "a.cpg").write_text("UTF-8")
    decision = dbf_encoding(dbf)
    assert decision.value == "GB18030"
    assert any("UTF-8" in text and "contradict" in text for text in decision.evidence)


@pytest.mark.parametrize("declared", ["GBK", "936", "CP936", "GB2312", "gb18030"])
def test_a_true_cpg_is_believed_however_it_is_spelled(tmp_path: Path, declared: str) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["商丘市".encode("gbk")]])
    (tmp_path / "a.CPG").write_text(declared)
    decision = dbf_encoding(dbf)
    assert (decision.value, decision.by) == ("GB18030", "file")


def test_the_language_byte_of_chinese_decides_when_the_bytes_agree(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["地块".encode("gbk")]], language=0x4D)
    assert dbf_encoding(dbf).by == "file"


def test_the_user_comes_before_every_rule(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["地块".encode("gbk")]], language=0x4D)
    decision = dbf_encoding(dbf, "big5")
    assert (decision.value, decision.by) == ("BIG5", "user")


def test_a_name_cut_in_the_middle_of_a_character_is_no_contradiction(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["河南省商丘市睢阳区文化街道".encode("gbk")[:19]]], width=19)
    assert dbf_encoding(dbf).value == "GB18030"


def test_chinese_field_names_alone_decide(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", ["地块编号".encode("gbk")], [[b"1"]])
    assert dbf_encoding(dbf).value == "GB18030"


def test_text_far_into_a_long_table_is_seen(tmp_path: Path) -> None:
    rows = [[b"plain"]] * 30_000 + [["商丘".encode("gbk")]]
    assert dbf_encoding(write_dbf(tmp_path / "a.dbf", [b"NAME"], rows)).value == "GB18030"


def test_plain_text_needs_no_decision(tmp_path: Path) -> None:
    assert dbf_encoding(write_dbf(tmp_path / "a.dbf", [b"NAME"], [[b"Shangqiu"]])).evidence == (
        "all text is plain ASCII",
    )


@pytest.mark.parametrize("body", [b"", b"\x03", bytes(40), b"\x03" + b"\xff" * 60])
def test_a_damaged_table_is_refused_with_its_name(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.dbf").write_bytes(body)
    with pytest.raises(UnreadableSource, match=r"a\.dbf"):
        dbf_encoding(tmp_path / "a.dbf")


def test_an_encoding_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["地块".encode("gbk")]])
    with pytest.raises(UnreadableSource, match="klingon"):
        dbf_encoding(dbf, "klingon")


@settings(deadline=None)
@given(st.text(alphabet="商丘市睢阳梁园虞城夏邑永民权宁陵柘县区", min_size=2))
def test_chinese_texts_are_told_apart_from_their_utf8_bytes(text: str) -> None:
    assert text_encoding(text.encode()).value == "utf-8"
    assert text.encode("gbk").decode(text_encoding(text.encode("gbk")).value) == text


@pytest.mark.parametrize("text", ["园睢", "园园", "权园", "名称,园\n1,权\n"])
def test_a_few_chinese_characters_that_happen_to_be_utf8_are_chinese(text: str) -> None:
    decision = text_encoding(text.encode("gbk"))
    assert text.encode("gbk").decode(decision.value) == text


@pytest.mark.parametrize("text", ["café", "Žižkov", "Москва, Нижний Новгород", "10 m²"])
def test_latin_letters_and_longer_foreign_texts_stay_utf8(text: str) -> None:
    assert text_encoding(text.encode()).value == "utf-8"


def test_text_that_should_be_utf8_and_is_not_is_mended() -> None:
    assert mend(["商丘".encode("gbk"), None]) == (["商丘", None], 1, "GB18030")
    assert mend(["商丘".encode("gbk"), "宗地".encode(), b"a"]) == (["商丘", "宗地", "a"], 1, "GB18030")


def test_utf8_text_under_a_chinese_cpg_is_read_as_utf8(tmp_path: Path) -> None:
    dbf = write_dbf(tmp_path / "a.dbf", [b"NAME"], [["商丘市梁园区".encode()], ["睢阳区".encode()]])
    (tmp_path / "a.cpg").write_text("GBK")
    decision = dbf_encoding(dbf)
    assert decision.value == "UTF-8"
    assert any("contradict" in text for text in decision.evidence)


@pytest.mark.parametrize("text", ["臺灣地籍縣市邊界鄉鎮", "臺北市", "土地使用分區"])
def test_traditional_text_is_told_from_simplified(tmp_path: Path, text: str) -> None:
    assert dbf_encoding(write_dbf(tmp_path / "a.dbf", [b"NAME"], [[text.encode("big5")]])).value == "BIG5"
    assert text_encoding(f"名稱,x,y\n{text},1,2\n".encode("big5")).value == "big5"


@pytest.mark.parametrize("text", ["商丘市梁园区", "夏邑县郸城县", "睢阳", "地块编号", "国有土地使用权"])
def test_simplified_text_is_not_taken_for_traditional(tmp_path: Path, text: str) -> None:
    assert dbf_encoding(write_dbf(tmp_path / "a.dbf", [b"NAME"], [[text.encode("gbk")]])).value == "GB18030"
