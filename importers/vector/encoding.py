"""Which characters the bytes of a dBase table are: by rule, with the rule told.

Chinese shapefiles carry GBK text with no ``.cpg`` and a language byte of zero, and GDAL then reads Latin-1: every
name turns to accented rubbish. Rules in order: what the user says; a ``.cpg`` that the bytes agree with; the language
byte 0x4D; strict UTF-8; strict GB18030 (which holds GBK and GB2312), or Big5 where only that makes common words; the
language byte's own code page.
"""

import codecs
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from importers.batch import Decision
from importers.errors import UnreadableSource
from layers.sentences import say

CHINESE_LANGUAGE_BYTE = 0x4D
SAMPLED_RECORDS = 20_000
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

FOREIGN_SCRIPTS = (0x0180, 0x2000)
"""Code points from rare Latin letters and Greek up to, not including, general punctuation: never in a Chinese table."""
FEW_LETTERS = 3

# dBase language driver bytes met in practice, to Python's code page names.
CODE_PAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x4E: "cp949", 0x4F: "cp950", 0x13: "cp932",
              0x7A: "gb18030", 0x7B: "cp932", 0xC8: "cp1250", 0xC9: "cp1251", 0x26: "cp866", 0x65: "cp866"}  # fmt: skip


@dataclass(frozen=True)
class DbfText:
    """The text of a dBase table: field names, the distinct values that are not plain ASCII, the language byte."""

    names: tuple[bytes, ...]
    values: tuple[bytes, ...]
    language: int

    @property
    def plain(self) -> bool:
        """Whether all of it is ASCII, so that the encoding does not matter."""
        return not self.values and all(name.isascii() for name in self.names)


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
        if name is not None and not lies and decodes(text, name):
            return Decision(say("encoding"), _gdal_name(name), "file", (say("cpg-agrees", declared=declared),))
        evidence.append(say("cpg-lies", declared=declared))
    if text.language == CHINESE_LANGUAGE_BYTE and decodes(text, "gb18030"):
        return Decision(say("encoding"), "GB18030", "file", (*evidence, say("ldid-chinese")))
    for name in ("utf-8", "big5" if _rather_big5(text.names + text.values) else "gb18030", "gb18030"):
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
    if data.isascii():
        return Decision(say("encoding"), "utf-8", "rule", (say("all-plain-ascii"),))
    chinese = "big5" if _rather_big5([data[:20_000]]) else "gb18030"
    fitting = [name for name in dict.fromkeys(("utf-8", chinese, "gb18030")) if _decodes(data, name)]
    if fitting:
        evidence = [say("text-decodes", gdal_name=_gdal_name(fitting[0]))]
        if fitting[:2] == ["utf-8", "gb18030"] and (why := _rather_chinese(data)):
            fitting, evidence = fitting[1:], [why]
        return Decision(say("encoding"), fitting[0], "measured", tuple(evidence))
    return Decision(say("encoding"), "cp1252", "rule", (say("neither-utf8-nor-gb18030"),))


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


def mend(values: Iterable[bytes | None]) -> tuple[list[str | None], str]:
    """Decode texts that are not UTF-8 although they should be; returns them and the encoding that fitted."""
    kept = list(values)
    for name in ("gb18030", "cp1252"):
        try:
            return [None if value is None else value.decode(name) for value in kept], _gdal_name(name)
        except UnicodeDecodeError:
            continue
    return [None if value is None else value.decode("latin-1") for value in kept], "ISO-8859-1"


def read_text(dbf: Path) -> DbfText:
    """Read the text of a dBase table: its field names and a large sample of values with bytes above 0x7F.

    Raises:
        UnreadableSource: the header contradicts itself.
    """
    data = np.memmap(dbf, dtype=np.uint8, mode="r") if dbf.stat().st_size else np.empty(0, dtype=np.uint8)
    if len(data) < 32:
        raise UnreadableSource(say("dbf-too-short", file=dbf.name))
    records, header, width = struct.unpack("<IHH", data[4:12].tobytes())
    language = int(data[29])
    fields = data[32:header].tobytes()
    if header > len(data) or width == 0:
        raise UnreadableSource(say("dbf-damaged", file=dbf.name))
    names: list[bytes] = []
    values: set[bytes] = set()
    at = 1
    rows = _suspicious_rows(data, records, header, width)
    for start in range(0, len(fields) - 31, 32):
        field = fields[start : start + 32]
        if field[0] == 0x0D:
            break
        names.append(field[:11].split(b"\0")[0])
        if field[11:12] == b"C":
            length = field[16] + 256 * field[17]
            values.update(row.tobytes().rstrip(b" \0") for row in rows[:, at : at + length])
        at += field[16] if field[11:12] != b"C" else field[16] + 256 * field[17]
    return DbfText(tuple(names), tuple(value for value in values if not value.isascii()), language)


def _suspicious_rows(data: np.ndarray, records: int, header: int, width: int) -> np.ndarray:
    """Return records that hold a byte above 0x7F, at most ``SAMPLED_RECORDS``, evenly over the table."""
    records = min(records, (len(data) - header) // width)
    body = data[header : header + records * width].reshape(records, width)
    found: list[np.ndarray] = []
    for start in range(0, records, 100_000):
        block = body[start : start + 100_000]
        found.append(block[(block >= 0x80).any(axis=1)])
    rows = np.concatenate(found) if found else body
    return rows[:: max(1, len(rows) // SAMPLED_RECORDS)]


def _surely_utf8(text: DbfText) -> bool:
    """Say whether the bytes are UTF-8 beyond chance, which lets a character or two of a Chinese code page be UTF-8."""
    beyond = sum(sum(byte >= 0x80 for byte in value) for value in text.names + text.values)
    return beyond >= 12 and decodes(text, "utf-8")


def _rather_big5(values: Iterable[bytes]) -> bool:
    """Say whether text that may be GB18030 makes sense as Big5 only: common characters there, rare ones here.

    The common characters of each are its first level: GB 2312 rows 0xB0 to 0xD7, Big5 rows 0xA4 to 0xC6.
    """
    joined = b" ".join(values)
    simplified = _common(joined, "gb18030", "gb2312", 0xB0, 0xD7)
    traditional = _common(joined, "big5", "big5", 0xA4, 0xC6)
    return traditional > 0.85 and simplified < 0.6


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
    for path in dbf.parent.iterdir():
        if path.stem == dbf.stem and path.suffix.lower() == ".cpg":
            return path.read_bytes()[:40].decode("ascii", "replace").strip() or None
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
