"""Builds a digest out of the situation: which changes are news, which incidents stand in which section, worst first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from campaign_health.alerts.digest.digest_data import (
    BROKEN_SECTIONS,
    CheckFailure,
    Digest,
    DigestItem,
    Kind,
    Money,
    Section,
    SectionName,
)
from campaign_health.alerts.digest.lines import Answers, headline, nothing_checked, rest_line
from campaign_health.alerts.digest.situation import Change, Sends, Situation
from campaign_health.alerts.digest.worded_section import told_entries, worded_section
from campaign_health.settings import DEFAULT_WORKSPACE
from campaign_health.state.freshness import JUDGED_WITHIN_DAYS
from campaign_health.state.handling import handling, may_be_fixed, said_of
from campaign_health.state.incident import Incident
from campaign_health.state.standing import Standing, standing_on
from campaign_health.state.unchecked import Unchecked
from campaign_health.words.dates import day_text
from campaign_health.words.links import Act, act_link, campaign_link, data_link, overview_link
from campaign_health.words.not_watched import CHECKED
from campaign_health.words.numbers import plural
from campaign_health.words.service_links import ServicePages
from campaign_health.words.status_words import cause_label

# A change of older data is listed, not announced as news: Friday's data still is on Monday.
NEWS_DAYS = 3
# More than this at length is more than anyone reads; it also keeps a message well inside Slack's limit on all blocks
# together. Of what is broken, what is beyond it has a line each.
ITEMS_PER_SECTION = {
    SectionName.NEW: 6,
    SectionName.STILL_BROKEN: 5,
    SectionName.EARLY: 4,
    SectionName.DELIVERY: 4,
    SectionName.BESIDE: 4,
    SectionName.PROMISES: 4,
    SectionName.RECOVERED: 5,
    SectionName.CLOSED: 5,
    SectionName.LATE: 4,
    SectionName.MUTED: 4,
    SectionName.COULD_NOT_CHECK: 4,
}
# What a channel wants to hear of; the rest (acknowledged, muted …) shows in the items themselves.
OPENING = frozenset({"opened", "reopened", "worsened", "unexpected"})
CLOSING = frozenset({"recovered", "closed", "withdrawn"})


def build_digest(
    situation: Situation,
    *,
    announcement_id: str,
    kind: Kind,
    today: date,
    dashboard_url: str | None,
    delayed_since: date | None = None,
    only_incidents: Collection[str] | None = None,
    several_workspaces: bool = False,
    pages: ServicePages | None = None,
) -> Digest:
    """The digest of `situation` on the local day `today`.

    `only_incidents` narrows it to some incidents (an urgent announcement, or a route by tag or owner), without failed
    sources and gaps. `pages` is where things are in the services. Every change given is covered.
    """
    incidents = [i for i in situation.incidents if only_incidents is None or i.incident_id in only_incidents]
    changes = [c for c in situation.changes if only_incidents is None or c.incident_id in only_incidents]
    failed = situation.failed_sources if only_incidents is None else ()
    unknown = situation.unchecked if only_incidents is None else ()
    chosen = _sort_into_sections(incidents, changes, today)

    def item(incident: Incident, name: SectionName) -> DigestItem:
        found = _item(incident, name, situation.sends.get(incident.campaign_id, ()), today, dashboard_url, pages)
        missed_it = situation.recoveries.get(incident.incident_id, "")
        return replace(found, note=f"{found.note} {missed_it}".strip()) if missed_it else found

    sections = [
        _section(name, [item(incident, name) for incident in chosen[name]]) for name in SectionName if chosen.get(name)
    ]
    told = {
        SectionName.EARLY: tuple(one for one in situation.early if not (one.told and kind == "urgent")),
        SectionName.DELIVERY: tuple(one for one in situation.delivery if not (one.told and kind == "urgent")),
        SectionName.BESIDE: situation.beside if only_incidents is None else (),
    }
    back = {name: sum(one.recovered for one in some) for name, some in told.items()}
    late = situation.late if kind == "digest" and only_incidents is None else ()
    for name, entries in (*told_entries(told), (SectionName.PROMISES, late)):
        sections += worded_section(name, entries, ITEMS_PER_SECTION[name])
    if unknown:
        room = ITEMS_PER_SECTION[SectionName.COULD_NOT_CHECK]
        link = data_link(dashboard_url, situation.workspace) if dashboard_url else None
        failures = tuple(_failure(one, link) for one in unknown[:room])
        sections.append(Section(SectionName.COULD_NOT_CHECK, failures=failures, more=max(0, len(unknown) - room)))
    return Digest(
        announcement_id=announcement_id,
        workspace=situation.workspace,
        kind=kind,
        day=today,
        headline=_headline(
            {section.name: size_of(section) for section in sections},
            kind,
            situation,
            today,
            standing=standing_on(incidents, today),
            unchecked_campaigns=sum(len(one.campaigns) for one in unknown),
            found_broken=sum(one.never_otherwise for one in chosen.get(SectionName.NEW, ())),
            answers=_answers(chosen, changes, today),
            back=back,
        ),
        rest=rest_line(situation.counts, situation.judged_day, situation.coverage),
        sections=tuple(sections),
        change_ids=(
            *(one.change_id for one in changes),
            *(one.change_id for one in failed),
            *(one.change_id for one in told[SectionName.BESIDE]),
            *(one.change_id for one in (*situation.early, *situation.delivery)),
        ),
        link=overview_link(dashboard_url, situation.workspace) if dashboard_url else None,
        delayed_since=delayed_since,
        names_workspace=several_workspaces or situation.workspace != DEFAULT_WORKSPACE,
        stale=situation.stale,
    )


def is_news(change: Change, today: date) -> bool:
    """Whether a change is worth a message: young enough (since it could be known), and about breaking or recovering."""
    recent = change.news and max(change.day, change.recorded_on or change.day) >= today - timedelta(days=NEWS_DAYS)
    return recent and change.kind in OPENING | CLOSING | {"cause_changed", "still_broken"}


def _answers(chosen: Mapping[SectionName, Sequence[Incident]], changes: Sequence[Change], today: date) -> Answers:
    """What became of the fixes of which the channel has not heard yet; what is quiet is not told of."""
    failed = {one.incident_id for one in changes if one.kind == "still_broken" and is_news(one, today)}
    loud = [incident for name in BROKEN_SECTIONS for incident in chosen.get(name, ())]
    return Answers(
        confirmed=sum(one.fix_is_confirmed for one in chosen.get(SectionName.RECOVERED, ())),
        failed=sum(one.incident_id in failed and one.fix_failed_on is not None for one in loud),
    )


def _headline(
    sizes: Mapping[SectionName, int],
    kind: Kind,
    situation: Situation,
    today: date,
    *,
    standing: Standing,
    unchecked_campaigns: int,
    found_broken: int,
    answers: Answers,
    back: Mapping[SectionName, int],
) -> str:
    """The first line. Where there is nothing else to say, what is old is no all clear."""
    text = headline(
        sizes, kind, standing, unchecked_campaigns=unchecked_campaigns, found_broken=found_broken, answers=answers,
        back=back,
    )  # fmt: skip
    judged_day = situation.judged_day
    if text != headline({}, kind, Standing()):
        return text
    if judged_day is None:
        return "Nothing is known yet"
    if (today - judged_day).days <= JUDGED_WITHIN_DAYS:
        if situation.stale:
            return situation.stale[0].rstrip(".")
        return text if any(situation.counts.get(status) for status in CHECKED) else nothing_checked(situation.counts)
    passed = plural((today - judged_day).days, "day")
    return f"Nothing is known of the last days: the newest judged day is {day_text(judged_day, today)}, {passed} ago"


def _sort_into_sections(
    incidents: Sequence[Incident], changes: Sequence[Change], today: date
) -> dict[SectionName, list[Incident]]:
    by_incident: dict[str, list[Change]] = {}
    for change in changes:
        by_incident.setdefault(change.incident_id, []).append(change)
    chosen: dict[SectionName, list[Incident]] = {}
    for incident in incidents:
        name = _section_of(incident, by_incident.get(incident.incident_id, []), today)
        if name is not None:
            chosen.setdefault(name, []).append(incident)
    return chosen


def _section_of(incident: Incident, changes: Sequence[Change], today: date) -> SectionName | None:
    news = [change for change in changes if is_news(change, today)]
    if incident.is_open and (incident.expected_by or incident.is_muted(today)):
        return SectionName.MUTED
    if incident.is_open:
        return SectionName.NEW if any(c.kind in OPENING for c in news) else SectionName.STILL_BROKEN
    closing = [change for change in changes if change.kind in CLOSING]
    if any(is_news(change, today) for change in closing):
        return SectionName.CLOSED if incident.status == "closed" else SectionName.RECOVERED
    return SectionName.LATE if any(change.kind in OPENING | CLOSING for change in changes) else None


def _section(name: SectionName, items: Sequence[DigestItem]) -> Section:
    room = ITEMS_PER_SECTION[name]
    if name in BROKEN_SECTIONS:
        return Section(name, items=(*items[:room], *(replace(item, brief=True) for item in items[room:])))
    others = tuple(item.campaign for item in items[room:])
    return Section(name, items=tuple(items[:room]), more=len(others), others=others)


def size_of(section: Section) -> int:
    """How many campaigns and failures a section is of, those that it has no room for included."""
    together = sum(max(0, len(item.campaigns) - 1) for item in section.items)
    return len(section.items) + together + len(section.failures) + section.more


def _item(
    incident: Incident,
    name: SectionName,
    sends: Sends,
    today: date,
    dashboard_url: str | None,
    pages: ServicePages | None,
) -> DigestItem:
    money = None
    if incident.risk_range and incident.revenue_at_risk:
        money = Money(*incident.risk_range, incident.risk_a_week if incident.is_open else None, incident.currency)
    act = dashboard_url if incident.is_open and not incident.is_of_source else None
    return DigestItem(
        incident_id=incident.incident_id,
        campaign_id=incident.campaign_id,
        campaign=incident.campaign,
        campaigns=incident.campaigns,
        status=incident.kind,
        seen=incident.summary,
        since=incident.opened_on,
        day_number=max(1, (today - incident.opened_on).days),
        cause_title=cause_label(incident.cause) if incident.cause else "",
        cause=incident.why,
        next_step=incident.next_step if incident.is_open else "",
        missed_sends=incident.missed_sends,
        missed_sends_low=incident.missed_sends_low,
        missed_sends_high=incident.missed_sends_high,
        money=money,
        owner=incident.owner,
        tags=incident.tags,
        sends=sends,
        recovered_on=incident.recovered_on,
        ended=incident.end_text(today),
        never_otherwise=incident.never_otherwise,
        note=_note(incident, today),
        handling=handling(incident, today),
        link=_link(dashboard_url, incident) if dashboard_url else None,
        acknowledge_link=_act(act, incident, "acknowledge") if not incident.acknowledged_by else None,
        fixed_link=_act(act, incident, "fixed") if _asks_for_the_fix(incident, name) else None,
        mute_link=_act(act, incident, "mute") if name is not SectionName.MUTED else None,
        customerio_link=pages.campaign(incident.campaign_id) if pages and incident.is_open else None,
        mixpanel_link=pages.event(incident.counted_event, "Mixpanel") if pages and incident.is_open else None,
        amplitude_link=pages.event(incident.counted_event, "Amplitude") if pages and incident.is_open else None,
    )


def _asks_for_the_fix(incident: Incident, name: SectionName) -> bool:
    """Whether it is time to ask: somebody is on it, or knows of the rename, and nothing waits for proof."""
    begun = incident.acknowledged_by or incident.renamed_by or incident.fix_failed_on
    return bool(begun and may_be_fixed(incident) and name is not SectionName.MUTED)


def _link(base: str, incident: Incident) -> str:
    if incident.is_of_source:
        return overview_link(base, incident.workspace)
    return campaign_link(base, incident.workspace, incident.campaign_id)


def _act(base: str | None, incident: Incident, act: Act) -> str | None:
    return act_link(base, incident.workspace, incident.campaign_id, incident.incident_id, act) if base else None


def _note(incident: Incident, today: date) -> str:
    if incident.status == "withdrawn":
        return "Restated numbers show that nothing had broken."
    told = incident.is_open or incident.fix_is_confirmed
    return "".join(f"{said}. " for said in said_of(incident, today)).rstrip() if told else ""


def _failure(one: Unchecked, link: str | None) -> CheckFailure:
    return CheckFailure(
        first_day=one.first_day,
        last_day=one.last_day,
        error=one.details,
        title=one.title,
        said=one.said,
        sources=one.sources,
        campaigns=one.campaigns,
        link=link,
    )
