"""The change that a check of the code is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from campaign_health.check.code.change.other_text import OtherText
from campaign_health.check.code.files.snapshot import WORDS, CodeFile, Snapshot
from campaign_health.check.code.sending.senders import Senders, wrappers_in
from campaign_health.check.code.sending.tracking_calls import CallReader
from campaign_health.check.code.sending.wrappers import Wrapper
from campaign_health.manifest.manifest_reading import ReadManifest


@dataclass(frozen=True)
class CodeChange:
    """The product's code at the base (None: not compared) and now, the manifest that goes with it, and other files."""

    base: Snapshot | None
    head: Snapshot
    read: ReadManifest
    manifest_path: str
    others: OtherText | None = None

    @cached_property
    def wrappers(self) -> dict[str, Wrapper]:
        """The project's functions that pass an argument on to a tracking call."""
        return wrappers_in([self.head, self.base] if self.base else [self.head], self.read.manifest.code.calls)

    @cached_property
    def _reader(self) -> CallReader:
        own = self.read.manifest.code.calls
        return CallReader([*own, *self.wrappers], shapes=self.wrappers)

    @cached_property
    def base_senders(self) -> Senders | None:
        """What sends at the base."""
        return Senders(self.base, self._reader) if self.base else None

    @cached_property
    def head_senders(self) -> Senders:
        """What sends at the head."""
        return Senders(self.head, self._reader)

    @cached_property
    def lost_words(self) -> frozenset[bytes]:
        """The words that stand less often in the files that differ than they did at the base."""
        before: Counter[bytes] = Counter()
        now: Counter[bytes] = Counter()
        for file in self._changed(self.base, self.head):
            before.update(WORDS.findall(file.content))
        for file in self._changed(self.head, self.base):
            now.update(WORDS.findall(file.content))
        return frozenset(word for word, count in before.items() if now[word] < count)

    def _changed(self, one: Snapshot | None, other: Snapshot | None) -> list[CodeFile]:
        files = one.files.items() if one else ()
        return [file for path, file in files if other is None or other.files.get(path) is not file]
