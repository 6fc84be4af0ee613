"""What all pages share: the workspace that the address names, the state of the data, and what is shown without any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import streamlit as st

from campaign_health.dashboard.hosted_demo import HOSTED_DEMO
from campaign_health.dashboard.installation import installation, now, shows_demo, warehouse
from campaign_health.dashboard.look.brand import count_in_tab
from campaign_health.dashboard.look.markup import in_markdown, said_in_markdown, shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.style import use_style
from campaign_health.dashboard.look.theme import Palette, palette
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.page_watch import watch_for_new_data
from campaign_health.dashboard.published_cache import answer, reading_together
from campaign_health.process.clock import local_day
from campaign_health.settings import Settings
from campaign_health.state.key_figures import key_figures
from campaign_health.state.not_configured import read_not_configured
from campaign_health.state.overview import Overview, overview_of
from campaign_health.state.service_pages import service_pages
from campaign_health.state.unchecked import Unchecked, in_brief
from campaign_health.state.workspace_state import WorkspaceState, read_workspace, workspace_names
from campaign_health.words.dates import moment_text
from campaign_health.words.event_service import speaking_of
from campaign_health.words.service_links import ServicePages
from campaign_health.words.visible import visible
from storage.errors import ExpectedFailure, NoPublishedFileError


@dataclass(frozen=True)
class Page:
    """The view that is being drawn: its workspace as it stands now, today in that workspace's zone, and its colours."""

    settings: Settings
    workspace: WorkspaceState
    overview: Overview
    today: date
    now: datetime
    palette: Palette

    @property
    def name(self) -> str:
        """The workspace's name."""
        return self.workspace.name

    @property
    def service_pages(self) -> ServicePages:
        """Where its campaigns and events are in the services themselves."""
        found = next((one for one in self.settings.workspaces if one.name == self.name), None)
        return service_pages(found, self.workspace.numbers)

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's zone."""
        return self.workspace.zone

    def local_time(self, instant: datetime) -> str:
        """An instant as people of the workspace read it: `today at 06:32`, `3 days ago at 06:32`."""
        return moment_text(instant, self.zone, self.today)


ALL_WORKSPACES = "*"
"""What the address names where all workspaces are asked for; no workspace can be called so."""
THIS_IS_A_DEMO = (
    "This is a made-up company, for nothing is set up here yet. To see your own, set CAMPAIGN_HEALTH_DATABASE (in the "
    "host's secrets) to where the machine that collects shares what it publishes."
)


def draw(
    page: Callable[[Page], None],
    *,
    unchecked: Literal["brief", "above", "below", "own"] = "brief",
    across: Callable[[list[str]], Overview] | None = None,
) -> None:
    """Draws a page in one of its four states: no data yet, an error, stale data, normal.

    What could not be checked is told above the page in brief, or in full above or below it; `own`: only as far as it
    is not of single campaigns, for the page itself tells of the one that it shows. `across` draws all workspaces
    together, which a page that has it begins with.
    """
    use_style()
    try:
        with reading_together():
            watch_for_new_data()
            settings = installation()
            names = answer(workspace_names, settings.configured)
            if not names:
                _first_run()
                say_not_configured(settings)
                return
            everything = settings.configured if settings.configured is not None else names
            name = _chosen(names, with_all=across is not None and len(everything) > 1)
            if name == ALL_WORKSPACES and across is not None:
                count_in_tab(key_figures(across(list(everything))).broken)
                say_not_configured(settings)
                return
            state = answer(read_workspace, name)
            moment = now()
            with speaking_of(state.numbers.event_service):
                view = Page(
                    settings, state, overview_of([state], moment), local_day(moment, state.zone), moment, palette()
                )
                count_in_tab(key_figures(view.overview).broken)
                if shows_demo(settings):
                    st.info(THIS_IS_A_DEMO, icon=":material/theater_comedy:")
                _say_what_is_old(view.overview)
                if unchecked == "above":
                    # Only the page Data itself begins with it.
                    _say_what_is_missing(view.overview, points_to_data=False)
                elif unchecked != "below":
                    found = view.overview.unchecked
                    _say_in_brief(view, [one for one in found if unchecked == "brief" or not one.campaigns])
                page(view)
                if unchecked == "below":
                    _say_what_is_missing(view.overview, points_to_data=True)
    except NoPublishedFileError:
        _first_run()
    except ExpectedFailure as failure:
        st.error(said_in_markdown(failure.message), icon=":material/error:")
        if failure.cure:
            st.write(said_in_markdown(failure.cure))


def _chosen(names: Sequence[str], *, with_all: bool) -> str:
    if not with_all:
        _forget_all()
    asked = st.query_params.get("workspace")
    if asked and asked not in names and asked != ALL_WORKSPACES:
        # The link of an older message: a campaign of the same number may be another one here.
        st.warning(f"There is no workspace {in_markdown(asked)} any more: this is not what the link was made for.")
    if len(names) == 1 and not with_all:
        return names[0]
    choices = [ALL_WORKSPACES, *names] if with_all else list(names)
    return st.selectbox("Workspace", choices, key="workspace", bind="query-params", format_func=_called,
                        persist_state="session", width=460)  # fmt: skip


def _called(name: str) -> str:
    return "All workspaces" if name == ALL_WORKSPACES else shown(name)


def _forget_all() -> None:
    """A page of one workspace shows the first where the overview showed all."""
    if st.query_params.get("workspace") == ALL_WORKSPACES:
        del st.query_params["workspace"]
    if st.session_state.get("workspace") == ALL_WORKSPACES:
        del st.session_state["workspace"]


def _first_run() -> None:
    if shows_demo(installation()) and HOSTED_DEMO.state != "failed":
        HOSTED_DEMO.begin()
        st.title("A made-up company is being prepared")
        st.write("This takes half a minute; then it appears here by itself.")
        return
    st.title("No data yet")
    st.write(
        "Nothing has been collected so far. Once Mixpanel (or Amplitude, or your own database) and Customer.io have "
        "been asked for the first time, your campaigns appear here by themselves."
    )
    st.write("Whoever runs campaign-health can start that now:")
    st.code("campaign-health doctor     # are the keys right?\ncampaign-health collect    # ask both sources\n"
            "campaign-health init       # write down what is really there\n"
            "campaign-health judge      # find what is broken", language="shell")  # fmt: skip
    st.write("Only having a look? This shows a made-up company, without any account:")
    st.code("campaign-health demo", language="shell")
    quiet(f"The data is expected in {in_markdown(warehouse().published_path)}.")


def say_not_configured(settings: Settings) -> None:
    """Says which workspaces are held and not configured, and what whoever runs the program can do about it."""
    for one in answer(read_not_configured, settings.configured):
        st.info(f"{said_in_markdown(one.said)} {said_in_markdown(one.cure)}", icon=":material/inventory_2:")


def _say_what_is_old(overview: Overview) -> None:
    for text in overview.stale:
        st.warning(
            f"**These numbers are not of today.** {said_in_markdown(text)} What has happened since cannot be seen "
            "here. Ask whoever runs campaign-health whether it is still running.",
            icon=":material/schedule:",
        )


def _say_in_brief(page: Page, found: Sequence[Unchecked]) -> None:
    if not found:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="unchecked"):
        quiet(f":material/cloud_off: {in_markdown(in_brief(found))}")
        st.page_link(page_file("data"), label="What is missing", query_params={"workspace": page.name})


def _say_what_is_missing(overview: Overview, *, points_to_data: bool) -> None:
    for one in overview.unchecked:
        name, when = in_markdown(visible(one.title, 300)), f", {in_markdown(one.when)}" if one.when else ""
        quiet(
            f":material/cloud_off: **{name} could not be checked{when}.** {said_in_markdown(one.said)} "
            f"What is missing is *not collected*, never zero{': see page Data' if points_to_data else ''}."
        )
