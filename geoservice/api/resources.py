"""What a module of the API adds to the service, as one value: routes, links, conformance, OpenAPI paths.

`geoservice.app` lists the resources; the landing page, ``/conformance``, ``/collections`` and ``/api`` walk that list,
so a new module appears in all of them without any being touched.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from geoservice.api.links import Link, Links
from layers.layer import Layer

Paths = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Resource:
    """One module's part of the API. ``paths`` gives OpenAPI 3.0 path items for the layers the caller sees."""

    routes: tuple[BaseRoute, ...] = ()
    conformance: tuple[str, ...] = ()
    landing_links: Callable[[Links], list[Link]] | None = None
    collection_links: Callable[[Links, Layer], list[Link]] | None = None
    paths: Callable[[Sequence[Layer]], Paths] | None = None


def conformance_classes(request: Request) -> list[str]:
    """Return the classes of all resources, each once."""
    return list(dict.fromkeys(uri for resource in request.app.state.resources for uri in resource.conformance))


def landing_links(request: Request, links: Links) -> list[Link]:
    """Return what all resources add to the landing page."""
    return [link for r in request.app.state.resources if r.landing_links for link in r.landing_links(links)]


def collection_links(request: Request, links: Links, layer: Layer) -> list[Link]:
    """Return what all resources add to a collection."""
    return [
        link for r in request.app.state.resources if r.collection_links for link in r.collection_links(links, layer)
    ]
