"""The product's code at the base and at the head, read once, with the files that speak of certain words found fast."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from campaign_health.check.code.files.paths import is_minified, is_product_code
from campaign_health.check.code.syntax.languages import language_of
from campaign_health.check.code.syntax.source import Source, decode, is_binary
from campaign_health.check.git_tree import Entry, Repository
from campaign_health.manifest.schema import CodeSettings

WORDS = re.compile(rb"[A-Za-z0-9_]+")
MAX_FILE_BYTES = 5_000_000


@dataclass(eq=False)
class CodeFile:
    """One file of the product's code, parsed when first asked for."""

    path: str
    content: bytes

    @cached_property
    def words(self) -> frozenset[bytes]:
        """Every run of letters, digits and `_`, in comments and strings too: to rule files out without parsing."""
        content = self.content
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            content = decode(content).encode("utf-8")
        return frozenset(WORDS.findall(content))

    @cached_property
    def source(self) -> Source:
        """The parsed file."""
        language = language_of(self.path)
        if language is None:
            raise ValueError(f"{self.path} is in no language that is read")
        return Source(self.content, language)

    @property
    def is_page(self) -> bool:
        """Whether code stands in it between other text."""
        language = language_of(self.path)
        return language is not None and language.page is not None

    @property
    def is_catalogue(self) -> bool:
        """Whether it is data rather than code."""
        language = language_of(self.path)
        return language is not None and language.kind == "catalogue"


@dataclass
class Snapshot:
    """The product's code at one moment. `skipped` counts files left out as too large."""

    files: dict[str, CodeFile] = field(default_factory=dict)
    too_large: list[str] = field(default_factory=list)

    def with_words(self, words: Iterable[bytes]) -> list[CodeFile]:
        """The files that hold at least one of the words."""
        wanted = frozenset(words)
        return [file for file in self.files.values() if not wanted.isdisjoint(file.words)]


def take_snapshots(
    repository: Repository, base: str | None, settings: CodeSettings, under: str, manifest_path: str | None
) -> tuple[Snapshot | None, Snapshot]:
    """The code at a commit (None without one) and in the work tree, below a folder (empty for all).

    A file that is the same at both is one object, parsed once.
    """

    def kept(entries: Mapping[str, Entry]) -> dict[str, Entry]:
        return {
            path: entry
            for path, entry in entries.items()
            if entry.is_file and path.startswith(under) and is_product_code(path, settings, manifest_path)
        }

    head_entries = kept(repository.tracked())
    base_entries = kept(repository.files_at(base)) if base else {}
    paths = sorted({*head_entries, *base_entries})
    left_out = repository.ignored(paths) | repository.vendored(paths)

    head = Snapshot()
    missing: dict[str, str] = {}
    for path, entry in head_entries.items():
        if path in left_out:
            continue
        content = repository.read_work_tree(path)
        if content is None:
            missing[path] = entry.blob
        else:
            _add(head, path, content)
    sparse = repository.left_out() if missing else set()
    blobs = repository.read_blobs(blob for path, blob in missing.items() if path in sparse)
    for path, blob in missing.items():
        if path in sparse:
            _add(head, path, blobs[blob])
    if base is None:
        return None, head

    earlier = Snapshot()
    changed: dict[str, str] = {}
    for path, entry in base_entries.items():
        if path in left_out:
            continue
        same = head.files.get(path)
        if same is not None and repository.blob_name(same.content, entry.blob) == entry.blob:
            earlier.files[path] = same
        else:
            changed[path] = entry.blob
    blobs = repository.read_blobs(changed.values())
    for path, blob in changed.items():
        _add(earlier, path, blobs[blob])
    return earlier, head


def _add(snapshot: Snapshot, path: str, content: bytes) -> None:
    if len(content) > MAX_FILE_BYTES:
        snapshot.too_large.append(path)
    elif not is_binary(content) and not is_minified(path, content):
        snapshot.files[path] = CodeFile(path, content)


def anchor_of(name: str) -> bytes | None:
    """The longest word of a name, which any file that holds the name must hold; None if it has no ASCII word."""
    if not name.isascii():
        # In the file, a letter beyond ASCII may be written as an escape that runs into the word beside it.
        words = re.findall(r"(?:(?<=[\x00-\x7f])(?<![A-Za-z0-9_])|^)[A-Za-z0-9_]+(?=$|[\x00-\x7f])", name)
    else:
        words = re.findall(r"[A-Za-z0-9_]+", name)
    return max(words, key=len).encode() if words else None
