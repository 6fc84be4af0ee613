"""Who an event is about: two people are never one, and one is never taken for another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.outbox.connection.sealed_text import use_keys
from tests.collecting_cast import SIGNED_UP
from tests.moved_cast import NAME, Company, company, post, run
from tests.security_cast import BROWSERS, event, in_files, letters, numbers, of_page, own, sent
from tests.waiting import until

pytestmark = pytest.mark.slow("route")


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        run("route", "mode", NAME, "live")
        yield found


def test_nobody_is_ever_merged(moved: Company) -> None:
    """Identity: Customer.io's `merge` cannot be undone and is never asked for."""
    with moved.serving(**BROWSERS) as (url, _):
        assert own(url, "track", [{"event": "$merge", "properties": {"$distinct_ids": ["u-1", "u-2"]}}]).ok
        assert own(url, "track", [{"event": "$identify", "properties": {"$user_id": "u-1", "$device_id": "d"}}]).ok
        assert own(url, "segment", {"type": "alias", "userId": "u-1", "previousId": "u-2"}).ok
        assert post(url, 1) == 200
        until(lambda: len(sent(moved)) == 1)
    told = b"".join(one.path.encode() + one.posted for one in moved.sandbox.requests if one.method == "POST")
    assert SIGNED_UP.encode() in told
    assert b"merge" not in told


def test_two_people_whose_events_have_one_id_are_two_events_each_once(moved: Company) -> None:
    """Two people with one `$insert_id` within a day; a copy of either, at once or later, is no third."""
    with moved.serving() as (url, _):
        some = [event(1, person=person) for person in ("u-1", "u-2", "u-1", "u-2")]
        assert own(url, "batch", {"events": some}).json() == {"accepted": 2, "duplicates": 2}
        assert [own(url, "events", one).json()["duplicates"] for one in some] == [1] * 4
        until(lambda: len(sent(moved)) == 2)
    assert {person for person, _ in sent(moved)} == {"u-1", "u-2"}


def of_device(number: int, device: str, **properties: Any) -> dict[str, Any]:
    """An event as one's own server passes it on for somebody who is not signed in yet."""
    known = {"distinct_id": f"$device:{device}", "$device_id": device, "$insert_id": f"d-{number}", "plan": "pro"}
    return {"event": NAME, "properties": known | properties}


def test_an_event_of_a_device_goes_once_an_event_says_whose_it_is(moved: Company) -> None:
    """Identity: waits for an event that joins both, also over a restart, and goes under its own id."""
    with moved.serving() as (url, _):
        some = [of_device(1, "phone"), of_device(2, "phone"), of_device(3, "tablet"), of_device(4, "laptop")]
        assert own(url, "track", some).ok
        until(lambda: numbers().get("waiting") == 4)
    with moved.serving() as (url, _):
        signed_in = {"$user_id": "u-1", "$device_id": "phone", "distinct_id": "u-1"}
        assert own(url, "track", [{"event": "an event that nobody moves", "properties": signed_in}]).ok
        assert own(url, "segment", {"type": "identify", "userId": "u-2", "anonymousId": "tablet"}).ok
        until(lambda: numbers().get("delivered") == 3)
        assert own(url, "track", some).ok, "and none of them comes twice"
        assert own(url, "events", event(4, person="u-4") | {"id": "d-4"}).ok, "which says itself whose it is"
        until(lambda: numbers().get("delivered") == 4)
    assert sorted(person for person, _ in sent(moved)) == ["u-1", "u-1", "u-2", "u-4"]
    assert (numbers()["waiting"], letters()) == (0, [])


def test_an_event_of_a_device_that_nobody_signs_in_on_is_a_letter_in_the_end(moved: Company) -> None:
    """Identity: then dead letter `no_person`, after the minutes that are set; with 0 at once."""
    with moved.serving(CAMPAIGN_HEALTH_ROUTE_DEVICE_MINUTES="0.02") as (url, _):
        assert own(url, "track", [of_device(1, "phone")]).ok
        until(lambda: letters() == [(NAME, "no_person", 1)])
    with moved.serving(CAMPAIGN_HEALTH_ROUTE_DEVICE_MINUTES="0") as (url, _):
        assert own(url, "track", [of_device(2, "phone")]).ok
        assert letters() == [(NAME, "no_person", 2)]


def test_what_a_server_sent_of_a_device_is_joined_by_no_pages_word(moved: Company) -> None:
    """Identity, and row 1: a page says whose its own events are, and not whose a server's are."""
    with moved.serving(**BROWSERS) as (url, _):
        assert own(url, "track", [of_device(1, "phone", plan="of the server")]).ok
        assert of_page(url, 2, **{"$device_id": "phone", "distinct_id": "$device:phone", "plan": "of the page"}) == 200
        until(lambda: numbers().get("waiting") == 2)
        assert of_page(url, 3, **{"$device_id": "phone", "$user_id": "u-1", "plan": "itself"}) == 200
        until(lambda: numbers().get("delivered") == 2)
        assert numbers()["waiting"] == 1
    assert sorted(attributes["plan_name"] for _, attributes in sent(moved)) == ["itself", "of the page"]


@pytest.fixture(params=["", "k" * 32], ids=["plain", "sealed"])
def key(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """None, or one; commands that run in this process leave it to nobody."""
    monkeypatch.setenv("CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY", request.param)
    yield request.param
    use_keys(())


def test_what_waits_for_a_person_is_forgotten_with_them(moved: Company, key: str) -> None:
    """Row 6: also what names nobody yet, and has them in it; sealed or not."""
    with moved.serving(CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY=key) as (url, _):
        some = [of_device(1, "phone", note="u-marked-person"), of_device(2, "phone", note="somebody else")]
        assert own(url, "track", some).ok
        until(lambda: numbers().get("waiting") == 2)
        assert (b"u-marked-person" in in_files(moved.folder)) is (key == "")
        run("route", "forget", "u-marked-person")
        until(lambda: numbers().get("waiting") == 1)
        until(lambda: b"u-marked-person" not in in_files(moved.folder))
