"""The code between a base and now: trigger events that a running campaign hangs on must not fall silent."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.change.new_names import NewNames
from campaign_health.check.code.change.only_named import fallen_silent
from campaign_health.check.code.change.vanishing import Loss, losses_in_part, losses_in_whole, one_old_for_each_new
from campaign_health.check.code.files.occurrences import NamesInCode, Occurrence, spellings
from campaign_health.check.code.syntax.roles import naming
from campaign_health.check.findings import Coverage, ExpectedHandover, Finding
from campaign_health.check.git_tree import readable
from campaign_health.check.labels import at, labels, stopped
from campaign_health.check.likely_rename import is_likely_rename
from campaign_health.check.rules.constant_rules import constant_without_use
from campaign_health.check.rules.put_together_rules import put_together
from campaign_health.check.rules.standing_rules import standings
from campaign_health.check.rules.unread_rules import check_unread, moved_to_unread
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.writing import quote

_ONE_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")


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
    new_names = NewNames(change, change.base)
    found: list[Finding] = []
    judged = {
        event: cause
        for event in sorted(by_event)
        if not ((entry := manifest.event(event)) is not None and entry.sent_from)
        and (cause := _what_became(change, event, code, new_names)) is not None
    }
    moved: set[str] = set()
    for event, cause in list(judged.items()):
        stood = (cause.places[0].path, cause.places[0].line)
        note = None if cause.in_part else moved_to_unread(change, event, by_event[event], stood)
        # A string in its place that is a piece of the name may be put together to it.
        if note is None and not cause.in_part and (cause.loss.new_name is None or cause.loss.new_name in event):
            note = put_together(change, event, by_event[event], stood)
        if note is not None:
            found.append(note)
            del judged[event]
            moved.add(event)
    whole = {event: (cause.loss, cause.places) for event, cause in judged.items() if not cause.in_part}
    settled = one_old_for_each_new(whole, new_names)
    took_over: set[str] = set()
    for event, of_event in sorted(by_event.items()):
        cause = judged.get(event)
        if event in moved:
            continue
        if cause is None:
            note = constant_without_use(change, event, of_event, code) if code.at_head(event) else None
            found += [note] if note else []
            continue
        cause = replace(cause, loss=settled.get(event, cause.loss))
        finding = _judge(change, event, of_event, cause, code, coverage)
        found += [finding] if finding else []
        took_over |= {_full_name(name, event, prefix) or name for name in cause.loss.took_over}
    never = {
        event: by_event[event]
        for event in coverage.not_seen
        if not code.at_head(event) and not code.at_base(event) and manifest.newest_name(event) == event
    }
    return found + check_unread(change, never), took_over


@dataclass(frozen=True)
class _Cause:
    """What an event lost: `places` where it stood at the base; `left` is where the name lives on without being sent."""

    loss: Loss
    places: Sequence[Occurrence]
    in_part: bool = False
    left: Occurrence | None = None


def _what_became(change: CodeChange, event: str, code: NamesInCode, new_names: NewNames) -> _Cause | None:
    """What an event lost; None where nothing did, or where nothing that may send it stood at the base."""
    base, head = code.base.get(event, []), code.head.get(event, [])
    if not head and code.in_same(event) is None:
        tellings = [place for place in base if not _is_shown(place)]
        if not tellings or change.base_senders is None:
            return None
        sent = [place for place in tellings if change.base_senders.sends(place)]
        return _Cause(losses_in_whole(sent or tellings, new_names), sent or tellings)
    silence = fallen_silent(change, event, code)
    if silence is not None:
        return _Cause(losses_in_whole(silence.sent, new_names), silence.sent, left=silence.left)
    if _ONE_WORD.fullmatch(event) and change.base_senders is not None:
        # Such a word stands in code for much else.
        base = [place for place in base if change.base_senders.sends(place)]
        head = [place for place in head if change.head_senders.sends(place)]
    part = losses_in_part(base, head, spellings(event, change.read.manifest.code.prefix), new_names) if base else None
    return _Cause(part, base, in_part=True) if part else None


def _is_shown(place: Occurrence) -> bool:
    """Whether a string is a text, a style or a line of a log, and no event for certain."""
    return not place.file.is_catalogue and naming(place.file.source, place.start) in ("shown", "logged")


def _judge(
    change: CodeChange,
    event: str,
    campaigns: list[CampaignDependency],
    cause: _Cause,
    code: NamesInCode,
    coverage: Coverage,
) -> Finding | None:
    manifest = change.read.manifest
    new = _full_name(cause.loss.new_name, event, manifest.code.prefix)
    reviewed = manifest.newest_name(event)
    if reviewed != event:
        target = manifest.event(reviewed)
        elsewhere = target is not None and target.sent_from is not None
        if elsewhere or (code.at_head(reviewed) and (not cause.in_part or new in (None, reviewed))):
            coverage.handovers.append(ExpectedHandover(event, reviewed, labels(campaigns)))
            return None
        return _finding(change, "rename_differs", event, campaigns, cause, new)
    gone = "event_renamed" if new else "event_removed" if cause.left is None else "event_not_sent"
    return _finding(change, "event_vanished_in_part" if cause.in_part else gone, event, campaigns, cause, new)


def _finding(
    change: CodeChange,
    rule: str,
    event: str,
    campaigns: list[CampaignDependency],
    cause: _Cause,
    new: str | None,
) -> Finding:
    loss = cause.loss
    head_file, head_line = loss.head_path, loss.head_line
    if head_file is None:
        head_file, head_line = change.manifest_path, change.read.entry_line(event)
    places = 1 if cause.in_part else len(cause.places)
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
    elif rule == "event_not_sent":
        message = f"no call sends `{event}` any more, which stops {hit}. It was sent at {here}."
    else:
        message = f"removing `{event}` stops {hit}. It stood at {here}, and no string took its place."
    if cause.left is not None:
        message += f" Its name is left at {at(readable(cause.left.path), cause.left.line)}, where it is only named."
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
    if not is_likely_rename(event, new):
        return " Keep the name, or change the trigger in Customer.io."
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
    here = []
    for event in sorted(by_event):
        entry = manifest.event(event)
        if entry is not None and entry.sent_from:
            coverage.sent_elsewhere.append(event)
        else:
            here.append(event)
    for standing in standings(change, here, code):
        event = standing.event
        if not standing.seen and event in renamed and code.at_head(manifest.newest_name(event)):
            # The reviewed rename is done; the new name stands for it.
            new = standings(change, [manifest.newest_name(event)], code)[0]
            standing = replace(new, event=event)
        coverage.standings.append(standing)
        (coverage.seen if standing.seen else coverage.not_seen).append(event)
    coverage.trigger_events = len(here)
    coverage.files_read = len(change.head.files)
    coverage.too_large = [readable(path) for path in change.head.too_large]
