"""The doctor of the route: each thing that is wrong is named with its cure, and looking changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from campaign_health.health.finding import Finding
from campaign_health.route.event_key import ulid_of
from campaign_health.route.examining.route_examination import examine_route
from campaign_health.route.examining.track_keys import examine_track
from campaign_health.sandbox.stripe.stripe_service import running_stripe
from campaign_health.sandbox.world.received import MadeDelivery, TrackedEvent
from campaign_health.settings import WorkspaceSettings, load_settings
from storage.outbox.events.event_queue import finish, receive, receive_dead
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import PersonHash, committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.collecting_cast import SIGNED_UP
from tests.moved_cast import NAME, TOKEN, Company, company, run
from tests.openapi import request_violations


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        yield found


def examined(of: Company, **environment: str) -> list[Finding]:
    settings = load_settings(of.environment | environment, of.folder)
    return list(examine_route(settings, datetime.now(UTC)))


def one(found: list[Finding], subject: str, level: str | None = None) -> Finding:
    [finding] = [finding for finding in found if finding.subject == subject and level in (None, finding.level)]
    return finding


def event(number: int, age: float, source: str = "backend", received: float | None = None) -> QueuedEvent:
    at = time.time() - 60 if received is None else received
    return QueuedEvent(
        "default", NAME, number.to_bytes(16, "big"), f"u-{number}", at - age, at, at + 3600, source, "{}"
    )


def received(of: Company, events: list[QueuedEvent], dead: int = 0, mode: str = "live") -> None:
    data_dir = of.folder / "data"
    with open_route_file(data_dir) as connection, committed(connection):
        set_mode(connection, "default", NAME, mode)
        for place, each in enumerate(events):
            if place < dead:
                receive_dead(connection, each, "wrong_type", "plan")
            else:
                receive(connection, each)
                finish(connection, [each.key], "delivered")
    PersonHash(data_dir)


def test_where_all_is_well_nothing_is_wrong_and_nothing_is_changed(moved: Company) -> None:
    received(moved, [event(number, 0.1) for number in range(40)])
    with open_route_file(moved.folder / "data"):
        pass  # knows its key now
    before = (moved.folder / "data/route.sqlite").read_bytes()
    found = examined(moved)
    assert [each for each in found if each.level == "wrong"] == []
    assert {each.subject for each in found if each.level == "fine"} == {
        "Route's file", "Track API key", "Letters", f"Event {NAME}", "Events from backend", "Route's people",
        f"Senders of {NAME}", "Accepted by Customer.io",
    }  # fmt: skip
    assert "It can keep `within 5 minutes`." in one(found, "Events from backend").text
    assert (moved.folder / "data/route.sqlite").read_bytes() == before
    assert request_violations(moved.sandbox.requests) == []
    assert not any(each.method != "GET" for each in moved.sandbox.requests)


def test_a_second_token_and_trusted_browsers_are_told(moved: Company) -> None:
    received(moved, [])
    told = [
        each.text
        for each in examined(
            moved,
            CAMPAIGN_HEALTH_ROUTE_TOKEN=f"{TOKEN},another token of the door",
            CAMPAIGN_HEALTH_ROUTE_TRUST_BROWSER="true",
            CAMPAIGN_HEALTH_ROUTE_BROWSER_ORIGINS="https://app.example",
            CAMPAIGN_HEALTH_ROUTE_MIXPANEL_TOKEN="a project",
        )
        if each.level == "note"
    ]
    assert any(text.startswith("Two tokens") for text in told)
    assert any(text.startswith("Browsers are trusted") for text in told)


def test_an_installation_without_a_route_hears_nothing_of_it(moved: Company) -> None:
    assert examined(moved, CAMPAIGN_HEALTH_ROUTE_TOKEN="", CUSTOMERIO_SITE_ID="", CUSTOMERIO_TRACK_API_KEY="") == []
    keys_alone = examined(moved, CAMPAIGN_HEALTH_ROUTE_TOKEN="", CAMPAIGN_HEALTH_MANIFEST="")
    assert [(each.subject, each.level) for each in keys_alone] == [("Track API key", "fine")], "`recover` needs no more"


def test_the_command_joins_both_doctors_and_fails_where_the_route_is_wrong(moved: Company) -> None:
    received(moved, [event(number, 0.1) for number in range(4)])
    (moved.folder / "data" / "route.key").chmod(0o644)
    told = json.loads(run("doctor", "--json", code=1).stdout)["findings"]
    assert [each["subject"] for each in told if each["level"] == "wrong"] == ["Route's file"]
    assert {"Data directory", "Track API key"} <= {each["subject"] for each in told}


@pytest.mark.parametrize(
    ("changed", "subject", "told"),
    [
        ({"CAMPAIGN_HEALTH_ROUTE_TOKEN": "short"}, "Route keys", "can be guessed"),
        ({"CUSTOMERIO_SITE_ID": "", "CUSTOMERIO_TRACK_API_KEY": ""}, "Route keys", "CUSTOMERIO_TRACK_API_KEY"),
        ({"CUSTOMERIO_TRACK_API_KEY": "another"}, "Track API key", "CUSTOMERIO_REGION"),
        ({"CUSTOMERIO_TRACK_URL": "http://127.0.0.1:9"}, "Track API key", "could not be asked"),
    ],
)
def test_keys_that_lack_or_are_refused_are_wrong(
    moved: Company, changed: dict[str, str], subject: str, told: str
) -> None:
    finding = one(examined(moved, **changed), subject, "wrong")
    assert told in f"{finding.text} {finding.cure}"
    assert TOKEN not in f"{finding.text} {finding.cure}"


class _Region(BaseHTTPRequestHandler):
    """A Track API that knows the key only where it is told to, with a clock of its own."""

    knows, region, ahead = True, "us", 0.0

    def do_GET(self) -> None:
        body = json.dumps({"region": self.region, "environment_id": 7}).encode()
        self.send_response_only(200 if self.knows else 401)
        self.send_header("Date", format_datetime(datetime.fromtimestamp(time.time() + self.ahead, UTC), usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def regions() -> Iterator[dict[str, HTTPServer]]:
    servers = {
        name: HTTPServer(("127.0.0.1", 0), type(f"Region_{name}", (_Region,), {"region": name}))
        for name in ("us", "eu")
    }
    for server in servers.values():
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield servers
    for server in servers.values():
        server.shutdown()
        server.server_close()


def of_region(moved: Company, regions: dict[str, HTTPServer]) -> tuple[WorkspaceSettings, dict[str, str]]:
    bases = {name: f"http://127.0.0.1:{server.server_port}" for name, server in regions.items()}
    [of] = load_settings(moved.environment, moved.folder).workspaces
    return of.model_copy(update={"route": of.route.model_copy(update={"track_url": bases["us"]})}), bases


def test_a_key_of_another_region_is_found_there(moved: Company, regions: dict[str, HTTPServer]) -> None:
    of, bases = of_region(moved, regions)
    [finding] = examine_track(of, False, bases)
    assert (finding.level, finding.text) == ("fine", "It works. It is the key of the workspace of number 7.")
    regions["us"].RequestHandlerClass.region = "eu"  # type: ignore[attr-defined]
    [finding] = examine_track(of, False, bases)
    assert (finding.level, finding.cure) == ("wrong", "Set CUSTOMERIO_REGION=eu.")
    regions["us"].RequestHandlerClass.knows = False  # type: ignore[attr-defined]
    [finding] = examine_track(of, False, bases)
    assert (finding.level, finding.cure) == ("wrong", "The key works in the region eu: set CUSTOMERIO_REGION=eu.")


@pytest.mark.parametrize(("ahead", "told"), [(-120.0, "ahead of"), (120.0, "behind"), (10.0, None)])
def test_a_clock_that_is_off_is_told_by_the_probe(
    moved: Company, regions: dict[str, HTTPServer], ahead: float, told: str | None
) -> None:
    of, bases = of_region(moved, regions)
    regions["us"].RequestHandlerClass.ahead = ahead  # type: ignore[attr-defined]
    found = [each.text for each in examine_track(of, False, bases) if each.subject == "Route's clock"]
    assert len(found) == (told is not None)
    assert told is None or told in found[0]
    assert [each for each in examine_track(of, True, bases) if each.subject == "Route's clock"] == []


def test_a_source_is_told_which_promise_it_cannot_keep(moved: Company) -> None:
    late = [event(number, 400.0, "export") for number in range(100, 130)]
    received(moved, [event(number, 0.1) for number in range(30)] + late)
    found = examined(moved)
    assert one(found, "Events from backend").level == "fine"
    finding = one(found, "Events from export")
    assert finding.level == "note"
    assert "It cannot keep `within 5 minutes`." in finding.text
    assert "half were at most 6.6 minutes old" in finding.text


def test_letters_above_a_hundredth_of_an_event_are_wrong_and_one_below_is_not(moved: Company) -> None:
    received(moved, [event(number, 0.1) for number in range(200)], dead=2)
    assert one(examined(moved), "Letters").level == "fine"
    received(moved, [event(number, 0.1) for number in range(1000, 1002)], dead=2)
    finding = one(examined(moved), "Letters")
    assert finding.level == "wrong"
    assert finding.text.startswith(f"{NAME}: 4 of 202 (2 %) of the last 7 days")
    assert "plan" in finding.text


def test_an_event_that_nothing_came_of_and_one_that_the_manifest_forgot_are_told(moved: Company) -> None:
    received(moved, [])
    with open_route_file(moved.folder / "data") as connection, committed(connection):
        set_mode(connection, "default", "forgotten", "live")
    found = examined(moved)
    assert one(found, f"Event {NAME}").level == "note"
    assert "route mode 'forgotten' off" in one(found, "Event forgotten", "wrong").cure


@pytest.mark.parametrize("name", ["route.sqlite", "route.key"])
def test_a_file_that_others_may_read_is_wrong(moved: Company, name: str) -> None:
    received(moved, [])
    (moved.folder / "data" / name).chmod(0o644)
    finding = one(examined(moved), "Route's file")
    assert (finding.level, finding.cure) == ("wrong", f"chmod 600 {moved.folder / 'data' / name}")


def test_another_key_is_told_and_stops_nothing_else(moved: Company) -> None:
    received(moved, [])
    with open_route_file(moved.folder / "data"):
        pass
    (moved.folder / "data/route.key").write_bytes(bytes(32))
    found = examined(moved)
    assert "another key" in one(found, "Route's file", "wrong").text
    assert one(found, "Track API key").level == "fine"
    (moved.folder / "data/route.key").unlink()
    assert "is gone" in one(examined(moved), "Route's file", "wrong").text


def test_people_who_are_known_by_an_address_alone_are_wrong_where_the_route_names_ids(moved: Company) -> None:
    received(moved, [event(1, 0.1)])
    assert one(examined(moved), "Route's people").level == "fine"
    made = moved.sandbox.world.received.deliveries
    for number in range(400):
        person = f"p{number}@elsewhere.example"
        made += [MadeDelivery("campaign", each, person, int(time.time()), False) for each in (1, 2, 3)]
    finding = one(examined(moved), "Route's people")
    assert (finding.level, finding.cure) == ("wrong", "Set CAMPAIGN_HEALTH_ROUTE_PERSON=email.")
    assert "elsewhere" not in finding.text
    assert one(examined(moved, CAMPAIGN_HEALTH_ROUTE_PERSON="email"), "Route's people").level == "fine"


def test_an_event_that_also_comes_from_elsewhere_is_told(moved: Company) -> None:
    sent = [event(number, 0.1) for number in range(3)]
    received(moved, sent)
    run_events = moved.sandbox.world.received.events
    for each in sent:
        ulid = ulid_of(each.key, int(each.event_time))
        run_events.append(TrackedEvent(each.person, SIGNED_UP, ulid, int(each.event_time), {}))
    assert one(examined(moved), f"Senders of {NAME}").level == "fine"
    run_events.append(TrackedEvent("u-9", SIGNED_UP, "", int(time.time()) - 5, {}))
    finding = one(examined(moved), f"Senders of {NAME}", "wrong")
    assert "1 of the newest 4 came from elsewhere" in finding.text


@pytest.mark.parametrize(
    ("fault", "key", "level", "told"),
    [
        (None, None, "fine", "It works"),
        (None, "sk_live_all", "note", "may do everything"),
        ("wrong_key", None, "wrong", "Customers and Subscriptions"),
        ("not_permitted", None, "wrong", "Customers and Subscriptions"),
        ("down", None, "wrong", "Nothing to mend"),
    ],
)
def test_what_stripes_key_may_do_is_told_without_asking_for_anybody(
    moved: Company, fault: Any, key: str | None, level: str, told: str
) -> None:
    with running_stripe() as stripe:
        stripe.standing_fault = fault
        environment = stripe.environment | ({} if key is None else {"STRIPE_API_KEY": key})
        finding = one(examined(moved, **environment), "Stripe key", level)
    assert told in f"{finding.text} {finding.cure}"
    assert environment["STRIPE_API_KEY"] not in f"{finding.text} {finding.cure}"
