"""Grids of datum shifts for the tests."""

import struct
from pathlib import Path


def ntv2(path: Path, to_north: float, to_west: float) -> None:
    """Write a small NTv2 grid around Shangqiu, all its nodes shifted by so many arc-seconds north and west."""
    grid = b""
    for name, value in (("NUM_OREC", 11), ("NUM_SREC", 11), ("NUM_FILE", 1)):
        grid += name.encode().ljust(8) + struct.pack("<i4x", value)
    for name, text in (("GS_TYPE", "SECONDS"), ("VERSION", "1"), ("SYSTEM_F", "BJ54"), ("SYSTEM_T", "CGCS2000")):
        grid += name.encode().ljust(8) + text.encode().ljust(8)
    for name, number in (
        ("MAJOR_F", 6378245.0),
        ("MINOR_F", 6356863.019),
        ("MAJOR_T", 6378137.0),
        ("MINOR_T", 6356752.314),
    ):
        grid += name.encode().ljust(8) + struct.pack("<d", number)
    for name, text in (("SUB_NAME", "SHANGQIU"), ("PARENT", "NONE"), ("CREATED", ""), ("UPDATED", "")):
        grid += name.encode().ljust(8) + text.encode().ljust(8)
    south, north, east, west, step = 33 * 3600.0, 35 * 3600.0, -117 * 3600.0, -114 * 3600.0, 3600.0
    for name, number in (
        ("S_LAT", south),
        ("N_LAT", north),
        ("E_LONG", east),
        ("W_LONG", west),
        ("LAT_INC", step),
        ("LONG_INC", step),
    ):
        grid += name.encode().ljust(8) + struct.pack("<d", number)
    grid += b"GS_COUNT" + struct.pack("<i4x", 12)
    grid += struct.pack("<4f", to_north, to_west, 0.1, 0.1) * 12
    path.write_bytes(grid + b"END     " + struct.pack("<d", 0))
