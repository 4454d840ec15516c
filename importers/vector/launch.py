"""The reading process is launched: one may be begun before it is known what it will read, while all else loads.

It needs half a second to load its libraries, and so does whoever asks for it; on two cores they pass together.
"""

import atexit
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

PROGRAM = Path(__file__).with_name("gdal_child.py")
READ_APART = (".fgb", ".gdb", ".geojson", ".gml", ".gpkg", ".kml", ".mif", ".parquet", ".shp", ".tab")
"""Names of files that are most likely read in that process."""

Process = subprocess.Popen[bytes]

_begun: list[Process] = []


def begin(paths: Iterable[Path]) -> None:
    """Launch a process ahead of its use, if one of the files will be read in it; it ends with ours at the latest."""
    if not _begun and any(path.suffix.lower() in READ_APART for path in paths):
        _begun.append(_launch())


def launched() -> Process:
    """Return a process that has been told nothing: the one that was begun, if it still lives, or another."""
    while _begun:
        process = _begun.pop()
        if process.poll() is None:
            return process
        _end(process)
    return _launch()


def _launch() -> Process:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GDAL_", "PROJ_", "OGR_", "CPL_"))}
    # -P keeps this folder, whose modules have names of the standard library's, off the child's path.
    return subprocess.Popen(
        [sys.executable, "-P", str(PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=tempfile.gettempdir(),
    )


def _end(process: Process) -> None:
    process.kill()
    process.communicate()


@atexit.register
def end_begun() -> None:
    """End a process that was begun and that nobody took."""
    while _begun:
        _end(_begun.pop())
