"""The first day of a new user: what only looks like a break is not alarmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from campaign_health.sandbox.world.world import CampaignTruth
from tests.first_day_cast import DAYS, NOTHING, Company, FirstDay, add_healthy, first_day


def truly_quiet(company: Company, level: float) -> CampaignTruth:
    """One event in a month, and its message."""
    daily = NOTHING.copy()
    daily[10::30] = 1
    return company.campaign("Quiet", "yearly_plan_bought", company.event("yearly_plan_bought", daily), passing=1.0)


def just_created(company: Company, level: float) -> CampaignTruth:
    """Made two days ago for an event that is still to come, beside one that is called much like it."""
    company.event("report_shared", company.traffic(level))
    return company.campaign("New", "Report Shared", NOTHING, began_days_ago=2)


def just_created_with_traffic(company: Company, level: float) -> CampaignTruth:
    """Made five days ago; nothing got past its first step yet."""
    return _waiting(company, "New and waiting", level, 20, began_days_ago=5)


def waiting_thirty_days(company: Company, level: float) -> CampaignTruth:
    """Made 28 days ago, and its only message waits thirty days."""
    return _waiting(company, "Waiting", level, 30, began_days_ago=28)


def waiting_and_old(company: Company, level: float) -> CampaignTruth:
    """The same, running for more than a year."""
    return _waiting(company, "Waiting and old", level, 30)


def _waiting(company: Company, name: str, level: float, days: int, began_days_ago: int = 400) -> CampaignTruth:
    event = name.lower().replace(" ", "_")
    started = company.event(event, company.traffic(level))
    started[: max(0, DAYS - 1 - began_days_ago)] = 0
    made = company.campaign(name, event, started, began_days_ago=began_days_ago)
    made.series = {key: np.concatenate([np.zeros(days, dtype=np.int64), daily[:-days]])
                   for key, daily in made.series.items()}  # fmt: skip
    return made


def paused(company: Company, level: float) -> CampaignTruth:
    """A draft again: nothing starts, and nothing should."""
    company.event("seat_removed", company.traffic(level))
    return company.campaign("Paused", "seat_removed", NOTHING, state="draft")


def seasonal(company: Company, level: float) -> CampaignTruth:
    """Runs in summer only."""
    daily = company.traffic(level)
    daily[40:] = 0
    return company.campaign("Seasonal", "beach_booked", company.event("beach_booked", daily))


def backend_only(company: Company, level: float) -> CampaignTruth:
    """Customer.io gets the event from the backend; Mixpanel never sees it, but one that is called much like it."""
    company.event("invoice_paid", company.traffic(level))
    return company.campaign("Backend", "Invoice Paid", company.traffic(level))


def narrow(company: Company, level: float) -> CampaignTruth:
    """One event in two hundred meets the trigger's conditions."""
    daily = company.event("page_viewed", company.traffic(level * 20))
    return company.campaign("Narrow", "page_viewed", company.chance.binomial(daily, 0.005))


def without_messages(company: Company, level: float) -> CampaignTruth:
    """It writes attributes, and sends nothing."""
    made = company.campaign("No messages", "tag_added", company.event("tag_added", company.traffic(level)), states=())
    made.series.clear()
    return made


def one_of_several_off(company: Company, level: float) -> CampaignTruth:
    """Somebody switched the last message off, on purpose: the others go out."""
    started = company.event("tour_done", company.traffic(level))
    made = company.campaign("One off", "tour_done", started, states=("automatic", "automatic", "automatic", "off"))
    return _single(made, (1.0, 1.0, 1.0, 0.0))


def a_rare_branch(company: Company, level: float) -> CampaignTruth:
    """Messages of branches: nobody has come by the last one yet."""
    started = company.event("quiz_done", company.traffic(level))
    made = company.campaign("Branches", "quiz_done", started, states=("automatic",) * 4)
    return _single(made, (0.8, 0.15, 0.05, 0.0))


def a_variant_that_lost(company: Company, level: float) -> CampaignTruth:
    """Of two variants one was chosen."""
    started = company.event("promo_seen", company.traffic(level))
    return _single(company.campaign("Variants", "promo_seen", started, states=("automatic",) * 2), (1.0, 0.0))


def a_later_message_still_to_come(company: Company, level: float) -> CampaignTruth:
    """Running for 60 days, and its last message waits 75."""
    started = company.event("course_begun", company.traffic(level))
    started[: DAYS - 61] = 0
    made = company.campaign("Drip", "course_begun", started, states=("automatic",) * 4, began_days_ago=60)
    return _single(made, (1.0, 1.0, 1.0, 0.0))


def half_undeliverable(company: Company, level: float) -> CampaignTruth:
    """Half of the people have no address, and always had none."""
    started = company.event("lead_added", company.traffic(level))
    return company.campaign("Half", "lead_added", started, held_as="undeliverable", held=0.5)


def most_filtered(company: Company, level: float) -> CampaignTruth:
    """One in twenty passes the filter."""
    return company.campaign("Filter", "link_made", company.event("link_made", company.traffic(level)), passing=0.05)


def _single(made: CampaignTruth, shares: tuple[float, ...]) -> CampaignTruth:
    activated = made.journeys["activated"]
    made.message_series = {}
    for message, share in zip(made.messages, shares, strict=True):
        daily = (activated * share).astype(np.int64)
        made.message_series[message.id] = {"created": daily, "sent": daily, "delivered": daily}
    made.series = {
        name: np.sum([series[name] for series in made.message_series.values()], axis=0)
        for name in ("created", "sent", "delivered")
    }
    return made


HEALTHY: Mapping[str, Callable[[Company, float], CampaignTruth]] = {
    made.__name__.replace("_", " "): made
    for made in (
        truly_quiet, just_created, just_created_with_traffic, waiting_thirty_days, waiting_and_old, paused, seasonal,
        backend_only, narrow, without_messages, one_of_several_off, a_rare_branch, a_variant_that_lost,
        a_later_message_still_to_come, half_undeliverable, most_filtered,
    )
}  # fmt: skip
LEVELS = [80, pytest.param(12, marks=pytest.mark.slow("other volumes")),
          pytest.param(1500, marks=pytest.mark.slow("other volumes"))]  # fmt: skip


@pytest.fixture(scope="module", params=LEVELS)
def company(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[FirstDay, dict[str, str]]:
    drawn = Company(seed=request.param + 1)
    names = {kind: make(drawn, request.param).name for kind, make in HEALTHY.items()}
    add_healthy(drawn)
    return first_day(drawn, tmp_path_factory.mktemp("healthy")), names


@pytest.mark.parametrize("kind", [kind for kind in HEALTHY if kind != "seasonal"])
def test_what_only_looks_like_a_break_opens_no_incident(company: tuple[FirstDay, dict[str, str]], kind: str) -> None:
    found, names = company
    assert names[kind] not in found.incidents()


def test_a_season_that_ended_is_asked_about_and_not_called_broken_from_the_start(
    company: tuple[FirstDay, dict[str, str]],
) -> None:
    found, names = company
    incident = found.incidents().get(names["seasonal"])
    assert incident is None or not incident["evidence"][0].get("never_otherwise")


def test_the_others_are_not_alarmed_either(company: tuple[FirstDay, dict[str, str]]) -> None:
    found, _ = company
    told = {name for name, incident in found.incidents().items() if incident["status"] == "open"}
    assert not [name for name in told if name.startswith("Well")]
