"""XML whose characters GDAL cannot read: a copy in UTF-8 is made for it, changed as its reader wants.

Its parser knows UTF-8, UTF-16 and Latin-1. Chinese programs write GBK, sometimes saying so, sometimes saying UTF-8.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from importers.batch import Decision
from importers.errors import UnreadableSource
from importers.vector.encoding import known_encoding, python_name
from layers.sentences import say
from layers.workplace import workplace

CHUNK = 1 << 20
NATIVE = frozenset({"utf-8", "utf-16", "iso8859-1", "ascii"})
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml.*?\?>", re.DOTALL)
_OPENING = re.compile(r"<\w")

Change = Callable[[str], str]
"""Takes text cut before an opening tag, so that no tag and no leaf is in two pieces, and returns what shall stand
instead."""


@dataclass
class Readable:
    """A file as GDAL can read it: ``path`` is the file itself or a copy, until ``close``.

    ``seen`` counts the words looked for.
    """

    path: Path
    decisions: tuple[Decision, ...] = ()
    seen: Counter[str] = field(default_factory=Counter)
    close: Callable[[], None] = lambda: None


def readable(
    path: Path,
    user: str | None = None,
    words: re.Pattern[str] | None = None,
    change: Change | None = None,
    incomplete: Callable[[], bool] = lambda: False,
) -> Readable:
    """Read a file through once: settle its encoding, count ``words`` (its first group), copy it where that is needed.

    ``change`` is applied to the whole text; there is a copy only if it changed something or the encoding must, or if
    ``incomplete`` says after that reading that there is something to change in a second one.

    Raises:
        UnreadableSource: the user's encoding does not exist, or the text holds null characters.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Readable(path)
    encoding, decision = _settle(path, head, user)
    seen: Counter[str] = Counter()
    changed = decision is not None
    for piece in _pieces(path, encoding):
        if words is not None:
            seen.update(words.findall(piece))
        changed = (change is not None and change(piece) != piece) or changed
    decisions = (decision,) if decision else ()
    if not incomplete() and not changed:
        return Readable(path, decisions, seen)
    with ExitStack() as stack:
        copy = stack.enter_context(workplace("xml")) / f"source{path.suffix.lower()}"
        with copy.open("w", encoding="utf-8", newline="") as sink:
            sink.write('<?xml version="1.0" encoding="UTF-8"?>\n')
            for number, piece in enumerate(_pieces(path, encoding)):
                bare = _DECLARATION.sub("", piece) if number == 0 else piece
                sink.write(change(bare) if change is not None else bare)
        return Readable(copy, decisions, seen, stack.pop_all().close)


def _settle(path: Path, head: bytes, user: str | None) -> tuple[str, Decision | None]:
    """Return the encoding, and a decision where it is not one that GDAL reads as it is."""
    if user is not None:
        return known_encoding(user), Decision(say("encoding"), known_encoding(user), "user", (f"--encoding {user}",))
    found = _DECLARED.search(head)
    declared = found[1].decode("ascii") if found else "UTF-8"
    name = python_name(declared) or "utf-8"
    if name in NATIVE - {"utf-8"} or (name == "utf-8" and _decodes(path, "utf-8")):
        return name, None
    if name != "utf-8" and _decodes(path, name):
        evidence = (say("xml-declares", declared=declared),)
        return name, Decision(say("encoding"), known_encoding(name), "file", evidence)
    for other in ("utf-8", "gb18030", "cp1252"):
        if other != name and _decodes(path, other):
            evidence = (say("xml-lies", declared=declared),)
            return other, Decision(say("encoding"), known_encoding(other), "measured", evidence)
    return "latin-1", Decision(say("encoding"), "ISO-8859-1", "rule", (say("neither-utf8-nor-gb18030"),))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(path: Path, encoding: str) -> Iterator[str]:
    """Yield the text in pieces that end before an element begins."""
    kept: list[str] = []
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while chunk := file.read(CHUNK):
            if "\0" in chunk:
                raise UnreadableSource(say("xml-nul", file=path.name))
            cut = chunk.rfind("<")
            while cut >= 0 and _OPENING.match(chunk, cut) is None:
                cut = chunk.rfind("<", 0, cut)
            if cut < 0 or not (cut or kept):
                kept.append(chunk)
                continue
            yield "".join((*kept, chunk[:cut]))
            kept = [chunk[cut:]]
    if kept:
        yield "".join(kept)
