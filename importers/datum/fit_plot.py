"""A picture of a fit: where the points are and which way, and how far, each one missed.

One list of shapes, written as SVG or painted as PNG. Places are drawn relative to the points' own extent, without
ordinates: the picture may be shown where the numbers may not.
"""

import math
from dataclasses import dataclass
from html import escape
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from importers.datum.fit_result import Fit

_SIZE = 640
_EDGE = 70
_LONGEST = 80.0
_COLOURS = {"fit": "#1f5fa8", "check": "#2e8b57", "outlier": "#c0392b"}


@dataclass(frozen=True)
class _Arrow:
    x: float
    y: float
    dx: float
    dy: float
    label: str
    colour: str


def plot_svg(fit: Fit) -> str:
    """Return the residual plot as an SVG document."""
    arrows, note = _arrows(fit)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SIZE}" height="{_SIZE}" '
        f'viewBox="0 0 {_SIZE} {_SIZE}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="14">{escape(_title(fit))}</text>',
        f'<text x="16" y="{_SIZE - 16}">{escape(note)}</text>',
    ]
    for a in arrows:
        parts.append(f'<circle cx="{a.x:.1f}" cy="{a.y:.1f}" r="3" fill="{a.colour}"/>')
        parts.append(
            f'<line x1="{a.x:.1f}" y1="{a.y:.1f}" x2="{a.x + a.dx:.1f}" y2="{a.y + a.dy:.1f}" '
            f'stroke="{a.colour}" stroke-width="2"/>'
        )
        for x, y in _head(a):
            parts.append(
                f'<line x1="{a.x + a.dx:.1f}" y1="{a.y + a.dy:.1f}" x2="{x:.1f}" y2="{y:.1f}" '
                f'stroke="{a.colour}" stroke-width="2"/>'
            )
        parts.append(f'<text x="{a.x + 6:.1f}" y="{a.y - 6:.1f}" fill="{a.colour}">{escape(a.label)}</text>')
    return "\n".join([*parts, "</svg>"])


def plot_png(fit: Fit) -> bytes:
    """Return the residual plot as a PNG image; labels only as far as the built-in font has their letters."""
    arrows, note = _arrows(fit)
    image = Image.new("RGB", (_SIZE, _SIZE), "#ffffff")
    draw = ImageDraw.Draw(image)
    draw.text((16, 14), _ascii(_title(fit)), fill="#000000")
    draw.text((16, _SIZE - 26), _ascii(note), fill="#000000")
    for a in arrows:
        draw.ellipse((a.x - 3, a.y - 3, a.x + 3, a.y + 3), fill=a.colour)
        tip = (a.x + a.dx, a.y + a.dy)
        draw.line(((a.x, a.y), tip), fill=a.colour, width=2)
        for end in _head(a):
            draw.line((tip, end), fill=a.colour, width=2)
        draw.text((a.x + 6, a.y - 16), _ascii(a.label), fill=a.colour)
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _title(fit: Fit) -> str:
    return f"{fit.method}: RMSE {fit.rmse_m:.3f} m, largest residual {fit.max_residual_m:.3f} m"


def _arrows(fit: Fit) -> tuple[list[_Arrow], str]:
    place = fit.places[:, :2]
    low, span = place.min(axis=0), np.maximum(np.ptp(place, axis=0), 1e-9)
    if fit.source.is_geographic:  # a degree of longitude is shorter than one of latitude
        span = np.array([span[0], span[1] / math.cos(math.radians(float(place[:, 1].mean())))])
    unit = (_SIZE - 2 * _EDGE) / float(span.max())
    stretch = np.array([1.0, 1.0 if not fit.source.is_geographic else span[1] / max(np.ptp(place[:, 1]), 1e-9)])
    longest = max(r.length_m for r in fit.residuals)
    magnified = _LONGEST / longest if longest > 1e-9 else 0.0
    arrows = []
    for residual, at in zip(fit.residuals, place, strict=True):
        x, y = (at - low) * stretch * unit
        kind = "check" if residual.is_check else "outlier" if residual.is_outlier else "fit"
        arrows.append(
            _Arrow(
                _EDGE + float(x),
                _SIZE - _EDGE - float(y),
                residual.east_m * magnified,
                -residual.north_m * magnified,
                f"{residual.name} {residual.length_m * 1000:.0f} mm",
                _COLOURS[kind],
            )
        )
    return arrows, f"longest arrow {longest * 1000:.0f} mm; blue fitted, green check, red outlier; north up"


def _head(arrow: _Arrow) -> list[tuple[float, float]]:
    length = math.hypot(arrow.dx, arrow.dy)
    if length < 4:
        return []
    angle = math.atan2(arrow.dy, arrow.dx)
    tip = (arrow.x + arrow.dx, arrow.y + arrow.dy)
    return [(tip[0] - 7 * math.cos(angle + turn), tip[1] - 7 * math.sin(angle + turn)) for turn in (0.45, -0.45)]


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")
