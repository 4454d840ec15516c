"""A reading process is begun while everything else loads, is the one that reads, and is never left behind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas
import pytest
import shapely

from importers.vector import launch
from importers.vector.gdal import ReadingProcess


@pytest.fixture(autouse=True)
def _none_begun() -> Iterator[None]:
    launch.end_begun()
    yield
    launch.end_begun()


def test_the_process_begun_for_a_file_is_the_one_that_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "wells.gpkg"
    geopandas.GeoDataFrame({"name": ["井"]}, geometry=[shapely.Point(115, 34)], crs=4490).to_file(path)
    launch.begin([path])
    launch.begin([path])  # one is enough
    (begun,) = launch._begun
    reading = ReadingProcess(path, ("GPKG",))
    try:
        assert [layer["name"] for layer in reading.ask({"do": "layers", "path": str(path)})["layers"]] == ["wells"]
        assert launch._begun == []
        assert begun.poll() is None
        other = launch.launched()
        assert other.pid != begun.pid
        launch._end(other)
    finally:
        reading.close()
    assert begun.poll() is not None


def test_none_is_begun_for_what_is_read_otherwise_and_a_dead_one_is_replaced() -> None:
    launch.begin([Path("sheet.tif"), Path("table.xlsx"), Path("folder")])
    assert launch._begun == []
    launch.begin([Path("PARCELS.SHP")])
    (dead,) = launch._begun
    dead.kill()
    dead.wait()
    living = launch.launched()
    assert (living.poll(), living.pid == dead.pid) == (None, False)
    launch._end(living)


def test_one_that_nobody_took_ends_with_the_program() -> None:
    program = (
        "from pathlib import Path; from importers.vector import launch; "
        "launch.begin([Path('a.gpkg')]); print(launch._begun[0].pid)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stderr == ""
    assert not Path(f"/proc/{int(ended.stdout)}").exists()
