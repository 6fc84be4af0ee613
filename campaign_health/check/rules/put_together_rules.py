"""Events whose name is put together while the code runs, where it stood whole before: not lost, but not seen either."""

from __future__ import annotations

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.change.put_together import pieces_that_yield
from campaign_health.check.findings import Finding
from campaign_health.check.git_tree import readable
from campaign_health.check.labels import at, labels, stopped
from campaign_health.manifest.dependencies import CampaignDependency


def put_together(
    change: CodeChange, event: str, campaigns: list[CampaignDependency], stood: tuple[str, int]
) -> Finding | None:
    """A note where a string with holes, new in a changed file, may still yield an event that stands nowhere whole."""
    base = change.base
    if base is None:
        return None
    changed = (file for path, file in sorted(change.head.files.items()) if base.files.get(path) is not file)
    tried = (pieces_that_yield(event, base.files.get(file.path), file) for file in changed)
    found = next((pieces for pieces in tried if pieces is not None), None)
    if found is None:
        return None
    return Finding(
        rule="event_put_together",
        severity="note",
        message=(
            f"`{event}` stood at {at(readable(stood[0]), stood[1])}; `{found.text}` at "
            f"{at(readable(found.path), found.line)} may still yield it, which cannot be told. "
            f"If it does not, this stops {stopped(campaigns)}."
        ),
        event=event,
        campaigns=labels(campaigns),
        file=readable(stood[0]),
        line=stood[1],
        head_file=readable(found.path),
        head_line=found.line,
    )
