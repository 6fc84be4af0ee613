"""New tracking calls whose event is in no manifest: a violation where new, a number where older."""

from __future__ import annotations

from collections.abc import Iterable

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.sending.constants import constants_of
from campaign_health.check.code.sending.tracking_calls import CallReader, TrackingCall
from campaign_health.check.findings import Coverage, Finding, OlderCall
from campaign_health.check.git_tree import readable
from campaign_health.check.labels import at
from campaign_health.manifest.schema import Manifest


def check_calls(change: CodeChange, already_told: Iterable[str], coverage: Coverage) -> list[Finding]:
    """One finding for each new event that no manifest has, at its first call; fills in the number of older calls.

    `already_told` are new names that another finding speaks of: a rename is one finding.
    """
    manifest = change.read.manifest
    if manifest.code.unlisted == "off":
        return []
    told = {name.strip() for name in already_told}
    listed = _listed_names(manifest)
    constants = constants_of(listed, [change.head, change.base] if change.base else [change.head])
    reader = CallReader(manifest.code.calls, listed, change.wrappers, constants)
    unlisted = [call for call in reader.calls(change.head) if not is_listed(call, manifest)]
    if change.base is None:
        _cover(unlisted, coverage)
        return []
    # A call is new where its event was sent by no call before; a wrapper added now makes old calls no newer.
    before = {call.event.strip() for call in reader.calls(change.base)}
    fresh: dict[str, TrackingCall] = {}
    older: list[TrackingCall] = []
    for call in unlisted:
        name = call.event.strip()
        if name in before:
            older.append(call)
        elif _full(name, manifest) not in told:
            fresh.setdefault(name, call)
    _cover(older, coverage)
    return [_finding(name, call, manifest) for name, call in sorted(fresh.items())]


def _cover(older: list[TrackingCall], coverage: Coverage) -> None:
    coverage.older_calls_not_in_manifest = len(older)
    coverage.older_calls = [OlderCall(call.event, readable(call.path), call.line) for call in older]


def is_listed(call: TrackingCall, manifest: Manifest) -> bool:
    """Whether the manifest has the call's event: exactly, or for Customer.io whatever the spaces around it."""
    names = _listed_names(manifest)
    given = {call.event, manifest.code.prefix + call.event}
    if call.trimmed:
        return bool({name.strip() for name in given} & {name.strip() for name in names})
    return bool(given & names)


def _listed_names(manifest: Manifest) -> set[str]:
    return {*manifest.events, *(name for rename in manifest.renames for name in (rename.old, rename.new))}


def _full(name: str, manifest: Manifest) -> str:
    prefix = manifest.code.prefix.strip()
    return name if name.startswith(prefix) else prefix + name


def _finding(name: str, call: TrackingCall, manifest: Manifest) -> Finding:
    full = _full(name, manifest)
    spaced = next((known for known in manifest.events if known.strip() == full), None)
    if spaced is not None:
        advice = f"The manifest has {spaced!r}: Mixpanel takes names with other spaces around them for other events."
    else:
        near = next((known for known in manifest.events if known.lower() == full.lower()), None)
        advice = (
            f"The manifest has `{near}`; case counts." if near else "Add it to `events:`, or use a name that is there."
        )
    return Finding(
        rule="event_not_in_manifest",
        severity="note" if manifest.code.unlisted == "note" else "violation",
        message=(
            f"`{full}` is newly sent at {at(readable(call.path), call.line)}, and the manifest does not have it. "
            f"{advice}"
        ),
        event=full,
        head_file=readable(call.path),
        head_line=call.line,
    )
