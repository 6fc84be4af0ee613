"""Where the route's data is, by the settings."""

from __future__ import annotations

from campaign_health.settings import Settings
from storage.outbox.connection.outbox_connection import Place, PostgresPlace
from storage.outbox.connection.sealed_text import use_keys


def route_place(settings: Settings) -> Place:
    """The data directory, or the database that is set; the key that is set seals what is kept there from now on.

    Raises:
        StorageError: a key is set, and what seals with it is not installed.
    """
    use_keys([one.get_secret_value() for one in settings.route_encryption_keys])
    url = settings.route_database_url
    return settings.data_dir if url is None else PostgresPlace(settings.data_dir, url.get_secret_value())
