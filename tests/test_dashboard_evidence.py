"""Evidence, advice, colours and who may come in: parts of pages that are drawn without data."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from campaign_health.dashboard.acts.sign_in import is_allowed, verified_address
from campaign_health.dashboard.look.theme import DARK, LIGHT, TONES
from campaign_health.dashboard.parts.campaign.campaign_marks import campaign_marks
from campaign_health.dashboard.parts.campaign.cause_facts import evidence_html
from campaign_health.state.campaign_view import CampaignView
from campaign_health.words.guides import GUIDES
from campaign_health.words.status_words import CAUSE_WORDS, PAGE_STATUSES
from storage.read.one_campaign import Edit


def test_evidence_is_in_words_and_escaped() -> None:
    html = evidence_html(
        {
            "sentence": "`a` stopped",
            "facts": {"old_event": "<b>", "name_likeness": 0.97, "first_day": "2026-11-19", "unheard_of": 1,
                      "nearest": [{"event": "near", "likeness": 0.5}]},
            "next_step": "Ask.",
            "ruled_out": ["an edit"],
        }
    )  # fmt: skip
    for part in (
        ">a</code> stopped",
        "&lt;b&gt;",
        "97\u00a0%",
        "Thu 19 Nov",
        "near</bdi> (50\u00a0% alike)",
        "an edit",
    ):
        assert part in html
    assert "unheard" not in html


def test_a_cause_that_is_said_with_its_incident_is_not_said_again_with_its_evidence() -> None:
    cause = {"sentence": "It stopped.", "facts": {"old_event": "a"}, "next_step": "Ask.", "ruled_out": ["an edit"]}
    html = evidence_html(cause, is_said=True)
    assert "It stopped." not in html
    assert "Ask." not in html
    assert "Old event" in html
    assert "an edit" in html
    assert "no more facts" in evidence_html({**cause, "facts": {}, "ruled_out": []}, is_said=True)


def test_every_cause_has_advice_and_every_status_a_colour_that_can_be_read() -> None:
    assert set(GUIDES) == set(CAUSE_WORDS)
    assert set(TONES) <= set(PAGE_STATUSES)
    for palette in (LIGHT, DARK):
        pairs = [palette.bad, palette.warn, palette.good, palette.calm,
                 (palette.text, palette.background), (palette.muted, palette.background)]  # fmt: skip
        for text, background in pairs:
            assert contrast(text, background) >= 4.5
        assert contrast(palette.sends, palette.background) >= 3
        assert contrast(palette.events, palette.background) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast ratio."""
    first, second = sorted((luminance(one), luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("address", "comes_in"),
    [("ada@example.org", True), ("ADA@Example.org ", True), ("bob@corp.example", True), ("bob@sub.corp.example", False),
     ("BOB@corp.EXAMPLE", True), ("bob+x@corp.example", True), ("bob@\u212aorp.example", False),
     ("eve@evil.example@corp.example", False), ("eve@evil.example\n@corp.example", False), ("e ve@corp.example", False),
     ("eve\x00@corp.example", False), ("bob@c\u043erp.example", False), ("ada+x@example.org", False),
     ("bob@corp.example.evil", False), ("corp.example", False), ("", False), (None, False), ("@corp.example", False)],
)  # fmt: skip
def test_only_addresses_and_domains_on_the_list_come_in(address: str | None, comes_in: bool) -> None:
    assert is_allowed(address, ("ada@example.org", "corp.example")) is comes_in
    assert is_allowed(address, ()) is False


def test_a_letter_that_only_looks_like_another_is_another_person() -> None:
    kelvin = "mi\u212ae@example.org"
    assert kelvin.lower() == "mike@example.org"
    assert not is_allowed(kelvin, ("mike@example.org",))
    assert is_allowed(kelvin, (kelvin,))
    assert is_allowed("mike@example.org", ("Mike@Example.org",))


def test_an_entry_that_names_nobody_lets_nobody_in() -> None:
    assert not is_allowed("mike@", ("@", "", "mike@"))


def test_instants_are_marked_in_the_workspaces_zone() -> None:
    edits = (Edit(datetime(2026, 3, 1, 23, 30), [{"field": "state"}]),)
    days = pd.DataFrame({"day": [pd.Timestamp(2026, 3, 1)], "events": [None]})
    empty = pd.DataFrame(columns=["kind", "message_id", "name"])
    found = CampaignView(
        SimpleNamespace(campaign_id=1), days, (), edits, (None, None), empty, empty, empty, (), empty, {}, ()
    )  # type: ignore[arg-type]
    assert campaign_marks(found, ZoneInfo("Europe/Berlin"))[0].day == date(2026, 3, 2)


@pytest.mark.parametrize("claim", [False, None, 0, 1, "", "false", "true", "True", [True], {"value": True}])
def test_an_address_whose_claim_is_not_exactly_true_proves_nobody(claim: object) -> None:
    claims = {"email": "ada@example.org", "iss": "https://issuer.example", "email_verified": claim}
    assert verified_address(claims, ()) is None
    assert verified_address(claims, ("https://other.example",)) is None
    assert verified_address({**claims, "email_verified": True}, ()) == "ada@example.org"


def test_an_absent_claim_passes_only_where_the_settings_name_the_issuer() -> None:
    claims = {"email": "ada@example.org", "iss": "https://issuer.example"}
    assert verified_address(claims, ()) is None
    assert verified_address(claims, ("https://issuer.example",)) == "ada@example.org"
    assert verified_address(claims, ("https://issuer.example/other", "issuer.example")) is None
    assert verified_address({"email": "ada@example.org"}, ("https://issuer.example",)) is None


@pytest.mark.parametrize("claim", [False, 0, "", "false", "true"])
def test_what_a_named_issuer_does_say_of_an_address_still_counts(claim: object) -> None:
    claims = {"email": "ada@example.org", "iss": "https://issuer.example", "email_verified": claim}
    assert verified_address(claims, ("https://issuer.example",)) is None
