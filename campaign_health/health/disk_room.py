"""How much room there is on the data directory's disk, and how much publishing needs."""

from __future__ import annotations

import shutil
from pathlib import Path

from campaign_health.health.health_facts import DiskFacts
from storage.file.database import Warehouse

MEGABYTE = 1024**2
# Publishing needs room for a whole copy; below this nothing can be relied on.
LEAST_FREE = 100 * MEGABYTE
COPIES = 3


def disk_room(data_dir: Path) -> DiskFacts:
    """Raises OSError where the directory cannot be looked at."""
    path = Warehouse(data_dir).path
    stored = path.stat().st_size if path.exists() else 0
    return DiskFacts(free=shutil.disk_usage(data_dir).free, needed=max(LEAST_FREE, COPIES * stored))
