"""What stands beside a file: found whatever the case of its letters, and without listing a large folder for each."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from importers import folder
from importers.beside import siblings
from importers.finding import find
from importers.folder import names_beginning
from importers.raster.file import inspect_raster
from importers.raster.place import world_file

SHEETS = 12


def test_names_are_found_by_their_beginning_in_letters_of_any_case(tmp_path: Path) -> None:
    for name in ("Plan.tif", "PLAN.TFW", "plan.tif.ovr", "planning.tif", "图幅.tif", "a[1].tif", "a[1].tfw"):
        (tmp_path / name).touch()
    assert names_beginning(tmp_path, "plan.") == ["PLAN.TFW", "Plan.tif", "plan.tif.ovr"]
    assert siblings(tmp_path / "Plan.tif") == [tmp_path / "PLAN.TFW", tmp_path / "plan.tif.ovr"]
    assert names_beginning(tmp_path, "图幅") == ["图幅.tif"]
    assert names_beginning(tmp_path, "a[1].") == ["a[1].tfw", "a[1].tif"]
    assert names_beginning(tmp_path, "zz") == []


def test_a_file_that_comes_is_seen_in_a_folder_that_rested(tmp_path: Path) -> None:
    (tmp_path / "a.tif").touch()
    os.utime(tmp_path, (1_000_000_000, 1_000_000_000))
    assert names_beginning(tmp_path, "a") == ["a.tif"]
    (tmp_path / "a.tfw").touch()
    assert names_beginning(tmp_path, "a") == ["a.tfw", "a.tif"]
    (tmp_path / "a.prj").touch()  # within the same tick of the folder's clock, perhaps
    assert names_beginning(tmp_path, "a") == ["a.prj", "a.tfw", "a.tif"]


def test_a_folder_of_sheets_is_listed_as_often_however_many_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(1).integers(0, 200, (16, 16, 3)).astype("uint8")
    for number in range(SHEETS):
        cv2.imwrite(str(tmp_path / f"s{number}.png"), pixels + np.uint8(number))
        (tmp_path / f"s{number}.pgw").write_text("1\n0\n0\n-1\n660000\n3812000\n")
    os.utime(tmp_path, (1_000_000_000, 1_000_000_000))
    listed = []
    read = folder._names
    monkeypatch.setattr(folder, "_names", lambda path: listed.append(path) or read(path))
    with find((tmp_path,)) as finding:
        assert len(finding.usable) == SHEETS
        for found in finding.usable:
            assert world_file(found.path) is not None
            assert inspect_raster(found.path).affine is not None
    assert listed == [str(tmp_path)]
