"""What the command line does beyond the functions it calls."""

import contextlib
import signal

import pytest

from geoservice.commands.data import ProgressBar


def goes_on_after_a_swallowed_interrupt():
    with ProgressBar("parcels") as progress:
        progress(1, 3, "reading")
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        progress(2, 3, "writing")


def test_an_interrupt_that_a_library_swallows_cancels_at_the_next_step(capsys):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        goes_on_after_a_swallowed_interrupt()
    assert "everything is as it was before" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_work_that_ends_says_nothing_of_being_cancelled(capsys):
    with ProgressBar("parcels") as progress:
        progress(3, 3, "done")
    assert "as it was before" not in capsys.readouterr().err
