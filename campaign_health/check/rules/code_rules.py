"""The code between a base and now: trigger events that a running campaign hangs on must not fall silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from campaign_health.check.code.code_change import CodeChange
from campaign_health.check.code.new_names import NewNames
from campaign_health.check.code.occurrences import NamesInCode, spellings
from campaign_health.check.code.vanishing import Loss, losses_in_part, losses_in_whole
from campaign_health.check.findings import Coverage, ExpectedHandover, Finding
from campaign_health.check.git_tree import readable
from campaign_health.check.labels import at, labels, stopped
from campaign_health.check.rules.constant_rules import constant_without_use
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.writing import quote


def check_code(
    change: CodeChange, campaigns: Sequence[CampaignDependency], coverage: Coverage
) -> tuple[list[Finding], set[str]]:
    """Findings about trigger events in the code, and the names that took over from one; fills in `coverage`.

    Campaigns that do not run are left alone.
    """
    by_event: dict[str, list[CampaignDependency]] = defaultdict(list)
    for campaign in campaigns:
        if campaign.event and campaign.counts_as_running:
            by_event[campaign.event].append(campaign)
    manifest, prefix = change.read.manifest, change.read.manifest.code.prefix
    targets = {manifest.newest_name(rename.old) for rename in manifest.renames}
    code = NamesInCode(change.base, change.head, {*by_event, *targets}, prefix)
    _cover(change, by_event, code, coverage)
    if change.base is None:
        return [], set()
    found: list[Finding] = []
    took_over: set[str] = set()
    new_names = NewNames(change.base, change.head)
    for event in sorted(by_event):
        entry = manifest.event(event)
        if entry is not None and entry.sent_from:
            continue
        judged, loss = _judge(change, event, by_event[event], code, new_names, coverage)
        found += [judged] if judged else []
        if loss:
            took_over |= {_full_name(name, event, prefix) or name for name in loss.took_over}
    return found, took_over


def _judge(
    change: CodeChange,
    event: str,
    campaigns: list[CampaignDependency],
    code: NamesInCode,
    new_names: NewNames,
    coverage: Coverage,
) -> tuple[Finding | None, Loss | None]:
    manifest = change.read.manifest
    prefix = manifest.code.prefix
    base, head = code.base.get(event, []), code.head.get(event, [])
    stands = bool(head) or code.in_same(event) is not None
    loss: Loss | None = None
    if base and not stands:
        loss = losses_in_whole(base, new_names)
    elif base:
        loss = losses_in_part(base, head, spellings(event, prefix), new_names)
    if loss is None:
        return (constant_without_use(change, event, campaigns, code) if stands else None), None
    new = _full_name(loss.new_name, event, prefix)
    places = 1 if stands else len(base)
    reviewed = manifest.newest_name(event)
    if reviewed != event:
        target = manifest.event(reviewed)
        elsewhere = target is not None and target.sent_from is not None
        if elsewhere or (code.at_head(reviewed) and (not stands or new in (None, reviewed))):
            coverage.handovers.append(ExpectedHandover(event, reviewed, labels(campaigns)))
            return None, loss
        return _finding(change, "rename_differs", event, campaigns, loss, new, places), loss
    gone = "event_renamed" if new else "event_removed"
    rule = "event_vanished_in_part" if stands else gone
    return _finding(change, rule, event, campaigns, loss, new, places), loss


def _finding(
    change: CodeChange,
    rule: str,
    event: str,
    campaigns: list[CampaignDependency],
    loss: Loss,
    new: str | None,
    places: int,
) -> Finding:
    head_file, head_line = loss.head_path, loss.head_line
    if head_file is None:
        head_file, head_line = change.manifest_path, change.read.entry_line(event)
    more = f" and {places - 1} more place{'' if places == 2 else 's'}" if places > 1 else ""
    here, there = at(readable(loss.path), loss.line) + more, at(readable(head_file), head_line)
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
    entry = f"{{from: {quote(event)}, to: {quote(new)}}}"
    return f" Keep the name, or change the trigger in Customer.io and add `{entry}` to `renames:`."


def _full_name(value: str | None, event: str, prefix: str) -> str | None:
    """A new name as it reaches the services: with the prefix, if the old one had it put before it."""
    if value is None:
        return None
    name = value.strip()
    if prefix.strip() and event.startswith(prefix.strip()) and not name.startswith(prefix.strip()):
        return prefix.strip() + name
    return name


def _cover(
    change: CodeChange, by_event: Mapping[str, list[CampaignDependency]], code: NamesInCode, coverage: Coverage
) -> None:
    manifest = change.read.manifest
    renamed = {rename.old.strip() for rename in manifest.renames}
    for event in sorted(by_event):
        entry = manifest.event(event)
        if entry is not None and entry.sent_from:
            coverage.sent_elsewhere.append(event)
        elif code.at_head(event) or code.at_base(event):
            coverage.seen.append(event)
        elif event in renamed and code.at_head(manifest.newest_name(event)):
            coverage.seen.append(event)  # the reviewed rename is done; the new name stands for it
        else:
            coverage.not_seen.append(event)
    coverage.trigger_events = len(coverage.seen) + len(coverage.not_seen)
    coverage.files_read = len(change.head.files)
    coverage.too_large = [readable(path) for path in change.head.too_large]
