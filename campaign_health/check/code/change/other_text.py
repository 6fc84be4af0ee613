"""Every tracked text file that is not read as code, such as other languages, tests and docs: its quoted names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from campaign_health.check.code.files.occurrences import spellings
from campaign_health.check.code.files.paths import is_product_code, is_skipped_folder
from campaign_health.check.code.sending.tracking_calls import METHODS, own_name
from campaign_health.check.code.syntax.source import decode, is_binary
from campaign_health.check.git_tree import Entry, Repository
from campaign_health.manifest.schema import CodeSettings

MAX_FILE_BYTES = 1_000_000
# A name within quotes, or after a colon as in Elixir and Clojure.
_QUOTED = re.compile(r"[\"'`](?=([^\"'`\n]{1,255})[\"'`])|(?<![\w:]):([A-Za-z_]\w*)")
# Prose, data and what machines write: a name there is not sent from there.
_NO_CODE = frozenset(
    """.md .mdx .rst .txt .adoc .csv .tsv .lock .log .sql .svg .snap .po .pot .ipynb .strings .xliff .css .scss .sass
    .less .map .json .jsonc .json5 .yml .yaml .patch .diff .bru .http""".split()  # noqa: SIM905
)
_NO_TEXT = frozenset(
    """.png .jpg .jpeg .gif .webp .ico .pdf .zip .gz .tgz .jar .woff .woff2 .ttf .otf .eot .mp3 .mp4 .mov .webm .wasm
    .so .dylib .dll .exe .bin .parquet .sqlite .db .psd .ai""".split()  # noqa: SIM905
)
_COMMENT = re.compile(r"\s*(?://|#|\*|/\*|<!--|--|;|%)")


@dataclass(frozen=True)
class TextPlace:
    """A quoted name in a file that is not read as code.

    Attributes:
        skipped: The file lies in a folder, or has a name, that is left out on purpose: tests, docs, vendored.
        may_send: The file could be code.
        is_call: The name follows a tracking call or a function of the manifest on its line.
    """

    path: str
    line: int
    text: str
    skipped: bool
    may_send: bool
    is_call: bool


class OtherText:
    """Reads quoted names out of one moment's other files; nothing is read before it is asked for."""

    def __init__(
        self,
        repository: Repository,
        base: str | None,
        settings: CodeSettings,
        under: str,
        manifest_path: str | None,
    ) -> None:
        self._repository = repository
        self._base = base
        self._settings = settings
        self._under = under
        self._manifest_path = manifest_path
        self._head_texts: dict[str, str] | None = None
        self._base_texts: dict[str, str] | None = None
        self._same: set[str] = set()
        names = sorted({*METHODS, *map(own_name, settings.calls)} - {"event", "builder", "logEvent"})
        self._call = re.compile(r"(?<![\w$])(?:" + "|".join(map(re.escape, names)) + r")\b[^;]*$", re.IGNORECASE)

    def at_head(self, names: Iterable[str]) -> Mapping[str, list[TextPlace]]:
        """Where names stand in quotes in the work tree, by name; files that could be code first."""
        if self._head_texts is None:
            self._head_texts = self._read_head()
        return self._places(self._head_texts, names)

    def at_base(self, names: Iterable[str]) -> Mapping[str, list[TextPlace]]:
        """The same at the base, in files that have since changed or gone."""
        if self._base is None:
            return {}
        if self._base_texts is None:
            self._base_texts = self._read_base(self._base)
        return self._places(self._base_texts, names)

    def text_at_head(self, path: str) -> str | None:
        """One file as it is in the work tree."""
        if self._head_texts is None:
            self._head_texts = self._read_head()
        return self._head_texts.get(path)

    def quoted_at_base(self, path: str) -> set[str]:
        """Every quoted string of a changed file as it was at the base."""
        text = (self._base_texts or {}).get(path, "")
        return {(match[1] or match[2]).strip() for match in _QUOTED.finditer(text)}

    def is_as_at_base(self, path: str) -> bool:
        """Whether a file is the same at the base; asked after `at_base`."""
        return path in self._same

    def _places(self, texts: Mapping[str, str], names: Iterable[str]) -> Mapping[str, list[TextPlace]]:
        wanted = {spelling: name for name in names for spelling in spellings(name, self._settings.prefix)}
        found: dict[str, list[TextPlace]] = defaultdict(list)
        for path, text in texts.items():
            for match in _QUOTED.finditer(text):
                name = wanted.get((match[1] or match[2]).strip())
                if name is not None:
                    found[name].append(self._place(path, text, match.start()))
        for places in found.values():
            places.sort(key=lambda place: (not place.may_send, place.skipped, place.path, place.line))
        return found

    def _place(self, path: str, text: str, start: int) -> TextPlace:
        begin = text.rfind("\n", 0, start) + 1
        end = text.find("\n", start)
        line = text[begin : end if end >= 0 else len(text)]
        skipped = is_skipped_folder(path) or not self._is_of_unread_kind(path)
        may_send = not skipped and PurePosixPath(path).suffix.lower() not in _NO_CODE
        is_call = may_send and not _COMMENT.match(line) and bool(self._call.search(text[begin:start]))
        return TextPlace(path, text.count("\n", 0, start) + 1, line, skipped, may_send, is_call)

    def _is_of_unread_kind(self, path: str) -> bool:
        """Whether only its language keeps it from being read, rather than its place or a pattern of the manifest."""
        return is_product_code(path, self._settings, self._manifest_path, any_language=True)

    def _entries(self, entries: Mapping[str, Entry]) -> dict[str, Entry]:
        kept = {
            path: entry
            for path, entry in entries.items()
            if entry.is_file
            and path.startswith(self._under)
            and path != self._manifest_path
            and PurePosixPath(path).suffix.lower() not in _NO_TEXT
            and not is_product_code(path, self._settings, self._manifest_path)
        }
        ignored = self._repository.ignored(kept) | self._repository.vendored(kept)
        return {path: entry for path, entry in kept.items() if path not in ignored}

    def _read_head(self) -> dict[str, str]:
        found = {}
        for path in self._entries(self._repository.tracked()):
            content = self._repository.read_work_tree(path, MAX_FILE_BYTES)
            if content is not None and _is_text(content):
                found[path] = decode(content)
        return found

    def _read_base(self, base: str) -> dict[str, str]:
        entries = self._entries(self._repository.files_at(base))
        changed = {}
        for path, entry in entries.items():
            content = self._repository.read_work_tree(path, MAX_FILE_BYTES)
            if content is not None and self._repository.blob_name(content, entry.blob) == entry.blob:
                self._same.add(path)
            else:
                changed[path] = entry.blob
        blobs = self._repository.read_blobs(changed.values())
        return {path: decode(blobs[blob]) for path, blob in changed.items() if _is_text(blobs[blob])}


def _is_text(content: bytes) -> bool:
    return len(content) <= MAX_FILE_BYTES and not is_binary(content)
