"""Writes the metrics to a file that the node exporter's textfile collector reads."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from campaign_health.health.health_numbers import health_metrics
from campaign_health.health.health_state import Health

# The node exporter is another user's; names of workspaces and times are all that is in it.
READABLE = 0o644
_log = logging.getLogger(__name__)


class MetricsFile:
    """The file at `path`, replaced in one step each time. Where that fails it is said once, until it works again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: str | None = None

    def write(self, health: Health) -> None:
        """Replaces the file; a failure is logged and stops nothing."""
        try:
            _replace(self._path, health_metrics(health))
        except OSError as failure:
            text = failure.strerror or str(failure)
            if text != self._told:
                _log.warning("The metrics file %s cannot be written: %s.", self._path, text)
            self._told = text
        else:
            self._told = None


def _replace(path: Path, text: str) -> None:
    # Not named *.prom until it is whole: the collector reads each file of that name.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".unfinished", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(READABLE)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
