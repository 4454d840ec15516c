"""Absolute links: every client and test suite can follow them, also behind a proxy and a path prefix."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request

from layers.sentences import LANGUAGES

Link = dict[str, Any]

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA_JSON = "application/schema+json"
OPENAPI_JSON = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True)
class Links:
    """Builds links below the address users see; ``base`` has no slash at its end. Pages are linked to in the
    ``language`` that the address asked for, where it asked for one.
    """

    base: str
    language: str | None = None

    @classmethod
    def of(cls, request: Request) -> "Links":
        """Return the links of a request: the configured public address, else where the request was sent to.

        `HttpMiddleware` has already put what a trusted proxy forwards into the request's own address.
        """
        public, asked = request.app.state.settings.public_url, request.query_params.get("lang")
        language = asked if asked in LANGUAGES else None
        if public:
            return cls(str(public).rstrip("/"), language)
        scope = request.scope
        host = request.headers.get("host") or "localhost"
        return cls(f"{scope['scheme']}://{host}{scope.get('public_prefix', '')}", language)

    def href(self, path: str = "/", given: Mapping[str, object] | None = None, /, **query: object) -> str:
        """Return the absolute URL of a path, its query encoded; parameters that are None are left out.

        ``given`` is a query whose names come from a client, ``query`` one written here.
        """
        given = {name: value for name, value in {**(given or {}), **query}.items() if value is not None}
        if self.language and given.get("f") == "html":
            given.setdefault("lang", self.language)
        # A comma and a colon may stand in a query as they are, and a box or a time reads better so.
        return f"{self.base}{path}{'?' + urlencode(given, safe=',:/', quote_via=quote) if given else ''}"

    def page(self, path: str) -> str:
        """Return the absolute URL of a page that people get without ``f``."""
        return self.href(path, lang=self.language)

    def link(
        self,
        rel: str,
        path: str,
        media_type: str,
        title: str | None = None,
        templated: bool = False,
        given: Mapping[str, object] | None = None,
        **query: object,
    ) -> Link:
        """Return a link object; ``given`` as in `href`. In a templated one the braces of ``path`` stay."""
        found: Link = {"href": self.href(path, given, **query), "rel": rel, "type": media_type}
        if title:
            found["title"] = title
        if templated:
            found["templated"] = True
        return found


def query_of(request: Request) -> str:
    """Return the query as it was sent: to put the whole URL together for it, as Starlette does, takes longer."""
    sent: bytes = request.scope["query_string"]
    return sent.decode("utf-8", "replace")


def with_query(query: str, **changes: str | None) -> str:
    """Return a query as it was sent, with some parameters set, or left out where the value is None.

    The rest keeps its own encoding: a client's text need not be read and written again for every link.
    """
    kept = [part for part in query.split("&") if part and part.partition("=")[0] not in changes]
    added = [f"{name}={quote(value, safe=',:/')}" for name, value in changes.items() if value is not None]
    return "&".join([*kept, *added])
