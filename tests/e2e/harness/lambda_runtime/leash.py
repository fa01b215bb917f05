"""`python leash.py PROGRAM`: becomes the program, which is killed when the thread that started it is gone.

Tests that are killed leave nothing behind. Only Linux has such a leash; elsewhere the program ends when it next asks
the runtime API for work.
"""

import os
import signal
import sys

if sys.platform == "linux":
    import ctypes

    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

os.execv(sys.argv[1], sys.argv[1:])
