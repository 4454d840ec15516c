"""The application: the only package that knows HTTP, the command line, settings sources and passwords."""

__version__ = "0.1.0"
