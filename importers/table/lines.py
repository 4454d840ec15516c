"""The text of a table line by line: most of it in one encoding, some lines perhaps in another.

Tables are put together from files of two encodings, and databases cut texts in the middle of a character. One such line
must not make rubbish of all others, so the encoding is that of nine tenths of the lines, and the rest is read as it can
be and told.
"""

import codecs
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from importers.batch import Decision
from importers.errors import UnreadableSource
from importers.vector.encoding import CHINESE_FROM, text_encoding
from layers.sentences import say

MOST = 0.9
"""The share of the lines with letters beyond ASCII that settles an encoding."""
REPLACED = "\ufffd"
_CHINESE = ("utf-8", "gb18030")


class Lines:
    """The lines of a text file with their ends; what of the last pass was not of the encoding can be told."""

    def __init__(self, path: Path, encoding: Decision) -> None:
        self.encoding = encoding
        self._path, self._name = path, encoding.value
        self._clear()

    def _clear(self) -> None:
        self._first, self._replaced = 0, 0
        self._others: Counter[str] = Counter()

    def __iter__(self) -> Iterator[str]:
        """Yield the lines from the first.

        Raises:
            UnreadableSource: a line is not of the encoding that the user gave, or the file ends within a character.
        """
        self._clear()
        if self._name.lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
            yield from self._wide()
            return
        with self._path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                body = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
                text = self._decoded(body, number)
                if "\r" in text.rstrip("\r\n"):  # line ends of old Macintoshes
                    yield from io.StringIO(text, newline="")
                else:
                    yield text

    def _wide(self) -> Iterator[str]:
        try:
            with self._path.open(encoding=self._name, newline="") as text:
                yield from text
        except UnicodeDecodeError as error:
            if error.end == len(error.object):
                raise UnreadableSource(say("text-cut-off", file=self._path.name)) from None
            raise UnreadableSource(say("text-not-encoding", file=self._path.name, value=self._name)) from None

    def _decoded(self, raw: bytes, number: int) -> str:
        try:
            return raw.decode(self._name)
        except UnicodeDecodeError as error:
            if not raw.endswith((b"\n", b"\r")) and error.end == len(raw) and _unfinished(raw, self._name):
                raise UnreadableSource(say("text-cut-off", file=self._path.name)) from None
            if self.encoding.by == "user":
                told = say("line-not-encoding", file=self._path.name, line=number, value=self._name)
                raise UnreadableSource(told) from None
        self._first = self._first or number
        text = raw.decode(self._name, "replace")
        if not (self._name.startswith("utf-8") and _chinese_but_for_few(text)):
            for other in _CHINESE:
                if _decodes(raw, other):
                    self._others[other] += 1
                    return raw.decode(other)
        self._replaced += 1
        return text

    def told(self) -> Iterator[str]:
        """Say how many lines of the last pass were not of the encoding."""
        for other, count in self._others.items():
            yield say("lines-otherwise", count=count, value=self._name, other=other, line=self._first)
        if self._replaced:
            yield say("lines-replaced", count=self._replaced, value=self._name, line=self._first)


def lines_encoding(sample: bytes, user: str | None) -> Decision:
    """Settle the encoding of a text file from a sample: that of nearly all its lines, if it is not that of all."""
    found = text_encoding(sample, user)
    if found.by in ("user", "file") or found.value.startswith("utf-16") or sample.isascii():
        return found
    lines = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    for name in _CHINESE:
        fitting = sum(_decodes(line, name) for line in lines)
        if fitting == len(lines):
            break  # settled by the whole
        if fitting >= MOST * len(lines):
            return Decision(
                found.what, name, "measured", (say("most-lines-decode", name=name, count=fitting, of=len(lines)),)
            )
    return found


def _decodes(line: bytes, name: str) -> bool:
    try:
        line.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _chinese_but_for_few(text: str) -> bool:
    """Say whether text is Chinese with a broken letter or two, which another encoding would make rubbish of."""
    broken = text.count(REPLACED)
    return sum(letter >= CHINESE_FROM for letter in text) - broken > broken


def _unfinished(raw: bytes, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        decoder.decode(raw)
    except UnicodeDecodeError:
        return False
    return bool(decoder.getstate()[0])
