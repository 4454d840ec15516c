"""What pydantic finds wrong is told in the reader's language, naming the field and the limit."""

import re
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from geoservice.faults import fault
from layers.sentences import say, worded


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    name: Annotated[str, Field(max_length=3, pattern="^[a-z]+$")] = "a"
    kind: Literal["one", "two"] = "one"
    day: date | None = None
    flags: list[bool] = []
    members: dict[str, int] = {}
    needed: int

    @field_validator("name")
    @classmethod
    def _ours(cls, name: str) -> str:
        if name == "zz":
            raise ValueError(say("style-object"))
        return name


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({}, "needed is missing", "缺少needed"),
    ({"other": 1}, "other is not known here", "不认识other"),
    ({"count": "many"}, "count is a whole number", "count应为整数"),
    ({"count": 0}, "count is at least 1", "count应不小于1"),
    ({"count": 10}, "count is at most 9", "count应不大于9"),
    ({"share": 0}, "share is above 0.0", "share应大于0.0"),
    ({"share": 1}, "share is below 1.0", "share应小于1.0"),
    ({"share": "half"}, "share is a number", "share应为数字"),
    ({"name": 4}, "name is a text", "name应为文字"),
    ({"name": "long"}, "name is too long: at most 3", "name过长：最多3"),
    ({"name": "A"}, "name is not of the form ^[a-z]+$", "name不符合格式^[a-z]+$"),
    ({"kind": "three"}, "kind is one of 'one', 'two'", "kind应为'one', 'two'之一"),
    ({"day": "soon"}, "day is a day, YYYY-MM-DD", "day应为日期YYYY-MM-DD"),
    ({"flags": 1}, "flags is a list", "flags应为列表"),
    ({"flags": ["perhaps"]}, "flags.0 is true or false", "flags.0应为true或false"),
    ({"members": []}, "members is an object", "members应为对象"),
]


@pytest.mark.parametrize(("given", "english", "chinese"), WRONG)
def test_a_fault_is_told_in_both_languages(given: dict[str, Any], english: str, chinese: str) -> None:
    needed = {"needed": 1} if given else {}
    with pytest.raises(ValidationError) as raised:
        Asked.model_validate(given | needed)
    first = raised.value.errors()[0]
    told = fault(first, ".".join(str(part) for part in first["loc"]))
    assert (told, worded(told, "zh")) == (english, chinese)


def test_a_fault_that_our_own_reading_found_keeps_its_sentence() -> None:
    with pytest.raises(ValidationError) as raised:
        Asked.model_validate({"needed": 1, "name": "zz"})
    told = fault(raised.value.errors()[0], "name")
    assert re.search(r"[\u4e00-\u9fff]", str(worded(told, "zh")))


def test_a_fault_of_an_unknown_kind_keeps_its_words() -> None:
    assert fault({"type": "new_in_pydantic", "msg": "Odd"}, "name") == "name: Odd"
