"""Words in drawings: escapes decoded, extended data as values."""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from ezdxf.lldxf.encoding import decode_dxf_unicode, decode_mif_to_unicode
from ezdxf.math import Vec3
from ezdxf.tools.text import fast_plain_mtext, plain_text


def extended_data(tags: Iterable[tuple[int, str]]) -> dict[str, list[Any]]:
    """Return extended data (pairs of group code and value as text) as lists of values by application id."""
    data: dict[str, list[Any]] = {}
    values: list[Any] | None = None
    for code, value in tags:
        if code == 1001:
            values = data.setdefault(clean(value.strip()), [])
        elif values is not None:
            values.append(_extended_value(code, value))
    return data


def _extended_value(code: int, value: str) -> Any:
    try:
        if code in (1070, 1071):
            return int(value)
        if 1010 <= code < 1060:
            number = float(value)
            return number if np.isfinite(number) else value
    except ValueError:
        pass
    return clean(value)


_ESCAPES = re.compile(r"\\[UM]\+")
_LONG_ESCAPE = re.compile(r"\\U\+(00(?:0[1-9A-Fa-f]|10)[0-9A-Fa-f]{4})")
"""Characters beyond the first 65536, as ezdxf writes them; CAD programs write two halves."""
_HALVES = re.compile("[\ud800-\udfff]+")


def clean(text: str) -> str:
    """Decode ``\\U+XXXX`` and ``\\M+nXXXX`` escapes; what cannot be text becomes the replacement character."""
    if _ESCAPES.search(text):
        text = _LONG_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        text = decode_mif_to_unicode(decode_dxf_unicode(text))
    if _HALVES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "")


_NUMBERED = re.compile(r"%%(\d{3})")


def _numbered(found: re.Match[str]) -> str:
    """Return the character of ``%%nnn``; 127 to 159 stay: what they are depends on the font (signs of steel bars)."""
    number = int(found[1])
    return chr(number) if 32 <= number < 127 or 160 <= number < 256 else found[0]


def text_of(value: str) -> str:
    """Return the content of a TEXT entity as it reads: escapes decoded, ``%%d`` and the like replaced."""
    value = _NUMBERED.sub(_numbered, clean(value))
    return str(plain_text(value)) if "%" in value or "^" in value else value


_STACKED = re.compile(r"(\\S[^;^]*)\^(?! )")
"""A caret between what stands above and below: elsewhere it and the next character are a control character."""


def paragraph_of(value: str) -> str:
    """Return the content of an MTEXT entity as it reads: escapes decoded, formatting removed, lines kept."""
    plain = _STACKED.sub(r"\1^ ", clean(value).replace("\\~", "\u00a0"))
    return str(fast_plain_mtext(plain))


def attribute_words(attribute: Any) -> str:
    """Return the words of an attribute, which may be a paragraph."""
    if attribute.has_embedded_mtext_entity:
        return paragraph_of(str(attribute.virtual_mtext_entity().text))
    return text_of(str(attribute.dxf.get("text", "")))


def extended_of(entity: Any) -> dict[str, list[Any]]:
    """Return the extended data of an ezdxf entity as lists of values by application id."""
    if entity.xdata is None:
        return {}
    return {clean(app): [_plain(tag.value) for tag in tags[1:]] for app, tags in entity.xdata.data.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Vec3):
        return [value.x, value.y, value.z]
    if isinstance(value, bytes):
        return value.hex()
    return clean(value) if isinstance(value, str) else value
