"""A setting that cannot be is told by its name, in one sentence, before anything starts."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from geoservice.cli import main
from geoservice.commands.serve import read_documents
from geoservice.errors import BadSetting
from geoservice.service import Service
from geoservice.setting_faults import unknown
from geoservice.settings import Settings
from importers.scale import BadScaleRules
from layers.errors import BadFrame
from layers.sentences import reason, worded
from tiles.errors import BadGrid

WRONG = [
    ("PORT", "eighty", "GEOSERVICE_PORT is a whole number", "GEOSERVICE_PORT应为整数"),
    ("PORT", "0", "GEOSERVICE_PORT is at least 1", "不小于1"),
    ("WORKERS", "65", "GEOSERVICE_WORKERS is at most 64", "不大于64"),
    ("REQUIRE_IF_MATCH", "perhaps", "GEOSERVICE_REQUIRE_IF_MATCH is true or false", "应为true或false"),
    ("PROXY_HEADERS", "via", "GEOSERVICE_PROXY_HEADERS is one of", "之一"),
    ("DATABASE_URL", "mysql://secret@host/name", "postgresql://user:password@host/name", "密码中"),
    ("DATABASE_URL", "secret", "postgresql://user:password@host/name", "密码中"),
    ("STORAGE_DIR", "gs://bucket/x", "s3://bucket/prefix, not 'gs://bucket/x'", "而不是“gs://bucket/x”"),
    ("STORAGE_DIR", "s3:/bucket", "not 's3:/bucket'", "而不是“s3:/bucket”"),
    ("STORAGE_DIR", "s3:///prefix", "not 's3:///prefix'", "而不是“s3:///prefix”"),
    ("PUBLIC_URL", "gis.city.cn", "GEOSERVICE_PUBLIC_URL is https://host", "GEOSERVICE_PUBLIC_URL应为https://主机"),
    ("PUBLIC_URL", "https://gis.city.cn:x", "not 'https://gis.city.cn:x'", "而不是"),
    ("TRUSTED_PROXIES", "10.0.0.1, proxy", "'proxy' is none", "“proxy”不是"),
    ("ALLOWED_HOSTS", "gis.city.cn, https://city.cn", "'https://city.cn' is none", "“https://city.cn”不是"),
    ("CORS_ORIGINS", "https://a.cn, arcgis.com", "not 'arcgis.com'", "而不是“arcgis.com”"),
    ("TILE_STORE", "ftp://x", "ftp:// is no store of tiles", "ftp://"),
    ("DWG_CONVERTER", "dwg2dxf {input}", "{input} and {output}", "{input}和{output}"),
    ("DWG_CONVERTER", "dwg2dxf '{input} {output}", "{input} and {output}", "{input}和{output}"),
]
RIGHT = [
    ("DATABASE_URL", "postgresql://u:p%40ss@db.city.cn:5433/gis?sslmode=require"),
    ("DATABASE_URL", "postgres:///gis?host=/run/postgresql"),
    ("STORAGE_DIR", "/srv/storage"),
    ("STORAGE_DIR", "s3://bucket/prefix"),
    ("TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16, fd00::/8"),
    ("TRUSTED_PROXIES", "*"),
    ("ALLOWED_HOSTS", "gis.city.cn,*.city.cn, 10.0.0.5, [::1]"),
    ("CORS_ORIGINS", "https://www.arcgis.com, http://localhost:3000"),
    ("TILE_STORE", "valkeys://cache:6380/0"),
    ("TILE_STORE", "on"),
    ("DWG_CONVERTER", "dwg2dxf -o {output} {input}"),
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # of another folder's .env nothing is read


@pytest.mark.parametrize(("name", "value", "english", "chinese"), WRONG)
def test_a_wrong_value_is_told_with_its_variable(
    name: str, value: str, english: str, chinese: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"GEOSERVICE_{name}", value)
    with pytest.raises(BadSetting) as caught:
        Settings()
    sentence = reason(caught.value)
    assert english in sentence
    assert chinese in worded(sentence, "zh")
    assert "secret" not in sentence


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_a_right_value_is_taken_as_it_is(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"GEOSERVICE_{name}", value)
    assert str(getattr(Settings(), name.lower())) == value


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOSERVICE_PORT", "x")
    monkeypatch.setenv("GEOSERVICE_WORKERS", "0")
    with pytest.raises(BadSetting, match="GEOSERVICE_PORT is a whole number; GEOSERVICE_WORKERS is at least 1"):
        Settings()


def test_an_empty_variable_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"GEOSERVICE_{name.upper()}", "")
    assert Settings() == Settings.model_construct()


def test_a_slash_at_the_end_of_the_public_address_is_taken_off() -> None:
    assert Settings(public_url="https://city.cn/gis/").public_url == "https://city.cn/gis"


def test_a_file_of_settings_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("GEOSERVICE_DATA_DIR=/数据\n".encode("gbk"))
    with pytest.raises(BadSetting, match=r"\.env cannot be read"):
        Settings()


def test_a_variable_that_is_no_setting_is_told_with_the_nearest() -> None:
    names = ["GEOSERVICE_PROT", "GEOSERVICE_LANGUAGE", "geoservice_port", "GEOSERVICE_ZZZZ", "HOME"]
    first, second = unknown(names, ("port", "language"))
    assert "GEOSERVICE_PROT is set, and there is no such setting; nearest is GEOSERVICE_PORT" in first
    assert "GEOSERVICE_ZZZZ is set, and there is no such setting" in second


@pytest.mark.parametrize("content", ['name = "x', 'name = "商丘"'.encode("gbk").decode("latin-1")])
def test_a_frame_that_is_no_toml_in_utf_8_is_told_with_its_file(content: str, tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_bytes(content.encode("latin-1"))
    with pytest.raises(BadFrame, match=r"city\.toml"):
        Settings(frame=str(tmp_path / "city.toml")).read_frame()


def test_documents_that_settings_name_are_read_before_anything_is_served(tmp_path: Path) -> None:
    (tmp_path / "grid.json").write_text("{")
    for given, error in (({"grids_dir": tmp_path}, BadGrid), ({"scale_rules": tmp_path / "grid.json"}, BadScaleRules)):
        settings: Any = Settings(data_dir=tmp_path, **given)
        service: Any = Service(settings, settings.read_frame(), SimpleNamespace(), SimpleNamespace())  # type: ignore[arg-type]
        with pytest.raises(error, match=r"grid\.json"):
            read_documents(service)


def test_the_command_line_says_one_sentence_and_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GEOSERVICE_PORT", "x")
    monkeypatch.setenv("GEOSERVICE_LANGUAGE", "zh")
    monkeypatch.setattr(sys, "argv", ["geoservice", "serve"])
    monkeypatch.setattr("geoservice.cli.signal.signal", lambda *_: None)  # this process is not told to end by it
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capfd.readouterr().err == "服务的某项设置有误：GEOSERVICE_PORT应为整数\n"
