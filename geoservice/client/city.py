"""A city served by geoservice, as an analyst handles it.

Boxes are west, south, east, north in degrees. Frames come back in degrees (the service's CRS84) or in
the CRS asked for, east/north order always, as GeoPandas has it.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geoservice.client.layer import Box, Layer
from geoservice.client.picture import Picture, picture_of
from geoservice.client.service import Connection, ServiceError
from geoservice.client.shapes import degrees_of, frame_of
from geoservice.client.words import told

INSIDE = (
    *("department", "layer", "value", "meaning", "count", "area_m2", "area_mu", "area_off_m2", "length_m"),
    *("accuracy_m", "largest_scale"),
)


def _told(value: Any, language: str) -> Any:
    shape = isinstance(value, gpd.GeoDataFrame | gpd.GeoSeries | shapely.geometry.base.BaseGeometry)
    return shapely.geometry.mapping(degrees_of(value, language)) if shape else value


class City:
    """The service at ``url``. ``token`` is needed for private layers only; ``language`` of refusals: en or zh."""

    def __init__(self, url: str, token: str | None = None, timeout: float = 120.0, language: str = "en") -> None:
        self._connection = Connection(url, token, timeout, language)

    def __repr__(self) -> str:
        """Where it is."""
        return f"<City {self._connection.url}>"

    def __enter__(self) -> "City":
        """Use as a context manager to close the connection."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def layers(self) -> pd.DataFrame:
        """Return one row a layer: name, kind, titles, department, count, accuracy in metres, largest usable scale."""
        document = self._connection.get("/catalogue").json()
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

    def layer(self, name: str) -> Layer:
        """Return a layer by name.

        Raises:
            ServiceError: there is none you may read.
        """
        try:
            return Layer(self._connection, name, self._connection.get(f"/collections/{name}", f="json").json())
        except ServiceError as error:
            names = [one["id"] for one in self._connection.get("/collections", f="json").json()["collections"]]
            if name in names or not (near := get_close_matches(name, names)):
                raise
            raise ServiceError(told("alike", self._connection.language, error=error, names=", ".join(near))) from None

    def what_is_here(self, lon: float, lat: float) -> dict[str, Any]:
        """Return every layer's answer at a point: features' attributes, heights, pixel values."""
        answer: dict[str, Any] = self._connection.get("/what-is-here", lon=lon, lat=lat).json()
        return answer

    def what_is_inside(
        self, area: Any, layers: Sequence[str] | None = None, by: Mapping[str, str] | None = None
    ) -> pd.DataFrame:
        """Put one polygon to every department: a row for each layer and class, with count, area and length inside.

        ``area`` is a polygon in degrees, or a GeoDataFrame or GeoSeries in any CRS. ``layers`` asks some layers only;
        ``by`` names the column that a layer's rows are told apart by, ``{"parcels": "权利性质"}``, where it is not the
        class the layer is drawn by. Areas and lengths are ellipsoidal. Each row says how far off its layer may be
        (``accuracy_m``) and what that makes of the area at most (``area_off_m2``); ``meaning``
        is what the class is called.
        """
        polygon = shapely.geometry.mapping(degrees_of(area, self._connection.language))
        body = {"polygon": polygon, "layers": list(layers) if layers else None, "by": dict(by) if by else None}
        answers = self._connection.post("/what-is-here", body).json()["answers"]
        language = self._connection.language
        rows = [
            answer | part | {"meaning": (part["label"] or {}).get(language)}
            for answer in answers
            for part in answer["parts"]
        ]
        return pd.DataFrame(rows, columns=list(INSIDE)).set_index(["department", "layer"])

    def search(self, words: str, limit: int = 20) -> gpd.GeoDataFrame:
        """Find features of all layers by name: by a part, by pinyin (``"shangqiu"``), by first letters."""
        found = self._connection.get("/search", q=words, limit=min(limit, 50)).json()["features"][:limit]
        rows = [{**hit, "properties": {"layer": hit["collection"], "title": hit["title"]}} for hit in found]
        return frame_of(rows)

    def picture(self, bbox: Box, layers: Sequence[str] | None = None, width: int = 900, **asked: Any) -> Picture:
        """Return layers over each other in a box of degrees, the first lowest; without names the map as it begins."""
        query = {"collections": ",".join(layers), **asked} if layers else asked
        return picture_of(self._connection, "/map", bbox, width, query)

    def processes(self) -> pd.DataFrame:
        """Return the analysis calls the service offers, with what each does."""
        offered = self._connection.get("/processes", f="json").json()["processes"]
        return pd.DataFrame(offered, columns=["id", "title", "description"]).set_index("id")

    def run(self, process: str, **inputs: Any) -> Any:
        """Run an analysis and return what it found: features as a GeoDataFrame, anything else as it was answered.

        ``city.run("nearest", lon=115.65, lat=34.44, layers=["buildings"], count=3)``. A geometry may be a shapely one
        in degrees, a GeoDataFrame or a GeoSeries. ``city.processes()`` lists the calls; their pages tell the inputs.
        """
        given = {name: _told(value, self._connection.language) for name, value in inputs.items()}
        answer = self._connection.post(f"/processes/{process}/execution", {"inputs": given}).json()
        if answer.get("type") == "FeatureCollection":
            return frame_of(answer["features"])
        return frame_of([answer]) if answer.get("type") == "Feature" else answer

    def sheets(self, scale: int, bbox: Box | None = None, layers: Sequence[str] | None = None) -> gpd.GeoDataFrame:
        """Return the map sheets of a scale in a box (without one: the frame), with ``state`` and ``holdings``.

        ``state`` is covered, partial, unstated (held only by layers of unstated accuracy) or missing; ``layers`` counts
        these layers only.
        """
        query = {
            "scale": scale,
            "bbox": None if bbox is None else ",".join(f"{value!r}" for value in map(float, bbox)),
            "layers": ",".join(layers) if layers else None,
        }
        return frame_of(self._connection.get("/sheets", **query).json()["features"])
