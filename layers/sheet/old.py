"""Sheet numbers from before 1992, as they stand on scanned maps: ``J-50-5-B``, ``J-50-5-(15)``.

Read only when someone asks; never written. The 1:1M sheet is divided anew for each scale: 1:500 000 into A-D,
1:250 000 into [1]-[16], 1:200 000 into (1)-(36), 1:100 000 into 1-144. The 1:100 000 sheet is divided into A-D for
1:50 000 (those into 1-4 for 1:25 000) and into (1)-(64) for 1:10 000 (those into a-d for 1:5000). Numbers run row by
row from the north-west. On older sheets the heavenly stems stand for A-D and a number for the band letter.
"""

import re

from layers.sentences import say
from layers.sheet.national import MAS, SERIES, Sheet, UnknownSheet, sheet_at

_STEMS = str.maketrans("甲乙丙丁（）［］〔〕【】－—–", "ABCD()[][][]---")
_QUARTERS = "ABCD"
_NAMED = {scale.denominator for scale in SERIES}

# One rule per step: what the part looks like, the scales it may follow, the scale it makes, divisions per side.
_STEPS = (
    (re.compile(r"([A-D])"), (1_000_000,), 500_000, 2),
    (re.compile(r"\[(\d+)\]"), (1_000_000,), 250_000, 4),
    (re.compile(r"\((\d+)\)"), (1_000_000,), 200_000, 6),
    (re.compile(r"(\d+)"), (1_000_000,), 100_000, 12),
    (re.compile(r"([A-D])"), (100_000,), 50_000, 2),
    (re.compile(r"([1-4])"), (50_000,), 25_000, 2),
    (re.compile(r"\((\d+)\)"), (100_000,), 10_000, 8),
    (re.compile(r"([A-D])"), (10_000,), 5_000, 2),
)


def find_old_sheet(number: str) -> Sheet:
    """Read an old number and return the sheet of today's scheme that covers the same ground.

    A 1:200 000 sheet has no successor: it is returned under its old number.

    Raises:
        UnknownSheet: the number cannot be read; the message says which part.
    """
    text = re.sub(r"\s+", "", number).translate(_STEMS).upper()
    parts = re.findall(r"\[\d+\]|\(\d+\)|[A-Z]+|\d+", text)
    if len(parts) < 2 or "".join(parts) != text.replace("-", ""):
        raise UnknownSheet(say("old-sheet-number", number=number), "sheet")
    sheet = _million(number, parts[0], parts[1])
    for part in parts[2:]:
        sheet = _divide(number, sheet, part)
    if sheet.scale not in _NAMED:
        return sheet
    middle = (sheet.west + sheet.east) / 2 / MAS, (sheet.south + sheet.north) / 2 / MAS
    return sheet_at(*middle, sheet.scale)


def _million(number: str, band: str, column: str) -> Sheet:
    letter = chr(ord("A") + int(band) - 1) if band.isdigit() and 1 <= int(band) <= 15 else band
    if not (re.fullmatch("[A-O]", letter) and column.isdigit() and 31 <= int(column) <= 60):
        raise UnknownSheet(say("old-sheet-million", number=number, sheet=f"{band}-{column}"), "sheet")
    west, south = (int(column) - 31) * 6 * MAS, (ord(letter) - ord("A")) * 4 * MAS
    return Sheet(f"{letter}-{column}", 1_000_000, west, south, west + 6 * MAS, south + 4 * MAS)


def _divide(number: str, parent: Sheet, part: str) -> Sheet:
    for pattern, follows, scale, side in _STEPS:
        match = pattern.fullmatch(part)
        if match is None or parent.scale not in follows:
            continue
        position = _QUARTERS.index(match[1]) if match[1] in _QUARTERS else int(match[1]) - 1
        if not 0 <= position < side * side:
            raise UnknownSheet(say("old-sheet-range", number=number, part=part, most=side * side), "sheet")
        row, column = divmod(position, side)
        width, height = (parent.east - parent.west) // side, (parent.north - parent.south) // side
        west, north = parent.west + column * width, parent.north - row * height
        return Sheet(f"{parent.code}-{part}", scale, west, north - height, west + width, north)
    raise UnknownSheet(say("old-sheet-part", number=number, part=part, parent=parent.code, scale=parent.scale), "sheet")
