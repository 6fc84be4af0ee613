"""The product as somebody else has it: built from what is in git, installed outside the checkout into empty rooms."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
# As a module: the tool is then the one of the `test` extra, also where it is not on the path.
UV = (sys.executable, "-m", "uv")
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Installed:
    """An environment in which the wheel was installed, and nothing else beside what it asks for."""

    folder: Path

    @property
    def bin(self) -> Path:
        """Where its commands are."""
        return self.folder / "bin"

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """Variables under which nothing of the checkout, of this process or of whoever runs it is seen."""
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", **more}

    def run(self, folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """`campaign-health` with these arguments, in a folder and with variables of its own."""
        return run([str(self.bin / "campaign-health"), *arguments], folder, self.environment(folder, **more))

    def missing(self, *modules: str) -> list[str]:
        """Those of the modules that cannot be imported there."""
        code = "import sys; from importlib.util import find_spec\nprint(*[m for m in sys.argv[1:] if not find_spec(m)])"
        done = run([str(self.bin / "python"), "-c", code, *modules], self.folder, self.environment(self.folder))
        return done.stdout.split()


def run(command: list[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A command in a folder, and what it says."""
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


def copy_of_the_checkout(folder: Path) -> Path:
    """What is in git or will be, as a clone has it: no environment, no cache, nothing that an earlier build left."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder


def build_wheel(folder: Path) -> None:
    """A source distribution, and a wheel built of that alone."""
    source = copy_of_the_checkout(folder / "source")
    subprocess.run([*UV, "build", "--quiet", "--out-dir", str(folder), str(source)], check=True)
    shutil.rmtree(source)


def wheel_in(folder: Path) -> Path:
    """The wheel that `build_wheel` left there."""
    (found,) = folder.glob("*.whl")
    return found


def install_wheel(wheel: Path, folder: Path, extra: str = "") -> None:
    """An environment in `folder` with the wheel and what it needs, and the extra's libraries where one is named."""
    # The folder gets its name when it is finished, which the commands in it must survive.
    subprocess.run(
        [*UV, "venv", "--quiet", "--relocatable", "--allow-existing", "--python", sys.executable, str(folder)],
        check=True,
    )
    what = f"{wheel}[{extra}]" if extra else str(wheel)
    subprocess.run([*UV, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), what], check=True)
