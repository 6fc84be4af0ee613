"""What of a digest gives way where one Slack message has no room for all of it. Pure."""

from __future__ import annotations

from dataclasses import replace

from campaign_health.alerts.digest.digest_data import BROKEN_SECTIONS, Digest, Section, SectionName

# Sections give way to others in this order when room runs out, by an item (True) or by a paragraph, which becomes
# a line. Of what is broken at last the names stay.
GIVE_WAY = (
    (SectionName.LATE, True),
    (SectionName.MUTED, True),
    (SectionName.CLOSED, True),
    (SectionName.RECOVERED, True),
    (SectionName.STILL_BROKEN, False),
    (SectionName.NEW, False),
    (SectionName.COULD_NOT_CHECK, True),
    (SectionName.STILL_BROKEN, True),
    (SectionName.NEW, True),
)
# So many names are left to the next message at once.
NAMES_AT_ONCE = 10
LeftOver = dict[SectionName, tuple[str, ...]]


def shortened(digest: Digest) -> Digest | None:
    """The digest one step shorter: what is not broken gives way first, then the paragraphs of what is. None where
    nothing is left but names.
    """
    for name, is_cut in GIVE_WAY:
        section = digest.section(name)
        shorter = None if section is None else _without_last(section) if is_cut else _with_brief_last(section)
        if shorter is not None:
            return _with_section(digest, shorter)
    return None


def without_some_names(digest: Digest) -> tuple[Digest, LeftOver] | None:
    """The digest without some of its names, the last ones of what is broken at the very last, and which they are; None
    where it has none.
    """
    for section in sorted(digest.sections, key=lambda one: one.name in BROKEN_SECTIONS):
        if section.others:
            left = replace(section, others=section.others[:-NAMES_AT_ONCE])
            return _with_section(digest, left), {section.name: section.others[-NAMES_AT_ONCE:]}
    return None


def _with_section(digest: Digest, section: Section) -> Digest:
    return replace(digest, sections=tuple(section if one.name is section.name else one for one in digest.sections))


def _with_brief_last(section: Section) -> Section | None:
    places = [place for place, item in enumerate(section.items) if not item.brief]
    if not places:
        return None
    items = list(section.items)
    items[places[-1]] = replace(items[places[-1]], brief=True)
    return replace(section, items=tuple(items))


def _without_last(section: Section) -> Section | None:
    if section.failures:
        return replace(section, failures=section.failures[:-1], more=section.more + 1)
    if not section.items:
        return None
    last = section.items[-1]
    others = (*(last.campaigns or (last.campaign,)), *section.others)
    return replace(section, items=section.items[:-1], more=len(others), others=others)
