"""How the presets of land and what stands on it are drawn: parcels, plans, buildings, heritage, survey drawings."""

from typing import Any

from layers.style.hints import Hints
from layers.style.paint import NOT_POINTS, POINTS, POLYGONS, Paint, circle, fill, line, match, name, zoomed
from layers.style.symbols import BUILDING, BUILDINGS, DRAWING, DRAWING_FILL, LAND_USE, LAND_USE_GROUPS, PLAN


def parcels(hints: Hints, language: str) -> list[Paint]:
    """Draw parcels by their land use."""
    tint: Any = "#eadfc8"
    if hints.class_:
        code = ["to-string", ["get", hints.class_]]
        by_group = match(["slice", code, 0, 2], LAND_USE_GROUPS, "#eadfc8")
        tint = match(["slice", code, 0, 4], LAND_USE, by_group)
    return [
        fill(tint, zoomed(12, 0.85, 15, 0.68)),
        line("#8d7a5e", zoomed(12, 0.15, 17, 1.1), opacity=zoomed(12, 0.25, 15, 0.7)),
        *name(hints, language, colour="#6b5a3f", size=10.5, minzoom=15.5),
    ]


def plan(hints: Hints, language: str) -> list[Paint]:
    """Draw the land of a plan by its class."""
    tint: Any = "#ecebe6"
    if hints.class_:
        code = ["to-string", ["get", hints.class_]]
        groups = [symbol for symbol in PLAN if len(symbol.value) == 2]
        classes = [symbol for symbol in PLAN if len(symbol.value) == 4]
        tint = match(["slice", code, 0, 4], classes, match(["slice", code, 0, 2], groups, tint))
    return [
        fill(tint, zoomed(12, 0.9, 16, 0.78)),
        line("#7d5a52", zoomed(12, 0.3, 17, 1.6), opacity=zoomed(12, 0.35, 15, 0.85)),
        *name(hints, language, colour="#5a3b34", size=11, minzoom=14.5),
    ]


def landcover(hints: Hints, language: str) -> list[Paint]:
    """Draw land cover as parcels, from the smallest scale on."""
    return [{**layer, "minzoom": 0} for layer in parcels(hints, language)]


def buildings(hints: Hints, language: str) -> list[Paint]:
    """Draw buildings by their kind."""
    tint: Any = BUILDING
    if hints.class_:
        tint = match(["to-string", ["get", hints.class_]], BUILDINGS, BUILDING)
    return [
        {**fill(tint, 1), "minzoom": 11.5},
        {**line("#7d6a55", zoomed(13, 0.2, 17, 1.2), opacity=0.9), "minzoom": 12.5},
        *name(hints, language, colour="#6a5a48", size=10.5, minzoom=16),
    ]


def heritage(hints: Hints, language: str) -> list[Paint]:
    """Draw protected places: areas, lines and points."""
    return [
        {**fill("#a63d34", 0.12), "filter": POLYGONS},
        {**line("#a63d34", zoomed(9, 1, 16, 2), dash=(3, 1.6)), "filter": NOT_POINTS},
        {**circle("#a63d34", zoomed(6, 3.4, 15, 6.5), stroke="#fff6ec", stroke_width=1.6), "filter": POINTS},
        *name(
            hints,
            language,
            colour="#8c2f28",
            size=12,
            bold=True,
            anchor="top" if hints.shape == "point" else "center",
            offset=(0, 0.7 if hints.shape == "point" else 0),
            minzoom=8,
        ),
    ]


def drawing(hints: Hints, language: str) -> list[Paint]:
    """Draw a survey drawing: fine lines in the colours of its themes, texts where the draughtsman set them."""
    theme: Any = ["to-string", ["get", hints.class_]] if hints.class_ else "other"
    ink = match(theme, DRAWING, "#6b6f7a") if hints.class_ else "#6b6f7a"
    tint = match(theme, DRAWING_FILL, "rgba(0,0,0,0)") if hints.class_ else "rgba(0,0,0,0)"
    dot = circle(ink, zoomed(14, 0.9, 18, 2.4), stroke="#ffffff", stroke_width=0)
    if hints.label:
        dot["filter"] = ["all", POINTS, ["!has", hints.label]]
    words = name(hints, language, colour=ink, size=zoomed(15, 9, 19, 13), minzoom=15)
    return [
        {**fill(tint, 1), "filter": POLYGONS},
        {**line(ink, zoomed(11, 0.25, 17, 1.1)), "filter": NOT_POINTS},
        {**dot, "minzoom": 13.5},
        *({**one, "filter": POINTS} for one in words),
    ]
