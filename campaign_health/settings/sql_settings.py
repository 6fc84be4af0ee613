"""A database of the team's own as the source of a workspace's events, out of its settings."""

from __future__ import annotations

import re
from pathlib import Path

from campaign_health.errors import SettingsError
from campaign_health.settings.service_models import SqlSettings
from campaign_health.settings.values import Values
from campaign_health.settings.zone_setting import read_zone

LONGEST_NAME = 40
_TAKEN = ("mixpanel", "amplitude", "customer.io")


def read_sql(values: Values, directory: Path) -> SqlSettings | None:
    """The database and its query; None where neither is set.

    Raises:
        SettingsError: one of the two is missing, the file cannot be read, or a value cannot be used.
    """
    url, query, file = (
        values.secret("EVENTS_SQL_URL"),
        values.optional("EVENTS_SQL_QUERY"),
        values.optional_path("EVENTS_SQL_QUERY_FILE", directory),
    )
    if url is None and query is None and file is None:
        return None
    if url is None or (query is None and file is None):
        lacking = "EVENTS_SQL_URL" if url is None else "EVENTS_SQL_QUERY (or EVENTS_SQL_QUERY_FILE)"
        raise SettingsError(
            f"The database that the events come from is set up only in part: {lacking} is missing.",
            "Set its address and the query that counts there.",
        )
    if query is not None and file is not None:
        raise SettingsError("EVENTS_SQL_QUERY and EVENTS_SQL_QUERY_FILE are both set.", "Remove one of them.")
    zone = read_zone(values, "EVENTS_SQL_TIMEZONE")
    return SqlSettings(
        name=_name(values),
        url=url,
        query=query or _read(file),
        seconds=values.number("EVENTS_SQL_SECONDS", 1, 86_400),
        time_zone=None if zone is None else zone.key,
    )


def _name(values: Values) -> str:
    name = values.text("EVENTS_SQL_NAME")
    # It stands in sentences of pages and messages: signs that these would take for their own are none of a name.
    if name.lower() in _TAKEN or not re.fullmatch(r"\w[\w .+-]*", name) or len(name) > LONGEST_NAME:
        raise SettingsError(
            f"EVENTS_SQL_NAME is {name[:80]!r}.",
            f"Call the database something else, in at most {LONGEST_NAME} letters and digits, such as BigQuery.",
        )
    return name


def _read(file: Path | None) -> str:
    assert file is not None
    try:
        text = file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as failure:
        said = failure.strerror if isinstance(failure, OSError) else "it is not written in UTF-8"
        raise SettingsError(f"EVENTS_SQL_QUERY_FILE is {file}, which cannot be read: {said}.", "Check it.") from failure
    if not text:
        raise SettingsError(f"EVENTS_SQL_QUERY_FILE is {file}, which is empty.", "Write the query into it.")
    return text
