"""Environments with the DuckDB versions that analysts still use, made once and kept between runs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

VERSIONS = ("1.1.3", "1.4.4")


def old_client(version: str) -> Path:
    """The Python of an environment with this DuckDB; skips, saying why, where it cannot be made."""
    place = Path(tempfile.gettempdir()) / "campaign-health-old-clients"
    place.mkdir(exist_ok=True)
    directory = place / version
    python = directory / "bin" / "python"
    with FileLock(place / f"{version}.lock"):
        if _version_of(python) == version:
            return python
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(directory)], capture_output=True, text=True, timeout=120
        )
        if made.returncode:
            pytest.skip(f"no environment for DuckDB {version} could be made: {made.stderr[-300:]}")
        installed = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "10", f"duckdb=={version}"],
            capture_output=True,
            text=True,
            timeout=300,
        )
        if installed.returncode:
            pytest.skip(f"DuckDB {version} could not be installed: {installed.stderr[-300:]}")
    return python


def _version_of(python: Path) -> str | None:
    if not python.exists():
        return None
    asked = subprocess.run(
        [str(python), "-c", "import duckdb; print(duckdb.__version__)"], capture_output=True, text=True
    )
    return asked.stdout.strip() or None
