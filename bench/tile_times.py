"""Wall time of a layer's vector tiles at every zoom, asked one after another over one connection: median, p95, size.

Start the service with ``GEOSERVICE_TILE_CACHE_MB=0``, so that every tile is drawn.
Usage: ``python -m bench.tile_times LAYER [http://127.0.0.1:8000]``.
"""

import http.client
import json
import math
import statistics
import sys
import time
import urllib.parse

ZOOMS = range(5, 17)
MOST_TILES = 150
LEAST_REQUESTS = 60

Tiles = list[tuple[int, int, int]]
"""Zoom, row, column."""


def tiles_of(zoom: int, west: float, south: float, east: float, north: float) -> Tiles:
    """Return zoom, row and column of WebMercatorQuad tiles that cover a box in degrees, evenly thinned where many."""
    side = 2**zoom
    columns = [int((lon + 180) / 360 * side) for lon in (west, east)]
    heights = [math.asinh(math.tan(math.radians(lat))) / math.pi for lat in (north, south)]
    rows = [int((1 - height) / 2 * side) for height in heights]
    every = [(zoom, r, c) for r in range(rows[0], rows[1] + 1) for c in range(columns[0], columns[1] + 1)]
    return every[:: -(-len(every) // MOST_TILES)]


def measure(
    service: http.client.HTTPConnection, layer: str, tiles: list[tuple[int, int, int]]
) -> tuple[list[float], int]:
    """Ask for all tiles until enough were asked for; returns sorted milliseconds and the largest body, bytes."""
    times, largest = [], 0
    for _ in range(-(-LEAST_REQUESTS // len(tiles))):
        for zoom, row, column in tiles:
            start = time.perf_counter()
            path = f"/collections/{layer}/tiles/WebMercatorQuad/{zoom}/{row}/{column}"
            service.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = service.getresponse()
            body = answer.read()
            times.append(1000 * (time.perf_counter() - start))
            if answer.status not in (200, 204):
                raise SystemExit(f"{path}: {answer.status} {body[:200]!r}")
            if "hit" in answer.getheader("Server-Timing", ""):
                raise SystemExit("tiles come from the cache: start the service with GEOSERVICE_TILE_CACHE_MB=0")
            largest = max(largest, len(body))
    return sorted(times), largest


def main(layer: str, url: str = "http://127.0.0.1:8000") -> None:
    """Print a row a zoom."""
    service = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    service.request("GET", f"/collections/{layer}?f=json")
    west, south, east, north = json.load(service.getresponse())["extent"]["spatial"]["bbox"][0]
    print("zoom  requests  median ms  p95 ms  largest kB (gzip)")
    for zoom in ZOOMS:
        times, largest = measure(service, layer, tiles_of(zoom, west, south, east, north))
        p95 = times[math.ceil(0.95 * len(times)) - 1]
        print(f"{zoom:4} {len(times):9} {statistics.median(times):10.1f} {p95:7.1f} {largest / 1000:9.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
