"""Pages for people: the map viewer, and the HTML side of the resources that also have a JSON side.

A page is its resource's JSON document put through a template, so it can show nothing that the JSON does not, but for
what a layer is called and how far off it may be. No page asks another host for anything, and the
Content-Security-Policy holds it to that.
"""

from collections.abc import Callable, Sequence
from functools import cache
from math import cos, radians
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from geoservice import __version__
from geoservice.api.etag import answer_bytes
from geoservice.api.headings import heading_of, trail_of
from geoservice.api.language import VARY, page_language
from geoservice.api.links import Links
from geoservice.api.resources import landing_links
from geoservice.api.terms import form_name, link_title, term, type_name
from layers.crs.names import parse_crs
from layers.crs.words import both as both_names
from layers.figures import three_digits
from layers.frame import Text
from layers.layer import Layer
from layers.sentences import Language, worded

TEMPLATES = Path(__file__).parent / "templates"
VIEWER = Path(__file__).parent.parent / "viewer" / "dist"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": VARY,
}
UNBUILT = "The viewer has not been built: run 'make viewer', then reload. The data is at /collections meanwhile."


async def viewer_page(request: Request) -> Response:
    """Answer ``/`` to a browser: the map. 503 with the remedy when the viewer has not been built."""
    index = VIEWER / "index.html"
    if not index.is_file():
        return HTMLResponse(_message(UNBUILT), status_code=503, headers=HEADERS)
    return HTMLResponse(_read(index, index.stat().st_mtime_ns), headers={**HEADERS, "Cache-Control": "no-cache"})


def html_page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a template filled with ``context``; ``document`` is by custom the JSON answer of the same resource."""
    links, language = Links.of(request), page_language(request)
    layers = _told_of_layers(request)
    values = {
        "href": links.href,
        "page": links.page,
        "asked_language": links.language,
        "status": status,
        "addressed": request.method in ("GET", "HEAD"),  # no address leads back to what was posted
        "language": language,
        "theme": page_theme(request),
        "scale_of": filling_scale,
        "frame": request.app.state.frame,
        "with_query": lambda **query: f"{links.href(request.url.path)}?{_merged(request, query)}",
        "version": __version__,
        "heading": heading_of(context.get("document") or {}),
        "trail": trail_of(request.url.path, layers["title_of"]),
        **_words(language),
        **layers,
        **{name: value for name, value in context.items() if not (name == "heading" and not value)},
    }
    page = _environment().get_template(template).render(values)
    return HTMLResponse(page, status_code=status, headers={**HEADERS, "Content-Language": language})


def _words(language: Language) -> dict[str, Callable[..., str]]:
    """Return how a template says things in the page's language."""

    def say(text: Text | str | None) -> str:
        if isinstance(text, dict):
            return str(text.get(language) or text.get("zh") or text.get("en") or "")
        return str(text or "")

    return {
        "say": say,
        "t": lambda zh, en: zh if language == "zh" else en,
        "in_words": lambda text: str(worded(str(text), language)),
        "term": lambda name: term(str(name), language),
        "type_name": lambda name: type_name(str(name), language),
        "link_title": lambda link: link_title(link, language),
        "form_name": lambda link: form_name(link, language),
        "crs_name": lambda srid: f"{say(both_names(parse_crs(srid).name))} (EPSG:{srid})",
    }


def _told_of_layers(request: Request) -> dict[str, Callable[[str], Any]]:
    """Return what a page may say of a layer by its name: its title, and how far off it may be in metres."""

    def layer_of(name: str) -> Layer | None:
        found: Layer | None = request.app.state.catalogue.layers.get(name)
        return found

    def title_of(name: str) -> Text:
        layer = layer_of(name)
        return layer.title if layer is not None and any(layer.title.values()) else {"zh": name, "en": name}

    def accuracy_of(name: str) -> float | None:
        layer = layer_of(name)
        return None if layer is None else layer.version.facts.accuracy_m

    return {"title_of": title_of, "accuracy_of": accuracy_of}


def page_theme(request: Request) -> str | None:
    """Return ``light`` or ``dark`` when the viewer was switched to it; else a page is as the system is set."""
    chosen = request.cookies.get("theme")
    return chosen if chosen in ("light", "dark") else None


def mount(app: FastAPI) -> None:
    """Add the viewer's files below ``/viewer``, the pages' style sheet and icon, and ``/about``."""
    app.router.routes.append(Route("/pages.css", _style_sheet, methods=["GET"]))
    app.router.routes.append(Route("/favicon.ico", _icon, methods=["GET"]))
    app.router.routes.append(Route("/about", about, methods=["GET"]))
    app.mount("/viewer", _ViewerFiles(directory=VIEWER, check_dir=False), name="viewer")


async def about(request: Request) -> Response:
    """Answer what this service is and under which addresses other programs can use it."""
    document = {"links": landing_links(request, Links.of(request))}
    return html_page(request, "landing.html", document=document)


async def _style_sheet(request: Request) -> Response:
    body = (TEMPLATES / "pages.css").read_bytes()
    return answer_bytes(request, body, "text/css", **{"Cache-Control": "max-age=3600"})


async def _icon(request: Request) -> Response:
    """Answer the icon under the one address where browsers look for it beside an answer that names none, as JSON."""
    body = (TEMPLATES / "icon.svg").read_bytes()
    return answer_bytes(request, body, "image/svg+xml", **{"Cache-Control": "max-age=86400"})


class _ViewerFiles(StaticFiles):
    """The built files. Their names change with their content, so a browser may keep them for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with a caching rule by its name."""
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304) and "-" in path:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _merged(request: Request, query: dict[str, Any]) -> str:
    return urlencode({**dict(request.query_params), **{key: str(value) for key, value in query.items()}})


def _message(text: str) -> str:
    return f"<!doctype html><meta charset=utf-8><title>geoservice</title><p>{text}</p>"


@cache
def _read(path: Path, changed: int) -> str:
    # ``changed`` is part of the key: a newly built viewer is served without a restart.
    return path.read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figure"] = figure
    environment.filters["grouped"] = grouped
    environment.filters["three_digits"] = lambda value: grouped(three_digits(value))
    environment.filters["widened"] = widened
    environment.filters["day"] = lambda text: str(text or "")[:10]
    return environment


def widened(box: Sequence[float]) -> tuple[float, ...]:
    """Widen a box in degrees that is a point or a line, for a picture of what lies there."""
    west, south, east, north = box
    wider, higher = (0.002 if east - west < 1e-6 else 0), (0.002 if north - south < 1e-6 else 0)
    return west - wider, south - higher, east + wider, north + higher


def filling_scale(west: float, south: float, east: float, north: float) -> int:
    """Return the denominator of the scale at which a box in degrees fills some 25 cm of the screen."""
    degree = 111_320 * max(cos(radians((south + north) / 2)), 0.01)
    return max(round(max((east - west) * degree, (north - south) * 111_320) / 0.25), 1000)


def grouped(digits: str) -> str:
    """Put thin spaces between the thousands of a number that is written out already."""
    whole, point, rest = digits.partition(".")
    return f"{int(whole):,}".replace(",", "\u202f") + point + rest


def figure(value: object) -> str:
    """Write a number with thin spaces between thousands, anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}".replace(",", "\u202f")
