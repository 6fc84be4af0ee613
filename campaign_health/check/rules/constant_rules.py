"""Trigger events of which only a constant is left that nothing uses any more."""

from __future__ import annotations

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.change.only_named import constants_named_before, is_used, may_be_reached_by_its_owner
from campaign_health.check.code.files.occurrences import NamesInCode, Occurrence
from campaign_health.check.code.sending.constants import constants_in
from campaign_health.check.findings import Finding
from campaign_health.check.git_tree import readable
from campaign_health.check.labels import at, labels, stopped
from campaign_health.manifest.dependencies import CampaignDependency


def constant_without_use(
    change: CodeChange, event: str, campaigns: list[CampaignDependency], code: NamesInCode
) -> Finding | None:
    """A note where all that is left of an event's name is constants that had uses at the base and have none."""
    first, earlier = code.at_head(event), code.at_base(event)
    if change.base is None or first is None or earlier is None or not _may_have_lost_a_use(change, first):
        return None
    places = code.all_at_head(event)
    names = []
    for file in {place.file for place in places}:
        starts = {place.start for place in places if place.file is file}
        given = [constant for constant in constants_in(file) if constant.start in starts]
        if len(given) != len(starts):
            return None
        if any(may_be_reached_by_its_owner(file.source, start, change.head) for start in starts):
            return None
        names += [constant.name for constant in given]
    if not names or any(is_used(change.head, name) for name in names):
        return None
    if not any(is_used(change.base, name) for name in names):
        return None
    return Finding(
        rule="constant_without_use",
        severity="note",
        message=(
            f"`{event}` stands only in the constant `{names[0]}` at {at(readable(first.path), first.line)}, which "
            f"nothing uses any more. If nothing else sends it, this stops {stopped(campaigns)}."
        ),
        event=event,
        campaigns=labels(campaigns),
        file=readable(earlier.path),
        line=earlier.line,
        head_file=readable(first.path),
        head_line=first.line,
    )


def _may_have_lost_a_use(change: CodeChange, place: Occurrence) -> bool:
    """Whether a changed or deleted file spoke at the base of the name before this string: told without parsing."""
    names = constants_named_before(place.file.source.content, place.start)
    return any(name.strip(b"$@#") in change.lost_words for name in names)
