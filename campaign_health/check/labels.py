"""The sentences of findings, in the marketer's words and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campaign_health.manifest.dependencies import CampaignDependency


def labels(campaigns: Iterable[CampaignDependency]) -> tuple[str, ...]:
    """The campaigns' names, sorted, each once."""
    return tuple(sorted({campaign.label for campaign in campaigns}))


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def stopped(campaigns: Sequence[CampaignDependency]) -> str:
    """`*Welcome series* and *Day-3 nudge* (owner @lifecycle-team; 1,240 sends in the last 28 days)`."""
    names = [f"*{label}*" for label in labels(campaigns)]
    if len(names) > 6:
        names = [*names[:5], f"{len(names) - 5} more campaigns"]
    return listed(names) + _about(campaigns)


def _about(campaigns: Sequence[CampaignDependency]) -> str:
    owners = sorted({campaign.owner for campaign in campaigns if campaign.owner})
    sends = [campaign.sends for campaign in campaigns if campaign.sends is not None]
    facts = []
    if owners:
        facts.append(f"owner{'s' if len(owners) > 1 else ''} {listed(owners)}")
    if sends:
        facts.append(f"{sum(sends):,} send{'' if sum(sends) == 1 else 's'} in the last 28 days")
    return f" ({'; '.join(facts)})" if facts else ""


def at(file: str | None, line: int | None) -> str:
    """`src/app.ts:12`."""
    return f"{file}:{line}" if file and line else (file or "")
