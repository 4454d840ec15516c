"""The addresses of the pages that follow a page of features and go before it, whatever way it was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from geoservice.api.wfs.asked import WHOLE
from geoservice.api.wfs.message import OF_QUERY, Message
from geoservice.api.wfs.refusals import VERSION

_KEPT = ("outputformat", "valuereference", *OF_QUERY)
_SPELLED = {
    "typenames": "typeNames", "propertyname": "propertyName", "srsname": "srsName", "sortby": "sortBy",
    "resourceid": "resourceId", "outputformat": "outputFormat", "valuereference": "valueReference",
}  # fmt: skip


@dataclass(frozen=True)
class Turns:
    """The addresses, None where there is no such page."""

    next: str | None = None
    previous: str | None = None


def turns_of(address: str, message: Message, count: int, start: int, *, more: bool, hits: bool) -> Turns:
    """Return where to turn from a page of ``count`` features from ``start`` on; from hits to the first page.

    A message of several queries, or one without a count, has no pages.
    """
    if len(message.queries) != 1 or count == WHOLE:
        return Turns()
    if hits:
        return Turns(next=_page(address, message, count, start))
    following = _page(address, message, count, start + count) if more and count else None
    before = _page(address, message, min(count, start), max(0, start - count)) if start and count else None
    return Turns(following, before)


def _page(address: str, message: Message, count: int, start: int) -> str:
    given: Mapping[str, str] = {**message.given, **message.queries[0]}
    query = {"service": "WFS", "version": VERSION, "request": message.given["request"]}
    query |= {_SPELLED.get(name, name): given[name] for name in _KEPT if given.get(name)}
    query |= {"count": str(count), "startIndex": str(start)}
    return f"{address}?{urlencode(query, safe=',:', quote_via=quote)}"
