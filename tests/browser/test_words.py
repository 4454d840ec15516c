"""Every string a user reads exists in Chinese and in English."""

import re

import pytest

from tests.browser.scripts import SOURCES, evaluate

Words = dict[str, str]


@pytest.fixture(scope="module")
def zh() -> Words:
    words: Words = evaluate("i18n/zh.js", "m.default")
    return words


@pytest.fixture(scope="module")
def en() -> Words:
    words: Words = evaluate("i18n/en.js", "m.default")
    return words


def test_both_languages_have_the_same_words(zh: Words, en: Words) -> None:
    assert set(zh) == set(en)


def test_both_languages_fill_in_the_same_places(zh: Words, en: Words) -> None:
    for key in zh:
        assert set(re.findall(r"\{\w+\}", zh[key])) == set(re.findall(r"\{\w+\}", en[key])), key


def test_every_word_the_viewer_asks_for_is_there(zh: Words) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.js"))
    asked = set(re.findall(r"\bt\('(\w+)'", code))
    assert asked
    assert asked <= set(zh)


def test_every_word_there_is_is_asked_for_by_the_viewer(zh: Words) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.js") if path.stem not in ("zh", "en"))
    quoted = set(re.findall(r"'(\w+)'", code))
    beginnings = tuple(re.findall(r"`(\w+_)\$\{", code))  # t(`verdict_${name}`)
    assert [key for key in zh if key not in quoted and not key.startswith(beginnings)] == []


def test_the_words_stand_one_to_a_line_and_in_the_same_order(zh: Words, en: Words) -> None:
    assert list(zh) == list(en)
    for language, words in (("zh", zh), ("en", en)):
        lines = (SOURCES / "i18n" / f"{language}.js").read_text(encoding="utf-8").splitlines()
        assert re.findall(r"^  (\w+): ", "\n".join(lines), re.M) == list(words)
        assert [line for line in lines if len(line) > 160] == []


def test_chinese_is_chinese_and_english_is_not(zh: Words, en: Words) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    both = {"metric", "comma", "within", "withinShort", "empty", "language", "switchLanguage", "planar"}
    assert [key for key in zh if not chinese.search(zh[key]) and key not in both] == []
    assert [key for key in en if chinese.search(en[key]) and key not in both] == []
