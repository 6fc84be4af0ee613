"""The change that a check of the code is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from campaign_health.check.code.snapshot import Snapshot
from campaign_health.manifest.manifest_reading import ReadManifest


@dataclass(frozen=True)
class CodeChange:
    """The product's code at the base (None: not compared) and now, and the manifest that goes with it."""

    base: Snapshot | None
    head: Snapshot
    read: ReadManifest
    manifest_path: str

    @cached_property
    def words_of_changed_files(self) -> frozenset[bytes]:
        """Every word that stood at the base in a file that has since changed or gone."""
        files = self.base.files.items() if self.base else ()
        return frozenset().union(*(file.words for path, file in files if self.head.files.get(path) is not file))
