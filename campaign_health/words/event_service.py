"""What counts the events of the workspace that is being spoken of: Mixpanel, Amplitude, or a database of the team's.

Sentences of many places name it, and most of them know nothing of workspaces: whoever begins to tell of one says so
once, around all that is told. Where nobody said, it is Mixpanel.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

EventService = str
"""`Mixpanel`, `Amplitude`, or what the settings call the team's own database."""

_SPOKEN_OF: ContextVar[EventService] = ContextVar("event_service", default="Mixpanel")
_DECLARATIONS: dict[EventService, str] = {"Mixpanel": "Mixpanel's Lexicon", "Amplitude": "Amplitude's list of events"}


@contextmanager
def speaking_of(service: str | None) -> Iterator[None]:
    """Within it, texts are of a workspace whose events this service counts; None is Mixpanel."""
    token = _SPOKEN_OF.set(service or "Mixpanel")
    try:
        yield
    finally:
        _SPOKEN_OF.reset(token)


def event_service() -> EventService:
    """The service's name."""
    return _SPOKEN_OF.get()


def declarations() -> str:
    """What the service calls the place where events are declared, hidden and blocked."""
    return _declarations(event_service())


def of_service(text: str, service: str | None = None) -> str:
    """A text of our own that speaks of Mixpanel, without anybody's names in it: the same of the workspace's service."""
    named = service or event_service()
    if named == "Mixpanel":
        return text
    return text.replace(_DECLARATIONS["Mixpanel"], _declarations(named)).replace("Mixpanel", named)


def is_database(service: str | None) -> bool:
    """Whether it is a database of the team's own, by whatever name."""
    return service is not None and service not in _DECLARATIONS


def _declarations(service: EventService) -> str:
    return _DECLARATIONS.get(service, f"{service}'s list of events")
