"""A receiver that asks to wait is heeded, in seconds or until a date, and for a day at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.alerts.sending import tried
from tests.collectors_cast import Reply, Sleeps, scripted
from tests.digest_receivers_cast import DIGEST, KINDS, channel_at, failed_delivery

DAY = 24 * 3600


def limited(seconds: float | str) -> Reply:
    """A refusal that asks to wait, by its own clock where it names a date."""
    if not isinstance(seconds, str):
        seconds = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    return Reply(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": seconds})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("7", 7, 7),
        (900, 840, 900),  # the server's own clock runs on while it answers
        (10 * DAY, DAY, DAY),
        ("99999999", DAY, DAY),
        ("9" * 400, DAY, DAY),
    ],
)
def test_the_wait_is_read_in_seconds_and_as_a_date(kind: str, asked: float | str, least: float, most: float) -> None:
    with scripted(limited(asked)) as server:
        failure = failed_delivery(channel_at(kind, server.url))
    assert failure.retry_after is not None
    assert least <= failure.retry_after <= most
    assert not failure.final


@pytest.mark.parametrize(("kind", "wait"), [("bot", 60), ("slack", 60), ("webhook", None)])
@pytest.mark.parametrize("header", ["", "soon", "-1", "nan"])
def test_a_wait_that_cannot_be_read_is_ours_to_choose(kind: str, wait: float | None, header: str) -> None:
    with scripted(limited(header)) as server:
        assert failed_delivery(channel_at(kind, server.url)).retry_after == wait


def delivered(sleeps: Sleeps, *replies: Reply) -> tuple[DeliveryFailed | None, int]:
    """What came of a delivery to a webhook that answers so, and how often it was asked."""
    with scripted(*replies) as server:
        channel = channel_at("webhook", server.url)
        _, failure = tried(lambda: channel.deliver(DIGEST, None), sleeps)
    return failure, len(server.asked)


def test_a_short_wait_is_sat_out_and_a_long_one_left_to_a_later_run() -> None:
    sleeps = Sleeps()
    assert delivered(sleeps, limited("30"), Reply(204, "")) == (None, 2)
    assert sleeps == [30]
    failure, asked = delivered(sleeps, limited("31"), Reply(204, ""))
    assert failure is not None
    assert (failure.retry_after, asked) == (31, 1)
    assert sleeps == [30]


def test_a_fault_that_passes_is_tried_three_times_with_growing_pauses() -> None:
    sleeps = Sleeps()
    failure, asked = delivered(sleeps, Reply(500, ""))
    assert (str(failure), asked) == ("the webhook answered HTTP 500", 3)
    assert all(least <= pause <= 2 * least for least, pause in zip((1, 2), sleeps, strict=True))


def test_what_somebody_must_mend_is_tried_once() -> None:
    failure, asked = delivered(Sleeps(), Reply(404, ""))
    assert failure is not None
    assert (failure.final, asked) == (True, 1)
