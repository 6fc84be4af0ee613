"""Every text that a message may have is read for what it needs, in whatever form it comes."""

from __future__ import annotations

import json

import pytest

from collectors.customerio import fetch_messages
from collectors.customerio.messages import LIQUID_FIELDS
from tests.collectors_cast import Reply, customerio_at, scripted

PLAN = "Your plan is {{ event.plan }}."
BLOCKS = {"blocks": [{"type": "text", "text": PLAN}, {"type": "button", "label": 'Say "{{ event.seats }}"'}]}


def needed(**fields: object) -> tuple[list[str], str | None]:
    entry = {"id": 25, "type": "email", **fields}
    with scripted(Reply(body={"actions": [entry], "next": ""})) as server:
        [message] = fetch_messages(customerio_at(server.url), 17)
    return message.required_variables, message.problem


@pytest.mark.parametrize("field", LIQUID_FIELDS)
def test_what_any_field_uses_is_needed(field: str) -> None:
    assert needed(**{field: PLAN}) == (["event.plan"], None)


@pytest.mark.parametrize("form", [BLOCKS, json.dumps(BLOCKS), [BLOCKS]], ids=["JSON", "JSON in a text", "a list"])
@pytest.mark.parametrize("field", ["body_json", "custom_data", "headers"])
def test_texts_within_json_are_read_without_its_signs(field: str, form: object) -> None:
    assert needed(**{field: form}) == (["event.plan", "event.seats"], None)


def test_a_push_needs_what_its_title_message_link_and_picture_use() -> None:
    used, _ = needed(
        type="push",
        title="Hi {{ customer.first_name }}",
        message=PLAN,
        link="https://example.com/{{ event.project_id }}",
        image_url="https://example.com/{{ event.picture }}.png",
    )
    assert used == ["customer.first_name", "event.picture", "event.plan", "event.project_id"]


@pytest.mark.parametrize("field", ["body_plain", "body_json"])
def test_liquid_that_cannot_be_read_is_said_with_its_field(field: str) -> None:
    _, problem = needed(**{field: "{{ event.plan "})
    assert problem is not None
    assert problem.startswith(f"{field}: ")
