"""What reached Customer.io from elsewhere is told from what we sent, by ids where it shows them, else by seconds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaign_health.route.event_key import ulid_of
from campaign_health.route.examining.second_senders import foreign
from campaign_health.route.other_sender import Arrival

KEYS = st.integers(0, 255).map(lambda number: bytes([number]) * 16)
SENT = st.lists(st.tuples(KEYS, st.integers(1_000, 1_010).map(float)), max_size=20, unique_by=lambda one: one[0])


@given(SENT, st.lists(st.integers(1_000, 1_010), max_size=20), st.booleans())
def test_what_we_sent_is_never_foreign_and_what_others_sent_in_other_seconds_always_is(
    sent: list[tuple[bytes, float]], others: list[int], shows_ids: bool
) -> None:
    ours = [Arrival(ulid_of(key, int(at)) if shows_ids else "x", at) for key, at in sent]
    theirs = [Arrival("y", 2_000.0 + second) for second in others]
    assert foreign([*ours, *theirs], sent) == theirs
