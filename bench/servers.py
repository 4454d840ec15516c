"""The servers under test, two processes each; every one is stopped at the end by the process id it was started with."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.rasters import peers_python
from layers.frame import SHANGQIU

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2
GRIDS = ("WorldCRS84Quad", "CGCS2000Quad", f"ScaleGrid{SHANGQIU.metric_srid}")
"""The grids besides the default one that our service is measured in."""

GET_MAP = (
    "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={layer}&STYLES=&CRS=EPSG:3857&BBOX={box}&WIDTH=512&HEIGHT=512"
    "&FORMAT=image/png&TRANSPARENT=TRUE"
)

MAPFILE = """MAP NAME "bench" SIZE 256 256 EXTENT 114.8 33.7 116.6 34.9 UNITS DD PROJECTION "init=epsg:4326" END
 WEB METADATA "ows_title" "bench" "ows_enable_request" "*" "ows_srs" "EPSG:3857" END END
 OUTPUTFORMAT NAME "mvt" DRIVER "MVT" FORMATOPTION "EXTENT=4096" FORMATOPTION "EDGE_BUFFER=4" END
 OUTPUTFORMAT NAME "jpeg" DRIVER "AGG/JPEG" MIMETYPE "image/jpeg" IMAGEMODE RGB END
{layers} END"""
VECTOR = """ LAYER NAME "{name}" TYPE {type} STATUS ON CONNECTIONTYPE POSTGIS CONNECTION "{connection}"
 DATA "geom FROM peers.{name} USING UNIQUE fid USING SRID=4490" PROCESSING "CLOSE_CONNECTION=DEFER"
 PROJECTION "init=epsg:4490" END EXTENT 114.7 33.6 116.7 35.0 METADATA "gml_include_items" "all" END TEMPLATE "x"
 CLASS STYLE COLOR 220 230 200 OUTLINECOLOR 120 120 120 END END END"""
NAMED = """ LABELITEM "name" CLASS STYLE COLOR 80 80 80 SIZE 5 SYMBOL "dot" END
 LABEL TYPE truetype FONT "names" SIZE 9 COLOR 40 40 40 OUTLINECOLOR 255 255 255 OUTLINEWIDTH 2 PARTIALS FALSE
 POSITION uc END END END"""
DOT = """ SYMBOL NAME "dot" TYPE ellipse POINTS 1 1 END FILLED TRUE END"""
FACE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
"""Debian's face of Chinese names, which our painter takes too."""
RASTER = """ LAYER NAME "{name}" TYPE RASTER STATUS ON {data} PROJECTION "init=epsg:{srid}" END
 PROCESSING "RESAMPLE=BILINEAR" PROCESSING "CLOSE_CONNECTION=DEFER" {more} END"""
NGINX = """daemon off; worker_processes 2; pid {run}/nginx.pid; error_log {run}/nginx.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; keepalive_requests 1000000; open_file_cache max=1000;
 client_body_temp_path {run}/n1; proxy_temp_path {run}/n2; fastcgi_temp_path {run}/n3; uwsgi_temp_path {run}/n4;
 scgi_temp_path {run}/n5; upstream mapserver {{ least_conn; {sockets} }}
 server {{ listen 127.0.0.1:{port}; location /static/ {{ alias {run}/static/; }}
 location /ms {{ fastcgi_pass mapserver; fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD GET;
 fastcgi_param SERVER_NAME localhost; fastcgi_param SERVER_PORT {port}; fastcgi_param SCRIPT_NAME /ms;
 fastcgi_buffers 64 64k; fastcgi_buffer_size 64k; fastcgi_busy_buffers_size 256k; fastcgi_max_temp_file_size 0; }} }} }}
"""


@dataclass
class Server:
    """One server: its address, its processes, and how a tile is asked of it by kind of work."""

    name: str
    base: str
    urls: Mapping[str, str]
    uses_database: bool = True
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def stop(self) -> None:
        """End the process groups started here."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:  # MapServer waits for a request before it heeds the signal
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


Start = Callable[[Path, str, int], Server]
"""Makes a server from the scratch folder, the database's DSN and a port."""


def ours(scratch: Path, dsn: str, port: int, *, cache_mb: int = 0, name: str = "ours") -> Server:
    """Our service; without its tile cache unless said."""
    environment = {
        "GEOSERVICE_DATABASE_URL": dsn, "GEOSERVICE_DATA_DIR": str(scratch / "service"), "GEOSERVICE_PORT": str(port),
        "GEOSERVICE_WORKERS": str(WORKERS), "GEOSERVICE_TILE_CACHE_MB": str(cache_mb),
    }  # fmt: skip
    urls = {
        "mvt": "/xyz/{layer}/{z}/{x}/{y}.mvt",
        "ortho": "/xyz/ortho/{z}/{x}/{y}.jpg",
        "decoded": "/xyz/ortho/{z}/{x}/{y}.jpg?bands=3,2,1",
        "hillshade": "/xyz/dem/{z}/{x}/{y}.png?rendering=hillshade",
        "mosaic": "/xyz/mosaic/{z}/{x}/{y}.jpg",
        "map": f"/wms?{GET_MAP}",
        "named": f"/wms?{GET_MAP}",
    }
    for grid in GRIDS:
        urls[grid] = f"/collections/{{layer}}/tiles/{grid}/{{z}}/{{y}}/{{x}}"
    command = [str(Path(sys.executable).parent / "geoservice"), "serve"]
    return started(Server(name, f"http://127.0.0.1:{port}", urls), [command], scratch, environment)


def tipg(scratch: Path, dsn: str, port: int) -> Server:
    """The peer for vector tiles; its limit of features a tile is lifted, or it would draw less."""
    environment = {
        "DATABASE_URL": dsn, "TIPG_DB_SCHEMAS": '["peers"]', "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        "TIPG_TILE_BUFFER": "64", "TIPG_CATALOG_TTL": "0", "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
    }  # fmt: skip
    urls = {"mvt": "/collections/peers.{layer}/tiles/WebMercatorQuad/{z}/{x}/{y}"}
    return started(
        Server("tipg", f"http://127.0.0.1:{port}", urls), [uvicorn("tipg.main:app", port)], scratch, environment
    )


def titiler(scratch: Path, dsn: str, port: int) -> Server:
    """The peer for rasters."""
    (scratch / "titiler_app.py").write_text(
        "from fastapi import FastAPI\nfrom titiler.core.factory import TilerFactory\n"
        "from titiler.mosaic.factory import MosaicTilerFactory\nfrom cogeo_mosaic.backends import FileBackend\n"
        "app = FastAPI()\napp.include_router(TilerFactory(router_prefix='/cog').router, prefix='/cog')\n"
        "mosaics = MosaicTilerFactory(backend=FileBackend, router_prefix='/mosaic')\n"
        "app.include_router(mosaics.router, prefix='/mosaic')\n"
    )
    data, tile = scratch / "data", "/cog/tiles/WebMercatorQuad/{z}/{x}/{y}"
    urls = {
        "ortho": f"{tile}.jpg?url={data}/ortho_cog.tif",
        "decoded": f"{tile}.jpg?url={data}/ortho_cog.tif&bidx=3&bidx=2&bidx=1",
        "hillshade": f"{tile}.png?url={data}/dem_cog.tif&algorithm=hillshade&buffer=1",
        "mosaic": f"/mosaic/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}.jpg?url={data}/mosaic.json",
    }
    environment = {"PYTHONPATH": str(scratch), "GDAL_CACHEMAX": "1024", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
    server = Server("titiler", f"http://127.0.0.1:{port}", urls, uses_database=False)
    return started(server, [uvicorn("titiler_app:app", port)], scratch, environment)


def mapserver(scratch: Path, dsn: str, port: int) -> Server:
    """MapServer behind nginx, and nginx itself for a static body."""
    run = scratch / "mapserver"
    (run / "static").mkdir(parents=True, exist_ok=True)
    (run / "static" / "body").write_bytes(os.urandom(30_000))
    connection = "host=127.0.0.1 user=bench dbname=bench port=" + dsn.rpartition(":")[2].partition("/")[0]
    kinds = {"parcels": "POLYGON", "roads": "LINE", "pois": "POINT", "zones": "POLYGON"}
    layers = [VECTOR.format(name=name, type=kind, connection=connection) for name, kind in kinds.items()]
    layers += [f'FONTSET "{run}/fonts.list"', DOT, _named(layers[2])]
    (run / "fonts.list").write_text(f"names {FACE}\n")
    data = scratch / "data"
    layers += [
        RASTER.format(name="ortho", data=f'DATA "{data}/ortho_cog.tif"', srid=3857, more=""),
        RASTER.format(name="bgr", data=f'DATA "{data}/ortho_cog.tif"', srid=3857, more='PROCESSING "BANDS=3,2,1"'),
        RASTER.format(name="dem", data=f'DATA "{data}/dem_cog.tif"', srid=4547, more='PROCESSING "SCALE=0,600"'),
        RASTER.format(
            name="mosaic", data=f'TILEINDEX "{data}/mosaic_index.shp" TILEITEM "location"', srid=4547, more=""
        ),
    ]
    (run / "bench.map").write_text(MAPFILE.format(layers="\n".join(layers)))
    (run / "mapserver.conf").write_text(
        f'CONFIG\n ENV\n MS_MAP_PATTERN "."\n END\n MAPS\n BENCH "{run}/bench.map"\n END\nEND\n'
    )
    sockets = [run / f"{n}.sock" for n in range(WORKERS)]
    servers = " ".join(f"server unix:{path};" for path in sockets)
    (run / "nginx.conf").write_text(NGINX.format(run=run, port=port, sockets=servers))
    for path in sockets:
        path.unlink(missing_ok=True)
    binary = shutil.which("mapserv") or "mapserv"
    commands = [["spawn-fcgi", "-n", "-s", str(path), "-M", "0666", "--", binary] for path in sockets]
    commands.append([shutil.which("nginx") or "nginx", "-c", str(run / "nginx.conf"), "-e", str(run / "nginx.log")])
    tile = "/ms?map=BENCH&mode=tile&tilemode=gmap&tile={x}+{y}+{z}&layers="
    urls = {"mvt": tile + "{layer}&map.imagetype=mvt", "body": "/static/body", "map": f"/ms?map=BENCH&{GET_MAP}",
            "named": f"/ms?map=BENCH&{GET_MAP.replace('{layer}', '{layer}_named')}"}  # fmt: skip
    urls |= {
        kind: f"{tile}{layer}&map.imagetype=jpeg"
        for kind, layer in (("ortho", "ortho"), ("decoded", "bgr"), ("hillshade", "dem"), ("mosaic", "mosaic"))
    }
    environment = {"MAPSERVER_CONFIG_FILE": str(run / "mapserver.conf")}
    return started(Server("mapserver", f"http://127.0.0.1:{port}", urls), commands, scratch, environment)


def _named(points: str) -> str:
    """MapServer's layer of points with their names beside them, as our style of the layer draws them."""
    return points.replace('NAME "pois"', 'NAME "pois_named"').partition(" CLASS ")[0] + NAMED


def limit(scratch: Path, dsn: str, port: int) -> Server:
    """The bare statement on the stored geometry, and a body from memory."""
    return _bare("bare", {"mvt": "/mvt/{layer}/{z}/{x}/{y}", "body": "/body"}, scratch, dsn, port)


def same(scratch: Path, dsn: str, port: int) -> Server:
    """The statement that our service runs: the difference to ours is what we add to it."""
    return _bare("bare, our statement", {"mvt": "/same/{layer}/{z}/{x}/{y}"}, scratch, dsn, port)


def copies(scratch: Path, dsn: str, port: int) -> Server:
    """The bytes of an aligned file's blocks."""
    command = [sys.executable, *uvicorn("bench.copies:app", port)[1:]]
    server = Server("bare copy", f"http://127.0.0.1:{port}", {"ortho": "/block/{z}/{x}/{y}"}, uses_database=False)
    return started(server, [command], scratch, {"BENCH_COG": str(scratch / "data" / "ortho_cog.tif")})


def _bare(name: str, urls: Mapping[str, str], scratch: Path, dsn: str, port: int) -> Server:
    command = [sys.executable, *uvicorn("bench.limits:app", port)[1:]]
    return started(Server(name, f"http://127.0.0.1:{port}", urls), [command], scratch, {"BENCH_DSN": dsn})


def uvicorn(app: str, port: int) -> list[str]:
    """The command of an ASGI application of a peer's environment."""
    return [peers_python(), "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS),
            "--no-access-log", "--log-level", "warning"]  # fmt: skip


def started(server: Server, commands: Sequence[Sequence[str]], scratch: Path, environment: Mapping[str, str]) -> Server:
    """Start a server's processes and wait until it listens."""
    port = int(server.base.rpartition(":")[2])
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise SystemExit(f"port {port} is taken: another server would be measured; choose --port")
    threads = {"OPENBLAS_NUM_THREADS": "1", "GDAL_NUM_THREADS": "1"}
    log = (scratch / f"{server.name}.log").open("wb")
    for command in commands:
        server.processes.append(
            subprocess.Popen(
                command,
                env={**os.environ, **threads, **environment},
                stdout=log,
                stderr=log,
                cwd=ROOT,
                start_new_session=True,
            )
        )
    end = time.monotonic() + 180
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return server
        except OSError:
            time.sleep(0.2)
    server.stop()
    raise SystemExit(f"{server.name} did not start; see {scratch / (server.name + '.log')}")
