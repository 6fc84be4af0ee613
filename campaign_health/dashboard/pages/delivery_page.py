"""What is carried to Customer.io: whether anything is kept back or could not be delivered, why, and what to do."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from campaign_health.dashboard.acts.release_act import offer_release
from campaign_health.dashboard.figures.delivery_by_day import (
    delivery_by_day,
    delivery_days_table,
    delivery_days_text,
    summed_days,
)
from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import in_markdown, safe, shown, with_code
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import TEXT
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.parts.cards import facts_list
from campaign_health.dashboard.parts.chart import draw_chart
from campaign_health.dashboard.parts.delivery_tables import (
    cohort_table,
    event_table,
    letter_table,
    promise_table,
    source_table,
)
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.delivery_view import DeliveryView, delivery_view
from campaign_health.state.promises import SHOWN_DAYS
from campaign_health.words.cohort_words import cohort_sentences, held_text
from campaign_health.words.delivery_words import KIND_WORDS, hold_step, letter_step, letter_why
from campaign_health.words.numbers import count, plural
from storage.delivery_records import Delivery

# Groups of letters that are told of one by one; the table has all of them.
CARDS = 12


def delivery(page: Page) -> None:
    """Draws what is held or dead first, then the promises, the events that are moved, and how old they come."""
    st.title("Delivery", anchor=False)
    view = answer(delivery_view, page.name, page.zone, page.today)
    if view is None:
        st.info("No event or cohort of this workspace is moved to Customer.io.")
        return
    _lead(page, view)
    workspace = None if len(page.settings.workspaces) == 1 else page.name
    _holds(page, view, workspace)
    _letters(page, view, workspace)
    _promises(view)
    _cohorts(page, view.delivery)
    _events(page, view.delivery)
    _sources(page, view.delivery)


def _lead(page: Page, view: DeliveryView) -> None:
    since = view.troubled_since
    said = f"**{in_markdown(view.headline())}**"
    if since is not None and view.level != "good":
        said += f" Since {in_markdown(page.local_time(since))}."
    if view.delivery.oldest_waiting_at is not None and view.waiting:
        said += f" The oldest that waits came {in_markdown(page.local_time(view.delivery.oldest_waiting_at))}."
    boxes = {"bad": st.error, "warn": st.warning, "good": st.success}
    icons = {"bad": ":material/error:", "warn": ":material/pause_circle:", "good": ":material/check_circle:"}
    boxes[view.level](said, icon=icons[view.level])
    noted = page.local_time(view.delivery.noted_at)
    if view.is_silent(page.now):
        st.warning(
            f"The route has noted nothing since {in_markdown(noted)}. Ask whoever runs campaign-health whether "
            "`campaign-health route serve` is still running.",
            icon=":material/schedule:",
        )
    else:
        quiet(f"As the route noted it {in_markdown(noted)}. Names, reasons and numbers only: nobody is in them.")


def _holds(page: Page, view: DeliveryView, workspace: str | None) -> None:
    holds = view.delivery.holds
    if not holds:
        return
    st.subheader("Kept back", anchor=False)
    for place, hold in enumerate(holds):
        rows = [
            *_campaigns(view, hold.event, hold.candidate_of),
            ("Why", f"{with_code(hold.why)}. {escape(KIND_WORDS[hold.kind])}"),
            ("Since", escape(page.local_time(hold.since))),
            ("Waiting", f"<strong>{escape(plural(hold.waiting, 'event'))}</strong>"),
        ]
        if hold.first_expires is not None:
            rows.append(("First expires", escape(page.local_time(hold.first_expires))))
        rows.append(("To do", with_code(hold_step(hold.event, hold.kind, hold.mended_by, workspace))))
        with st.container(border=True, key=f"incident-hold-{place}"):
            st.html(_card(hold.event, rows))
            offer_release(page, hold, str(place))
    quiet(
        "All campaigns on one event wait together: Customer.io has no way to pause one. Nothing is refused meanwhile, "
        "and what runs out of time is never sent late."
    )


def _letters(page: Page, view: DeliveryView, workspace: str | None) -> None:
    letters = view.delivery.letters
    st.subheader("Could not be delivered", anchor=False)
    if not letters:
        quiet("Nothing: everything that was received was delivered, or waits.")
        return
    for place, one in enumerate(letters[:CARDS]):
        rows = [
            *_campaigns(view, one.event),
            ("Why", with_code(letter_why(one.reason, one.field))),
            ("Events", f"<strong>{escape(count(one.count))}</strong>"),
            ("First, last", escape(f"{page.local_time(one.first)}, {page.local_time(one.last)}")),
            ("To do", with_code(letter_step(one.event, one.reason, one.mended_by, workspace))),
        ]
        with st.container(border=True, key=f"incident-letters-{place}"):
            st.html(_card(one.event, rows))
    if len(letters) > CARDS:
        quiet(f"The {CARDS} largest of {count(len(letters))} groups; here are all of them:")
        draw_table(letter_table(letters, page.local_time), "What could not be delivered", "letters")
    quiet("They are kept for 7 days, and given up then.")
    offer_csv(pd.DataFrame([vars(one) for one in letters]), "dead_letters.csv", "Download these as CSV")


def _campaigns(view: DeliveryView, *events: str | None) -> list[tuple[str, str]]:
    names = view.campaigns_of(*events)
    return [("Campaigns" if len(names) > 1 else "Campaign", ", ".join(map(safe, names)))] if names else []


def _promises(view: DeliveryView) -> None:
    if not view.promises:
        return
    st.subheader("Were campaigns on time", anchor=False)
    draw_table(promise_table(view.promises), "Promises that campaigns kept", "promises")
    quiet(f"Over {SHOWN_DAYS} days, from an event's own time to its message.")


def _cohorts(page: Page, found: Delivery) -> None:
    if not found.cohorts:
        return
    st.subheader("Cohorts and their segments", anchor=False)
    for place, one in enumerate(cohort for cohort in found.cohorts if cohort.held_since is not None):
        assert one.held_since is not None
        rows = [
            ("Why", with_code(held_text(one.applied, one.people))),
            ("Since", escape(page.local_time(one.held_since))),
        ]
        with st.container(border=True, key=f"incident-cohort-{place}"):
            st.html(_card(one.name, rows))
    draw_table(cohort_table(found.cohorts, page.local_time), "Cohorts and their segments in Customer.io", "cohorts")
    for one in found.cohorts:
        for sentence in cohort_sentences(one.name, one.mode, one.nobody, one.trouble, is_whole=one.is_whole):
            quiet(in_markdown(sentence))
    offer_csv(pd.DataFrame([vars(one) for one in found.cohorts]), "cohorts.csv", "Download the cohorts as CSV")


def _events(page: Page, found: Delivery) -> None:
    if not found.events:
        return
    st.subheader("Events that are moved", anchor=False)
    draw_table(event_table(found.events), "Events that are moved to Customer.io", "moved")
    offer_csv(pd.DataFrame([vars(one) for one in found.events]), "delivery.csv")
    if not found.days:
        return
    names = [one.event for one in found.events if any(day.event == one.event for day in found.days)]
    chosen = st.selectbox(
        "Days of", ["", *names], key="moved-event", width=460,
        format_func=lambda name: shown(name) if name else "All events",
    )  # fmt: skip
    days = [one for one in found.days if chosen in ("", one.event)]
    summed = summed_days(days)
    text = delivery_days_text(summed)
    note = "A day's events are those that were received on it, whenever they were delivered."
    draw_chart(delivery_by_day(summed, page.palette), text, delivery_days_table(summed), "delivery-days", note=note)
    offer_csv(pd.DataFrame([vars(one) for one in found.days]), "delivery_days.csv", "Download the days as CSV")


def _sources(page: Page, found: Delivery) -> None:
    if not found.sources:
        return
    st.subheader("How old events are when they come", anchor=False)
    draw_table(source_table(found.sources, page.local_time), "How old events are when they come", "sources")
    quiet("No message can be sooner than its event: a source whose events come late can keep no short promise.")


def _card(title: str, rows: list[tuple[str, str]]) -> str:
    return (
        f'<div style="color:{TEXT};line-height:1.45">'
        f'<h3 style="margin:0 0 .3rem;padding:0;font-size:1.05rem;overflow-wrap:anywhere">{safe(title)}</h3>'
        f"{facts_list(rows)}</div>"
    )


draw(delivery)
