"""A process started to help another ends with it, even when the other is killed and can tell nobody."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Of <linux/prctl.h>."""


def end_with(parent: int) -> None:
    """Have SIGTERM sent to this process when the thread that started it ends; on Linux, elsewhere nothing is done.

    ``parent`` is the id of the process that it is part of: where that has ended already, the signal is sent at once.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        signal.raise_signal(signal.SIGTERM)
