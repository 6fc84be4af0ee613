"""The lexicon tells declared types, and one that may not be read is a reason and no failure."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.errors import UnexpectedShape
from collectors.mixpanel import fetch_definitions
from tests.collectors_cast import Reply, mixpanel_at, scripted


def test_the_lexicon_tells_declared_types_and_what_is_hidden_or_dropped() -> None:
    schemas = [
        {
            "entityType": "event",
            "name": "Sign Up",
            "schemaJson": {
                "properties": {
                    "plan": {"type": "string", "metadata": {"com.mixpanel": {"displayName": "Plan", "hidden": True}}},
                    "seats": {"type": "integer"},
                    "either": {"type": ["string", "null"]},
                },
                "metadata": {"com.mixpanel": {"displayName": "Signed up", "hidden": False, "dropped": True}},
            },
        },
        {"entityType": "profile", "name": "$user", "schemaJson": {"properties": {"email": {"type": "string"}}}},
        {"entityType": "event", "name": "bare", "schemaJson": {}},
    ]
    with scripted(Reply(body={"status": "ok", "results": schemas})) as server:
        found = fetch_definitions(mixpanel_at(server.url))
        assert server.asked[0].path == "/api/app/projects/4242/schemas"
    assert found.unreadable_because is None
    rows = [(r.event, r.property, r.type, r.display_name, r.hidden, r.dropped) for r in found.records or ()]
    assert rows == [
        ("Sign Up", "", None, "Signed up", False, True),
        ("Sign Up", "plan", "string", "Plan", True, False),
        ("Sign Up", "seats", "integer", None, False, False),
        ("Sign Up", "either", "null or string", None, False, False),
        ("bare", "", None, None, False, False),
    ]


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_lexicon_that_may_not_be_read_is_a_reason_and_no_failure(status: int) -> None:
    with scripted(Reply(status, {"status": "error", "error": "not for you"})) as server:
        found = fetch_definitions(mixpanel_at(server.url))
    assert found.records is None
    assert "not for you" in str(found.unreadable_because)


@pytest.mark.parametrize("results", [None, {}, [3], [{"entityType": "event"}], [{"name": "a", "schemaJson": 3}]])
def test_a_strange_lexicon_is_an_error_that_names_the_field(results: Any) -> None:
    with scripted(Reply(body={"status": "ok", "results": results})) as server, pytest.raises(UnexpectedShape) as caught:
        fetch_definitions(mixpanel_at(server.url))
    assert caught.value.field.startswith("results")
