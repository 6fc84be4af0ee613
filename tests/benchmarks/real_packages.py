"""Real, permissively licensed packages whose sources send events by name, as a history of versions.

They come through the machine's own `npm` and `pip`; only their code files are kept, each version as one commit.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.check_corpus import run_git

CACHE = Path(tempfile.gettempdir()) / "campaign-health-real-packages"
SUFFIXES = (".py", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".json", ".yml", ".yaml")


class NotReachable(Exception):
    """A package could not be had: no registry, or no such version."""


@dataclass(frozen=True)
class Sends:
    """Where a function takes the event: at a position (from 0), or under one of these labels."""

    position: int = 0
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Package:
    """One package and the versions to compare, oldest first.

    Attributes:
        name: As its registry knows it.
        licence: The licence of the part that is read.
        folder: The part that is read, from the package's root.
        versions: Neighbours are compared.
        calls: The functions that send an event, as the manifest's `code.calls` has them.
        python: For which Python a wheel is taken; None for an npm package.
        place: The folder in which the part is laid; the part's own name if it is empty.
    """

    name: str
    licence: str
    folder: str
    versions: tuple[str, ...]
    calls: dict[str, Sends] = field(default_factory=dict)
    python: str | None = None
    place: str = ""

    @property
    def slug(self) -> str:
        """Its name as a folder's."""
        return self.name.replace("@", "").replace("/", "-")


def _versions(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PACKAGES = (
    Package(
        "netlify-cli",
        "MIT",
        "src",
        _versions("2.11.2 2.20.0 2.40.0 2.60.1 2.71.0 3.4.0 3.13.0 3.21.5 8.15.0 9.16.0 11.0.0 12.0.0"),
        {"track": Sends()},
    ),
    Package(
        "sanity",
        "MIT",
        "src",
        _versions("3.30.0 3.36.0 3.42.0 3.48.0 3.54.0 3.60.0 3.66.0 3.72.0 3.78.0 3.86.0"),
        {"defineEvent": Sends(0, ("name",))},
    ),
    Package(
        "@strapi/admin",
        "MIT (admin/src, outside of ee)",
        "admin/src",
        _versions("4.0.0 4.1.0 4.2.0 4.3.0 4.4.0 4.5.0 4.6.0 4.7.0 4.8.0 4.9.0 4.10.1 4.11.0"),
        {"trackUsage": Sends(), "trackUsageRef.current": Sends()},
    ),
    Package(
        "eas-cli",
        "MIT",
        "build",
        _versions("0.21.0 0.30.1 0.40.0 0.52.0 1.1.1 2.4.0 3.2.0 3.13.0 5.0.0 7.0.0 12.0.0"),
        {"logEvent": Sends()},
        place="src",
    ),
    Package(
        "gatsby",
        "MIT",
        "dist",
        _versions("2.10.0 2.18.18 2.22.0 2.28.0 2.32.0 3.2.0 3.8.0 3.14.0 4.4.0 4.14.0 4.24.0 5.4.0"),
        {"trackCli": Sends(), "trackError": Sends(), "trackBuildError": Sends()},
        place="src",
    ),
    Package(
        "rasa",
        "Apache-2.0",
        "rasa",
        _versions("2.0.0 2.1.0 2.2.0 2.4.0 2.6.0 2.8.0 3.0.0 3.2.0 3.4.0 3.6.0"),
        {"_track": Sends(0, ("event_name",))},
        python="3.8",
    ),
    Package(
        "zenml",
        "Apache-2.0",
        "zenml",
        _versions("0.5.0 0.6.0 0.7.0 0.9.0 0.13.0 0.22.0 0.30.0 0.35.0 0.40.0 0.45.0 0.55.0 0.60.0"),
        {
            "track": Sends(0, ("event",)),
            "track_event": Sends(0, ("event",)),
            "track_handler": Sends(0, ("event",)),
            "track_decorator": Sends(0, ("event",)),
            "event_handler": Sends(0, ("event",)),
        },
        python="3.8",
    ),
    Package(
        "great-expectations",
        "Apache-2.0",
        "great_expectations",
        _versions("0.11.0 0.12.0 0.13.0 0.13.20 0.13.40 0.14.0 0.15.0 0.15.20 0.15.40 0.16.0 0.17.0 0.18.0"),
        {
            "usage_statistics_enabled_method": Sends(9, ("event_name",)),
            "send_usage_message": Sends(1, ("event",)),
            "send_usage_message_from_handler": Sends(0, ("event",)),
        },
        python="3.8",
    ),
    Package(
        "sentry",
        "BSD-3-Clause",
        "sentry",
        _versions("8.10.0 8.14.0 8.16.0 8.18.0 8.19.0 8.20.0 8.21.0 8.22.0 9.0.0 9.1.2"),
        {"record": Sends()},
        python="2.7",
    ),
    Package(
        "streamlit",
        "Apache-2.0",
        "streamlit",
        _versions("1.14.0 1.16.0 1.18.0 1.20.0 1.24.0 1.28.0 1.32.0 1.36.0 1.40.0"),
        {"gather_metrics": Sends(0, ("name",))},
        python="3.9",
    ),
)


def repository_of(package: Package) -> Path:
    """A git repository with each version as a commit and a tag `vVERSION`; made once, then kept in a temporary folder.

    Raises:
        NotReachable: A version could not be had.
    """
    folder = CACHE / package.slug
    repository = folder / "repository"
    made = folder / "made.json"
    if made.exists() and json.loads(made.read_text(encoding="utf-8")) == list(package.versions):
        run_git(repository, "checkout", "-q", "-f", "main")
        run_git(repository, "clean", "-q", "-f", "-d", "-x")
        return repository
    shutil.rmtree(repository, ignore_errors=True)
    repository.mkdir(parents=True)
    run_git(repository, "init", "-q", "-b", "main")
    run_git(repository, "config", "gc.auto", "0")  # so that nothing is packed while it is read
    for version in package.versions:
        for left in repository.iterdir():
            if left.name != ".git":
                shutil.rmtree(left)
        _unpack(_archive(package, version, folder), package, repository)
        run_git(repository, "add", "-A", "-f")
        run_git(repository, "commit", "-q", "--allow-empty", "-m", version)
        run_git(repository, "tag", f"v{version}")
    made.write_text(json.dumps(list(package.versions)), encoding="utf-8")
    return repository


def _archive(package: Package, version: str, folder: Path) -> Path:
    place = folder / version
    if kept := _archives_in(place):
        return kept[0]
    place.mkdir(parents=True, exist_ok=True)
    if package.python is None:
        command = ["npm", "pack", "--silent", f"{package.name}@{version}", "--pack-destination", str(place)]
    else:
        kind = ["--python-version", package.python, *(["--implementation", "py"] if package.python == "2.7" else [])]
        wheel = ["--only-binary", ":all:", "--ignore-requires-python", *kind]
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", *wheel, "-d", str(place)]
        command.append(f"{package.name}=={version}")
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=os.environ)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotReachable(f"{package.name} {version}: {error}") from error
    if not (found := _archives_in(place)):
        raise NotReachable(f"{package.name} {version}: {ended.stderr.strip()[-300:]}")
    return found[0]


def _archives_in(place: Path) -> list[Path]:
    return sorted([*place.glob("*.tgz"), *place.glob("*.whl")])


def _unpack(archive: Path, package: Package, repository: Path) -> None:
    """Write the package's part that is read; of it, only code and catalogues of at most 2 MB."""
    for name, content in _files(archive):
        inside = re.sub(r"^package/", "", name) if archive.suffix == ".tgz" else name
        if not inside.startswith(f"{package.folder}/") or not inside.endswith(SUFFIXES) or len(content) > 2_000_000:
            continue
        target = repository / (package.place or package.folder) / inside.removeprefix(f"{package.folder}/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _files(archive: Path) -> list[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return [(entry.filename, wheel.read(entry)) for entry in wheel.infolist() if not entry.is_dir()]
    with tarfile.open(archive) as ball:
        opened = [(entry.name, ball.extractfile(entry)) for entry in ball.getmembers() if entry.isfile()]
        return [(name, stream.read()) for name, stream in opened if stream is not None]
