"""Height grids written as text: every word of them must be a number, and there must be as many as are claimed.

GDAL's readers take a word they cannot read for 0 and leave aside what comes after the last cell; both would go unseen.
"""

import re
from pathlib import Path
from typing import BinaryIO

from importers.errors import UnreadableSource
from layers.sentences import say

TEXT_GRIDS = ("AAIGrid", "GSAG")
CHUNK = 4 << 20
_OF_NUMBERS = b"0123456789+-.,eE \t\r\n\f\0"
_NOT_FINITE = re.compile(rb"(?i)[+-]?(?:1\.#)?(?:nan|inf(?:inity)?|ind|qnan)(?:\(\w*\))?")
_TITLE = re.compile(rb"\s*[A-Za-z_][\w ]*[\s=]")
_HEADER_NUMBERS = {"AAIGrid": 0, "GSAG": 8}


def check_numbers(path: Path, driver: str, cells: int) -> tuple[str, ...]:
    """Read a text grid through; returns what should be told about it.

    Raises:
        UnreadableSource: a word in it is no number.
    """
    if driver not in TEXT_GRIDS:
        return ()
    found = -_HEADER_NUMBERS[driver]
    with path.open("rb") as file:
        _skip_titles(file)
        rest = b""
        while chunk := file.read(CHUNK):
            block = rest + chunk
            cut = max(block.rfind(b" "), block.rfind(b"\n"), block.rfind(b"\t"))
            block, rest = (block[: cut + 1], block[cut + 1 :]) if cut >= 0 else (b"", block)
            found += _count(path, block)
        found += _count(path, rest)
    if found > cells:
        return (say("grid-too-many", file=path.name, found=found, cells=cells),)
    return ()


def _skip_titles(file: BinaryIO) -> None:
    """Leave the file at the first line that does not begin with a word."""
    while True:
        place = file.tell()
        line = file.readline(512)
        if not line or not (_TITLE.match(line) or line.startswith(b"DSAA") or not line.strip()):
            file.seek(place)
            return


def _count(path: Path, block: bytes) -> int:
    if block.translate(None, _OF_NUMBERS):
        for word in _NOT_FINITE.sub(b"0", block).split():
            if word.translate(None, _OF_NUMBERS):
                shown = word[:20].decode("ascii", "replace")
                raise UnreadableSource(say("grid-not-height", file=path.name, shown=shown))
    return len(block.split())
