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
from layers.xml_text import holdable
from tiles.picture.features import StyleLayer, features
from tiles.picture.job import Bitmap, Job
from tiles.picture.symbolizers import BOLD_FONTS, FONTS
from tiles.picture.typefaces import typefaces

SRS = "epsg:3857"
"""One plane for everything: shapes come in the picture's own units, and nothing is transformed here."""
MEMORY_LIMIT = 3 << 30


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
            answer = ("done", paint(job))
        except Exception as error:
            answer = ("failed", f"{type(error).__name__}: {error}".encode())
        try:
            _send(out, answer)
        except BrokenPipeError:  # who asked was killed; what is left in the buffer would be told at the end
            os._exit(0)


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
    if not job.bitmaps:
        return _drawn(sheet, _layers(sheet, job), job)
    with workplace("picture") as folder:
        sources = [_bitmap(sheet, number, bitmap, folder) for number, bitmap in enumerate(job.bitmaps)]
        return _drawn(sheet, [*sources, *_layers(sheet, job)], job)


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
    mapnik.load_map_from_string(picture, holdable(ET.tostring(sheet, encoding="unicode")))
    for number, source in enumerate(sources):
        picture.layers[number].datasource = source
    picture.buffer_size = job.margin
    picture.aspect_fix_mode = mapnik.aspect_fix_mode.RESPECT
    picture.zoom_to_box(mapnik.Box2d(*job.box))
    return _pixels(picture, job) if job.form == "rgba" else _page(picture, job)


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


def _layers(sheet: ET.Element, job: Job) -> list[Any]:
    """Add the style layers with their rules to the map; returns their features, one for each that has any."""
    styles = [
        StyleLayer(number, layer, job)
        for number, layer in enumerate(_ordered(job))
        if layer["source-layer"] in job.shapes and layer.get("minzoom", 0) <= job.zoom < layer.get("maxzoom", 99)
    ]
    together: dict[str, list[StyleLayer]] = {}
    for style in styles:
        together.setdefault(style.source if style.text is None else style.name, []).append(style)
    sources = {one.name: source for group in together.values() if (source := features(group, job)) for one in group}
    drawn = [style for style in styles if style.rules and style.name in sources]
    for style in drawn:
        sheet.append(style.element)
        element = ET.SubElement(sheet, "Layer", {"name": style.name, "srs": SRS})
        ET.SubElement(element, "StyleName").text = style.name
    return [sources[style.name] for style in drawn]


if __name__ == "__main__":
    main()
