"""What pydantic finds wrong with a field, as a sentence in the reader's language."""

from collections.abc import Mapping
from typing import Any, Final

from layers.sentences import Sentence, Table, reason, say

SENTENCES: Final[Table] = {
    "field-missing": ("{field} is missing", "缺少{field}"),
    "field-strange": ("{field} is not known here", "不认识{field}"),
    "field-whole": ("{field} is a whole number", "{field}应为整数"),
    "field-number": ("{field} is a number", "{field}应为数字"),
    "field-truth": ("{field} is true or false", "{field}应为true或false"),
    "field-text": ("{field} is a text", "{field}应为文字"),
    "field-day": ("{field} is a day, YYYY-MM-DD", "{field}应为日期YYYY-MM-DD"),
    "field-list": ("{field} is a list", "{field}应为列表"),
    "field-object": ("{field} is an object", "{field}应为对象"),
    "field-one-of": ("{field} is one of {offered}", "{field}应为{offered}之一"),
    "field-above": ("{field} is above {limit}", "{field}应大于{limit}"),
    "field-least": ("{field} is at least {limit}", "{field}应不小于{limit}"),
    "field-below": ("{field} is below {limit}", "{field}应小于{limit}"),
    "field-most": ("{field} is at most {limit}", "{field}应不大于{limit}"),
    "field-long": ("{field} is too long: at most {limit}", "{field}过长：最多{limit}"),
    "field-short": ("{field} is too short: at least {limit}", "{field}过短：至少{limit}"),
    "field-pattern": ("{field} is not of the form {pattern}", "{field}不符合格式{pattern}"),
    "field-wrong": ("{field}: {why}", "{field}：{why}"),
}
_PLAIN: Mapping[str, str] = {
    "missing": "missing", "extra_forbidden": "strange", "none_required": "strange",
    "int_type": "whole", "int_parsing": "whole", "int_from_float": "whole", "int_parsing_size": "whole",
    "float_type": "number", "float_parsing": "number", "finite_number": "number",
    "bool_type": "truth", "bool_parsing": "truth", "string_type": "text",
    "date_type": "day", "date_parsing": "day", "date_from_datetime_parsing": "day",
    "date_from_datetime_inexact": "day",
    "list_type": "list", "tuple_type": "list", "dict_type": "object", "model_type": "object",
    "dataclass_type": "object", "mapping_type": "object",
}  # fmt: skip
_LIMITED: Mapping[str, tuple[str, str]] = {
    "greater_than": ("above", "gt"), "greater_than_equal": ("least", "ge"),
    "less_than": ("below", "lt"), "less_than_equal": ("most", "le"),
    "string_too_long": ("long", "max_length"), "string_too_short": ("short", "min_length"),
    "too_long": ("long", "max_length"), "too_short": ("short", "min_length"),
}  # fmt: skip
"""pydantic's kinds of error, and the member of their context that holds the limit."""


def fault(error: Mapping[str, Any], field: str) -> str:
    """Return the sentence of one of ``ValidationError.errors()``; a kind that is not known here keeps its own words."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind in _PLAIN:
        return say(f"field-{_PLAIN[kind]}", field=field)
    if kind in _LIMITED:
        code, member = _LIMITED[kind]
        return say(f"field-{code}", field=field, limit=context[member])
    if kind in ("literal_error", "enum"):
        return say("field-one-of", field=field, offered=str(context["expected"]).replace(" or ", ", "))
    if kind == "string_pattern_mismatch":
        return say("field-pattern", field=field, pattern=context["pattern"])
    ours = context.get("error")
    if isinstance(ours, Exception):
        why = reason(ours)
        return why if isinstance(why, Sentence) else say("field-wrong", field=field, why=why)
    return say("field-wrong", field=field, why=error["msg"])
