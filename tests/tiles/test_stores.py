"""Stores of finished tiles: a folder, a real Redis or Valkey server, a real S3 server; and all of them failing."""

import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.serving import started
from tests.waiting import PATIENCE_S
from tiles import stores
from tiles.cache import Finished, etag_of, finished
from tiles.errors import BadStore
from tiles.stores import CarefulStore, FolderStore, Store, open_store

BODY = bytes(range(256)) * 100
MVT = "application/vnd.mapbox-vector-tile"


def _tile(key: str, body: bytes = BODY) -> Finished:
    return finished(key, body, MVT, empty=not body, compress=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        pytest.skip("neither valkey-server nor redis-server is installed")
    options = ["--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path_factory.mktemp("server"))]
    options += ["--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru"]
    with (
        started(lambda port: [program, "--port", str(port), *options], stdout=subprocess.DEVNULL) as (port, _),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(stores, "TIMEOUT_S", PATIENCE_S)
        yield f"valkey://127.0.0.1:{port}/0"


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    here = Path(__file__).resolve().parents[2] / ".venv" / "bucket" / "bin"
    program = shutil.which("moto_server", path=f"{here}:{os.environ['PATH']}")
    if program is None:
        pytest.skip("no moto_server here: setup/bucket.sh makes one")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with started(lambda port: [program, "-H", "127.0.0.1", "-p", str(port)], **quiet) as (port, _):
        endpoint = f"http://127.0.0.1:{port}"
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/tiles", method="PUT")).close()
        given = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                 "AWS_REGION": "us-east-1"}  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            for name, value in given.items():
                patch.setenv(name, value)
            patch.setattr(stores, "TIMEOUT_S", PATIENCE_S)  # one that is slow under load would not be asked again
            yield "s3://tiles/city"


@pytest.mark.parametrize("kind", ["folder", "server", "bucket"])
def test_another_process_finds_a_tile_as_it_was_kept(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    address = str(tmp_path / "tiles") if kind == "folder" else request.getfixturevalue(kind)
    failures: list[int] = []
    one, other = (open_store(address, 2**20, lambda: failures.append(1)) for _ in range(2))
    assert other.get("k") is None
    one.put("k", _tile("k"))
    one.put("nothing", _tile("nothing", b""))
    found, empty = other.get("k"), other.get("nothing")
    assert found is not None
    assert (found.body, found.media_type, found.etag, found.compressible) == (BODY, MVT, etag_of("k"), True)
    assert empty is not None
    assert (empty.body, empty.empty) == (b"", True)
    assert other.get("another key") is None
    assert failures == []


def test_a_server_stays_within_its_memory_and_forgets_the_longest_unused(server: str) -> None:
    failures: list[int] = []
    store = open_store(server, 0, lambda: failures.append(1))
    for number in range(300):  # 7.5 MB into 3 MB
        store.put(f"n{number}", _tile(f"n{number}"))
    kept = [number for number in range(300) if store.get(f"n{number}") is not None]
    assert 10 < len(kept) < 200
    assert 299 in kept
    assert failures == []


@pytest.mark.parametrize("address", ["redis://127.0.0.1:9/0", "s3://tiles/city"])
def test_a_store_that_is_away_costs_a_moment_once_and_no_tile(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    failures: list[int] = []
    store = open_store(address, 0, lambda: failures.append(1))
    assert store.get("k") is None
    assert store.resting
    clock = _clock(monkeypatch)
    for number in range(1000):
        assert store.get(f"k{number}") is None
        store.put(f"k{number}", _tile("k"))
    assert failures == [1]
    clock[0] += stores.REST_S
    assert store.get("k") is None
    assert failures == [1, 1]


def _clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the stores from now on, which stands until it is put forward."""
    now = [time.monotonic()]
    monkeypatch.setattr(stores, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_a_store_is_asked_again_after_its_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    class Moody:
        bad = True

        def get(self, key: str) -> Finished | None:
            if self.bad:
                raise OSError("no room")
            return _tile(key)

        def put(self, key: str, tile: Finished) -> None:
            raise AssertionError

    moody = Moody()
    kept: Store = moody
    clock = _clock(monkeypatch)
    store = CarefulStore(kept, rest_s=0.05)
    assert store.get("k") is None
    moody.bad = False
    assert store.get("k") is None  # it rests
    clock[0] += 0.06
    assert store.get("k") is not None


def test_what_lies_damaged_in_a_store_is_drawn_anew(tmp_path: Path) -> None:
    folder = FolderStore(tmp_path)
    folder.put("k", _tile("k"))
    folder._path("k").write_bytes(b"not a tile")
    assert CarefulStore(folder).get("k") is None


def test_the_folder_stays_bounded_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    store = FolderStore(tmp_path, most_bytes=20 * len(BODY), prune_every=1000)
    for number in range(30):
        store.put(f"k{number}", _tile(f"k{number}"))
        moment = time.time() - 1000 + number
        os.utime(store._path(f"k{number}"), (moment, moment))
    assert store.get("k0") is not None  # its use makes it the youngest
    store.prune()
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 20 * len(BODY)
    assert store.get("k0") is not None
    assert store.get("k29") is not None
    assert store.get("k1") is None


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(BadStore, match="ftp://"):
        open_store("ftp://somewhere/tiles", 0)
