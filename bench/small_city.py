"""A small city for benchmarks that need no peers: 40 000 parcels, served as ``geoservice serve`` serves them."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geoservice.service import Service

SIDE = 200
WEST, SOUTH, STEP = 115.5, 34.3, 0.0015


def parcels(path: Path) -> None:
    """Write 40 000 four-sided parcels whose corners are moved a little, neighbours sharing them."""
    rng = np.random.default_rng(4490)
    corners = np.stack(np.meshgrid(np.arange(SIDE + 1), np.arange(SIDE + 1)), axis=-1) + rng.uniform(
        -0.3, 0.3, (SIDE + 1, SIDE + 1, 2)
    )
    places = corners * STEP + (WEST, SOUTH)
    rings = np.stack([places[:-1, :-1], places[:-1, 1:], places[1:, 1:], places[1:, :-1], places[:-1, :-1]], axis=2)
    geometries = shapely.polygons(rings.reshape(-1, 5, 2))
    number = np.arange(SIDE * SIDE)
    columns = {
        "dlbm": rng.choice(["0101", "0102", "0701", "1003", "1101"], len(number)),
        "owner": [f"权利人{n % 977}" for n in number],
        "area": rng.uniform(100, 5000, len(number)).round(2),
        "n": number,
    }
    gpd.GeoDataFrame(columns, geometry=geometries, crs=4490).to_file(path, driver="GPKG", engine="pyogrio")


@contextmanager
def server(service: Service, **settings: str) -> Iterator[tuple[str, int]]:
    """Run the service; yields its address and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "GEOSERVICE_DATABASE_URL": service.database.url.render_as_string(hide_password=False),
        "GEOSERVICE_STORAGE_DIR": str(service.storage.root),
        **settings,
    }
    command = [sys.executable, "-m", "geoservice", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base)
        yield base, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait(base: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{base}/conformance", timeout=5).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not start")
