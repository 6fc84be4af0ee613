"""Reads what the checklist is made of: the published file, and the pipelines of the manifest's repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_health.process.clock import local_day
from campaign_health.settings import Settings
from campaign_health.state.setup_checklist import Checklist, SetupFacts, checklist
from campaign_health.state.source_health import read_sources
from storage.connection import Connection
from storage.errors import StorageError
from storage.file.database import open_published
from storage.file.zones import stored_zone
from storage.read.decisions_made import decisions_in_force
from storage.read.setup_progress import collected_days, set_up_campaigns

# Where pipelines are kept, from the repository's root.
_PIPELINES = (
    ".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml", ".pre-commit-config.yaml",
    ".circleci/config.yml", ".buildkite/*.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml", "Jenkinsfile",
)  # fmt: skip
# The command, the action, GitLab's template or the hook; never in a comment.
_RUNS_CHECK = re.compile(
    r"^[^#\n]*(campaign[-_]health check\b|uses:.*campaign-health|campaign-health-check|CAMPAIGN_HEALTH_REPOSITORY)",
    re.MULTILINE,
)
_MOST_BYTES = 1_000_000
_UTC = ZoneInfo("UTC")


def read_setup(connection: Connection, workspace: str) -> SetupFacts:
    """What the published file shows of a workspace."""
    zone = stored_zone(connection, workspace) or _UTC
    ticked = {
        one.about: (one.decided_by, local_day(one.decided_at, zone))
        for one in decisions_in_force(connection, workspace)
        if one.kind == "checklist" and one.about
    }
    return SetupFacts(
        collected_days(connection, workspace),
        set_up_campaigns(connection, workspace),
        read_sources(connection, workspace),
        ticked,
    )


def read_checklist(settings: Settings, workspace: str, now: datetime) -> Checklist:
    """The checklist of a workspace; where nothing was published yet, nothing is collected."""
    facts, zone = SetupFacts(), _UTC
    try:
        with open_published(settings.data_dir) as connection:
            facts, zone = read_setup(connection, workspace), stored_zone(connection, workspace) or _UTC
    except StorageError:
        pass
    own = next((one for one in settings.workspaces if one.name == workspace), None)
    gate = gate_file(own.manifest_path) if own else None
    return checklist(own, facts, gate, local_day(now, zone))


def gate_file(manifest: Path | None) -> str | None:
    """The pipeline's file, by its path from the root of the manifest's repository, that runs `check`; None without."""
    root = _repository_of(manifest) if manifest is not None else None
    if root is None:
        return None
    return next((str(path.relative_to(root)) for path in _pipelines(root) if _runs_check(path)), None)


def _repository_of(manifest: Path) -> Path | None:
    folder = manifest.resolve().parent
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)


def _pipelines(root: Path) -> Iterator[Path]:
    for pattern in _PIPELINES:
        yield from sorted(root.glob(pattern))


def _runs_check(path: Path) -> bool:
    try:
        with path.open("rb") as opened:
            text = opened.read(_MOST_BYTES)
    except OSError:
        return False
    return _RUNS_CHECK.search(text.decode("utf-8", "replace")) is not None
