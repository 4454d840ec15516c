"""Tables with coordinates: text in any dialect, and workbooks."""
