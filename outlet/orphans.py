"""Make a worker process end with the process that started it, however that one ends.

A worker that outlives its parent would go on writing into a folder that nobody keeps for it any more.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have this process killed when its parent dies, and leave Ctrl-C to the parent; call it first in a worker."""
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is None:
        return
    # Everywhere: the parent holds one end of a pipe, which closes when it dies.
    threading.Thread(target=_end_after, args=(parent.sentinel,), name="parent-watch", daemon=True).start()
    if sys.platform == "linux":
        # At once, even while compiled code holds the interpreter: the kernel does it.
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent.pid:
            os._exit(1)


def _end_after(sentinel: int) -> None:
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)
