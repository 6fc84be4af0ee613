"""What is so of one campaign, said of it and not of its kind: since when it does not run, until when it is learned."""

from __future__ import annotations

import math
from datetime import date, timedelta

from campaign_health.detection.chain.campaign_chain import LEARNING_DAYS
from campaign_health.detection.chain.what_tells import DAYS_TO_LEARN, sends_that_tell
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import count, plural, rate_text
from campaign_health.words.status_words import status_words
from storage.read.status_runs import QUIET_DAYS, StatusRun

# Of a campaign without an event nothing is said of events.
_WITHOUT_EVENT = {
    "silent": "No sends, or next to none, although its journeys or their history say there should be some.",
    "volume_down": "Journeys and sends fell together: fewer people start it, and nothing is broken between.",
    "surging": "Many more sends than its journeys explain.",
}
_BECAME = {"stopped": "Stopped", "archived": "Archived", "draft": "Set back to draft", "paused": "Paused"}


def status_line(run: StatusRun, today: date, false_alarm_years: float | None = None) -> str:
    """What a campaign's status means for it, in a sentence or two; `today` in the workspace's zone. The budget of false
    alarms says how much would do for one that is too quiet.
    """
    if run.status == "not_running":
        return _not_running(run, today)
    if run.status == "learning":
        return _learning(run, today)
    if run.status == "too_quiet":
        return _too_quiet(run, false_alarm_years)
    meaning = status_words(run.status).meaning
    return meaning if run.has_event else _WITHOUT_EVENT.get(run.status, meaning)


def _not_running(run: StatusRun, today: date) -> str:
    when = day_text(run.since, today)
    from_the_first = run.since == run.first_day
    on = f"before {when}, the first day that is known" if from_the_first else f"on {when}"
    if run.is_past and run.state == "running":
        return f"It was not running {'up to' if from_the_first else 'from'} {day_text(run.day, today)}."
    if run.is_gone:
        return f"It is no longer in Customer.io since {when}."
    if not run.has_run:
        return "A draft that has never run." if run.state == "draft" else "It has never run."
    if run.state == "running":
        return "It is switched on in Customer.io, and has not started yet."
    return f"{_BECAME.get(run.state, f'Made {run.state}')} {on}: nothing is expected of it."


def _learning(run: StatusRun, today: date) -> str:
    what = "events" if run.has_event else "journeys"
    needed, had = DAYS_TO_LEARN, run.days_with_source
    last = run.since + timedelta(days=LEARNING_DAYS)
    known = f"Learning what is normal: {had} of the {plural(needed, 'day')} with {what} that it needs are known"
    if had < needed:
        passed = (run.day - run.since).days + 1
        until = run.day + timedelta(days=math.ceil((needed - had) * passed / had)) if had else date.max
        if until <= last:
            return f"{known}; it is judged from about {day_text(until, today)} on."
        return (
            f"{known}; if there are not so many by {day_text(last, today)}, it is too quiet to tell, else it is judged."
        )
    return f"Learning what is normal, at the longest until {day_text(max(last, run.day), today)}."


def _too_quiet(run: StatusRun, false_alarm_years: float | None) -> str:
    enough, sends = sends_that_tell(false_alarm_years), run.sends or 0
    seen = f"{plural(sends, 'send')} in the last {QUIET_DAYS} days"
    if sends >= enough:
        return f"Too quiet to tell: {seen}, and they come so unevenly that a full stop would look like chance."
    rate = f"{count(enough)} ({_rate(enough / QUIET_DAYS)})"
    return f"Too quiet to tell: {seen}; from about {rate} on, a full stop could be told from chance."


def _rate(per_day: float) -> str:
    """Of what comes less than once a day, how often it comes a week."""
    return rate_text(per_day) if per_day >= 1 else f"{7 * per_day:.1f}".removesuffix(".0") + " a week"
