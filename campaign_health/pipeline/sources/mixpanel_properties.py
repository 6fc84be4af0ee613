"""Source `mixpanel_properties`: which properties the events that campaigns depend on carry, by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import count_state, newest_complete_day
from campaign_health.pipeline.run_report import Tally
from campaign_health.words.lists import names_in_code
from campaign_health.words.numbers import plural
from collectors.errors import CollectorError
from storage.read.collected import campaign_events, stored_days
from storage.read.profiled import counts_of_profiled, newly_seen_events, profiled_days
from storage.read.vanished_numbers import SOLID
from storage.records import PropertyProfile
from storage.save import mark_not_collected, save_event_parts, save_property_profiles, save_source_days

# The first run looks back, so that a property that changed lately has something to be compared with.
LOOK_BACK_DAYS = (7, 14, 28)
# An event seen for the first time lately may be another's new name: its properties are the evidence.
NEW_FOR_DAYS = 7
NEW_EVENTS_AT_MOST = 20
# What an export goes on leaving out for so long is believed: it was merged into another event, for example.
BELIEVED_AFTER_DAYS = 7
# Days missed are fetched again by later runs, a few at a time and not for ever.
MISSED_DAYS_AT_MOST = 3
MISSED_FOR_DAYS = 28


def collect_mixpanel_properties(run: WorkspaceRun, tally: Tally) -> None:
    """Profiles the newest complete day, days that failed before, and on the first run three earlier days.

    Raises:
        CollectorError: what ended it; days profiled before it are saved.
    """
    assert run.events is not None
    newest = min(
        newest_complete_day(run.now, run.zone), run.events.last_day_served(run.window.last_day, run.now, run.zone)
    )
    with run.reading() as connection:
        missed = [
            d
            for d, state in stored_days(connection, run.name, "mixpanel_properties").items()
            if state == "not_collected"
        ]
        first_run = not profiled_days(connection, run.name)
        new = newly_seen_events(connection, run.name, newest - timedelta(days=NEW_FOR_DAYS - 1))
        events = list(dict.fromkeys([*campaign_events(connection, run.name), *new[:NEW_EVENTS_AT_MOST]]))
    days = days_to_profile(newest, missed, first_run=first_run)
    tally.first_day, tally.last_day = min(days), max(days)
    for place, day in enumerate(days):
        run.progress.advance(place, len(days), "days")
        try:
            _profile(run, tally, day, events)
        except CollectorError as failure:
            _mark(run, day)
            if failure.final:
                for later in days[place + 1 :]:
                    _mark(run, later)
                raise
            tally.shortfalls.append(f"{day}: {failure}")
        except BaseException:
            _mark(run, day)
            raise


def days_to_profile(newest: date, missed: list[date], *, first_run: bool) -> list[date]:
    """The days to profile, newest first."""
    days = {newest}
    if first_run:
        days.update(newest - timedelta(days=back) for back in LOOK_BACK_DAYS)
    recent = sorted((day for day in missed if 0 < (newest - day).days <= MISSED_FOR_DAYS), reverse=True)
    days.update(recent[:MISSED_DAYS_AT_MOST])
    return sorted(days, reverse=True)


def _profile(run: WorkspaceRun, tally: Tally, day: date, events: list[str]) -> None:
    assert run.events is not None
    profiles = (
        run.events.property_profiles(events, day, run.zone, run.now, tell=tally.warnings.append) if events else []
    )
    with run.reading() as connection:
        usual = counts_of_profiled(connection, run.name, day - timedelta(days=BELIEVED_AFTER_DAYS), day)
    sampled = any(profile.sampled for profile in profiles)
    doubted = [] if sampled else not_whole(profiles, {event: usual[event] for event in events if event in usual})
    profiles = [profile for profile in profiles if profile.event not in doubted]
    if doubted:
        tally.shortfalls.append(
            f"{day}: {run.events.service}'s export holds less than half of what was counted of "
            f"{plural(len(doubted), 'event')} ({names_in_code(doubted)}). Their properties of that day are not known."
        )
    if sampled:
        tally.notes.append(f"{day}: the first 200,000 events were read as a sample.")
    with run.saving() as connection:
        tally.rows += save_property_profiles(connection, run.name, profiles, run.clock.instant())
        save_event_parts(connection, run.name, profiles, run.clock.instant())
        state = {day: count_state(day, run.now, run.zone)}
        if not doubted:
            save_source_days(connection, "mixpanel_properties", state, run.collected(run.clock.instant()))
    tally.kept = True
    if doubted:
        _mark(run, day)


def not_whole(profiles: Iterable[PropertyProfile], usual: Mapping[str, int | None]) -> list[str]:
    """Events of which an export holds less than half of what was counted, though it held them on the days before.

    Args:
        profiles: what the export held.
        usual: the events that an export held whole a few days before, with what is counted of the day, None where
            that is not known: of those the export must hold something.
    """
    read = {one.event: one.events_read for one in profiles}
    return sorted(
        event
        for event, counted in usual.items()
        if (read.get(event, 0) == 0 if counted is None else counted >= SOLID and 2 * read.get(event, 0) < counted)
    )


def _mark(run: WorkspaceRun, day: date) -> None:
    with run.saving() as connection:
        mark_not_collected(connection, "mixpanel_properties", day, day, run.collected(run.clock.instant()))
