"""Statuses as the pages say them: those of the verdicts, and that of a break which somebody calls intended."""

from __future__ import annotations

from collections.abc import Iterable

from campaign_health.words.status import STATUS_WORDS, Words

EXPECTED = "expected"
PAGE_STATUSES: dict[str, Words] = {
    **STATUS_WORDS,
    EXPECTED: Words("Intended", "◇", "It stopped or fell, and somebody said that this is meant."),
}


def status_words(status: str) -> Words:
    """Label, shape and meaning; an unknown spelling is shown without underscores rather than hidden."""
    return PAGE_STATUSES.get(status, Words(status.replace("_", " ").capitalize(), "?", "Not known to this version."))


def status_label(status: str) -> str:
    """The status as people read it."""
    return status_words(status).label


def shape_and_label(status: str) -> str:
    """A status as it stands in a table: `■ Silent`."""
    words = status_words(status)
    return f"{words.shape} {words.label}"


def legend(statuses: Iterable[str]) -> str:
    """One line on each status that is present, in the order of the statuses."""
    present = set(statuses)
    return " · ".join(
        f"**{words.shape} {words.label}**: {words.meaning}"
        for status, words in PAGE_STATUSES.items()
        if status in present
    )
