"""Asks about many campaigns, several at once, and lets one campaign's failure stop no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from collectors.errors import CollectorError, Forbidden, NotFound, ServiceFailed, Unreachable
from collectors.http import Progress
from storage.records import CampaignGone, CampaignRefused

T = TypeVar("T")

WORKERS = 8
# So many campaigns in a row without one answer between them: it is the service, not the campaigns.
FAILURES_IN_A_ROW = 3
_PASSING = (ServiceFailed, Unreachable, Forbidden)


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """What was fetched for one campaign."""

    campaign_id: int
    value: T


def fetch_each(
    campaign_ids: Iterable[int],
    fetch_one: Callable[[int], T],
    *,
    workers: int = WORKERS,
    progress: Progress | None = None,
    what: str = "campaigns",
) -> Iterator[Fetched[T] | CampaignGone | CampaignRefused]:
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
    in_a_row = 0
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
                campaign_id = running.pop(future)
                outcome, error = _outcome(campaign_id, future)
                in_a_row = in_a_row + 1 if isinstance(error, _PASSING) else 0
                if error is not None and ending is None and (_ends_all(error) or in_a_row >= FAILURES_IN_A_ROW):
                    ending = error
                done += 1
                if progress is not None:
                    progress(done, len(ids), what)
                yield outcome
        if ending is not None:
            raise ending
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _outcome(
    campaign_id: int, future: Future[T]
) -> tuple[Fetched[T] | CampaignGone | CampaignRefused, CollectorError | None]:
    try:
        return Fetched(campaign_id, future.result()), None
    except NotFound:
        return CampaignGone(campaign_id), None
    except CollectorError as error:
        return CampaignRefused(campaign_id, error.message), error


def _ends_all(error: CollectorError) -> bool:
    # A 403 may be about one campaign; a key that may read none shows by the next ones.
    return error.final and not isinstance(error, Forbidden)
