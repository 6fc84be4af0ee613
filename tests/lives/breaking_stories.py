"""The kinds of breaks: how a campaign breaks, and how it is repaired."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from campaign_health.sandbox.world.world import MISSING, Property
from tests.lives.draw import PLAN, PLAN_OBJECT, PLATFORM, USER, Draw
from tests.lives.life import DAYS, PAST, Life


def _between(bad: int, good: int | None) -> slice:
    return slice(bad, good if good is not None else DAYS)


def renamed(draw: Draw, repair: str) -> Life:
    """The event gets another name; repaired by sending the old one again, by moving the trigger, or never."""
    life = draw.healthy(f"renamed, {repair}")
    bad = draw.break_day()
    good = None if repair == "never" else draw.repair_day(bad)
    old = str(life.event)
    new = old.replace("_", ".") if draw.chance.random() < 0.5 else f"{old.rsplit('_', 1)[0]}_v2"
    back = good if repair == "old name" else DAYS
    before, after = life.full.copy(), np.zeros(DAYS, dtype=np.int64)
    after[bad:back] = life.full[bad:back]
    before[bad:back] = 0
    draw.add(old, before)
    draw.add(new, after)
    life.bad, life.good, life.causes = bad, good, frozenset({"event_renamed"})
    life.matched = before.copy()
    if repair == "trigger" and good is not None:
        life.matched[good:] = after[good:]
        life.edits = ((good, {"event_name": new}, False),)
    return life


def lost(draw: Draw, repaired: bool) -> Life:
    """The event stops and nothing takes its place."""
    life = draw.healthy("lost" if not repaired else "lost, repaired")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.matched = life.full.copy()
    life.matched[_between(bad, good)] = 0
    draw.add(str(life.event), life.matched)
    life.bad, life.good, life.causes = bad, good, frozenset({"event_removed"})
    return life


def merged(draw: Draw, repaired: bool) -> Life:
    """The event's traffic goes into an event that existed before."""
    life = draw.healthy("merged")
    other = draw.name()
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.matched = life.full.copy()
    into = draw.traffic(float(np.mean(life.full)) * 1.2)
    into[_between(bad, good)] += life.full[_between(bad, good)]
    life.matched[_between(bad, good)] = 0
    draw.add(str(life.event), life.matched)
    draw.add(other, into)
    life.bad, life.good, life.causes = bad, good, frozenset({"event_renamed"})
    life.into = other
    return life


def split(draw: Draw, repaired: bool) -> Life:
    """Two new names share the traffic of the old one."""
    life = draw.healthy("split")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    days = _between(bad, good)
    life.matched = life.full.copy()
    one, two = np.zeros(DAYS, dtype=np.int64), np.zeros(DAYS, dtype=np.int64)
    one[days] = draw.chance.binomial(life.full[days], 0.6)
    two[days] = life.full[days] - one[days]
    life.matched[days] = 0
    draw.add(str(life.event), life.matched)
    draw.add(f"{life.event}_web", one)
    draw.add(f"{life.event}_mobile", two)
    life.bad, life.good, life.causes = bad, good, frozenset({"event_renamed"})
    return life


def property_object(draw: Draw, repaired: bool) -> Life:
    """A property that the message needs becomes an object: every message fails."""
    life = draw.healthy("property changed type")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    text = (Property("plan", PLAN.values, until=bad), *((Property("plan", PLAN.values, since=good),) if good else ()))
    objects = Property("plan", PLAN_OBJECT.values, since=bad, until=good)
    draw.add(str(life.event), life.full, (USER, PLATFORM, *text, objects))
    life.bad, life.good = bad, good
    life.sends[_between(bad, good)] = 0.0
    life.failure = "Liquid error: 'event.plan' is not a string"
    life.causes = frozenset({"property_type_changed"})
    return life


def draft_or_off(draw: Draw, state: str, repaired: bool) -> Life:
    """The message is set to draft (drafts wait) or off (nothing is made)."""
    life = draw.healthy(f"message {state}")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.bad, life.good = bad, good
    life.sends[_between(bad, good)] = 0.0
    life.held_as = "drafted" if state == "draft" else ""
    back = ((good, {"sending_state": "automatic"}, True),) if good is not None else ()
    life.edits = ((bad, {"sending_state": state}, True), *back)
    life.causes = frozenset({"message_draft_or_off"})
    return life


def filtered(draw: Draw, repaired: bool, keep: float = 0.0) -> Life:
    """Nobody, or fewer, get past the campaign's filter."""
    life = draw.healthy("filter" if keep == 0 else "filter, part")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.bad, life.good = bad, good
    life.activates[_between(bad, good)] = keep
    life.causes = frozenset({"filter_no_longer_matches"} if keep == 0 else {"filter_no_longer_matches", "unknown"})
    return life


def failing(draw: Draw, repaired: bool) -> Life:
    """A part of the messages fails, because a variable is missing."""
    life = draw.healthy("messages failing")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.bad, life.good = bad, good
    life.body = "Hello {{customer.company_name}}"
    life.sends[_between(bad, good)] = float(draw.chance.uniform(0.3, 0.66))
    life.failure = "Variable 'customer.company_name' is missing"
    life.causes = frozenset({"message_failing"})
    return life


def one_message(draw: Draw, held_as: str, repaired: bool) -> Life:
    """One message of several fails, or only queues drafts: a fifth to a third of all that is made."""
    life = draw.healthy(f"one message {held_as}")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    life.bad, life.good, life.held_as = bad, good, held_as
    life.sends[_between(bad, good)] = float(draw.chance.uniform(0.67, 0.8))
    if held_as == "failed":
        life.body = "Hello {{customer.company_name}}"
        life.failure = "Variable 'customer.company_name' is missing"
    life.causes = frozenset({"message_failing" if held_as == "failed" else "message_draft_or_off"})
    return life


def new_and_waiting(draw: Draw) -> Life:
    """A campaign begun weeks ago whose journeys wait for days: once it has sent for a while, its messages fail."""
    wait = int(draw.chance.integers(3, 11))
    life = draw.healthy("new, waiting, then failing", begins=PAST - 30, delay_days=wait)
    bad = draw.break_day()
    life.bad = bad
    life.body = "Hello {{customer.company_name}}"
    life.sends[_between(bad, None)] = 0.0
    life.failure = "Variable 'customer.company_name' is missing"
    life.causes = frozenset({"message_failing"})
    return life


def platform(draw: Draw, repaired: bool) -> Life:
    """One platform of three no longer carries the property that the filter looks at."""
    life = draw.healthy("platform lost a property")
    bad = draw.break_day()
    good = draw.repair_day(bad) if repaired else None
    everyone = tuple(PLAN.values[number % 7] for number in range(48))
    others = tuple(MISSING if PLATFORM.values[n] == "ios" else value for n, value in enumerate(everyone))
    after = (Property("plan", everyone, since=good),) if good else ()
    properties = (Property("plan", everyone, until=bad), Property("plan", others, since=bad, until=good), *after)
    draw.add(str(life.event), life.full, (USER, PLATFORM, *properties))
    life.bad, life.good = bad, good
    life.activates[_between(bad, good)] = 0.655
    life.causes = frozenset({"part_of_traffic_broke", "property_missing"})
    return life


def stopped(draw: Draw) -> Life:
    """Somebody stops the campaign while it is broken: closed, not recovered."""
    life = draw.healthy("stopped while broken")
    bad = draw.break_day()
    life.bad = bad
    life.ends = bad + int(draw.chance.integers(5, 10))
    life.sends[bad:] = 0.0
    life.held_as = "drafted"
    life.edits = ((bad, {"sending_state": "draft"}, True), (life.ends, {"state": "stopped"}, False))
    life.causes = frozenset({"message_draft_or_off"})
    return life


def season(draw: Draw) -> Life:
    """A seasonal event declines over three weeks and ends: a question, not a break."""
    life = draw.healthy("season")
    end = draw.break_day() + 6
    fade = np.ones(DAYS)
    fade[end - 21 : end] = np.linspace(1.0, 0.04, 21)
    fade[end:] = 0.0
    counts = draw.chance.binomial(life.full, fade).astype(np.int64)
    life.matched = life.full = counts
    draw.add(str(life.event), counts)
    return life


BREAKS: tuple[Callable[[Draw], Life], ...] = (
    lambda draw: renamed(draw, "old name"),
    lambda draw: renamed(draw, "trigger"),
    lambda draw: renamed(draw, "never"),
    lambda draw: lost(draw, repaired=True),
    lambda draw: lost(draw, repaired=False),
    lambda draw: merged(draw, repaired=bool(draw.chance.random() < 0.5)),
    lambda draw: split(draw, repaired=bool(draw.chance.random() < 0.5)),
    lambda draw: property_object(draw, repaired=True),
    lambda draw: property_object(draw, repaired=False),
    lambda draw: draft_or_off(draw, "draft", repaired=True),
    lambda draw: draft_or_off(draw, "off", repaired=True),
    lambda draw: draft_or_off(draw, "draft", repaired=False),
    lambda draw: filtered(draw, repaired=True),
    lambda draw: filtered(draw, repaired=False),
    lambda draw: filtered(draw, repaired=True, keep=0.4),
    lambda draw: failing(draw, repaired=True),
    lambda draw: failing(draw, repaired=False),
    lambda draw: platform(draw, repaired=True),
    lambda draw: platform(draw, repaired=False),
    stopped,
    season,
    new_and_waiting,
    lambda draw: filtered(draw, repaired=True, keep=0.67),
    lambda draw: one_message(draw, "failed", repaired=True),
    lambda draw: one_message(draw, "drafted", repaired=False),
)
