"""How the presets of a topographic map are drawn: boundaries, places, waters, roads, relief."""

from typing import Any

from layers.style.hints import Hints
from layers.style.paint import Expression, Paint, circle, fill, line, match, name, number, zoomed
from layers.style.symbols import FONT, HALO, ROAD_CASING, ROAD_WIDTH, ROADS


def counties(hints: Hints, language: str) -> list[Paint]:
    """Draw counties: paper, a soft rim, the boundary and the name."""
    return [
        # Only on white paper: over imagery the viewer leaves out what is marked as paper.
        fill("#fffefb", 0.95) | {"metadata": {"geoservice:paper": True}},
        # Not wider than the rim a tile carries beyond its edge, or the edge itself would show.
        line("#a383ab", zoomed(7, 2, 12, 7), opacity=0.17),
        # A winding line drawn small would break up into specks if it were dashed.
        line("#8f6f98", zoomed(6, 0.5, 10, 1.1), opacity=0.85) | {"maxzoom": 10},
        line("#86648f", zoomed(10, 1.3, 14, 1.9), opacity=0.9, dash=(7, 2.2, 1.2, 2.2)) | {"minzoom": 10},
        *name(hints, language, colour="#5a4763", size=zoomed(6, 11, 11, 18), bold=True, spacing=0.14, maxzoom=12.5),
    ]


def basin(hints: Hints, language: str) -> list[Paint]:
    """Draw a river basin: its outline and its name."""
    return [
        line("#4f94b8", zoomed(5, 4, 10, 10), opacity=0.14, blur=1),
        line("#4f94b8", zoomed(5, 1, 10, 1.8), opacity=0.8, dash=(4, 2)),
        *name(hints, language, colour="#3d7593", size=12, spacing=0.1),
    ]


def boundaries(hints: Hints, language: str) -> list[Paint]:
    """Draw administrative boundaries as lines."""
    return [
        line("#86648f", zoomed(6, 0.8, 13, 1.8), opacity=0.85, dash=(7, 2.2, 1.2, 2.2)),
        *name(hints, language, colour="#5a4763", size=12),
    ]


def places(hints: Hints, language: str) -> list[Paint]:
    """Draw populated places; with a rank, the larger the sooner and the bolder."""
    rank = number(hints.rank)
    size: Any = zoomed(6, 11, 12, 14)
    radius: Any = zoomed(6, 2.2, 12, 3.2)
    if rank is not None:
        # A town's size shows in its dot and its name, at every zoom alike.
        size = ["step", rank, 11, 20_000, 11.5, 100_000, 13, 300_000, 14.5, 1_000_000, 17]
        radius = ["step", rank, 2, 100_000, 2.8, 300_000, 3.6, 1_000_000, 4.6]
    dot = circle("#ffffff", radius, stroke="#3d3a45", stroke_width=1.3)
    names = name(hints, language, colour="#2e2b36", size=size, anchor="left", offset=(0.75, 0), sort=rank)
    if rank is not None:
        # Small places wait until there is room for them.
        wait = ["step", ["zoom"], [">=", rank, 300_000], 6.5, [">=", rank, 50_000], 7.5, [">=", rank, 5_000], 9, True]
        return [{**layer, "filter": wait} for layer in (dot, *names)]
    return [dot, *names]


def stations(hints: Hints, language: str) -> list[Paint]:
    """Draw weather stations and the like: a dot and a name."""
    return [
        circle("#2f8f83", zoomed(5, 2.6, 12, 6), stroke="#ffffff", stroke_width=1.4),
        *name(hints, language, colour="#1f6a61", size=11.5, anchor="top", offset=(0, 0.6), minzoom=7.5),
    ]


def rivers(hints: Hints, language: str) -> list[Paint]:
    """Draw rivers as lines, their names along them."""
    return [
        line("#8fc1dc", zoomed(5, 0.8, 13, 4), cap="round"),
        *name(hints, language, colour="#3a7ca5", size=zoomed(7, 10.5, 13, 13), along=True, spacing=0.15),
    ]


def water(hints: Hints, language: str) -> list[Paint]:
    """Draw water areas."""
    return [
        fill("#b9dcee", 0.95, outline="#8fc1dc"),
        *name(hints, language, colour="#3a7ca5", size=zoomed(9, 11, 15, 13), spacing=0.1),
    ]


def roads(hints: Hints, language: str) -> list[Paint]:
    """Draw roads: a casing, the road in the colour of its class, the name along it."""
    kind: Any = ["to-string", ["get", hints.class_]] if hints.class_ else "residential"
    casing: Any = ["match", kind, *[item for pair in ROAD_CASING.items() for item in pair], "#c9bda8"]
    return [
        line(casing if hints.class_ else "#c9bda8", _road_width(kind, 1.6), cap="round"),
        line(match(kind, ROADS, "#ffffff") if hints.class_ else "#ffffff", _road_width(kind, 0), cap="round"),
        *name(hints, language, colour="#5e5443", size=zoomed(12, 10.5, 17, 13), along=True, minzoom=12.5),
    ]


def _road_width(kind: Any, casing: float) -> Expression:
    """Return a road's width in pixels at a zoom; a casing is that much wider than the road it lies under."""

    def at(base: float) -> Any:
        if not isinstance(kind, list):
            return round(base * ROAD_WIDTH["residential"] + casing * min(1, base / 3), 2)
        widths = [
            (kind_name, round(base * share + casing * min(1, base / 3), 2)) for kind_name, share in ROAD_WIDTH.items()
        ]
        return [
            "match",
            kind,
            *[item for pair in widths for item in pair],
            round(base * 0.6 + casing * min(1, base / 3), 2),
        ]

    stops = ((5, 0.6), (9, 1.6), (12, 3), (15, 9), (18, 26))
    return ["interpolate", ["exponential", 1.4], ["zoom"], *[item for zoom, base in stops for item in (zoom, at(base))]]


def contours(hints: Hints, language: str) -> list[Paint]:
    """Draw imported contour lines."""
    return [
        line("#b98d63", zoomed(9, 0.4, 16, 1.2), opacity=0.8),
        *name(hints, language, colour="#93683f", size=10, along=True, minzoom=12),
    ]


def contour_lines() -> list[Paint]:
    """Return the style layers of the contours that an elevation layer's vector tiles hold: ``height`` and ``index``.

    Every fifth line, the index contour, is heavier and bears its height, as on a printed map.
    """
    index: Expression = ["==", ["get", "index"], True]
    label: Paint = {
        "type": "symbol",
        "filter": index,
        "minzoom": 10,
        "layout": {
            "symbol-placement": "line",
            "symbol-spacing": 320,
            "text-field": ["to-string", ["get", "height"]],
            "text-font": list(FONT),
            "text-size": 10,
            "text-max-angle": 30,
        },
        "paint": {"text-color": "#7d5330", "text-halo-color": HALO, "text-halo-width": 1.4},
    }
    return [
        {**line("#b98d63", zoomed(9, 0.3, 16, 0.7), opacity=0.75), "filter": ["!", index]},
        {**line("#a3764a", zoomed(9, 0.7, 16, 1.4), opacity=0.9), "filter": index},
        label,
    ]
