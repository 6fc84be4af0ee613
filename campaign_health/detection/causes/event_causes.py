"""Causes that lie with the trigger event: renamed, removed or blocked, unknown, or only part of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.event_gone import merged, removed, still_runs
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.detection.causes.season import season_ended
from campaign_health.detection.rename.rename import Rename
from campaign_health.names.likeness import nearest_names
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import event_service
from campaign_health.words.guides import ask, asking
from campaign_health.words.lists import names_in_code
from campaign_health.words.numbers import share_text
from campaign_health.words.recovery_words import who_missed

DAYS_APART = 4  # a hand-over that began at most this many days before the break can be its cause
DAYS_APART_GRADUAL = 35
DAYS_LATER = 3
FEW_JOURNEYS = 0.1  # of the usual ones: a trigger that starts more than so many is one that matches
DAY_NOISE = 0.2  # of a day's count around what was expected, beside chance
BACK_SHARE, FEWEST_BACK = 0.3, 3.0  # of its events a day, and events: an old name that is sent again
NEAR_ALL = 0.1  # share of the volume that a new name may have more or less and still be said to the percent
NOTHING_MISSING = 0.08  # of its usual count, lately: an event that is whole again explains no break


def event_causes(case: BrokenCampaign, chain: Chain) -> Iterator[Cause]:
    """Renamed, unknown or removed, whichever the counts and names bear out."""
    if case.event is None:
        return
    renames = fitting_renames(case)
    for cause in (_renamed(case, chain, renames), _part_renamed(case, chain, renames), _unknown(case, chain)):
        if cause is not None:
            yield cause
    if not renames:
        gone = merged(case, chain) or removed(case, chain)
        if gone is not None:
            by_itself = gone.cause == "event_removed" and not gone.facts.get("dropped_in_lexicon")
            yield (season_ended(case, chain) if by_itself else None) or gone


def fitting_renames(case: BrokenCampaign) -> list[Rename]:
    """The renames of the campaign's event whose days fit the break."""
    fitting = []
    for rename in case.renames:
        if rename.old != case.event or (rename.started and rename.moved_share < NOTHING_MISSING):
            continue
        if rename.complete and not rename.declared and _is_back(case, rename):
            continue
        apart = DAYS_APART_GRADUAL if rename.gradual or rename.partial else DAYS_APART
        began_before = case.since - rename.first_day <= timedelta(
            days=max(apart, (rename.last_day - rename.first_day).days)
        )
        not_later = rename.first_day - case.since <= timedelta(days=DAYS_LATER)
        if rename.declared or rename.confirmed or (began_before and not_later):
            fitting.append(rename)
    return fitting


def _is_back(case: BrokenCampaign, rename: Rename) -> bool:
    """Whether the old name that had stopped has a fair share of its events again on the newest day."""
    if "events" not in case.numbers or case.numbers.empty:
        return False
    newest = float(case.numbers["events"].iloc[-1])
    return newest >= max(BACK_SHARE * rename.events_a_day_before, FEWEST_BACK)


def _living_name(case: BrokenCampaign, rename: Rename) -> str:
    """Follows further renames of the new name to the one in use today."""
    name, passed = rename.new, {rename.old}
    while name not in passed:
        passed.add(name)
        name = next((r.new for r in case.renames if r.old == name and r.complete and not r.partial), name)
    return name


def _renamed(case: BrokenCampaign, chain: Chain, renames: list[Rename]) -> Cause | None:
    whole = [rename for rename in renames if not rename.partial or rename.declared or rename.confirmed]
    if not whole:
        return None
    first = whole[0]
    news = [first.new, *first.other_new]
    if not first.started:
        return _declared_not_begun(case, first)
    day = day_text(first.first_day, case.as_of)
    total = sum(rename.volume_handed_over for rename in whole if rename.new in news)
    facts = first.facts() | {"volume_handed_over": round(total, 3), "new_events": news}
    if first.gradual and first.first_day != first.last_day:
        until = f" until {day_text(first.last_day, case.as_of)}" if first.complete else ""
        moved = share_text(first.moved_share)
        sentence = (
            f"`{case.event}` handed over to {names_in_code(news)} little by little from {day}{until}: "
            f"{moved} of its traffic has left the old name, and the new one has {share_text(total)} of that"
        )
    elif first.complete:
        stopped = day_text(first.last_day, case.as_of)
        when = "the same day" if first.first_day == first.last_day else f"on {day}"
        carried = "began" if len(news) == 1 else "began together"
        sentence = (
            f"`{case.event}` stopped on {stopped}; {names_in_code(news)} {carried} {when} with"
            f" {_volume_words(total, first, case)} of its volume"
        )
    else:
        sentence = (
            f"`{case.event}` lost {share_text(first.moved_share)} of its volume on {day}; {names_in_code(news)} began"
            f" the same day with {share_text(total)} of what it lost"
        )
    sentence += _properties_words(first) + "."
    if first.other_old:
        sentence += f" {names_in_code(first.other_old)} went into the same new name."
    living = _living_name(case, first)
    if living not in news:
        sentence += f" Today it is called `{living}`."
    facts["name_today"] = living
    confidence = min(first.confidence, 0.99)
    still = still_runs(chain)
    if still is not None and case.kind != "silent" and still > 1.25 - first.moved_share:
        facts["campaign_still_runs"] = True
        facts["journeys_kept"] = round(still, 3)
        sentence += (
            f" Journeys still start ({share_text(still)} of the usual number), so Customer.io gets the event as before."
        )
    if first.declared:
        sentence = f"Hand-over in progress, as the manifest says. {sentence}"
    return Cause(
        "event_renamed", confidence, min(first.first_day, first.last_day), sentence, facts, _rename_step(case, living)
    )


def _volume_words(total: float, rename: Rename, case: BrokenCampaign) -> str:
    """Which share of the volume came under the new name; `about all` where the few days so far tell no more."""
    days = max(1, (case.as_of - rename.first_day).days + 1)
    noise = math.hypot(1.0 / math.sqrt(max(rename.events_a_day_after * days, 1.0)), DAY_NOISE / math.sqrt(days))
    away = abs(total - 1.0)
    return "about all" if NEAR_ALL < away <= 3.0 * noise else share_text(total)


def _properties_words(rename: Rename) -> str:
    if rename.shared_properties is None:
        return ""
    if rename.shared_properties >= 0.995:
        return " and the same properties"
    return f" and {share_text(rename.shared_properties)} of its properties"


def _rename_step(case: BrokenCampaign, new: str) -> str:
    return (
        f"In Customer.io, open the campaign's trigger and change the event from `{case.event}` to `{new}` (or"
        f" {asking(case.owner, 'the engineers')} to have the old name sent"
        " again). Journeys should start again within the hour; tomorrow's run says whether they did;"
        f" {who_missed('it')}."
    )


def _declared_not_begun(case: BrokenCampaign, rename: Rename) -> Cause:
    since = day_text(rename.first_day, case.as_of)
    return Cause(
        "event_renamed",
        0.9,
        rename.first_day,
        f"The manifest says that `{rename.old}` becomes `{rename.new}` from {since}; `{rename.new}` has not been seen"
        " yet.",
        rename.facts(),
        f"{ask(case.owner or rename.owner, 'the engineers')} whether the release with `{rename.new}` is out, and set"
        " the campaign's trigger to the new name when it is.",
    )


def _part_renamed(case: BrokenCampaign, chain: Chain, renames: list[Rename]) -> Cause | None:
    parts = [rename for rename in renames if rename.partial and not rename.declared and not rename.confirmed]
    if not parts:
        return None
    first = parts[0]
    day = day_text(first.first_day, case.as_of)
    sentence = (
        f"Since {day}, {share_text(first.moved_share)} of `{case.event}` is missing, steadily; `{first.new}` began the"
        f" same day with {share_text(first.volume_handed_over)} of the missing part{_properties_words(first)}. One"
        " platform, app version or plan seems to send the new name, the rest still the old one."
    )
    return Cause(
        "part_of_traffic_broke",
        min(first.confidence, 0.98),
        first.first_day,
        sentence,
        first.facts(),
        f"In {event_service()}, break `{first.new}` down by platform and app version to see who sends it. Then"
        f" {asking(case.owner, 'that team')} to have `{case.event}` sent"
        " again, or let the campaign start on both names. The count of the old name should be back to its usual level"
        " on the next day.",
    )


def _unknown(case: BrokenCampaign, chain: Chain) -> Cause | None:
    if not case.known_events or case.event is None or case.event in set(case.known_events):
        return None
    values = chain.series("events")
    if values is not None and values.total_before + values.total_since > 0:
        return None
    near = nearest_names(case.event, case.known_events)
    nearest = [name for name, _ in near]
    started = chain.series("started")
    if case.stage not in ("event", "started", None) or (
        started is not None and started.since > FEW_JOURNEYS * started.before
    ):
        # Journeys start, so the trigger matches: an event that only Customer.io gets is not one that is missing.
        return None
    first_day = day_text(case.first_day_known or case.since, case.as_of)
    sentence = (
        f"The trigger listens to `{case.event}`, an event that has not come to {event_service()} once since "
        f"{first_day}, the first day known."
    )
    if nearest and near[0][1] >= 0.999 and nearest[0].casefold().strip() == case.event.casefold().strip():
        sentence += f" `{nearest[0]}` differs only in capital letters or spaces, and names must match exactly."
    elif nearest:
        sentence += f" The nearest {'name is' if len(nearest) == 1 else 'names are'} {names_in_code(nearest)}."
    else:
        sentence += " No name comes near it."
    step = (
        "In Customer.io, set the campaign's trigger to the name that is really"
        f" sent{f', probably `{nearest[0]}`' if nearest else ''}. If the name is right and goes to Customer.io only,"
        f" map the campaign to the matching {event_service()} event in the manifest."
    )
    facts = {"event": case.event, "nearest": [{"event": name, "likeness": round(score, 3)} for name, score in near]}
    return Cause("event_unknown", 0.96, case.since, sentence, facts, step)
