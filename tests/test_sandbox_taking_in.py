"""What Customer.io takes in at the sandbox, and what comes of it: events, people, broadcasts, activities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import requests

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.world.world import PeopleTruth, TriggeredTruth
from tests.openapi import answer_violations, request_violations
from tests.sandbox_cast import small_world

EVENT, CAMPAIGN, BROADCAST = "signed up / été 🎉", 17, 77
ULID = "01KB6Y0000000000000000000"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    people = PeopleTruth(
        unsubscribed=frozenset({"u-5"}), without_address=frozenset({"u-6"}), suppressed=frozenset({"u-7"}),
        not_there=frozenset({"u-8"}), failing=frozenset({"u-9"}), bouncing=frozenset({"u-10"}),
    )  # fmt: skip
    world = small_world(people=people)
    made = datetime(2025, 1, 1, tzinfo=UTC)
    world.broadcasts[BROADCAST] = TriggeredTruth(BROADCAST, "Sorry", made, {"sent": np.zeros(world.days, int)})
    with running_sandbox(world, keep_bodies=True) as found:
        yield found


def track(sandbox: Sandbox, path: str, body: Any, key: str | None = None) -> requests.Response:
    auth = (sandbox.keys.site_id, key or sandbox.keys.track_api_key)
    return requests.post(f"{sandbox.customerio_track_url}/api/v2/{path}", json=body, auth=auth, timeout=20)


def event(number: int = 0, person: str = "u-1", **changes: Any) -> dict[str, Any]:
    whole = {"type": "person", "action": "event", "name": EVENT, "identifiers": {"id": person}, "id": f"{ULID}{number}"}
    return whole | changes


def app(sandbox: Sandbox, path: str, posted: Any = None, **query: Any) -> requests.Response:
    return requests.request(
        "GET" if posted is None else "POST", sandbox.customerio_url + path, params=query, json=posted,
        headers={"Authorization": f"Bearer {sandbox.keys.app_api_key}"}, timeout=20,
    )  # fmt: skip


def got(sandbox: Sandbox, path: str = f"/campaigns/{CAMPAIGN}/messages", metric: str = "sent") -> list[tuple[str, Any]]:
    """Who got a message because of what was taken in, newest first, and the event that triggered it."""
    made = app(sandbox, path, metric=metric, start_ts=int(sandbox.now.timestamp())).json()["messages"]
    ours = [one for one in made if one["trigger_event_id"] or one["broadcast_id"]]
    return [(one["customer_id"], one["trigger_event_id"]) for one in ours]


def violations(sandbox: Sandbox) -> list[str]:
    return request_violations(sandbox.requests) + answer_violations(sandbox.requests)


def test_an_event_makes_a_message_that_names_it_and_a_repeated_one_does_not(sandbox: Sandbox) -> None:
    for answer in (track(sandbox, "entity", event(1)), track(sandbox, "entity", event(1, "u-2"))):
        assert (answer.status_code, answer.json()) == (200, {})
    assert got(sandbox) == [("u-1", f"{ULID}1")]
    assert violations(sandbox) == []


@pytest.mark.parametrize("person", ["u-5", "u-6", "u-7", "u-8", "a stranger"])
def test_who_may_not_get_a_message_gets_none_and_the_answer_is_the_same(sandbox: Sandbox, person: str) -> None:
    answer = track(sandbox, "entity", event(1, person))
    assert (answer.status_code, answer.json()) == (200, {})
    assert got(sandbox) == []


def test_an_event_for_somebody_unknown_makes_a_person_without_an_address(sandbox: Sandbox) -> None:
    assert app(sandbox, "/customers/attributes", {"ids": ["u-8", "new"]}).json()["customers"] == []
    track(sandbox, "batch", {"batch": [event(1, "u-8"), event(2, "new")]})
    found = app(sandbox, "/customers/attributes", {"ids": ["u-8", "new"]}).json()["customers"]
    assert [(one["customer"]["id"], one["customer"]["identifiers"]["email"]) for one in found] == [
        ("u-8", None), ("new", None),
    ]  # fmt: skip
    assert violations(sandbox) == []


def test_who_was_identified_with_an_address_can_be_reached_unless_it_was_an_update(sandbox: Sandbox) -> None:
    identify = {"type": "person", "action": "identify"}
    operations = [
        identify | {"identifiers": {"id": "new"}, "attributes": {"email": "new@example.com"}},
        identify | {"identifiers": {"id": "other"}, "attributes": {"email": "x@example.com", "_update": True}},
        event(1, "new"),
        event(2, "other"),
    ]
    assert track(sandbox, "batch", {"batch": operations}).status_code == 200
    assert got(sandbox) == [("new", f"{ULID}1")]
    assert violations(sandbox) == []


@pytest.mark.parametrize(("hours", "wanted"), [(71, 1), (73, 0)])
def test_only_events_of_the_last_three_days_trigger(sandbox: Sandbox, hours: int, wanted: int) -> None:
    moment = int(sandbox.now.timestamp()) - hours * 3600
    assert track(sandbox, "entity", event(1, timestamp=moment)).status_code == 200
    assert len(got(sandbox)) == wanted
    assert len(sandbox.world.received.events) == 1


@pytest.mark.parametrize(
    ("kind", "named"), [("id", "u-11"), ("email", "u-11@people.example"), ("cio_id", "a000000b")], ids=lambda one: one
)
def test_one_person_has_several_names(sandbox: Sandbox, kind: str, named: str) -> None:
    track(sandbox, "entity", event(1, identifiers={kind: named}))
    assert got(sandbox) == [("u-11", f"{ULID}1")]


@pytest.mark.parametrize(
    "wrong",
    [{"identifiers": {"id": "u-1", "email": "a@example.com"}}, {"identifiers": {}}, {"identifiers": {"id": ""}},
     {"identifiers": {"anonymous_id": "x"}}, {"name": "é" * 51}, {"name": ""}, {"type": "object"}, {"action": None},
     {"attributes": {"text": "x" * 32_000}}],
    ids=["two names", "no name", "an empty name", "anonymous", "a long event", "no event", "an object", "no action",
         "large"],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_and_in_a_batch_alone(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    refused = track(sandbox, "entity", event(1) | wrong)
    assert refused.status_code == 400
    assert set(refused.json()["errors"][0]) == {"reason", "field", "message"}
    several = track(sandbox, "batch", {"batch": [event(2), event(3) | wrong, event(4, "u-2")]})
    assert several.status_code == 207
    assert [one["batch_index"] for one in several.json()["errors"]] == [1]
    assert [person for person, _ in got(sandbox)] == ["u-2", "u-1"]
    assert answer_violations(sandbox.requests) == []


def test_a_wrong_key_and_too_large_a_batch_take_nothing(sandbox: Sandbox) -> None:
    assert track(sandbox, "entity", event(), key="wrong").status_code == 401
    many = [event(number, attributes={"text": "x" * 30_000}) for number in range(17)]
    assert track(sandbox, "batch", {"batch": many}).status_code == 400
    assert sandbox.world.received.events == []


def test_what_would_redirect_a_message_can_be_seen(sandbox: Sandbox) -> None:
    track(sandbox, "entity", event(attributes={"recipient": "me@example.com", "plan": "pro"}))
    (taken,) = sandbox.world.received.events
    assert taken.attributes == {"recipient": "me@example.com", "plan": "pro"}


def test_a_fault_can_be_placed_at_what_is_taken_in(sandbox: Sandbox) -> None:
    sandbox.fail("unavailable", "customerio-track.entity")
    assert [track(sandbox, "entity", event()).status_code for _ in range(2)] == [503, 200]
    sandbox.fail("server_error", "customerio.broadcast_trigger")
    assert app(sandbox, f"/campaigns/{BROADCAST}/triggers", {"ids": ["u-1"]}).status_code == 500


@pytest.mark.parametrize(
    "asked",
    [{"ids": ["u-1", "u-5", "u-9", "u-10"]}, {"emails": [f"u-{one}@people.example" for one in (1, 5, 9, 10)]},
     {"per_user_data": [{"id": "u-1", "data": {"plan": "pro"}}, {"id": "u-5"}, {"id": "u-9"},
                        {"email": "u-10@people.example"}]}],
    ids=["ids", "emails", "data of each"],
)  # fmt: skip
def test_a_broadcast_reaches_those_who_may_get_it(sandbox: Sandbox, asked: dict[str, Any]) -> None:
    answer = app(sandbox, f"/campaigns/{BROADCAST}/triggers", asked)
    assert answer.status_code == 200
    number, path = answer.json()["id"], f"/broadcasts/{BROADCAST}/messages"
    found = {metric: [who for who, _ in got(sandbox, path, metric)] for metric in ("delivered", "bounced", "failed")}
    assert found == {"delivered": ["u-1"], "bounced": ["u-10"], "failed": ["u-9"]}
    assert app(sandbox, f"/campaigns/{BROADCAST}/triggers/{number}").json()["broadcast_id"] == BROADCAST
    assert app(sandbox, f"/campaigns/{BROADCAST}/triggers/{number}/errors").json()["errors"] == []
    assert [one["id"] for one in app(sandbox, f"/broadcasts/{BROADCAST}/triggers").json()["triggers"]] == [number]
    assert violations(sandbox) == []


def test_somebody_missing_makes_the_whole_broadcast_fail_unless_that_is_allowed(sandbox: Sandbox) -> None:
    path = f"/campaigns/{BROADCAST}/triggers"
    failed = app(sandbox, path, {"ids": ["u-1", "u-8"]})
    assert failed.status_code == 200
    assert app(sandbox, f"{path}/{failed.json()['id']}/errors").json()["errors"] == ["'u-8' not found"]
    assert sandbox.world.received.deliveries == []
    too_soon = app(sandbox, path, {"ids": ["u-1"]})
    assert too_soon.status_code == 429
    sandbox.let_pass(10.1)
    passed = app(sandbox, path, {"ids": ["u-1", "u-8"], "id_ignore_missing": True})
    assert app(sandbox, f"{path}/{passed.json()['id']}/errors").json()["errors"] == []
    assert [one.person for one in sandbox.world.received.deliveries] == ["u-1"]
    assert violations(sandbox) == []


def test_what_is_no_broadcast_or_names_nobody_is_refused(sandbox: Sandbox) -> None:
    assert app(sandbox, "/campaigns/78/triggers", {"ids": ["u-1"]}).status_code == 404
    assert app(sandbox, f"/campaigns/{BROADCAST}/triggers/9").status_code == 404
    assert app(sandbox, f"/campaigns/{BROADCAST}/triggers", {"ids": []}).status_code == 422
    assert answer_violations(sandbox.requests) == []


def test_activities_tell_what_was_taken_in_newest_first_page_by_page(sandbox: Sandbox) -> None:
    names = ["u-1", "a stranger", "u-7", "u-2"]
    track(sandbox, "batch", {"batch": [event(place, one, name="only here") for place, one in enumerate(names)]})
    told, cursor = [], None
    while cursor != "":
        page = app(
            sandbox, "/activities", type="event", name="only here", limit=2, **({"start": cursor} if cursor else {})
        )
        told += [(one["customer_id"], one["id"]) for one in page.json()["activities"]]
        cursor = page.json()["next"]
    assert told == [("u-2", f"{ULID}3"), ("a stranger", f"{ULID}1"), ("u-1", f"{ULID}0")]
    for kind in ("failed_event", "skipped_update"):
        assert app(sandbox, "/activities", type=kind).json()["activities"] == []
    assert violations(sandbox) == []


def test_without_limits_broadcasts_follow_each_other() -> None:
    world = small_world()
    world.broadcasts[BROADCAST] = TriggeredTruth(
        BROADCAST, "Sorry", datetime(2025, 1, 1, tzinfo=UTC), {"sent": np.zeros(world.days, int)}
    )
    with running_sandbox(world, limits=Limits.unlimited()) as found:
        for _ in range(3):
            assert app(found, f"/campaigns/{BROADCAST}/triggers", {"ids": ["u-1"]}).status_code == 200
