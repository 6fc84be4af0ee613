"""The type of an open database, for those who pass one on without knowing DuckDB."""

from __future__ import annotations

from duckdb import DuckDBPyConnection as Connection

__all__ = ["Connection"]
