"""Rasters made to be difficult, of the kinds a city hands in: each is imported, imported with a word, or refused."""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from PIL import Image
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning

from importers.beside import parts_of
from importers.errors import UnreadableSource
from importers.report import Report
from layers.errors import GeoError
from layers.sentences import worded
from tests.importers.conftest import Importer
from tests.importers.rasters import scene, write

WEST, NORTH = 660_000.0, 3_812_000.0
SIZE = 120


def picture() -> Any:
    return scene(SIZE, SIZE)


def lying(pixel: float, west: float, north: float) -> Affine:
    return Affine(pixel, 0, west, 0, -pixel, north)


def place(pixel: float = 1.0) -> Affine:
    return lying(pixel, WEST, NORTH)


def tif(path: Path, planes: Any = None, **profile: Any) -> Path:
    return write(path.with_suffix(".tif"), picture() if planes is None else planes, WEST, NORTH, 1.0, **profile)


def cut(path: Path, share: float = 0.5) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def unplaced(path: Path) -> Path:
    made = path.with_suffix(".tif")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(made, "w", driver="GTiff", width=SIZE, height=SIZE, count=3, dtype="uint8") as sink:
            sink.write(picture())
    return made


def with_world_file(path: Path, numbers: str, prj: bool = False) -> Path:
    unplaced(path)
    path.with_suffix(".tfw").write_text(numbers)
    if prj:
        path.with_suffix(".prj").write_text(pyproj.CRS.from_epsg(4547).to_wkt("WKT1_ESRI"))
    return path.with_suffix(".tif")


def wrong_point(path: Path) -> Path:
    points = [GroundControlPoint(r, c, WEST + c, NORTH - r) for r in (0, 60, 120) for c in (0, 60, 120)]
    points[4] = GroundControlPoint(60, 60, WEST + 160, NORTH - 60)
    made = unplaced(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        sink = rasterio.open(made, "r+")
    with sink:
        sink.gcps = (points, rasterio.crs.CRS.from_epsg(4547))
    return made


def near_infrared(path: Path) -> Path:
    return tif(path, np.concatenate([picture(), picture()[:1]]), photometric="RGB", alpha="YES")


def raw(path: Path, driver: str, suffix: str, share: float = 1.0) -> Path:
    made = path.with_suffix(suffix)
    with rasterio.open(
        made, "w", driver=driver, width=SIZE, height=SIZE, count=3, dtype="uint8", crs="EPSG:4547", transform=place()
    ) as sink:
        sink.write(picture())
    return cut(made, share) if share < 1 else made


def without_directory(path: Path) -> Path:
    """A TIFF whose directory would stand behind its end."""
    made = path.with_suffix(".tif")
    made.write_bytes(b"II*\0" + (5000).to_bytes(4, "little") + bytes(100))
    return made


def two_pages(path: Path) -> Path:
    made = tif(path)
    with rasterio.open(made) as first:
        rasterio.shutil.copy(first, made.with_name("second.tif"), driver="GTiff")
    with rasterio.open(made.with_name("second.tif")) as second:
        rasterio.shutil.copy(second, made, driver="GTiff", APPEND_SUBDATASET="YES")
    return made


@dataclass(frozen=True)
class Case:
    """What is made, and the words of the outcome; a refusal when ``refused``."""

    name: str
    make: Callable[[Path], Path]
    says: tuple[str, ...]
    refused: bool = False
    said: tuple[tuple[str, Any], ...] = ()


def kept(name: str, make: Callable[[Path], Path], *says: str, **said: Any) -> Case:
    return Case(name, make, says, said=tuple(said.items()))


def refused(name: str, make: Callable[[Path], Path], *says: str, **said: Any) -> Case:
    return Case(name, make, says, refused=True, said=tuple(said.items()))


MIRRORED = f"1.0\n0.0\n0.0\n1.0\n{WEST + 0.5}\n{NORTH - 0.5}\n"
UPRIGHT = f"1.0\n0.0\n0.0\n-1.0\n{WEST + 0.5}\n{NORTH - 0.5}\n"
IMAGERY = (
    kept("world file and prj", lambda p: with_world_file(p, UPRIGHT, prj=True), "EPSG:4547", "the .prj beside it"),
    kept("decimal commas", lambda p: with_world_file(p, UPRIGHT.replace(".", ",")), "EPSG:4547", crs="EPSG:4547"),
    kept("a marked world file", lambda p: with_world_file(p, f"\ufeff{UPRIGHT}"), "EPSG:4547", crs="EPSG:4547"),
    kept("a world file of ArcGIS", lambda p: _renamed(p, UPRIGHT, ".tfwx"), "EPSG:4547", crs="EPSG:4547"),
    refused("a photograph from the air", lambda p: _from_air(p), "where the camera was", "make an orthophoto"),
    kept("a PNG that fades out", lambda p: _fading(p), "photo (rule: three 8-bit bands", crs="EPSG:4547"),
    refused("world file alone", lambda p: with_world_file(p, UPRIGHT), "no coordinate system", "EPSG:4547", "--crs"),
    refused("cells of no area", lambda p: tif(p, transform=Affine(1, 1, WEST, 1, 1, NORTH)), "gives its cells no area"),
    refused("degrees under metres", lambda p: tif(p, transform=lying(1e-5, 115.6, 34.5)), "far from 112.5"),
    refused("pixels of nothing", lambda p: tif(p, transform=lying(1e-7, WEST, NORTH)), "no picture has"),
    refused("the pole", lambda p: tif(p, crs="EPSG:3413", transform=lying(900, -5e4, 5e4)), "beyond 85.05"),
    kept("another continent", lambda p: tif(p, crs="EPSG:32633"), "conditional", "lies outside Shangqiu"),
    kept("a wrong control point", wrong_point, "check control points: conditional", "a wrong point?"),
    kept("infrared called alpha", near_infrared, "values (rule: 4 bands", "declared alpha, is taken as a band"),
    kept("infrared said to be a mask", near_infrared, "photo", others={"alpha": "mask"}),
    kept("all black", lambda p: tif(p, picture() * 0), "conditional", "every pixel has the same colour (0, 0, 0)"),
    kept("capture date in the metadata", lambda p: _tagged(p), "capture date: 2021-09-10 (file"),
    kept("two pages", two_pages, "holds 2 pictures; the first is taken"),
    kept("white is 0", lambda p: tif(p, picture()[:1], photometric="MINISWHITE"), "photo (measured: its palette"),
    kept("bare pixels as .img", lambda p: raw(p, "ENVI", ".img"), "photo"),
    kept("bare pixels as .dat", lambda p: raw(p, "ENVI", ".dat"), "photo"),
    kept("bare pixels, no ending", lambda p: raw(p, "ENVI", ""), "photo"),
    refused("bare pixels cut off", lambda p: raw(p, "ENVI", ".bil", 0.5), "which take 43200 bytes, but has 21600"),
    kept("JPEG 2000 with a GML box", lambda p: raw(p, "JP2OpenJPEG", ".jp2"), "EPSG:4547"),
    refused("a cut picture", lambda p: cut(tif(p)), "the file is damaged: block 0,"),
    refused("a cut header", lambda p: cut(tif(p), 0.0001), "Cannot read TIFF header"),
    refused("a directory cut off", without_directory, "it is damaged or cut off"),
    refused("a hundred bands", lambda p: tif(p, np.zeros((80, 4, 4), "uint8")), "at most 64 are imported"),
    kept("one pixel", lambda p: tif(p, picture()[:, :1, :1]), "photo"),
    kept("turned by 30 degrees", lambda p: tif(p, transform=place() @ Affine.rotation(30)), "photo"),
    kept("mirrored", lambda p: tif(p, transform=Affine(-1, 0, WEST + SIZE, 0, -1, NORTH)), "photo"),
    kept("twelve bits", lambda p: tif(p, picture().astype("uint16") * 15, nbits=12), "uint16"),
    kept("signed bytes", lambda p: tif(p, (picture()[:1] // 2).astype("int8"), nodata=-128), "int8"),
    kept("a lowest float cut short", lambda p: tif(p, _cut_float(), nodata=-3.40282306e38), "values"),
    refused("Xi'an 1980", lambda p: tif(p, crs="EPSG:2383"), "datum add"),
    kept(
        "a .prj in GBK with the datum's Chinese name", lambda p: _city_system(p, "2000国家大地坐标系"), "商丘城市坐标系"
    ),
    refused(
        "a datum nobody knows", lambda p: _city_system(p, "商丘独立基准"), "商丘独立基准", "a name PROJ does not know"
    ),
    kept("an ENVI header without a datum", lambda p: _arbitrary(p), "taken as WGS 84 within 2 m"),
    refused("a raised ellipsoid without a datum", lambda p: _raised(p), "names no datum, only the ellipsoid"),
    kept("Esri BIP", lambda p: _esri_raw(p, "bip"), "photo (rule: three 8-bit bands"),
    kept("Esri BSQ", lambda p: _esri_raw(p, "bsq"), "photo (rule: three 8-bit bands"),
    refused("bare pixels without a header", lambda p: _bare(p, ".bil", bytes(99)), "header made.hdr is missing"),
    kept("a world file with rows upwards", lambda p: with_world_file(p, MIRRORED, True), "conditional", "from behind"),
    kept("control points counted from below", lambda p: _from_below(p), "conditional", "from behind"),
    refused("a table that places a picture", lambda p: _tab(p), "only places a picture: hand in the picture"),
    refused("GRIB", lambda p: _bare(p, ".grib2", b"GRIB\0\0\0\x02"), "GRIB and HDF 4 are not read"),
    refused("PCIDSK", lambda p: _bare(p, ".pix", b"PCIDSK  1.0"), "save it as GeoTIFF"),
    refused("an oblique model", lambda p: _bare(p, ".osgb", b"\xa1\x91\x45\x6c"), "models of surfaces are not read"),
)


def _renamed(path: Path, numbers: str, suffix: str) -> Path:
    made = with_world_file(path, numbers)
    path.with_suffix(".tfw").rename(path.with_suffix(suffix))
    return made


def _from_air(path: Path) -> Path:
    image = Image.fromarray(np.moveaxis(picture(), 0, 2))
    exif = image.getexif()
    exif[34853] = {1: "N", 2: (34.0, 26.0, 24.0), 3: "E", 4: (115.0, 39.0, 0.0), 6: 120.0}
    image.save(path.with_suffix(".jpg"), exif=exif)
    return path.with_suffix(".jpg")


def _fading(path: Path) -> Path:
    opaque = np.tile(np.linspace(0, 255, SIZE).astype(np.uint8), (SIZE, 1))
    Image.fromarray(np.dstack([*picture(), opaque]), "RGBA").save(path.with_suffix(".png"))
    path.with_suffix(".pgw").write_text(UPRIGHT)
    return path.with_suffix(".png")


def _city_system(path: Path, datum: str) -> Path:
    made = with_world_file(path, UPRIGHT.replace(f"{WEST + 0.5}", "495000"))
    text = pyproj.CRS("+proj=tmerc +lon_0=115.7 +x_0=500000 +ellps=GRS80").to_wkt("WKT1_ESRI")
    named = text.replace("D_Unknown_based_on_GRS_1980_ellipsoid", datum).replace(
        'PROJCS["unknown"', 'PROJCS["商丘城市坐标系"'
    )
    assert datum in named
    assert "商丘城市" in named
    path.with_suffix(".prj").write_bytes(named.encode("gbk"))
    return made


def _raised(path: Path) -> Path:
    made = with_world_file(path, UPRIGHT)
    system = pyproj.CRS("+proj=tmerc +lon_0=114 +x_0=500000 +a=6378200 +rf=298.257222101")
    path.with_suffix(".prj").write_text(system.to_wkt("WKT1_ESRI"))
    return made


def _arbitrary(path: Path) -> Path:
    made = raw(path, "ENVI", ".dat")
    lines = made.with_suffix(".hdr").read_text().splitlines()
    kept_lines = [line for line in lines if not line.startswith("coordinate system string")]
    assert len(kept_lines) < len(lines)
    made.with_suffix(".hdr").write_text("\n".join(kept_lines))
    return made


def _esri_raw(path: Path, layout: str) -> Path:
    planes = picture()
    made = path.with_suffix(f".{layout}")
    made.write_bytes((planes if layout == "bsq" else planes.transpose(1, 2, 0)).tobytes())
    made.with_suffix(".hdr").write_text(
        f"BYTEORDER I\nLAYOUT {layout}\nNROWS {SIZE}\nNCOLS {SIZE}\nNBANDS 3\nNBITS 8\n"
        f"ULXMAP {WEST + 0.5}\nULYMAP {NORTH - 0.5}\nXDIM 1\nYDIM 1\n"
    )
    made.with_suffix(".prj").write_text(pyproj.CRS.from_epsg(4547).to_wkt("WKT1_ESRI"))
    return made


def _bare(path: Path, suffix: str, content: bytes) -> Path:
    path.with_suffix(suffix).write_bytes(content)
    return path.with_suffix(suffix)


def _from_below(path: Path) -> Path:
    made = unplaced(path)
    points = [GroundControlPoint(r, c, WEST + c, NORTH - SIZE + r) for r in (0, 60, 120) for c in (0, 60, 120)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        sink = rasterio.open(made, "r+")
    with sink:
        sink.gcps = (points, rasterio.crs.CRS.from_epsg(4547))
    return made


def _tab(path: Path) -> Path:
    unplaced(path)
    table = '!table\n!version 300\n\nDefinition Table\n  File "made.tif"\n  Type "RASTER"\n'
    path.with_suffix(".tab").write_text(table)
    return path.with_suffix(".tab")


def _tagged(path: Path) -> Path:
    made = tif(path)
    with rasterio.open(made, "r+") as sink:
        sink.update_tags(ACQUISITION_DATE="2021-09-10", TIFFTAG_DATETIME="2023:01:02 03:04:05")
    return made


def _cut_float() -> Any:
    values = picture()[:1].astype("float32")
    values[0, :40] = -3.4028235e38
    return values


def heights(path: Path, change: Callable[[Any], Any] = lambda z: z, **profile: Any) -> Path:
    y, x = np.mgrid[0:100, 0:120]
    z = change((50 + 8 * np.sin(x / 15) + 6 * np.cos(y / 11)).astype("float32"))
    return write(path.with_suffix(".tif"), z[None], WEST, NORTH, 5.0, **profile)


def filled(value: float, rows: slice = slice(10, 20), columns: slice = slice(0, 120)) -> Callable[[Any], Any]:
    def change(z: Any) -> Any:
        z[rows, columns] = value
        return z

    return change


def grid(path: Path, nodata: str = "-9999", void: str = "-9999", cell: str = "5", tail: str = "") -> Path:
    head = f"ncols 40\nnrows 30\nxllcorner {WEST}\nyllcorner {NORTH - 150}\ncellsize {cell}\nNODATA_value {nodata}\n"
    rows = [[f"{45 + 0.1 * c + 0.05 * r:.2f}" for c in range(40)] for r in range(30)]
    rows[5][5:8] = [void] * 3
    path.with_suffix(".asc").write_text(head + "\n".join(" ".join(row) for row in rows) + "\n" + tail)
    return path.with_suffix(".asc")


def srtm(path: Path, name: str, side: int = 1201) -> Path:
    made = path.with_name(name)
    made.write_bytes(np.full((side, side), 45, ">i2").tobytes())
    return made


def points(path: Path, order: tuple[int, int] = (0, 1), more: str = "") -> Path:
    lines = [(WEST + 5 * c, NORTH - 5 * r, 45 + 0.1 * c) for r in range(20) for c in range(20)]
    text = "\n".join(f"{line[order[0]]:.2f} {line[order[1]]:.2f} {line[2]:.2f}" for line in lines)
    path.with_suffix(".xyz").write_text(f"{text}\n{more}")
    return path.with_suffix(".xyz")


GK = {"crs": "EPSG:4547"}
OWN = {"heights": "1985"}
ELEVATION = (
    kept("decimetres", lambda p: heights(p, lambda z: (z * 10).astype("int16")), "in dm or ft they would"),
    kept("a unit in Chinese", lambda p: _in_unit(p, "厘米"), "height unit: 厘米 (file"),
    kept("three axes", lambda p: _geographic(p), "ellipsoidal height (file"),
    kept("one height everywhere", lambda p: heights(p, filled(40, slice(None))), "every cell has the same height"),
    kept("a filled lake", lambda p: heights(p, filled(47, slice(20, 60), slice(20, 60))), "1444 cells lie in patches"),
    kept("two bad cells by two", lambda p: heights(p, filled(900, slice(50, 52), slice(50, 52))), "4 cells stand"),
    kept("voids of 9999", lambda p: heights(p, filled(9999)), "voids: 9999 (measured", "1200 of 12000 cells"),
    kept("other voids than declared", lambda p: heights(p, filled(-9999), nodata=-32768), "the file declares -32768"),
    kept("text voids unlike the header", lambda p: grid(p, void="-99999"), "voids: -99999 (measured", **GK),
    kept("text voids without end", lambda p: grid(p, nodata="-inf", void="-inf"), "3 of 1200 cells", **GK),
    kept("decimal commas", lambda p: _commas(grid(p)), "3 of 1200 cells", **GK),
    kept("more numbers than cells", lambda p: grid(p, tail="1 2 3\n"), "holds 1203 numbers", **GK),
    refused("a word among numbers", lambda p: grid(p, void="*"), "holds '*' where a height should be", **GK),
    refused("cells of no size", lambda p: grid(p, cell="0"), "gives its cells no area", **GK),
    refused("a byte order mark", lambda p: _marked(grid(p)), "byte order mark", **GK),
    kept("a name in small letters", lambda p: srtm(p, "n34e115.hgt"), "EGM96"),
    refused("a name without a place", lambda p: srtm(p, "s34_v3.hgt"), "by its name alone, such as N34E115.hgt"),
    refused("half a square", lambda p: srtm(p, "N34E115.hgt", 601), "this one has 722402"),
    kept("north first", lambda p: points(p, (1, 0)), "EPSG:4547", axis="yx", **GK),
    refused("north first, not said", lambda p: points(p, (1, 0)), "far from 112.5", **GK),
    kept("two points on a cell", lambda p: points(p, more=f"{WEST} {NORTH} 45.5\n"), "1 points lie on cells", **GK),
    refused("four columns", lambda p: _four(p), "not x y z of points on a grid", **GK),
    kept("1956 declared, 1985 said", lambda p: heights(p, crs="EPSG:4547+5736"), "conditional", "EPSG:5736", **OWN),
    kept("HGT said to be 1985", lambda p: srtm(p, "N34E115.hgt"), "conditional", "says EPSG:5773 EGM96", **OWN),
    kept("as declared, said", lambda p: heights(p, crs="EPSG:4547+5737"), "height system: EPSG:5737", **OWN),
    refused("a grid in UTF-16", lambda p: _utf16(grid(p)), "UTF-16 is not read", **GK),
    refused("a .dem of neither kind", lambda p: _bare(p, ".dem", b"hello\n" * 99), "neither a USGS DEM nor", **GK),
    refused("numbered points", lambda p: _bare(p, ".csv", b"id,x,y,z\n1,2,3,4\n"), "lines of just x y z", **GK),
)  # fmt: skip


def _in_unit(path: Path, unit: str) -> Path:
    made = heights(path, lambda z: (z * 100).astype("int16"))
    with rasterio.open(made, "r+") as sink:
        sink.units = [unit]
    return made


def _geographic(path: Path) -> Path:
    return heights(path, crs="EPSG:4480", transform=Affine(5e-5, 0, 115.6, 0, -5e-5, 34.4))


def _commas(path: Path) -> Path:
    path.write_text(path.read_text().replace(".", ","))
    return path


def _marked(path: Path) -> Path:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    return path


def _utf16(path: Path) -> Path:
    path.write_bytes(path.read_text().encode("utf-16"))
    return path


def _four(path: Path) -> Path:
    path.with_suffix(".xyz").write_text("".join(f"{WEST + i} {NORTH} 50 {i}\n" for i in range(9)))
    return path.with_suffix(".xyz")


def outcome(case: Case, kind: str, bring_in: Importer, folder: Path) -> None:
    path = case.make(folder / "made")
    if case.refused:
        with pytest.raises(GeoError) as caught:
            bring_in(path, kind=kind, **dict(case.said))
        told = str(caught.value)
        assert str(folder) not in told
        assert "\n" not in told
    else:
        report: Report = bring_in(path, kind=kind, **dict(case.said))
        assert report.counts.add_up
        told = report.to_text()
    assert all(part in told for part in case.says), told


@pytest.mark.parametrize("case", IMAGERY, ids=lambda case: case.name)
def test_a_difficult_picture_comes_to_what_the_table_says(case: Case, bring_in: Importer, tmp_path: Path) -> None:
    outcome(case, "imagery", bring_in, tmp_path)


@pytest.mark.parametrize("case", ELEVATION, ids=lambda case: case.name)
def test_difficult_heights_come_to_what_the_table_says(case: Case, bring_in: Importer, tmp_path: Path) -> None:
    outcome(case, "elevation", bring_in, tmp_path)


def test_overviews_and_masks_beside_a_sheet_are_no_sheets(bring_in: Importer, tmp_path: Path) -> None:
    made = tif(tmp_path / "sheet")
    for name in ("sheet.tif.ovr", "sheet.tif.msk", "sheet.ovr"):
        made.with_name(name).write_bytes(made.read_bytes())
    report = bring_in(tmp_path, kind="imagery")
    assert (report.counts.read, report.counts.kept) == (1, 1)


def test_a_folder_as_it_comes_is_taken_without_previews_copies_and_links(bring_in: Importer, tmp_path: Path) -> None:
    for name in ("一", "二"):
        (tmp_path / "in" / name).mkdir(parents=True)
    sheet = tif(tmp_path / "in" / "一" / "sheet")
    for name in ("sheet.jpg", "sheet_thumb.png", "快视图.jpg"):
        rasterio.shutil.copy(sheet, sheet.with_name(name), driver="PNG" if name.endswith("png") else "JPEG")
    for beside in sheet.parent.glob("*.aux.xml"):
        beside.unlink()
    (tmp_path / "in" / "二" / "副本.tif").write_bytes(sheet.read_bytes())
    (tmp_path / "in" / "link.tif").symlink_to(sheet)
    report = bring_in(tmp_path / "in", kind="imagery")
    assert (report.counts.read, report.counts.kept, report.verdict) == (1, 1, "pass")
    told = "\n".join(worded(note, "en") for note in report.notes)
    for said in (
        "sheet.jpg: a preview of sheet.tif", "sheet_thumb.png: a preview", "快视图.jpg: a preview",
        "副本.tif: the same bytes as sheet.tif", "link.tif: a symbolic link, not followed",
    ):  # fmt: skip
        assert said in told


def test_pictures_of_one_size_that_differ_are_all_taken(bring_in: Importer, tmp_path: Path) -> None:
    write(tmp_path / "a.tif", picture(), WEST, NORTH, 1.0)
    write(tmp_path / "b.tif", picture()[:, ::-1].copy(), WEST + SIZE, NORTH, 1.0)
    assert (tmp_path / "a.tif").stat().st_size == (tmp_path / "b.tif").stat().st_size
    assert bring_in(tmp_path, kind="imagery").counts.kept == 2


def test_pixels_that_erdas_keeps_in_a_file_of_their_own_are_part_of_the_sheet(
    bring_in: Importer, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    made = folder / "sheet.img"
    rasterio.shutil.copy(tif(tmp_path / "sheet"), made, driver="HFA", USE_SPILL="YES")
    assert made.with_suffix(".ige") in parts_of(made)
    report = bring_in(folder, kind="imagery")
    assert report.counts.kept == 1
    assert "left aside" not in report.to_text()


def _stopped(path: Path, rows: int, at: int, **profile: Any) -> None:
    """Write the upper rows of a sheet in a program that is killed, its directory as it was after row ``at``."""
    code = f"""
import os, numpy, rasterio
from affine import Affine
from rasterio.windows import Window
picture = numpy.random.default_rng(1).integers(1, 255, (3, {rows}, 600), dtype="uint8")
lying = dict(crs="EPSG:4547", transform=Affine(1, 0, {WEST}, 0, -1, {NORTH}), dtype="uint8", sparse_ok=True)
with rasterio.Env(GDAL_CACHEMAX=200_000):
    with rasterio.open({str(path)!r}, "w", width=600, height=600, count=3, **lying, **{profile!r}) as sink:
        sink.write(picture[:, :{at}], window=Window(0, 0, 600, {at})) if {at} else None
    sink = rasterio.open({str(path)!r}, "r+")
    for row in range({at}, {rows}, 50):
        sink.write(picture[:, row : row + 50], window=Window(0, row, 600, 50))
    os._exit(0)
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_a_sheet_whose_writer_was_stopped_says_which_rows_are_missing(bring_in: Importer, tmp_path: Path) -> None:
    for name, profile in {"plain": {}, "packed": {"compress": "lzw"}}.items():
        _stopped(tmp_path / f"{name}.tif", 600, 200, interleave="pixel", **profile)
        report = bring_in(tmp_path / f"{name}.tif", kind="imagery")
        assert report.verdict == "conditional", name
        assert "blocks, in rows 201 to 600, are missing and read as 0, while nothing leads to" in report.to_text()


def test_a_sheet_made_sparse_on_purpose_passes_and_says_what_is_not_in_it(bring_in: Importer, tmp_path: Path) -> None:
    _stopped(tmp_path / "sparse.tif", 256, 256, tiled=True, blockxsize=128, blockysize=128)
    report = bring_in(tmp_path / "sparse.tif", kind="imagery")
    assert report.verdict == "pass"
    assert "15 of its 25 blocks, in rows 257 to 600, were never written and are read as 0" in report.to_text()
    whole = tif(tmp_path / "whole")
    assert "blocks" not in bring_in(whole, kind="imagery").to_text()


def test_bands_handed_in_as_sheets_are_told(bring_in: Importer, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for band in (2, 3, 4):
        write(tmp_path / "in" / f"LC08_B{band}.tif", picture()[band - 2 : band - 1].astype("uint16"), WEST, NORTH, 1.0)
    report = bring_in(tmp_path / "in", kind="imagery")
    assert report.verdict == "conditional"
    assert "3 sheets of one band lie on the same pixels" in report.to_text()
    stacked = bring_in(tmp_path / "in", kind="imagery", others={"stack": "yes"})
    assert "lie on the same pixels" not in stacked.to_text()


def test_a_folder_that_fails_says_which_sheet_and_why(bring_in: Importer, tmp_path: Path) -> None:
    heights(tmp_path / "a", crs="EPSG:4547+5737")
    heights(tmp_path / "b", crs="EPSG:4547+5736", transform=lying(5.0, WEST + 600, NORTH))
    with pytest.raises(GeoError, match=r"b\.tif: its heights are EPSG:5736"):
        bring_in(tmp_path, kind="elevation")


def test_a_name_in_gbk_bytes_is_refused_in_words(bring_in: Importer, tmp_path: Path) -> None:
    made = os.fsencode(tif(tmp_path / "sheet")).replace(b"sheet", "正射".encode("gbk"))
    os.rename(tmp_path / "sheet.tif", made)
    with pytest.raises(GeoError, match=r"正射\.tif: its name is not UTF-8"):
        bring_in(Path(os.fsdecode(made)), kind="imagery")
    folder = os.fsencode(tmp_path / "x").replace(b"x", "影像".encode("gbk"))
    os.mkdir(folder)
    inside = Path(os.fsdecode(folder)) / "plain.tif"
    inside.write_bytes(tif(tmp_path / "plain").read_bytes())
    with pytest.raises(GeoError, match=r"影像: its name is not UTF-8"):
        bring_in(inside, kind="imagery")


def test_colours_of_an_infrared_band_are_kept(bring_in: Importer, tmp_path: Path, storage: Any) -> None:
    bring_in(near_infrared(tmp_path / "made"), kind="imagery")
    (published,) = (storage.root / "rasters").rglob("*.tif")
    with rasterio.open(published) as dataset:
        assert dataset.count == 4
        assert ColorInterp.alpha not in dataset.colorinterp
        assert np.array_equal(dataset.read(4), picture()[0])


def test_files_beside_a_picture_are_seen_by_a_thread_that_has_drawn_tiles(tmp_path: Path) -> None:
    """Tiles are drawn without looking for sidecars; the API inspects uploads in the same threads."""
    from concurrent.futures import ThreadPoolExecutor

    from importers.raster.file import inspect_raster
    from tiles.raster.handles import enter_gdal

    picture = write(tmp_path / "placed.tif", scene(60, 40), 650_000, 3_815_000, 1)
    with rasterio.open(picture) as source, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        rasterio.shutil.copy(source, tmp_path / "placed.png", driver="PNG")
        rasterio.shutil.copy(source, tmp_path / "placed.dat", driver="ENVI")
    picture.unlink()
    assert (tmp_path / "placed.png.aux.xml").is_file()

    def seen(name: str) -> Any:
        enter_gdal()
        found = inspect_raster(tmp_path / name)
        return found.affine, found.crs is not None

    with ThreadPoolExecutor(1) as thread:
        for name in ("placed.png", "placed.dat"):
            assert thread.submit(seen, name).result() == (Affine(1, 0, 650_000, 0, -1, 3_815_000), True)


@pytest.mark.parametrize(
    ("text", "words"),
    [("0.5\n0\n0\n-0.5\n650000\n", "sheet.tfw cannot be read"), ("five\n" * 6, "sheet.tfw cannot be read"), (None, "")],
)
def test_a_world_file_that_cannot_be_read_is_named(
    bring_in: Importer, tmp_path: Path, text: str | None, words: str
) -> None:
    path = _without_place(tmp_path / "sheet.tif")
    if text is None:
        text = "5.0D-01\n0.0D+00\n0\n-5.0d-1\n6.5000025E+05\n3.81499975E+06\n"  # as a Fortran program writes it
    (tmp_path / "sheet.tfw").write_text(text)
    if not words:
        assert bring_in(path, kind="imagery", crs="EPSG:4547").verdict == "pass"
        return
    with pytest.raises(GeoError, match=words):
        bring_in(path, kind="imagery", crs="EPSG:4547")


def _without_place(path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", width=60, height=40, count=3, dtype="uint8") as sink:
            sink.write(scene(60, 40))
    return path


@pytest.mark.parametrize("kind", ["imagery", "elevation"])
def test_a_sheet_in_another_province_does_not_make_an_overview_of_nothing(
    bring_in: Importer, tmp_path: Path, session: Any, kind: str
) -> None:
    from layers.catalogue import find_layer
    from layers.views import ALL

    planes = scene(60, 40) if kind == "imagery" else scene(60, 40)[:1].astype(np.float32)
    far = tmp_path / "sheets" / "far"
    far.mkdir(parents=True)
    write(far.parent / "here.tif", planes, 650_000, 3_815_000, 0.5)
    write(far.parent / "beside.tif", planes, 650_030, 3_815_000, 0.5)
    bring_in(far.parent, kind=kind)
    write(far / "far.tif", planes, 650_000, 2_815_000, 0.5)
    for others in ({"join": "yes"}, {}):
        report = bring_in(far if others else far.parent, kind=kind, others=others)
        assert "far.tif: lies outside" in str(report.warnings)
        raster = find_layer(session, "test", ALL).version.raster
        assert raster is not None
        assert len(raster.files) == 3
        assert raster.overview is not None
        box, side = raster.overview.extent, (raster.overview.bounds.east - raster.overview.bounds.west)
        degrees = 256 * side / raster.overview.width / 111_319.49  # of a tile
        assert (box.east - box.west) / degrees * (box.north - box.south) / degrees < 64 * 64
        if kind == "elevation":  # GDAL writes it, block by block
            assert raster.overview.width * raster.overview.height <= 64 * 64 * 256**2


@pytest.mark.parametrize("codec", [None, "deflate", "lzw", "packbits", "jpeg", "zstd", "webp", "lerc"])
@pytest.mark.parametrize("tiled", [True, False])
def test_zeros_that_an_interrupted_copy_left_are_told_or_refused(
    bring_in: Importer, tmp_path: Path, codec: str | None, tiled: bool
) -> None:
    form: dict[str, Any] = {"compress": codec} if codec else {}
    form |= {"tiled": True, "blockxsize": 128, "blockysize": 128} if tiled else {}
    noise = np.random.default_rng(1).integers(1, 255, (3, 400, 400)).astype(np.uint8)
    file = write(tmp_path / "copied.tif", noise, WEST, NORTH, 1.0, interleave="pixel", **form)
    assert "zeros" not in str(bring_in(file, kind="imagery").warnings)
    size = file.stat().st_size
    with file.open("r+b") as copy:
        copy.truncate(size * 6 // 10)
        copy.truncate(size)
    if codec:
        with pytest.raises(UnreadableSource, match=r"copied\.tif"):
            bring_in(file, kind="imagery")
        return
    (told,) = [text for text in bring_in(file, kind="imagery").warnings if "zeros" in text]
    assert f"its last {size - size * 6 // 10} bytes are zeros" in told
    assert "an interrupted copy leaves" in told
    with rasterio.open(file, "r+") as meant:
        meant.nodata = 0
    assert "zeros" not in str(bring_in(file, kind="imagery").warnings)


def test_a_geopackage_of_pictures_alone_is_a_raster_without_being_told(bring_in: Importer, tmp_path: Path) -> None:
    picture = write(tmp_path / "in.tif", scene(300, 200), 650_000, 3_815_000, 0.5)
    (tmp_path / "sheets").mkdir()
    with rasterio.open(picture) as source:
        rasterio.shutil.copy(source, tmp_path / "sheets" / "航片.gpkg", driver="GPKG")
    report = bring_in(tmp_path / "sheets", kind="")
    assert (report.kind, report.format, report.counts.kept) == ("imagery", "GPKG", 1)
