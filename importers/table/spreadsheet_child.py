"""The program that reads a workbook of another kind than ``.xlsx`` and writes its sheets out as lines of JSON.

It runs apart from the service because a sheet is held whole, and one cell in the farthest corner of a hostile sheet
makes billions of it. It imports nothing of the project. ``argv``: the workbook, a folder for the sheets' lines,
and the bytes it may hold. It prints the list of sheets, or ``{"error": ...}``.
"""

import datetime
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

Json = dict[str, Any]
_BLANKS = re.compile(rb"(</?(?:table|office):[^>]*>)[ \t\r\n]+(?=</?(?:table|office):)")


def main() -> None:
    """Read ``argv[1]`` into the folder ``argv[2]`` with no more memory than ``argv[3]`` bytes."""
    resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[3]), int(sys.argv[3])))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: list[Json] | Json = list(_sheets(Path(sys.argv[1]), Path(sys.argv[2])))
    except Exception as error:  # the library's errors are of many kinds, memory among them
        answer = {"error": str(error) or type(error).__name__}
    sys.stdout.write(json.dumps(answer))


def _sheets(path: Path, folder: Path) -> Iterator[Json]:
    import python_calamine

    with path.open("rb") as file, _without_blanks(file) as readable:
        book = python_calamine.load_workbook(readable)  # an open file is known by its content, a path by its suffix
        for number, known in enumerate(book.sheets_metadata):
            if known.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            told: Json = {"name": known.name, "hidden": known.visible != python_calamine.SheetVisibleEnum.Visible}
            lines = folder / f"{number}.jsonl"
            try:
                sheet = book.get_sheet_by_index(number)
                _write(sheet, lines)
            except python_calamine.CalamineError as error:
                yield told | {"error": str(error)}
                continue
            merged = [[first[1], first[0] + 1, last[0] + 1] for first, last in sheet.merged_cell_ranges or ()]
            yield told | {"lines": lines.name, "merged": merged}


def _without_blanks(file: BinaryIO) -> BinaryIO:
    """Return an OpenDocument workbook without the line breaks that GDAL, and so QGIS, writes between its cells.

    The library takes them for cells. A workbook of another kind is returned as it is.
    """
    archive = zipfile.is_zipfile(file)
    file.seek(0)
    if not archive:
        return file
    with zipfile.ZipFile(file) as given:
        if "content.xml" not in given.namelist() or not _BLANKS.search(content := given.read("content.xml")):
            file.seek(0)
            return file
        mended = io.BytesIO()
        with zipfile.ZipFile(mended, "w") as sink:
            for name in given.namelist():
                sink.writestr(name, _BLANKS.sub(rb"\1", content) if name == "content.xml" else given.read(name))
    mended.seek(0)
    return mended


def _write(sheet: Any, lines: Path) -> None:
    before = [None] * (sheet.start[1] if sheet.start else 0)  # rows come from the first, columns from the first used
    with lines.open("w", encoding="utf-8") as sink:
        for row in sheet.iter_rows():
            cells = [*before, *map(_plain, row)]
            while cells and cells[-1] is None:
                cells.pop()
            sink.write(json.dumps(cells) + "\n")


def _plain(value: Any) -> Any:
    """Return what JSON can say of a cell: a day or moment as its ISO text under a key, a whole number as one."""
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, datetime.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"day": value.isoformat()}
    return value if isinstance(value, str | int | float) else str(value)


if __name__ == "__main__":
    main()
