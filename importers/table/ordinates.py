"""How the ordinates of a table are written: decimal signs, thousands, degrees with minutes and seconds, packed angles.

A packed angle is what a calculator shows: 115.3900 is 115°39'00". Nothing in one number tells it from decimal degrees;
many numbers none of which has minutes or seconds of 60 and more do.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_SIDE = r"([NSEW]|[东西南北][经纬]?)"
_DMS = re.compile(
    _SIDE + r"?\s*(\d{1,3})\s*[°度d:\s]\s*(\d{1,2}(?:\.\d+)?)\s*(?:['′’分m:\s]\s*)?"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|''|秒|s)?)?\s*" + _SIDE + "?",
    re.IGNORECASE,
)
"""Degrees, minutes and seconds: 115°39'00"E, 东经115度39分0秒, 115:39:00, 115 39 00, 115°39.5′."""
_DASHED = re.compile(_SIDE + r"?\s*(\d{1,3})-(\d{1,2})-(\d{1,2}(?:\.\d+)?)\s*" + _SIDE + "?", re.IGNORECASE)
"""The same as 115-39-00, all three of them."""
_DEGREES = re.compile(_SIDE + r"?\s*(\d{1,3}(?:\.\d+)?)\s*[°度]?\s*" + _SIDE + "?", re.IGNORECASE)
"""Decimal degrees with what stands around them: 115.65°, 东经115.65, 34.44N."""
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}([. ]\d{3})+),\d+")
_SPACED = re.compile(r"[+-]?\d{1,3}([ '’]\d{3})+(\.\d+)?")
"""Thousands parted as in 3 813 295.8 and 3'813'295.8; degrees and minutes have no three digits."""
_PARTED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_PARTED_FOR_SURE = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})")
_PLAIN_SIGNS = str.maketrans(
    "０１２３４５６７８９．，－＋−º˚´｀＇＂\xa0",
    "0123456789.,-+-°°'''\" ",
    "\u200b\u200e\u200f\u202a\u202c\u2060\ufeff",
)
"""Digits and signs as they are meant: of full width, look-alikes of degrees and minutes, marks that nobody sees."""
_NONE = frozenset({
    *("", "-", "--", "/", "\\", "null", "none", "nan", "n/a", "na", "无", "空", "未知", "\\n"),
    *("#n/a", "#div/0!", "#null!", "#num!", "#ref!", "#value!", "#name?"),
})  # fmt: skip
"""What people and programs write into a cell that is empty, and a spreadsheet into one it could not reckon."""
_PAIR = re.compile(r"[\[(（]?\s*([+-]?\d+(?:\.\d+)?)\s*[,，;；\s]\s*([+-]?\d+(?:\.\d+)?)\s*[\])）]?")
_BETWEEN = (r"\s*[,;，；、|]\s*", r"\s+", r"(?<=.)(?=[东西南北][经纬]|[经纬]度)|(?<=[EWNS东西南北])(?=\d)")
"""What parts the two of a pair: a sign, else a blank, else nothing but where the second begins."""
_CALLED = re.compile(r"(经度|纬度|longitude|latitude|long?|lng|lat)\s*[:：=]?\s*", re.IGNORECASE)
_NORTH = re.compile(r"[NS]|[南北]|纬|lat", re.IGNORECASE)
PACKED_LEAST = 30
"""So many different angles without minutes or seconds of 60 and more are packed: by chance one in five million."""


def number_of(value: Any, comma: bool = False) -> float:
    """Return an ordinate, degrees of an angle; NaN for what is none. ``comma``: the decimal sign is a comma."""
    if value in (None, ""):
        return float("nan")
    if isinstance(value, str):
        value = value.translate(_PLAIN_SIGNS).strip()
        if comma:
            value = value.replace(".", "").replace(" ", "") if "," in value else value
            value = value.replace(",", ".")
        elif _SPACED.fullmatch(value):
            value = value.replace(" ", "").replace("'", "").replace("’", "")
        elif _PARTED_FOR_SURE.fullmatch(value):
            value = value.replace(",", "")
    try:
        return float(value)
    except (TypeError, ValueError):
        return sexagesimal(str(value))


def is_none(text: str) -> bool:
    """Say whether a cell's text says that there is nothing."""
    return text.strip().lower() in _NONE


def pair_of(value: Any) -> tuple[float, float]:
    """Return the two ordinates of a text (``115.65,34.44``, ``北纬34°26′10″，东经115°38′12.5″``); NaN for no pair.

    They stay in their order, unless the text itself says that its first is a latitude.
    """
    text = str(value).translate(_PLAIN_SIGNS).strip()
    if found := _PAIR.fullmatch(text):
        return float(found[1]), float(found[2])
    text = text.strip("[](){}【】（） ")
    for between in _BETWEEN:
        parts = re.split(between, text, flags=re.IGNORECASE)
        if len(parts) == 2 and all(parts):
            first, second = (number_of(_CALLED.sub("", part, count=1)) for part in parts)
            if first == first and second == second:
                return (second, first) if _NORTH.search(parts[0]) else (first, second)
    return float("nan"), float("nan")


def sexagesimal(text: str) -> float:
    """Return degrees of degrees, minutes and seconds; NaN when it is nothing of the kind."""
    if (found := _DMS.fullmatch(text.strip()) or _DASHED.fullmatch(text.strip())) is not None:
        before, degrees, minutes, seconds, after = found.groups()
    elif (found := _DEGREES.fullmatch(text.strip())) is not None:
        before, degrees, after = found.groups()
        minutes = seconds = "0"
    else:
        return float("nan")
    if float(minutes) >= 60 or float(seconds or 0) >= 60:
        return float("nan")
    size = float(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600
    return -size if (before or after or "").upper()[:1] in ("S", "W", "南", "西") else size


def has_decimal_comma(texts: Sequence[str]) -> bool:
    """Say whether ordinates are written 115,65: every one that has a comma, and not all as thousands are parted."""
    with_comma = [text.strip() for text in texts if "," in text]
    return (
        bool(with_comma)
        and all(map(_DECIMAL_COMMA.fullmatch, with_comma))
        and not all(map(_PARTED.fullmatch, with_comma))
    )


def looks_packed(angles: Numbers) -> bool:
    """Say whether decimal degrees are packed degrees, minutes and seconds (DDD.MMSS) instead."""
    different = np.unique(angles[np.isfinite(angles)])
    minutes, seconds = _minutes_seconds(different)
    written = (np.abs(different * 100 - np.round(different * 100)) > 1e-6).mean() if len(different) else 0.0
    return len(different) >= PACKED_LEAST and written > 0.5 and bool(((minutes < 60) & (seconds < 60)).all())


def unpacked(angles: Numbers) -> Numbers:
    """Return degrees of packed angles: 115.3936 is 115.66; NaN where minutes or seconds are 60 or more."""
    minutes, seconds = _minutes_seconds(angles)
    with np.errstate(invalid="ignore"):
        good = (minutes < 60) & (seconds < 60)
    size = np.floor(np.abs(angles)) + minutes / 60 + seconds / 3600
    return np.where(good, np.copysign(size, angles), np.nan)


def _minutes_seconds(angles: Numbers) -> tuple[Numbers, Numbers]:
    """Split the decimals into two digits of minutes and what follows as seconds; 1e-7 s are left to rounding."""
    seconds_all = np.round((np.abs(angles) - np.floor(np.abs(angles))) * 1e4, 7)
    minutes = np.floor(seconds_all / 100)
    return minutes, np.round(seconds_all - 100 * minutes, 7)
