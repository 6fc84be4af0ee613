"""Asks a database of the team's own what its query returns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.process.clock import local_day
from campaign_health.settings import HttpSettings, SqlSettings
from campaign_health.settings.clients import sql_client
from campaign_health.words.numbers import plural
from collectors.errors import CollectorError
from collectors.sql import SqlSource
from storage.file.zones import same_days

DAYS = 7


def examine_sql(settings: SqlSettings, http: HttpSettings, now: datetime, zone: ZoneInfo | None) -> Iterator[Finding]:
    """Findings on the time zone, the query's answer for the last days, and whether it may only read.

    Args:
        zone: the zone that is set for the workspace, None where the database's is to be used.
    """
    yield _zone(settings, zone)
    day_zone = zone or ZoneInfo(settings.time_zone or "UTC")
    yesterday = local_day(now, day_zone) - timedelta(days=1)
    first_day = yesterday - timedelta(days=DAYS - 1)
    subject = f"{settings.name} query"
    source = SqlSource(sql_client(settings, http, sleep=lambda _: None))
    try:
        days = source.counted_days(first_day, yesterday)
        if not days:
            raise source.without_days(first_day, yesterday)
    except CollectorError as failure:
        yield wrong(subject, failure.message, failure.cure)
        return
    finally:
        source.close()
    names = {name for events in days.values() for name in events}
    counted = sum(sum(events.values()) for events in days.values())
    on = f"on {len(days)} of the {DAYS} days up to {yesterday}"
    said = f"It works: {plural(len(names), 'event')}, {counted:,} times {on}"
    if len(days) < DAYS:
        yield note(
            subject,
            f"{said}; the newest is {max(days)}.",
            "A day without a row is not collected. Where nothing happened, return the day, no event, and 0 events.",
        )
    else:
        yield fine(subject, f"{said}.")
    if not source.read_only:
        yield note(
            f"{settings.name} rights",
            "This kind of database cannot be told to let nothing be written.",
            "Give the user of EVENTS_SQL_URL no right but to read.",
        )


def _zone(settings: SqlSettings, zone: ZoneInfo | None) -> Finding:
    subject, compare = "Time zone", "Let the query count the days of this zone: no database tells whose they are."
    if settings.time_zone is None and zone is None:
        return wrong(
            subject,
            "It is not set, and no database tells whose days a query counts.",
            "Set EVENTS_SQL_TIMEZONE to the zone of the days that EVENTS_SQL_QUERY returns, such as Europe/Berlin.",
        )
    if settings.time_zone is None or zone is None:
        return note(subject, f"{settings.time_zone or (zone and zone.key)} is set.", compare)
    if not same_days(settings.time_zone, zone.key):
        return wrong(
            subject,
            f"CAMPAIGN_HEALTH_TIMEZONE is {zone.key}, EVENTS_SQL_TIMEZONE {settings.time_zone}.",
            "Make the two the same: event counts are of other days than sends otherwise.",
        )
    return note(subject, f"{zone.key} is set.", compare)
