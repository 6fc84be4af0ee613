"""One record as one line: its time with offset, its level, and what happened, without keys and control signs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from campaign_health.words.visible import visible
from collectors.http.impersonal import without_keys
from collectors.http.redaction import Redactor, secrets_of

DEFAULT_WORKSPACE = "default"
FACTS = ("workspace", "source", "task", "outcome", "rows", "requests")
"""What a record may carry besides its message, as `extra`; a line for programs has each under this name."""

OWN = ("campaign_health", "collectors", "storage")
"""Names of the loggers whose messages hold nothing of what a service answered but what may be shown of it."""

# A shorter part of an address is a word, such as "services", and could stand anywhere.
_SHORTEST_PART = 9
# In front of a message where it is written without a level, on a terminal.
_SAID_ALREADY = "warning: "


class Hiding:
    """Takes keys out of what is written. `know` tells it which there are; those of before stay hidden too."""

    def __init__(self) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._redact = Redactor(())

    def know(self, secrets: Iterable[str]) -> None:
        """From now on these are hidden too, and of those that are addresses every part that is a key."""
        known = self._secrets | frozenset(secrets)
        if known == self._secrets:
            return
        self._secrets = known
        parts = [part for secret in known if "://" in secret for part in secrets_of(secret)]
        self._redact = Redactor([*known, *(part for part in parts if len(part) >= _SHORTEST_PART)])

    def __call__(self, text: str) -> str:
        return self._redact(text)


class Lines(logging.Formatter):
    """What both forms say of a record.

    Args:
        hide: takes keys out of a text.
    """

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._hide = hide

    def message(self, record: logging.LogRecord) -> str:
        """What happened, on one line."""
        text = self._hide(record.getMessage().removeprefix(_SAID_ALREADY))
        is_own = record.name.partition(".")[0] in OWN
        return visible(text if is_own else without_keys(text))

    def traceback(self, record: logging.LogRecord) -> list[str]:
        """The lines of the failure that the record is of; none where it is of none."""
        text = self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else record.exc_text
        # A failure's own words may be of what a service answered.
        return [without_keys(_one_line(self._hide(line))) for line in (text or "").splitlines()]

    def fact(self, record: logging.LogRecord, name: str) -> str | int | None:
        """One of FACTS, None where the record has it not."""
        value = getattr(record, name, None)
        return value if value is None or isinstance(value, int) else visible(self._hide(str(value)))


class TextLines(Lines):
    """`2026-11-24T06:30:02.118+01:00 WARNING acme: …`; of a traceback each line is begun so."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, and those of its traceback."""
        begin = f"{time_of(record)} {level_of(record)} "
        workspace = self.fact(record, "workspace")
        message = self.message(record)
        where = "" if workspace in (None, DEFAULT_WORKSPACE) else f"{workspace}: "
        whole = message if message.startswith(where) else f"{where}{message}"
        return "\n".join(f"{begin}{line}" for line in (whole, *self.traceback(record)))


class JsonLines(Lines):
    """One JSON object a line; in ASCII, so that no terminal and no collector of logs reads it wrongly."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line."""
        said = {"time": time_of(record), "level": level_of(record), "message": self.message(record)}
        facts = {name: self.fact(record, name) for name in FACTS}
        lines = self.traceback(record)
        origin = {"logger": record.name, "process": record.process, "traceback": "\n".join(lines) if lines else None}
        return json.dumps({name: value for name, value in (said | facts | origin).items() if value is not None})


def time_of(record: logging.LogRecord) -> str:
    """When it happened, by the clock on the wall and with its offset: it is read beside other programs' lines."""
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def level_of(record: logging.LogRecord) -> str:
    """INFO, WARNING or ERROR."""
    if record.levelno >= logging.ERROR:
        return "ERROR"
    return "WARNING" if record.levelno >= logging.WARNING else "INFO"


def _one_line(text: str) -> str:
    indent = text[: len(text) - len(text.lstrip(" "))]
    return indent + visible(text) if text.strip() else ""
