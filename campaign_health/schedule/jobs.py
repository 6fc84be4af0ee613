"""The pieces of a round, each done in a process that ends with it: what one is given, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from campaign_health.settings import Settings, WorkspaceSettings

Kind = Literal["collect", "refresh", "publish", "tell", "share"]


@dataclass(frozen=True)
class Job:
    """A piece of work.

    Attributes:
        kind: `collect` (all sources) or `refresh` (the light ones) of one workspace; `publish`: judge the workspaces
            named and publish; `tell`: send what is due of one workspace; `share`: what is published, to where else the
            team looks.
        settings: as they were read when the round began.
        warehouse_seen: whether there was a warehouse before: then none is begun anew where it is gone.
        ends_round: a `tell` that ends a round, of which the outside watcher hears.
        failed: whether anything of that round failed after its collection.
        is_silent: a `tell` that sends nothing: this machine's clock is wrong, so that what is due is not known.
    """

    kind: Kind
    settings: Settings
    workspaces: tuple[str, ...]
    warehouse_seen: bool = False
    ends_round: bool = False
    failed: bool = False
    is_silent: bool = False

    @property
    def workspace(self) -> WorkspaceSettings:
        """The settings of the one workspace that it is for."""
        [name] = self.workspaces
        return next(one for one in self.settings.workspaces if one.name == name)


@dataclass(frozen=True)
class JobResult:
    """What came of a piece of work.

    Attributes:
        exit_code: 0 whole, 1 something failed, 2 it could not begin, 128 + a signal's number where one ended it.
        problems: what went wrong after the collection, by workspace; the empty name stands for all.
        refused: why it could not begin, and may be able to later.
        budget_spent: Mixpanel's hourly share ended the collection.
        time_zone: the zone that was collected in.
        clock_off: why nothing may be judged or told by this machine's clock.
        published: whether a publication was made.
        announced: whether something was sent, or began or ceased to fail, which the published file does not say yet.
    """

    exit_code: int = 0
    problems: Mapping[str, list[str]] = field(default_factory=dict)
    refused: str | None = None
    budget_spent: bool = False
    time_zone: str | None = None
    clock_off: str | None = None
    published: bool = False
    announced: bool = False

    def to_json(self) -> str:
        """Written out, on one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> JobResult | None:
        """Read back; None where the process ended before it could say what came of it."""
        try:
            values: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
            return cls(**values)
        except (IndexError, TypeError, ValueError):
            return None


@dataclass(frozen=True)
class Ended:
    """A piece of work that ended; `result` always says how."""

    job: Job
    result: JobResult
