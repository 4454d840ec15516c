"""Drawings in text no reader of DXF expects: UTF-16, as an editor saved it, or lines that end in a carriage return."""

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from importers.batch import Decision
from layers.sentences import say
from layers.workplace import workplace

PIECE = 1 << 20
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def utf16(head: bytes) -> str | None:
    """Return the UTF-16 that a file's first bytes are of, by its mark or by the zeros beside ASCII; None for others."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    pairs = head[:64]
    if len(pairs) < 16 or 0 not in pairs:
        return None
    if not any(pairs[1::2]) and all(pairs[0::2]):
        return "utf-16-le"
    return "utf-16-be" if not any(pairs[0::2]) and all(pairs[1::2]) else None


def plain_head(head: bytes) -> bytes:
    """Return a file's first bytes as they would be in ASCII with usual ends of lines."""
    name = utf16(head)
    if name is not None:
        head = head.decode(name, "replace").lstrip("\ufeff").encode("utf-8")
    return head if b"\n" in head else head.replace(b"\r", b"\n")


@contextmanager
def as_expected(path: Path) -> Iterator[tuple[Path, tuple[Decision, ...]]]:
    """Yield the file itself, or a copy of its name in UTF-8 with usual ends of lines, and what was decided."""
    with path.open("rb") as file:
        head = file.read(4096)
    name = utf16(head)
    returns = name is None and b"\r" in head and b"\n" not in head and b"\0" not in head
    if name is None and not returns:
        yield path, ()
        return
    with workplace("dxf") as folder:
        copy = folder / path.name
        with path.open(encoding=name or "latin-1", errors="replace", newline="") as source:
            with copy.open("w", encoding="utf-8" if name else "latin-1", newline="") as sink:
                kept = ""
                while piece := source.read(PIECE):
                    text = kept + piece.removeprefix("\ufeff")
                    kept = "\r" if text.endswith("\r") else ""
                    sink.write(re.sub("\r\n?", "\n", text.removesuffix("\r") if kept else text))
                sink.write("\n" if kept else "")
        told = (Decision(say("encoding"), "UTF-16", "measured", (say("dxf-utf16"),)),) if name else ()
        yield copy, told
