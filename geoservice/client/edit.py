"""Changes of a layer's features from frames: each call is one transaction of the service, all of it or nothing."""

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd
import shapely

from geoservice.client.service import Connection, ServiceError
from geoservice.client.shapes import CRS84
from geoservice.client.words import told

HISTORY = ("at", "caller", "action", "column", "before", "after")


class Edit:
    """What may be done to the features of a layer with a token that may write."""

    def __init__(self, connection: Connection, layer: str) -> None:
        self._connection = connection
        self._layer = layer

    def add(self, frame: gpd.GeoDataFrame) -> list[int]:
        """Add the rows and return their ids, in the order of the rows.

        Raises:
            ServiceError: the frame has no CRS, or the service refuses a row; its sentence tells which and why.
        """
        changes = [
            {"action": "create", "feature": {"type": "Feature", **part}}
            for part in _parts(frame, self._connection.language)
        ]
        return [int(made["id"]) for made in self._send(changes)]

    def update(self, frame: pd.DataFrame) -> None:
        """Change the columns the frame has, of the features its index names."""
        fids = [int(fid) for fid in frame.index]
        self._send([
            {"action": "update", "id": fid, "etag": self._etag(fid), "patch": part}
            for fid, part in zip(fids, _parts(frame, self._connection.language), strict=True)
        ])  # fmt: skip

    def remove(self, fids: Iterable[int]) -> None:
        """Delete the features."""
        self._send([{"action": "delete", "id": int(fid), "etag": self._etag(int(fid))} for fid in fids])

    def history(self, fid: int) -> pd.DataFrame:
        """Return the changes, the latest first; ``column`` is ``geometry`` where the shape changed."""
        changes = self._connection.get(f"/collections/{self._layer}/items/{fid}/history", f="json").json()["changes"]
        rows = []
        for change in reversed(changes):
            before, after = (_flat(change[state]) for state in ("before", "after"))
            differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
            told = {"at": pd.Timestamp(change["at"]), "caller": change["caller"], "action": change["action"]}
            rows += [told | {"column": n, "before": before.get(n), "after": after.get(n)} for n in differing]
        return pd.DataFrame(rows, columns=list(HISTORY))

    def _etag(self, fid: int) -> str:
        """Return the state that is about to be changed, so that nobody else's change is lost."""
        return str(self._connection.get(f"/collections/{self._layer}/items/{fid}", f="json").headers["etag"])

    def _send(self, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not changes:
            return []
        answer = self._connection.post(f"/collections/{self._layer}/changes", {"changes": changes}).json()
        return list(answer["changes"])


def _parts(frame: pd.DataFrame, language: str) -> list[dict[str, Any]]:
    """Return a row's members of a feature each: properties, and the geometry in degrees where the frame has one."""
    plain = pd.DataFrame(frame)
    if isinstance(frame, gpd.GeoDataFrame):
        if frame.crs is None:
            raise ServiceError(told("frame-no-crs", language))
        shapes = frame.geometry.to_crs(CRS84)
        plain = plain.drop(columns=frame.geometry.name)
    else:
        shapes = None
    rows = orjson.loads(plain.to_json(orient="records", date_format="iso")) if len(plain.columns) else [{}] * len(plain)
    parts: list[dict[str, Any]] = [{"properties": row} for row in rows]
    if shapes is not None:
        for part, shape in zip(parts, shapes, strict=True):
            part["geometry"] = None if shape is None else orjson.loads(shapely.to_geojson(shape))
    return parts


def _flat(feature: dict[str, Any] | None) -> dict[str, Any]:
    return {**feature["properties"], "geometry": feature["geometry"]} if feature else {}
