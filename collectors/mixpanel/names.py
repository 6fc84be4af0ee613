"""The names of a project's events."""

from __future__ import annotations

from datetime import date

from collectors.errors import AuthenticationFailed, CollectorError, RequestRefused
from collectors.event_source import EventNames
from collectors.http.shape import Reader
from collectors.mixpanel.project_apis import MixpanelClient, reader
from collectors.mixpanel.window import Window

PATH = "/events/names"
MOST_NAMES = 5000
RECENT_DAYS = 31


def fetch_event_names(client: MixpanelClient, first_day: date, last_day: date, today: date) -> EventNames:
    """Names of all events of the days asked for, at most 5,000.

    The dates are not documented, though the official client sends them: where they are refused, the list covers
    the last 31 days, and a note says so. Where the plan's history is shorter, `first_day` is later than asked.

    Args:
        client: The project.
        first_day: First day, in the project's zone.
        last_day: Last day, at most today.
        today: Today in the project's zone.

    Raises:
        CollectorError: by what went wrong.
    """
    window = Window(first_day, last_day, today)
    always: dict[str, str | int] = {"project_id": client.project_id, "type": "general", "limit": MOST_NAMES}
    notes: list[str] = []
    dates = window.dates
    while True:
        try:
            body = client.query.get_json(PATH, {**always, **dates})
            break
        except AuthenticationFailed:
            raise
        except CollectorError as error:
            if dates and window.shrink(error):
                dates = window.dates
            elif dates and isinstance(error, RequestRefused) and error.status == 400:
                dates = {}
                notes.append(f"Mixpanel refused dates for the list of events: it covers {RECENT_DAYS} days.")
            else:
                raise
    names = parse_names(body, reader(client.query, PATH))
    if window.first_day > first_day:
        notes.append(f"Mixpanel's plan serves no day before {window.first_day}.")
    if len(names) >= MOST_NAMES:
        notes.append(f"Mixpanel lists at most {MOST_NAMES} events: rarer ones may be missing.")
    return EventNames(names, window.first_day, tuple(notes))


def parse_names(body: object, read: Reader) -> tuple[str, ...]:
    """The distinct names of a `/events/names` answer, in its order."""
    names = (read.text(name, f"[{i}]") for i, name in enumerate(read.sequence(body, "body")))
    return tuple(dict.fromkeys(name for name in names if name))
