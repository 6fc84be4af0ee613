"""Has work done again and again beside the doors, in a process of its own: so that nothing of it holds them up."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

COMMAND = (sys.executable, "-m", "campaign_health", "route", "proof", "--all", "--json")
PUBLISH = (sys.executable, "-m", "campaign_health", "route", "status", "--json", "--publish-news")
FIRST_AFTER_SECONDS = 60.0
END_SECONDS = 5.0
LOG = logging.getLogger("campaign_health.route")


@contextmanager
def proving_beside(
    every_minutes: float,
    folder: Path,
    command: Sequence[str] = COMMAND,
    first_after: float = FIRST_AFTER_SECONDS,
    what: str = "Whether promises were kept could not be looked at",
) -> Iterator[threading.Event]:
    """While the block runs, the command is run again and again; 0 minutes: never. What fails is logged as `what`.

    Whoever sets the event has it run at once. It runs in `folder`, where the settings are looked for. A run that takes
    longer than its time is ended.
    """
    stopping, sooner = threading.Event(), threading.Event()
    if not every_minutes:
        yield sooner
        return

    def again_and_again() -> None:
        pause = first_after
        while True:
            sooner.wait(pause)
            if stopping.is_set():
                return
            sooner.clear()
            pause = every_minutes * 60
            _run_once(command, folder, stopping, pause, what)

    thread = threading.Thread(target=again_and_again, name="proving", daemon=True)
    thread.start()
    try:
        yield sooner
    finally:
        stopping.set()
        sooner.set()
        thread.join(END_SECONDS)


def _run_once(command: Sequence[str], folder: Path, stopping: threading.Event, most_seconds: float, what: str) -> None:
    process = subprocess.Popen(  # noqa: S603 (our own program)
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    waited = 0.0
    while process.poll() is None:
        if stopping.wait(0.5) or waited >= most_seconds:
            process.kill()
        waited += 0.5
    said = process.communicate()[1].strip().splitlines()
    if process.returncode and not stopping.is_set():
        LOG.warning("%s: %s", what, said[-1] if said else process.returncode)
