"""Who owns the campaign and what it is worth: shown, changed here, and ready to be written into the manifest."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from campaign_health.dashboard.acts.acting import ask_who, decide, is_complete
from campaign_health.dashboard.acts.manifest_patch import own_manifest
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from campaign_health.dashboard.published_cache import answer
from campaign_health.decisions.fact_entry import MOST_OWNER, MOST_TIMING, read_entry
from campaign_health.decisions.stated_facts import FACTS, as_said, declared_facts
from campaign_health.errors import CampaignHealthError
from campaign_health.manifest.fact_edits import FactEdit, facts_patch
from campaign_health.state.campaign_view import CampaignNow
from campaign_health.state.facts_view import StatedCampaign, stated_campaigns
from campaign_health.words.campaign_facts import facts_text
from campaign_health.words.currency import DOLLARS
from campaign_health.words.numbers import plural, unbroken


def draw_facts(page: Page, now: CampaignNow) -> None:
    """One line of what is known, a button that changes it, and the manifest's change where it says otherwise."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="acts-facts"):
        facts = {name: getattr(now, name) for name in FACTS}
        quiet(unbroken(in_markdown(facts_text(facts, _currency(now)))))
        if st.button("Edit", key=f"facts-{now.campaign_id}", icon=":material/edit:", help="Owner, money and timing."):
            _edit_dialog(page, now)
    stated = answer(stated_campaigns, page.name)
    if any(one.campaign_id == now.campaign_id for one in stated):
        _offer_facts_patch(page, stated)


@st.dialog("Owner, money and timing")
def _edit_dialog(page: Page, now: CampaignNow) -> None:
    dialog_opens()
    declared = declared_facts({"declared": now.declared, **{name: getattr(now, name) for name in FACTS}})
    st.write(
        f"Holds at once for {in_markdown(now.name)}: on its cards, in `status` and in the digest "
        "(advice that names the owner follows with the next judging). The change of the manifest is offered "
        "afterwards; once the manifest says another thing, that holds."
    )
    with st.form("facts-form", border=False):
        owner = st.text_input("Owner", now.owner or "", max_chars=MOST_OWNER, placeholder="@lifecycle-team")
        value = st.text_input(
            f"Deal value, in {_currency(now)}", _number(now.deal_value), max_chars=30, placeholder="500",
            help="What one conversion is worth.",
        )  # fmt: skip
        rate = st.text_input(
            "Conversion rate, in per cent", _number(None if now.conversion_rate is None else now.conversion_rate * 100),
            max_chars=12, placeholder="10", help="Of the qualifying events, how many convert. Empty counts as 10 %.",
        )  # fmt: skip
        timing = st.text_input("Timing", now.timing or "", max_chars=MOST_TIMING, placeholder="within 5 minutes")
        who = ask_who(page)
        is_sent = st.form_submit_button("Save", type="primary")
    if not is_sent:
        return
    entry = read_entry(owner, value, rate, timing)
    for problem in entry.problems:
        st.error(problem)
    if not entry.problems and is_complete(who):
        decide(page, "campaign_facts", who, campaign_id=now.campaign_id, about=as_said(declared, entry.facts))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _currency(now: CampaignNow) -> str:
    return str(now.currency or json.loads(now.declared or "{}").get("currency") or DOLLARS)


def _offer_facts_patch(page: Page, stated: Sequence[StatedCampaign]) -> None:
    """The change of the manifest for everything that was said on the pages, so that it is applied at once."""
    path = own_manifest(page)
    if path is None:
        quiet("Said on the page only: there is no manifest here that could say it, too.")
        return
    edits = [FactEdit(one.campaign_id, one.name, one.event, one.facts) for one in stated]
    try:
        patch = facts_patch(path.read_text(encoding="utf-8"), edits, path.name)
    except CampaignHealthError as failure:
        quiet(f"The manifest's change could not be made: {in_markdown(failure.message)}")
        return
    except (OSError, UnicodeDecodeError) as failure:
        quiet(f"The manifest's change could not be made: {in_markdown(failure)}")
        return
    if not patch:
        quiet("The manifest says it, too; from the next judging on it is the manifest's.")
        return
    quiet(f"Said on the page, and not in the manifest yet ({plural(len(stated), 'campaign')}).")
    st.download_button(
        "Download the change of the manifest", patch, file_name="facts.patch", mime="text/x-diff", key="facts-patch",
        icon=":material/difference:", on_click="ignore",
        help="Apply it in the repository with `git apply facts.patch`, then commit it.",
    )  # fmt: skip
