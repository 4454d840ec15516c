"""The program of a painting process: takes a job, draws it with Mapnik, answers with pixels or a page.

It runs apart from the service, because importing Mapnik points PROJ and GDAL of its whole process to its own files,
after which rasterio finds no coordinate system; and so that a crash or an endless loop inside the renderer costs one
picture: whoever asks (``tiles.picture.painters``) may kill it at any time. Frames on standard input and output are a
length (8 bytes) and a pickle; both ends are this program's own. No database, no network, no file but the fonts.
"""

import os
import pickle
import resource
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import mapnik

from layers.workplace import workplace
from tiles.picture.evaluate import Scene, columns_of, evaluate
from tiles.picture.job import Bitmap, Job, Row, Shapes
from tiles.picture.symbolizers import BOLD_FONTS, FONTS, rule, symbolizers
from tiles.picture.typefaces import typefaces

SRS = "epsg:3857"
"""One plane for everything: shapes come in the picture's own units, and nothing is transformed here."""
MEMORY_LIMIT = 3 << 30
LARGEST_IMAGE = 10_000
SHAPE_OF_WKB = ("", "Point", "LineString", "Polygon", "Point", "LineString", "Polygon", "")
LISTS = ("text-font", "text-offset", "line-dasharray")
"""Values that are lists and no expressions."""
COARSEST = 0.05
"""CSS pixels that a size is rounded to: sizes by a number would else make a rule for every feature."""


def main() -> None:
    """Serve jobs until standard input ends."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the library prints must not get between the answers
    typefaces()
    _send(out, ("ready", b""))
    while (head := sys.stdin.buffer.read(8)) and len(head) == 8:
        job = pickle.loads(sys.stdin.buffer.read(int.from_bytes(head, "little")))
        try:
            _send(out, ("done", paint(job)))
        except Exception as error:
            _send(out, ("failed", f"{type(error).__name__}: {error}".encode()))


def _send(out: BinaryIO, answer: tuple[str, bytes]) -> None:
    body = pickle.dumps(answer, protocol=5)
    out.write(len(body).to_bytes(8, "little") + body)
    out.flush()


def paint(job: Job) -> bytes:
    """Return the pixels of a job, RGBA not premultiplied, row by row; or its page."""
    sheet = ET.Element("Map", {"srs": SRS, "background-color": job.background or "rgba(0,0,0,0)"})
    for name, faces in zip((FONTS, BOLD_FONTS), typefaces(), strict=True):
        fonts = ET.SubElement(sheet, "FontSet", {"name": name})
        for face in faces:
            ET.SubElement(fonts, "Font", {"face-name": face})
    with workplace("picture") as folder:
        sources = [_bitmap(sheet, number, bitmap, folder) for number, bitmap in enumerate(job.bitmaps)]
        made = [_layer(sheet, number, layer, job) for number, layer in enumerate(_ordered(job))]
        return _drawn(sheet, [*sources, *(source for source in made if source is not None)], job)


def _bitmap(sheet: ET.Element, number: int, bitmap: Bitmap, folder: Path) -> Any:
    """Add a finished picture to the map; returns its source, a file that lives as long as the drawing."""
    style = ET.SubElement(sheet, "Style", {"name": f"b{number}"})
    ET.SubElement(ET.SubElement(style, "Rule"), "RasterSymbolizer", {"scaling": "bilinear"})
    element = ET.SubElement(sheet, "Layer", {"name": f"b{number}", "srs": SRS})
    ET.SubElement(element, "StyleName").text = f"b{number}"
    path = folder / f"{number}.png"
    path.write_bytes(bitmap.body)
    west, south, east, north = bitmap.box
    return mapnik.Raster(file=str(path), lox=west, loy=south, hix=east, hiy=north)


def _drawn(sheet: ET.Element, sources: Sequence[Any], job: Job) -> bytes:
    picture = mapnik.Map(job.width, job.height)
    mapnik.load_map_from_string(picture, ET.tostring(sheet, encoding="unicode"))
    for number, source in enumerate(sources):
        picture.layers[number].datasource = source
    picture.buffer_size = job.margin
    picture.aspect_fix_mode = mapnik.aspect_fix_mode.RESPECT
    picture.zoom_to_box(_inner_box(job))
    return _pixels(picture, job) if job.form == "rgba" else _page(picture, job)


def _inner_box(job: Job) -> Any:
    """The picture without its margin, in the units of the shapes."""
    if job.box is not None:
        return mapnik.Box2d(*job.box)
    dx = job.units * job.margin / (job.width + 2 * job.margin)
    dy = job.units * job.margin / (job.height + 2 * job.margin)
    return mapnik.Box2d(dx, dy - job.units, job.units - dx, -dy)


def _pixels(picture: Any, job: Job) -> bytes:
    image = mapnik.Image(job.width, job.height)
    mapnik.render(picture, image, job.ratio)
    image.demultiply()
    return bytes(image.to_string())


def _page(picture: Any, job: Job) -> bytes:
    with workplace("page") as folder:
        path = folder / f"page.{job.form}"
        mapnik.render_to_file(picture, str(path), job.form, job.ratio)
        return path.read_bytes()


def _ordered(job: Job) -> list[dict[str, Any]]:
    """Areas, lines and points as they come; then names, the topmost first: the first to stand keeps its place."""
    below = [layer for layer in job.layers if not layer.get("above")]
    names = [layer for layer in below if layer["type"] == "symbol"]
    above = [layer for layer in job.layers if layer.get("above")]
    return [layer for layer in below if layer["type"] != "symbol"] + names[::-1] + above


def _layer(sheet: ET.Element, number: int, layer: dict[str, Any], job: Job) -> Any | None:
    """Add a style layer with its rules to the map; returns its features, None when there are none."""
    shapes = job.shapes.get(layer["source-layer"])
    if shapes is None or not layer.get("minzoom", 0) <= job.zoom < layer.get("maxzoom", 99):
        return None
    style = ET.Element("Style", {"name": f"s{number}", "filter-mode": "first"})
    features = _Features(layer, shapes, job.zoom, style)
    if not features.count:
        return None
    sheet.append(style)
    element = ET.SubElement(sheet, "Layer", {"name": f"l{number}", "srs": SRS})
    ET.SubElement(element, "StyleName").text = f"s{number}"
    return features.source


class _Features:
    """The features of a style layer, each with the number ``k`` of its rule and, of a name, its text ``t``."""

    def __init__(self, layer: dict[str, Any], shapes: Shapes, zoom: float, style: ET.Element) -> None:
        self.layer, self.zoom, self.style = layer, zoom, style
        self.values = {**layer.get("layout", {}), **layer.get("paint", {})}
        self.text = self.values.pop("text-field", None)
        self.sort = self.values.pop("symbol-sort-key", None)
        self.context = mapnik.Context()
        self.context.push("k")
        self.context.push("t")
        self.source = mapnik.MemoryDatasource()
        self.count = 0
        self._rules: dict[Any, int | None] = {}
        self._drawn: dict[tuple[Any, ...], int | None] = {}
        self._fill(shapes)

    def _fill(self, shapes: Shapes) -> None:
        places = {name: place for place, name in enumerate(shapes.columns, 1)}
        looked_at = {*columns_of([self.layer.get("filter")]), *columns_of([*self.values.values()])}
        wanted = [places[name] for name in sorted(looked_at) if name in places]
        for row in self._sorted(shapes.rows, places):
            body = row[0]
            if body is None:
                continue
            shape = SHAPE_OF_WKB[min(body[1], 7)]
            key = (shape, *(row[place] for place in wanted))
            number = self._drawn.get(key, -1)
            if number == -1:
                scene = Scene(self.zoom, {name: row[place] for name, place in places.items()}, shape)
                number = self._drawn[key] = self._rule(scene)
            if number is None:
                continue
            self._add(row, places, number, shape)

    def _add(self, row: Row, places: dict[str, int], number: int, shape: str) -> None:
        feature = mapnik.Feature(self.context, self.count + 1)
        feature["k"] = number
        if self.text is not None:
            scene = Scene(self.zoom, {name: row[place] for name, place in places.items()}, shape)
            text = str(evaluate(self.text, scene) or "").strip()
            if not text:
                return
            feature["t"] = text
        feature.geometry = mapnik.Geometry.from_wkb(row[0])
        self.source.add_feature(feature)
        self.count += 1

    def _sorted(self, rows: list[Row], places: dict[str, int]) -> Sequence[Row]:
        """Rows in the order they are drawn; names by their sort key, the least first, as they take their places."""
        if self.sort is None:
            return rows

        def key(row: Row) -> float:
            return float(evaluate(self.sort, Scene(self.zoom, {n: row[p] for n, p in places.items()}, "")))

        return sorted(rows, key=key)

    def _rule(self, scene: Scene) -> int | None:
        """Return the number of the rule for a feature, made when it is the first of its kind; None hides it."""
        chosen = self.layer.get("filter")
        if chosen is not None and not evaluate(chosen, scene):
            return None
        values = {
            name: value if name in LISTS else _rounded(evaluate(value, scene)) for name, value in self.values.items()
        }
        if self.layer["type"] == "symbol" and scene.shape == "Polygon" and values.get("symbol-placement") != "line":
            values["placement"] = "interior"
        key = tuple((name, _hashable(value)) for name, value in values.items())
        if key not in self._rules:
            elements = symbolizers(self.layer["type"], values)
            number = len(self._rules) if elements else None
            self._rules[key] = number
            if number is not None:
                self.style.append(rule(number, elements))
        return self._rules[key]


def _rounded(value: Any) -> Any:
    return round(value / COARSEST) * COARSEST if isinstance(value, float) and value > 2 else value


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


if __name__ == "__main__":
    main()
