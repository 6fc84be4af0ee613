"""Writes owner, deal value, conversion rate and timing of campaigns into a manifest, and leaves all else as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign_health.manifest.manifest_reading import DEFAULT_NAME, ReadManifest, parse_manifest
from campaign_health.manifest.schema import CampaignEntry
from campaign_health.manifest.writing import ManifestEditError, entry_added, flow_mapping, quote, unified_patch
from campaign_health.manifest.yaml_tree import Place

Fact = str | float | None
_Edit = tuple[int, int, str]
_TOLD_BY = ("name", "id", "event")


@dataclass(frozen=True)
class FactEdit:
    """What a manifest is to say of a campaign: its `facts` by their names in the schema, None for nothing.

    `event` is the one that it is watched against, for a campaign that the manifest does not have yet.
    """

    campaign_id: int
    name: str
    event: str | None
    facts: Mapping[str, Fact]


def edit_facts(text: str, edits: Sequence[FactEdit], file: str = DEFAULT_NAME) -> str:
    """The manifest's text with these facts; comments and spacing stay.

    Raises:
        ManifestError: the text is no manifest.
        ManifestEditError: an edit cannot be written, such as that of a campaign that hangs on no event.
    """
    read = parse_manifest(text, file)
    changes: list[_Edit] = []
    new: list[str] = []
    for edit in edits:
        index = _index_of(read, edit)
        if index is None:
            new.append(_new_entry(edit, file))
        else:
            changes += _changed(read, index, edit)
    if new:
        changes.append(entry_added(read, "campaigns", new, len(read.manifest.campaigns)))
    # From the end on, so that places before stay right.
    for start, end, replacement in sorted(changes, key=lambda one: one[0], reverse=True):
        text = text[:start] + replacement + text[end:]
    after = parse_manifest(text, file)
    for edit in edits:
        entry = _entry_of(after, edit)
        if entry is None or any(getattr(entry, name) != value for name, value in edit.facts.items()):
            raise _by_hand(edit, file)
    return text


def facts_patch(text: str, edits: Sequence[FactEdit], file: str = DEFAULT_NAME) -> str:
    """The same as a unified diff for `git apply`; empty where the manifest says it all already."""
    return unified_patch(text, edit_facts(text, edits, file), file)


def _index_of(read: ReadManifest, edit: FactEdit) -> int | None:
    """Where the campaign stands: by its id where an entry gives that, else by its name."""
    entries = list(enumerate(read.manifest.campaigns))
    by_id = [index for index, entry in entries if entry.id == edit.campaign_id]
    named = [index for index, entry in entries if entry.id is None and str(entry.name).strip() == edit.name.strip()]
    return next(iter(by_id or named), None)


def _entry_of(read: ReadManifest, edit: FactEdit) -> CampaignEntry | None:
    index = _index_of(read, edit)
    return None if index is None else read.manifest.campaigns[index]


def _by_hand(edit: FactEdit, file: str) -> ManifestEditError:
    return ManifestEditError(f"{edit.name} cannot be changed in {file} by itself.", "Change its entry by hand.")


def _new_entry(edit: FactEdit, file: str) -> str:
    if edit.event is None:
        raise ManifestEditError(
            f"{edit.name} is not in {file}, and it hangs on no event that is known.",
            "Write an entry with its `segments` by hand.",
        )
    fields = {"name": quote(edit.name), "id": str(edit.campaign_id), "event": quote(edit.event)}
    return flow_mapping(fields | {name: _value(fact) for name, fact in edit.facts.items() if fact is not None})


def _changed(read: ReadManifest, index: int, edit: FactEdit) -> list[_Edit]:
    tree, here = read.tree, ("campaigns", index)
    entry = read.manifest.campaigns[index]
    if not any((*here, name) in tree.values for name in _TOLD_BY):
        raise _by_hand(edit, read.file)
    found: list[_Edit] = []
    added: list[str] = []
    for name, fact in edit.facts.items():
        if getattr(entry, name) == fact:
            continue
        place = tree.values.get((*here, name))
        if place is None and (*here, name) in tree.keys:
            # What stands there is an alias, and so other entries' too.
            raise _by_hand(edit, read.file)
        if place is None:
            added.append(f"{name}: {_value(fact)}")
        elif fact is None:
            found.append(_removed(read.text, tree.keys[(*here, name)], place))
        else:
            found.append((place.start, place.end, _value(fact)))
    if added:
        found.append(_inserted(read, index, added))
    return found


def _removed(text: str, key: Place, value: Place) -> _Edit:
    """Without its line where it has one of its own, else `null` in its place."""
    begin = text.rfind("\n", 0, key.start) + 1
    end = text.find("\n", value.end)
    end = len(text) if end < 0 else end + 1
    rest = text[value.end : end].strip()
    if text[begin : key.start].strip() or (rest and not rest.startswith("#")):
        return value.start, value.end, "null"
    return begin, end, ""


def _inserted(read: ReadManifest, index: int, added: Sequence[str]) -> _Edit:
    """After the last of what tells the campaign apart, which is on one line of its own in a block."""
    tree, text, here = read.tree, read.text, ("campaigns", index)
    if tree.values[here].flow:
        end = tree.values[here].end - 1
        return end, end, "".join(f", {one}" for one in added)
    known = [name for name in _TOLD_BY if (*here, name) in tree.values]
    last = max(known, key=lambda name: tree.keys[(*here, name)].start)
    indent = " " * (tree.keys[(*here, last)].column - 1)
    end = text.find("\n", tree.values[(*here, last)].end)
    if end < 0:
        return len(text), len(text), "".join(f"\n{indent}{one}" for one in added) + "\n"
    return end, end, "".join(f"\n{indent}{one}" for one in added)


def _value(fact: Fact) -> str:
    if fact is None:
        return "null"
    return quote(fact) if isinstance(fact, str) else f"{fact:.10g}"
