"""Documents as XML 1.0 can hold them, whatever a file or a person put into a title, a class or a value.

A vertical tab out of a word processor, in one layer's title, makes capabilities of a hundred layers unreadable.
"""

import re
import xml.etree.ElementTree as ET

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def holdable(text: str) -> str:
    """Return the text with a space for each character that XML cannot hold (https://www.w3.org/TR/xml/#charsets)."""
    return _NOT_XML.sub(" ", text)


def xml_document(root: ET.Element) -> bytes:
    """Return a document as bytes of UTF-8, with its declaration."""
    return f"<?xml version='1.0' encoding='utf-8'?>\n{holdable(ET.tostring(root, encoding='unicode'))}".encode()
