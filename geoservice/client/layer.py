"""One layer of a city: its features, its pixels, its heights, and where all of it came from."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import rioxarray
import shapely
import xarray as xr

from geoservice.client.edit import Edit
from geoservice.client.picture import Picture, picture_of
from geoservice.client.service import Connection
from geoservice.client.shapes import crs_of, crs_uri, degrees_of, empty_frame, frame_of

Box = Sequence[float]
PAGE = 10_000


class Layer:
    """One layer. ``info`` is its collection document."""

    def __init__(self, connection: Connection, name: str, info: Mapping[str, Any]) -> None:
        self._connection = connection
        self.name = name
        self.info = info

    def __repr__(self) -> str:
        """Name and title."""
        return f"<Layer {self.name}: {self.info.get('title', '')}>"

    def read(
        self,
        bbox: Box | None = None,
        *,
        where: str | None = None,
        crs: str | int | None = None,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
        words: str | None = None,
        datetime: str | None = None,
        sort: str | None = None,
        version: int | None = None,
        as_of: str | None = None,
    ) -> gpd.GeoDataFrame:
        """Read features: all, in a box, by a CQL2 filter (``"floors > 6 AND use = '住宅'"``), at most ``limit``.

        ``crs`` asks the service for other coordinates (``"EPSG:4509"``: metres); ``columns`` for fewer attributes;
        ``words`` for features so called, by a part, by pinyin; ``datetime`` for a time in the data
        (``"2020-01-01/.."``); ``sort`` for an order (``"-floors,name"``: the highest first). ``version`` is an older
        state of the layer by its number, ``as_of`` by an instant (``"2026-05-01"`` or with a time).

        Raises:
            ServiceError: ``crs`` is no known system; what the service refuses.
        """
        target = None if crs is None else crs_of(crs, self._connection.language)
        query = {
            "f": "json",
            "limit": min(limit or PAGE, PAGE),
            "bbox": None if bbox is None else ",".join(f"{value!r}" for value in map(float, bbox)),
            "filter": where,
            "crs": None if target is None else crs_uri(target, self._connection.language),
            "properties": None if columns is None else ",".join(columns),
            "q": words,
            "datetime": datetime,
            "sortby": sort,
            "version": version,
            "as-of": as_of,
        }
        features: list[dict[str, Any]] = []
        for page in self._pages(query):
            features.extend(page["features"])
            if limit is not None and len(features) >= limit:
                break
        if found := features[:limit]:
            return frame_of(found, target)
        types = self._types()
        return empty_frame({name: types[name] for name in columns or types}, target)

    def window(
        self, bbox: Box, *, width: int | None = None, height: int | None = None, crs: str | int | None = None
    ) -> xr.DataArray:
        """Read a window of imagery or elevation as values, not as a picture; nodata is NaN.

        ``bbox`` is in degrees; the pixels come in the layer's own CRS and resolution unless ``width``, ``height`` or
        ``crs`` say otherwise. Dimensions are band, y, x; ``.rio.crs`` tells the CRS.

        Raises:
            ServiceError: ``crs`` is no known system; what the service refuses.
        """
        language = self._connection.language
        query = {
            "bbox": ",".join(f"{value!r}" for value in map(float, bbox)),
            "width": width,
            "height": height,
            "crs": None if crs is None else crs_uri(crs_of(crs, language), language),
        }
        body = self._connection.get(f"/collections/{self.name}/coverage", **query).content
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "window.tif"
            path.write_bytes(body)
            with rioxarray.open_rasterio(path, masked=True) as window:
                loaded: xr.DataArray = window.load().copy(deep=False)  # without the file that rioxarray would open anew
                return loaded

    def picture(self, bbox: Box, width: int = 900, **asked: Any) -> Picture:
        """Return the layer drawn in its style in a box of degrees, as a notebook shows it.

        ``asked`` is whatever ``/collections/{layer}/map`` takes besides: ``rendering="slope"``, ``lang="en"``, ``crs``.
        """
        return picture_of(self._connection, f"/collections/{self.name}/map", bbox, width, asked)

    def add(self, frame: gpd.GeoDataFrame) -> list[int]:
        """Add the frame's rows as new features, all or none, and return their ids. Needs a token that may write."""
        return Edit(self._connection, self.name).add(frame)

    def update(self, changes: pd.DataFrame) -> None:
        """Change features, all or none: a row each, by ``fid``, with only the columns that change.

        A GeoDataFrame changes the shapes too. What somebody else changes meanwhile is not overwritten: that is refused.
        """
        Edit(self._connection, self.name).update(changes)

    def remove(self, fids: Iterable[int]) -> None:
        """Delete features by their ids, all or none; their history stays."""
        Edit(self._connection, self.name).remove(fids)

    def history(self, fid: int) -> pd.DataFrame:
        """Return who changed a feature, when, and what: a row for each attribute that changed, the latest first."""
        return Edit(self._connection, self.name).history(fid)

    def profile(self, line: Any, *, spacing: float | None = None) -> gpd.GeoDataFrame:
        """Return heights along a line: points with ``distance_m`` from its start and ``height`` in metres, or NaN.

        ``line`` is a LineString in degrees, or a frame of one. ``spacing`` is in metres; without it the pixels decide.
        ``.attrs`` has the rest: ``length_m``, ``climb``, ``descent``, ``height_system``, ``accuracy_m``.
        """
        positions = shapely.get_coordinates(degrees_of(line, self._connection.language)).tolist()
        points = " ".join(f"{lon!r},{lat!r}" for lon, lat in positions)
        answer = self._connection.get(f"/collections/{self.name}/profile", line=points, spacing=spacing).json()
        samples = answer.pop("samples")
        places = [shapely.Point(sample["lon"], sample["lat"]) for sample in samples]
        columns = {name: [sample[name] for sample in samples] for name in ("distance_m", "height")}
        frame = gpd.GeoDataFrame(columns, geometry=places, crs="OGC:CRS84").astype({"height": float})
        frame.attrs.update(answer)
        return frame

    def columns(self) -> pd.DataFrame:
        """Return one row a column: title, type, and its code list (``{code: meaning}``) where it has one.

        Titles are those people read on the map, in the language of the city's client. Values of the types ``date`` and
        ``date-time`` are read as ISO text.
        """
        codes = self._connection.get(f"/collections/{self.name}/domains").json()
        titles = {column["name"]: column["title"] for column in self._about()["columns"]}
        language = "zh" if self._connection.language == "zh" else "en"
        rows = [
            {
                "column": name,
                "title": titles.get(name, {}).get(language) or about.get("title", name),
                "type": about.get("format", about["type"]),
                "codes": codes.get(name),
            }
            for name, about in self._schema().items()
            if "type" in about
        ]
        return pd.DataFrame(rows, columns=["column", "title", "type", "codes"]).set_index("column")

    def _schema(self) -> dict[str, dict[str, Any]]:
        answer = self._connection.get(f"/collections/{self.name}/schema", f="json").json()
        return dict(answer["properties"])

    def _types(self) -> dict[str, str]:
        """Return the type of each column that ``read`` gives."""
        described = self._schema().items()
        return {name: about["type"] for name, about in described if "type" in about and about.get("x-ogc-role") != "id"}

    def provenance(self) -> dict[str, Any]:
        """Return where the layer came from: source, CRS, operation, ``accuracy_m``, ``largest_scale``, counts."""
        return dict(self._about()["provenance"])

    def versions(self) -> list[int]:
        """Return the numbers of the versions that can be read, the current one among them."""
        about: Mapping[str, Any] = self._about()["version"]
        return sorted({*about["all"], about["number"]})

    def report(self) -> dict[str, Any] | None:
        """Return the report of the import that made the current version: every check, decision and count."""
        address = self._about()["provenance"]["report"]
        return None if address is None else dict(self._connection.get(address).json())

    def _about(self) -> Mapping[str, Any]:
        layers = self._connection.get("/catalogue").json()["layers"]
        found: Mapping[str, Any] = next(layer for layer in layers if layer["id"] == self.name)
        return found

    def _pages(self, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        page = self._connection.get(f"/collections/{self.name}/items", **query).json()
        yield page
        while following := next((link["href"] for link in page["links"] if link["rel"] == "next"), None):
            page = self._connection.get(following).json()
            yield page
