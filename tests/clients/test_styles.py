"""Our styles as SLD, loaded by QGIS: the rule of a feature at a scale is the one the map draws it by."""

import itertools
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layers.layer import Column, Layer, Version, VersionFacts
from layers.style.cartography import PRESETS
from layers.style.symbols import LAND_USE, LAND_USE_GROUPS
from tiles.picture.sld import SCALE_0, sld

pytestmark = pytest.mark.clients
COLUMNS = ("c", "l", "e", "r")
PYTHON = "/usr/bin/python3"


def layer(preset: str, shape: str) -> Layer:
    facts = VersionFacts(4490, "t", shape, tuple(Column(name, name, "text") for name in COLUMNS))
    version = Version(1, 1, 0, datetime.now(UTC), None, 1, None, facts)
    style = {"preset": preset, "class": "c", "label": "l", "label_en": "e", "rank": "r"}
    return Layer(1, "x", "vector", {"zh": "层"}, {}, "land", "", True, "", "", style, version, (1,))


def preset_of(path: object) -> str:
    return Path(str(path)).name.partition("-")[0]


def loaded(tmp_path: Path, asked: list[list[object]]) -> list[list[object]]:
    if subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode:
        pytest.skip("no python3-qgis on this machine")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [PYTHON, str(Path(__file__).with_name("qgis_sld.py"))], input=json.dumps(asked), capture_output=True, text=True,
        env=environment, timeout=120, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert lines, done.stdout + done.stderr
    found: list[list[object]] = json.loads(lines[-1])
    return found


@pytest.mark.cell("QGIS", "SLD")
def test_qgis_loads_every_preset_in_both_versions(tmp_path: Path) -> None:
    asked: list[list[object]] = []
    shapes = {"places": "Point", "stations": "Point", "roads": "LineString", "rivers": "LineString"}
    for preset, version in itertools.product(PRESETS, ("1.0.0", "1.1.0")):
        shape = shapes.get(preset, "Polygon")
        path = tmp_path / f"{preset}-{version}.sld"
        path.write_bytes(sld(layer(preset, shape), version))  # type: ignore[arg-type]
        asked.append([str(path), shape, COLUMNS, ["0101", "名", "name", "400000"], SCALE_0 / 2**14.5])
    for (path, *_), (ok, message, rules, _, labels) in zip(asked, loaded(tmp_path, asked), strict=True):
        assert ok, (path, message)
        assert rules or preset_of(path) == "water", path  # one rule without a condition is a single symbol
        assert labels, path


@pytest.mark.cell("QGIS", "SLD")
def test_qgis_draws_a_class_in_its_colour_and_a_code_of_a_group_in_the_group_s(tmp_path: Path) -> None:
    path = tmp_path / "parcels.sld"
    path.write_bytes(sld(layer("parcels", "Polygon"), "1.1.0"))
    codes = {"0101": LAND_USE[0].colour, "0199": LAND_USE_GROUPS[0].colour, "99": "#eadfc8"}
    asked: list[list[object]] = [
        [str(path), "Polygon", COLUMNS, [code, "", "", ""], SCALE_0 / 2**13.5] for code in codes
    ]
    for (code, colour), (ok, _, _, drawn, _) in zip(codes.items(), loaded(tmp_path, asked), strict=True):
        assert ok
        colours = [part for symbol in drawn for part in symbol]  # type: ignore[attr-defined]
        assert colour in colours, (code, drawn)
        assert len([c for c in colours if c in codes.values()]) == 1, (code, drawn)
