"""Fields that the features of a KML give and its schemas do not declare: GDAL's reader leaves out what is not declared.

GDAL's own writer, which QGIS exports by, declares no dates; others keep the schema in another file. Where a file has a
schema its reader leaves out fields of plain ``Data``, too: they become fields of the schema that their feature uses,
else of the first.
"""

import re
from collections.abc import Iterable

_TAG = re.compile(r"<((?:\w+:)?)(Document|Schema|SimpleField|SchemaData|SimpleData)((?:\s[^>]*)?)>")
_BEGUN = re.compile(r"<((?:\w+:)?)(?:(ExtendedData|SchemaData)\b([^>]*)>|Data(\s[^>]*[^>/])>\s*)")
_DATA_END = re.compile(r"</((?:\w+:)?)Data\s*>")
_IN_DATA = re.compile(
    r"<(?:\w+:)?value\s*/?>|</(?:\w+:)?value\s*>\s*|<(?:\w+:)?displayName[^>]*>[^<]*|</(?:\w+:)?displayName\s*>\s*"
)
_GIVEN = re.compile(r"\b(id|name|schemaUrl)\s*=\s*(\"[^\"]*\"|'[^']*')")


class Schemas:
    """Declares what was not, in a text that is given to ``declare`` twice: first it is looked through, then mended."""

    def __init__(self) -> None:
        self._declared: dict[str, set[str]] = {}
        self._used: dict[str, dict[str, None]] = {}
        self._schema, self._of = "", ""
        self._document_begun = False
        self._block, self._own = 0, ""
        self._plain: dict[str, None] = {}
        self._of_none: dict[str, None] = {}
        self._targets: dict[int, str] = {}
        self._first = ""

    def incomplete(self) -> bool:
        """Tell whether a field was given that no schema declares, after the first look through the text."""
        self._document_begun = False
        self._close_block()
        self._block = 0
        if self._targets or self._of_none:
            self._first = next(iter(self._used), "")
        if self._first:
            self._used[self._first] |= self._of_none
        return bool(self._first) or any(self._missing(schema) for schema in self._used)

    def declare(self, text: str) -> str:
        """Return the text with all fields declared that are known so far to be given."""
        if "<" not in text:
            return text
        if self._first:
            text = self._with_plain(text)
        else:
            self._find_plain(text)
        return _TAG.sub(self._tag, text)

    def _find_plain(self, text: str) -> None:
        for found in _BEGUN.finditer(text):
            _, kind, rest, data = found.groups()
            if kind == "ExtendedData":
                self._close_block()
            elif kind == "SchemaData":
                self._own = self._own or _schema_of(rest)
            else:
                self._plain.setdefault(_given(data).get("name", ""))

    def _close_block(self) -> None:
        """End what one feature gives: its plain fields are those of the schema that it uses."""
        if self._plain and self._own:
            self._targets[self._block] = self._own
            self._used[self._own] = self._used.get(self._own, {}) | self._plain
        elif self._plain:
            self._of_none |= self._plain
        self._block, self._own, self._plain = self._block + 1, "", {}

    def _with_plain(self, text: str) -> str:
        """Make plain fields ones of a schema."""

        def begun(found: re.Match[str]) -> str:
            prefix, kind, _, data = found.groups()
            self._block += kind == "ExtendedData"
            if kind:
                return found[0]
            schema, name = self._targets.get(self._block, self._first), _given(data).get("name", "")
            return f'<{prefix}SchemaData schemaUrl="#{schema}"><{prefix}SimpleData name="{name}">'

        text = _IN_DATA.sub("", _BEGUN.sub(begun, text))
        return _DATA_END.sub(r"</\1SimpleData></\1SchemaData>", text)

    def _tag(self, found: re.Match[str]) -> str:
        prefix, kind, rest = found.groups()
        given = _given(rest)
        if kind == "Document" and not self._document_begun:
            self._document_begun = True
            return found[0] + "".join(
                self._whole(prefix, schema) for schema in self._used if schema not in self._declared
            )
        if kind == "Schema":
            self._schema = given.get("id") or given.get("name", "")
            self._declared.setdefault(self._schema, set())
            fields = _fields(prefix, self._missing(self._schema))
            if fields and rest.endswith("/"):
                return f"<{prefix}Schema{rest[:-1]}>{fields}</{prefix}Schema>"
            return found[0] + fields
        if kind == "SimpleField":
            self._declared.setdefault(self._schema, set()).add(given.get("name", ""))
        elif kind == "SchemaData":
            self._of = _schema_of(rest)
        elif kind == "SimpleData" and given.get("name"):
            self._used.setdefault(self._of, {}).setdefault(given["name"])
        return found[0]

    def _missing(self, schema: str) -> list[str]:
        return [name for name in self._used.get(schema, ()) if name not in self._declared.get(schema, ())]

    def _whole(self, prefix: str, schema: str) -> str:
        fields = _fields(prefix, self._missing(schema))
        return f'<{prefix}Schema id="{schema}" name="{schema}">{fields}</{prefix}Schema>'


def _given(attributes: str) -> dict[str, str]:
    return {name: value[1:-1].replace('"', "&quot;") for name, value in _GIVEN.findall(attributes)}


def _schema_of(attributes: str) -> str:
    return _given(attributes).get("schemaUrl", "").rpartition("#")[2]


def _fields(prefix: str, names: Iterable[str]) -> str:
    return "".join(f'<{prefix}SimpleField type="string" name="{name}"></{prefix}SimpleField>' for name in names)
