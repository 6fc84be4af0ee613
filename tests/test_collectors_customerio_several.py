"""Many campaigns are fetched at once, one campaign's failure its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from collectors.customerio import Fetched, fetch_each
from collectors.errors import (
    AuthenticationFailed,
    CollectorError,
    Forbidden,
    NotFound,
    RateLimited,
    RequestRefused,
    ServiceFailed,
    UnexpectedShape,
)
from storage.records import CampaignGone, CampaignRefused


def fetched(ids: list[int], fetch_one: Callable[[int], int], **changes: Any) -> tuple[list[Any], CollectorError | None]:
    """Everything that was yielded, and what it ended with."""
    found: list[Any] = []
    try:
        found.extend(fetch_each(ids, fetch_one, **changes))
    except CollectorError as error:
        return found, error
    return found, None


def failing(error: CollectorError, *bad: int) -> Callable[[int], int]:
    """Fetches ten times the id, but raises for the bad ones."""

    def fetch_one(campaign_id: int) -> int:
        if campaign_id in bad:
            raise error
        return campaign_id * 10

    return fetch_one


def test_many_campaigns_are_fetched_several_at_once() -> None:
    together = threading.Barrier(4, timeout=60)

    def fetch_one(campaign_id: int) -> int:
        together.wait()
        return campaign_id

    told: list[tuple[int, int | None, str]] = []
    found, error = fetched(list(range(1, 9)), fetch_one, workers=4, progress=lambda *seen: told.append(seen))
    assert error is None
    assert sorted(one.campaign_id for one in found) == list(range(1, 9))
    assert told[-1] == (8, 8, "campaigns")


@pytest.mark.parametrize(
    "failure",
    [
        UnexpectedShape("strange", field="x"),
        RequestRefused("refused"),
        ServiceFailed("failed"),
        Forbidden("not this one"),
    ],
)
def test_one_campaigns_failure_stops_no_other(failure: CollectorError) -> None:
    found, error = fetched(list(range(1, 30)), failing(failure, 7), workers=2)
    assert error is None
    assert [one for one in found if isinstance(one, CampaignRefused)] == [CampaignRefused(7, failure.message)]
    assert sum(isinstance(one, Fetched) for one in found) == 28


def test_a_campaign_that_is_gone_is_noted_and_no_failure() -> None:
    found, error = fetched([1, 2], failing(NotFound("gone"), 2))
    assert error is None
    assert CampaignGone(2) in found


def test_a_service_that_knows_no_campaign_has_not_lost_them_all() -> None:
    found, error = fetched(list(range(1, 1000)), failing(NotFound("nothing here"), *range(2, 1000)), workers=1)
    assert isinstance(error, NotFound)
    assert found[0] == Fetched(1, 10)
    assert found[1:] == [CampaignRefused(i, "nothing here") for i in range(2, 7)]
    found, error = fetched(list(range(1, 1000)), failing(NotFound("nothing here"), *range(1, 1000)), workers=8)
    assert isinstance(error, NotFound)
    assert {type(one) for one in found} == {CampaignRefused}
    assert len(found) < 30


@pytest.mark.parametrize("failure", [AuthenticationFailed("key"), RateLimited("quota")])
def test_a_wrong_key_or_a_spent_quota_stops_all_and_keeps_what_is_complete(failure: CollectorError) -> None:
    found, error = fetched(list(range(1, 1000)), failing(failure, *range(5, 1000)), workers=1)
    assert error is failure
    assert [one for one in found if isinstance(one, Fetched)] == [Fetched(i, i * 10) for i in range(1, 5)]
    assert len(found) == 5


@pytest.mark.parametrize("failure", [ServiceFailed("down"), Forbidden("no scope")])
def test_a_service_that_fails_on_every_campaign_is_not_asked_about_all_of_them(failure: CollectorError) -> None:
    found, error = fetched(list(range(1, 1000)), failing(failure, *range(1, 1000)), workers=2)
    assert error is failure
    assert len(found) < 10


def test_leaving_early_asks_for_no_more() -> None:
    asked: list[int] = []

    def fetch_one(campaign_id: int) -> int:
        asked.append(campaign_id)
        return campaign_id

    for _ in fetch_each(range(1, 1000), fetch_one, workers=2):
        break
    assert len(asked) < 10


def test_an_unexpected_bug_is_not_swallowed() -> None:
    def fetch_one(campaign_id: int) -> int:
        return campaign_id // 0

    with pytest.raises(ZeroDivisionError):
        list(fetch_each([1], fetch_one))
