"""Sentences: every code in both languages, with the same values; worded when read; kept with code and values."""

import ast
import json
import pickle
import re
import string
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import geoservice  # noqa: F401  every package registers its table
import importers
import tiles  # noqa: F401
from layers.errors import GeoError
from layers.sentences import codes, listed, reason, say, stored, stored_tally, worded

PACKAGES = ("geoservice", "importers", "layers", "tiles")
ROOT = Path(importers.__file__).parent.parent
BY_VALUE = ("kind-", "verdict-", "by-", "angles-", "kml-", "option-not-of-")
"""Codes made from a value: ``say(f"verdict-{verdict}")``."""
SERVICES = {"Refused", "_Refused"}
"""What WMS and WMTS raise: a code of their standard, then the sentence."""


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@cache
def modules() -> dict[str, ast.Module]:
    """Return the modules of the packages, by their path."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def said_in_code() -> list[tuple[str, str, ast.Call]]:
    """Return every call of ``say`` in the packages: where, which code, the call."""
    return [
        (f"{path}:{node.lineno}", said, node)
        for path, module in modules().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args
        for said in _codes_of(node.args[0])
    ]


def _codes_of(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    return [*_codes_of(node.body), *_codes_of(node.orelse)] if isinstance(node, ast.IfExp) else []


def kinds(of: type[GeoError]) -> set[str]:
    return {of.__name__}.union(*(kinds(kind) for kind in of.__subclasses__()))


def test_no_error_of_ours_is_raised_in_one_language_only() -> None:
    """The client for notebooks speaks English."""
    ours, plain = kinds(GeoError) | SERVICES, []
    for path, module in modules().items():
        if path.startswith("geoservice/client/"):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _is_plain(node.exc, ours):
                plain.append(f"{path}:{node.lineno}")
    assert plain == []


def _is_plain(call: ast.Call, ours: set[str]) -> bool:
    at = isinstance(call.func, ast.Attribute)  # Error.at(pointer, sentence)
    name = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    if not (isinstance(name, ast.Name) and name.id in ours):
        return False
    said = call.args if name.id in SERVICES else call.args[int(at) :][:1]  # theirs begin with the code
    return any(
        isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and " " in str(text.value)) for text in said
    )


def test_every_sentence_has_words_in_both_languages_and_the_same_values_in_both() -> None:
    for code, (english, chinese) in codes().items():
        assert english.strip(), code
        assert chinese.strip(), code
        assert fields_of(english) == fields_of(chinese), code
        assert all(name.isidentifier() for name in fields_of(english)), code
        words = string.Formatter().parse(english)
        letters = "".join(text for text, *_ in words).strip(" {}():;,./-+0123456789=x±_…|\"'")
        chinese_signs = any("\u4e00" <= sign <= "\u9fff" or sign in "，：；（）" for sign in chinese)
        assert chinese_signs or not letters or code in ("both", "insunits"), f"{code} is not in Chinese"


def test_every_code_that_is_said_is_in_the_table_with_the_values_it_is_said_with() -> None:
    said = said_in_code()
    assert len(said) > 500
    for where, code, call in said:
        assert code in codes(), f"{where}: {code}"
        if any(keyword.arg is None for keyword in call.keywords):  # **values
            continue
        given = {keyword.arg for keyword in call.keywords}
        assert given == fields_of(codes()[code][0]), f"{where}: {code}"


def test_every_sentence_of_the_table_is_said_somewhere() -> None:
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "wording" not in str(path)]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    quoted = set(re.findall(r"(?<=[\"'])[\w-]+(?=[\"'])", text))
    assert [code for code in codes() if not code.startswith(BY_VALUE) and code not in quoted] == []


def test_a_sentence_is_its_english_text_and_is_worded_in_chinese() -> None:
    sentence = say("claimed-but-read", claimed=12, read=np.int64(11))
    assert sentence == "the file claims 12 features, 11 were read"
    assert worded(sentence, "zh") == "文件自称有12个要素，读入11个"
    assert worded(pickle.loads(pickle.dumps(sentence)), "zh") == worded(sentence, "zh")


def test_values_may_be_sentences_texts_in_two_languages_and_lists_of_them() -> None:
    inner = listed([say("all-ascii"), say("byte-order-mark")])
    outer = say("share-in-frame", share=0.5, title={"en": "Shangqiu", "zh": "商丘"}) + inner
    assert outer == "50% of the points would lie in Shangqiuall text is ASCII; byte order mark"
    assert worded(outer, "zh") == "50%的点会落在商丘范围内全部文字为ASCII；字节顺序标记"


def test_a_kept_document_is_read_in_either_language_and_keeps_what_earlier_releases_wrote() -> None:
    kept = {
        "warnings": [stored(say("no-prj")), "an old warning"],
        "refusals": stored_tally({say("coordinate-not-number"): 3}),
        "done": stored_tally({"old": 1}),
        "scale_why": {"en": "why", "zh": "为何"},
    }
    kept = json.loads(json.dumps(kept))
    assert worded(kept, "en") == {
        "warnings": ["no .prj: the file states no coordinate system", "an old warning"],
        "refusals": {"a coordinate is not a number": 3},
        "done": {"old": 1},
        "scale_why": {"en": "why", "zh": "为何"},
    }
    assert worded(kept, "zh")["refusals"] == {"有坐标不是数": 3}


@pytest.mark.parametrize("change", [{"said": "gone"}, {"with": {}}])
def test_a_sentence_of_another_release_is_read_as_it_was_written(change: dict[str, object]) -> None:
    kept = stored(say("claimed-but-read", claimed=2, read=1)) | change
    assert worded(kept, "zh") == "the file claims 2 features, 1 were read"


def test_an_error_gives_back_the_sentence_it_was_raised_with() -> None:
    assert worded(reason(ValueError(say("no-prj"))), "zh") == "没有.prj：文件未说明坐标系"
    assert reason(ValueError("plain")) == "plain"
