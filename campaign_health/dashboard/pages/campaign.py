"""One campaign: its event and its sends, where the chain broke and why, and everything it hangs on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from campaign_health.dashboard.acting import offer_acts, open_dialog_from_address
from campaign_health.dashboard.campaign_marks import campaign_marks, incident_shades
from campaign_health.dashboard.campaign_sections import (
    cause_panel,
    chain_panel,
    history_panel,
    messages_panel,
    numbers_panel,
    timeline_panel,
)
from campaign_health.dashboard.cards import incident_html
from campaign_health.dashboard.mapping import offer_mapping
from campaign_health.dashboard.markup import badge, safe, shown
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.published import answer
from campaign_health.dashboard.reads.campaign import (
    CampaignNow,
    campaign_days,
    campaign_edits,
    campaign_names,
    campaign_now,
    property_changes,
)
from campaign_health.dashboard.reads.overview import incidents
from campaign_health.dashboard.standing import standing_decisions


def campaign(page: Page) -> None:
    """Draws the campaign that the address names, or the one most worth looking at."""
    names = answer(campaign_names, page.name)
    if not names:
        st.info("There are no campaigns yet. They appear here after the first collection.")
        return
    chosen = _choose(names)
    now = answer(campaign_now, page.name, chosen)
    if now is None:
        st.error("There is no campaign with that number here. It may have been deleted in Customer.io.")
        return
    days = answer(campaign_days, page.name, chosen)
    found = answer(incidents, page.name, chosen)
    current = next((one for one in found if one.status == "open"), None)
    _title(page, now, days, current.kind if current else None)
    if current:
        with st.container(border=True, key=f"incident-{current.campaign_id}"):
            st.html(incident_html(current, page.today, page.palette))
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                offer_acts(page, current, "page")
            standing_decisions(page, chosen, current.incident_id)
        open_dialog_from_address(page, current)
    else:
        standing_decisions(page, chosen, None)
    last_day = pd.Timestamp(days["day"].iloc[-1]).date() if len(days) else page.today
    changes = answer(property_changes, page.name, now.event) if now.event else pd.DataFrame(columns=["kind"])
    marks = campaign_marks(answer(campaign_edits, page.name, chosen), changes, page.zone)
    timeline_panel(page, now, days, incident_shades(found, last_day), marks)
    chain_panel(page, days)
    if current:
        cause_panel(page, current)
    messages_panel(page, now)
    offer_mapping(page, chosen, now.name, now.event)
    history_panel(page, found)
    numbers_panel(page, now, days)


def _choose(names: tuple[tuple[int, str], ...]) -> int:
    """The campaign of the address, which a choice here changes; without one, the campaign most worth looking at."""
    ids = [number for number, _ in names]
    text = dict(names)
    asked = st.query_params.get("campaign", "")
    named = int(asked) if asked.isdigit() else ids[0]
    if named not in ids:
        return named
    chosen = st.selectbox(
        "Campaign",
        ids,
        index=ids.index(named),
        key=f"campaign-{named}",
        format_func=lambda number: shown(text.get(number, number)),
    )
    if chosen != named:
        st.query_params["campaign"] = str(chosen)
        st.rerun()
    return int(chosen)


def _title(page: Page, now: CampaignNow, days: pd.DataFrame, kind: str | None) -> None:
    judged = days[days["status"].notna()]
    status = kind or (str(judged["status"].iloc[-1]) if len(judged) else "learning")
    event = f"triggered by <code>{safe(now.event)}</code>" if now.event else f"triggered by a {safe(now.trigger_kind)}"
    owner = f" · owner {safe(now.owner)}" if now.owner else ""
    st.html(
        f'<div style="color:{page.palette.text}">'
        f'<div style="display:flex;gap:.7rem;align-items:baseline;flex-wrap:wrap">'
        f'<h1 style="font-size:1.6rem;margin:0;padding:0;overflow-wrap:anywhere">{safe(now.name)}</h1>'
        f"{badge(status, page.palette)}</div>"
        f'<p style="margin:.2rem 0 0;color:{page.palette.muted}">{event} · {safe(now.state)} in Customer.io{owner}</p>'
        "</div>"
    )


draw(campaign)
