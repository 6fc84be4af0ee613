"""What a machine that collects nothing tells of: what the others share."""

from __future__ import annotations

from campaign_health.errors import SettingsError
from campaign_health.settings import DEFAULT_WORKSPACE, Settings
from storage.file.database import Warehouse
from storage.share.destinations import parse_destination
from storage.share.taking_in import folder_of, take_in


def told_of(settings: Settings) -> tuple[Settings, Warehouse]:
    """The settings with the workspaces that are told of, and the warehouse in which they and what was told are.

    Where `settings.database` is set, that is a warehouse of its own with all that is shared there now; without names in
    the settings all of its workspaces are told of, each as the settings say of one. Else it is the data directory.

    Raises:
        SettingsError: the settings name workspaces, and none of them is shared there.
        StorageError: what is shared cannot be had or read.
    """
    if settings.database is None:
        return settings, Warehouse(settings.data_dir)
    address = settings.database.get_secret_value()
    folder = folder_of(settings.data_dir, address)
    warehouse = Warehouse(folder / "told")
    destination = parse_destination(address)
    names = take_in(warehouse, destination, folder)
    named = [one.name for one in settings.workspaces]
    told = tuple(one for one in settings.workspaces if one.name in names)
    if named == [DEFAULT_WORKSPACE]:
        told = tuple(settings.workspaces[0].model_copy(update={"name": name}) for name in names)
    if not told:
        raise SettingsError(
            f"No workspace of the settings ({', '.join(named)}) is shared at {destination.shown}.",
            f"There are: {', '.join(names)}. Without names in campaign-health.toml all of them are told of.",
        )
    return settings.model_copy(update={"workspaces": told, "data_dir": warehouse.data_dir}), warehouse
