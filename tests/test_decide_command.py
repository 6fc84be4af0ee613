"""`campaign-health decide`: what the buttons say, said on the command line; it holds at once on every surface."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.errors import CouldNotStart
from campaign_health.sandbox.slack.slack_service import running_slack
from storage.file.database import open_published
from storage.read.decisions_made import all_decisions
from tests.decisions_cast import LAST, LOST, OPEN, copied, judged_world, manifest
from tests.decisions_cast import NOW as THIS_MORNING
from tests.digest_sending_cast import bot
from tests.judge_cast import World, day

pytestmark = pytest.mark.slow("decisions")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> World:
    return judged_world(tmp_path_factory.mktemp("judged"), manifest())


@pytest.fixture(autouse=True)
def world(judged: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", THIS_MORNING.isoformat())
    found = copied(judged, tmp_path / "data")
    found.warehouse.publish()
    return found


def run(*words: str) -> Result:
    return CliRunner().invoke(campaign_health, list(words), catch_exceptions=False)


def decide(*words: str) -> str:
    result = run("decide", *words)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def handling(campaign_id: int) -> str:
    found = json.loads(run("status", "--json").stdout)
    rows = [one for kind in ("broken", "muted", "expected") for one in found[kind]]
    (said,) = [one["handling"] for one in rows if one["campaign_id"] == campaign_id]
    return str(said)


def test_a_note_can_be_about_a_day_of_the_campaign() -> None:
    about = day(LAST - 1)
    said = decide(f"Campaign {OPEN}", "note", "--why", "site down", "--day", about.isoformat(), "--by", "Ada")
    assert "Note: site down, by Ada" in said
    with open_published(Path("data")) as connection:
        (note,) = all_decisions(connection, "default")
    assert (note.campaign_id, note.incident_id, note.about_day) == (OPEN, None, about)
    with pytest.raises(CouldNotStart, match="has not come yet"):
        decide(f"Campaign {OPEN}", "note", "--why", "x", "--day", day(LAST + 5).isoformat(), "--by", "Ada")
    with pytest.raises(CouldNotStart, match="is not about a day"):
        decide(f"Campaign {OPEN}", "on-it", "--day", about.isoformat(), "--by", "Ada")


@pytest.mark.parametrize(
    ("words", "state", "line"),
    [
        (["on-it"], "Being worked on", "Taken on, by Ada"),
        (["fixed", "--why", "turned it on"], "Fixed, waiting for proof",
         "Said to be fixed: turned it on, by Ada"),
        (["note", "--why", "asked them"], "", "Note: asked them, by Ada"),
        (["mute", "--why", "a launch", "--until", "2026-09-20"], "Muted until Sun 20 Sep",
         "Muted until Sun 20 Sep: a launch, by Ada"),
        (["intended", "--why", "a new plan"], "Intended", "Marked as intended: a new plan, by Ada"),
        (["false-alarm"], "False alarm", "Called a false alarm, by Ada"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip
def test_what_is_said_holds_at_once_and_stands_on_the_timeline(words: list[str], state: str, line: str) -> None:
    said = decide(f"Campaign {OPEN}", *words, "--by", "Ada")
    assert line in said
    assert f": {state or 'New'}" in said
    assert handling(OPEN) == state
    assert line in decide(str(OPEN)), "without an act it shows what there is"


def test_a_rename_is_confirmed_and_stays_loud() -> None:
    said = decide(str(LOST), "renamed", "--by", "Ada")
    assert "Rename confirmed: project.created is now project_created, by Ada" in said
    assert handling(LOST) == "Rename confirmed, trigger not changed yet"
    assert json.loads(run("status", "--json").stdout)["counts"]["event_lost"] == 1


def test_undo_takes_back_what_was_said_last_and_the_one_before_holds_again() -> None:
    decide(str(OPEN), "on-it", "--by", "Ada")
    decide(str(OPEN), "false-alarm", "--by", "Ben")
    sentence = json.loads(run("status", "--json").stdout)["false_alarms"][0]["sentence"]
    assert sentence.startswith("1 false alarm in ")
    assert sentence in " ".join(run("status").stdout.split())
    # Both were said at one instant of the standing clock: it takes two steps to be rid of both, in either order.
    assert "Taken back: " in decide(str(OPEN), "undo", "--by", "Zoe")
    decide(str(OPEN), "undo", "--by", "Zoe")
    assert handling(OPEN) == ""
    with pytest.raises(CouldNotStart, match="Nothing that was said"):
        run("decide", str(OPEN), "undo", "--by", "Zoe")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([str(OPEN), "on-it"], "Who says so"),
        ([str(OPEN), "mute", "--by", "Ada", "--until", "2026-09-20"], "needs words"),
        ([str(OPEN), "mute", "--by", "Ada", "--why", "x"], "A mute has an end"),
        (["1", "fixed", "--by", "Ada"], "is not broken"),
        ([str(OPEN), "renamed", "--by", "Ada"], "is not a rename"),
    ],
)
def test_what_cannot_be_said_is_refused_and_changes_nothing(words: list[str], why: str, world: World) -> None:
    with pytest.raises(CouldNotStart, match=why):
        run("decide", *words)
    with open_published(world.directory) as connection:
        assert connection.execute("SELECT count(*) FROM decision").fetchone() == (0,)


@pytest.mark.parametrize(
    ("before", "cure"),
    [("fixed", "Ada said so already"), ("false-alarm", "Ada said that it is no break")],
)
def test_what_awaits_its_proof_or_is_no_break_cannot_be_said_to_be_fixed(before: str, cure: str) -> None:
    decide(str(OPEN), before, "--by", "Ada")
    with pytest.raises(CouldNotStart) as refusal:
        run("decide", str(OPEN), "fixed", "--by", "Ben")
    assert cure in refusal.value.cure


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("false-alarm", "--until", "2030-01-31"), "`false-alarm` has no last day."),
        (("mute", "--why", "known", "--until", "2020-01-01"), "That last day is over."),
    ],
    ids=["an act without an end", "an end that is over"],
)
def test_a_last_day_is_of_a_mute_or_an_intent_and_not_over(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CouldNotStart) as refusal:
        run("decide", str(OPEN), *words, "--by", "Ada")
    assert refusal.value.message == said


def test_the_message_of_the_day_says_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_slack() as slack:
        for name, value in bot(slack, CAMPAIGN_HEALTH_DIGEST_AT="00:00", CAMPAIGN_HEALTH_DIGEST_DAYS="all").items():
            monkeypatch.setenv(name, value)
        assert run("digest").exit_code == 0
        result = run("decide", str(LOST), "on-it", "--by", "Ada")
        assert "The message of today on slack was edited." in result.stderr
        assert "Ada is on it" in json.dumps(slack.messages[0].payload)
        slack.standing_fault = "down"
        result = run("decide", str(LOST), "undo", "--by", "Ada")
        assert result.exit_code == 0
        assert "was not edited: Slack has a fault of its own" in " ".join(result.stderr.split())
