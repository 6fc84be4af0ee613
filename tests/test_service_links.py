"""Links into the services: how their addresses are put together, and where the numbers in them come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.errors import SettingsError
from campaign_health.pipeline import Order
from campaign_health.settings import load_settings
from campaign_health.state.service_pages import service_pages
from campaign_health.words.service_links import ServicePages
from collectors.customerio.workspace_number import chosen_workspace
from collectors.mixpanel.project import parse_view
from storage.file.database import Warehouse
from storage.read.service_numbers import UNKNOWN_NUMBERS, ServiceNumbers
from tests.collecting_cast import Installation

KEYS = {
    "MIXPANEL_PROJECT_ID": "4242",
    "MIXPANEL_SERVICE_ACCOUNT": "robot",
    "MIXPANEL_SERVICE_SECRET": "secret",
    "CUSTOMERIO_APP_API_KEY": "key",
}
NUMBERS = ServiceNumbers(customerio_workspace=71, mixpanel_view=9)

CAMPAIGNS = Order(sources=frozenset({"customerio_campaigns"}))


def pages(tmp_path: Path, numbers: ServiceNumbers = NUMBERS, **values: str) -> ServicePages:
    (workspace,) = load_settings({**KEYS, **values}, tmp_path).workspaces
    return service_pages(workspace, numbers)


def test_a_campaign_and_an_event_have_their_exact_addresses(tmp_path: Path) -> None:
    found = pages(tmp_path)
    assert found.campaign(12) == "https://fly.customer.io/workspaces/71/journeys/campaigns/12"
    report = found.event("Plan chosen: $5 é 😀")
    assert report is not None
    assert report.startswith("https://mixpanel.com/project/4242/view/9/app/insights#~(displayOptions~(")
    assert "(name~'Plan*20chosen*3a*20!5*20*e9*20**d83d**de00~resourceType~'events)" in report
    assert report.count("(") == report.count(")")


def test_each_region_has_addresses_of_its_own(tmp_path: Path) -> None:
    found = pages(tmp_path, MIXPANEL_REGION="eu", CUSTOMERIO_REGION="eu")
    assert str(found.campaign(12)).startswith("https://eu.fly.customer.io/workspaces/71/")
    assert str(found.event("a")).startswith("https://eu.mixpanel.com/project/4242/view/9/")


def test_there_is_no_link_where_a_number_is_not_known(tmp_path: Path) -> None:
    found = pages(tmp_path, UNKNOWN_NUMBERS)
    assert found.campaign(12) is None
    assert found.event("signed_up") is None
    assert pages(tmp_path).event(None) is None
    assert pages(tmp_path).campaign(0) is None
    assert service_pages(None, NUMBERS).campaign(12) is None


def test_both_patterns_and_the_workspaces_number_can_be_set(tmp_path: Path) -> None:
    found = pages(
        tmp_path,
        UNKNOWN_NUMBERS,
        CUSTOMERIO_WORKSPACE_ID="5",
        CUSTOMERIO_CAMPAIGN_PAGE="https://example.com/w/{workspace}/c/{campaign}",
        MIXPANEL_EVENT_PAGE="https://example.com/p/{project}?event={event}",
    )
    assert found.campaign(12) == "https://example.com/w/5/c/12"
    assert found.event("a b") == "https://example.com/p/4242?event=a%20b"


def test_an_event_that_amplitude_counts_has_a_page_there_where_its_address_is_set(tmp_path: Path) -> None:
    keys = {"AMPLITUDE_API_KEY": "a", "AMPLITUDE_SECRET_KEY": "b", "AMPLITUDE_TIMEZONE": "UTC"}
    address = "https://app.amplitude.com/data/acme/default/events/main/latest/{event}"
    (unset,) = load_settings(keys, tmp_path).workspaces
    (is_set,) = load_settings({**keys, "AMPLITUDE_EVENT_PAGE": address}, tmp_path).workspaces
    assert service_pages(unset, NUMBERS).event("a") is None
    found = service_pages(is_set, NUMBERS)
    assert found.event("Plan: $5") == address.replace("{event}", "Plan%3A%20%245")
    assert found.event("a", "Mixpanel") is None
    assert found.event("a", "Amplitude") == found.event("a")
    with pytest.raises(SettingsError, match=r"AMPLITUDE_EVENT_PAGE has \{project\}"):
        load_settings({**keys, "AMPLITUDE_EVENT_PAGE": "https://example.com/{project}"}, tmp_path)


def test_a_pattern_with_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"CUSTOMERIO_CAMPAIGN_PAGE has \{acount\}"):
        pages(tmp_path, CUSTOMERIO_CAMPAIGN_PAGE="https://example.com/{acount}/{campaign}")


def test_the_workspace_of_a_key_is_the_only_one_or_the_one_of_its_name() -> None:
    one, other = {"id": 71, "name": "Acme"}, {"id": "72", "name": " Beta "}
    assert chosen_workspace([one], "default") == 71
    assert chosen_workspace([one, other], "beta") == 72
    assert chosen_workspace([one, other], "default") is None
    assert chosen_workspace([other, other], "beta") is None
    assert chosen_workspace([one, other], "default", known=71) == 71
    assert chosen_workspace([one, other], "default", known=70) is None
    for odd in (None, {}, [], ["71"], [{"name": "Acme"}], [{"id": 10**30}], [{"id": True}]):
        assert chosen_workspace(odd, "default") is None


def test_the_view_is_that_of_all_the_projects_data() -> None:
    views = {
        "1": {"id": 1, "project_id": 9, "is_global": True},
        "2": {"id": 2, "project_id": 4242, "is_default": True},
        "3": {"id": 3, "project_id": 4242, "is_global": True},
    }
    assert parse_view({"results": {"workspaces": views}}, 4242) == 3
    assert parse_view({"results": {"workspaces": list(views.values())[:2]}}, 4242) == 2
    for odd in (None, [], {"workspaces": 3}, {"workspaces": ["a"]}, {"workspaces": {"1": views["1"]}}):
        assert parse_view(odd, 4242) is None


def test_the_workspace_is_asked_for_anew_each_day_for_the_key_may_be_anothers_by_now(
    installation: Installation,
) -> None:
    def asked() -> int:
        return installation.sandbox.count("customerio.workspaces")

    def number() -> object:
        return installation.value("SELECT customerio_workspace FROM workspace")

    installation.collect(CAMPAIGNS)
    first, known = asked(), number()
    assert (first, known is not None) == (1, True)
    installation.collect(CAMPAIGNS)
    assert asked() == first
    installation.next_day()
    with Warehouse(installation.data_dir).open() as connection:
        connection.execute("UPDATE workspace SET customerio_workspace = 999")
    installation.collect(CAMPAIGNS)
    assert (asked(), number()) == (2, known)
    installation.next_day()
    installation.sandbox.fail("forbidden", endpoint="customerio.workspaces", at="every", times=None)
    installation.collect(CAMPAIGNS)
    assert number() == known
