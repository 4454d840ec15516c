"""Names as XML can hold them, and back: layers and columns as elements of a GML application schema.

Chinese names are XML names as they are. What is none is written as SQL/XML does it (ISO 9075-14, 9.1): a character that
may not stand there as ``_xHHHH_``, its number in hexadecimal, and ``_x`` of the name itself as ``_x005F_x``.
"""

import re

NAMESPACE, PREFIX = "urn:geoservice:layers", "city"
"""The namespace of every layer's features, and what stands for it in our documents."""
_FIRST = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0401-\u040c\u040e-\u044f\u3007\u3021-\u3029\u3041-\u3094"
    "\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
"""What a name may begin with for every reader: of the letters that the fourth edition of XML 1.0 lists (its appendix B)
those that stand in a city's columns. Expat still holds to that edition: rarer ideographs are written as numbers.
"""
_WRITTEN = re.compile(rf"_(?=x[0-9A-Fa-f]{{4,6}}_)|^[^{_FIRST}]|[^-.0-9\u00b7\u3005{_FIRST}]")
_READ = re.compile("_x([0-9A-Fa-f]{4,6})_")


def xml_name(name: str) -> str:
    """Return the name as an NCName; different names stay different."""
    return _WRITTEN.sub(lambda found: f"_x{ord(found[0]):04X}_", name)


def plain_name(written: str) -> str:
    """Return the name that ``xml_name`` wrote so."""
    return _READ.sub(lambda found: chr(int(found[1], 16)) if int(found[1], 16) < 0x110000 else found[0], written)


def last_step(path: str) -> str:
    """Return the plain name that a path of XML names ends with: ``city:plots/city:用途`` is 用途."""
    return plain_name(path.strip().rpartition("/")[2].rpartition(":")[2])
