"""Where the scripts of the pages are: beside this module, wherever the script is that Streamlit was started with."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "pages"


def page_file(name: str) -> str:
    """The script of the page of this name, such as `overview`, by its full path."""
    return str(_FOLDER / f"{name}_page.py")
