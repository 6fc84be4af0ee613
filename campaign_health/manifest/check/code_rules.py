"""The code between a base and now: trigger events that a running campaign hangs on must not fall silent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign_health.manifest.check.code.constants import constants_in, count_uses
from campaign_health.manifest.check.code.new_names import NewNames
from campaign_health.manifest.check.code.occurrences import Occurrence, find_names, spellings
from campaign_health.manifest.check.code.snapshot import Snapshot
from campaign_health.manifest.check.code.vanishing import Loss, losses_in_part, losses_in_whole
from campaign_health.manifest.check.findings import Coverage, ExpectedHandover, Finding
from campaign_health.manifest.check.git_tree import readable
from campaign_health.manifest.check.wording import at, labels, stopped
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.reading import ReadManifest


@dataclass(frozen=True)
class CodeChange:
    """The product's code at the base (None: not compared) and now, and the manifest that goes with it."""

    base: Snapshot | None
    head: Snapshot
    read: ReadManifest
    manifest_path: str


def check_code(change: CodeChange, campaigns: Sequence[CampaignDependency], coverage: Coverage) -> list[Finding]:
    """Findings about trigger events in the code; fills in `coverage`. Campaigns that do not run are left alone."""
    by_event: dict[str, list[CampaignDependency]] = defaultdict(list)
    for campaign in campaigns:
        if campaign.event and campaign.counts_as_running:
            by_event[campaign.event].append(campaign)
    manifest, prefix = change.read.manifest, change.read.manifest.code.prefix
    targets = {manifest.newest_name(rename.old) for rename in manifest.renames}
    names = {*by_event, *targets}
    head = find_names(change.head, names, prefix)
    base = find_names(change.base, names, prefix) if change.base else {}
    _cover(change, by_event, base, head, coverage)
    if change.base is None:
        return []
    found = []
    new_names = NewNames(change.base, change.head)
    for event in sorted(by_event):
        entry = manifest.event(event)
        if not base.get(event) or (entry is not None and entry.sent_from):
            continue
        judged = _judge(change, event, by_event[event], base[event], head, new_names, coverage)
        if judged:
            found.append(judged)
    return found


def _judge(
    change: CodeChange,
    event: str,
    campaigns: list[CampaignDependency],
    base: list[Occurrence],
    heads: Mapping[str, list[Occurrence]],
    new_names: NewNames,
    coverage: Coverage,
) -> Finding | None:
    manifest = change.read.manifest
    prefix = manifest.code.prefix
    head = heads.get(event, [])
    same = spellings(event, prefix)
    loss = losses_in_part(base, head, same, new_names) if head else losses_in_whole(base, new_names)
    if loss is None:
        return _without_use(change, event, campaigns, base, head)
    new = _full_name(loss.new_name, event, prefix)
    reviewed = manifest.newest_name(event)
    if reviewed != event:
        target = manifest.event(reviewed)
        elsewhere = target is not None and target.sent_from is not None
        if elsewhere or (heads.get(reviewed) and (not head or new in (None, reviewed))):
            coverage.handovers.append(ExpectedHandover(event, reviewed, labels(campaigns)))
            return None
        return _finding(change, "rename_differs", event, campaigns, loss, new)
    gone = "event_renamed" if new else "event_removed"
    rule = "event_vanished_in_part" if head else gone
    return _finding(change, rule, event, campaigns, loss, new)


def _finding(
    change: CodeChange, rule: str, event: str, campaigns: list[CampaignDependency], loss: Loss, new: str | None
) -> Finding:
    head_file, head_line = loss.head_path, loss.head_line
    if head_file is None:
        head_file, head_line = change.manifest_path, change.read.entry_line(event)
    here, there = at(readable(loss.path), loss.line), at(readable(head_file), head_line)
    hit = stopped(campaigns)
    reviewed = change.read.manifest.newest_name(event)
    if rule == "rename_differs":
        code = f"the code has `{new}`" if new else "the code does not have it"
        message = f"the manifest renames `{event}` to `{reviewed}`, but {code}: this stops {hit}. It stood at {here}."
    elif rule == "event_vanished_in_part":
        message = (
            f"`{event}` became `{new}` at {there} and lives on elsewhere, so a part of its sends is missing "
            f"from {hit}. It stood at {here}."
        )
    elif rule == "event_renamed":
        message = f"renaming `{event}` stops {hit}. It stood at {here}; its likely new name is `{new}` at {there}."
    else:
        message = f"removing `{event}` stops {hit}. It stood at {here}, and no string took its place."
    if rule != "rename_differs":
        message += _what_to_do(event, new)
    return Finding(
        rule=rule,
        severity="violation",
        message=message,
        event=event,
        new_name=new,
        campaigns=labels(campaigns),
        file=readable(loss.path),
        line=loss.line,
        head_file=readable(head_file),
        head_line=head_line,
    )


def _what_to_do(event: str, new: str | None) -> str:
    if new is None:
        return " Keep it, or stop the campaign in Customer.io and say so in the manifest (`state: stopped`)."
    return f" Keep the name, or change the trigger in Customer.io and add `{{from: {event}, to: {new}}}` to `renames:`."


def _full_name(value: str | None, event: str, prefix: str) -> str | None:
    """A new name as it reaches the services: with the prefix, if the old one had it put before it."""
    if value is None:
        return None
    name = value.strip()
    if prefix.strip() and event.startswith(prefix.strip()) and not name.startswith(prefix.strip()):
        return prefix.strip() + name
    return name


def _without_use(
    change: CodeChange,
    event: str,
    campaigns: list[CampaignDependency],
    base: list[Occurrence],
    head: list[Occurrence],
) -> Finding | None:
    """A note where all that is left of a name is a constant that had uses and has none."""
    if change.base is None:
        return None
    left = Counter(occurrence.file.path for occurrence in head)
    names = []
    for file in {occurrence.file for occurrence in head}:
        starts = {occurrence.start for occurrence in head if occurrence.file is file}
        given = [constant for constant in constants_in(file) if constant.start in starts]
        if len(given) != left[file.path]:
            return None
        names += [constant.name for constant in given]
    if not names or any(count_uses(change.head, name) for name in names):
        return None
    if not any(count_uses(change.base, name) for name in names):
        return None
    first, earlier = head[0], base[0]
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


def _cover(
    change: CodeChange,
    by_event: Mapping[str, list[CampaignDependency]],
    base: Mapping[str, list[Occurrence]],
    head: Mapping[str, list[Occurrence]],
    coverage: Coverage,
) -> None:
    manifest = change.read.manifest
    renamed = {rename.old.strip() for rename in manifest.renames}
    here = []
    for event in sorted(by_event):
        entry = manifest.event(event)
        if entry is not None and entry.sent_from:
            coverage.sent_elsewhere.append(event)
        elif base.get(event) or head.get(event):
            coverage.seen.append(event)
            here.append(event)
        elif event in renamed and head.get(manifest.newest_name(event)):
            coverage.seen.append(event)  # the reviewed rename is done; the new name stands for it
            here.append(event)
        else:
            coverage.not_seen.append(event)
            here.append(event)
    coverage.trigger_events = len(here)
    coverage.files_read = len(change.head.files)
    coverage.too_large = [readable(path) for path in change.head.too_large]
