"""``python -m bench``: the floors; ``--quick`` for a look, ``--all`` with the raster and import parts too."""

import argparse
import subprocess
import sys

from bench import floors

PARTS = ("raster_tiles", "vector_import")


def main() -> None:
    """Run the benchmarks and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument(
        "--all", action="store_true", help="also raster tiles against their limits, import against ogr2ogr"
    )
    given = parser.parse_args()
    floors.run(given.quick)
    if given.all:
        for part in PARTS:
            print(f"\n## {part}\n", flush=True)
            subprocess.run([sys.executable, "-m", f"bench.{part}"], check=False)


main()
