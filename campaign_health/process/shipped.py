"""Files of the project that are no modules and yet needed where it is installed: the dashboard's script, the guide."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from campaign_health.errors import CouldNotStart

SHARE = Path("share") / "campaign-health"
_PACKAGES = Path(__file__).resolve().parents[2]


def shipped(name: str) -> Path:
    """Where the file is that the checkout has under this path, such as `docs/check.md`.

    A wheel brings it below `share/campaign-health` of the environment, in the same folders.

    Raises:
        CouldNotStart: the installation lacks it.
    """
    for place in (_recorded(name), _PACKAGES / SHARE / name, _in_checkout(name)):
        if place is not None and place.is_file():
            return place
    raise CouldNotStart(f"{name} of this installation was not found.", "Install campaign-health again.")


def _recorded(name: str) -> Path | None:
    """As the installer wrote down, which knows where an environment keeps its `share`."""
    try:
        installed = files("campaign-health") or []
    except PackageNotFoundError:
        return None
    end = (SHARE / name).parts
    return next((Path(str(one.locate())).resolve() for one in installed if one.parts[-len(end) :] == end), None)


def _in_checkout(name: str) -> Path | None:
    # Beside installed packages, a file of such a name would be somebody else's.
    return _PACKAGES / name if (_PACKAGES / "pyproject.toml").is_file() else None
