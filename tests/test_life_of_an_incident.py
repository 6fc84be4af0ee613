"""The life of an incident: taken on, said to be fixed, answered by the next days, recovered; and its timeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.alerts.digest.digest_data import SectionName
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.state.handling import handling, said_of
from campaign_health.state.incident_timeline import TimelineRow
from campaign_health.state.workspace_state import read_workspace
from storage.file.database import Warehouse, open_published
from tests.life_cast import CAMPAIGN, Mornings

pytestmark = pytest.mark.slow("decisions")
SILENT_STILL = (
    "Still silent after a fix: Ada said on Sat 12 Sep that it is fixed (turned it on), and the rest of that day"
)


@pytest.fixture(scope="module")
def first_morning(tmp_path_factory: pytest.TempPathFactory) -> Mornings:
    return Mornings(tmp_path_factory.mktemp("first") / "data")


@pytest.fixture
def mornings(first_morning: Mornings, tmp_path: Path) -> Mornings:
    return first_morning.copied(tmp_path / "data")


def state_of(mornings: Mornings) -> str:
    return handling(mornings.incident, mornings.now.date())


def note_of(mornings: Mornings) -> str:
    return ". ".join(said_of(mornings.incident, mornings.now.date()))


def texts(rows: tuple[TimelineRow, ...], *kinds: str) -> list[str]:
    return [row.text for row in rows if row.kind in kinds]


def test_four_mornings_from_taking_it_on_to_its_recovery(mornings: Mornings) -> None:
    assert state_of(mornings) == ""
    assert mornings.tell().headline == "1 campaign has broken"
    mornings.say("acknowledge")
    assert state_of(mornings) == "Being worked on"

    mornings.next()
    mornings.tell()
    mornings.say("fixed", reason="turned it on")
    assert state_of(mornings) == "Fixed, waiting for proof"
    assert mornings.digest().headline == "1 campaign is still broken"

    mornings.next()
    assert state_of(mornings) == "Still silent after a fix"
    told = mornings.tell()
    assert told.headline == "1 campaign is still broken; 1 fix did not help"
    assert SILENT_STILL in " ".join(plain_text(told).split())
    assert mornings.digest().headline == "1 campaign is still broken", "told once"
    mornings.say("fixed", reason="published the message")
    assert state_of(mornings) == "Fixed, waiting for proof"

    mornings.next()
    incident = mornings.incident
    assert (incident.status, incident.fix_is_confirmed, state_of(mornings)) == ("recovered", True, "")
    told = mornings.tell()
    assert told.headline == "1 campaign has recovered; 1 fix is confirmed"
    confirmed = (
        "Fix confirmed: Ada said on Sun 13 Sep that it is fixed (published the message), and sends are back since"
    )
    assert note_of(mornings).startswith(confirmed)
    assert confirmed in " ".join(plain_text(told).split())

    rows = mornings.timeline
    assert [row.kind for row in rows] == [
        "began", "detected", "announced", "said", "said", "data", "announced", "said", "data", "data", "announced",
    ]  # fmt: skip
    assert texts(rows, "said") == [
        "Taken on",
        "Said to be fixed: turned it on",
        "Said to be fixed: published the message",
    ]
    assert texts(rows, "data") == [
        "Not fixed: still broken after what Ada said on Sat 12 Sep 2026",
        "Fix confirmed: what Ada said on Sun 13 Sep 2026 holds",
        "Recovered: sends are back since Sun 13 Sep 2026",
    ]
    assert texts(rows, "announced") == [
        "Slack was told that it broke",
        "Slack was told that it is not fixed",
        "Slack was told that it recovered",
    ]
    assert [row.at for row in rows if row.at] == sorted(row.at for row in rows if row.at)


def test_judging_again_says_nothing_more_of_a_fix(mornings: Mornings) -> None:
    mornings.say("fixed")
    mornings.next()
    before = mornings.world.table("incident_change"), mornings.world.table("incident")
    mornings.world.judge(mornings.last)
    assert (mornings.world.table("incident_change"), mornings.world.table("incident")) == before


def test_undoing_a_fix_brings_back_what_was_said_before(mornings: Mornings) -> None:
    mornings.say("acknowledge", "Ben")
    said = mornings.say("fixed")
    assert note_of(mornings).startswith("Fixed, waiting for proof: Ada")
    mornings.undo(said)
    assert (state_of(mornings), note_of(mornings)) == ("Being worked on", "Being worked on: Ben is on it")
    rows = mornings.timeline
    assert (rows[-1].kind, rows[-1].text, rows[-1].by) == (
        "undone", "Taken back: said to be fixed", "Zoe",
    )  # fmt: skip
    assert [row.decision_id for row in rows if row.by == "Ada"] == [None], "what was undone cannot be undone again"
    mornings.next()
    assert state_of(mornings) == "Being worked on", "nobody says that it is fixed"


def test_of_two_who_fixed_it_the_newest_is_proved(mornings: Mornings) -> None:
    mornings.say("fixed", "Ada")
    mornings.next()
    second = mornings.say("fixed", "Ben")
    assert note_of(mornings).startswith("Fixed, waiting for proof: Ben")
    mornings.undo(second)
    assert note_of(mornings).startswith("Still silent after a fix: Ada"), "the answer to the first one holds again"


def test_a_day_that_was_not_collected_answers_nothing(mornings: Mornings) -> None:
    mornings.say("fixed")
    mornings.world.failed = {("customerio_metrics", mornings.last + 1), ("customerio_journeys", mornings.last + 1)}
    mornings.next()
    assert state_of(mornings) == "Fixed, waiting for proof"
    assert "fix" not in mornings.digest().headline


def test_a_campaign_that_is_stopped_after_a_fix_has_not_recovered(mornings: Mornings) -> None:
    mornings.say("fixed")
    story = next(one for one in mornings.world.stories if one.campaign_id == CAMPAIGN)
    story.stopped_on = mornings.last + 1
    mornings.next()
    story.stopped_on = None
    incident = mornings.incident
    assert (incident.status, incident.fix_is_confirmed, note_of(mornings)) == ("closed", False, "")
    digest = mornings.digest()
    assert digest.headline == "1 campaign has ended without recovering"
    assert digest.section(SectionName.RECOVERED) is None


def test_notes_are_kept_on_the_timeline_and_can_be_taken_back(mornings: Mornings) -> None:
    first = mornings.say("note", reason="asked the platform team")
    mornings.say("note", "Ben", reason="they answer on Monday")
    assert texts(mornings.timeline, "said") == ["Note: asked the platform team", "Note: they answer on Monday"]
    assert state_of(mornings) == ""
    mornings.undo(first)
    assert [row.by for row in mornings.timeline if row.decision_id] == ["Ben"]


def test_false_alarms_are_counted_beside_what_was_promised(mornings: Mornings) -> None:
    def sentence() -> str:
        with open_published(mornings.directory) as connection:
            return read_workspace(connection, "default").false_alarms.sentence(8)

    assert sentence().startswith("No false alarm in under 0.1 years"), "nobody watched the days before"
    with Warehouse(mornings.directory).open_and_publish() as connection:
        connection.execute("UPDATE incident_change SET recorded_at = (SELECT min(day) FROM verdict)")
    ((watched,),) = mornings.world.rows("SELECT count(*) FROM verdict WHERE status IN ('healthy', 'silent')")
    years = f"{watched / 365.25:.1f} years, all campaigns added up; promised: at most 1 in 8 years."
    assert sentence() == f"No false alarm in {years}"
    said = mornings.say("false_alarm")
    assert sentence() == f"1 false alarm in {years}"
    mornings.undo(said)
    assert sentence() == f"No false alarm in {years}"
