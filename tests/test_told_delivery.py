"""What Slack hears of holds and letters: once, at half of the time that is left, and when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.situation import Situation
from campaign_health.alerts.digest.told_delivery import told_delivery
from storage.delivery_records import Delivery, HoldRecord, LetterGroupRecord, RouteEventRecord

ZONE = ZoneInfo("Europe/Berlin")
BEGUN = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
EVENT = "project: created"
ID = f"{int(BEGUN.timestamp())}:{EVENT}"
HOLD = HoldRecord(
    EVENT, "unsendable", "its property plan is of another type than the manifest says", "plan", BEGUN, 7,
    BEGUN + timedelta(hours=20), None, by_hand=False, mended_by="properties: {plan: {type: object}}",
)  # fmt: skip


def delivery(*holds: HoldRecord, letters: tuple[LetterGroupRecord, ...] = (), received: int = 1_000) -> Delivery:
    moved = RouteEventRecord(EVENT, EVENT, "live", received, 0, 0, 0, received, 0, 0, 0, 0)
    return Delivery(BEGUN, "closed", None, [moved], [], letters, holds, [])


def told(found: Delivery | None, said: set[str], hours: float = 1.0) -> list[tuple[str, bool, bool]]:
    now = BEGUN + timedelta(hours=hours)
    return [(one.change_id, one.told, one.recovered) for one in told_delivery(found, said, ZONE, now)]


def letters(reason: str, number: int) -> LetterGroupRecord:
    return LetterGroupRecord(EVENT, reason, "plan", number, BEGUN, BEGUN, None)


def test_a_hold_is_told_once_at_half_of_its_time_and_when_it_is_over() -> None:
    begun, half, over = f"hold:{ID}", f"hold_half:{ID}", f"hold_over:{ID}"
    assert told(delivery(HOLD), set()) == [(begun, False, False)]
    assert told(delivery(HOLD), {begun}) == [(begun, True, False)]
    assert told(delivery(HOLD), {begun}, 11) == [(begun, True, False), (half, False, False)]
    assert told(delivery(HOLD), {begun, half}, 12) == [(begun, True, False), (half, True, False)]
    assert told(delivery(), {begun, half}, 13) == [(over, False, True)]
    assert told(delivery(), {begun, half, over}, 14) == []
    assert told(None, {begun}) == [], "where nothing is known, nothing is over"


def test_the_words_say_what_why_since_when_how_many_until_when_and_what_to_do() -> None:
    (one,) = told_delivery(delivery(HOLD), set(), ZONE, BEGUN)
    assert one.said == (
        "What cannot be sent of it is kept back since 28 Nov 10:00: its property plan is of another type than the "
        "manifest says. 7 events wait, the first until 29 Nov 06:00. Write properties: {plan: {type: object}} under "
        "the event in the manifest, or mend the event."
    )


def test_letters_are_told_of_where_they_are_many_or_refused() -> None:
    assert told(delivery(letters=(letters("wrong_type", 10),)), set()) == [], "one in a hundred is not many"
    assert told(delivery(letters=(letters("wrong_type", 11),)), set()) == [
        (f"letters:{EVENT}:wrong_type:plan", False, False)
    ]
    refused = f"letters:{EVENT}:refused:required:plan"
    assert told(delivery(letters=(letters("refused:required", 1),)), {refused}) == [(refused, True, False)]


def test_the_digest_says_it_in_a_part_of_its_own_and_covers_it() -> None:
    of_holds = tuple(told_delivery(delivery(HOLD), set(), ZONE, BEGUN))
    situation = Situation("default", (), (), (), {"healthy": 3}, BEGUN.date(), delivery=of_holds)
    digest = build_digest(
        situation, announcement_id="a", kind="urgent", today=BEGUN.date(), dashboard_url=None, only_incidents=()
    )
    assert digest.headline == "1 event is held or cannot be delivered"
    assert [section.name for section in digest.sections] == ["Carried to Customer.io"]
    assert digest.change_ids == (f"hold:{ID}",)
