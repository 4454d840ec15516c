"""Which encoding a drawing's text is in, by evidence.

Drawings from China are GBK up to R2004 and UTF-8 from R2007, whatever ``$DWGCODEPAGE`` claims. Text of another encoding
is valid UTF-8 only by a freak, and accented Latin letters decode as GB18030 only into rare characters; so the bytes
decide, and a header that lies is mended and reported.
"""

import codecs
import mmap
import re

from ezdxf.tools.codepage import codepage_to_encoding

from importers.batch import Decision
from importers.errors import UnreadableSource
from importers.vector.encoding import rather_big5
from layers.sentences import say

UTF8_SINCE = "AC1021"
RELEASES = {
    "AC1006": "R10",
    "AC1009": "R12",
    "AC1012": "R13",
    "AC1014": "R14",
    "AC1015": "R2000",
    "AC1018": "R2004",
    "AC1021": "R2007",
    "AC1024": "R2010",
    "AC1027": "R2013",
    "AC1032": "R2018",
}
_CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")
NEIGHBOURS = ("cp949", "johab", "cp932")
_SAMPLE_BYTES = 60_000


def sample_text(content: mmap.mmap | bytes) -> bytes:
    """Return what is not plain ASCII, from the first such byte of a line to its end, some 60 000 bytes at most."""
    found: list[bytes] = []
    held = 0
    for start in range(0, len(content), 1 << 20):
        block = content[start : start + (1 << 20)]
        if block.isascii():
            continue
        # The ends are left out: a character there may be cut in two.
        whole = block[block.find(b"\n") + 1 if start else 0 : block.rfind(b"\n") + 1]
        found += re.findall(rb"[\x80-\xff][^\r\n]*", whole)
        held = sum(map(len, found))
        if held > _SAMPLE_BYTES:
            break
    return b"\n".join(found)


def decide_encoding(said: str | None, version: str, codepage: str, sample: bytes) -> Decision:
    """Settle the encoding: what the user says, what the bytes prove, what the header declares; in that order."""
    declared = _declared(version, codepage)
    claim = f"{RELEASES.get(version, version)}, $DWGCODEPAGE {codepage or 'absent'}"
    if said:
        if not _known(said):
            raise UnreadableSource(say("not-an-encoding", said=said))
        return Decision(say("encoding"), said, "user", (claim,))
    if not sample:
        return Decision(say("encoding"), declared, "file", (claim, say("all-ascii")))
    measured = _measured(sample, declared)
    if measured is not None and measured in (declared, {"gbk": "gb18030"}.get(declared)):
        return Decision(say("encoding"), measured, "file", (claim, say("bytes-agree")))
    if measured is None:
        return Decision(say("encoding"), declared, "rule", (claim, say("bytes-fit-none")))
    return Decision(say("encoding"), measured, "measured", (claim, say("bytes-are", measured=measured.upper())))


def _declared(version: str, codepage: str) -> str:
    if version >= UTF8_SINCE:
        return "utf-8"
    found = re.search(r"\d+$", codepage)
    digits = found[0] if found else ""
    if digits in codepage_to_encoding:
        return str(codepage_to_encoding[digits])
    if codepage.lower().startswith("dos") and _known(f"cp{digits}"):
        return f"cp{digits}"
    return "gbk" if "gb" in codepage.lower() else "cp1252"


def _measured(sample: bytes, declared: str) -> str | None:
    """Return the encoding the bytes themselves prove, else the declared one if they can be that, else None."""
    if _decodes(sample, "utf-8"):
        return "utf-8"  # text of another encoding is valid UTF-8 only by a freak
    if declared in NEIGHBOURS and _decodes(sample, declared):
        return declared  # its commonest characters are common ones of GB18030, too
    if _decodes(sample, "cp950") and rather_big5([sample[:20_000]]):
        return "cp950"
    if _decodes(sample, "gb18030") and (declared == "gbk" or declared == "utf-8" or is_chinese(sample)):
        return "gb18030"
    return declared if _decodes(sample, declared) else None


def _known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def is_chinese(sample: bytes) -> bool:
    """Say whether bytes that decode as GB18030 read as Chinese, not as accented letters taken for half characters.

    Nine in ten characters must be Chinese and six in ten of the first level of GB 2312, the 3755 common ones, unless
    there is a character of four bytes among them.
    """
    foreign = [c for c in sample.decode("gb18030") if ord(c) > 127]
    chinese = [c for c in foreign if _CHINESE.match(c)]
    pairs = [c.encode("gb18030") for c in chinese]
    if any(len(pair) == 4 for pair in pairs):
        return len(chinese) >= 0.9 * len(foreign)  # four bytes that are one such character are no accident
    common = sum(1 for p in pairs if 0xA1 <= p[0] <= 0xD7 and p[1] >= 0xA1)
    return len(chinese) >= 0.9 * len(foreign) and common >= 0.6 * len(chinese)
