"""Where the route's data is, by the settings."""

from __future__ import annotations

from campaign_health.settings import Settings
from storage.outbox.outbox_connection import Place, PostgresPlace


def route_place(settings: Settings) -> Place:
    """The data directory, or the database that is set."""
    url = settings.route_database_url
    return settings.data_dir if url is None else PostgresPlace(settings.data_dir, url.get_secret_value())
