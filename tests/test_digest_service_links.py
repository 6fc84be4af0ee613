"""The digest leads into the services themselves, where their addresses are known."""

from __future__ import annotations

import json

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.digest.situation import Situation
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.forms.slack_blocks import slack_message
from campaign_health.words.service_links import ServicePages
from tests.digest_cast import TODAY, incident, situation

PAGES = ServicePages(customerio_workspace=71, mixpanel_project="4242", mixpanel_view=9)


def digest(found: Situation, pages: ServicePages | None) -> Digest:
    return build_digest(found, announcement_id="a1", kind="digest", today=TODAY, dashboard_url=None, pages=pages)


def test_a_broken_campaign_leads_to_its_page_and_its_events_report() -> None:
    made = digest(situation(incident(5, counted_event="signed_up")), PAGES)
    campaign = "https://fly.customer.io/workspaces/71/journeys/campaigns/5"
    report = PAGES.event("signed_up")
    assert report is not None
    blocks = json.dumps(slack_message(made))
    assert blocks.count(json.dumps(campaign)) == 1
    assert blocks.count(json.dumps(report)) == 1
    assert f"Customer.io: {campaign}" in plain_text(made)
    assert digest_from_json(digest_as_json(made)) == made


def test_nothing_is_said_of_addresses_that_are_not_known() -> None:
    for pages in (None, ServicePages()):
        made = digest(situation(incident(5, counted_event="signed_up")), pages)
        assert "Open in" not in json.dumps(slack_message(made))
        assert "Customer.io:" not in plain_text(made)
        (item,) = [one for section in digest_as_json(made)["sections"] for one in section["items"]]
        assert "customerio_link" not in item
