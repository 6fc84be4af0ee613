"""The digest's sentences: the headline, the line about the rest, and what is said of each item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from campaign_health.alerts.digest.digest_data import CheckFailure, Digest, DigestItem, Kind, Section, SectionName
from campaign_health.state.standing import Standing
from campaign_health.words.beside_words import broken_in_short, recovered_in_short
from campaign_health.words.costs import cost_text, missed_text, risk_text
from campaign_health.words.dates import day_text, days_text, since_day
from campaign_health.words.ended import ending_text
from campaign_health.words.lists import joined
from campaign_health.words.not_watched import NOT_WATCHED
from campaign_health.words.numbers import count, plural
from campaign_health.words.sentences import muted_parts, risk_parts
from campaign_health.words.shortened import first_sentence
from campaign_health.words.status_words import UNBROKEN, counted_label
from campaign_health.words.visible import visible


@dataclass(frozen=True)
class Answers:
    """How many fixes proved to be one, and how many did not, of which a channel has not heard yet."""

    confirmed: int = 0
    failed: int = 0

    @property
    def parts(self) -> list[str]:
        """Each in a few words: `1 fix is confirmed`, `2 fixes did not help`."""
        found = []
        if self.failed:
            found.append(f"{plural(self.failed, 'fix', 'fixes')} did not help")
        if self.confirmed:
            found.append(f"{plural(self.confirmed, 'fix', 'fixes')} {'is' if self.confirmed == 1 else 'are'} confirmed")
        return found


_FOUND = ("has been broken on every day that is known", "have been broken on every day that is known")
NAME_LENGTH = 80
NAME_IN_LIST = 40


def shown_name(name: str, length: int = NAME_LENGTH) -> str:
    """A name as one line of visible text, cut to `length` characters."""
    return visible(name, length)


def headline(
    sizes: Mapping[SectionName, int],
    kind: Kind,
    standing: Standing,
    *,
    unchecked_campaigns: int = 0,
    found_broken: int = 0,
    answers: Answers = Answers(),
    back: Mapping[SectionName, int] = MappingProxyType({}),
) -> str:
    """The first line: the state of everything in a few words, and what a week of it costs.

    `found_broken` of the new ones were broken on every day that is known; `back` says how many of a part have recovered
    or go out again.
    """
    parts: list[str] = []
    for number, one, many in (
        (sizes.get(SectionName.NEW, 0) - found_broken, "has broken", "have broken"),
        (found_broken, *_FOUND),
        (sizes.get(SectionName.STILL_BROKEN, 0), "is still broken", "are still broken"),
        (sizes.get(SectionName.RECOVERED, 0), "has recovered", "have recovered"),
        (sizes.get(SectionName.CLOSED, 0), "has ended without recovering", "have ended without recovering"),
    ):
        if number > 0:
            noun = "" if parts else "campaign " if number == 1 else "campaigns "
            parts.append(f"{count(number)} {noun}{one if number == 1 else many}")
    said = [joined(parts)] if parts else []
    back_of = {name: back.get(name, 0) for name in (SectionName.EARLY, SectionName.DELIVERY, SectionName.BESIDE)}
    open_of = {name: sizes.get(name, 0) - number for name, number in back_of.items()}
    if early := open_of[SectionName.EARLY]:
        said.append(f"early sign: {plural(early, 'campaign')} silent within the hour")
    if early_back := back_of[SectionName.EARLY]:
        said.append(f"{plural(early_back, 'campaign')} sent again after an early sign")
    if held := open_of[SectionName.DELIVERY]:
        said.append(f"{plural(held, 'kind of event is', 'kinds of event are')} kept back or cannot be delivered")
    if held_back := back_of[SectionName.DELIVERY]:
        said.append(f"{plural(held_back, 'kind of event', 'kinds of event')} may go out again")
    said += answers.parts
    said += [broken_in_short(broken)] if (broken := open_of[SectionName.BESIDE]) else []
    said += [recovered_in_short(beside_back)] if (beside_back := back_of[SectionName.BESIDE]) else []
    said += muted_parts(len(standing.muted), is_more=bool(standing.broken))
    said += risk_parts(standing.risk.sums, standing.risk.unpriced)
    if sizes.get(SectionName.COULD_NOT_CHECK):
        who = plural(unchecked_campaigns, "campaign") if unchecked_campaigns else "some data"
        said.append(f"{who} could not be checked")
    if not said and (late := sizes.get(SectionName.LATE)):
        said.append(f"{plural(late, 'past incident')} came to light")
    if said:
        text = "; ".join(said)
        return text[0].upper() + text[1:]
    return "All clear: every campaign that could be checked sends as expected" if kind == "all_clear" else "Nothing new"


def nothing_checked(counts: Mapping[str, int]) -> str:
    """The headline where nothing could be told of any campaign: that is no all clear."""
    if not any(number for status, number in counts.items() if status != "not_running"):
        return "No campaign is running, so nothing was checked"
    return "Nothing can be told yet: no campaign has sent enough, or for long enough, to be checked"


def failure_days(failure: CheckFailure) -> str:
    """The days that could not be checked; empty where they are not known."""
    first, last = failure.first_day, failure.last_day
    return days_text(first, last, last) if first and last else ""


def section_title(section: Section) -> str:
    """What stands above a section: not everything that is kept quiet is muted."""
    is_other = section.name is SectionName.MUTED and any(not item.note.startswith("Muted") for item in section.items)
    return "Muted, or not counted as broken" if is_other else str(section.name.value)


def more_text(section: Section) -> str:
    """What a section had no room for: how many, and of which campaigns, as far as there is room for their names."""
    names = [shown_name(name, NAME_IN_LIST) for name in section.others]
    if 0 < len(names) < section.more:
        names.append(count(section.more - len(names)) + " others")
    return f"and {count(section.more)} more{f': {joined(names)}' if names else ''}"


def members_text(item: DigestItem) -> str:
    """Which campaigns one trouble of a source broke together, all of them; empty where it is one campaign's own."""
    return f"They are {joined([shown_name(name) for name in item.campaigns])}." if item.campaigns else ""


def stale_lines(digest: Digest) -> list[str]:
    """Why this is not the state of today, a line each; what the headline says already is left out."""
    return [f"! {visible(text, 300)}" for text in digest.stale if text.rstrip(".") != digest.headline]


def rest_line(counts: Mapping[str, int], judged_day: date | None, coverage: str = "") -> str:
    """One line about all campaigns that need no attention, the day it speaks of, and what is watched at all."""
    if judged_day is None:
        return "Nothing has been judged yet."
    known = [(status, counts[status]) for status in UNBROKEN if counts.get(status)]
    parts = [f"{count(number)} {counted_label(status, number)}" for status, number in known]
    rest = "; ".join(parts) if parts else "No other campaigns"
    return f"{rest}. Judged up to {day_text(judged_day, judged_day)}. {coverage or NOT_WATCHED}"


def item_cost(item: DigestItem) -> str:
    """Missed sends and money in a few words; empty where neither is known."""
    missed, money = missed_text(item.missed_sends, item.missed_sends_low, item.missed_sends_high), item.money
    if money is None:
        return missed
    risk = risk_text(
        money.amount, money.low, money.high, currency=money.currency, a_week=money.a_week,
        over=item.recovered_on is not None,
    )  # fmt: skip
    return cost_text(missed, risk)


def when_text(item: DigestItem, today: date) -> str:
    """Since when, or from the first bad day to the last; with the year where that is not this one."""
    if not item.recovered_on:
        since = since_day(item.since, today, never_otherwise=item.never_otherwise)
        return f"since {since} (day {item.day_number})"
    last_bad = max(item.since, item.recovered_on - timedelta(days=1))
    return f"{days_text(item.since, last_bad, today)}; {item.ended or ending_text(None, item.recovered_on, today)}"


def brief_text(item: DigestItem, today: date) -> str:
    """What stands behind the name of one of many: since when, why, and what was said of it."""
    cause = f"; {item.cause_title[:1].lower()}{item.cause_title[1:]}" if item.cause_title else ""
    note = f". {item.note}" if item.note else ""
    return f"{when_text(item, today)}{cause}{note}"


def seen_text(item: DigestItem) -> str:
    """What is seen, or was; empty where the heading's days and the missed sends already say it all."""
    return "" if item.recovered_on and item_cost(item) else item.seen


def why_text(item: DigestItem, name: SectionName) -> tuple[str, str]:
    """The cause's title and its sentence; both empty where it is not told: muted, or taken back."""
    told = name in (SectionName.NEW, SectionName.STILL_BROKEN) or item.recovered_on is not None
    return (item.cause_title, item.cause) if told else ("", "")


def next_text(item: DigestItem, name: SectionName) -> str:
    """What to do next: all of it when it is new, its first sentence while it lasts, nothing once it is over."""
    if name is SectionName.NEW:
        return item.next_step
    return first_sentence(item.next_step).rstrip() if name is SectionName.STILL_BROKEN else ""


def day_and_workspace(digest: Digest) -> str:
    """The digest's day, and whose it is where there are several workspaces or this one has a name of its own."""
    day = day_text(digest.day)
    return f"{day}, {shown_name(digest.workspace, 40)}" if digest.names_workspace else day
