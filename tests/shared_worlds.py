"""Folders that are costly to fill: made once for all workers of a test session, and only read or copied after that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def built_once(tmp_path_factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """The folder of that name, which the first worker to ask for it has `build` fill; the others wait for it.

    A test that changes anything copies it first.
    """
    own = tmp_path_factory.getbasetemp()
    everybodys = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = everybodys / f"shared-{name}"
    with FileLock(everybodys / f"shared-{name}.lock"):
        if not folder.exists():
            unfinished = everybodys / f"shared-{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            build(unfinished)
            unfinished.rename(folder)
    return folder
