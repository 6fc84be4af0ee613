"""The ways into the services themselves, to exactly what is to be mended."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.page import Page
from campaign_health.words.event_service import event_service
from campaign_health.words.short_steps import Service, ShortStep


def service_buttons(page: Page, campaign_id: int, event: str | None, step: ShortStep | None = None) -> None:
    """Draws a link to the campaign in Customer.io and to its event where it is counted; none without an address.

    First and in the main colour comes the service in which the next `step` begins, which says what is opened there.
    """
    pages = page.service_pages
    found: dict[Service, str | None] = {"customerio": pages.campaign(campaign_id), "events": pages.event(event)}
    order = sorted(found, key=lambda service: step is not None and service != step.service)
    known = [(service, address) for service in order if (address := found[service]) is not None]
    for place, (service, address) in enumerate(known):
        is_of_step = step is not None and service == step.service
        label = f"Open {step.opens} :small[in {_name(service)}]" if step and is_of_step else _named(service)
        st.link_button(label, address, type="primary" if place == 0 else "secondary")


def _named(service: Service) -> str:
    return f":small[Open in] {_name(service)}"


def _name(service: Service) -> str:
    return "Customer.io" if service == "customerio" else event_service()
