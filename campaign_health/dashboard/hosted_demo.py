"""The made-up company that an empty dashboard shows where Streamlit itself was told to serve it, as hosts of apps do.

Nobody can type a command there: the demo is prepared in a process beside the pages, which takes half a minute, and is
shown when it is whole.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Literal

from streamlit import runtime

from campaign_health.settings import Settings
from campaign_health.settings.catalogue import BY_NAME

_ROOT = Path(__file__).resolve().parents[2]
_OWN = Event()
PREPARE = (sys.executable, "-m", "campaign_health", "demo", "--no-dashboard", "--data-dir")


class HostedDemo:
    """One demo for all visitors of this process, begun when the first of them meets an empty dashboard.

    Args:
        command: prepares the demo in the folder that is added to it.
    """

    def __init__(self, command: Sequence[str] = PREPARE) -> None:
        self._command = command
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    def begin(self) -> None:
        """Have it prepared, where that was not begun yet."""
        with self._lock:
            if self._process is not None:
                return
            self._folder = Path(tempfile.mkdtemp(prefix="campaign-health-demo-"))
            atexit.register(self.end)
            kept = {name: value for name, value in os.environ.items() if name not in BY_NAME}
            self._process = subprocess.Popen(  # noqa: S603 (a command of our own)
                [*self._command, str(self._folder)], cwd=self._folder, env={**kept, "PYTHONPATH": str(_ROOT)},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip

    @property
    def state(self) -> Literal["not begun", "preparing", "ready", "failed"]:
        """How far it is."""
        if self._process is None:
            return "not begun"
        code = self._process.poll()
        return "preparing" if code is None else "ready" if code == 0 else "failed"

    @property
    def folder(self) -> Path | None:
        """Its data directory, once it is ready."""
        return self._folder if self.state == "ready" else None

    def end(self) -> None:
        """Stop what is being prepared, and remove it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


HOSTED_DEMO = HostedDemo()


def may_show_demo(settings: Settings) -> bool:
    """Whether nothing is set up, and nobody is there who could type a command: Streamlit was started by a host."""
    # Where there is a server at all: a page that is drawn by itself, for a test, has a stand-in for one.
    is_hosted = not _OWN.is_set() and runtime.exists() and type(runtime.get_instance()) is runtime.Runtime
    return is_hosted and settings.database is None and settings.configured is None


def served_by_our_command() -> None:
    """To be called by the program that our own commands serve the pages with: who started it can type others."""
    _OWN.set()
