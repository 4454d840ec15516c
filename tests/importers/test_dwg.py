import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from importers.batch import ReadOptions
from importers.converters import use_dwg_converter
from importers.drawing.dwg import open_dwg
from importers.drawing.signature import probe_dwg
from importers.errors import UnreadableSource, UnsupportedSource
from tests.importers.drawings import survey, write


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "平面图.dwg"
    path.write_bytes(b"AC1015" + b"\0" * 200)
    return path


@pytest.fixture(autouse=True)
def no_converter() -> Iterator[None]:
    use_dwg_converter(None)
    yield
    use_dwg_converter(None)


def converter(tmp_path: Path, script: str) -> ReadOptions:
    program = tmp_path / "convert.py"
    program.write_text("import sys, shutil, time\nsource, target = sys.argv[1:3]\n" + script)
    use_dwg_converter(f"{sys.executable} {program} {{input}} {{output}}")
    return ReadOptions()


def test_without_a_converter_the_sentence_says_what_to_do(drawing: Path) -> None:
    with pytest.raises(UnsupportedSource, match=r"R2000.*save it as DXF.*dwg2dxf"):
        open_dwg(drawing, ReadOptions())


def test_a_configured_converter_makes_a_dxf_that_is_read(drawing: Path, tmp_path: Path) -> None:
    ready = write(tmp_path / "ready.dxf", survey())
    source = open_dwg(drawing, converter(tmp_path, f"shutil.copy({str(ready)!r}, target)\n"))
    assert (source.format, source.path) == ("DWG", drawing)
    assert source.decisions[0].value.startswith("DWG R2000 to DXF by python")
    assert sum(len(batch) for batch in source.layers[0].batches()) == 6
    assert source.layers[0].name == "平面图"
    source.close()
    with pytest.raises(FileNotFoundError):
        list(source.layers[0].batches())


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("sys.exit('cannot read that')\n", "wrote no DXF.*cannot read that"),
        ("open(target, 'w').close()\n", "wrote no DXF"),
        ("open(target, 'w').write('hello')\n", "does not begin as a DXF"),
    ],
)
def test_a_converter_that_fails_is_reported(drawing: Path, tmp_path: Path, script: str, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says):
        open_dwg(drawing, converter(tmp_path, script))


def test_a_converter_that_is_not_installed_is_named(drawing: Path) -> None:
    use_dwg_converter("no-such-program {input} {output}")
    with pytest.raises(UnsupportedSource, match="no-such-program"):
        open_dwg(drawing, ReadOptions())


def test_a_request_cannot_name_a_command(drawing: Path, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedSource, match="save it as DXF"):
        open_dwg(drawing, ReadOptions(others={"dwg_converter": "touch {output}"}))


def test_a_file_name_is_an_argument_and_never_a_command(tmp_path: Path) -> None:
    path = tmp_path / "a; touch owned.dwg"
    path.write_bytes(b"AC1032" + b"\0" * 200)
    with pytest.raises(UnreadableSource, match="wrote no DXF"):
        open_dwg(path, converter(tmp_path, "sys.exit(0)\n"))
    assert not (tmp_path / "owned.dwg").exists()


def test_dwg_is_known_by_its_first_bytes() -> None:
    assert probe_dwg(Path("x"), b"AC1032" + b"\0" * 60)
    assert not probe_dwg(Path("x.dwg"), b"AC10 is a bus line")
