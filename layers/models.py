"""The catalogue's tables: layers, their versions, the sources that came in, the raster files and the reports.

Row classes end in ``Row``; the rest of the program works with the frozen values of ``layers.layer``.
"""

import uuid
from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, MetaData, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SCHEMA = "catalogue"
FEATURES_SCHEMA = "features"


class Base(DeclarativeBase):
    """Base of every mapped table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as a class attribute
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        datetime: DateTime(timezone=True),
    }


class IdentityRow(Base):
    """What tells this catalogue from every other, in one row (``layers.storage.belonging``)."""

    __tablename__ = "identity"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())


class LayerRow(Base):
    """A layer, and which of its versions is served."""

    __tablename__ = "layer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    department: Mapped[str]
    theme: Mapped[str]
    public: Mapped[bool]
    licence: Mapped[str]
    attribution: Mapped[str]
    style: Mapped[dict[str, Any]]
    domains: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    current_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("catalogue.version.id", use_alter=True, ondelete="SET NULL")
    )
    created: Mapped[datetime] = mapped_column(server_default=func.now())

    versions: Mapped[list["VersionRow"]] = relationship(
        back_populates="layer", foreign_keys="VersionRow.layer_id", order_by="VersionRow.number", cascade="all, delete"
    )


class VersionRow(Base):
    """One published state of a layer.

    ``published`` is null while an import is under way; ``revision`` counts edits made to the version since, and
    ``edited`` tells where they were (rows of revision, west, south, east, north; see ``layers.edit.edited``),
    ``renewed`` up to which revision small scales hold them (``layers.level.renewal``).
    """

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("layer_id", "number"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    layer_id: Mapped[int] = mapped_column(ForeignKey("catalogue.layer.id", ondelete="CASCADE"))
    number: Mapped[int]
    published: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(BigInteger, server_default="0")
    edited: Mapped[list[list[float]] | None] = mapped_column(ARRAY(DOUBLE_PRECISION, dimensions=2))
    renewed: Mapped[int] = mapped_column(BigInteger, server_default="0")
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    extent: Mapped[WKBElement | None] = mapped_column(Geometry("POLYGON", srid=-1, spatial_index=False))
    feature_count: Mapped[int | None] = mapped_column(BigInteger)
    report_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("catalogue.report.id", ondelete="SET NULL"))

    layer: Mapped[LayerRow] = relationship(back_populates="versions", foreign_keys=[layer_id])
    sources: Mapped[list["SourceRow"]] = relationship(cascade="all, delete", passive_deletes=True)


class RasterFileRow(Base):
    """One published raster file of a layer: a sheet of a mosaic, or the whole of a single image.

    It belongs to the versions from id ``since`` on and before ``until`` (null: to the newest too); it ``came`` with one
    that may be gone. ``extent`` is in degrees of the storage CRS (``layers.rasters``).
    """

    __tablename__ = "raster_file"
    __table_args__ = (Index("ix_catalogue_raster_file_extent", "extent", postgresql_using="gist"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    layer_id: Mapped[int] = mapped_column(ForeignKey("catalogue.layer.id", ondelete="CASCADE"), index=True)
    came: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int | None] = mapped_column(BigInteger)
    key: Mapped[str]
    facts: Mapped[dict[str, Any]]
    captured: Mapped[date | None]
    extent: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=-1, spatial_index=False))


class SourceRow(Base):
    """A file that came in, kept as it came, with its checksum."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("catalogue.version.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    key: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]


class ReportRow(Base):
    """What an import did: evidence, decisions, operations, counts, accuracy, verdict."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    layer_name: Mapped[str] = mapped_column(index=True)
    created: Mapped[datetime] = mapped_column(server_default=func.now())
    verdict: Mapped[str]
    body: Mapped[dict[str, Any]]


class FeatureChangeRow(Base):
    """One change of one feature: who, when, the GeoJSON feature before and after (null where there was none).

    ``before_geom`` is the geometry before to the last digit, as EWKB in the storage CRS.
    """

    __tablename__ = "feature_change"
    __table_args__ = (
        Index("ix_catalogue_feature_change_version_id_fid", "version_id", "fid"),
        Index("ix_catalogue_feature_change_version_id_at", "version_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("catalogue.version.id", ondelete="CASCADE"))
    fid: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str]
    caller: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    before_geom: Mapped[bytes | None]
