"""Which days were answered for, and which were not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta

from storage.connection import Connection
from storage.file.conversion import stored_instant
from storage.records import Collected, Source
from storage.save.bulk import DAY, TEXT, WHOLE, incoming

_KEEP_OR_RETRY_SOURCE_DAY = """
    INSERT INTO source_day BY NAME
    SELECT ? AS workspace, ? AS source, day, 'not_collected' AS state, ? AS collected_at, ? AS run_id
    FROM incoming_days
    ON CONFLICT DO UPDATE SET collected_at = excluded.collected_at, run_id = excluded.run_id
    WHERE source_day.state = 'not_collected'
"""

_EVENTS_NOT_COLLECTED = """
    INSERT INTO event_day BY NAME
    SELECT e.workspace, e.event, d.day, NULL AS events, 'not_collected' AS state,
        (SELECT any_value(source) FROM event_day WHERE workspace = $workspace) AS source, $collected_at AS collected_at
    FROM event e JOIN incoming_days d ON d.day >= e.first_seen
    WHERE e.workspace = $workspace AND ($events IS NULL OR NOT list_contains($events, e.event))
    ON CONFLICT DO UPDATE SET collected_at = excluded.collected_at WHERE event_day.state = 'not_collected'
"""

_CAMPAIGNS_NOT_COLLECTED = {
    "customerio_metrics": """
        INSERT INTO campaign_day BY NAME
        SELECT ? AS workspace, campaign_id, day, state, state AS engagement_state, ? AS collected_at
        FROM incoming_campaign_days
        ON CONFLICT DO UPDATE SET state = excluded.state, engagement_state = excluded.engagement_state,
            collected_at = excluded.collected_at WHERE campaign_day.sent IS NULL
    """,
    "customerio_journeys": """
        INSERT INTO journey_day BY NAME
        SELECT ? AS workspace, campaign_id, day, state, ? AS collected_at FROM incoming_campaign_days
        ON CONFLICT DO UPDATE SET state = excluded.state, collected_at = excluded.collected_at
            WHERE journey_day.started IS NULL
    """,
}


def save_source_days(connection: Connection, source: Source, states: Mapping[date, str], collected: Collected) -> None:
    """Record that the source as a whole answered for these days ('observed' or 'provisional' each)."""
    with incoming(
        connection, "incoming_days", {"day": DAY, "state": TEXT}, {"day": list(states), "state": list(states.values())}
    ):
        connection.execute(
            "INSERT OR REPLACE INTO source_day BY NAME SELECT ? AS workspace, ? AS source, day, state, "
            "? AS collected_at, ? AS run_id FROM incoming_days",
            [collected.workspace, source, stored_instant(collected.at), collected.run_id],
        )


def mark_not_collected(
    connection: Connection,
    source: Source,
    first_day: date,
    last_day: date,
    collected: Collected,
    *,
    campaign_ids: Collection[int] | None = None,
    is_expected: Callable[[int, date], bool] | None = None,
    but_events: Collection[str] | None = None,
    whole_source: bool = True,
) -> None:
    """Record that these days were asked for and not answered. A number that is there already stays as it is.

    Args:
        source: `mixpanel_events` marks the days of every known event since its first day; `customerio_metrics`
            and `customerio_journeys` those of campaigns; other sources only their `source_day` rows.
        campaign_ids: the campaigns that went unanswered; None for every campaign that ever started and exists.
        is_expected: says of (campaign id, day) whether the campaign was running; where not, the day is
            `not_expected` instead. Without it every day is `not_collected`.
        but_events: events that were answered although the source as a whole was not.
        whole_source: False where only some campaigns failed: `source_day` is then left alone.
    """
    days, workspace = days_between(first_day, last_day), collected.workspace
    instant = stored_instant(collected.at)
    with incoming(connection, "incoming_days", {"day": DAY}, {"day": days}):
        if whole_source:
            connection.execute(_KEEP_OR_RETRY_SOURCE_DAY, [workspace, source, instant, collected.run_id])
        if source == "mixpanel_events":
            answered = None if but_events is None else list(but_events)
            connection.execute(
                _EVENTS_NOT_COLLECTED, {"workspace": workspace, "collected_at": instant, "events": answered}
            )
    statement = _CAMPAIGNS_NOT_COLLECTED.get(source)
    if statement is None:
        return
    ids = _started_campaigns(connection, workspace) if campaign_ids is None else list(campaign_ids)
    keys = [(campaign_id, day) for campaign_id in ids for day in days]
    states = ["not_collected" if is_expected is None or is_expected(*key) else "not_expected" for key in keys]
    with incoming(
        connection,
        "incoming_campaign_days",
        {"campaign_id": WHOLE, "day": DAY, "state": TEXT},
        {"campaign_id": [key[0] for key in keys], "day": [key[1] for key in keys], "state": states},
    ):
        connection.execute(statement, [workspace, instant])


def days_between(first_day: date, last_day: date) -> list[date]:
    """Every day from the first to the last, both included."""
    return [first_day + timedelta(days=ahead) for ahead in range((last_day - first_day).days + 1)]


def _started_campaigns(connection: Connection, workspace: str) -> list[int]:
    rows = connection.execute(
        "SELECT campaign_id FROM campaign WHERE workspace = ? AND gone_at IS NULL AND first_started IS NOT NULL "
        "ORDER BY campaign_id",
        [workspace],
    ).fetchall()
    return [campaign_id for (campaign_id,) in rows]
