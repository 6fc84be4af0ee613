"""What somebody who means harm, and somebody who has no luck, do to the route."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from campaign_health.route.lanes.prepared import UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.lanes.verdict import verdict_of
from storage.outbox.events.event_letters import letters, replay_letter
from storage.outbox.events.event_queue import receive_dead
from storage.outbox.events.held_events import HAND, open_hold
from storage.outbox.events.queue_forgetting import forget_events
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.doors_cast import EVENT as DOOR_EVENT
from tests.doors_cast import PUBLIC, SITE, listening
from tests.full_disk import full_disk
from tests.holding_cast import EVENT, MANIFEST, Company, company
from tests.waiting import until

INCIDENT = "an incident of the monitor"


def of_nobody(number: int, email: str) -> QueuedEvent:
    """An event that named nobody when it came, and has an address in it."""
    now = time.time()
    body = json.dumps({"plan": "pro", "owner": email})
    return QueuedEvent(
        "default", EVENT, number.to_bytes(16, "big"), "", now, now, now + 3600, "backend", body
    )  # fmt: skip


def held(found: Company, kind: str = "everything", source: str = HAND) -> None:
    """Everything of the event is kept back from now on."""
    found.write(
        lambda connection: open_hold(connection, "default", EVENT, kind, "x", time.time(), source=source)  # type: ignore[arg-type]
    )
    until(lambda: EVENT in found.moving._holds)


def touched(found: Company, text: str = MANIFEST + "# touched\n") -> None:
    """The manifest is written anew, and read."""
    version = found.moving.version
    found.moving.manifest.write_text(text, encoding="utf-8")
    until(lambda: found.moving.version > version and found.keeper._to_check.version == found.moving.version)


def test_whoever_is_forgotten_while_customerio_takes_nothing_is_not_sent_to_it_afterwards(tmp_path: Path) -> None:
    with company(tmp_path, status=503) as found:
        found.happen("ada")
        found.happen("eve")
        until(lambda: len(found.sent) > 1)
        found.write(lambda connection: forget_events(connection, "default", "ada"))
        found.sent.clear()
        found.answers[0] = 200
        found.courier._breaker = found.courier._breaker.answered()
        until(lambda: any(one["identifiers"]["id"] == "eve" for one in found.events()))
        time.sleep(1)
        assert {one["identifiers"]["id"] for one in found.sent} == {"eve"}


def test_an_address_in_an_event_of_nobody_is_forgotten_too(tmp_path: Path) -> None:
    with open_route_file(tmp_path) as connection, committed(connection):
        receive_dead(connection, of_nobody(1, "Ada@Company.com"), "no_person", "person")
        receive_dead(connection, of_nobody(2, "eve@company.com"), "no_person", "person")
        assert forget_events(connection, "default", "ada@company.com") == 1
        (left,) = letters(connection, "default", None, None, 0.0)
        assert "eve@" in left.body


def test_events_that_named_nobody_are_each_somebodys_once_the_manifest_says_who(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("    route:", "      owner: {type: string}\n    route:\n      person: {id: owner}", 1)
    manifest += "    once: 7 days\n"
    with company(tmp_path, manifest) as found:
        for number, email in enumerate(["ada", "eve", "ada"]):
            one = of_nobody(number, email)
            found.write(lambda connection, one=one: receive_dead(connection, one, "no_person", "person"))
        with open_route_file(tmp_path) as connection:
            some = letters(connection, "default", None, None, 0.0)
        found.write(lambda connection: [replay_letter(connection, one) for one in some])
        found.courier.wake()
        until(lambda: found.numbers().get("delivered", 0) + found.numbers().get("suppressed_once", 0) == 3)
        assert [one["identifiers"]["id"] for one in found.events()] == ["ada", "eve"]
        assert {one["identifiers"]["id"] for one in found.sent if one["action"] == "identify"} == {"ada", "eve"}


def test_a_hold_that_keeps_nothing_ends_too_once_the_manifest_fits(tmp_path: Path) -> None:
    with company(tmp_path) as found:
        held(found, source=INCIDENT)
        touched(found)
        until(lambda: not found.holds())
        found.happen()
        until(lambda: len(found.events()) == 1)


def test_a_start_lets_nothing_go_that_the_monitor_had_kept_back(tmp_path: Path) -> None:
    with company(tmp_path) as found:
        held(found, source=INCIDENT)
        found.happen()
        until(lambda: found.numbers().get("held") == 1)
    with company(tmp_path, None) as found:
        until(lambda: found.keeper._to_check.version > 0)
        time.sleep(1.5)
        assert (found.numbers().get("held"), found.events()) == (1, [])
        touched(found)
        until(lambda: len(found.events()) == 1)


def test_what_was_kept_back_is_not_lost_while_the_event_is_off(tmp_path: Path) -> None:
    with company(tmp_path) as found:
        held(found, source=INCIDENT)
        found.happen()
        until(lambda: found.numbers().get("held") == 1)
        found.write(lambda connection: set_mode(connection, "default", EVENT, "off"))
        until(lambda: not found.moving.is_live(EVENT))
        touched(found)
        time.sleep(1.5)
        assert found.numbers().get("held") == 1
        found.write(lambda connection: set_mode(connection, "default", EVENT, "live"))
        until(lambda: len(found.events()) == 1)
        assert found.holds() == []


def test_a_candidate_that_gets_a_route_of_its_own_goes_out_under_its_own_name(tmp_path: Path) -> None:
    other = "project_created"
    with company(tmp_path) as found:
        found.write(
            lambda connection: open_hold(
                connection, "default", other, "candidate", "x", time.time(), source="events 1", candidate_of=EVENT
            )
        )
        until(lambda: found.happen("ada", other))
        until(lambda: found.numbers(other).get("held") == 1)
        own = MANIFEST.replace("campaigns:", f"  {other}:\n    properties: {{plan: {{}}}}\n    route: {{}}\ncampaigns:")
        touched(found, own)
        time.sleep(1.5)
        assert found.numbers(other).get("held") == 1, "nobody said yet that it is to be sent"
        found.write(lambda connection: set_mode(connection, "default", other, "live"))
        until(lambda: len(found.events()) == 1)
        found.happen("eve", other)
        found.happen("eve", EVENT)
        until(lambda: len(found.events()) == 3)
        assert [one["name"] for one in found.events()] == [other, other, EVENT]


def test_a_disk_that_is_full_as_a_hold_begins_stops_nobody_who_sends(tmp_path: Path) -> None:
    with company(tmp_path) as found:
        until(lambda: found.moving.is_live(EVENT))
        with full_disk():
            for number in range(6):
                one = Waiting(number, "fresh", "default", EVENT, number.to_bytes(16), "ada", 0.0, 0.0, 1e12, "{}")
                found.keeper.unfit(one, UnfitEvent("wrong_type", "plan"))
        assert found.holds() == []


def test_what_was_delivered_is_in_no_file_any_more_once_nothing_comes(tmp_path: Path) -> None:
    def everywhere() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("route.sqlite*"))

    with company(tmp_path) as found:
        found.happen("a-marked-person", plan="a-marked-plan")
        assert b"a-marked-person" in everywhere()
        until(lambda: len(found.events()) == 1)
        until(lambda: b"a-marked" not in everywhere(), 10)


@pytest.mark.parametrize("said", ["ada@company.com is no address", {"id": "ada"}, "u-17", 17, "x" * 500])
def test_nothing_that_customerio_says_of_somebody_names_a_group_of_letters(said: object) -> None:
    text = json.dumps(
        {"errors": [{"batch_index": 0, "reason": said, "field": f"attributes.{said}@x", "message": said}]}
    )
    assert verdict_of(207, text, 1).refused == {0: ("refused", "")}
    assert verdict_of(400, text, 1).refused == {0: ("refused", "")}


def test_a_page_cannot_fill_the_disk_with_events_that_could_never_be_sent(tmp_path: Path) -> None:
    with listening(tmp_path) as door:
        for number, size in enumerate([40_000, 100]):
            properties = {"token": PUBLIC, "$insert_id": f"i-{number}", "plan": "x" * size}
            value = {"event": DOOR_EVENT, "properties": properties}
            assert door.post("track", [value], token=None, Origin=SITE).status_code == 200
        assert door.numbers() == {"received": 1, "dead": 1}
        assert door.door.counts["mixpanel", "limited"] == 1
