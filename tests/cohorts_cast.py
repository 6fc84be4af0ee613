"""A company whose cohorts are told of: a listening route, the senders of both services, and the segment they fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from campaign_health.route.cohorts import cohort_keeper
from campaign_health.route.cohorts.cohort_keeper import CohortKeeper
from campaign_health.route.cohorts.cohort_opening import segments_opened
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.mixpanel.cohort_pages import cohort_pages
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.settings import load_settings
from storage.outbox.cohorts.cohort_list import Cohort, CohortNumbers, cohorts_of, numbers_of, set_cohort_mode
from storage.outbox.cohorts.cohort_sessions import CohortPage, take_page
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import committed, open_route_file
from tests.collecting_cast import cast_world
from tests.moved_cast import TOKEN


def people(number: int, first: int = 0) -> list[str]:
    """So many people whom Customer.io knows."""
    return [f"u-{one}" for one in range(first, first + number)]


def send(url: str, bodies: Iterable[dict[str, Any]], service: str = "mixpanel") -> list[requests.Response]:
    """Post messages at the door of `route serve`, as the service does."""
    with requests.Session() as session:
        session.auth = ("mixpanel", TOKEN)
        return [session.post(f"{url}/default/{service}/cohort", json=one, timeout=30) for one in bodies]


class Kept:
    """A keeper whose clock is the test's, and Customer.io's side of it."""

    def __init__(self, sandbox: Sandbox, place: Place, folder: Path, environment: dict[str, str]) -> None:
        settings = load_settings(environment, folder)
        self.now, self.place, self.sandbox = 1_800_000_000.0, place, sandbox
        self.told: list[str] = []
        self.outbox = GroupCommit(place)
        self.outbox.start()
        self.keeper = CohortKeeper(
            "default", place, self.outbox, lambda: segments_opened(settings.workspaces[0], settings), self.told.append,
            clock=lambda: self.now,
        )  # fmt: skip

    def take(
        self, action: Any, who: Sequence[str], session: str, *, only: Iterable[int] | None = None, of: int = 901
    ) -> list[str]:
        """Pages of one export, all or only some of them (from 1 on), in the order that is given."""
        bodies = list(cohort_pages(action, who, session, of))
        became = []
        for number in range(1, len(bodies) + 1) if only is None else only:
            body = bodies[number - 1]["parameters"]
            page = CohortPage(
                "default", "mixpanel", str(of), body["mixpanel_cohort_name"], session,
                {"members": "members", "add_members": "add", "remove_members": "remove"}[action], number, len(bodies),
                [one["mixpanel_distinct_id"] for one in body["members"]],
            )  # fmt: skip
            became.append(self.write(lambda connection, page=page: take_page(connection, page, self.now)))
        return became

    def write(self, change: Any) -> Any:
        return self.outbox.submit(change).result()

    def look(self, times: int = 4) -> None:
        """Let it look again and again, until what was told has settled."""
        for _ in range(times):
            self.now += cohort_keeper.SETTLED_SECONDS
            with open_route_file(self.place) as connection:
                self.keeper.look(connection)

    def live(self, mode: str = "live") -> None:
        """Every cohort that is known is in this mode from now on."""
        with open_route_file(self.place) as connection, committed(connection):
            for one in cohorts_of(connection, "default"):
                set_cohort_mode(connection, one.number, mode, self.now)

    def cohort(self) -> tuple[Cohort, CohortNumbers]:
        with open_route_file(self.place) as connection:
            (one,) = cohorts_of(connection, "default")
            return one, numbers_of(connection, one.number)

    @property
    def segment(self) -> set[str]:
        """Who is in the cohort's segment, as Customer.io has it."""
        number = self.cohort()[0].segment_id
        return set() if number is None else set(self.sandbox.world.people.members[number])

    def changes(self) -> int:
        """How often the segment was changed since the last time that this was asked."""
        found = sum(self.sandbox.count(f"customerio-track.{what}_customers") for what in ("add", "remove"))
        self.sandbox.forget_requests()
        return found


@contextmanager
def kept(place: Place, folder: Path, **environment: str) -> Iterator[Kept]:
    """The keeper beside a sandbox."""
    with running_sandbox(cast_world("Europe/Berlin", days=60), limits=Limits.unlimited(), live=True) as sandbox:
        known = sandbox.environment | {"CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data"), **environment}
        one = Kept(sandbox, place, folder, known)
        try:
            yield one
        finally:
            one.outbox.close()
