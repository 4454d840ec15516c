"""Band expressions: ``(b4-b3)/(b4+b3)`` as a small tree, never as code.

The whole language: numbers, bands ``b1`` to ``b99``, ``+ - * /``, brackets, a leading minus, and the functions in
``FUNCTIONS``. Anything else is refused with its place in the text. Length and depth are bounded.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.sentences import say
from tiles.errors import BadRendering

Values = npt.NDArray[np.float32]
Bands = Mapping[int, Values]
Node = Callable[[Bands], Any]

LONGEST = 200
DEEPEST = 20
FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {"sqrt": np.sqrt, "log": np.log, "exp": np.exp, "abs": np.abs}
_TOKEN = re.compile(r"\s*(?:(?P<number>\d+\.?\d*|\.\d+)|b(?P<band>[1-9]\d?)(?!\w)|(?P<name>[a-z]+)|(?P<sign>[-+*/()]))")
_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}


@dataclass(frozen=True)
class Expression:
    """A parsed expression; equal texts are equal expressions. ``bands`` count from 1, ascending."""

    text: str
    bands: tuple[int, ...] = field(compare=False)
    root: Node = field(compare=False, repr=False)

    def __call__(self, bands: Bands) -> Values:
        """The value per pixel as float32; not finite where it has none (a division by zero, a root of a negative)."""
        with np.errstate(all="ignore"):
            return np.asarray(self.root(bands), dtype=np.float32)


def parse_expression(text: str) -> Expression:
    """Read an expression. Raises BadRendering naming the place that is wrong."""
    if len(text) > LONGEST:
        raise BadRendering("expression", say("expression-long", most=LONGEST))
    reader = _Reader(text)
    root = reader.sum(0)
    if reader.position < len(reader.tokens):
        raise reader.refuse(say("an-operator"))
    if not reader.bands:
        raise BadRendering("expression", say("expression-no-band", text=text))
    return Expression("".join(value for _, value, _ in reader.tokens), tuple(sorted(reader.bands)), root)


class _Reader:
    """Recursive descent over the tokens (kind, value, place)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        self.bands: set[int] = set()
        self.position = 0
        place, stripped = 0, text.rstrip()
        while place < len(stripped):
            match = _TOKEN.match(stripped, place)
            if match is None:
                rest = stripped[place:].strip()[:10]
                raise BadRendering("expression", say("expression-not-understood", text=rest, place=place + 1))
            kind = match.lastgroup or ""
            self.tokens.append((kind, ("b" if kind == "band" else "") + match[kind], match.start(kind)))
            place = match.end()

    def refuse(self, wanted: str) -> BadRendering:
        """What to raise when something other than ``wanted`` stands at the reader's place."""
        if self.position >= len(self.tokens):
            return BadRendering("expression", say("expression-ends", wanted=wanted))
        _, value, place = self.tokens[self.position]
        return BadRendering("expression", say("expression-other", found=value, place=place + 1, wanted=wanted))

    def take(self, *values: str) -> str | None:
        """The next token when it is one of these signs."""
        if self.position < len(self.tokens) and self.tokens[self.position][1] in values:
            self.position += 1
            return self.tokens[self.position - 1][1]
        return None

    def sum(self, depth: int) -> Node:
        """Terms joined by plus and minus."""
        node = self.product(depth)
        while sign := self.take("+", "-"):
            node = _joined(_SIGNS[sign], node, self.product(depth))
        return node

    def product(self, depth: int) -> Node:
        """Factors joined by times and divided-by."""
        node = self.factor(depth)
        while sign := self.take("*", "/"):
            node = _joined(_SIGNS[sign], node, self.factor(depth))
        return node

    def factor(self, depth: int) -> Node:
        """A number, a band, a bracket, a function of a bracket, or the negative of one of these."""
        if depth > DEEPEST:
            raise BadRendering("expression", say("expression-deep", most=DEEPEST))
        if self.take("-"):
            return _applied(np.negative, self.factor(depth + 1))
        if self.take("("):
            return self.bracket(depth)
        if self.position >= len(self.tokens):
            raise self.refuse(say("a-value"))
        kind, value, _ = self.tokens[self.position]
        if kind == "sign" or (kind == "name" and value not in FUNCTIONS):
            raise self.refuse(f"a number, a band or one of {', '.join(FUNCTIONS)}")
        self.position += 1
        if kind == "number":
            return _constant(np.float32(value))
        if kind == "band":
            self.bands.add(int(value[1:]))
            return _band(int(value[1:]))
        if not self.take("("):
            raise self.refuse("'('")
        return _applied(FUNCTIONS[value], self.bracket(depth))

    def bracket(self, depth: int) -> Node:
        """What stands in a bracket that has just been opened."""
        inside = self.sum(depth + 1)
        if not self.take(")"):
            raise self.refuse("')'")
        return inside


def _constant(value: np.float32) -> Node:
    return lambda bands: value


def _band(number: int) -> Node:
    return lambda bands: bands[number]


def _applied(function: Callable[[Any], Any], node: Node) -> Node:
    return lambda bands: function(node(bands))


def _joined(function: Callable[[Any, Any], Any], left: Node, right: Node) -> Node:
    return lambda bands: function(left(bands), right(bands))
