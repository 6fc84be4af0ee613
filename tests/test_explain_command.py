"""`explain` in the terminal."""

from __future__ import annotations

import json

import pytest

from tests.judge_cast import World, day
from tests.status_world import BREAK, run


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
