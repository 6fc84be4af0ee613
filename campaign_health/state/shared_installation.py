"""An installation that collects nothing itself, but reads and tells of what others share."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from campaign_health.errors import SettingsError
from campaign_health.settings import Settings, load_settings
from campaign_health.state.shared_file import shared_folder
from storage.file.database import Warehouse, open_published
from storage.read.workspaces import workspaces
from storage.share.destinations import parse_destination
from storage.share.taking_in import folder_of, take_in, told_folder

_log = logging.getLogger(__name__)


def only_reads(settings: Settings) -> bool:
    """Whether this machine has its data from others: it is said where they share it, and nothing was collected here."""
    return settings.database is not None and not Warehouse(settings.data_dir).exists()


def reading_settings() -> Settings:
    """The settings of this process for a command that only reads what is published.

    Where `settings.database` is set and nothing was collected here, the data directory is the folder with what is
    shared there now, and the workspaces are those that are shared: the ones that the settings name, and without names
    all, each as the settings say of one.

    Raises:
        SettingsError: the settings cannot be used, or name workspaces of which none is shared there.
        StorageError: what is shared cannot be had.
    """
    settings = load_settings(os.environ, Path.cwd())
    if settings.database is None or not only_reads(settings):
        return settings
    folder = shared_folder(settings.data_dir, settings.database.get_secret_value())
    with open_published(folder) as connection:
        names = workspaces(connection)
    return _of(settings, names, folder)


def told_of(settings: Settings) -> tuple[Settings, Warehouse]:
    """The same for telling: there the data directory is a warehouse of its own, with all that is shared now and with
    what was told of it; and that warehouse. Where `settings.database` is not set, and on a machine that has collected
    itself, these settings and their own.

    Raises:
        SettingsError: the settings name workspaces, and none of them is shared there.
        StorageError: what is shared cannot be had or read.
    """
    if settings.database is None or not only_reads(settings):
        return settings, Warehouse(settings.data_dir)
    address = settings.database.get_secret_value()
    folder = folder_of(settings.data_dir, address)
    destination = parse_destination(address)
    warehouse = Warehouse(told_folder(settings.data_dir, destination))
    names = take_in(warehouse, destination, folder)
    return _of(settings, names, warehouse.data_dir), warehouse


def _of(settings: Settings, names: Sequence[str], folder: Path) -> Settings:
    named = [one.name for one in settings.workspaces]
    chosen = tuple(one for one in settings.workspaces if one.name in names)
    if not settings.names_workspaces:
        chosen = tuple(settings.workspaces[0].model_copy(update={"name": name}) for name in names)
    if not chosen:
        raise SettingsError(
            f"No workspace of the settings ({', '.join(named)}) is shared at the address of CAMPAIGN_HEALTH_DATABASE.",
            f"There are: {', '.join(names) or 'none'}. Without names in campaign-health.toml all of them are meant.",
        )
    if missing := [name for name in named if settings.names_workspaces and name not in names]:
        _log.warning("warning: not shared at the address of CAMPAIGN_HEALTH_DATABASE: %s.", ", ".join(missing))
    return settings.model_copy(update={"workspaces": chosen, "data_dir": folder})
