"""Messages are read with the variables they need, and their text is never kept."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.customerio import fetch_messages, with_messages
from collectors.errors import UnexpectedShape
from tests.collectors_cast import Reply, customerio_at, scripted
from tests.customerio_cast import campaign, listed


def action(**changes: Any) -> dict[str, Any]:
    """An e-mail of campaign 17."""
    return {
        "id": 259,
        "campaign_id": 17,
        "name": "Day 0",
        "type": "email",
        "sending_state": "automatic",
        "subject": "Hi {{customer.first_name | default: 'you'}}",
        "preheader_text": None,
        "body": "<p>Your {{event.plan}} plan. {% if event.seats %}{{event.seats}}{% endif %} Our secret offer</p>",
        "from": "team@example.test",
        "recipient": "{{customer.email}}",
        "headers": '[{"name":"X-Plan","value":"{{event.tier}}"}]',
        "updated": 1788000000,
    } | changes


def messages_of(*pages: Reply) -> list[Any]:
    """The messages of campaign 17."""
    with scripted(*pages) as server:
        return fetch_messages(customerio_at(server.url), 17)


def test_messages_keep_the_variables_and_never_the_text() -> None:
    (message,) = messages_of(Reply(body={"actions": [action()]}))
    assert list(message.required_variables) == ["customer.email", "event.plan", "event.tier"]
    assert set(message.optional_variables) == {"customer.first_name", "event.seats"}
    assert (message.sending_state, message.type, message.problem) == ("automatic", "email", None)
    assert "secret offer" not in repr(message)


def test_webhooks_and_text_messages_are_read_too() -> None:
    webhook = {
        "id": 1,
        "type": "webhook",
        "url": "https://x.test/{{event.id}}",
        "method": "POST",
        "body": "{{event.n}}",
    }
    sms = {"id": 2, "type": "twilio", "body": "{{event.code}}", "recipient": "", "sending_state": "draft"}
    first, second = messages_of(Reply(body={"actions": [webhook, sms]}))
    assert list(first.required_variables) == ["event.id", "event.n"]
    assert (first.sending_state, second.sending_state) == (None, "draft")


def test_unreadable_liquid_is_a_problem_named_by_its_field() -> None:
    (message,) = messages_of(Reply(body={"actions": [action(subject="{% if event.x %}never closed {{")]}))
    assert message.problem is not None
    assert message.problem.startswith("subject: ")


def test_all_pages_of_messages_are_read_and_translations_are_one_message() -> None:
    first = Reply(body={"actions": [action(id=i) for i in range(10)], "next": "MTA="})
    second = Reply(body={"actions": [action(id=3, language="fr", body="{{event.prix}}")]})
    found = messages_of(first, second)
    assert [one.message_id for one in found] == list(range(10))
    assert "event.prix" in found[3].required_variables
    assert "event.plan" in found[3].required_variables


def test_pages_that_lead_in_a_circle_are_an_error() -> None:
    with pytest.raises(UnexpectedShape, match="circle"):
        messages_of(Reply(body={"actions": [], "next": "MTA="}))


@pytest.mark.parametrize("body", [{}, {"actions": None}, {"actions": [{"type": "email"}]}, {"actions": [{"id": "x"}]}])
def test_strange_messages_are_an_error(body: Any) -> None:
    with pytest.raises(UnexpectedShape):
        messages_of(Reply(body=body))


def test_messages_become_part_of_the_definition() -> None:
    (record,) = listed(campaign()).campaigns
    found = messages_of(Reply(body={"actions": [action(id=2), action(id=1, sending_state="draft")]}))
    whole = with_messages(record, found)
    assert [one["id"] for one in whole.definition["messages"]] == [1, 2]
    assert whole.definition["messages"][0]["sending_state"] == "draft"
    assert len(whole.messages or ()) == 2
    assert "messages" not in record.definition
