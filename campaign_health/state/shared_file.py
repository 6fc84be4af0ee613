"""The published file that another machine shares: kept in a folder here, and fetched anew where it is another."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from threading import Lock

from storage.errors import StorageError
from storage.file.database import PUBLISHED_NAME
from storage.share.destinations import parse_destination
from storage.share.sharing import fetch
from storage.share.taking_in import folder_of

LOOK_EVERY_SECONDS = 60.0
_log = logging.getLogger(__name__)
# One looks for all visitors; when it was looked last, by address.
_looking = Lock()
_looked: dict[str, float] = {}


def shared_folder(data_dir: Path, address: str) -> Path:
    """The folder with the file that is shared at `address`, as it was a minute ago at the most.

    What was had before is shown where the address cannot be reached now: the pages say how old it is.

    Raises:
        StorageError: nothing was had so far, and it cannot be had now.
    """
    folder = folder_of(data_dir, address)
    is_there = (folder / PUBLISHED_NAME).exists()
    is_due = time.monotonic() - _looked.get(address, float("-inf")) >= LOOK_EVERY_SECONDS
    if (is_due or not is_there) and _looking.acquire(blocking=not is_there):
        try:
            fetch(parse_destination(address), folder)
        except StorageError as failure:
            if not is_there:
                raise
            _log.warning("warning: what is shown stays as it is: %s", failure)
        finally:
            _looked[address] = time.monotonic()
            _looking.release()
    return folder
