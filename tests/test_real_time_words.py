"""What a promise would take, by who carries the event; and lengths of which less is kept than was measured."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.state.real_time import Hour, within_which
from campaign_health.words.event_service import speaking_of
from campaign_health.words.proof_words import length_text
from campaign_health.words.real_time_words import (
    Carried,
    Way,
    measured_text,
    promise_text,
    promises_nothing,
    what_it_takes,
)

LENGTHS = st.lists(st.lists(st.floats(0, 1e5), min_size=1, max_size=40), min_size=1, max_size=12)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values) - 1e-9) - 1)]


@given(LENGTHS, st.sampled_from([0.5, 0.95]))
def test_no_more_took_longer_than_is_said(hours: list[list[float]], share: float) -> None:
    kept: list[Hour] = [(len(of), quantile(of, 0.5), quantile(of, 0.95), quantile(of, 0.99)) for of in hours]
    said = within_which(kept, share)
    everything = [one for of in hours for one in of]
    assert said is not None
    assert said >= quantile(everything, share)
    assert said <= max(everything)


def test_of_hours_that_are_alike_it_is_what_each_says() -> None:
    assert within_which([(100, 40.0, 280.0, 310.0)] * 3, 0.5) == 40
    assert within_which([(100, 40.0, 280.0, 310.0)] * 3, 0.95) == 280
    assert within_which([], 0.5) is None


@pytest.mark.parametrize(
    ("way", "is_kept", "said"),
    [
        ("batch", None, "An event as its trigger: the route can carry that."),
        ("not_carried", None, "Send its event to Customer.io: no message for 28 days."),
        ("shadow", False, "Go live: campaign-health route mode 'a b' live"),
        ("export", False, "Send its event from your own servers: the export is late."),
        ("another_sender", None, "Measure: campaign-health route proof 7"),
        ("another_sender", False, "Carry it by the route: say so under its event in the manifest."),
        ("live", False, "See page Delivery, and look for a delay in its workflow."),
        ("live", True, "Nothing: it is kept."),
    ],
)
def test_each_way_has_its_own_step(way: Way, is_kept: bool | None, said: str) -> None:
    assert what_it_takes(300, is_kept, Carried(way, "a b"), 7, None).replace("`", "") == said


def test_what_is_kept_back_or_late_comes_before_a_look_elsewhere() -> None:
    held = what_it_takes(300, None, Carried("live", "e", is_held=True), 7, "acme")
    assert held == "Let go what is kept back: campaign-health route release e --workspace=acme"
    late = Carried("live", "e", late_source="export", late_seconds=900)
    assert what_it_takes(300, False, late, 7, None) == (
        "A sooner sender: events of Mixpanel's export come up to 15 minutes late."
    )


def test_a_promise_that_a_list_can_keep_and_none_at_all_take_nothing() -> None:
    assert what_it_takes(86_400, None, Carried("batch"), 7, None).startswith("Nothing")
    assert what_it_takes(1800, False, Carried("export", "e"), 7, None) != what_it_takes(
        300, False, Carried("export", "e"), 7, None
    )
    live = Carried("live", "e")
    assert promises_nothing(None, live) == "Nothing: no time is promised."
    assert promises_nothing("15 minutes", live) == "No promise yet: write “within 15 minutes” as its timing."
    assert promise_text(None, "daily") == "daily"
    assert promise_text(300, "within 5 minutes") == "within 5 minutes"
    assert measured_text(None) == "not known"


def test_what_did_not_go_out_is_said_before_any_nothing() -> None:
    held, dead = Carried("live", "e", is_held=True, held=25), Carried("live", "e", dead=12)
    assert promises_nothing(None, held) == "25 events are kept back: see Delivery."
    assert promises_nothing("15 minutes", dead) == (
        "12 events could not be delivered: see Delivery. No promise yet: write “within 15 minutes” as its timing."
    )
    assert what_it_takes(300, True, held, 7, None) == "25 events are kept back: see Delivery."


def test_nobody_on_amplitude_is_sent_to_what_reads_mixpanel() -> None:
    with speaking_of("Amplitude"):
        said = what_it_takes(300, None, Carried("live", "e"), 7, None)
    assert "route proof" not in said
    assert "Amplitude" in said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "under a second"), (1, "1 second"), (90, "1.5 minutes"), (300, "5 minutes"), (3600, "1 hour"),
     (5400, "1.5 hours"), (3599, "60 minutes"), (3602, "1 hour"), (86_400 * 1234, "1,234 days")],
)  # fmt: skip
def test_a_length_is_said_to_a_tenth_where_it_is_short(seconds: float, said: str) -> None:
    assert length_text(seconds) == said
