"""MapInfo tables and interchange files: several files that are one, with a character set that often says nothing.

``Neutral`` is MapInfo's word for no character set in particular, ``WindowsLatin1`` what Chinese programs leave there.
"""

import re
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from importers.batch import Decision, ReadOptions, Source
from importers.beside import linked, sidecars
from importers.errors import UnreadableSource
from importers.vector.encoding import known_encoding, text_encoding
from importers.vector.mapinfo_text import with_texts
from importers.vector.mid_values import as_texts, misfits
from importers.vector.source import RECIPES, open_recipe
from layers.sentences import say

SILENT = frozenset({"neutral", "windowslatin1", ""})
CHARSETS = {"GB18030": "WindowsSimpChinese", "BIG5": "WindowsTradChinese", "UTF-8": "UTF-8"}
SAMPLE = 1 << 22
_CHARSET = re.compile(rb"(charset\s+\"?)([\w-]*)(\"?)", re.IGNORECASE)
_COLUMNS = re.compile(rb"^\s*columns\s+[1-9]", re.IGNORECASE | re.MULTILINE)
_NATIVE = re.compile(rb"type\s+native", re.IGNORECASE)


def open_mapinfo(path: Path, options: ReadOptions) -> Source:
    """Open a ``.tab`` or ``.mif`` with its parts; one whose text is Chinese and does not say so is read as Chinese.

    Raises:
        UnreadableSource: a part that cannot be done without is missing, or GDAL cannot read it.
    """
    parts = sidecars(path)
    with path.open("rb") as file:
        head = file.read(1 << 16)
    notes = _missing(path, parts, head)
    decision, charset = _character_set(parts, head, options.encoding)
    opened = path
    with ExitStack() as stack:
        unfit = misfits(head, parts[".mid"]) if path.suffix.lower() == ".mif" and ".mid" in parts else set()
        if charset is not None or unfit:
            opened, unlink = linked({path.suffix.lower(): path} | parts)
            stack.callback(unlink)
            text = as_texts(path.read_bytes(), unfit)
            opened.unlink()
            if charset is not None:
                text = _CHARSET.sub(rb"\g<1>" + charset.encode() + rb"\g<3>", text, count=1)
            opened.write_bytes(text)
        source = open_recipe(opened, RECIPES["MapInfo"], options, encoding=None, crs=None, shown=path)
        stack.callback(source.close)
        layers = tuple(replace(layer, name=path.stem) if len(source.layers) == 1 else layer for layer in source.layers)
        layers = tuple(map(with_texts, layers))
        if path.suffix.lower() == ".mif" and ".mid" in parts and len(layers) == 1:
            layers = (replace(layers[0], claimed=_rows(parts[".mid"])),)
        if unfit:
            titles = [layers[0].columns[number].title for number in sorted(unfit) if number < len(layers[0].columns)]
            notes += (say("columns-misfit", columns=", ".join(titles)),)
        decisions, notes = (decision,) if decision else (), source.notes + notes
        end = stack.pop_all().close
        return replace(source, path=path, layers=layers, decisions=decisions, notes=notes, close=end)


def _missing(path: Path, parts: dict[str, Path], head: bytes) -> tuple[str, ...]:
    if path.suffix.lower() == ".mif":
        return (say("mid-missing"),) if ".mid" not in parts and _COLUMNS.search(head) else ()
    missing = [suffix for suffix in (".dat", ".map", ".id") if suffix not in parts]
    if missing and _NATIVE.search(head):
        raise UnreadableSource(say("tab-parts-missing", file=path.name, missing=", ".join(missing)))
    return ()


def _rows(mid: Path) -> int | None:
    """Return how many rows a ``.mid`` has, blank lines at its end left out; None where a line ends within quotes.

    GDAL reads as many as the ``.mif`` has objects and does not say that there are more.
    """
    rows = 0
    with mid.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.count(b'"') % 2:
                return None
            if line.strip():
                rows = number
    return rows


def _character_set(parts: dict[str, Path], head: bytes, user: str | None) -> tuple[Decision | None, str | None]:
    """Return the decision and the character set to write instead of the file's; None where the file's may stand."""
    found = _CHARSET.search(head)
    if found is None:
        return None, None
    if user is not None:
        name = known_encoding(user)
        return Decision(say("encoding"), name, "user", (f"--encoding {user}",)), CHARSETS.get(name)
    declared = found[2].decode("ascii", "replace")
    text = b"".join(_beginning(part) for suffix, part in parts.items() if suffix in (".mif", ".mid", ".dat", ".tab"))
    if declared.lower() not in SILENT or text.isascii():
        return None, None
    measured = text_encoding(bytes(byte for byte in text if byte), None)
    charset = CHARSETS.get(known_encoding(measured.value))
    if charset is None:
        return None, None
    evidence = (say("charset-silent", declared=declared), *measured.evidence)
    return Decision(say("encoding"), known_encoding(measured.value), "measured", evidence), charset


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SAMPLE)
