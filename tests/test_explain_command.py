"""`explain` in the terminal."""

from __future__ import annotations

import json

import duckdb
import pytest

from campaign_health.errors import CouldNotStart
from campaign_health.state.find_campaign import find_campaign
from campaign_health.words.dates import day_text
from tests.judge_cast import World, day
from tests.status_world import BREAK, LAST, run


def test_explain_shows_the_calculation(status_world: World) -> None:
    text = " ".join(run(status_world, "explain", "upgrade").stdout.split())
    assert "Upgrade offer: silent on Mon 7 Sep 2026" in text
    assert "The first link that broke: messages sent" in text
    assert "Journeys activated to sends: 0 sends for" in text
    assert "likelier if it is broken than if it is healthy; an alarm needs" in text
    assert "Day by day: activated to sent" in text
    assert "The calculation: activated to sent" in text


def test_explain_as_json_agrees_with_the_stored_verdict(status_world: World) -> None:
    found = json.loads(run(status_world, "explain", "2", "--day", day(BREAK).isoformat(), "--json").stdout)
    stored = status_world.rows("SELECT status, stage FROM verdict WHERE campaign_id = 2 AND day = ?", day(BREAK))
    assert (found["status"], found["stage"]) == stored[0]
    (link,) = [link for link in found["links"] if (link["upstream"], link["downstream"]) == ("activated", "sent")]
    today = link["days"][-1]
    assert today["evidence"] > today["threshold"]
    assert link["began_on"] == day(BREAK).isoformat()


@pytest.mark.parametrize(
    ("wanted", "said"), [("nothing like it", "There is no campaign"), ("e", "may be"), ("99", "There is no campaign")]
)
def test_explain_says_which_campaigns_there_are(status_world: World, wanted: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        run(status_world, "explain", wanted)


def test_a_name_that_is_nearly_right_is_guessed_and_the_others_are_named(status_world: World) -> None:
    with pytest.raises(CouldNotStart) as failure:
        run(status_world, "explain", "Upgrade offfer")
    assert failure.value.cure.startswith("Did you mean Upgrade offer? There are ")
    assert "Welcome (1)" in failure.value.cure


def test_many_names_that_fit_are_counted() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE campaign AS SELECT 'w' AS workspace, n AS campaign_id, 'Tip ' || n AS name "
                           "FROM range(1, 13) t(n)")  # fmt: skip
        with pytest.raises(CouldNotStart, match=r"may be Tip 1 \(1\), .* and 4 more"):
            find_campaign(connection, None, "tip")
        with pytest.raises(CouldNotStart, match=r"There are Tip 1 \(1\), .* and 4 more"):
            find_campaign(connection, None, "Welcome")


def test_a_day_without_a_verdict_says_which_days_have_one_and_uses_the_campaigns_name(status_world: World) -> None:
    with pytest.raises(CouldNotStart) as failure:
        run(status_world, "explain", "2", "--day", "2020-01-01")
    assert failure.value.message == "Upgrade offer has no verdict on Wed 1 Jan 2020."
    assert failure.value.cure == f"Verdicts go from {day_text(day(0))} to {day_text(day(LAST))}."


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("23.11.2026", "2026-11-23"),
        ("11/23/2026", "2026-11-23"),
        ("20261123", "2026-11-23"),
        ("03/04/2026", "2026-11-23, year first"),
        ("today", "2026-11-23, year first"),
    ],
)
def test_a_day_that_is_written_otherwise_is_spelled_out(status_world: World, written: str, meant: str) -> None:
    done = run(status_world, "explain", "2", "--day", written)
    assert done.exit_code == 2
    assert f"{written!r} is not a day: write it as {meant}." in " ".join(done.stderr.split())


@pytest.mark.slow("histories judged again")
def test_explain_tells_why_and_what_to_do(status_world: World) -> None:
    text = " ".join(run(status_world, "explain", "upgrade").stdout.split())
    found = json.loads(run(status_world, "explain", "upgrade", "--json").stdout)
    assert found["next_step"]
    assert f"{found['why']} {found['next_step']}" in text
    assert "at most once in 8 years" in text


def test_a_surge_is_explained_by_the_link_that_surges(status_world: World) -> None:
    text = " ".join(run(status_world, "explain", "survey").stdout.split())
    assert "Survey: surging" in text
    assert "More than the journeys started explain, since Fri 4 Sep." in text
    assert "The calculation: started to activated" in text
    assert "A healthy campaign shows so many" in text
    assert "never raises an alarm" in text
    assert "so few" not in text


def test_a_healthy_day_is_not_called_rare(status_world: World) -> None:
    text = run(status_world, "explain", "welcome").stdout
    assert "A healthy campaign shows" not in text


@pytest.mark.parametrize("wanted", ["²", "1" * 5000])
def test_digits_that_are_no_id_are_no_campaign(status_world: World, wanted: str) -> None:
    with pytest.raises(Exception, match="There is no campaign"):
        run(status_world, "explain", wanted)
