"""Which real client reads what: the cells of docs/clients.md, each proven by tests marked with it.

A test says what it proves: ``@pytest.mark.cell("GDAL of pyogrio", "Features")``. The run collects the outcomes; with
GEOSERVICE_WRITE_CLIENTS=1 (``make clients``) it writes the page. A cell is as good as its worst test.
"""

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from tests.clients.qgis import NEWER, OF_DEBIAN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "clients.md"
COLUMNS = ("Features", "CRS", "Filters", "Vector tiles", "Map tiles, WMTS", "WMS", "WFS", "SLD", "STAC", "Editing")
CANNOT = {
    ("GDAL of Debian", "CRS"): "3.6 knows no Part 2",
    ("GDAL of Debian", "Editing"): "the driver reads only",
    ("GDAL of pyogrio", "Editing"): "the driver reads only",
    ("GDAL of rasterio", "Features"): "no vector drivers",
    ("QGIS of Debian", "CRS"): "since 3.28",
    ("QGIS of Debian", "Editing"): "since 3.32",
    ("pystac-client", "Features"): "not its matter",
}
"""What a client cannot do at all, whoever serves it."""
VERDICTS = {"passed": "✓", "failed": "✗", "skipped": "not on this machine"}


def _program(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "not installed"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout)
    return found[0] if found else "not installed"


def _pyogrio() -> str:
    import pyogrio

    return ".".join(map(str, pyogrio.__gdal_version__))


def _rasterio() -> str:
    import rasterio

    return str(rasterio.__gdal_version__)


def _openlayers() -> str:
    package = Path(__file__).resolve().parents[2] / "geoservice" / "viewer" / "node_modules" / "ol" / "package.json"
    found = re.search(r'"version": "([\d.]+)"', package.read_text()) if package.exists() else None
    return found[1] if found else "not installed"


ROWS: dict[str, Callable[[], str]] = {
    "GDAL of Debian": lambda: _program("ogrinfo", "--version"),
    "GDAL of pyogrio": _pyogrio,
    "GDAL of rasterio": _rasterio,
    OF_DEBIAN.row: lambda: OF_DEBIAN.version() or "not installed",
    NEWER.row: lambda: NEWER.version() or "not installed",
    "OWSLib": lambda: version("OWSLib"),
    "OpenLayers": _openlayers,
    "pystac-client": lambda: version("pystac-client"),
}
outcomes: dict[tuple[str, str], list[str]] = defaultdict(list)


def noted(row: str, column: str, outcome: str) -> None:
    """Note a test's outcome for a cell."""
    assert row in ROWS, row
    assert column in COLUMNS, column
    outcomes[row, column].append(outcome)


def cell(row: str, column: str) -> str:
    """Return what a cell shows."""
    found = outcomes.get((row, column))
    if found:
        worst = next(verdict for verdict in ("failed", "skipped", "passed") if verdict in found)
        return f"{VERDICTS[worst]} {len(found)}" if worst == "passed" else VERDICTS[worst]
    return CANNOT.get((row, column), "–")


def page() -> str:
    """Return the page of what this run has seen."""
    lines = [
        "# Clients",
        "",
        "Written by `make clients` from a run of `tests/clients`: real programs against a real service, their counts,",
        "values and coordinates compared with what SQL says (to 1e-7 degree, 0.1 mm in metres). `✓ 3`: three tests",
        "passed; `–`: not tested.",
        "",
        f"| client | version | {' | '.join(COLUMNS)} |",
        f"|---|---|{'---|' * len(COLUMNS)}",
    ]
    for row, version_of in ROWS.items():
        lines.append(f"| {row} | {version_of()} | {' | '.join(cell(row, column) for column in COLUMNS)} |")
    lines += [
        "",
        "Coordinates are compared in CRS84, EPSG:4326, 4490, 4509 and 3857. QGIS of Debian 12 knows OGC API Features",
        "Part 1 only; a newer one, 3.32 at least, reads other systems and edits. It is run where",
        "`GEOSERVICE_QGIS` names a Python that has one, in a container too; the requests with which it edits are sent",
        "by `tests/geoservice/test_http.py` everywhere. Editing needs `GEOSERVICE_REQUIRE_IF_MATCH=false`, because",
        "QGIS sends no `If-Match`. The same addresses behind a proxy and a path prefix are tested there too.",
        "",
    ]
    return "\n".join(lines)
