"""One round of several workspaces, and then the end: what `campaign-health once` does."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from campaign_health.errors import CouldNotStart
from campaign_health.process.stopping import StopSignals
from campaign_health.schedule.due_work import Task
from campaign_health.schedule.jobs import JobResult
from campaign_health.schedule.round_words import trouble
from campaign_health.schedule.supervisor import LOOK_AFTER_SECONDS, Supervisor
from campaign_health.settings import Settings


@dataclass
class Round:
    """What came of it: of each workspace's collection and digest, of the publications, and of sharing them."""

    collected: dict[str, JobResult] = field(default_factory=dict)
    told: dict[str, JobResult] = field(default_factory=dict)
    published: list[JobResult] = field(default_factory=list)
    shared: list[JobResult] = field(default_factory=list)

    def exit_code(self) -> int:
        """0 all collected, judged, published and told; 1 something failed."""
        results = [*self.collected.values(), *self.told.values(), *self.published, *self.shared]
        return 0 if all(result.exit_code == 0 for result in results) else 1


def run_once(
    settings: Settings,
    worker: Sequence[str],
    note: Callable[[str], None],
    signals: StopSignals,
    environment: Mapping[str, str] = os.environ,
) -> Round:
    """Collects all workspaces of `settings`, judges, publishes and tells what is due.

    Raises:
        CouldNotStart: none of them could be begun, as when another run is in progress.
        Stopped: a signal ended it; what was complete is stored and published.
    """
    supervisor = Supervisor(settings, worker, environment, note)
    for workspace in settings.workspaces:
        supervisor.submit(Task(workspace.name, "collect"))
        supervisor.submit(Task(workspace.name, "tell"))
    done = Round()
    try:
        while not supervisor.is_idle:
            ended = supervisor.step(LOOK_AFTER_SECONDS, signals)
            if ended is None:
                continue
            if ended.job.kind in ("publish", "share"):
                (done.published if ended.job.kind == "publish" else done.shared).append(ended.result)
                continue
            name = ended.job.workspaces[0]
            (done.told if ended.job.kind == "tell" else done.collected)[name] = ended.result
            if ended.result.refused is not None:
                note(trouble(ended.result.refused, name))
                supervisor.withdraw(name)
    finally:
        supervisor.stop()
    refused = [result.refused for result in done.collected.values() if result.refused is not None]
    if len(refused) == len(settings.workspaces):
        raise CouldNotStart(refused[0])
    return done
