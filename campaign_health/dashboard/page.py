"""What all pages share: the workspace that the address names, the state of the data, and what is shown without any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from campaign_health.dashboard.installation import installation, now, warehouse
from campaign_health.dashboard.look.markup import in_markdown, shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.style import use_style
from campaign_health.dashboard.look.theme import Palette, palette
from campaign_health.dashboard.published import answer
from campaign_health.dashboard.watch import watch_for_new_data
from campaign_health.process.clock import local_day
from campaign_health.settings import Settings
from campaign_health.state.sources import WorkspaceNow, workspaces
from campaign_health.state.stretch_words import unchecked_line
from campaign_health.state.stretches import stretches
from campaign_health.words.dates import day_text, days_since
from campaign_health.words.lists import joined
from campaign_health.words.status import SOURCE_WORDS
from storage.errors import ExpectedFailure, NoPublishedFileError
from storage.file.zones import known_zone

# A day's collection is due every morning; a little later than a day and a half is a collection that was missed.
STALE_AFTER = timedelta(hours=36)


@dataclass(frozen=True)
class Page:
    """The view that is being drawn: its workspace, today in that workspace's zone, and its colours."""

    settings: Settings
    workspace: WorkspaceNow
    today: date
    now: datetime
    palette: Palette

    @property
    def name(self) -> str:
        """The workspace's name."""
        return self.workspace.workspace

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's zone."""
        return known_zone(self.workspace.time_zone)

    def local_time(self, instant: datetime) -> str:
        """An instant as people of the workspace read it: `today at 06:32`, `Mon 23 Nov at 06:32`."""
        local = instant.astimezone(self.zone)
        passed = days_since(local.date(), self.today)
        day = passed if passed in ("today", "yesterday") else day_text(local.date(), self.today)
        return f"{day} at {local:%H:%M}"


def draw(page: Callable[[Page], None]) -> None:
    """Draws a page in one of its four states: no data yet, an error, stale data, normal."""
    use_style()
    try:
        watch_for_new_data()
        settings = installation()
        found = answer(workspaces)
        if not found:
            _first_run()
            return
        workspace = _chosen(found)
        moment = now()
        zone = known_zone(workspace.time_zone)
        view = Page(settings, workspace, local_day(moment, zone), moment, palette())
        _say_if_stale(view)
        page(view)
    except NoPublishedFileError:
        _first_run()
    except ExpectedFailure as failure:
        st.error(in_markdown(failure.message), icon=":material/error:")
        if failure.cure:
            st.write(in_markdown(failure.cure))


def _chosen(found: tuple[WorkspaceNow, ...]) -> WorkspaceNow:
    names = [workspace.workspace for workspace in found]
    if len(names) == 1:
        return found[0]
    name = st.selectbox("Workspace", names, key="workspace", bind="query-params", format_func=shown,
                        persist_state="session", width=460)  # fmt: skip
    return found[names.index(name)]


def _first_run() -> None:
    st.title("No data yet")
    st.write(
        "Nothing has been collected so far. Once Mixpanel and Customer.io have been asked for the first time, "
        "your campaigns appear here by themselves."
    )
    st.write("Whoever runs campaign-health can start that now:")
    st.code("campaign-health doctor     # are the keys right?\ncampaign-health collect    # ask both sources\n"
            "campaign-health judge      # find what is broken", language="shell")  # fmt: skip
    st.write("Only having a look? This shows a made-up company, without any account:")
    st.code("campaign-health demo", language="shell")
    quiet(f"The data is expected in {in_markdown(warehouse().published_path)}.")


def _say_if_stale(page: Page) -> None:
    sources = page.workspace.sources
    failed = [source for source in sources if source.outcome != "complete"]
    complete = [source.last_complete for source in sources if source.last_complete]
    newest = page.workspace.oldest_core() or max(complete, default=None)
    if newest is None or page.now - newest > STALE_AFTER:
        when = f"The last complete collection was {page.local_time(newest)}." if newest else "None was complete yet."
        st.warning(
            f"**These numbers are old.** {when} What has happened since cannot be seen here. "
            "Ask whoever runs campaign-health whether it is still running.",
            icon=":material/schedule:",
        )
        return
    missing = "What is missing is *not collected*, never zero: see page Data."
    found = answer(stretches, page.name)
    lacking = {source for one in found if one.status == "not_collected" for source in one.lacking}
    names = joined([SOURCE_WORDS.get(one.source, one.source) for one in failed if one.source not in lacking])
    others = f"{names} did not answer in full. " if names else ""
    if line := unchecked_line(found, page.today):
        quiet(f":material/cloud_off: **{in_markdown(line)}** {others}{missing}")
    elif others:
        quiet(f":material/cloud_off: **Not everything could be checked.** {others}{missing}")
