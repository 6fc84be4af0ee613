"""From stored numbers to stored verdicts and incidents: one campaign of every kind, in a real file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.judge_cast import Story, World, broken, day, steady

DAYS = 45
BREAK = 34
LAST = 37


def _only_in_mixpanel(story: Story) -> Story:
    story.events[BREAK:] = 0
    return story


def _misspelt() -> Story:
    story = steady(13, DAYS, event="project_created", trigger="project.created", first_day=BREAK - 2)
    return broken(story, 0, at="started")


CAST = {
    "healthy": lambda: steady(1, DAYS),
    "silent": lambda: broken(steady(2, DAYS), BREAK),
    "nothing starts": lambda: broken(steady(3, DAYS), BREAK, at="started"),
    "nobody passes": lambda: broken(steady(4, DAYS), BREAK, at="activated"),
    "nothing arrives": lambda: broken(steady(5, DAYS), BREAK, at="delivered"),
    "event lost": lambda: broken(steady(6, DAYS), BREAK, at="events"),
    "lost in Mixpanel only": lambda: _only_in_mixpanel(steady(7, DAYS)),
    "stopped": lambda: steady(8, DAYS, stopped_on=BREAK),
    "young": lambda: steady(9, DAYS, first_day=BREAK),
    "rare": lambda: steady(10, DAYS, level=0.05),
    "without event": lambda: steady(11, DAYS, trigger=None),
    "without event, broken": lambda: broken(steady(12, DAYS, trigger=None), BREAK, at="started"),
    "misspelt": _misspelt,
    "draft": lambda: steady(14, DAYS, state="draft"),
    "stopped while broken": lambda: broken(steady(15, DAYS, stopped_on=BREAK + 2), BREAK),
    "losing": lambda: broken(steady(16, DAYS), BREAK - 6, keep=0.4),
}


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One campaign of every kind, judged once; to be read only."""
    world = World(tmp_path_factory.mktemp("cast"), [make() for make in CAST.values()])
    world.collect(0, LAST)
    world.judge(LAST)
    return world


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize(
    ("story", "status"),
    [
        ("healthy", "healthy"),
        ("silent", "silent"),
        ("nothing starts", "silent"),
        ("nobody passes", "silent"),
        ("nothing arrives", "silent"),
        ("event lost", "event_lost"),
        ("stopped", "not_running"),
        ("young", "learning"),
        ("rare", "too_quiet"),
        ("without event", "journeys_only"),
        ("without event, broken", "silent"),
        ("misspelt", "silent"),
        ("draft", "not_running"),
        ("stopped while broken", "not_running"),
        ("losing", "degraded"),
    ],
)
def test_every_kind_of_campaign_gets_its_verdict(cast: World, story: str, status: str) -> None:
    assert cast.status(list(CAST).index(story) + 1, LAST) == status


def test_the_first_link_that_breaks_says_where_and_nothing_else_is_an_incident(cast: World) -> None:
    found = cast.rows("SELECT campaign_id, kind, stage, status FROM incident ORDER BY campaign_id")
    assert found == [
        (2, "silent", "sent", "open"),
        (3, "silent", "started", "open"),
        (4, "silent", "activated", "open"),
        (5, "silent", "delivered", "open"),
        (6, "event_lost", "event", "open"),
        (12, "silent", "started", "open"),
        (13, "silent", "event", "open"),
        (15, "silent", "sent", "closed"),
        (16, "degraded", "sent", "open"),
    ]


def test_an_incident_begins_on_its_first_bad_day_and_is_seen_at_once(cast: World) -> None:
    found = cast.rows("SELECT campaign_id, opened_on, detected_on FROM incident WHERE kind <> 'degraded' ORDER BY 1")
    at_once = {campaign: (opened, detected) for campaign, opened, detected in found if campaign not in (5, 12, 13)}
    assert set(at_once.values()) == {(day(BREAK), day(BREAK))}
    assert {opened for campaign, opened, _ in found if campaign in (5, 12)} == {day(BREAK)}
    assert (13, day(BREAK - 2), day(BREAK)) in found


def test_a_lost_event_is_told_with_its_cause_and_its_missed_sends(cast: World) -> None:
    ((cause, missed),) = cast.rows("SELECT cause, missed_sends FROM incident WHERE campaign_id = 6")
    assert cause == "event_removed"
    assert 160 < missed < 270


def test_what_an_incident_missed_is_what_its_days_should_have_sent_less_what_they_did(cast: World) -> None:
    found = cast.rows(
        """
        SELECT i.campaign_id, i.missed_sends, sum(v.expected - v.sent)
        FROM incident i JOIN event_vs_campaign v USING (workspace, campaign_id, incident_id)
        WHERE i.stage <> 'delivered' AND i.missed_sends IS NOT NULL GROUP BY ALL ORDER BY 1
        """
    )
    assert [campaign for campaign, _, _ in found] == [2, 3, 4, 6, 12, 15, 16]
    for _, missed, reckoned in found:
        assert reckoned == pytest.approx(missed, abs=0.01)


def test_the_first_days_of_a_break_that_showed_later_belong_to_its_incident(cast: World) -> None:
    found = cast.rows(
        """
        SELECT day, v.status FROM event_vs_campaign v JOIN incident i USING (workspace, campaign_id, incident_id)
        WHERE campaign_id = 16 AND day < i.detected_on ORDER BY day
        """
    )
    assert found
    assert {status for _, status in found} == {"healthy"}
    assert cast.rows("SELECT count(*) FROM event_vs_campaign WHERE campaign_id = 1 AND incident_id IS NOT NULL") == [
        (0,)
    ]


def test_a_campaign_without_event_is_told_by_the_journeys_it_should_have_started(cast: World) -> None:
    ((low, high),) = cast.rows(
        "SELECT regexp_extract(summary, '; (\\d+) to', 1)::INT, regexp_extract(summary, 'to (\\d+) were', 1)::INT "
        "FROM incident WHERE campaign_id = 12"
    )
    assert 20 < low < 60 < high < 120


def test_a_stopped_campaign_says_so_and_closes_what_was_open(cast: World) -> None:
    assert cast.rows("SELECT cause FROM verdict WHERE campaign_id = 8 AND day = ?", day(LAST)) == [
        ("campaign_stopped",)
    ]
    assert cast.rows("SELECT recovered_on FROM incident WHERE campaign_id = 15") == [(day(BREAK + 2),)]
    ((detail,),) = cast.rows("SELECT detail FROM incident_change WHERE campaign_id = 15 AND kind = 'closed'")
    assert json.loads(detail)["how"] == "stopped"
    assert cast.rows("SELECT status, ended_how FROM incident WHERE campaign_id = 15") == [("closed", "stopped")]


def test_a_trigger_that_misspells_an_event_is_called_unknown(cast: World) -> None:
    assert cast.rows("SELECT cause FROM incident WHERE campaign_id = 13") == [("event_unknown",)]


def test_every_day_since_a_campaign_was_made_has_a_verdict(cast: World) -> None:
    found = dict(cast.rows("SELECT campaign_id, count(*) FROM verdict GROUP BY 1"))
    born = {9: BREAK, 13: BREAK - 2}
    assert found == {number: LAST + 1 - born.get(number, 0) for number in range(1, len(CAST) + 1)}


def test_messages_that_do_not_arrive_are_told_by_their_deliveries_with_or_without_journeys(tmp_path: Path) -> None:
    for journeys in (True, False):
        stories = [broken(steady(1, DAYS), BREAK, at="delivered"), *(steady(number, DAYS) for number in range(2, 6))]
        world = World(tmp_path / str(journeys), stories, journeys=journeys)
        world.collect(0, BREAK + 5)
        world.judge(BREAK + 5)
        ((summary,),) = world.rows("SELECT summary FROM incident")
        assert summary.startswith("0 deliveries for ")
        assert " were expected; messages are sent, but do not arrive; " in summary
