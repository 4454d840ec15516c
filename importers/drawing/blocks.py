"""Blocks: the attributes of a reference to one, how much it draws, and whether it may be drawn at all."""

import json
from collections.abc import Mapping
from typing import Any

from ezdxf.document import Drawing

from importers.drawing.dxf_words import attribute_words, clean, text_of
from importers.drawing.shapes import NotDrawable
from layers.sentences import say

DEEPEST = 32
MOST_ROWS = 2_000_000
MOST_COPIES = 100_000


def constant_attributes(document: Drawing) -> dict[str, dict[str, str]]:
    """Return the attributes that every reference to a block has, by the block's name in small letters.

    A reference lists only those it may change.
    """
    found: dict[str, dict[str, str]] = {}
    for block in document.blocks:
        for definition in block.query("ATTDEF"):
            if definition.is_const:
                values = found.setdefault(clean(block.name).lower(), {})
                values[clean(definition.dxf.get("tag", ""))] = text_of(str(definition.dxf.get("text", "")))
    return found


def attributes_text(constant: Mapping[str, str], insert: Any = None) -> str | None:
    """Return a reference's attributes as JSON, None when it has none; of several lines with all of them."""
    own = {clean(a.dxf.get("tag", "")): attribute_words(a) for a in insert.attribs} if insert is not None else {}
    every = {**constant, **own}
    return json.dumps(every, ensure_ascii=False) if every else None


def block_weight(document: Any, name: str, known: dict[str, int]) -> int:
    """Count the entities a block draws, those of the blocks in it for each reference; ``known`` keeps the counts."""
    key = name.lower()
    if key in known:
        return known[key]
    known[key] = 0  # of a block that contains itself, which is refused when it is drawn
    block = document.blocks.get(name)
    weight = 0
    for entity in block or ():
        if entity.dxftype() == "INSERT":
            weight += block_weight(document, str(entity.dxf.name), known) * max(entity.mcount, 1)
        else:
            weight += 1
    known[key] = weight
    return weight


class NeverEnding(NotDrawable):
    """What blocks draw has no end, or none worth waiting for: the whole reference is refused."""


def check_block(insert: Any, name: str, depth: int) -> None:
    """Raise ``NotDrawable`` for a reference to a block that is not there, lies elsewhere, or contains itself."""
    block = insert.block()
    if block is None:
        raise NotDrawable(say("block-undefined", name=name))
    if block.block.is_xref:
        raise NotDrawable(say("block-external", name=name))
    if depth > DEEPEST:
        raise NeverEnding(say("block-in-itself", name=name))
    check_copies(insert, name)


def check_copies(insert: Any, name: str) -> None:
    """Raise ``NotDrawable`` for an array of more copies than a drawing can mean."""
    if insert.mcount > MOST_COPIES:
        raise NotDrawable(say("block-repeated", name=name, mcount=insert.mcount))
