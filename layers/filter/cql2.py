"""CQL2 text and CQL2 JSON to one tree: plain dicts and lists in the shape of CQL2 JSON (OGC 21-065r2).

Our own recursive-descent reader, because the ready-made parsers are not safe with a stranger's text: the `cql2` package
needs seconds for twenty unbalanced brackets (time grows as 2^n) and ends the process with a stack overflow at three
thousand. This one reads each character once, and length and nesting are bounded before and while it reads. `cql2` stays
the oracle in the tests.

The tree says nothing about what a layer has; `layers.filter.sql` compiles it and knows the properties and functions.
"""

import json
import re

from layers.errors import BadFilter
from layers.filter.cql2_geometry import opens_geometry, read_geometry
from layers.filter.cql2_tokens import MAX_DEPTH, Cursor, Tree
from layers.sentences import say

MAX_LENGTH = 65_536

_COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
_RESERVED = {"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "DIV"}
# Functions whose name the standard writes in one way; ours are written in lower case too.
_SPELLING = {
    name.lower(): name
    for name in ("t_containedBy", "t_finishedBy", "t_metBy", "t_overlappedBy", "t_startedBy", "a_containedBy")
}


def parse_filter(text: str, language: str = "cql2-text") -> Tree:
    """Read a filter in ``cql2-text`` or ``cql2-json``.

    Raises:
        BadFilter: it is too long, nested too deeply, or not CQL2; the message tells the character.
    """
    if len(text) > MAX_LENGTH:
        raise BadFilter(say("filter-long", count=len(text), most=MAX_LENGTH), "filter")
    if "\x00" in text:
        raise BadFilter(say("filter-nul"), "filter")
    return parse_json(text) if language == "cql2-json" else _Reader(text).whole()


def parse_json(text: str) -> Tree:
    """Read CQL2 JSON. Nesting is bounded before the JSON reader sees it.

    Raises:
        BadFilter: not JSON, or nested too deeply.
    """
    depth = deepest = 0
    for bracket in re.findall(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', text):
        depth += (bracket in "[{") - (bracket in "]}")
        deepest = max(deepest, depth)
    if deepest > 4 * MAX_DEPTH:
        raise BadFilter(say("filter-json-deep", depth=deepest, most=4 * MAX_DEPTH), "filter")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        raise BadFilter(say("filter-not-json", why=error), "filter") from error


def _no_constant(name: str) -> float:
    raise ValueError(say("json-number", name=name))


class _Reader(Cursor):
    """Reads CQL2 text; each method reads one rule of the grammar and returns its tree."""

    def whole(self) -> Tree:
        tree = self.either()
        if self.peek().kind != "end":
            self.fail(say("filter-wants-operator"))
        return tree

    def either(self) -> Tree:
        self.deeper()
        terms = [self.both()]
        while self.skip_word("OR"):
            terms.append(self.both())
        self.depth -= 1
        return terms[0] if len(terms) == 1 else {"op": "or", "args": terms}

    def both(self) -> Tree:
        terms = [self.negation()]
        while self.skip_word("AND"):
            terms.append(self.negation())
        return terms[0] if len(terms) == 1 else {"op": "and", "args": terms}

    def negation(self) -> Tree:
        negated = False
        while self.skip_word("NOT"):
            negated = not negated
        return _negate(self.comparison(), negated)

    def comparison(self) -> Tree:
        left = self.total()
        if self.sign(*_COMPARISONS):
            return {"op": self.take().text, "args": [left, self.total()]}
        if self.skip_word("IS"):
            negated = self.skip_word("NOT")
            if not self.skip_word("NULL"):
                self.fail("NULL")
            return _negate({"op": "isNull", "args": [left]}, negated)
        negated = self.word("NOT") and self.skip_word("NOT")
        if self.skip_word("LIKE"):
            return _negate({"op": "like", "args": [left, self.total()]}, negated)
        if self.skip_word("BETWEEN"):
            low = self.total()
            if not self.skip_word("AND"):
                self.fail("AND")
            return _negate({"op": "between", "args": [left, low, self.total()]}, negated)
        if self.skip_word("IN"):
            return _negate({"op": "in", "args": [left, self.listing(self.total)]}, negated)
        if negated:
            self.fail(say("filter-wants-like"))
        return left

    def total(self) -> Tree:
        tree = self.product()
        while self.sign("+", "-"):
            tree = {"op": self.take().text, "args": [tree, self.product()]}
        return tree

    def product(self) -> Tree:
        tree = self.power()
        while self.sign("*", "/", "%") or self.word("DIV"):
            tree = {"op": self.take().text.lower(), "args": [tree, self.power()]}
        return tree

    def power(self) -> Tree:
        factors = [self.factor()]
        while self.sign("^"):
            self.next += 1
            factors.append(self.factor())
        tree = factors.pop()
        while factors:  # a ^ b ^ c is a ^ (b ^ c)
            tree = {"op": "^", "args": [factors.pop(), tree]}
        return tree

    def factor(self) -> Tree:
        negative = False
        while self.sign("-", "+"):
            negative ^= self.take().text == "-"
        tree = self.primary()
        if not negative:
            return tree
        if isinstance(tree, int | float) and not isinstance(tree, bool):
            return -tree
        return {"op": "*", "args": [-1, tree]}

    def primary(self) -> Tree:
        token = self.peek()
        if token.kind == "number":
            return self.number()
        if token.kind == "string":
            return self.string()
        if token.kind == "quoted":
            return {"property": self.take().text[1:-1].replace('""', '"')}
        if self.sign("("):
            self.next += 1
            tree = self.either()
            self.expect(")")
            return tree
        if token.kind != "name" or token.text.upper() in _RESERVED:
            self.fail(say("filter-wants-value"))
        return self.named()

    def named(self) -> Tree:
        """Read what begins with a name: a literal, a function call or a property."""
        upper = self.peek().text.upper()
        if opens_geometry(self):
            return read_geometry(self)
        if not self.sign("(", ahead=1):
            name = self.take().text
            return upper == "TRUE" if upper in ("TRUE", "FALSE") else {"property": name}
        name = self.take().text
        if upper in ("DATE", "TIMESTAMP"):
            return {upper.lower(): self.listing(self.string, 1)[0]}
        if upper == "INTERVAL":
            return {"interval": self.listing(self.total, 2)}
        if upper == "BBOX":
            return {"bbox": self.listing(self.signed)}
        return self.call(name)

    def call(self, name: str) -> Tree:
        """Read a function's arguments; the standard's functions may be written in any case, ours as they are."""
        lower = name.lower()
        if lower in ("casei", "accenti") or lower.startswith(("s_", "t_", "a_")):
            name = _SPELLING.get(lower, lower)
        return {"op": name, "args": self.listing(self.array_or_total if name.startswith("a_") else self.either)}

    def array_or_total(self) -> Tree:
        if not self.sign("("):
            return self.total()
        self.deeper()
        array = self.listing(self.array_or_total)
        self.depth -= 1
        return array


def _negate(tree: Tree, negated: bool) -> Tree:
    return {"op": "not", "args": [tree]} if negated else tree
