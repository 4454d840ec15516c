"""Progress of long work on the terminal."""

import signal
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from geoservice.commands.language import either, told

EVERY_S = 10.0
"""Where there is no terminal, in a log, a line is written as often as this."""


class ProgressBar:
    """A bar on the terminal, fed by progress calls; Ctrl-C cancels, also when a library swallows the exception."""

    def __init__(self, title: str, when_cancelled: str = "") -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[message]}"))
        self.title, self.console, self.told_at = title, Console(stderr=True, highlight=False), time.monotonic()
        self.bars = Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=self.console, transient=True)
        self.task = self.bars.add_task(title, total=None, message="")
        as_before = either("cancelled: everything is as it was before", "已取消：一切保持原样")
        self.when_cancelled, self.cancelled = when_cancelled or as_before, False

    def __enter__(self) -> "ProgressBar":
        """Show it."""
        self.before = signal.signal(signal.SIGINT, self._cancel)
        self.bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        """Take it away; say what cancelled work leaves."""
        signal.signal(signal.SIGINT, self.before)
        self.bars.stop()
        if kind is KeyboardInterrupt:
            Console(stderr=True).print(self.when_cancelled)

    def _cancel(self, number: int, frame: object) -> None:
        self.cancelled = True
        raise KeyboardInterrupt

    def __call__(self, done: float, total: float | None, message: str) -> None:
        """Move it."""
        if self.cancelled:  # what an interrupt raised inside a callback or a finalizer was lost there
            raise KeyboardInterrupt
        self.bars.update(self.task, completed=done, total=total, message=told(message))
        if not self.console.is_terminal and time.monotonic() - self.told_at >= EVERY_S:
            self.told_at = time.monotonic()
            share = f" {done / total:.0%}" if total else ""
            self.console.print(f"{self.title}{share} {told(message)}".rstrip(), markup=False, soft_wrap=True)
