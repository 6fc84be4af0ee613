"""What a look for who is absent has to read, after what is known."""

from __future__ import annotations

from datetime import date
from datetime import time as time_of_day

from campaign_health.route.absence_law import AbsenceRule, reading_of
from storage.outbox.people.last_seen import DaysRead


def test_a_manifest_that_says_something_else_begins_anew_only_where_the_events_are_others() -> None:
    rule = AbsenceRule("away", ("a", "b"), 7, time_of_day(6))
    today = date(2026, 11, 29)
    known = DaysRead(rule.said, 5.0, "2026-11-27")
    assert reading_of(rule, known, today, 1.0, 9.0).after == DaysRead(rule.said, 5.0, "2026-11-28")
    shorter = AbsenceRule("away", ("a", "b"), 6, time_of_day(6))
    found = reading_of(shorter, known, today, 1.0, 9.0)
    assert (found.first, found.goes_on, found.after.since) == (date(2026, 11, 27), True, 9.0)
    others = reading_of(AbsenceRule("away", ("a",), 7, time_of_day(6)), known, today, 1.0, 9.0)
    assert (others.first, others.goes_on, others.after.since) == (date(2026, 11, 21), False, 9.0)
    gap = reading_of(rule, DaysRead(rule.said, 5.0, "2026-11-19"), today, 1.0, 9.0)
    assert (gap.first, gap.goes_on) == (date(2026, 11, 21), False)
