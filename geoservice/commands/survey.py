"""Commands about the frame: map sheets and the city's datum parameters."""

import typer

datum = typer.Typer(no_args_is_help=True)


def sheet() -> None:
    """Placeholder replaced when the survey modules land."""
