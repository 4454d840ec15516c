"""VCT as text (GB/T 17798, CNSDTF 1.0, LANDUSE 2.0 and 3.0): sections, and in them objects of a few lines each.

An object is its number, its feature code, a style or table, and what its kind needs. The versions differ in what stands
before the coordinates: 3.0 has kinds and counts of parts where 1.0 and 2.0 have none, and ends each object with a 0,
the others only areas. The lines themselves tell: coordinates hold the separator, kinds and counts do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from layers.sentences import say

Coordinates = npt.NDArray[np.float64]
PATH, THROUGH = 11, 12
"""Kinds of parts in 3.0: vertices joined by straight lines, an arc through three points."""
SIMPLE = (1, PATH)
BY_REFERENCE, OF_LINES = 100, 21
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


class BrokenText(Exception):
    """A line is not what must stand there; ``line`` is its number, the text a sentence."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why, self.line = why, line


@dataclass(slots=True)
class VctObject:
    """One object: parts with their kinds, or numbers of lines (negative: backwards; 0 parts rings), or a ``fault``."""

    number: str
    code: str
    third: str
    line: int
    parts: list[tuple[int, Coordinates]] = field(default_factory=list)
    references: list[int] = field(default_factory=list)
    words: str | None = None
    fault: str | None = None


def whole_of(text: str) -> int | None:
    """Return the whole number that a text is; None for any other."""
    return int(text) if _WHOLE.fullmatch(text.strip()) else None


class Lines:
    """The lines of a file that hold something, comments left out, with a look at the next."""

    def __init__(self, lines: Iterator[str], separator: str = ",") -> None:
        self._lines, self.separator = lines, separator
        self.at = 0
        self.known: set[int] = set()
        """Numbers of the lines read so far."""
        self._held: str | None = None

    def peek(self) -> str | None:
        """Return the next line without taking it; None at the end."""
        while self._held is None:
            line = next(self._lines, None)
            if line is None:
                return None
            self.at += 1
            self._held = line.strip() or None
            if self._held is not None and self._held.lower() == "commentbegin":
                self._skip_comment()
        return self._held

    def _skip_comment(self) -> None:
        self._held = None
        for line in self._lines:
            self.at += 1
            if line.strip().lower() == "commentend":
                return

    def take(self) -> str:
        """Return the next line.

        Raises:
            BrokenText: there is none.
        """
        line = self.peek()
        if line is None:
            raise BrokenText(say("vct-ends-early"), self.at)
        self._held = None
        return line

    def whole(self) -> int:
        """Take a line that is one whole number."""
        return self.wholes(1)[0]

    def wholes(self, most: int | None = None) -> list[int]:
        """Take a line of whole numbers, so many at most."""
        line = self.take()
        found = [whole_of(text) for text in line.split(self.separator) if text.strip()]
        if not found or None in found or (most is not None and len(found) > most):
            raise BrokenText(say("vct-not-a-number", text=line[:40]), self.at)
        return [number for number in found if number is not None]

    def at_coordinates(self) -> bool:
        """Say whether the next line holds several values."""
        line = self.peek()
        return line is not None and self.separator in line

    def at_known_lines(self) -> bool:
        """Say whether the next line names lines that were read."""
        numbers = [whole_of(text) for text in (self.peek() or "").split(self.separator)]
        return all(number is not None and (abs(number) in self.known or number == 0) for number in numbers)

    def coordinates(self, count: int) -> Coordinates:
        """Take so many points."""
        rows = []
        for _ in range(count):
            line = self.take()
            try:
                rows.append([float(text) for text in line.split(self.separator)[:3] if text.strip()])
            except ValueError:
                raise BrokenText(say("vct-not-a-point", text=line[:40]), self.at) from None
            if len(rows[-1]) < 2:
                raise BrokenText(say("vct-not-a-point", text=line[:40]), self.at)
        width = min(map(len, rows), default=2)
        return np.array([row[:width] for row in rows], dtype=np.float64).reshape(len(rows), width)

    def to_the_end_of_object(self, section: str) -> None:
        """Skip to behind the 0 that ends an object, or to the end of the section."""
        while (line := self.peek()) is not None and line.lower() != f"{section}end":
            self.take()
            if line == "0":
                return


def objects(lines: Lines, section: str, refers: bool | None) -> Iterator[VctObject]:
    """Yield the objects of a section of shapes, up to its end; ``refers``: areas of 1.0 and 2.0 are made of lines
    (None: where they name lines that were read).

    Raises:
        BrokenText: a line is not what must stand there.
    """
    while (line := lines.peek()) is not None and line.lower() != f"{section}end":
        if line == "0":
            lines.take()
            continue
        one = VctObject(str(lines.whole()), lines.take(), lines.take(), lines.at)
        _READERS[section](lines, one, refers)
        if section == "line":
            lines.known.add(int(one.number))
        if one.fault is not None:
            lines.to_the_end_of_object(section)
        yield one
    if line is not None:
        lines.take()


def _point(lines: Lines, one: VctObject, refers: bool | None) -> None:
    kind = lines.whole()
    count = 1 if lines.at_coordinates() else lines.whole()
    one.parts = [(kind, lines.coordinates(count))]
    while kind == 3 and lines.at_coordinates():
        lines.take()  # the direction of a point that has one


def _line(lines: Lines, one: VctObject, refers: bool | None) -> None:
    kind = lines.whole()
    count = lines.whole()
    if kind == BY_REFERENCE:
        one.references = _references(lines, count)
    elif lines.at_coordinates():  # 1.0, 2.0
        one.parts = [({1: PATH, 2: THROUGH}.get(kind, kind), lines.coordinates(count))]
    else:
        _parts(lines, one, count)


def _parts(lines: Lines, one: VctObject, count: int) -> None:
    for _ in range(count):
        kind = lines.whole()
        if kind not in (*SIMPLE, THROUGH):
            one.fault = say("vct-curve", kind=kind)
            return
        points = 3 if lines.at_coordinates() else lines.whole()
        one.parts.append((kind, lines.coordinates(points)))


def _polygon(lines: Lines, one: VctObject, refers: bool | None) -> None:
    modern = not lines.at_coordinates()
    kind = lines.whole() if modern else 0
    if modern and kind not in (1, BY_REFERENCE):
        one.fault = say("vct-kind", kind=kind)
        return
    lines.coordinates(1)  # where its name stands
    if kind == BY_REFERENCE and (how := lines.whole()) != OF_LINES:
        one.fault = say("vct-of-areas") if how == OF_LINES + 1 else say("vct-kind", kind=how)
    elif kind == 1:
        _parts(lines, one, lines.whole())
    elif kind == BY_REFERENCE:
        one.references = _references(lines, lines.whole())
    else:
        count = lines.whole()
        if refers or (refers is None and lines.at_known_lines()):
            one.references = _references(lines, count)
            return
        while count != 0:
            one.parts.append((PATH, lines.coordinates(count)))
            count = lines.whole()


def _references(lines: Lines, count: int) -> list[int]:
    """Take numbers of lines, some on each line; a 0 among them begins a ring."""
    found: list[int] = []
    while len(found) < count:
        found += lines.wholes()
    while lines.at_coordinates():  # more than were counted: zeros were left out
        found += lines.wholes()
    return found


def _annotation(lines: Lines, one: VctObject, refers: bool | None) -> None:
    kind = lines.take()
    if kind in ("1", "2"):
        one.words = lines.take()
        count = 1 if kind == "1" and lines.at_coordinates() else lines.whole()
    else:  # the font; then colour, strokes, size, spacing
        for _ in range(4):
            lines.take()
        one.words, count = lines.take(), lines.whole()
    one.parts = [(1, lines.coordinates(count))]


_READERS = {"point": _point, "line": _line, "polygon": _polygon, "annotation": _annotation}
SHAPES = tuple(_READERS)
