"""Failure messages are kept as distinct reasons without anything personal."""

from __future__ import annotations

import pytest

from collectors.customerio import CustomerioClient, fetch_failures
from collectors.customerio.failure_reasons import parse_failures
from collectors.errors import UnexpectedShape
from tests.collectors_cast import KEY, Reply, customerio_at, scripted


def test_failures_are_distinct_reasons_and_nothing_personal() -> None:
    rows = [
        {"failure_message": "Variable 'event.plan' is missing", "recipient": "a@example.test"},
        {"failure_message": "Variable 'event.plan' is missing", "recipient": "b@example.test"},
        {"failure_message": "550 5.1.1 <bob+x@mail.example.test>: unknown, call +44 20 7946 0018 or 4915112345678"},
        {"failure_message": ""},
        {"failure_message": None},
    ]
    with scripted(Reply(body={"messages": rows, "next": "x"})) as server:
        found = fetch_failures(customerio_at(server.url), 17)
        assert server.asked[0].query == {"metric": "failed", "limit": "10"}
        assert len(server.asked) == 1
    assert found.failure_messages == (
        "Variable 'event.plan' is missing",
        "550 5.1.1 <(address)>: unknown, call (number) or (number)",
    )
    assert "example.test" not in repr(found)


def test_strange_failures_are_an_error() -> None:
    with pytest.raises(UnexpectedShape):
        parse_failures({"messages": None}, CustomerioClient(KEY).reader("/x"))
