"""Tiles over HTTP: addresses, the shortest ways to a tile, tilesets, WMTS."""
