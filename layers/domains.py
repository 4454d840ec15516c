"""Code lists of columns: what a value may be and what it means. They belong to the layer, not to a version."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.errors import BadDomain
from layers.layer import Column, Domains, Layer
from layers.models import LayerRow
from layers.sentences import say
from layers.versions import tell

MOST_CODES = 10_000
LISTED_TYPES = ("text", "integer", "bigint", "boolean")


def read_domains(document: Any, layer: Layer) -> Domains:
    """Read ``{"column": {"code": "meaning"}}`` or ``{"column": ["value"]}``.

    Raises:
        BadDomain: a column is not the layer's or not of a type that has codes, or a code is none of its values.
    """
    if not isinstance(document, dict):
        raise BadDomain(say("domain-wanted"))
    columns = {column.name: column for column in layer.version.columns}
    return {str(name): _read(columns.get(name), str(name), codes) for name, codes in document.items()}


def _read(column: Column | None, name: str, codes: Any) -> Mapping[str, str]:
    if column is None or column.type not in LISTED_TYPES:
        raise BadDomain.at(f"/{name[:60]}", say("domain-no-codes", types=", ".join(LISTED_TYPES)))
    listed = {code_of(code): None for code in codes} if isinstance(codes, list) else codes
    if not isinstance(listed, dict) or not 0 < len(listed) <= MOST_CODES:
        raise BadDomain.at(f"/{name}", say("domain-size", most=MOST_CODES))
    found = {code: str(code if meaning is None else meaning) for code, meaning in listed.items()}
    for code in found:
        if "\x00" in code + found[code] or typed(column, code) is None:
            raise BadDomain.at(f"/{name}/{code[:60]}", say("domain-type", type=column.type))
    return found


def code_of(value: Any) -> str:
    """Return a value as it stands in a code list: texts as they are, numbers in digits, true and false."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def typed(column: Column, code: str) -> Any:
    """Return a code as a value of its column; None when it is none."""
    if column.type == "boolean":
        return {"true": True, "false": False}.get(code)
    if column.type == "text":
        return code
    try:
        return int(code) if str(int(code)) == code else None
    except ValueError:
        return None


def store_domains(session: Session, name: str, domains: Domains) -> None:
    """Give a layer its code lists in place of those it has, and tell every process at the commit."""
    row = session.scalars(select(LayerRow).where(LayerRow.name == name)).one()
    row.domains = {column: dict(codes) for column, codes in domains.items()}
    session.flush()
    tell(session)
