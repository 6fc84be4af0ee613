"""An environment of its own for sharing through DuckDB's extensions: here they can be had as wheels only, and only for
one release of DuckDB, which need not be the one that the product is tested with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-share"
RELEASE = "1.5.5"
EXTENSIONS = ("postgres-scanner", "ducklake", "httpfs")


@dataclass(frozen=True)
class ShareEnvironment:
    """An interpreter whose DuckDB finds its extensions in the home directory `home`."""

    python: Path
    home: Path

    def variables(self, more: dict[str, str] | None = None) -> dict[str, str]:
        """The environment of a program in it."""
        # Every one of many short programs would compile everything anew.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "HOME": str(self.home), "PYTHONPATH": str(ROOT), **(more or {})}

    def start(self, *arguments: str, more: dict[str, str] | None = None, cwd: Path = ROOT) -> subprocess.Popen[str]:
        """A program in it, its output kept."""
        return subprocess.Popen(
            [str(self.python), *arguments], env=self.variables(more), cwd=cwd, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str, more: dict[str, str] | None = None, cwd: Path = ROOT) -> tuple[int, str]:
        """The same, until it ends: its exit code, and all that it wrote."""
        process = self.start(*arguments, more=more, cwd=cwd)
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
        return process.returncode, out + err


def share_environment() -> ShareEnvironment:
    """The environment, made where it is not there; skips the test, with a reason, where it cannot be had."""
    with FileLock(f"{FOLDER}.lock"):
        made = FOLDER / "made"
        if not made.exists():
            try:
                _make()
            except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
                said = getattr(failure, "stderr", "") or str(failure)
                pytest.skip(f"DuckDB {RELEASE} and its extensions cannot be had here as wheels: {said[-300:]}")
            made.touch()
    return ShareEnvironment(FOLDER / "bin" / "python", FOLDER / "home")


def _make() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    _uv("venv", "--no-python-downloads", "--python", sys.executable, str(FOLDER))
    wheels = [f"duckdb-extension-{name}=={RELEASE}" for name in EXTENSIONS]
    _uv("pip", "install", "--python", str(FOLDER), f"duckdb=={RELEASE}", *wheels, "--editable", f"{ROOT}[share]")
    for file in FOLDER.glob("lib/**/*.duckdb_extension"):
        # As DuckDB itself lays them out; the wheel does not say for which machine it is, the running one asks.
        platform = subprocess.run(
            [FOLDER / "bin" / "python", "-c", "import duckdb; print(*duckdb.sql('PRAGMA platform').fetchone())"],
            check=True, capture_output=True, text=True, timeout=60,
        ).stdout.strip()  # fmt: skip
        place = FOLDER / "home" / ".duckdb" / "extensions" / f"v{RELEASE}" / platform
        place.mkdir(parents=True, exist_ok=True)
        (place / file.name).symlink_to(file)


def _uv(*arguments: str) -> None:
    program = [sys.executable, "-m", "uv", "--quiet", *arguments]
    subprocess.run(program, check=True, capture_output=True, text=True, timeout=300, cwd=ROOT)
