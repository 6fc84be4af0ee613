"""Which customer and which subscription count, and what they say: laws over whatever Stripe may list."""

from __future__ import annotations

import random
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.route.stripe.subscription_facts import (
    UNSURE_SECONDS,
    Subscription,
    after_notice,
    chosen_customer,
    current,
    fact,
    merged,
    read_subscription,
    subscriptions_of,
)
from campaign_health.sandbox.stripe.stripe_objects import SandboxCustomer, SandboxSubscription

RUNNING = ("active", "trialing", "past_due")
ENDED = ("canceled", "incomplete", "incomplete_expired")
STATUSES = (*RUNNING, "unpaid", "paused", *ENDED)

subscriptions = st.lists(
    st.builds(
        Subscription,
        id=st.text("abc", min_size=1, max_size=2),
        status=st.sampled_from(STATUSES),
        tier=st.sampled_from(["pro", "team", None]),
        quantity=st.none() | st.integers(0, 50),
        trial_start=st.none() | st.integers(0, 10**6).map(float),
        created=st.integers(0, 5).map(float),
        told=st.just(0.0),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)
customers = st.lists(
    st.builds(
        SandboxCustomer,
        id=st.integers(0, 30).map(lambda number: f"cus_{number}"),
        subscriptions=st.lists(
            st.builds(SandboxSubscription, id=st.text("xyz", min_size=1, max_size=3), status=st.sampled_from(STATUSES)),
            max_size=2,
        ).map(tuple),
        created=st.integers(0, 5),
        is_deleted=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(subscriptions, st.randoms(use_true_random=False))
def test_the_newest_running_subscription_counts_in_whatever_order_they_come(
    some: list[Subscription], chance: random.Random
) -> None:
    found = current(some)
    assert found == current(chance.sample(some, len(some)))
    running = [one for one in some if one.status in RUNNING]
    if running:
        assert found is not None
        assert (found.status in RUNNING, found.created) == (True, max(one.created for one in running))
    elif found is not None:
        assert found.status in ("unpaid", "paused")
    else:
        assert all(one.status in ENDED for one in some)


@given(subscriptions)
def test_free_is_said_of_a_customer_without_a_subscription_and_of_nobody_else(some: list[Subscription]) -> None:
    assert (fact(some, "tier", 0.0) == "free") == all(one.status in ENDED for one in some)
    assert (fact(some, "tier", 0.0) == "free") == (fact(some, "status", 0.0) == "free")


@given(customers, st.randoms(use_true_random=False))
def test_of_several_customers_the_newest_with_a_running_subscription_is_chosen(
    some: list[SandboxCustomer], chance: random.Random
) -> None:
    bodies = [one.body(with_subscriptions=True) for one in some]
    found = chosen_customer(bodies)
    assert found == chosen_customer(chance.sample(bodies, len(bodies)))
    there = {one.id: one for one in some if not one.is_deleted}
    if not there:
        assert found is None
        return
    assert found is not None

    def rank(one: SandboxCustomer) -> tuple[bool, int]:
        return any(found.status in RUNNING for found in one.subscriptions), one.created

    assert rank(there[found["id"]]) == max(map(rank, there.values()))


@given(st.floats(0, 1e6), st.integers(0, 400), st.floats(0, 86_399))
def test_the_day_of_a_trial_is_counted_from_its_start_by_the_events_own_time(
    start: float, day: int, into: float
) -> None:
    one = Subscription("s", "trialing", "pro", 1, float(int(start)), 0.0, 0.0)
    assert fact([one], "trial_day", int(start) + day * 86_400 + into) == day
    assert fact([one], "trial_day", int(start) - 1) is None
    assert fact([replace(one, trial_start=None)], "trial_day", 0.0) is None


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(STATUSES)), max_size=8), st.randoms())
def test_notices_in_any_order_never_end_with_an_older_state_than_the_newest(
    changes: list[tuple[str, str]], chance: random.Random
) -> None:
    """Where nobody can tell, the person is asked for anew, which is the end of the sequence here."""
    told = [
        Subscription(name, status, "pro", 1, None, 0.0, place * 2 * UNSURE_SECONDS)
        for place, (name, status) in enumerate(changes, start=1)
    ]
    known: tuple[Subscription, ...] | None = ()
    for one in chance.sample(told, len(told)):
        known = after_notice(known, one)
        assert known is not None, "they are far enough apart"
    assert {one.id: one for one in known or ()} == {one.id: one for one in told}


@given(st.floats(-UNSURE_SECONDS, 0), st.sampled_from(STATUSES))
def test_two_states_of_nearly_one_time_are_asked_about_unless_they_say_the_same(apart: float, status: str) -> None:
    old = Subscription("s", "active", "pro", 1, None, 0.0, 1000.0)
    after = after_notice((old,), replace(old, status=status, told=1000.0 + apart))
    assert after == ((old,) if status == "active" else None)


@given(subscriptions, subscriptions)
def test_an_answer_does_not_take_back_what_was_told_of_after_it_was_asked_for(
    kept: list[Subscription], answer: list[Subscription]
) -> None:
    later = tuple(replace(one, told=10.0) for one in kept)
    found = {one.id: one for one in merged(later, tuple(answer), 5.0)}
    assert found == {one.id: one for one in answer} | {one.id: one for one in later}
    assert merged(later, tuple(answer), 11.0) == tuple(answer)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
                    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(
                        ["id", "status", "created", "items", "data", "price", "quantity", "lookup_key", "deleted",
                         "subscriptions", "product", "trial_start"]), part, max_size=6), max_leaves=20))  # fmt: skip
def test_whatever_comes_instead_of_an_answer_raises_nothing(value: Any) -> None:
    read_subscription(value, 0.0)
    if isinstance(value, dict):
        chosen_customer([value])
        subscriptions_of(value, 0.0)


@pytest.mark.parametrize(
    ("price", "tier"),
    [
        ({"lookup_key": "pro_2", "nickname": "Pro", "product": "prod_1"}, "pro_2"),
        ({"lookup_key": None, "nickname": "Pro", "product": "prod_1"}, "Pro"),
        ({"lookup_key": "", "nickname": None, "product": "prod_1"}, "prod_1"),
        ({"product": {"id": "prod_1", "name": "Team"}}, "Team"),
        ({}, None),
    ],
)
def test_a_tier_is_the_prices_key_else_its_nickname_else_the_product(price: dict[str, Any], tier: str | None) -> None:
    body = SandboxSubscription("s", quantity=7).body("cus_1")
    metered = {"price": {"lookup_key": "by_use"}}
    body["items"]["data"] = [metered, {**body["items"]["data"][0], "price": price}]
    found = read_subscription(body, 3.0)
    assert found is not None
    assert asdict(found) | {"tier": tier, "quantity": 7, "told": 3.0} == asdict(found)
