"""A piece of work in a process of its own: started, watched, and ended where it does not end."""

from __future__ import annotations

import os
import pickle
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from campaign_health.process.life_line import SECONDS_TO_END
from campaign_health.schedule.jobs import Job, JobResult

_MOST_BYTES = 1024 * 1024


class ChildProcess:
    """One job's process. It is given the job on its standard input, which stays open for as long as this one lives.

    Args:
        job: what to do.
        worker: the command line of the program that does jobs.
        environment: its environment, beside this process's.
        longest: after so many seconds it is asked to end, and a little later made to.
        ended: called from another thread once it `is_over`.
    """

    def __init__(
        self,
        job: Job,
        worker: Sequence[str],
        environment: Mapping[str, str],
        longest: float,
        ended: Callable[[], None],
    ) -> None:
        self.job = job
        self.begun = time.monotonic()
        self.result: JobResult | None = None
        self.is_over = False
        self._longest = longest
        self._asked_to_end: float | None = None
        self._ended = ended
        self._process = subprocess.Popen(  # noqa: S603
            [*worker], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **environment}
        )
        threading.Thread(target=self._watch, name=f"{job.kind} {self._process.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """As the system has it: negative where a signal ended it; None while it runs."""
        return self._process.poll()

    @property
    def was_too_long(self) -> bool:
        """Whether it had to be ended."""
        return self._asked_to_end is not None and self._asked_to_end - self.begun >= self._longest

    def stop(self) -> None:
        """Asks it to end: what is complete is stored first."""
        if self._asked_to_end is None:
            self._asked_to_end = time.monotonic()
            with suppress(OSError):
                self._process.terminate()

    def kill(self) -> None:
        """Ends it at once."""
        with suppress(OSError):
            self._process.kill()

    def end_overdue(self) -> None:
        """Asks it to end where it had its time, and makes it where it was asked and does not."""
        now = time.monotonic()
        if self._asked_to_end is not None and now - self._asked_to_end >= SECONDS_TO_END:
            self.kill()
        elif now - self.begun >= self._longest:
            self.stop()

    def _watch(self) -> None:
        given, said = self._process.stdin, self._process.stdout
        assert given is not None
        assert said is not None
        with suppress(OSError):  # it may end before it has read its job
            given.write(pickle.dumps(self.job))
            given.flush()
        text = said.read(_MOST_BYTES)
        while said.read(_MOST_BYTES):
            pass
        self._process.wait()
        for stream in (given, said):
            with suppress(OSError):
                stream.close()
        self.result = JobResult.from_json(text.decode(errors="replace"))
        self.is_over = True
        self._ended()
