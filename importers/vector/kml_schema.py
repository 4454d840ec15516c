"""Fields that the features of a KML give and its schemas do not declare: GDAL's reader leaves out what is not declared.

GDAL's own writer, which QGIS exports by, declares no dates; others keep the schema in another file.
"""

import re
from collections.abc import Iterable

_TAG = re.compile(r"<((?:\w+:)?)(Document|Schema|SimpleField|SchemaData|SimpleData)((?:\s[^>]*)?)>")
_GIVEN = re.compile(r"\b(id|name|schemaUrl)\s*=\s*(\"[^\"]*\"|'[^']*')")


class Schemas:
    """Declares what was not, in a text that is given to ``declare`` twice: first it is looked through, then mended."""

    def __init__(self) -> None:
        self._declared: dict[str, set[str]] = {}
        self._used: dict[str, dict[str, None]] = {}
        self._schema, self._of = "", ""
        self._document_begun = False

    def incomplete(self) -> bool:
        """Tell whether a field was given that no schema declares, after the first look through the text."""
        self._document_begun = False
        return any(self._missing(schema) for schema in self._used)

    def declare(self, text: str) -> str:
        """Return the text with all fields declared that are known so far to be given."""
        return _TAG.sub(self._tag, text) if "<" in text else text

    def _tag(self, found: re.Match[str]) -> str:
        prefix, kind, rest = found.groups()
        given = {name: value[1:-1].replace('"', "&quot;") for name, value in _GIVEN.findall(rest)}
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
            self._of = given.get("schemaUrl", "").rpartition("#")[2]
        elif kind == "SimpleData" and given.get("name"):
            self._used.setdefault(self._of, {}).setdefault(given["name"])
        return found[0]

    def _missing(self, schema: str) -> list[str]:
        return [name for name in self._used.get(schema, ()) if name not in self._declared.get(schema, ())]

    def _whole(self, prefix: str, schema: str) -> str:
        fields = _fields(prefix, self._missing(schema))
        return f'<{prefix}Schema id="{schema}" name="{schema}">{fields}</{prefix}Schema>'


def _fields(prefix: str, names: Iterable[str]) -> str:
    return "".join(f'<{prefix}SimpleField type="string" name="{name}"></{prefix}SimpleField>' for name in names)
