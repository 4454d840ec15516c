"""DWG drawings: converted to DXF by a program of the operator's, if one is configured, else refused with a sentence.

No free library reads all of DWG inside a Python process. LibreDWG's ``dwg2dxf`` and the vendors' converters do it as
programs; the operator names the command, with ``{input}`` and ``{output}`` in it. It runs in a folder of its own, with
time and memory limits and without a shell.
"""

import resource
import shlex
import subprocess
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from importers.batch import Decision, ReadOptions, Source
from importers.converters import dwg_converter
from importers.drawing.dxf import open_drawing
from importers.errors import UnreadableSource, UnsupportedSource
from layers.sentences import say
from layers.workplace import workplace

_PATIENCE_S = 300
_MEMORY = 4 << 30
_LARGEST_OUTPUT = 2 << 30

_RELEASES = {
    b"AC1012": "R13",
    b"AC1014": "R14",
    b"AC1015": "R2000",
    b"AC1018": "R2004",
    b"AC1021": "R2007",
    b"AC1024": "R2010",
    b"AC1027": "R2013",
    b"AC1032": "R2018",
}


def open_dwg(path: Path, options: ReadOptions) -> Source:
    """Convert a DWG drawing with the operator's command (``importers.converters``) and open the DXF.

    Raises:
        UnsupportedSource: no converter is configured; the sentence says which to take and how.
        UnreadableSource: the converter failed, took too long or wrote nothing.
    """
    with path.open("rb") as stream:
        release = _RELEASES.get(stream.read(6), say("dwg-release-unknown"))
    command = dwg_converter()
    if not command:
        raise UnsupportedSource(say("dwg-not-read", file=path.name, release=release))
    with ExitStack() as stack:
        converted = stack.enter_context(workplace("dwg")) / f"{path.stem}.dxf"
        _convert(path, converted, command)
        source = open_drawing(converted, options)
        stack.callback(source.close)
        end = stack.pop_all().close
    name = shlex.split(command)[0].rsplit("/", 1)[-1]
    decision = Decision(
        say("conversion"), say("dwg-converted", release=release, name=name), "rule", (say("operators-converter"),)
    )
    return replace(
        source,
        path=path,
        format="DWG",
        decisions=(decision, *source.decisions),
        close=end,
    )


def _convert(path: Path, converted: Path, command: str) -> None:
    arguments = [
        part.replace("{input}", str(path)).replace("{output}", str(converted)) for part in shlex.split(command)
    ]
    try:
        done = subprocess.run(
            arguments,
            cwd=converted.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            preexec_fn=_limit,
            check=False,
        )
    except FileNotFoundError:
        raise UnsupportedSource(say("dwg-converter-missing", arguments=arguments[0])) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadableSource(say("dwg-converter-unfinished", file=path.name, name=type(error).__name__)) from error
    if not converted.is_file() or converted.stat().st_size == 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UnreadableSource(
            say("dwg-no-dxf", file=path.name, code=done.returncode, said=said[-1][:200] if said else "-")
        )


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_OUTPUT, _LARGEST_OUTPUT))
