"""What can go wrong with the demo."""

from layers.errors import GeoError


class DemoUnavailable(GeoError):
    """The demo's data could not be made ready."""
