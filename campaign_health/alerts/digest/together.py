"""One digest of several workspaces: a line for each that has a broken campaign, worst first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from campaign_health.alerts.digest.building import ITEMS_PER_SECTION, size_of
from campaign_health.alerts.digest.digest_data import (
    BROKEN_SECTIONS,
    CheckFailure,
    Digest,
    DigestItem,
    Kind,
    Section,
    SectionName,
)
from campaign_health.alerts.digest.lines import headline, rest_line
from campaign_health.alerts.digest.situation import Situation
from campaign_health.state.standing import Standing, standing_on
from campaign_health.words.dates import day_text
from campaign_health.words.links import overview_link
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, plural
from campaign_health.words.sentences import risk_parts


@dataclass(frozen=True)
class Part:
    """One workspace: its own digest, and the situation that it is of."""

    digest: Digest
    situation: Situation

    @property
    def standing(self) -> Standing:
        """Its open incidents, by who should hear of them."""
        return standing_on(self.situation.incidents, self.digest.day)

    @property
    def is_behind(self) -> bool:
        """Whether yesterday is not judged yet."""
        judged = self.situation.judged_day
        return judged is None or judged < self.digest.day - timedelta(days=1)


def digest_of_all(
    parts: Sequence[Part], *, announcement_id: str, kind: Kind, today: date, dashboard_url: str | None
) -> Digest:
    """The digest of all `parts` in one; `kind` as it is due, an all clear only where every workspace is clear."""
    ordered = sorted(parts, key=_worst_first)
    sections = [_broken(ordered, name, dashboard_url) for name in BROKEN_SECTIONS]
    sections += [_others(ordered, name) for name in SectionName if name not in BROKEN_SECTIONS]
    shown = {section.name: section for section in sections if section.items or section.failures or section.more}
    kind = "reminder" if kind == "all_clear" and not all(map(_is_clear, parts)) else kind
    return Digest(
        announcement_id=announcement_id,
        workspace=joined([part.situation.workspace for part in parts], 3),
        kind=kind,
        day=today,
        headline=_headline(ordered, kind),
        rest=_rest(parts),
        sections=tuple(shown[name] for name in SectionName if name in shown),
        change_ids=tuple(change for part in parts for change in part.digest.change_ids),
        link=dashboard_url,
        delayed_since=min((part.digest.delayed_since for part in parts if part.digest.delayed_since), default=None),
        names_workspace=True,
        stale=tuple(text for part in ordered for text in part.digest.stale),
    )


def _worst_first(part: Part) -> tuple[float, float, str]:
    broken = part.standing.broken
    return (
        -sum(one.risk_a_week or 0.0 for one in broken),
        -sum(one.missed_a_day or 0.0 for one in broken),
        part.situation.workspace,
    )


def _is_clear(part: Part) -> bool:
    return not part.digest.sections and not part.digest.stale and not part.is_behind


def _headline(parts: Sequence[Part], kind: Kind) -> str:
    sizes: Counter[SectionName] = Counter()
    standing = Standing()
    for part in parts:
        sizes.update({section.name: size_of(section) for section in part.digest.sections})
        standing = standing.joined(part.standing)
    new = [item for part in parts for item in _items(part, SectionName.NEW)]
    text = headline(
        sizes,
        kind,
        standing,
        unchecked_campaigns=sum(len(one.campaigns) for part in parts for one in part.situation.unchecked),
        found_broken=sum(item.never_otherwise for item in new),
    )
    broken = sum(any(_items(part, name) for name in BROKEN_SECTIONS) for part in parts)
    where = f"in {count(broken)} of {plural(len(parts), 'workspace')}" if broken else f"{len(parts)} workspaces"
    return f"{text}; {where}"


def _broken(parts: Sequence[Part], name: SectionName, base: str | None) -> Section:
    """The workspaces of a section, each with all its broken campaigns; one with anything new is among the new."""
    chosen = [part for part in parts if next((one for one in BROKEN_SECTIONS if _items(part, one)), None) is name]
    return Section(name, items=tuple(_workspace_item(part, base) for part in chosen))


def _workspace_item(part: Part, base: str | None) -> DigestItem:
    new, still = (_items(part, name) for name in BROKEN_SECTIONS)
    items = [*new, *still]
    said: list[str] = []
    for found, one, many in ((new, "has broken", "have broken"), (still, "is still broken", "are still broken")):
        if number := sum(max(1, len(item.campaigns)) for item in found):
            noun = "" if said else "campaign " if number == 1 else "campaigns "
            said.append(f"{count(number)} {noun}{one if number == 1 else many}")
    risk = part.standing.risk
    first = min(items, key=lambda item: item.since)
    return replace(
        first,
        incident_id=f"workspace-{part.situation.workspace}",
        campaign_id=0,
        campaign=part.situation.workspace,
        campaigns=tuple(_name(name, item, is_new=item in new) for item in items for name in _names(item)),
        cause_title="",
        cause="",
        next_step="",
        note="; ".join([joined(said), *risk_parts(risk.sums, risk.unpriced)]) + ".",
        missed_sends=None,
        missed_sends_low=None,
        missed_sends_high=None,
        money=None,
        owner=None,
        tags=(),
        sends=(),
        handling="",
        link=overview_link(base, part.situation.workspace) if base else None,
        acknowledge_link=None,
        fixed_link=None,
        mute_link=None,
        customerio_link=None,
        mixpanel_link=None,
        amplitude_link=None,
        brief=True,
    )


def _names(item: DigestItem) -> tuple[str, ...]:
    return item.campaigns or (item.campaign,)


def _name(name: str, item: DigestItem, *, is_new: bool) -> str:
    """A campaign with what is to be known of it in a word: `Trial welcome (new)`, `Upgrade offer (being worked on)`."""
    words = [*(["new"] if is_new else []), *([item.handling[:1].lower() + item.handling[1:]] if item.handling else [])]
    return f"{name} ({', '.join(words)})" if words else name


def _others(parts: Sequence[Part], name: SectionName) -> Section:
    """What is not broken, of all workspaces: a line each, with whose it is."""
    items: list[DigestItem] = []
    failures: list[CheckFailure] = []
    others: list[str] = []
    more = 0
    for part in parts:
        whose = _whose(part)
        if name is SectionName.COULD_NOT_CHECK and part.is_behind and not part.digest.stale:
            failures.append(_behind(part))
        section = part.digest.section(name)
        if section is None:
            continue
        items += [replace(item, campaign=whose(item.campaign), brief=True) for item in section.items]
        failures += [replace(failure, title=whose(failure.title)) for failure in section.failures]
        others += [whose(one) for one in section.others]
        more += section.more
    room = ITEMS_PER_SECTION[name] * 2
    others = [*(item.campaign for item in items[room:]), *others]
    more += len(items[room:])
    return Section(name, items=tuple(items[:room]), failures=tuple(failures), more=more, others=tuple(others))


def _whose(part: Part) -> Callable[[str], str]:
    return lambda name: f"{part.situation.workspace}: {name}"


def _behind(part: Part) -> CheckFailure:
    judged = part.situation.judged_day
    until = f"judged up to {day_text(judged, part.digest.day)} only" if judged else "not judged yet"
    return CheckFailure(
        None, None, "", title=part.situation.workspace, said=f"It is {until}; what is newer comes with a later message."
    )


def _rest(parts: Sequence[Part]) -> str:
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.situation.counts)
    days = [part.situation.judged_day for part in parts]
    known = [day for day in days if day is not None]
    return rest_line(counts, min(known) if known else None)


def _items(part: Part, name: SectionName) -> tuple[DigestItem, ...]:
    section = part.digest.section(name)
    return section.items if section else ()
