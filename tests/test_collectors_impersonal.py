"""Reasons of failures keep what explains them, and nothing of the people whom a message did not reach."""

from __future__ import annotations

import time

import pytest

from campaign_health.detection.causes.message_causes import variables_named
from collectors.http.impersonal import impersonal, without_keys

APNS = "a1b2c3d4" * 8
FCM = "dXy1Zk3QRsi:APA91bHPRgkFLJu6bqGz5XfPkQe-3sVx0mT8nUoYcWd1aB2eR4"
EXPLAINING = (
    "Variable 'event.plan' is missing",
    "Variable 'plan' is missing",
    "Liquid error: undefined variable 'first_name'",
    "Liquid syntax error: Unexpected character in '{{ event.plan }}'",
    "event.subscription_plan_name_2024 is blank",
    "550 5.1.1 mailbox unavailable",
    "421 4.7.0 Try again later, closing connection. (RCPT TO)",
    "BadDeviceToken",
    'APNs refused the message: "DeviceTokenNotForTopic"',
    "The customer has no device to send a push to",
    "Error 30007: Message filtered by carrier",
    "Template has 3 errors in line 12",
    "webhook answered 500 at https://hooks.example.com/orders/created",
    "it can't be rendered and isn't sent",
    "Unexpected token: end_of_string",
    "missing key: plan",
)


@pytest.mark.parametrize("text", EXPLAINING)
def test_what_explains_a_failure_is_kept_word_for_word(text: str) -> None:
    assert impersonal(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"Invalid push token {APNS}", "Invalid push token (token)"),
        (f"Requested entity {FCM} was not found", "Requested entity (token) was not found"),
        ("ExponentPushToken[xxAAbbCC-dd_1] is gone", "ExponentPushToken[(token)] is gone"),
        ("device <a1b2c3d4 e5f60718 a1b2c3d4 e5f60718>", "device (token)"),
        ("token: abcdef is not registered", "token: (hidden) is not registered"),
        ("no profile for customer 4711", "no profile for customer (id)"),
        ("user_id=ada-99 was deleted", "user_id=(id) was deleted"),
        ("person b0a1c2d3-1111-2222-3333-444455556666 was merged", "person (id) was merged"),
        ("cio_id: a3000001 is suppressed", "cio_id: (id) is suppressed"),
        ("The recipient 'Ada Lovelace' has opted out", "The recipient '(name)' has opted out"),
        ('Refused for "Ada"', 'Refused for "(name)"'),
        ("Refused for “Ada O'Hara”", "Refused for “(name)”"),
        ("could not deliver to Ada Lovelace <ada@example.org>", "could not deliver to (name) <(address)>"),
        ("bob%40example.com bounced", "(address) bounced"),
        ("call +44 20 7946 0018 or (555) 010-9999", "call (number) or (number)"),
        ("GET https://api.example.com/v1?key=s3cret&to=ada failed", "GET https://api.example.com/v1?(hidden) failed"),
        ("GET https://ada:pw@api.example.com/p#ada", "GET https://api.example.com/p?(hidden)"),
        ("POST https://h.example/T0A1B2C3D4E5F6/x", "POST https://h.example/(hidden)/x"),
        ("Authorization: Bearer abc.def-123 refused", "Authorization: (hidden) refused"),
    ],
)  # fmt: skip
def test_people_and_keys_are_named_by_their_kind_only(text: str, kept: str) -> None:
    assert impersonal(text) == kept
    assert impersonal(kept) == kept


def test_the_variable_that_is_missing_is_still_found_afterwards() -> None:
    said = "Variable 'event.plan' is missing for 'Ada Lovelace' <ada@example.org>"
    assert variables_named(impersonal(said)) == ["event.plan"]


def test_what_a_service_says_of_a_request_keeps_the_names_of_events() -> None:
    said = "event 'Ada signed up' is unknown at https://api.example.com/q?secret=1, ask ops@example.org"
    assert without_keys(said) == "event 'Ada signed up' is unknown at https://api.example.com/q?(hidden) ask (address)"


def test_a_long_text_takes_no_time() -> None:
    began = time.monotonic()
    for part in ("a", "'", "1 ", "a@", "id:", "https://", "user ", "+1", "<a1b2c3d4 "):
        impersonal(part * 200_000)
    assert time.monotonic() - began < 5
