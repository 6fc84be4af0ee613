"""The outside watcher: it hears of every round that was judged and told, and of those that could not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.alerts.channels.dead_man import Signal, ping
from campaign_health.process.clock import read_clock
from campaign_health.schedule.jobs import JobResult
from tests.collecting_cast import Install, Installation
from tests.digest_warehouse import settings_in
from tests.rounds_cast import whole_round

Receiver = tuple[str, list[tuple[dict[str, str], bytes]]]


def paths(receiver: Receiver) -> list[bytes]:
    return [body for _, body in receiver[1]]


def one_round(installation: Installation) -> dict[str, JobResult]:
    return whole_round(installation.settings(), read_clock(installation.environment))


def watched(install: Install, address: str, **more: str) -> Installation:
    return install(CAMPAIGN_HEALTH_BACKFILL_DAYS="10", CAMPAIGN_HEALTH_DEAD_MAN_URL=address, **more)


@pytest.mark.slow("programs started whole")
def test_a_round_is_told_at_its_begin_and_at_its_end(install: Install, receiver: Receiver) -> None:
    done = one_round(watched(install, f"{receiver[0]}/ping/abc"))
    assert not any(result.problems for result in done.values())
    assert paths(receiver) == [b"/ping/abc/start", b"/ping/abc"]


@pytest.mark.slow("programs started whole")
def test_one_campaign_that_cannot_be_read_does_not_stop_the_signs_of_life(install: Install, receiver: Receiver) -> None:
    installation = watched(install, f"{receiver[0]}/ping/abc")
    installation.sandbox.fail("strange_shape", endpoint="customerio.metrics", at=1, times=None)
    assert one_round(installation)["collect"].exit_code == 1
    assert paths(receiver) == [b"/ping/abc/start", b"/ping/abc"]


@pytest.mark.slow("programs started whole")
def test_a_round_that_could_not_be_told_is_a_failure(install: Install, receiver: Receiver) -> None:
    installation = watched(
        install, f"{receiver[0]}/ping/abc", SLACK_WEBHOOK_URL="http://127.0.0.1:9/hook",
        CAMPAIGN_HEALTH_DIGEST_DAYS="all", CAMPAIGN_HEALTH_DIGEST_AT="00:00",
    )  # fmt: skip
    assert one_round(installation)["tell"].problems
    assert paths(receiver) == [b"/ping/abc/start", b"/ping/abc/fail"]


@pytest.mark.parametrize("signal", [Signal.START, Signal.FAIL])
def test_a_service_that_knows_only_signs_of_life_gets_nothing_else(
    tmp_path: Path, receiver: Receiver, signal: Signal
) -> None:
    settings, workspace = settings_in(tmp_path, CAMPAIGN_HEALTH_DEAD_MAN_URL=f"{receiver[0]}/heartbeat/abc?source=x")
    assert ping(workspace, settings.http, signal) is None
    assert paths(receiver) == []
    assert ping(workspace, settings.http) is None
    assert paths(receiver) == [b"/heartbeat/abc?source=x"]
