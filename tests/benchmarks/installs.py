"""What it takes to install the gate alone and the whole product: megabytes, and seconds with and without a cache.

`python -m tests.benchmarks.installs`

By pip, as the pipeline files install it, into environments that are empty before; seconds without a cache are mostly
the network's. Megabytes are 1,048,576 bytes of disk, as `du` counts them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.installed_cast import build_wheel, wheel_in

KINDS = {"the gate alone": "", "in full": "[monitor]", "in full, with sign-in": "[sign-in]"}
LARGEST = 8


def megabytes(folder: Path) -> float:
    """What a folder, or one file, takes on the disk."""
    files = [folder, *folder.rglob("*")] if folder.is_dir() else [folder]
    return sum(path.lstat().st_blocks for path in files) * 512 / 2**20


def install(environment: Path, what: str, cache: Path) -> float:
    """Seconds to install into a new environment, which is made before."""
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    began = time.perf_counter()
    subprocess.run(
        [str(environment / "bin" / "python"), "-m", "pip", "install", "-qq", what],
        env={**os.environ, "PIP_CACHE_DIR": str(cache)},
        check=True,
    )
    return time.perf_counter() - began


def packages(environment: Path) -> dict[str, float]:
    """Megabytes by what lies in site-packages, without pip and setuptools, which the environment had before."""
    (folder,) = environment.glob("lib/python*/site-packages")
    before = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence")
    return {path.name: megabytes(path) for path in folder.iterdir() if not path.name.startswith(before)}


def main() -> None:
    """Prints one line for each kind of install, and what takes the most room."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        build_wheel(room)
        wheel = wheel_in(room)
        for number, (kind, extra) in enumerate(KINDS.items()):
            cache = room / f"cache{number}"
            cold = install(room / f"cold{number}", f"{wheel}{extra}", cache)
            warm = install(room / f"warm{number}", f"{wheel}{extra}", cache)
            sizes = packages(room / f"warm{number}")
            print(f"{kind:<22} {sum(sizes.values()):4.0f} MB  {cold:4.0f} s without a cache  {warm:4.0f} s with one")
            largest = sorted(sizes.items(), key=lambda item: -item[1])[:LARGEST]
            print("    " + ", ".join(f"{name.partition('.')[0]} {size:.0f}" for name, size in largest))


if __name__ == "__main__":
    main()
