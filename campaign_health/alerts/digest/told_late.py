"""What a digest tells of campaigns whose messages came later than promised."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_health.alerts.digest.digest_data import CheckFailure, Section, SectionName


def late_section(late: Sequence[tuple[str, str]], room: int) -> Section:
    """The part about them (name, and what is said of it), with words for the first `room`; the others by name."""
    shown = tuple(CheckFailure(None, None, "", title=name, said=said) for name, said in late[:room])
    others = tuple(name for name, _ in late[room:])
    return Section(SectionName.PROMISES, failures=shown, more=len(others), others=others)
