"""Numbers in columns as people write them: digits of full width, thousands parted, decimal commas, units.

A comma is a decimal sign where the table's ordinates have it so; it parts thousands where a number of the column has a
point behind it (1,234.5). Else it may as well part two numbers (lots 101,102): such a column stays text, as one of
numbers with units does, and that is told.
"""

import re
from typing import Literal

from importers.batch import ColumnType

Writing = Literal["parted", "grouped", "comma", "measure"]
"""How a text writes a number: 1,234.5; 1,234; 0,5 or 12,34; 12.5 亩 or 30%."""

_WIDE = str.maketrans("０１２３４５６７８９．，－＋", "0123456789.,-+")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_PARTED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+\.\d+")
_COMMA = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+),\d+")
_UNIT = (
    r"(%|％|‰|万?亩|公顷|h[am]2?|hm²|[mkcd]?m[2²³]?|㎡|万?平方米|平方公里|平米|[毫厘千公]?米|公里|里|[万亿]?元|[万亿]|"
    r"万?[个人户栋幢层间宗块吨]|°|度|t|kg|k[VW]|℃)"
)
_ABOUT = r"[约≈~>＞<＜≥≤￥¥$€]"
_MEASURE = re.compile(rf"({_ABOUT}\s*)*[+-]?(\d+|\d{{1,3}}(,\d{{3}})+)(\.\d+)?\s*{_UNIT}?", re.IGNORECASE)
_BARE = re.compile(r"[+-]?[\d.]+")


def narrow(text: str) -> str:
    """Return a text with the digits and signs of full width as the usual ones."""
    return text.translate(_WIDE)


def writing_of(text: str) -> Writing | None:
    """Return how a text writes a number that no program would; None when it is none."""
    if _PARTED.fullmatch(text):
        return "parted"
    if _GROUPED.fullmatch(text):
        return "grouped"
    if _COMMA.fullmatch(text):
        return "comma"
    return "measure" if _MEASURE.fullmatch(text) and not _BARE.fullmatch(text) else None


def type_of(kinds: set[str], comma: bool) -> ColumnType | None:
    """Return the type of a column of numbers some of which are so written; None where that leaves it text.

    ``comma``: the table's decimal sign is the comma.
    """
    if comma:
        return "float" if kinds <= {"integer", "comma", "grouped"} else None
    return "float" if "parted" in kinds and kinds <= {"integer", "float", "parted", "grouped"} else None


def number(text: str, comma: bool) -> float:
    """Return the number that a text of such a column writes."""
    text = narrow(text)
    return float(text.replace(".", "").replace(",", ".") if comma and "," in text else text.replace(",", ""))
