"""The settings and files of this installation, as the dashboard sees them."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from campaign_health.process.clock import read_clock
from campaign_health.settings import Settings, load_settings
from storage.file.database import Warehouse


def installation() -> Settings:
    """The settings, read anew for each page so that a changed file needs no restart."""
    return load_settings(os.environ, Path.cwd())


def warehouse() -> Warehouse:
    """The data directory: its published file is read, and what people decide is written to its warehouse.

    Where that has vanished since a page was shown, nothing is begun anew in its place.
    """
    found = Warehouse(installation().data_dir)
    found.never_begin_anew()
    return found


def now() -> datetime:
    """The present instant in UTC."""
    return read_clock(os.environ)
