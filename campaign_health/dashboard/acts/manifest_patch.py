"""The change of the manifest that goes with a confirmed rename, ready to be applied in git."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.errors import CampaignHealthError
from campaign_health.manifest.writing import rename_patch


@dataclass(frozen=True)
class Patch:
    """A unified diff, or why there is none; both empty where the workspace has no manifest."""

    text: str = ""
    problem: str = ""


def offer_patch(page: Page, suspect: Mapping[Hashable, Any]) -> None:
    """Offers the patch for a confirmed rename (a row of `rename_suspects`) as a download."""
    patch = patch_for(page, suspect)
    if patch.text:
        st.download_button(
            "Download the change of the manifest", patch.text, file_name="rename.patch", mime="text/x-diff",
            key=f"patch-{suspect['old_event']}\n{suspect['new_event']}", icon=":material/difference:",
            on_click="ignore", help="Apply it in the repository with `git apply rename.patch`, then commit it.",
        )  # fmt: skip
    elif patch.problem:
        quiet(f"The manifest's change could not be made: {in_markdown(patch.problem)}")


def own_manifest(page: Page) -> Path | None:
    """The manifest of the page's workspace; None where it has none."""
    path = next((one.manifest_path for one in page.settings.workspaces if one.name == page.name), None)
    return path if path is not None and path.exists() else None


def patch_for(page: Page, suspect: Mapping[Hashable, Any]) -> Patch:
    """The patch against the workspace's manifest as it is now."""
    path = own_manifest(page)
    if path is None:
        return Patch()
    since = pd.Timestamp(suspect["first_day"]).date()
    owner = suspect["decided_by"] if isinstance(suspect["decided_by"], str) else None
    old, new = str(suspect["old_event"]), str(suspect["new_event"])
    try:
        text = path.read_text(encoding="utf-8")
        return Patch(rename_patch(text, old=old, new=new, since=since, owner=owner, file=path.name))
    except CampaignHealthError as failure:
        return Patch(problem=failure.message)
    except (OSError, UnicodeDecodeError) as failure:
        return Patch(problem=f"{path.name} cannot be read: {failure}")
