"""A drip at every outward call: each ends within its time, and says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from campaign_health.alerts.channels.dead_man import ping
from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.alerts.channels.mail import Mail
from campaign_health.settings import SmtpSettings
from collectors.customerio import (
    fetch_campaign,
    fetch_campaign_metrics,
    fetch_campaigns,
    fetch_each,
    fetch_failures,
    fetch_journey_metrics,
    fetch_message_metrics,
    fetch_messages,
    fetch_people_count,
    fetch_segments,
)
from collectors.errors import CollectorError, ExportCutOff, Unreachable
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts
from collectors.mixpanel import (
    fetch_definitions,
    fetch_event_counts,
    fetch_event_names,
    fetch_exported_counts,
    fetch_property_profiles,
    fetch_time_zone,
    is_declared,
)
from tests.collectors_cast import C, customerio_at, mixpanel_at
from tests.digest_receivers_cast import DIGEST, KINDS, channel_at
from tests.digest_warehouse import settings_in
from tests.raw_answers import answering

SILENCE, WHOLE = 0.4, 0.5
PREPARED = 5 * SILENCE
PAUSE = 0.02
# For all that is no waiting, on a busy machine; the answers drip for 40 seconds.
LEEWAY = 8.0
AT_ONCE = 12
PATIENCE = {"timeouts": Timeouts(5.0, SILENCE, whole_seconds=WHOLE), "retries": Retries(0)}
NOW, UTC_ZONE = datetime(2026, 11, 24, 12, tzinfo=UTC), ZoneInfo("UTC")

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
EVENT = b'{"event": "E", "properties": {"time": 1763640000, "distinct_id": "u"}}\n'
ANSWERS = {
    "head": OK + b"X-Slow: " + b"x" * 2000,
    "body": OK + b"\r\n[" + b"1," * 1000,
    "refusal": b"HTTP/1.1 403 No\r\n\r\n" + b"x" * 2000,
    "failure": b"HTTP/1.1 503 Busy\r\n\r\n" + b"x" * 2000,
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: /again\r\nX-Slow: " + b"x" * 2000,
}

Ask = Callable[[str], object]


def of_mixpanel(fetch: Callable[..., object]) -> Ask:
    return lambda url: fetch(mixpanel_at(url, **PATIENCE))


def of_customerio(fetch: Callable[..., object]) -> Ask:
    return lambda url: fetch(customerio_at(url, **PATIENCE))


JSON_CALLS: dict[str, Ask] = {
    "time zone": of_mixpanel(fetch_time_zone),
    "event names": of_mixpanel(lambda client: fetch_event_names(client, C, C, C)),
    "event counts": of_mixpanel(lambda client: list(fetch_event_counts(client, ["E"], C, C, C))),
    "Lexicon": of_mixpanel(lambda client: fetch_definitions(client)),
    "Lexicon of one event": of_mixpanel(lambda client: is_declared(client, "E")),
    "campaigns": of_customerio(fetch_campaigns),
    "one campaign": of_customerio(lambda client: fetch_campaign(client, 1)),
    "campaign metrics": of_customerio(lambda client: fetch_campaign_metrics(client, 1, C, C, UTC_ZONE, NOW)),
    "journeys": of_customerio(lambda client: fetch_journey_metrics(client, 1, C, C, UTC_ZONE, NOW)),
    "messages": of_customerio(lambda client: fetch_messages(client, 1)),
    "message metrics": of_customerio(lambda client: fetch_message_metrics(client, 1, 2, C, C, UTC_ZONE, NOW)),
    "failures": of_customerio(lambda client: fetch_failures(client, 1)),
    "segments": of_customerio(fetch_segments),
    "people of a segment": of_customerio(lambda client: fetch_people_count(client, 1)),
}
EXPORT_CALLS: dict[str, Ask] = {
    "exported counts": of_mixpanel(lambda client: list(fetch_exported_counts(client, C, C, UTC_ZONE, NOW))),
    "exported properties": of_mixpanel(lambda client: fetch_property_profiles(client, ["E"], C, UTC_ZONE, NOW)),
}


def held(ask: Ask, answer: bytes, *, speaks_first: bool = False) -> tuple[float, object]:
    """Seconds that a call took whose answer drips, and what came of it."""
    with answering(answer, pause=PAUSE, speaks_first=speaks_first) as receiver:
        began = time.monotonic()
        try:
            outcome = ask(receiver.url)
        except (CollectorError, DeliveryFailed) as failure:
            outcome = failure
        return time.monotonic() - began, outcome


# All go through one client: each call with one answer, and one call of each service with each.
THOROUGH = ("time zone", "campaigns")
JSON_CASES = [(call, part) for call in JSON_CALLS for part in ANSWERS if part == "body" or call in THOROUGH]
EXPORT_ANSWERS = {**ANSWERS, "events": OK + b"\r\n" + EVENT * 30}
DEAD_MAN = "dead-man address"


def of_receiver(kind: str) -> Ask:
    return lambda url: channel_at(kind, url, read_seconds=SILENCE).deliver(DIGEST, None)


def of_dead_man(folder: Path) -> Ask:
    def ask(url: str) -> object:
        address = f"{url}/ping/topsecret"
        settings, workspace = settings_in(
            folder, CAMPAIGN_HEALTH_DEAD_MAN_URL=address, CAMPAIGN_HEALTH_READ_SECONDS=str(SILENCE)
        )
        return ping(workspace, settings.http)

    return ask


Drips = Mapping[tuple[str, str], "Future[tuple[float, object]]"]


@pytest.fixture(scope="module")
def drips(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drips]:
    """Every call with each of its answers, some at once: all that they do is wait, each for an answer of its own."""
    dead_man = of_dead_man(tmp_path_factory.mktemp("dead_man"))
    cases: dict[tuple[str, str], tuple[Ask, bytes]] = {
        **{(call, part): (JSON_CALLS[call], ANSWERS[part]) for call, part in JSON_CASES},
        **{(call, part): (ask, EXPORT_ANSWERS[part]) for call, ask in EXPORT_CALLS.items() for part in EXPORT_ANSWERS},
        **{(kind, part): (of_receiver(kind), ANSWERS[part]) for kind in KINDS for part in ANSWERS},
        **{(DEAD_MAN, part): (dead_man, ANSWERS[part]) for part in ANSWERS},
    }
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {case: pool.submit(held, *call) for case, call in cases.items()}


@pytest.mark.slow("ends")
@pytest.mark.parametrize(("call", "part"), JSON_CASES)
def test_what_is_json_is_whole_in_time_or_given_up(call: str, part: str, drips: Drips) -> None:
    seconds, outcome = drips[call, part].result()
    assert seconds < WHOLE + LEEWAY
    # A refusal's status says enough, whether or not its text came.
    if part in ("head", "body", "redirect"):
        assert isinstance(outcome, CollectorError)
        assert "the answer was not whole within 0.5 seconds" in outcome.message


@pytest.mark.slow("ends")
@pytest.mark.parametrize("part", EXPORT_ANSWERS)
@pytest.mark.parametrize("call", EXPORT_CALLS)
def test_an_export_begins_in_time_and_is_fast_enough_or_given_up(call: str, part: str, drips: Drips) -> None:
    seconds, outcome = drips[call, part].result()
    # What is cut off is read a second time, whole.
    assert seconds < 2 * (PREPARED + 2 * SILENCE) + LEEWAY
    said = str(outcome)
    if part in ("head", "redirect"):
        assert "the answer did not begin within 2 seconds" in said
    elif part in ("body", "events"):
        assert isinstance(outcome, ExportCutOff | list)
        assert "less than 102 bytes came in 0.4 seconds" in said


@pytest.mark.slow("ends")
@pytest.mark.parametrize("part", ANSWERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_receiver_is_given_up(kind: str, part: str, drips: Drips) -> None:
    seconds, outcome = drips[kind, part].result()
    assert seconds < SILENCE + LEEWAY
    assert isinstance(outcome, DeliveryFailed)
    assert "the answer was not whole within 0.4 seconds" in outcome.reason


@pytest.mark.slow("ends")
@pytest.mark.parametrize("part", ANSWERS)
def test_the_dead_man_address_is_given_up(part: str, drips: Drips) -> None:
    seconds, outcome = drips[DEAD_MAN, part].result()
    assert seconds < SILENCE + LEEWAY
    assert outcome == "the dead-man address could not be reached (the answer was not whole within 0.4 seconds)"


@pytest.mark.slow("ends")
def test_the_mail_server_is_given_up() -> None:
    def ask(url: str) -> object:
        port = urlsplit(url).port or 0
        settings = SmtpSettings(
            host="127.0.0.1",
            port=port,
            security="none",
            user=None,
            password=None,
            sender="a@b.c",
            recipients=("d@e.f",),
        )
        return Mail(settings, SILENCE).deliver(DIGEST, None)

    seconds, outcome = held(ask, b"220-" + b"x" * 2000, speaks_first=True)
    assert seconds < PREPARED + LEEWAY
    assert isinstance(outcome, DeliveryFailed)
    assert outcome.reason == "the mail server was given up (it was not done within 2 seconds)"


@pytest.mark.parametrize("is_export", [False, True])
def test_a_secure_connection_that_is_agreed_on_drop_by_drop_is_given_up(is_export: bool) -> None:
    agreeing = b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb" + bytes(2000)
    patience = {**PATIENCE, "timeouts": Timeouts(SILENCE, SILENCE, whole_seconds=WHOLE)}

    def ask(url: str) -> object:
        client = mixpanel_at(url.replace("http:", "https:"), **patience)
        return client.export.open_stream("") if is_export else fetch_time_zone(client)

    seconds, outcome = held(ask, agreeing)
    assert seconds < SILENCE + LEEWAY
    assert isinstance(outcome, Unreachable)


@pytest.mark.slow("ends")
@pytest.mark.parametrize("is_export", [False, True])
def test_a_proxy_that_drips_is_given_up(is_export: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(url: str) -> object:
        monkeypatch.setenv("HTTPS_PROXY", url)
        client = mixpanel_at("https://service.test", **PATIENCE)
        return client.export.open_stream("") if is_export else fetch_time_zone(client)

    seconds, outcome = held(ask, b"HTTP/1.1 200 Connection established\r\nX-Slow: " + b"x" * 2000)
    assert seconds < PREPARED + LEEWAY
    assert isinstance(outcome, Unreachable)


def test_as_many_as_ask_at_once_are_given_up_at_once() -> None:
    with answering(ANSWERS["body"], pause=PAUSE) as receiver:
        client = customerio_at(receiver.url, **PATIENCE)
        began = time.monotonic()
        with pytest.raises(Unreachable):
            list(fetch_each(range(1, 9), lambda one: fetch_campaign(client, one)))
        assert time.monotonic() - began < WHOLE + LEEWAY
        assert len(receiver.asked) == 8
