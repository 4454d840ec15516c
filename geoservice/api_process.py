"""An API process whose end is heard of while its parent waits for a sign of life from it.

uvicorn's parent keeps both ends of the pipe it asks through open: one that is killed while it starts is waited for
until the time is over, and nobody starts another in the place of those that end meanwhile.
"""

from uvicorn.supervisors import multiprocess


class ApiProcess(multiprocess.Process):
    """uvicorn's, with the child's end of the pipe closed here."""

    def start(self) -> None:
        """Start it; it has an end of its own from then on."""
        super().start()
        self.child_conn.close()


def use() -> None:
    """Have uvicorn's parent start such processes from now on."""
    multiprocess.Process = ApiProcess  # type: ignore[misc]
