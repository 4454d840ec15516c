"""GDAL writes the day into some formats; here it writes a fixed one, so that equal data are equal files."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyogrio


@contextmanager
def fixed_date() -> Iterator[None]:
    """Let GDAL's vector drivers take one fixed date for today's."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
