"""A program that works for another one notices when that one is gone, however it went, and ends too."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import BinaryIO

SECONDS_TO_END = 20.0


def end_with(line: BinaryIO) -> None:
    """From now on this process is stopped once `line`, which its parent holds open, is closed.

    The system closes the pipe of a parent that was killed. This one is told by SIGTERM, and ended where it does not
    heed that.
    """
    threading.Thread(target=_watch, args=(line,), name="life line", daemon=True).start()


def _watch(line: BinaryIO) -> None:
    while line.read(1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_END)
    os._exit(128 + signal.SIGTERM)
