"""Tells a demo's data directory from one with what was really collected, so that neither is taken for the other."""

from __future__ import annotations

from pathlib import Path

from campaign_health.errors import CouldNotStart

MARKER = "this-is-a-demo"


def refuse_demo_directory(data_dir: Path) -> None:
    """Refuses to collect really into a demo's directory: the next demo there would delete it.

    Raises:
        CouldNotStart: the directory is a demo's.
    """
    try:
        marked = (data_dir / MARKER).exists()
    except OSError:  # whoever opens the directory says better why it cannot be used
        return
    if marked:
        raise CouldNotStart(
            f"{data_dir} holds a demo, and the next demo there would delete what is collected.",
            "Choose another CAMPAIGN_HEALTH_DATA_DIR, or delete that folder.",
        )
