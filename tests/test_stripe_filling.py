"""What Stripe says of an event's person, asked over real HTTP and kept in a file: who is found, and what if not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from campaign_health.route.doors.stripe_notice import read_notice
from campaign_health.route.mapping.mapped_event import StripeNeeded
from campaign_health.sandbox.stripe.stripe_objects import SandboxSubscription
from campaign_health.sandbox.stripe.stripe_service import KEY, Fault, StripeSandbox, running_stripe
from tests.stripe_cast import EVENT, TIER, Filling, customer, filling, notice, ready
from tests.waiting import until

REQUIRED = replace(TIER, required=True)


@pytest.fixture
def stripe() -> Iterator[StripeSandbox]:
    with running_stripe() as found:
        yield found


@pytest.fixture
def fills(stripe: StripeSandbox, tmp_path: Path) -> Iterator[Filling]:
    with filling(tmp_path, stripe) as found:
        yield found


def test_stripes_own_id_comes_before_the_apps_and_that_before_the_address(
    stripe: StripeSandbox, fills: Filling
) -> None:
    stripe.add(customer(1, "by_id"), customer(2, "by_user"), customer(3, "by_address", metadata={}))
    address = {"emails": ("u-3@people.example",)}
    assert fills.tier("a", customer="cus_1", user_id="u-2", **address) == "by_id"
    assert fills.tier("b", user_id="u-2", **address) == "by_user"
    assert fills.tier("c", user_id="u-9", **address) == "by_address"
    assert fills.tier("d", customer="cus_9", user_id="u-9", **address) == "by_address", "a wrong id is no end"
    assert fills.tier("e", emails=("U-3@people.example",)) == "unknown", "letter by letter"


def test_an_id_with_quotes_asks_for_nobody_else(stripe: StripeSandbox, fills: Filling) -> None:
    stripe.add(customer(1, "pro", metadata={"user_id": "o'hara\\"}))
    assert fills.tier("o'hara\\") == "pro"
    assert fills.tier("x' OR metadata['user_id']:'o'hara\\") == "unknown"


def test_free_not_found_and_not_asked_are_apart(stripe: StripeSandbox, fills: Filling) -> None:
    stripe.add(customer(1, None), customer(2, is_deleted=True))
    assert fills.tier("u-1") == "free"
    assert fills.tier("u-2") == "unknown"
    stripe.standing_fault = "down"
    assert fills.tier("u-3") == "unknown"
    assert fills.tier("u-4", replace(TIER, otherwise="nobody said")) == "nobody said"
    assert fills.counted("stripe_unknown") == 2, "not found was said by Stripe"


def test_each_fact_and_the_first_of_several(stripe: StripeSandbox, fills: Filling) -> None:
    now = time.time()
    trial = SandboxSubscription("sub_1", "team", 7, "trialing", trial_start=int(now) - 3 * 86_400 - 60)
    stripe.add(customer(1, subscriptions=(trial,)), customer(2, None))
    needs = [
        StripeNeeded(name, (name,), "-", required=False)
        for name in ("tier", "quantity", "seats", "status", "trial_day")
    ]
    both = StripeNeeded("both", ("trial_day", "status"), "-", required=False)
    filled, _ = fills.parts.enricher.fill([ready("u-1", *needs, both, at=now), ready("u-2", *needs, both, at=now)])
    assert [of.event["attributes"] for _, of in filled] == [
        {"tier": "team", "quantity": 7, "seats": 7, "status": "trialing", "trial_day": 3, "both": 3},
        {"tier": "free", "quantity": "-", "seats": "-", "status": "free", "trial_day": "-", "both": "free"},
    ]


def test_several_customers_of_one_address_are_counted_and_the_one_who_pays_is_taken(
    stripe: StripeSandbox, fills: Filling
) -> None:
    stripe.add(
        customer(1, "old", email="ada@people.example", created=10),
        customer(2, "paid", email="ada@people.example", created=20),
        customer(3, None, email="ada@people.example", created=30),
    )
    assert fills.tier("ada", emails=("ada@people.example",)) == "paid"
    assert fills.counted("stripe_several") == 1


def test_a_slow_answer_is_not_waited_for_and_serves_the_next_event(stripe: StripeSandbox, fills: Filling) -> None:
    stripe.add(customer(1))
    stripe.seconds = 0.8
    begun = time.monotonic()
    assert fills.tier("u-1") == "unknown"
    assert time.monotonic() - begun < 0.6
    time.sleep(0.9)
    assert fills.tier("u-1") == "pro"
    assert len(stripe.asked) == 1


def test_the_people_of_a_request_are_asked_for_at_once_and_each_only_once(
    stripe: StripeSandbox, fills: Filling
) -> None:
    stripe.add(*(customer(number) for number in range(4)))
    stripe.seconds = 0.1
    with ThreadPoolExecutor(3) as pool:
        batch = [ready(f"u-{number}", TIER) for number in range(4)]
        answers = list(pool.map(lambda _: fills.parts.enricher.fill(batch)[0], range(3)))
    assert [[of.event["attributes"]["tier"] for _, of in filled] for filled in answers] == [["pro"] * 4] * 3
    assert len(stripe.asked) == 4


def test_where_more_people_come_than_stripe_takes_as_many_as_it_takes_are_answered_in_time(
    stripe: StripeSandbox, fills: Filling
) -> None:
    numbers = range(200)
    stripe.add(*(customer(number, metadata={}) for number in numbers))
    stripe.seconds = 0.1
    known, begun = 0, time.monotonic()
    for start in range(0, len(numbers), 10):
        batch = [
            ready(f"u-{number}", TIER, user_id=f"u-{number}", emails=(f"u-{number}@people.example",))
            for number in numbers[start : start + 10]
        ]
        known += sum(of.event["attributes"]["tier"] == "pro" for _, of in fills.parts.enricher.fill(batch)[0])
    assert stripe.limited == 0
    # A busy machine begins late with the first few.
    assert known + 3 >= 5 * (time.monotonic() - begun), "two requests each, of 20 a second"
    assert known >= 0.8 * len(stripe.asked) / 2, "hardly anybody was asked for in vain"


def test_what_was_answered_holds_ten_minutes_and_is_asked_for_ahead_of_that(
    stripe: StripeSandbox, tmp_path: Path
) -> None:
    clock = [time.time()]
    stripe.add(customer(1))
    with filling(tmp_path, stripe, clock=lambda: clock[0]) as fills:
        assert fills.tier("u-1") == "pro"
        stripe.add(customer(1, "team"))
        clock[0] += 470
        assert (fills.tier("u-1"), len(stripe.asked)) == ("pro", 1)
        clock[0] += 20
        assert fills.tier("u-1") == "pro", "not waited for"
        until(lambda: fills.tier("u-1") == "team")
        assert len(stripe.asked) == 2
        clock[0] += 601
        stripe.standing_fault = "down"
        assert fills.tier("u-1") == "unknown", "too old"
    stripe.standing_fault, clock[0] = None, clock[0] - 300
    with filling(tmp_path, stripe, clock=lambda: clock[0]) as fills:
        assert (fills.tier("u-1"), len(stripe.asked)) == ("team", 3), "the file knows it after a restart"


def test_a_customer_whom_the_search_does_not_find_yet_is_found_a_minute_later(
    stripe: StripeSandbox, tmp_path: Path
) -> None:
    clock = [time.time()]
    stripe.add(customer(1, searchable_from=time.time() + 3600))
    with filling(tmp_path, stripe, clock=lambda: clock[0]) as fills:
        assert [fills.tier("u-1"), fills.tier("u-1", REQUIRED)] == ["unknown", None]
        assert len(stripe.asked) == 1, "that there is none is remembered, too"
        stripe.add(customer(1))
        clock[0] += 61
        assert fills.tier("u-1", REQUIRED) == "pro"


def test_what_is_required_waits_for_stripe(stripe: StripeSandbox, fills: Filling) -> None:
    stripe.add(customer(1), customer(2, None))
    stripe.faults = ["down", "hang_up", "web_page"]
    assert [fills.tier("u-1", REQUIRED) for _ in range(3)] == [None] * 3
    assert fills.tier("u-1", REQUIRED) == "pro"
    seats = StripeNeeded("tier", ("quantity",), 0, required=True)
    assert fills.tier("u-2", seats) == 0, "Stripe said that there is none"


@pytest.mark.parametrize(("fault", "why"), [("wrong_key", "(401)"), ("not_permitted", "(403, rak_customer_read)")])
def test_a_key_that_is_of_no_use_is_told_of_once_and_not_used_for_a_minute(
    stripe: StripeSandbox, fills: Filling, fault: Fault, why: str
) -> None:
    stripe.standing_fault = fault
    assert [fills.tier(f"u-{number}") for number in range(5)] == ["unknown"] * 5
    assert len(stripe.asked) == 1
    (line,) = fills.told
    assert why in line
    assert "u-0" not in line
    assert KEY not in line


def test_without_a_key_it_is_said_once_and_nothing_is_asked(stripe: StripeSandbox, tmp_path: Path) -> None:
    with filling(tmp_path, stripe, key=None) as fills:
        assert [fills.tier("u-1"), fills.tier("u-2"), fills.tier("u-1", REQUIRED)] == ["unknown", "unknown", None]
        assert len(fills.told) == 1
    assert stripe.asked == []


def test_after_too_many_requests_stripe_is_left_alone_for_a_moment(stripe: StripeSandbox, fills: Filling) -> None:
    stripe.add(customer(1), customer(2))
    stripe.faults = ["rate_limited"]
    assert [fills.tier("u-1"), fills.tier("u-2")] == ["unknown", "unknown"]
    assert len(stripe.asked) == 1
    time.sleep(1.1)
    assert fills.tier("u-1") == "pro"


def test_an_answer_from_before_a_notice_is_not_kept(stripe: StripeSandbox, fills: Filling) -> None:
    """Somebody subscribes, and their event comes at the same moment."""
    stripe.add(customer(1, None))
    stripe.seconds = 0.2
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(fills.tier, "u-1")
        until(lambda: len(stripe.asked) == 1)
        stripe.add(customer(1))
        (new,) = stripe.customers["cus_1"].subscriptions
        told = read_notice(notice(1, new.body("cus_1"), "customer.subscription.created"), "id")
        assert told is not None
        assert fills.parts.enricher.cache.take(told).result() is not None
        assert first.result() == "free"
    until(lambda: fills.tier("u-1") == "pro", 3.0)


def test_no_address_and_no_id_is_in_the_file(stripe: StripeSandbox, fills: Filling, tmp_path: Path) -> None:
    stripe.add(customer(1))
    assert fills.tier("u-1", customer="cus_1", emails=("u-1@people.example",)) == "pro"
    assert fills.counted(EVENT) == 0
    held = b"".join(path.read_bytes() for path in tmp_path.glob("route.sqlite*"))
    assert b"sub_1" in held
    assert [one for one in (b"u-1", b"cus_1", b"people.example") if one in held] == []
