"""Asks about many campaigns, several at once, and lets one campaign's failure stop no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from collectors.errors import CollectorError, Forbidden, NotFound, ServiceFailed, UnexpectedShape, Unreachable
from collectors.http.client import Progress
from storage.records import CampaignGone, CampaignRefused

T = TypeVar("T")

WORKERS = 8
# So many campaigns in a row without one answer between them: it is the service, not the campaigns.
FAILURES_IN_A_ROW = 3
GONE_IN_A_ROW = 5
_PASSING = (ServiceFailed, Unreachable, Forbidden)


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """What was fetched for one campaign."""

    campaign_id: int
    value: T


Outcome: TypeAlias = Fetched[T] | CampaignGone | CampaignRefused


def fetch_each(
    campaign_ids: Iterable[int],
    fetch_one: Callable[[int], T],
    *,
    workers: int = WORKERS,
    progress: Progress | None = None,
    what: str = "campaigns",
) -> Iterator[Outcome[T]]:
    """`fetch_one` of every campaign, in the order in which the answers come.

    Args:
        campaign_ids: The campaigns.
        fetch_one: Fetches one; called from several threads.
        workers: Requests in flight at once; the client's pace still holds.
        progress: Told how many campaigns are done, of how many.
        what: What is counted, for `progress`.

    Yields:
        Fetched: the campaign's value.
        CampaignGone: it was deleted since it was listed (404).
        CampaignRefused: it alone could not be read, and why.

    Raises:
        CollectorError: what ends the source: a wrong key, a quota used up, or a service that fails on several
            campaigns in a row. Everything fetched before is yielded first.
    """
    ids = list(dict.fromkeys(campaign_ids))
    left = iter(ids)
    running: dict[Future[T], int] = {}
    row: _Row[T] = _Row()
    done = 0
    ending: CollectorError | None = None
    pool = ThreadPoolExecutor(workers, thread_name_prefix="customerio")
    try:
        while True:
            while ending is None and len(running) < workers and (next_id := next(left, None)) is not None:
                running[pool.submit(fetch_one, next_id)] = next_id
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                outcome, error = _outcome(running.pop(future), future)
                ready, ends = row.add(outcome, error)
                ending = ending or ends
                done += 1
                if progress is not None:
                    progress(done, len(ids), what)
                yield from ready
        ending = ending or row.all_gone()
        yield from row.doubted(ending) if isinstance(ending, NotFound) else row.gone
        if ending is not None:
            raise ending
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class _Row(Generic[T]):
    """Outcomes in a row without an answer: many of one kind are not about the campaigns.

    A campaign that answers 404 is held back until another one is answered, or all have been asked: a service
    that says 404 to everything has not lost every campaign.
    """

    def __init__(self) -> None:
        self.gone: list[CampaignGone] = []
        self._failures = 0
        self._answered = False
        self._newest: CollectorError | None = None

    def all_gone(self) -> CollectorError | None:
        """The newest 404 where several campaigns were asked for and not one was answered; else None."""
        return self._newest if not self._answered and len(self.gone) >= FAILURES_IN_A_ROW else None

    def add(self, outcome: Outcome[T], error: CollectorError | None) -> tuple[list[Outcome[T]], CollectorError | None]:
        """What may be told now, and what ends the source."""
        if isinstance(outcome, CampaignGone):
            self.gone.append(outcome)
            self._newest = error
            if len(self.gone) < GONE_IN_A_ROW:
                return [], None
            return self.doubted(error), error
        if error is None:
            ready: list[Outcome[T]] = [*self.gone, outcome]
            self.gone, self._failures, self._answered = [], 0, True
            return ready, None
        # A body that is no JSON at all is a proxy's or a broken service's, not one campaign's.
        broken = isinstance(error, UnexpectedShape) and error.field == "body"
        self._failures = self._failures + 1 if broken or isinstance(error, _PASSING) else 0
        # A 403 may be about one campaign; a key that may read none shows by the next ones.
        final = error.final and not isinstance(error, Forbidden)
        return [outcome], error if final or self._failures >= FAILURES_IN_A_ROW else None

    def doubted(self, error: CollectorError | None) -> list[Outcome[T]]:
        """Those held back, as not readable instead of gone."""
        reason = "" if error is None else error.message
        held, self.gone = self.gone, []
        return [CampaignRefused(one.campaign_id, reason) for one in held]


def _outcome(campaign_id: int, future: Future[T]) -> tuple[Outcome[T], CollectorError | None]:
    try:
        return Fetched(campaign_id, future.result()), None
    except NotFound as error:
        return CampaignGone(campaign_id), error
    except CollectorError as error:
        return CampaignRefused(campaign_id, error.message), error
