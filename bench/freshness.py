"""How long after an edit the tiles of every grid show it: ``python -m bench.freshness``, ``--crowd`` while others ask.

40 000 parcels with levels (``bench.small_city``), one API process as it is served. A parcel is made over HTTP; then one
tile about it is asked for in each grid, at a large scale, where it is drawn as it is, and at a small one, where its
class is dissolved. Told are the seconds until the edit is answered, until all these tiles show it (their ETags change;
over dissolved classes it is drawn over), and until the classes themselves hold it. Then the layer is imported again, a
few times: told are the seconds from the commit of the new version until all tiles of a few places in every grid are
those of it. ``--crowd``: eight connections ask for other new tiles all the while.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import mercantile
from sqlalchemy import text

from bench.floors import CONNECTIONS, LUA
from bench.small_city import SOUTH, WEST, parcels, server
from geoservice.auth import create_token
from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from geoservice.service import Service, open_service
from geoservice.settings import Settings
from importers.batch import silent
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from tiles.grids import default_grids

EDITS = 12
IMPORTS = 3
PLACES = 4
LARGE, SMALL = 20_000, 1_000_000
"""Scale denominators of the two tiles."""
MOST_S = 60


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crowd", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "parcels.gpkg"
        parcels(path)
        with open_service(Settings(_env_file=None, data_dir=Path(folder))) as service:
            run_import(service, ImportRequest((path,), "parcels", style={"class": "dlbm"}), silent)
            with service.database.session() as session:
                token = create_token(session, "bench", ["*"], write=True)
                session.commit()
            with server(service, GEOSERVICE_TILE_CACHE_MB="64") as (base, _), _others(base, crowd=asked.crowd):
                times = [_edit(service, base, token, number) for number in range(EDITS)]
                again = [_import_again(service, base, path) for _ in range(IMPORTS)]
    print("| until | median, s | longest, s |\n|---|--:|--:|")
    for name, column in zip(("answered", "every tile shows it", "dissolved classes hold it"), zip(*times, strict=True),
                            strict=True):  # fmt: skip
        print(f"| {name} | {statistics.median(column):.2f} | {max(column):.2f} |")
    name = f"the layer is imported again: {len(again[0])} tiles are the new version's"
    slowest = [max(times) for times in again]
    print(f"| {name}, from its commit | {statistics.median(slowest):.2f} | {max(slowest):.2f} |")


def _edit(service: Service, base: str, token: str, number: int) -> tuple[float, float, float]:
    """Seconds until an edit is answered, until every tile about it shows it, and until dissolved classes hold it."""
    lon, lat = WEST + 0.05 + number * 0.015, SOUTH + 0.15
    tiles = list(_tiles(service, lon, lat))
    ring = [[lon, lat], [lon + 0.004, lat], [lon + 0.004, lat + 0.004], [lon, lat + 0.004], [lon, lat]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"dlbm": "0101"},
    }
    with httpx2.Client(base_url=base, timeout=MOST_S) as client:
        before = {tile: client.get(tile).headers["etag"] for tile in tiles}
        began = time.monotonic()
        client.post(
            "/collections/parcels/items", json=feature, headers={"Authorization": f"Bearer {token}"}
        ).raise_for_status()
        answered = time.monotonic() - began
        for tile, tag in before.items():
            while client.get(tile).headers["etag"] == tag:
                if time.monotonic() - began > MOST_S:
                    raise RuntimeError(f"{tile} does not change")
                time.sleep(0.01)
        shown = time.monotonic() - began
        while _lags(service):
            time.sleep(0.01)
        return answered, shown, time.monotonic() - began


def _import_again(service: Service, base: str, path: Path) -> list[float]:
    """Seconds from the commit of a layer's next version until each of the tiles about some places is one of it."""
    places = [(WEST + 0.05 + number * 0.05, SOUTH + 0.1) for number in range(PLACES)]
    tiles = list(dict.fromkeys(tile for place in places for tile in _tiles(service, *place)))
    with httpx2.Client(base_url=base, timeout=MOST_S) as client:
        before = {tile: client.get(tile).headers["etag"] for tile in tiles}
        run_import(service, ImportRequest((path,), "parcels", style={"class": "dlbm"}), silent)
        committed = time.monotonic()
        fresh = []
        for tile, tag in before.items():
            while client.get(tile).headers["etag"] == tag:
                if time.monotonic() - committed > MOST_S:
                    raise RuntimeError(f"{tile} does not change")
                time.sleep(0.01)
            fresh.append(time.monotonic() - committed)
        return fresh


def _tiles(service: Service, lon: float, lat: float) -> Iterator[str]:
    for grid in default_grids(service.frame).values():
        x, y = find_transform(parse_crs("OGC:CRS84"), grid.crs).points([lon + 0.002], [lat + 0.002])
        for scale in (LARGE, SMALL):
            z = next(z for z, matrix in enumerate(grid.matrices) if matrix.scale <= scale * 1.5)
            tile = grid.tile_at(float(x[0]), float(y[0]), z)
            yield f"/collections/parcels/tiles/{grid.id}/{grid.zoom_ids[z]}/{tile.row}/{tile.col}"


def _lags(service: Service) -> bool:
    newest = (
        "SELECT v.revision > v.renewed FROM catalogue.version v JOIN catalogue.layer l ON l.current_id = v.id "
        "WHERE l.name = 'parcels'"
    )
    with service.database.session() as session:
        return bool(session.execute(text(newest)).scalar_one())


@contextmanager
def _others(base: str, *, crowd: bool) -> Iterator[None]:
    """Eight connections that ask for tiles elsewhere, which are new as long as the cache forgets them."""
    if not crowd:
        yield
        return
    tiles = mercantile.tiles(WEST + 0.01, SOUTH + 0.2, WEST + 0.29, SOUTH + 0.29, (13, 14, 15, 16))
    paths: Sequence[str] = [f"/collections/parcels/tiles/WebMercatorQuad/{t.z}/{t.y}/{t.x}" for t in tiles]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths) + "\n")
        file.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", "-d600s", "-s", str(LUA), base]
        environment = os.environ | {"BENCH_PATHS": file.name, "BENCH_START": "0"}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
