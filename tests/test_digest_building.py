"""What a digest says: which section an incident stands in, what is news, what comes first."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.digest_data import Digest, Kind, SectionName
from campaign_health.alerts.digest.situation import Situation
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.forms.slack_blocks import slack_message
from campaign_health.words.not_watched import NOT_WATCHED
from campaign_health.words.status_words import STATUS_WORDS
from tests.digest_cast import FAILED_METRICS, TODAY, TRIAL_WELCOME, change, incident, situation, with_cause


def build(of: Situation, **options: object) -> Digest:
    arguments: dict[str, object] = {"announcement_id": "a1", "kind": "digest", "today": TODAY, "dashboard_url": None}
    return build_digest(of, **{**arguments, **options})  # type: ignore[arg-type]


def campaigns(digest: Digest, name: SectionName) -> list[str]:
    section = digest.section(name)
    return [item.campaign for item in section.items] if section else []


def test_an_incident_that_just_opened_is_new_and_one_already_told_is_still_broken() -> None:
    fresh, old = incident(1), incident(2)
    digest = build(situation(fresh, old, changes=(change(fresh),)))
    assert campaigns(digest, SectionName.NEW) == ["Campaign 1"]
    assert campaigns(digest, SectionName.STILL_BROKEN) == ["Campaign 2"]
    assert digest.headline == "1 campaign has broken and 1 is still broken"


def test_the_day_number_counts_from_the_first_bad_day() -> None:
    digest = build(situation(incident(1, opened_on=TODAY - timedelta(days=3))))
    section = digest.section(SectionName.STILL_BROKEN)
    assert section is not None
    assert section.items[0].day_number == 3


def test_money_comes_before_missed_sends_and_more_before_less() -> None:
    little, much = incident(1, missed_sends=10.0), incident(2, missed_sends=900.0)
    money = incident(3, missed_sends=1.0, revenue_at_risk=50.0)
    digest = build(situation(little, much, money))
    assert campaigns(digest, SectionName.STILL_BROKEN) == ["Campaign 3", "Campaign 2", "Campaign 1"]


def test_what_costs_most_a_week_comes_first_though_another_has_lost_more_so_far() -> None:
    old = incident(1, revenue_at_risk=9000.0, counted_days=30)
    young = incident(2, revenue_at_risk=8000.0, counted_days=2)
    slow = incident(3, missed_sends=900.0, counted_days=30)
    fast = incident(4, missed_sends=100.0, days=2)
    digest = build(situation(old, young, slow, fast))
    assert campaigns(digest, SectionName.STILL_BROKEN) == ["Campaign 2", "Campaign 1", "Campaign 4", "Campaign 3"]


def test_the_headline_says_what_a_week_of_all_that_is_broken_costs_and_each_item_its_own() -> None:
    one = incident(1, revenue_at_risk=9000.0, counted_days=3)
    muted = incident(2, revenue_at_risk=600.0, counted_days=7, muted_by="Ada", muted_until=TODAY)
    expected = incident(3, revenue_at_risk=50_000.0, counted_days=7, expected_by="Ada")
    digest = build(situation(one, muted, expected, incident(4)))
    assert digest.headline == (
        "2 campaigns are still broken; 1 more is muted; about $21,600 a week at risk (1 has no deal value set)"
    )
    assert "about $9,000 at risk so far, about $21,000 a week." in " ".join(plain_text(digest).split())


def test_without_a_deal_value_nothing_is_said_of_money() -> None:
    digest = build(situation(incident(1)))
    assert digest.headline == "1 campaign is still broken"
    assert "$" not in plain_text(digest)


def test_what_is_over_costs_nothing_a_week() -> None:
    back = incident(1, status="recovered", recovered_on=TODAY - timedelta(days=1), revenue_at_risk=9000.0)
    assert "a week" not in plain_text(build(situation(back, changes=(change(back, "recovered"),))))


def test_a_recovery_is_told_once_with_its_dates() -> None:
    back = incident(1, status="recovered", recovered_on=TODAY - timedelta(days=1))
    digest = build(situation(back, changes=(change(back, "recovered"),)))
    assert campaigns(digest, SectionName.RECOVERED) == ["Campaign 1"]
    assert build(situation()).section(SectionName.RECOVERED) is None


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("stopped", "closed: the campaign was stopped on"),
        ("archived", "closed: the campaign was archived on"),
        ("draft", "closed: the campaign was set back to draft on"),
        ("deleted", "closed: the campaign is no longer in Customer.io since"),
        ("unmapped", "closed: no event is known for the campaign since"),
    ],
)
def test_what_was_closed_is_not_called_recovered(how: str, said: str) -> None:
    over = incident(1, status="closed", ended_how=how, recovered_on=TODAY - timedelta(days=1))
    digest = build(situation(over, changes=(change(over, "closed"),)))
    assert campaigns(digest, SectionName.CLOSED) == ["Campaign 1"]
    assert digest.headline == "1 campaign has ended without recovering"
    for text in (plain_text(digest), json.dumps(slack_message(digest), ensure_ascii=False)):
        assert said in text
        assert "Recovered" not in text


def test_a_muted_or_expected_break_is_never_new() -> None:
    muted = incident(1, muted_by="Ada", muted_reason="known", muted_until=TODAY)
    expected = incident(2, expected_by="Grace", expected_reason="new trigger")
    over = incident(3, muted_by="Ada", muted_reason="known", muted_until=TODAY - timedelta(days=1))
    digest = build(situation(muted, expected, over, changes=(change(muted), change(expected), change(over))))
    assert sorted(campaigns(digest, SectionName.MUTED)) == ["Campaign 1", "Campaign 2"]
    assert "MUTED, OR NOT COUNTED AS BROKEN" in plain_text(digest)
    assert campaigns(digest, SectionName.NEW) == ["Campaign 3"]
    notes = [item.note for section in digest.sections for item in section.items]
    assert sorted(notes) == [
        "",
        "Marked as intended by Grace: new trigger.",
        "Muted until Tue 24 Nov by Ada: known.",
    ]


def test_fridays_break_is_still_news_on_monday_and_an_older_one_is_only_listed() -> None:
    friday = incident(1)
    assert campaigns(build(situation(friday, changes=(change(friday, days_ago=3),))), SectionName.NEW)
    assert not campaigns(build(situation(friday, changes=(change(friday, days_ago=4),))), SectionName.NEW)
    past = incident(2, status="recovered", recovered_on=date(2026, 11, 2))
    digest = build(situation(past, changes=(change(past, "opened", 30, news=False), change(past, "recovered", 22))))
    assert campaigns(digest, SectionName.LATE) == ["Campaign 2"]
    assert not campaigns(digest, SectionName.RECOVERED)


def test_every_change_is_covered_by_the_digest_that_tells_it() -> None:
    one = incident(1)
    given = (change(one), change(one, "acknowledged"))
    digest = build(situation(one, changes=given, failed=(FAILED_METRICS,)))
    assert set(digest.change_ids) == {c.change_id for c in given} | {FAILED_METRICS.change_id}


def test_a_narrowed_digest_leaves_other_incidents_and_failed_sources_out() -> None:
    one, two = incident(1), incident(2)
    whole = situation(one, two, changes=(change(one), change(two)), failed=(FAILED_METRICS,))
    digest = build(whole, only_incidents={one.incident_id}, kind="urgent")
    assert campaigns(digest, SectionName.NEW) == ["Campaign 1"]
    assert digest.change_ids == (change(one).change_id,)


def test_of_what_is_broken_every_campaign_is_named_and_only_the_paragraphs_become_shorter() -> None:
    many = tuple(incident(number) for number in range(1, 21))
    section = build(situation(*many)).section(SectionName.STILL_BROKEN)
    assert section is not None
    assert (len(section.items), section.more) == (20, 0)
    assert [item.brief for item in section.items] == [False] * 5 + [True] * 15
    over = tuple(incident(number, status="recovered", recovered_on=TODAY) for number in range(1, 21))
    recovered = build(situation(*over, changes=tuple(change(one, "recovered") for one in over)))
    part = recovered.section(SectionName.RECOVERED)
    assert part is not None
    assert (len(part.items), part.more, len(part.others)) == (5, 15, 15)


def test_links_lead_to_the_campaign_and_its_dialogs() -> None:
    digest = build(
        situation(TRIAL_WELCOME, changes=(change(TRIAL_WELCOME),)), dashboard_url="https://health.example.com"
    )
    section = digest.section(SectionName.NEW)
    assert section is not None
    item = section.items[0]
    assert item.link == "https://health.example.com/campaign?workspace=default&campaign=17"
    assert item.mute_link == (
        "https://health.example.com/campaign?workspace=default&campaign=17&incident=17-2026-11-21&act=mute"
    )


def test_nothing_to_say_is_said_plainly() -> None:
    assert (
        build(situation(), kind="all_clear").headline
        == "All clear: every campaign that could be checked sends as expected"
    )
    assert build(situation()).rest == (
        f"37 healthy; 2 too quiet to tell; 1 not running. Judged up to Mon 23 Nov. {NOT_WATCHED}"
    )


@pytest.mark.parametrize("kind", ["digest", "all_clear", "reminder"])
@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"not_running": 3}, "No campaign is running, so nothing was checked"),
        ({}, "No campaign is running, so nothing was checked"),
        (
            {"learning": 2, "too_quiet": 1, "not_running": 3},
            "Nothing can be told yet: no campaign has sent enough, or for long enough, to be checked",
        ),
    ],
)
def test_where_nothing_was_checked_it_is_not_all_clear(kind: Kind, counts: dict[str, int], said: str) -> None:
    assert build(replace(situation(), counts=counts), kind=kind).headline == said


def test_what_was_broken_on_every_day_known_is_new_when_it_is_found_and_has_not_just_broken() -> None:
    cause = {"sentence": "All fail.", "next_step": "Mend it.", "never_otherwise": True}
    old = incident(1, opened_on=TODAY - timedelta(days=120), causes=(cause,))
    found = change(old, days_ago=120)
    digest = build(situation(old, changes=(replace(found, recorded_on=TODAY),)))
    assert campaigns(digest, SectionName.NEW) == ["Campaign 1"]
    assert digest.headline.startswith("1 campaign has been broken on every day that is known")
    assert campaigns(build(situation(old, changes=(found,))), SectionName.STILL_BROKEN) == ["Campaign 1"]


def test_a_digest_survives_being_stored() -> None:
    digest = build(situation(TRIAL_WELCOME, changes=(change(TRIAL_WELCOME),), failed=(FAILED_METRICS,)))
    assert digest_from_json(digest_as_json(digest)) == digest


def test_an_incident_that_is_over_says_its_days_its_cause_and_its_missed_sends_once() -> None:
    over = incident(
        1,
        status="recovered",
        opened_on=date(2026, 10, 31),
        recovered_on=date(2026, 11, 7),
        summary="305 sends missed over 7 days, Sat 31 Oct to Fri 6 Nov.",
        missed_sends=305.0,
        missed_sends_low=285.0,
        missed_sends_high=326.0,
        cause="message_failing",
    )
    over = with_cause(over, sentence="Customer.io says that `card_brand` is missing.")
    digest = build(situation(over, changes=(change(over, "recovered", 17),)))
    assert campaigns(digest, SectionName.LATE) == ["Campaign 1"]
    for said in (plain_text(digest), json.dumps(slack_message(digest))):
        assert said.count("305") == 1
        assert "Sat 31 Oct to Fri 6 Nov; recovered on Sat 7 Nov" in said
        assert said.count("Sat 31 Oct") == 1
        assert "Message failing. " in said
        assert "card_brand" in said


def test_an_incident_that_was_taken_back_names_no_cause() -> None:
    never = incident(1, status="withdrawn")
    said = plain_text(build(situation(never, changes=(change(never, "withdrawn"),))))
    assert "Restated numbers show that nothing had broken." in said
    assert "Why:" not in said


def test_the_states_are_called_as_everywhere_else() -> None:
    counts = {"healthy": 5, "surging": 1, "volume_down": 1, "learning": 1, "too_quiet": 1, "not_collected": 1}
    rest = build(replace(situation(), counts=counts)).rest
    for status in counts:
        assert f"{counts[status]} {STATUS_WORDS[status].label.lower()}" in rest


def test_the_workspace_is_named_only_where_the_reader_must_tell_it_from_others() -> None:
    assert plain_text(build(situation())).splitlines()[1] == "Tue 24 Nov 2026"
    assert plain_text(build(situation(), several_workspaces=True)).splitlines()[1] == "Tue 24 Nov 2026, default"
    acme = replace(situation(), workspace="acme")
    assert plain_text(build(acme)).splitlines()[1] == "Tue 24 Nov 2026, acme"
    assert "Tue 24 Nov 2026 · id a1" in json.dumps(slack_message(build(situation())), ensure_ascii=False)


def test_what_is_still_broken_keeps_the_first_thing_to_do() -> None:
    step = "Open the trigger of `a.b` and set it to v2.0 of it. Journeys should start again."
    fresh, old = (with_cause(incident(number), next_step=step) for number in (1, 2))
    said = " ".join(plain_text(build(situation(fresh, old, changes=(change(fresh),)))).split())
    new, still = said.split("STILL BROKEN")
    assert "Journeys should start again." in new
    assert "Next: Open the trigger of `a.b` and set it to v2.0 of it. Owner" in still


@pytest.mark.parametrize("kind", ["digest", "all_clear", "reminder"])
def test_an_old_verdict_is_no_all_clear(kind: Kind) -> None:
    old = replace(situation(), judged_day=TODAY - timedelta(days=3))
    said = "Nothing is known of the last days: the newest judged day is Sat 21 Nov, 3 days ago"
    assert build(old, kind=kind).headline == said
    assert build(replace(old, judged_day=None), kind=kind).headline == "Nothing is known yet"
    assert build(replace(old, incidents=(incident(1),)), kind=kind).headline == "1 campaign is still broken"
