"""``python -m geoservice`` is the command line."""

from geoservice.cli import main

main()
