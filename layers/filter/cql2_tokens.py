"""CQL2 text as tokens, and the cursor that walks them from left to right, each character read once."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from layers.errors import BadFilter
from layers.sentences import say

MAX_DEPTH = 40

Tree = Any
"""A CQL2 JSON value: dict, list, str, int, float or bool."""

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<string>'(?:[^'\\]|''|\\'|\\)*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<name>[^\W\d][\w.:]*|:[\w.:]+)
    | (?P<sign><=|>=|<>|[-+*/%^=<>(),])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of the text: ``kind`` is number, string, quoted, name, sign or end; ``at`` its first character."""

    kind: str
    text: str
    at: int


class Cursor:
    """A place in a list of tokens, and the small readings every rule of the grammar is made of."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokens(text)
        self.next = 0
        self.depth = 0

    def _tokens(self, text: str) -> list[Token]:
        tokens, at = [], 0
        end = len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                where = at + len(text[at:]) - len(text[at:].lstrip())
                raise BadFilter(say("filter-unreadable", at=where + 1, given=text[where : where + 20]), "filter")
            tokens.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
            at = match.end()
        return [*tokens, Token("end", "the end", end)]

    def peek(self, ahead: int = 0) -> Token:
        """Return a token without taking it."""
        return self.tokens[min(self.next + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Return the next token and step over it."""
        token = self.peek()
        self.next += 1
        return token

    def word(self, *words: str, ahead: int = 0) -> bool:
        """Say whether a token is one of these words, in any case."""
        token = self.peek(ahead)
        return token.kind == "name" and token.text.upper() in words

    def sign(self, *signs: str, ahead: int = 0) -> bool:
        """Say whether a token is one of these signs."""
        token = self.peek(ahead)
        return token.kind == "sign" and token.text in signs

    def skip_word(self, word: str) -> bool:
        """Step over a word if it stands next; say whether it did."""
        if not self.word(word):
            return False
        self.next += 1
        return True

    def expect(self, sign: str) -> None:
        """Step over a sign that must stand next."""
        if not self.sign(sign):
            self.fail(f"{sign!r}")
        self.next += 1

    def deeper(self) -> None:
        """Count one level of nesting.

        Raises:
            BadFilter: there are too many; a deeper text would exhaust the stack.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadFilter(say("filter-deep", most=MAX_DEPTH), "filter")

    def fail(self, wanted: str) -> NoReturn:
        """Refuse the text: say what was needed, where, and what stands there."""
        token = self.peek()
        found = say("filter-end") if token.kind == "end" else repr(token.text[:40])
        raise BadFilter(say("filter-needs", wanted=wanted, at=token.at + 1, found=found), "filter")

    def listing(self, item: Callable[[], Tree], exactly: int | None = None) -> list[Tree]:
        """Read items between brackets, divided by commas."""
        self.expect("(")
        items: list[Tree] = []
        while not self.sign(")"):
            if items:
                self.expect(",")
            items.append(item())
        if exactly is not None and len(items) != exactly:
            self.fail(say("filter-wants-values", count=exactly))
        self.expect(")")
        return items

    def string(self) -> str:
        r"""Read a text in single quotes; ``''`` and ``\'`` are one quote."""
        if self.peek().kind != "string":
            self.fail(say("filter-wants-text"))
        return self.take().text[1:-1].replace("''", "'").replace("\\'", "'")

    def number(self) -> int | float:
        """Read a number, whole ones exactly."""
        token = self.take()
        if token.text.isascii() and token.text.isdigit() and len(token.text) <= 40:
            return int(token.text)
        value = float(token.text)
        if not math.isfinite(value):
            raise BadFilter(say("filter-number-large", at=token.at + 1), "filter")
        return value

    def signed(self) -> int | float:
        """Read a number with its sign."""
        negative = self.sign("-")
        if negative or self.sign("+"):
            self.next += 1
        if self.peek().kind != "number":
            self.fail(say("filter-wants-number"))
        value = self.number()
        return -value if negative else value
