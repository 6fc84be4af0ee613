"""Makes this process write its lines as a service does: all that is logged, warned of or left uncaught."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Literal, get_args

from campaign_health.logs.log_lines import OWN, Hiding, JsonLines, TextLines

LogFormat = Literal["text", "json"]
LOG_FORMATS: tuple[LogFormat, ...] = get_args(LogFormat)

_hiding = Hiding()
_log = logging.getLogger("campaign_health")


class _ServiceHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """The one handler; `is_service` knows it by its class."""


def write_log_lines(log_format: LogFormat, secrets: Iterable[str] = ()) -> None:
    """From now on standard error gets one line for each thing, `secrets` hidden in it. May be called again.

    Of this program all is told that is worth a line, of its libraries what is a warning or worse.
    """
    hide_in_log_lines(secrets)
    write_for_people()
    handler = _ServiceHandler(sys.stderr)
    handler.setFormatter(JsonLines(_hiding) if log_format == "json" else TextLines(_hiding))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)
    # Where the lines cannot be written any more, nobody reads that either.
    logging.raiseExceptions = False
    sys.excepthook = _uncaught
    threading.excepthook = lambda failed: _uncaught(
        failed.exc_type, failed.exc_value or failed.exc_type(), failed.exc_traceback
    )


def write_for_people() -> None:
    """Undoes `write_log_lines`: from now on this process writes as a command does that somebody started by hand."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _ServiceHandler)]:
        root.removeHandler(handler)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__


def hide_in_log_lines(secrets: Iterable[str]) -> None:
    """From now on these are hidden in each line too: keys may be changed while a service runs."""
    _hiding.know(secrets)


def writes_log_lines() -> bool:
    """Whether this process writes its lines as a service does."""
    return any(isinstance(one, _ServiceHandler) for one in logging.getLogger().handlers)


def _uncaught(kind: type[BaseException], failure: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, SystemExit):
        _log.error("It ended by a failure that nobody foresaw: %s.", kind.__name__, exc_info=(kind, failure, trace))
