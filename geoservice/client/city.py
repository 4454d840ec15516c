"""A city served by geoservice, and its layers, as an analyst handles them.

Boxes are west, south, east, north in degrees. Frames come back in degrees (the service's CRS84) or in
the CRS asked for, east/north order always, as GeoPandas has it.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx2
import orjson
import pandas as pd
import pyproj
import rioxarray
import shapely
import xarray as xr

Box = Sequence[float]
PAGE = 10_000
CRS84 = "OGC:CRS84"


class ServiceError(Exception):
    """The service said no; the message is its own, with the address asked."""


class City:
    """The service at ``url``. ``token`` is needed for private layers only."""

    def __init__(self, url: str, token: str | None = None, timeout: float = 120.0) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout, follow_redirects=True)

    def __enter__(self) -> "City":
        """Use as a context manager to close the connection."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def layers(self) -> pd.DataFrame:
        """Return one row a layer: name, kind, titles, department, count, accuracy in metres, largest usable scale."""
        document = self.get("/catalogue").json()
        rows = [
            {
                "layer": layer["id"],
                "kind": layer["kind"],
                "title_zh": layer["title"].get("zh"),
                "title_en": layer["title"].get("en"),
                "department": layer["department"],
                "features": layer.get("count"),
                "accuracy_m": layer["provenance"].get("accuracy_m"),
                "largest_scale": layer["provenance"].get("largest_scale"),
                "synthetic": layer.get("synthetic", False),
            }
            for layer in document["layers"]
        ]
        return pd.DataFrame(rows).set_index("layer") if rows else pd.DataFrame()

    def layer(self, name: str) -> "Layer":
        """Return a layer by name.

        Raises:
            ServiceError: there is none you may read.
        """
        return Layer(self, name, self.get(f"/collections/{name}", f="json").json())

    def what_is_here(self, lon: float, lat: float) -> dict[str, Any]:
        """Return every layer's answer at a point: features' attributes, heights, pixel values."""
        answer: dict[str, Any] = self.get("/what-is-here", lon=lon, lat=lat).json()
        return answer

    def get(self, path: str, **query: Any) -> httpx2.Response:
        """Send a GET request, query values of None left out.

        Raises:
            ServiceError: the answer is an error, or the service is not there.
        """
        try:
            response = self._client.get(path, params={key: value for key, value in query.items() if value is not None})
        except httpx2.HTTPError as error:
            raise ServiceError(f"{self._client.base_url} does not answer: {error}") from error
        if response.is_error:
            raise ServiceError(f"{response.request.url}: {_detail(response)}")
        return response


class Layer:
    """One layer. ``info`` is its collection document."""

    def __init__(self, city: City, name: str, info: Mapping[str, Any]) -> None:
        self._city = city
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
    ) -> gpd.GeoDataFrame:
        """Read features: all, in a box, by a CQL2 filter (``"floors > 6 AND use = '住宅'"``), at most ``limit``.

        ``crs`` asks the service for other coordinates (``"EPSG:4509"``: metres); ``columns`` for fewer attributes.
        """
        target = None if crs is None else pyproj.CRS.from_user_input(crs)
        query = {
            "f": "json",
            "limit": min(limit or PAGE, PAGE),
            "bbox": None if bbox is None else ",".join(f"{value!r}" for value in map(float, bbox)),
            "filter": where,
            "crs": None if target is None else _uri(target),
            "properties": None if columns is None else ",".join(columns),
        }
        features: list[dict[str, Any]] = []
        for page in self._pages(query):
            features.extend(page["features"])
            if limit is not None and len(features) >= limit:
                break
        return _frame(features[:limit], target)

    def window(
        self, bbox: Box, *, width: int | None = None, height: int | None = None, crs: str | int | None = None
    ) -> xr.DataArray:
        """Read a window of imagery or elevation as values, not as a picture; nodata is NaN.

        ``bbox`` is in degrees; the pixels come in the layer's own CRS and resolution unless ``width``, ``height`` or
        ``crs`` say otherwise. Dimensions are band, y, x; ``.rio.crs`` tells the CRS.
        """
        query = {
            "bbox": ",".join(f"{value!r}" for value in map(float, bbox)),
            "width": width,
            "height": height,
            "crs": None if crs is None else _uri(pyproj.CRS.from_user_input(crs)),
        }
        body = self._city.get(f"/collections/{self.name}/coverage", **query).content
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "window.tif"
            path.write_bytes(body)
            with rioxarray.open_rasterio(path, masked=True) as window:
                loaded: xr.DataArray = window.load()
                return loaded

    def _pages(self, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        page = self._city.get(f"/collections/{self.name}/items", **query).json()
        yield page
        while following := next((link["href"] for link in page["links"] if link["rel"] == "next"), None):
            page = self._city.get(following).json()
            yield page


def _frame(features: Sequence[dict[str, Any]], crs: pyproj.CRS | None) -> gpd.GeoDataFrame:
    """Make a frame of GeoJSON features; the wire has the authority's axis order, the frame has east first."""
    geometries = shapely.from_geojson([_geojson(feature) for feature in features])
    if crs is not None and crs.axis_info and crs.axis_info[0].direction.lower() == "north":
        geometries = shapely.transform(geometries, lambda coordinates: coordinates[:, ::-1])
    attributes = pd.DataFrame([feature["properties"] for feature in features])
    index = pd.Index([feature.get("id") for feature in features], name="fid")
    return gpd.GeoDataFrame(
        attributes.set_axis(index), geometry=gpd.GeoSeries(geometries, index=index), crs=crs or CRS84
    )


def _geojson(feature: Mapping[str, Any]) -> str | None:
    return orjson.dumps(feature["geometry"]).decode() if feature.get("geometry") else None


def _uri(crs: pyproj.CRS) -> str:
    code = crs.to_authority()
    if code is None:
        raise ServiceError(f"{crs.name} has no code the service could be asked for")
    return f"http://www.opengis.net/def/crs/{code[0]}/{'1.3' if code[0] == 'OGC' else '0'}/{code[1]}"


def _detail(response: httpx2.Response) -> str:
    if "problem+json" in response.headers.get("content-type", ""):
        document = response.json()
        return f"{document.get('title', '')}: {document.get('detail', '')}"
    return f"{response.status_code} {response.reason_phrase}"
