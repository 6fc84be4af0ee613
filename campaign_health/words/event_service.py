"""Which service counts the events of the workspace that is being spoken of: Mixpanel or Amplitude.

Sentences of many places name it, and most of them know nothing of workspaces: whoever begins to tell of one says so
once, around all that is told. Where nobody said, it is Mixpanel.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, get_args

EventService = Literal["Mixpanel", "Amplitude"]

_SPOKEN_OF: ContextVar[EventService] = ContextVar("event_service", default="Mixpanel")
_DECLARATIONS: dict[EventService, str] = {"Mixpanel": "Mixpanel's Lexicon", "Amplitude": "Amplitude's list of events"}


@contextmanager
def speaking_of(service: str | None) -> Iterator[None]:
    """Within it, texts are of a workspace whose events this service counts; None and unknown names are Mixpanel."""
    token = _SPOKEN_OF.set(next((one for one in get_args(EventService) if one == service), "Mixpanel"))
    try:
        yield
    finally:
        _SPOKEN_OF.reset(token)


def event_service() -> EventService:
    """The service's name."""
    return _SPOKEN_OF.get()


def declarations() -> str:
    """What the service calls the place where events are declared, hidden and blocked."""
    return _DECLARATIONS[event_service()]


def of_service(text: str, service: str | None = None) -> str:
    """A text of our own that speaks of Mixpanel, without anybody's names in it: the same of the workspace's service."""
    named = service or event_service()
    if named == "Mixpanel":
        return text
    return text.replace(_DECLARATIONS["Mixpanel"], _DECLARATIONS["Amplitude"]).replace("Mixpanel", named)
