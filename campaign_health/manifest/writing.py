"""Edits of a manifest that leave every comment where it is, and manifests written from data."""

from __future__ import annotations

import difflib
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from ruamel.yaml import YAML

from campaign_health.errors import CampaignHealthError
from campaign_health.manifest.manifest_reading import DEFAULT_NAME, ReadManifest, parse_manifest
from campaign_health.manifest.schema import Manifest
from campaign_health.manifest.yaml_tree import Place, YamlTree

# Words that YAML 1.1 and 1.2 readers between them take for something other than text.
_NOT_TEXT = re.compile(r"(?i)(~|null|true|false|yes|no|on|off|y|n|[-+.]?[\d.][\d._:eExXoO+-]*|\.inf|\.nan)?")
_PLAIN = re.compile(r"[A-Za-z_][\w./$-]*(?: [\w./$-]+)*")


class ManifestEditError(CampaignHealthError):
    """A manifest cannot be edited as asked."""


def rename_event(
    text: str, *, old: str, new: str, since: date, owner: str | None = None, file: str = DEFAULT_NAME
) -> str:
    """The manifest's text after a reviewed rename: the event's entry, what hangs on it, a `renames:` entry.

    Everything else, comments and spacing included, stays as it was.

    Raises:
        ManifestError: the text is no manifest.
        ManifestEditError: it already renames `old`, or the rename leads nowhere.
    """
    read = parse_manifest(text, file)
    if any(rename.old.strip() == old.strip() for rename in read.manifest.renames):
        raise ManifestEditError(f"{file} already renames `{old}`.", "Change that entry by hand.")
    edits = [(place.start, place.end, quote(new)) for place in _places_of(read, old, new)]
    edits.append(_renames_entry(read, old, new, since, owner))
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    after = parse_manifest(text, file)
    if after.manifest.newest_name(old) != after.manifest.newest_name(new):
        raise ManifestEditError(f"The rename of `{old}` cannot be written into {file}.", "Write it by hand.")
    return text


def rename_patch(
    text: str, *, old: str, new: str, since: date, owner: str | None = None, file: str = DEFAULT_NAME
) -> str:
    """The same edit as `rename_event`, as a unified diff that `git apply` and `patch -p1` take."""
    return unified_patch(text, rename_event(text, old=old, new=new, since=since, owner=owner, file=file), file)


def unified_patch(text: str, after: str, file: str) -> str:
    """What changed of a file's text, as a unified diff that `git apply` and `patch -p1` take; empty where nothing."""
    lines = difflib.unified_diff(
        text.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{file}", f"b/{file}"
    )
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def write_manifest(manifest: Manifest) -> str:
    """A manifest as YAML, without comments; reading it gives the same manifest."""
    data = manifest.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    for rename in data.get("renames", ()):
        if rename.get("since"):
            rename["since"] = date.fromisoformat(rename["since"])
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 4096
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = io.StringIO()
    yaml.dump({"version": 1, **data}, out)
    return out.getvalue()


def _places_of(read: ReadManifest, old: str, new: str) -> list[Place]:
    places: list[Place] = []
    if new not in read.manifest.events:
        places += [read.tree.keys["events", name] for name in read.manifest.events if name.strip() == old.strip()]
    for index, campaign in enumerate(read.manifest.campaigns):
        path = ("campaigns", index, "event")
        if campaign.event is not None and campaign.event.strip() == old.strip() and path in read.tree.values:
            places.append(read.tree.values[path])
    for index, triggered in enumerate(read.manifest.triggered):
        path = ("triggered", index, "event")
        if triggered.event.strip() == old.strip() and path in read.tree.values:
            places.append(read.tree.values[path])
    return places


def _renames_entry(read: ReadManifest, old: str, new: str, since: date, owner: str | None) -> tuple[int, int, str]:
    fields = {"from": quote(old), "to": quote(new), "since": since.isoformat()}
    if owner:
        fields["owner"] = quote(owner)
    return entry_added(read, "renames", [flow_mapping(fields)], len(read.manifest.renames))


def flow_mapping(fields: Mapping[str, str]) -> str:
    """Fields, quoted as they must be, as a mapping on one line."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


def entry_added(read: ReadManifest, part: str, entries: Sequence[str], there: int) -> tuple[int, int, str]:
    """The edit (start, end, new text) that adds entries, each on one line, to the list `part`, which has `there`."""
    text, tree, path = read.text, read.tree, (part,)
    if path not in tree.keys:
        gap = "" if text.endswith("\n") or not text else "\n"
        return len(text), len(text), gap + f"{part}:\n" + "".join(f"  - {entry}\n" for entry in entries)
    place = tree.values[path]
    if place.flow:
        return place.end - 1, place.end - 1, ("", ", ")[there > 0] + ", ".join(entries)
    if not there:
        written_out = place.end > place.start  # `null` or `~`
        start, end = (place.start, place.end) if written_out else (tree.keys[path].end + 1,) * 2
        return start, end, "".join(f"\n  - {entry}" for entry in entries)
    first = tree.values[part, 0]
    dash = text.rfind("-", 0, first.start)
    indent = dash - text.rfind("\n", 0, dash) - 1
    added = "".join(f"\n{' ' * indent}- {entry}" for entry in entries)
    end = text.find("\n", _content_end(tree, path))
    return (len(text), len(text), f"{added}\n") if end < 0 else (end, end, added)


def _content_end(tree: YamlTree, path: tuple[str | int, ...]) -> int:
    """Where the last value inside a block ends; the block itself ends after the comments that follow it."""
    inside = [found for found in tree.values if found[: len(path)] == path and found != path]
    parents = {found[:-1] for found in inside}
    return max(tree.values[found].end for found in inside if found not in parents or tree.values[found].flow)


def quote(name: str) -> str:
    """A text as a YAML value: plain where every reader takes it for text, else in double quotes."""
    if _PLAIN.fullmatch(name) and not _NOT_TEXT.fullmatch(name):
        return name
    return json.dumps(name, ensure_ascii=False)
