"""A part of a digest whose entries are a title and a few words, and no incidents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from campaign_health.alerts.digest.digest_data import CheckFailure, Section, SectionName
from campaign_health.alerts.digest.situation import TellOnce


def worded_section(name: SectionName, entries: Sequence[tuple[str, str]], room: int) -> list[Section]:
    """The part, with words for the first `room` entries (title and words) and the others by title; [] for none."""
    if not entries:
        return []
    shown = tuple(CheckFailure(None, None, "", title=title, said=said) for title, said in entries[:room])
    others = tuple(title for title, _ in entries[room:])
    return [Section(name, failures=shown, more=len(others), others=others)]


def told_entries(told: Mapping[SectionName, Sequence[TellOnce]]) -> Iterator[tuple[SectionName, list[tuple[str, str]]]]:
    """Title and words of what is told once, by part."""
    for name, some in told.items():
        yield name, [(one.title, one.said) for one in some]
