"""The features an import refused, handed back as a GeoPackage: to mend them and hand them in again."""

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj

from importers.batch import Refusal
from layers.crs.names import horizontal, to_wkt
from layers.sentences import worded
from layers.storage import Storage
from layers.workplace import workplace

FOLDER = "refused"
"""Of the storage. Below it the features lie under a published version's number, or under the report of an import that
published nothing."""


@dataclass(frozen=True)
class Refused:
    """Refused features with their reasons, in the file's own coordinates, whose system is ``crs``."""

    features: Sequence[Refusal] = ()
    crs: pyproj.CRS | None = None


def write_refused(storage: Storage, name: str, refused: Refused) -> str | None:
    """Write refused features with their reasons to a GeoPackage and return its key; None where there are none.

    Parameters that the file declares beside its system (``TOWGS84``) are not in it: they are not everybody's.
    """
    features = refused.features
    if not features:
        return None
    from pyogrio.raw import write

    with workplace("refused") as folder:
        path = folder / "refused.gpkg"
        attributes = [json.dumps(dict(one.attributes), ensure_ascii=False, default=str) for one in features]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a definition that is not just the one of its code: so the file has it
            write(
                path,
                geometry=np.array([one.wkb for one in features], dtype=object),
                field_data=[
                    np.array([one.source_id for one in features], dtype=object),
                    np.array([str(one.reason) for one in features], dtype=object),
                    np.array([worded(one.reason, "zh") for one in features], dtype=object),
                    np.array(attributes, dtype=object),
                ],
                fields=["source_id", "reason", "reason_zh", "attributes"],
                geometry_type="Unknown",
                crs=to_wkt(horizontal(refused.crs)) if refused.crs is not None else None,
                driver="GPKG",
                layer="refused",
            )
        return storage.place(path, f"{FOLDER}/{name}/refused.gpkg")
