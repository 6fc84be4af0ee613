"""Does the work of rounds: starts its pieces as processes, watches them, ends them, and says what came of each.

The work is done in processes that end with it, so that nothing that hangs, leaks or crashes in one workspace reaches
another, and so that there is always a way to end it.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from campaign_health.process.stopping import StopSignals
from campaign_health.schedule.child_process import ChildProcess
from campaign_health.schedule.due_work import Task
from campaign_health.schedule.jobs import Ended, Job, JobResult
from campaign_health.schedule.round_plan import (
    RoundState,
    collections_to_start,
    digests_to_start,
    publication_is_due,
    sharing_is_due,
)
from campaign_health.schedule.round_words import begins, problem_lines, trouble, why_it_ended
from campaign_health.settings import Settings, WorkspaceSettings

# A collection ends itself when its time is over; so much later it is ended.
MARGIN_SECONDS = 10 * 60.0
LONGEST_PUBLICATION = 60 * 60.0
LONGEST_TELLING = 30 * 60.0
LONGEST_SHARING = 60 * 60.0
PUBLISH_AGAIN_AFTER = 10 * 60.0
SECONDS_TO_STOP = 20.0
LOOK_AFTER_SECONDS = 1.0


@dataclass
class _Asked:
    since: float
    ends_round: bool = False
    problems: list[str] = field(default_factory=list)


class Supervisor:
    """Keeps what waits and what runs.

    Args:
        settings: as read at the beginning.
        worker: the command line of the program that does jobs.
        environment: the environment of the jobs, beside this process's.
        note: gets one line for each thing that happens.
        warehouse_seen: whether there was a warehouse before.
    """

    def __init__(
        self,
        settings: Settings,
        worker: Sequence[str],
        environment: Mapping[str, str],
        note: Callable[[str], None],
        warehouse_seen: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = settings
        self._worker, self._environment, self._note = worker, environment, note
        self._warehouse_seen = warehouse_seen
        # Only wakes: which process is over it says itself, so that a stop between the two loses none.
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._waiting: dict[str, tuple[Task, float]] = {}
        self._running: dict[str, ChildProcess] = {}
        self._telling: dict[str, ChildProcess] = {}
        self._asked: dict[str, _Asked] = {}
        self._publication: ChildProcess | None = None
        self._sharing: ChildProcess | None = None
        self._unshared: float | None = None  # since when what was published is not shared
        self._published_from = float("-inf")
        self._publish_not_before = float("-inf")
        # Workspaces whose counts may be newer than their verdicts; those whose collection ended; what each met.
        self._unjudged: set[str] = set()
        self._collected: dict[str, float] = {}
        self._problems: dict[str, list[str]] = {}
        self._clock_off: dict[str, str] = {}
        self._announced: float | None = None

    def use(self, settings: Settings) -> None:
        """Goes on with other settings: what begins from now on has them."""
        self.settings = settings
        for name in {*self._waiting, *self._asked, *self._collected, *self._clock_off} - self._configured:
            for kept in (self._waiting, self._asked, self._collected, self._clock_off):
                kept.pop(name, None)

    def _workspace(self, name: str) -> WorkspaceSettings:
        return next(one for one in self.settings.workspaces if one.name == name)

    @property
    def _configured(self) -> set[str]:
        return {one.name for one in self.settings.workspaces}

    def submit(self, task: Task) -> None:
        """Adds work; what waits or runs already need not wait twice."""
        now = time.monotonic()
        if task.kind == "tell":
            if self._workspace(task.workspace).tells_anybody:
                self._asked.setdefault(task.workspace, _Asked(now))
            return
        waits, runs = task.workspace in self._waiting, task.workspace in self._running
        if not runs and (task.kind == "collect" or not waits):
            since = self._waiting.pop(task.workspace, (task, now))[1]
            self._waiting[task.workspace] = (task, since)

    def withdraw(self, workspace: str) -> None:
        """Does not look at its digest after all."""
        self._asked.pop(workspace, None)

    def judge_anew(self, workspaces: Sequence[str]) -> None:
        """Has these judged and published: nobody knows whether the last process that worked here came so far."""
        now = time.monotonic()
        self._unjudged.update(workspaces)
        self._announced = now if self._announced is None else self._announced

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits, runs or is to be published now."""
        state = self._state()
        unpublished = (self._collected or self._announced is not None) and state.now >= self._publish_not_before
        return not (self._waiting or self._children() or self._asked or unpublished or self._unshared is not None)

    @property
    def at_work(self) -> list[tuple[Job, float]]:
        """The pieces of work that are being done, and since how many seconds."""
        return [(child.job, time.monotonic() - child.begun) for child in self._children()]

    def wake(self) -> None:
        """Ends a `step` that waits; may be called from any thread."""
        self._wakes.put(None)

    def step(self, longest: float, signals: StopSignals) -> Ended | None:
        """Starts what may begin, then waits: until a piece of work ended (then that is returned) or was overdue, until
        `wake`, or for `longest` seconds.

        Raises:
            Stopped: a signal ended it; `stop` then ends what runs.
        """
        with signals.held():
            self._start()
        self._rest(longest if self.is_idle else min(longest, LOOK_AFTER_SECONDS))
        with signals.held():
            for child in self._children():
                child.end_overdue()
            return self._take_one()

    def stop(self) -> None:
        """Ends what runs: asks the collections to, waits for those that publish or send, and publishes what was stored.

        It takes less than a minute; what does not end by then is made to, and is done when this begins again.
        """
        self._waiting.clear()
        self._asked.clear()
        for child in self._running.values():
            child.stop()
        self._wait_for_the_end()
        if self._unjudged or self._collected or self._announced is not None:
            self._publish()
            self._wait_for_the_end()

    def _wait_for_the_end(self) -> None:
        ends = time.monotonic() + SECONDS_TO_STOP
        while self._children():
            if time.monotonic() >= ends:
                for child in self._children():
                    child.kill()
            self._rest(LOOK_AFTER_SECONDS)
            while self._take_one() is not None:
                self._asked.clear()

    def _rest(self, longest: float) -> None:
        wait = 0.0 if any(child.is_over for child in self._children()) else max(longest, 0.0)
        with suppress(queue.Empty):
            self._wakes.get(timeout=wait)

    def _children(self) -> list[ChildProcess]:
        single = [one for one in (self._publication, self._sharing) if one is not None]
        return [*self._running.values(), *self._telling.values(), *single]

    def _state(self) -> RoundState:
        return RoundState(
            now=time.monotonic(),
            at_once=self.settings.at_once,
            waiting={name: since for name, (_, since) in self._waiting.items()},
            running={name: child.begun for name, child in self._running.items()},
            collected=self._collected,
            announced=self._announced,
            asked={name: asked.since for name, asked in self._asked.items()},
            telling=self._telling.keys(),
            is_publishing=self._publication is not None,
            published_from=self._published_from,
            publish_not_before=self._publish_not_before,
            unshared=self._unshared,
            is_sharing=self._sharing is not None,
            projects={a.name: b.hourly_share for a in self.settings.workspaces if (b := a.mixpanel or a.amplitude)},
        )

    def _start(self) -> None:
        for name in collections_to_start(self._state()):
            job = Job(self._waiting[name][0].kind, self.settings, (name,), self._warehouse_seen())
            longest = self.settings.http.run_minutes * 60 + MARGIN_SECONDS
            self._running[name] = self._child(job, longest)
            del self._waiting[name]
            self._note(begins(job))
        if publication_is_due(self._state()):
            self._publish()
        for name in digests_to_start(self._state()):
            self._tell(name, self._asked[name])
            del self._asked[name]
        if sharing_is_due(self._state()):
            self._sharing, self._unshared = self._child(Job("share", self.settings, ()), LONGEST_SHARING), None

    def _publish(self) -> None:
        unjudged = {*self._unjudged, *self._running} & self._configured
        names = tuple(sorted(unjudged - self._clock_off.keys()))
        self._publication = self._child(
            Job("publish", self.settings, names, self._warehouse_seen()), LONGEST_PUBLICATION
        )

    def _tell(self, name: str, asked: _Asked) -> None:
        clock_off = self._clock_off.get(name)
        if clock_off is not None:
            self._note(trouble(f"nothing is told. {clock_off}", name))
        job = Job(
            "tell", self.settings, (name,), self._warehouse_seen(), asked.ends_round, bool(asked.problems),
            is_silent=clock_off is not None,
        )  # fmt: skip
        self._telling[name] = self._child(job, LONGEST_TELLING)

    def _child(self, job: Job, longest: float) -> ChildProcess:
        return ChildProcess(job, self._worker, self._environment, longest, self.wake)

    def _take_one(self) -> Ended | None:
        """What came of a process that is over, if one is."""
        child = next((one for one in self._children() if one.is_over), None)
        return None if child is None else self._take(child)

    def _take(self, child: ChildProcess) -> Ended:
        result = child.result or JobResult(exit_code=1, problems={"": [why_it_ended(child)]})
        ended = Ended(child.job, result)
        for line in problem_lines(child.job, result):
            self._note(line)
        if child.job.kind == "publish":
            self._take_publication(child, result)
        elif child.job.kind == "share":
            self._sharing = None
        elif child.job.kind == "tell":
            del self._telling[child.job.workspaces[0]]
        else:
            self._take_collection(child.job.workspaces[0], result)
        if result.announced and self._announced is None:
            self._announced = time.monotonic()
        return ended

    def _take_collection(self, name: str, result: JobResult) -> None:
        del self._running[name]
        if result.refused is not None:  # it stored nothing
            return
        self._unjudged.add(name)
        if name not in self._configured:
            return
        self._collected[name] = time.monotonic()
        self._problems[name] = [problem for problems in result.problems.values() for problem in problems]
        self._clock_off.pop(name, None)
        if result.clock_off is not None:
            self._clock_off[name] = result.clock_off
            self._problems[name].append(result.clock_off)

    def _take_publication(self, child: ChildProcess, result: JobResult) -> None:
        self._publication = None
        self._published_from = child.begun
        now = time.monotonic()
        done = [name for name, ended in self._collected.items() if ended <= child.begun]
        if result.published:
            self._unshared = (self._unshared or now) if self.settings.share else None
            self._announced = None if (self._announced or 0.0) <= child.begun else self._announced
            self._unjudged -= {
                name for name in child.job.workspaces
                if name not in self._running and self._collected.get(name, child.begun) <= child.begun
                and name not in result.problems
            }  # fmt: skip
        else:
            self._publish_not_before = now + PUBLISH_AGAIN_AFTER
            self._announced = now
        for name in done:
            del self._collected[name]
            if not self._workspace(name).tells_anybody:
                self._problems.pop(name, None)
                continue
            asked = self._asked.setdefault(name, _Asked(now))
            asked.ends_round = True
            asked.problems += [
                *self._problems.pop(name, []), *result.problems.get(name, []), *result.problems.get("", []),
            ]  # fmt: skip
