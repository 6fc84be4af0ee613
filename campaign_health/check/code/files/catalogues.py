"""Which JSON and YAML files the code loads: only those are catalogues whose entries count as strings of the code."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath

from campaign_health.check.code.files.paths import matches
from campaign_health.check.code.files.snapshot import CodeFile, Snapshot, anchor_of
from campaign_health.check.code.syntax.languages import JAVASCRIPT, PAGES, TSX, TYPESCRIPT

_LOADS = re.compile(r"(?i)config_for|resource|load|read|open|asset|bundle|yaml|json|require|import|embed")
_LISTS = re.compile(r"(?i)readdir|listdir|scandir|iterdir|glob|walk|\bdir\b|children|entries|context|files")
HOLE = re.compile(r"\$\{[^}]*\}|#\{[^}]*\}|\\\([^)]*\)|\{[^}]*\}|\$\w+")
_SCRIPTS = (JAVASCRIPT, TYPESCRIPT, TSX, *PAGES)


def is_loaded(path: str, snapshot: Snapshot) -> bool:
    """Whether product code names this file in a string (by its name, path, stem, folder or a pattern) or embeds it."""
    pure = PurePosixPath(path)
    words = {anchor for part in (pure.stem, pure.parent.name) if (anchor := anchor_of(part))}
    return any(not file.is_catalogue and _loads(file, pure) for file in snapshot.with_words(words))


def _loads(file: CodeFile, path: PurePosixPath) -> bool:
    content = file.source.content
    lines: list[str] | None = None
    stem, suffix, folder_name = path.stem, path.suffix, path.parent.name or "\0"
    for text, line in file.source.string_texts:
        # Cheap, since every string of the code comes by here for every catalogue.
        pattern = suffix in text and ("*" in text or bool(HOLE.search(text)))
        if not (stem in text or pattern or text.endswith(folder_name)):
            continue
        lines = lines or content.decode("utf-8").split("\n")
        if _names(text, path, file, " ".join(lines[max(0, line - 2) : line + 1])):
            return True
    folder = PurePosixPath(file.path).parent
    embedded = (part for found in re.findall(rb"(?m)^//go:embed[ \t]+(.+)$", content) for part in found.split())
    if any(matches(str(path), str(folder / part.decode("utf-8", "replace"))) for part in embedded):
        return True
    # Android's raw resources are named by a field.
    return path.parent.name == "raw" and f"R.raw.{path.stem}".encode() in content


def _names(text: str, path: PurePosixPath, file: CodeFile, around: str) -> bool:
    """Whether a string, read with the lines around it, names the file; what a hole holds may be anything."""
    given = HOLE.sub("*", text.strip())
    if given.startswith("."):
        return _is_relative(given, path, file)
    given = re.sub(r"^(?:\*?/|[@~#]/?)+", "", given)
    parts = PurePosixPath(given).parts
    if not parts:
        return False
    words = re.findall(r"[\w.-]+", around)
    if "*" in given:
        return matches(str(path), f"**/{given}") and (len(parts) > 1 or path.parent.name in words)
    if parts[-1] == path.name:
        return len(parts) == 1 or parts[-2] == path.parent.name
    if parts[-1] == path.stem:
        return parts[-2] == path.parent.name if len(parts) > 1 else bool(_LOADS.search(around))
    return parts[-1] == path.parent.name and bool(_LISTS.search(around))


def _is_relative(given: str, path: PurePosixPath, file: CodeFile) -> bool:
    """Whether `./name` or `../name` is the file: from the script's own folder, elsewhere from any working folder."""
    wanted = {str(path), str(path.with_suffix(""))}
    from_file = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), given))
    if from_file in wanted or ("*" in given and matches(str(path), "/" + from_file)):
        return True
    if file.source.language in _SCRIPTS and not given.startswith("./"):
        return False
    bare = re.sub(r"^(?:\.{1,2}/)+", "", given)
    if file.source.language in _SCRIPTS and "/" not in bare:
        return False
    return any(name == bare or name.endswith(f"/{bare}") for name in wanted) or (
        "*" in bare and "/" in bare and matches(str(path), f"**/{bare}")
    )
