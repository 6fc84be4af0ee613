"""Who an event is about: two people are never one, and one is never taken for another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collecting_cast import SIGNED_UP
from tests.moved_cast import NAME, Company, company, post, run, until
from tests.security_cast import BROWSERS, event, own, sent

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
