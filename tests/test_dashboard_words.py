"""What the dashboard says of costs, of odd and unchecked campaigns, of edits, messages and days, as pure functions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from campaign_health.dashboard.figures.funnel import chain_figure, chain_steps, chain_text
from campaign_health.dashboard.figures.timeline import Mark, ratio_timeline, timeline
from campaign_health.dashboard.figures.timeline_text import timeline_text
from campaign_health.dashboard.look.theme import LIGHT
from campaign_health.dashboard.parts.campaign.campaign_chart import chart_note, marks_html
from campaign_health.dashboard.parts.campaign.campaign_marks import counted_normal, incident_shades
from campaign_health.dashboard.parts.campaign.day_table import day_table
from campaign_health.dashboard.parts.campaign.edit_words import edit_detail, edit_text
from campaign_health.dashboard.parts.campaign.found_later import as_known_now
from campaign_health.dashboard.parts.campaign.message_words import failure_text, problem_text, sending_text
from campaign_health.dashboard.parts.campaign.property_words import property_detail, property_text
from campaign_health.dashboard.parts.cards import look_html, stretch_html
from campaign_health.dashboard.parts.cost_words import RISK_MEANING, brief_cost, whole_cost
from campaign_health.dashboard.parts.event_use import usage, users
from campaign_health.dashboard.parts.overview.incident_card import card_html
from campaign_health.state.campaign_view import CampaignView, Failure, campaign_view
from campaign_health.state.events_view import coverage_view
from campaign_health.state.incident import open_incidents
from campaign_health.state.stretch_words import seen_line
from campaign_health.state.stretches import Stretch, read_stretches
from campaign_health.words.numbers import unbroken, unbroken_share
from storage.file.database import PUBLISHED_NAME, open_published
from tests.dashboard_world import LAST_DAY, TODAY


@pytest.fixture(scope="module")
def published(dashboard_world: Path) -> Path:
    return dashboard_world / "data" / PUBLISHED_NAME


def view(published: Path, campaign_id: int) -> CampaignView:
    with open_published(published) as connection:
        found = campaign_view(connection, "default", campaign_id, TODAY)[1]
    assert found is not None
    return found


def legend_of(figure: object) -> set[str]:
    return {trace.name for trace in figure.data if trace.name}  # type: ignore[attr-defined]


def test_the_cost_has_the_numbers_of_every_other_surface_and_says_why_there_is_no_money(published: Path) -> None:
    with open_published(published) as connection:
        tips, _, team, _ = open_incidents(connection, "default")
    assert brief_cost(tips) == "about 269 missed sends; about $32,000 at risk so far, about $45,000 a week"
    assert whole_cost(tips) == (
        "about 269 missed sends (242 to 296); about $32,000 at risk so far ($29,000 to $36,000), about $45,000 a week"
    )
    assert brief_cost(team).endswith(" missed sends; no deal value set, so the money is not known")
    assert RISK_MEANING in card_html(tips, None, TODAY, LIGHT)
    unknown = replace(tips, revenue_at_risk=None, missed_sends=None)
    assert brief_cost(unknown) == whole_cost(unknown) == "not known yet"


def test_a_card_never_cuts_the_next_step(published: Path) -> None:
    with open_published(published) as connection:
        tips = open_incidents(connection, "default")[0]
    step = (
        "In Customer.io, open the campaign's trigger and change the event from `project.created` to "
        "`project_created` (or ask @growth to send the old name again). Journeys should start again within the "
        "hour; tomorrow's run says whether they did."
    )
    html = card_html(replace(tips, causes=({"next_step": step, "sentence": "Why."},)), None, TODAY, LIGHT)
    assert '<code class="name">project_<wbr>created</code> (or ask @growth to send the old name again).' in html
    assert "Journeys should" not in html
    html = card_html(
        replace(tips, causes=({"next_step": "Ask why. Then wait.", "sentence": "Why."},)), None, TODAY, LIGHT
    )
    assert "Ask why. Then wait." in html


def test_what_is_odd_without_being_broken_is_told_since_when_and_what_to_do(published: Path) -> None:
    with open_published(published) as connection:
        (found,) = read_stretches(connection, "default")
    assert (found.campaign, found.status, found.since, found.days) == (
        "Usage report", "volume_down", date(2026, 11, 20), 4,
    )  # fmt: skip
    html = look_html(found, TODAY)
    assert re.search(r"About \d+ events and \d+ sends a day, down from \d+ and \d+; \d+ sends on Mon 23 Nov; ", html)
    assert "Fri 20 Nov, 4 days ago" in html
    assert "nothing is cut off" in html
    surge = replace(found, status="surging", sent=120, events=129, expected_low=35.0, expected_high=57.0)
    assert seen_line(surge, TODAY) == "120 sends for 129 events on Mon 23 Nov; 35 to 57 were expected."
    assert "a send-once rule" in stretch_html(surge, TODAY)


def test_what_could_not_be_checked_is_named_with_its_days_and_what_did_not_answer() -> None:
    numbers = (None,) * 8
    sources = ("customerio_metrics", "customerio_journeys")
    one = Stretch(1, "A", "not_collected", date(2026, 11, 20), date(2026, 11, 23), 4, *numbers, sources)
    html = stretch_html(one, TODAY, ["Campaign 1: <no> answer"])
    for part in (
        "Fri 20 Nov to Mon 23 Nov (4 days)",
        "show this page to whoever runs",
        "Campaign 1: &lt;no&gt; answer",
    ):
        assert part in html


def test_the_campaign_page_opens_with_the_campaign_of_the_first_card(published: Path) -> None:
    with open_published(published) as connection:
        names, _ = campaign_view(connection, "default", None, TODAY)
    assert [name for _, name in names][:5] == [
        "Project tips", "Upgrade offer", "Team expansion", "Webinar reminder", "Activation, next step",
    ]  # fmt: skip


def test_percentages_are_written_one_way() -> None:
    assert unbroken_share(0.34) == "34\u00a0%"
    assert unbroken_share(0.004) == "under 1\u00a0%"
    assert unbroken("69 % of 5 %") == "69\u00a0% of 5\u00a0%"


def test_an_ended_incident_says_its_days_and_has_a_colour_of_its_own(published: Path) -> None:
    ended = view(published, 7)
    shades = incident_shades(ended.incidents, LAST_DAY)
    (shade,) = shades
    first, last = ended.incidents[0].opened_on, ended.incidents[0].recovered_on
    assert (shade.text, shade.is_open) == ("Silent Wed 4 Nov to Mon 9 Nov: filter no longer matches", False)
    assert (first, last) == (date(2026, 11, 4), date(2026, 11, 10))
    assert "Ended incident" in legend_of(timeline(ended.days, shades, [], LIGHT))
    assert chart_note(ended.days, shades).endswith("amber days are an incident that has ended.")
    broken = view(published, 2)
    open_shades = incident_shades(broken.incidents, LAST_DAY)
    assert "Open incident" in legend_of(timeline(broken.days, open_shades, [], LIGHT))
    assert chart_note(broken.days, open_shades).endswith("red days are the open incident.")
    changed = Mark(LAST_DAY, "Property plan was text and is an object", after=date(2026, 11, 19))
    assert "dotted days" in chart_note(broken.days, open_shades, [changed])
    assert "dotted days" not in chart_note(broken.days, open_shades, [replace(changed, after=None)])
    withdrawn = replace(ended.incidents[0], status="withdrawn", recovered_on=None)
    assert incident_shades([withdrawn], LAST_DAY) == []
    never = replace(broken.incidents[0], causes=({"never_otherwise": True},))
    assert incident_shades([never], LAST_DAY)[0].text.startswith(
        "Event lost since at least Thu 19 Nov, the first day known"
    )


def test_a_campaign_whose_break_was_counted_normal_says_so_while_it_counts_as_healthy(published: Path) -> None:
    ended = view(published, 7).incidents[0]
    assert counted_normal([ended], LAST_DAY) == ""
    meant = replace(ended, status="closed", ended_how="accepted", expected_by="Ada", expected_how="decision")
    text = counted_normal([meant, ended], LAST_DAY)
    assert text.startswith("Silent Wed 4 Nov to Mon 9 Nov; closed: marked as intended by Ada; ")
    assert counted_normal([replace(meant, status="open", recovered_on=None)], LAST_DAY) == ""


def test_the_ratio_keeps_its_legend_and_its_band(published: Path) -> None:
    found = view(published, 4)
    figure = ratio_timeline(found.days, incident_shades(found.incidents, LAST_DAY), LIGHT)
    assert {"Expected sends", "Sends for 100 events", "Open incident"} <= legend_of(figure)
    assert figure.layout.showlegend is True


def test_a_campaign_that_never_ran_speaks_of_no_band_and_no_sends(published: Path) -> None:
    days = view(published, 10).days.assign(
        sent=float("nan"), expected_low=float("nan"), expected_high=float("nan"), campaign_state="not_expected"
    )
    figure = timeline(days, [], [], LIGHT)
    assert legend_of(figure) == {"Events", "Not running"}
    (idle,) = [trace for trace in figure.data if trace.name == "Not running"]
    assert (idle.marker.color, idle.yaxis, figure.layout.yaxis.overlaying) == (LIGHT.grid, "y2", "y2")
    assert chart_note(days, []) == ""
    assert timeline_text(days, []) == "This campaign was not running in these days, so nothing was sent."


def test_a_day_that_was_found_to_be_bad_later_is_not_called_healthy(published: Path) -> None:
    found = view(published, 4)
    opened = pd.Timestamp(found.incidents[0].opened_on)
    days = found.days.copy()
    days.loc[days["day"] == opened, ["status", "stage"]] = ["healthy", None]
    known = as_known_now(days, found.incidents)
    table = day_table(known).set_index("Day")
    assert table.loc[opened.date(), "Verdict"] == "◧ Losing sends, found later"
    assert table.loc[opened.date(), "Breaks at"] == "Journeys started"
    assert table.loc[LAST_DAY, "Verdict"] == "◧ Losing sends"
    assert list(table["Verdict"]).count("◧ Losing sends, found later") == 1
    withdrawn = replace(found.incidents[0], status="withdrawn")
    assert not as_known_now(days, [withdrawn])["found_later"].any()


def test_numbers_that_still_grow_are_said_to_grow() -> None:
    day = pd.Series({"events": 70, "started": 70, "activated": 70, "sent": 67, "delivered": 66, "opened": 20,
                     "clicked": 3, "converted": 0, "engagement_state": "provisional"})  # fmt: skip
    steps = chain_steps(day, None)
    assert chain_text(steps).endswith(
        "67 sent. So far, still growing: 66 delivered; 20 opened; 3 clicked; 0 converted."
    )
    texts = next(trace for trace in chain_figure(steps, LIGHT, "Mon 23 Nov").data if trace.type == "scatter").text
    assert texts[4] == " 66 so far"
    day["sent"] = 0
    assert not any(step.is_growing for step in chain_steps(day, None))


def test_an_edit_is_told_in_words_with_the_spelling_for_engineers_behind_it() -> None:
    draft = [{"field": "messages.151.sending_state", "from": "automatic", "to": "draft"}]
    assert edit_text(draft, {151: "Re-engagement"}) == "Message “Re-engagement” now only queues drafts"
    assert edit_text(draft) == "Message “number 151” now only queues drafts"
    assert edit_detail(draft) == "messages.151.sending_state: automatic → draft"
    stopped = [{"field": "active", "from": True, "to": False}, {"field": "state", "from": "running", "to": "stopped"}]
    assert edit_text(stopped) == "Campaign is stopped, was running"
    assert edit_text([{"field": "active", "from": True, "to": False}]) == "Campaign edited: switched on or off"
    assert edit_text([{"field": "event"}, {"field": "messages"}, {"field": "event"}, {"field": "filter.a_b"}]) == (
        "Campaign edited: trigger event, messages, filter, a b"
    )
    assert edit_text([{"field": "messages.7", "from": None, "to": {}}]) == "Message “number 7” was added"
    assert edit_text([{"field": "messages.7.name", "from": "a", "to": "b"}]) == "Message “number 7” changed: its name"
    html = marks_html([Mark(LAST_DAY, "Message <x>", "messages.7.name")], TODAY)
    assert 'title="messages.7.name"' in html
    assert "▲ Mon 23 Nov: <bdi>Message &lt;x&gt;</bdi>" in html


def test_a_changed_property_is_told_in_words() -> None:
    changed = {"property": "plan", "kind": "type_changed", "before": "string", "after": "object", "new_property": None}
    assert property_text(changed) == "Property plan was text and is an object"
    assert property_detail(changed) == "plan: string → object"
    gone = {**changed, "kind": "missing", "after": float("nan")}
    assert property_text(gone) == "Property plan is missing"
    assert property_text({**gone, "new_property": "tier"}) == "Property plan gave way to tier"
    assert property_detail(gone) == "plan: string → missing"


def test_a_messages_problem_is_named_where_it_is_known(published: Path) -> None:
    found = view(published, 3)
    (message,) = found.messages.to_dict("records")
    assert (
        problem_text(message, "running", found.changes, found.open_incident)
        == "Property plan was text and is an object"
    )
    assert problem_text(message, "running", found.changes, None) == ""
    quiet = {**message, "sent_in_week": 0, "sent_week_before": 84}
    assert problem_text(quiet, "running", found.changes, None) == "Nothing sent in a week, 84 in the week before"
    assert problem_text(quiet, "stopped", found.changes, None) == ""
    assert problem_text({**message, "sending_state": "draft"}, "running", found.changes, None) == (
        "Queues drafts and sends nothing"
    )
    assert problem_text({**message, "problem": "Liquid: no end"}, "draft", found.changes, None) == "Liquid: no end"
    assert found.open_incident is not None
    failing = replace(found.open_incident, causes=({"facts": {"variables": ["customer.company_name"]}},))
    message = {**message, "required_variables": ["customer.company_name", "customer.email"]}
    assert problem_text(message, "running", found.changes, failing) == "Fails on customer.company_name"
    assert sending_text("automatic", "running") == "● yes"
    assert sending_text("automatic", "draft") == "◻ no, the campaign is a draft"
    assert sending_text("automatic", "stopped") == "◻ no, the campaign is stopped"
    assert sending_text(None, "running") == "not known"


def test_failures_are_counted_since_the_incident_and_hidden_without_one(published: Path) -> None:
    found = view(published, 3)
    read = [Failure("new", datetime(2026, 11, 24, 5)), Failure("old", datetime(2026, 11, 20))]
    text = failure_text(read, found.days, found.open_incident, TODAY)
    assert re.fullmatch(r"\d+ messages failed since Sun 22 Nov\. Customer\.io says: “new”", text)
    assert failure_text(read, found.days, None, TODAY) == ""
    assert failure_text(read[1:], found.days, found.open_incident, TODAY) == ""
    assert failure_text(read, found.days.assign(failed=0), found.open_incident, TODAY) == ""


def test_an_event_is_in_use_by_campaigns_that_run_each_with_how_it_does(published: Path) -> None:
    with open_published(published) as connection:
        mappings = coverage_view(connection, "default").mappings.set_index("campaign_id", drop=False)
    assert users(mappings.loc[[10, 3]]) == "Upgrade offer (■ Silent), Spring promotion (stopped)"
    assert usage(True, mappings.loc[[3]]) == "● in use"
    assert usage(True, mappings.loc[[10]]) == "◔ not in use"
    assert usage(False, mappings.loc[[3]]) == "○ never seen"
