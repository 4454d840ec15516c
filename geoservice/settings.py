"""Settings: read from the environment (``GEOSERVICE_…``) and an optional ``.env`` file, nowhere else.

docs/settings.md lists every one; a test fails when one is missing there.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from geoservice import setting_faults
from geoservice.errors import BadSetting
from layers.errors import BadFrame
from layers.frame import SHANGQIU, WORLD, Frame
from layers.sentences import say

FRAMES = {frame.name: frame for frame in (SHANGQIU, WORLD)}


class Settings(BaseSettings):
    """Everything an operator can set. An empty variable is one that is not set.

    Raises:
        BadSetting: a value is none that can be, or ``.env`` cannot be read.
    """

    model_config = SettingsConfigDict(
        env_prefix=setting_faults.PREFIX, env_file=".env", extra="ignore", env_ignore_empty=True
    )

    database_url: str | None = Field(
        default=None, description="PostgreSQL with PostGIS; unset: a private cluster in the data folder"
    )
    data_dir: Path = Field(
        default=Path("data"), description="folder of the private cluster, the published rasters and the sources"
    )
    storage_dir: str | Path | None = Field(
        default=None,
        description="folder or s3://bucket/prefix of rasters and sources, shared by all; default: in data_dir",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on; the default answers this machine only")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    workers: int = Field(default=1, ge=1, le=64, description="API processes")
    public_url: str | None = Field(default=None, description="the address users see, for absolute links behind a proxy")
    trusted_proxies: str = Field(default="127.0.0.1", description="addresses of proxies whose headers are believed")
    proxy_headers: Literal["x-forwarded", "forwarded"] = Field(
        default="x-forwarded",
        description="what these proxies set: X-Forwarded-* or Forwarded (RFC 7239); the other is ignored",
    )
    allowed_hosts: str = Field(
        default="*", description="host names answered to, with commas: gis.city.cn, *.city.cn; *: every name"
    )
    cors_origins: str = Field(
        default="*", description="sites whose pages may call, with commas; named ones may send credentials"
    )
    require_if_match: bool = Field(
        default=True, description="a change of a feature must say which state it changes; QGIS says none"
    )
    frame: str = Field(default="shangqiu", description="name of a built-in frame or path of a frame's TOML file")
    grids_dir: Path | None = Field(
        default=None, description="folder with TileMatrixSet 2.0 documents (*.json) of further grids"
    )
    tile_cache_mb: int = Field(default=256, ge=0, description="memory for finished tiles, MB per process")
    tile_store: str | None = Field(
        default=None, description="where processes share finished tiles: true, a folder, valkey://, redis:// or s3://"
    )
    tile_store_mb: int = Field(default=4096, ge=1, description="room of a folder of finished tiles, MB")
    upload_limit_mb: int = Field(default=4096, ge=1, description="largest upload, MB")
    body_seconds: float = Field(default=30.0, gt=0, description="seconds that the body of a request may pause")
    export_hours: float = Field(default=24.0, gt=0, description="hours that an exported file stays")
    export_mb: int = Field(default=20000, ge=1, description="room of exported files, MB; no file is larger")
    database_pool: int = Field(default=8, ge=1, description="database connections per process")
    raster_threads: int = Field(default=2, ge=1, description="threads that read rasters, per process")
    analysis_threads: int = Field(default=2, ge=1, description="analyses at a time, per process")
    analysis_seconds: int = Field(default=60, ge=1, description="longest analysis that a caller waits for")
    analysis_job_seconds: int = Field(default=600, ge=1, description="longest analysis as a job")
    raster_cache_mb: int = Field(default=64, ge=8, description="memory for decoded blocks of rasters, MB per process")
    raster_files: int = Field(default=64, ge=4, description="raster files kept open, per process")
    picture_processes: int = Field(
        default=2, ge=1, le=64, description="processes that draw pictures of vector layers, per API process"
    )
    picture_seconds: float = Field(default=30.0, gt=0, description="longest drawing of one such picture")
    slow_tile_ms: int = Field(
        default=500, ge=0, description="tiles slower than this are logged with their layer and statement"
    )
    datum_file: Path | None = Field(default=None, description="protected file with the city's own datum parameters")
    datum_key: str | None = Field(default=None, repr=False, description="key that decrypts the datum file")
    scale_rules: Path | None = Field(
        default=None, description="JSON file with the city's own numbers behind the largest usable scale"
    )
    dwg_converter: str | None = Field(
        default=None, description="command that turns DWG into DXF: program {input} {output}"
    )
    dask_scheduler: str | None = Field(
        default=None,
        description="address of a Dask scheduler for bulk work (baking, imports of many sheets); "
        "unset: this machine's processes",
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise BadSetting(setting_faults.told(error.errors())) from None
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(say("setting-file", path=".env", why=error)) from error

    @field_validator(*setting_faults.CHECKS)
    @classmethod
    def _makes_sense(cls, value: Any, info: ValidationInfo) -> Any:
        return setting_faults.CHECKS[str(info.field_name)](value)

    @property
    def tile_store_address(self) -> str | None:
        """The address of the store of finished tiles; None without one."""
        said = (self.tile_store or "").strip()
        if said.lower() in ("", "false", "0", "no", "off"):
            return None
        return f"{self.storage_address}/tiles" if said.lower() in ("true", "1", "yes", "on") else said

    @property
    def storage_root(self) -> Path:
        """The storage folder; with a bucket as storage, this machine's own folder for what is unfinished."""
        own = self.data_dir / "storage"
        return (own if self.in_bucket else Path(self.storage_dir or own)).resolve()

    @property
    def in_bucket(self) -> bool:
        """Whether a bucket is the storage."""
        return str(self.storage_dir or "").startswith("s3://")

    @property
    def storage_address(self) -> str:
        """What ``layers.storage.bucket.open_storage`` opens."""
        return str(self.storage_dir) if self.in_bucket else str(self.storage_root)

    def read_frame(self) -> Frame:
        """Return the frame the settings name.

        Raises:
            BadFrame: no built-in frame has the name and no file stands there, or its content is wrong.
        """
        if self.frame in FRAMES:
            return FRAMES[self.frame]
        path = Path(self.frame)
        if not path.is_file():
            raise BadFrame(say("frame-none", given=self.frame, known=", ".join(FRAMES)))
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:  # no TOML, or of another encoding
            raise BadFrame(say("file-wrong", path=str(path), why=error)) from error
        return frame_from(document, str(path))


def frame_from(document: dict[str, Any], name: str) -> Frame:
    """Read a frame from a TOML or JSON document.

    Raises:
        BadFrame: a key is missing, unknown or of the wrong kind.
    """
    unknown = set(document) - set(Frame.__dataclass_fields__)
    if unknown:
        raise BadFrame(say("frame-settings", file=name, names=", ".join(sorted(unknown))))
    try:
        return TypeAdapter(Frame).validate_python(document)
    except ValueError as error:
        raise BadFrame(say("file-wrong", path=name, why=error)) from error
