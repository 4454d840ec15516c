"""The viewer is built wherever the clone lies."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

VIEWER = Path(__file__).parents[2] / "geoservice" / "viewer"


def test_the_viewer_is_built_below_a_folder_with_spaces_and_chinese_characters(tmp_path: Path) -> None:
    if not shutil.which("node") or not (VIEWER / "node_modules").is_dir():
        pytest.skip("Node or the viewer's packages are not installed: make viewer")
    place = tmp_path / "商丘 100%"
    place.mkdir()
    shutil.copytree(VIEWER / "src", place / "src")
    for name in ("build.mjs", "package.json"):
        shutil.copy(VIEWER / name, place)
    os.symlink(VIEWER / "node_modules", place / "node_modules")
    subprocess.run(["node", "build.mjs"], cwd=place, check=True, capture_output=True)
    page = (place / "dist" / "index.html").read_text(encoding="utf-8")
    assert [name for name in os.listdir(place / "dist") if name.startswith("viewer-") and name in page]
