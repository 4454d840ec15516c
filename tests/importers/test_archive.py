"""Archives are taken apart within limits, and nothing in them leads outside."""

import stat
import zipfile
from pathlib import Path

import pytest

from importers.archive import ArchiveLimits, check_zip, unpacked
from importers.errors import UnreadableSource, UnsafeSource


def _zip(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


def test_nested_archives_are_unpacked_and_everything_is_gone_afterwards(tmp_path: Path) -> None:
    inner = _zip(tmp_path / "inner.zip", {"deep/a.txt": b"a"}).read_bytes()
    with unpacked(_zip(tmp_path / "outer.zip", {"folder/inner.zip": inner, "b.txt": b"b"})) as folder:
        assert sorted(p.name for p in folder.rglob("*.txt")) == ["a.txt", "b.txt"]
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:\\evil"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeSource, match="leads out"), unpacked(_zip(tmp_path / "a.zip", {name: b"x"})):
        pass
    assert not list(tmp_path.parent.glob("evil"))


def test_a_link_is_refused(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("link")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, "/etc/passwd")
    with pytest.raises(UnsafeSource, match="link"), unpacked(tmp_path / "a.zip"):
        pass


def test_an_archive_that_grows_too_much_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "a.zip", {"zeros": bytes(50_000_000)})
    with pytest.raises(UnsafeSource, match="bomb"), unpacked(bomb):
        pass
    with pytest.raises(UnsafeSource, match="bomb"):
        check_zip(bomb)


def test_a_member_that_lies_about_its_size_is_stopped_while_unpacking(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"zeros": bytes(50_000_000)})
    body = bytearray(path.read_bytes())
    start = body.rfind(b"PK\x01\x02")
    body[start + 24 : start + 28] = (10).to_bytes(4, "little")  # the directory now claims ten bytes
    path.write_bytes(body)
    with pytest.raises((UnsafeSource, UnreadableSource)), unpacked(path):
        pass


def test_too_many_members_and_too_much_are_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {f"{n}": b"x" * 100 for n in range(20)}, zipfile.ZIP_STORED)
    for limits in (ArchiveLimits(members=10), ArchiveLimits(size=1000)):
        with pytest.raises(UnsafeSource), unpacked(path, limits):
            pass


def test_archives_in_archives_end_somewhere(tmp_path: Path) -> None:
    path = _zip(tmp_path / "0.zip", {"a.txt": b"a"})
    for level in range(1, 4):
        path = _zip(tmp_path / f"{level}.zip", {f"{level - 1}.zip": path.read_bytes()})
    with pytest.raises(UnsafeSource, match="nested"), unpacked(path):
        pass


def test_gbk_names_come_out_chinese(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("x" * len("商丘.shp".encode("gbk")))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, b"x")
    raw = (tmp_path / "a.zip").read_bytes().replace(member.filename.encode(), "商丘.shp".encode("gbk"))
    (tmp_path / "a.zip").write_bytes(raw)
    with unpacked(tmp_path / "a.zip") as folder:
        assert [p.name for p in folder.iterdir()] == ["商丘.shp"]


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"PK\x03\x04" + bytes(100), b"nonsense"])
def test_a_damaged_archive_is_refused_by_name(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(body)
    with pytest.raises(UnreadableSource, match=r"a\.zip"), unpacked(tmp_path / "a.zip"):
        pass


def test_damage_inside_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"a.txt": bytes(range(256)) * 40})
    body = bytearray(path.read_bytes())
    body[60:100] = bytes(40)
    path.write_bytes(body)
    with pytest.raises(UnreadableSource, match="unpacked"), unpacked(path):
        pass
