"""Maps over HTTP: OGC API Maps, WMS, printed pages, styles and legends."""
