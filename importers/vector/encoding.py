"""Which characters the bytes of a dBase table are: by rule, with the rule told.

Chinese shapefiles carry GBK text with no ``.cpg`` and a language byte of zero, and GDAL then reads Latin-1: every
name turns to accented rubbish. Rules in order: what the user says; a ``.cpg`` that the bytes agree with; the language
byte 0x4D; strict UTF-8; strict GB18030 (which holds GBK and GB2312), or Big5 where only that makes common words; the
language byte's own code page.
"""

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

from importers.batch import Decision
from importers.errors import UnreadableSource
from importers.folder import names_beginning
from importers.vector.dbf_text import DbfText, read_text
from layers.sentences import say

CHINESE_LANGUAGE_BYTE = 0x4D

FOREIGN_SCRIPTS = (0x0180, 0x2000)
"""Code points from rare Latin letters and Greek up to, not including, general punctuation: never in a Chinese table."""
FEW_LETTERS = 3
CHINESE_FROM = "\u2e80"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")

# dBase language driver bytes met in practice, to Python's code page names.
CODE_PAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x4E: "cp949", 0x4F: "cp950", 0x13: "cp932",
              0x7A: "gb18030", 0x7B: "cp932", 0xC8: "cp1250", 0xC9: "cp1251", 0x26: "cp866", 0x65: "cp866"}  # fmt: skip


def dbf_encoding(dbf: Path, user: str | None = None) -> Decision:
    """Settle the encoding of a ``.dbf``; the decision's value is a name Python and GDAL both know.

    Raises:
        UnreadableSource: the table's header is damaged, or the user's encoding does not exist.
    """
    text = read_text(dbf)
    if user is not None:
        return Decision(say("encoding"), known_encoding(user), "user", (f"--encoding {user}", *_against(text, user)))
    if text.plain:
        return Decision(say("encoding"), "UTF-8", "rule", (say("all-plain-ascii"),))
    evidence: list[str] = []
    declared = _code_page_file(dbf)
    if declared is not None:
        name = python_name(declared)
        lies = name is not None and name != "utf-8" and _surely_utf8(text)
        lies = lies or (name in ("big5", "cp950") and rather_gb(text.names + text.values))
        if name is not None and not lies and decodes(text, name):
            return Decision(say("encoding"), _gdal_name(name), "file", (say("cpg-agrees", declared=declared),))
        evidence.append(say("cpg-lies", declared=declared))
    if text.language == CHINESE_LANGUAGE_BYTE and decodes(text, "gb18030"):
        return Decision(say("encoding"), "GB18030", "file", (*evidence, say("ldid-chinese")))
    for name in ("utf-8", "big5" if rather_big5(text.names + text.values) else "gb18030", "gb18030"):
        if decodes(text, name):
            count = len(text.values)
            shown = _gdal_name(name)
            return Decision(
                say("encoding"), shown, "measured", (*evidence, say("texts-decode", count=count, shown=shown))
            )
    name = CODE_PAGES.get(text.language, "cp1252")
    evidence.append(say("dbf-neither", language=text.language))
    return Decision(say("encoding"), _gdal_name(name), "rule", tuple(evidence))


def text_encoding(data: bytes, user: str | None = None) -> Decision:
    """Settle the encoding of a text file from its first bytes, which may end in the middle of a character."""
    if user is not None:
        return Decision(say("encoding"), known_encoding(user), "user", (f"--encoding {user}",))
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return Decision(say("encoding"), name, "file", (say("byte-order-mark"),))
    if (wide := _utf16(data)) is not None:
        return Decision(say("encoding"), wide, "measured", (say("text-decodes", gdal_name=wide.upper()),))
    if data.isascii():
        return Decision(say("encoding"), "utf-8", "rule", (say("all-plain-ascii"),))
    chinese = "big5" if rather_big5([data[:20_000]]) else "gb18030"
    fitting = [name for name in dict.fromkeys(("utf-8", chinese, "gb18030")) if _decodes(data, name)]
    if fitting:
        evidence = [say("text-decodes", gdal_name=_gdal_name(fitting[0]))]
        if fitting[:2] == ["utf-8", "gb18030"] and (why := _rather_chinese(data)):
            fitting, evidence = fitting[1:], [why]
        return Decision(say("encoding"), fitting[0], "measured", tuple(evidence))
    return Decision(say("encoding"), "cp1252", "rule", (say("neither-utf8-nor-gb18030"),))


def _utf16(data: bytes) -> str | None:
    """Say in which order of bytes text is UTF-16 without a mark: in the other one line ends are no characters."""
    for name in ("utf-16-le", "utf-16-be") if b"\0" in data else ():
        try:
            text = codecs.getincrementaldecoder(name)("strict").decode(data)
        except UnicodeDecodeError:
            continue
        if ("\n" in text or "\r" in text) and not _CONTROLS.search(text):
            return name
    return None


def _rather_chinese(data: bytes) -> str | None:
    """Say why bytes that are both UTF-8 and GB18030 are Chinese after all; None when they are UTF-8.

    Two or three Chinese characters in GBK may happen to be valid UTF-8 of a script that no Chinese table is written
    in ("园" is an Armenian letter), or its beginning; the longer the text, the less that happens.
    """
    chinese = codecs.getincrementaldecoder("gb18030")("strict").decode(data)
    letters = {letter for letter in codecs.getincrementaldecoder("utf-8")("strict").decode(data) if ord(letter) > 0x7F}
    foreign = all(FOREIGN_SCRIPTS[0] <= ord(letter) < FOREIGN_SCRIPTS[1] for letter in letters)
    if not letters or not foreign or len(letters) > FEW_LETTERS or not _is_gb2312(chinese):
        return None
    return say("few-characters")


def _is_gb2312(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def mend(values: Iterable[bytes | None]) -> tuple[list[str | None], int, str]:
    """Decode texts of which some are not UTF-8 although they should be; returns them, how many, what they are in.

    What is Chinese in UTF-8 stays so: GBK that happens to be that is rarer than a table with one bad cell.
    """
    kept = list(values)
    texts: list[str | None] = [None if value is None else _utf8_chinese(value) for value in kept]
    others = [value for value, text in zip(kept, texts, strict=True) if value is not None and text is None]
    name = next((name for name in ("gb18030", "cp1252") if all(_decodes(value, name) for value in others)), "latin-1")
    for row, value in enumerate(kept):
        if value is not None and texts[row] is None:
            texts[row] = value.decode(name, "replace")
    return texts, len(others), {"latin-1": "ISO-8859-1"}.get(name, _gdal_name(name))


def _utf8_chinese(value: bytes) -> str | None:
    """Return a text that is UTF-8 with a Chinese character in it, or plain ASCII; None else."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isascii() or max(text) >= CHINESE_FROM else None


def _surely_utf8(text: DbfText) -> bool:
    """Say whether the bytes are UTF-8 beyond chance, which lets a character or two of a Chinese code page be UTF-8."""
    beyond = sum(sum(byte >= 0x80 for byte in value) for value in text.names + text.values)
    return beyond >= 12 and decodes(text, "utf-8")


def rather_big5(values: Iterable[bytes]) -> bool:
    """Say whether text that may be GB18030 makes sense as Big5 only: common characters there, rare ones here.

    The common characters of each are its first level: GB 2312 rows 0xB0 to 0xD7, Big5 rows 0xA4 to 0xC6.
    """
    simplified, traditional = _common_of_both(values)
    return traditional > 0.85 and simplified < 0.6


def rather_gb(values: Iterable[bytes]) -> bool:
    """Say whether text that may be Big5 makes sense as GB18030 only."""
    simplified, traditional = _common_of_both(values)
    return simplified > 0.7 and traditional < 0.5


def _common_of_both(values: Iterable[bytes]) -> tuple[float, float]:
    joined = b" ".join(values)
    return _common(joined, "gb18030", "gb2312", 0xB0, 0xD7), _common(joined, "big5", "big5", 0xA4, 0xC6)


def _common(data: bytes, encoding: str, table: str, first: int, last: int) -> float:
    """Return the share of Chinese characters that are of a table's first level; 0 when the bytes do not decode."""
    try:
        letters = [c for c in codecs.getincrementaldecoder(encoding)("strict").decode(data) if c > "\x7f"]
    except UnicodeDecodeError:
        return 0.0
    leads = [letter.encode(table, "ignore")[:1] for letter in letters]
    return sum(first <= lead[0] <= last for lead in leads if lead) / max(len(letters), 1)


def decodes(text: DbfText, encoding: str) -> bool:
    """Say whether all sampled text is strictly of this encoding; a character cut off by the field is excused."""
    return all(_decodes(value, encoding) for value in text.names + text.values)


def _decodes(value: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(value)  # an unfinished character at the end is no error
    except UnicodeDecodeError:
        return False
    return True


def _against(text: DbfText, encoding: str) -> tuple[str, ...]:
    return () if decodes(text, known_encoding(encoding)) else (say("not-all-decodes", encoding=encoding),)


def known_encoding(name: str) -> str:
    """Return the name of an encoding the user asked for; GBK and GB2312 are read as GB18030, which holds both.

    Raises:
        UnreadableSource: there is no such encoding.
    """
    found = python_name(name)
    if found is None:
        raise UnreadableSource(say("no-such-encoding", name=name))
    return _gdal_name(found)


def _code_page_file(dbf: Path) -> str | None:
    for name in names_beginning(dbf.parent, f"{dbf.stem}.cpg"):
        if len(name) == len(dbf.stem) + len(".cpg"):
            return dbf.with_name(name).read_bytes()[:40].decode("ascii", "replace").strip() or None
    return None


def python_name(declared: str) -> str | None:
    """Return Python's name for what a ``.cpg`` or a user wrote: ``GBK``, ``936``, ``ANSI 1252``, ``8859_1``."""
    digits = "".join(c for c in declared if c.isdigit())
    for candidate in (declared, declared.replace(" ", ""), f"cp{digits}", f"iso{declared}", f"iso-{declared}"):
        try:
            name = codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
        return "gb18030" if name in ("gbk", "gb2312", "gb18030", "cp936") else name
    return None


def _gdal_name(name: str) -> str:
    return {"utf-8": "UTF-8", "gb18030": "GB18030"}.get(name, name.upper())
