"""The settings and files of this installation, as the dashboard sees them."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from campaign_health.dashboard.hosted_demo import HOSTED_DEMO, may_show_demo
from campaign_health.process.clock import read_clock
from campaign_health.settings import Settings, load_settings
from campaign_health.state.shared_file import shared_folder
from storage.file.database import Warehouse


def installation() -> Settings:
    """The settings, read anew for each page so that a changed file needs no restart."""
    return load_settings(os.environ, Path.cwd())


def warehouse() -> Warehouse:
    """The data directory: its published file is read, and what people decide is written to its warehouse.

    Where that has vanished since a page was shown, nothing is begun anew in its place. Where another machine shares
    what it publishes, it is the folder in which that is kept, of which nothing is written.

    Raises:
        StorageError: nothing could be had of what is shared so far.
    """
    settings = installation()
    if settings.database is not None:
        return Warehouse(shared_folder(settings.data_dir, settings.database.get_secret_value()))
    found = Warehouse(settings.data_dir)
    if shows_demo(settings) and HOSTED_DEMO.folder is not None:
        found = Warehouse(HOSTED_DEMO.folder)
    found.never_begin_anew()
    return found


def shows_demo(settings: Settings) -> bool:
    """Whether the made-up company is shown, or will be: nothing is set up or published, and a host serves the pages."""
    return may_show_demo(settings) and not Warehouse(settings.data_dir).published_path.exists()


def now() -> datetime:
    """The present instant in UTC."""
    return read_clock(os.environ)
