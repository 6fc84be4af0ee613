"""What Slack hears of holds and letters: once, at half of the time that is left, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.situation import Situation
from campaign_health.alerts.digest.told_delivery import told_delivery
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from storage.delivery_records import Delivery, HoldRecord, LetterGroupRecord, RouteDayRecord, RouteEventRecord
from storage.file.database import Warehouse, transaction
from storage.save.delivery_numbers import save_delivery
from tests.digest_sending_cast import headlines, send
from tests.digest_warehouse import MONDAY, at

ZONE = ZoneInfo("Europe/Berlin")
BEGUN = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
EVENT = "project: created"
MANY, REFUSED = (f"letters:project%3A%20created:{reason}:plan:0" for reason in ("wrong_type", "refused%3Arequired"))
ID = f"{int(BEGUN.timestamp())}:{EVENT}"
HOLD = HoldRecord(
    EVENT, "unsendable", "its property plan is of another type than the manifest says", "plan", BEGUN, 7,
    BEGUN + timedelta(hours=20), None, by_hand=False, mended_by="properties: {plan: {type: object}}",
)  # fmt: skip


def delivery(
    *holds: HoldRecord, letters: tuple[LetterGroupRecord, ...] = (), received: int = 1_000, earlier: int = 0
) -> Delivery:
    whole = received + earlier
    moved = RouteEventRecord(EVENT, EVENT, "live", whole, 0, 0, 0, whole, 0, 0, 0, 0)
    days = [
        RouteDayRecord(
            EVENT, BEGUN.date() - timedelta(days=back), number, 0, number, 0, 0, 0, 0, 0, 0, None, "observed"
        )
        for back, number in ((10, earlier), (6, received))
    ]
    return Delivery(BEGUN, "closed", None, [moved], days, letters, holds, [])


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


def test_letters_are_told_of_where_they_are_many_among_those_of_a_week_or_refused() -> None:
    assert told(delivery(letters=(letters("wrong_type", 10),)), set()) == [], "one in a hundred is not many"
    assert told(delivery(letters=(letters("wrong_type", 11),)), set()) == [(MANY, False, False)]
    long_ago = delivery(letters=(letters("wrong_type", 11),), received=90, earlier=1_000_000)
    assert told(long_ago, set()) == [(MANY, False, False)], "what came before does not hide them"
    assert told(delivery(letters=(letters("refused:required", 1),)), {REFUSED}) == [(REFUSED, True, False)]


def test_letters_are_told_once_while_any_is_left_once_when_none_is_and_again_when_they_come_back() -> None:
    many, few, none = (delivery(letters=one) for one in ((letters("wrong_type", 11),), (letters("wrong_type", 1),), ()))
    over = MANY.replace("letters:", "letters_over:")
    assert told(few, {MANY}) == [(MANY, True, False)]
    assert told(none, {MANY}) == [(over, False, True)]
    assert told(none, {MANY, over}) == []
    assert told(few, {MANY, over}) == []
    assert told(many, {MANY, over}) == [(f"{MANY[:-1]}1", False, False)]
    (one,) = told_delivery(many, {MANY}, ZONE, BEGUN)
    assert one.said.startswith("11 of 1,000 (1 %) of the last 7 days could not be delivered: its property plan is of")
    (gone,) = told_delivery(none, {MANY}, ZONE, BEGUN)
    assert (gone.title, gone.told) == (EVENT, False)


def test_letters_go_to_slack_at_once_and_only_once(warehouse: Warehouse, slack: SlackSandbox) -> None:
    def noted(*groups: LetterGroupRecord, hour: int) -> None:
        found = replace(delivery(letters=groups), noted_at=at(MONDAY, hour))
        with warehouse.open() as connection, transaction(connection):
            save_delivery(connection, "default", found)
        send(warehouse, slack, at(MONDAY, hour))

    noted(hour=7)
    for hour in (10, 11, 12):
        noted(letters("refused:required", 1), hour=hour)
    noted(hour=13)
    noted(hour=14)
    assert headlines(slack) == [
        "1 kind of event is kept back or cannot be delivered",
        "1 kind of event may go out again",
    ]


def test_the_digest_says_it_in_a_part_of_its_own_and_covers_it() -> None:
    of_holds = tuple(told_delivery(delivery(HOLD), set(), ZONE, BEGUN))
    situation = Situation("default", (), (), (), {"healthy": 3}, BEGUN.date(), delivery=of_holds)
    digest = build_digest(
        situation, announcement_id="a", kind="urgent", today=BEGUN.date(), dashboard_url=None, only_incidents=()
    )
    assert digest.headline == "1 kind of event is kept back or cannot be delivered"
    assert [section.name for section in digest.sections] == ["Carried to Customer.io"]
    assert digest.change_ids == (f"hold:{ID}",)
