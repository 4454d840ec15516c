"""Rasters brought in: one large orthophoto against ``gdalwarp``, and many small sheets at a cost per sheet.

``python -m bench.raster_import`` writes a 20 000 x 20 000 RGB picture in EPSG:4547, imports it by command line and
lets ``gdalwarp -of COG -multi`` make the same aligned JPEG COG, in turn; wall time, CPU and peak memory of each.
``python -m bench.raster_import --sheets 250,500,1000`` imports so many sheets of 500 x 500 pixels and joins 10 more.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import rasterio

from bench.rasters import CENTRE, _photo
from geoservice.service import open_service
from geoservice.settings import Settings

WARP = ("gdalwarp", "-q", "-overwrite", "-of", "COG", "-multi", "-wo", "NUM_THREADS=ALL_CPUS", "-r", "cubic",
        "-co", "TILING_SCHEME=GoogleMapsCompatible", "-co", "COMPRESS=JPEG", "-co", "QUALITY=85",
        "-co", "NUM_THREADS=ALL_CPUS")  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What one run took: wall and CPU seconds, peak memory in MB."""

    wall: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.wall:7.1f} s wall {self.cpu:7.1f} s CPU {self.peak:6.0f} MB"


def run(command: list[str], environment: dict[str, str]) -> Cost:
    """Run a command to its end and say what it took."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    peak, ended = 0.0, 0
    while not ended:
        peak = max(peak, _highest(process.pid))
        time.sleep(0.1)
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(time.perf_counter() - start, used.ru_utime + used.ru_stime, peak)


def _highest(pid: int) -> float:
    """Return the most memory a process has had, MB; what wait4 tells counts its parent's before it began, too."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def ours(file: Path, layer: str, environment: dict[str, str], *options: str) -> Cost:
    """Import with the command line."""
    program = str(Path(sys.executable).parent / "geoservice")
    return run([program, "import", str(file), "--layer", layer, "--kind", "imagery", *options], environment)


def large(scratch: Path, side: int, rounds: int, environment: dict[str, str]) -> None:
    """One large picture, in turn."""
    file = scratch / f"ortho_{side}.tif"
    if not file.exists():
        east, north = pyproj.Transformer.from_crs(4490, 4547, always_xy=True).transform(*CENTRE)
        _photo(file, np.random.default_rng(1), east - side / 4, north + side / 4, side)
    found: list[tuple[Cost, Cost]] = []
    for number in range(rounds):
        mine = ours(file, "ortho", environment)
        theirs = run([*WARP, "-t_srs", "EPSG:3857", str(file), str(scratch / "warped.tif")], environment)
        found.append((mine, theirs))
        print(f"round {number}: ours {mine}, gdalwarp {theirs}, "
              f"ratio {theirs.wall / mine.wall:.2f} wall {theirs.cpu / mine.cpu:.2f} CPU", flush=True)  # fmt: skip
    print(f"median ratio {statistics.median(b.wall / a.wall for a, b in found):.2f} wall, "
          f"{statistics.median(b.cpu / a.cpu for a, b in found):.2f} CPU")  # fmt: skip


def many(scratch: Path, counts: list[int], environment: dict[str, str]) -> None:
    """Sheets side by side, 500 x 500 pixels of 0.5 m each; then ten more that join them."""
    east, north = pyproj.Transformer.from_crs(4490, 4547, always_xy=True).transform(*CENTRE)
    rng = np.random.default_rng(2)
    pattern = scratch / "pattern.tif"
    _photo(pattern, rng, east, north, 500)
    with rasterio.open(pattern) as source:
        pixels = source.read()
        profile = source.profile
    for count in counts:
        folder, more = scratch / f"sheets_{count}", scratch / f"more_{count}"
        side = int(np.ceil(np.sqrt(count)))
        for number in range(count + 10):
            row, column = divmod(number, side)
            target = (folder if number < count else more) / f"{number:05d}.tif"
            target.parent.mkdir(exist_ok=True)
            if not target.exists():
                corner = east + 250 * (column - side / 2), north - 250 * (row - side / 2)
                profile["transform"] = rasterio.Affine(0.5, 0, corner[0], 0, -0.5, corner[1])
                with rasterio.open(target, "w", **profile) as sink:
                    sink.write(np.roll(pixels, number * 7, axis=2))
        whole = ours(folder, f"mosaic_{count}", environment)
        joined = ours(more, f"mosaic_{count}", environment, "--option", "join=yes")
        print(
            f"{count:6d} sheets: {whole}, {whole.cpu / count * 1000:6.1f} ms CPU a sheet; ten more: {joined}",
            flush=True,
        )


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=Path("data/bench/raster_import"))
    parser.add_argument("--side", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--sheets", default="")
    asked = parser.parse_args()
    asked.scratch.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"GEOSERVICE_DATA_DIR": str((asked.scratch / "service").resolve())}
    with open_service(Settings(data_dir=asked.scratch / "service")):  # keeps the private cluster running meanwhile
        if asked.sheets:
            many(asked.scratch, [int(count) for count in asked.sheets.split(",")], environment)
        else:
            large(asked.scratch, asked.side, asked.rounds, environment)


if __name__ == "__main__":
    main()
