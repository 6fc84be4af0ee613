"""What may be applied of what is told of a cohort, and when."""

from __future__ import annotations

import random
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.route.cohorts.cohort_law import is_too_great_a_loss, session_verdict
from storage.outbox.cohorts.cohort_list import cohorts_of
from storage.outbox.cohorts.cohort_members import fold_some
from storage.outbox.cohorts.cohort_sessions import OPEN, CohortPage, Session, sessions_of, take_page
from storage.outbox.route_file import committed, open_route_file


@given(
    st.integers(0, 5_000),
    st.integers(0, 5_000),
)
def test_a_loss_of_half_or_more_is_too_great(before: int, after: int) -> None:
    assert is_too_great_a_loss(before, after) == (before > 0 and after / before <= 0.5)


@pytest.mark.parametrize(
    ("come", "silent", "wanted"),
    [
        ((1, 2), 5, "wait"),
        ((1, 2), 31, "close"),
        ((1, 3), 31, "wait"),
        ((1, 3), 601, "give_up"),
        ((2,), 700, "give_up"),
    ],
)
def test_a_session_that_does_not_say_its_length_ends_with_silence(
    come: tuple[int, ...], silent: int, wanted: str
) -> None:
    assert session_verdict(Session(1, "s", "add", None, OPEN, 1_000.0, come), 1_000.0 + silent) == wanted


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["members", "add", "remove"]),
        st.lists(st.integers(0, 12), max_size=8),
        st.integers(1, 3),
        st.booleans(),
    ),
    max_size=8,
)


@given(STEPS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_whatever_comes_in_whatever_order_the_cohort_is_what_the_whole_sessions_say(
    law_place: Path, steps: list[tuple[Any, list[int], int, bool]], order: random.Random
) -> None:
    """Against a set in memory: of sessions one after the other, some without a page, some with pages twice."""
    wanted: set[str] = set()
    with open_route_file(law_place) as connection, committed(connection):
        cohort = uuid.uuid4().hex
        for number, (action, who, pages, is_whole) in enumerate(steps):
            named = [str(one) for one in who]
            parts = [named[page::pages] for page in range(pages)]
            sent = list(enumerate(parts, 1)) if is_whole else list(enumerate(parts, 1))[:-1]
            for page, part in order.sample(sent * 2, len(sent) * 2):
                told = CohortPage("w", "mixpanel", cohort, "n", f"s-{number}", action, page, pages, part)
                take_page(connection, told, float(number))
            if is_whole:
                wanted = (
                    set(named)
                    if action == "members"
                    else wanted | set(named)
                    if action == "add"
                    else wanted - set(named)
                )
            known = [one for one in cohorts_of(connection, "w") if one.cohort == cohort]
            for one in known:
                for session in sessions_of(connection, one.number):
                    if session_verdict(session, float(number)) == "fold":
                        while fold_some(connection, one, session, float(number)):
                            pass
                rows = connection.execute(
                    "SELECT person FROM cohort_member WHERE cohort_number = ? AND told = 1", [one.number]
                )
                assert {person for (person,) in rows} == wanted


@pytest.fixture(scope="module")
def law_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("law")
