"""A layer as the viewer shows it: titles, columns, provenance, tile addresses, renderings and legend."""

from collections.abc import Mapping
from typing import Any

from geoservice.api.timeline import has_time
from geoservice.origins import Href, Origin, provenance
from layers.layer import Layer
from layers.style.hints import Hints, column_title, hints
from layers.style.legend import Entry, elevation_ramp, legend
from tiles.grids import Grid
from tiles.height import elevation
from tiles.height.renderings import RENDERINGS
from tiles.raster import imagery


def layer_document(layer: Layer, grids: Mapping[str, Grid], href: Href, origin: Origin) -> dict[str, Any]:
    """Return one layer as the viewer shows it."""
    wish, version, here = hints(layer), layer.version, f"/collections/{layer.name}"
    return {
        "id": layer.name,
        "kind": layer.kind,
        "geometry": wish.shape if layer.kind == "vector" else None,
        "title": layer.title,
        "description": layer.description,
        "department": layer.department,
        "theme": layer.theme,
        "public": layer.public,
        "synthetic": wish.synthetic,
        "basemap": wish.basemap,
        "visible": wish.visible,
        "order": wish.order,
        "licence": layer.licence,
        "attribution": layer.attribution,
        "extent": list(version.extent) if version.extent else None,
        "min_zoom": version.facts.min_zoom,
        "max_zoom": version.facts.max_zoom,
        "count": version.feature_count,
        "class": wish.class_,
        "label": {"zh": wish.label, "en": wish.label_en},
        "columns": [
            {"name": column.name, "title": column_title(layer, column.name), "type": column.type}
            for column in version.columns
        ],
        "version": {
            "number": version.number,
            "created": version.published.isoformat(timespec="seconds"),
            "all": list(layer.versions),
            "unfinished": version.facts.unfinished,
        },
        "provenance": provenance(layer, href, origin),
        **renderings(layer, wish),
        "tiles": {grid: tile_url(layer, grid, href) for grid in grids},
        "legend": legend_of(layer),
        "links": {
            "self": href(here),
            "items": href(f"{here}/items") if layer.kind == "vector" else None,
            "style": href(f"{here}/style"),
            "timeline": href(f"{here}/timeline") if has_time(layer) else None,
            "versions": href(f"/layers/{layer.name}/versions"),
            "current": href(f"/layers/{layer.name}/current"),
            "html": href(f"{here}?f=html"),
        },
    }


def tile_url(layer: Layer, grid: str, href: Href) -> str:
    """Return a layer's tile address in a grid, with ``{z}`` (the grid's wire identifier), ``{y}``, ``{x}``.

    ``v`` changes with every published version, so that a browser may keep what it has for good.
    """
    tiles = "tiles" if layer.kind == "vector" else "map/tiles"
    address = href(f"/collections/{layer.name}/{tiles}/{grid}") + "/{z}/{y}/{x}"
    version = f"v={layer.version.tag}"
    return f"{address}?{version}" if layer.kind == "vector" else f"{address}?rendering={{rendering}}&{version}"


def renderings(layer: Layer, wish: Hints) -> dict[str, Any]:
    """Return the ways a raster layer can be drawn and the one drawn at first; nothing for vector layers."""
    if layer.kind == "vector":
        return {"renderings": [], "rendering": None}
    if layer.kind == "imagery":
        offered = dict(imagery.RENDERINGS)
    else:
        # Renderings that carry numbers are for programs; a person sees nothing in them.
        offered = {name: rendering.title for name, rendering in RENDERINGS.items() if not rendering.lossless}
    return {
        "renderings": [
            {"id": name, "title": dict(title), "legend": legend_of(layer, name)} for name, title in offered.items()
        ],
        "rendering": wish.rendering or next(iter(offered)),
    }


def legend_of(layer: Layer, rendering: str | None = None) -> list[Entry]:
    """Return a layer's legend; of an elevation layer under a rendering, with the heights its colours stand for."""
    if layer.kind != "elevation":
        return legend(layer)
    raster = layer.version.raster
    low, high = raster.stretch[0] if raster and raster.stretch else elevation.RELIEF_RANGE
    return elevation_ramp(rendering or hints(layer).rendering or "hillshade", low, high)
