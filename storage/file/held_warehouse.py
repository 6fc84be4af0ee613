"""The warehouse, open a moment longer than each use: what reads and writes again at once need not open it again.

To open and close it costs more than most reads and writes, and each time it is closed DuckDB writes a part of the whole
file. Nobody else can have it meanwhile, so it is let go of before anything is waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock

import duckdb

from storage.file.database import Warehouse


class HeldWarehouse:
    """One thread uses it; any may let go of it.

    Args:
        warehouse: what is opened.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._lock = Lock()
        self._kept: tuple[ExitStack, duckdb.DuckDBPyConnection] | None = None

    @property
    def data_dir(self) -> Path:
        """The folder that it stands in."""
        return self._warehouse.data_dir

    @contextmanager
    def open(self, *, let_go: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """As `Warehouse.open`, and with `let_go` closed at the end as there; else it stays open until the next use has
        ended or `let_go` is called. A failure closes it.
        """
        with self._lock:
            (stack, connection), self._kept = self._kept or (ExitStack(), None), None
        with stack:
            if connection is None:
                connection = stack.enter_context(self._warehouse.open())
            yield connection
            if not let_go:
                with self._lock:
                    self._kept = stack.pop_all(), connection

    def let_go(self) -> None:
        """Close it, where nobody uses it just now; it is closed when this returns, whoever closes it.

        Raises:
            StorageError: what was stored is, but could not be put into its place in the file.
        """
        with self._lock:
            if self._kept is not None:
                (stack, _), self._kept = self._kept, None
                stack.close()
