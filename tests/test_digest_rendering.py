"""How a digest looks: golden files, Slack's limits, and names that try to be more than text."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.alerts.channels.mail import mail_message
from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.digest_data import Digest, SectionName
from campaign_health.alerts.digest.worded_section import worded_section
from campaign_health.alerts.forms.json_form import digest_as_json
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.forms.slack_blocks import slack_message, slack_messages
from campaign_health.alerts.forms.spark_text import SPARK_LEGEND, sparkline
from campaign_health.sandbox.slack.slack_limits import problems_of
from campaign_health.settings import SmtpSettings
from tests.digest_cast import FAILED_METRICS, TODAY, TRIAL_WELCOME, change, incident, situation, with_cause

GOLDEN = Path(__file__).parent / "golden" / "digest"
BASE = "https://health.example.com"


def everything() -> Digest:
    """One of each: new, still broken, recovered, muted, late, could not check."""
    new = replace(TRIAL_WELCOME, counted_days=3)
    nine_days_ago = TODAY - timedelta(days=9)
    still = incident(4, campaign="Upgrade offer", opened_on=nine_days_ago, owner="U0123ABC", acknowledged_by="Ada")
    back = incident(5, campaign="Day-3 nudge", status="recovered", recovered_on=TODAY - timedelta(days=1))
    muted = incident(6, campaign="Team expansion", muted_by="Grace", muted_reason="being rebuilt", muted_until=TODAY)
    late = incident(7, campaign="Old series", status="recovered", opened_on=TODAY - timedelta(days=40),
                    recovered_on=TODAY - timedelta(days=33))  # fmt: skip
    changes = (change(new), change(back, "recovered"), change(muted), change(late, "opened", 38, news=False))
    made = situation(new, still, back, muted, late, changes=changes, failed=(FAILED_METRICS,))
    return build_digest(made, announcement_id="3f2a9c1b7d54", kind="digest", today=TODAY, dashboard_url=BASE)


def overfull() -> Digest:
    """Far more than fits."""
    many = [incident(number, campaign=f"Campaign {number} " + "long name " * 9) for number in range(1, 41)]
    changes = tuple(change(one) for one in many[:30])
    made = situation(*many, changes=changes, failed=(FAILED_METRICS,))
    return build_digest(made, announcement_id="overfull0001", kind="digest", today=TODAY, dashboard_url=BASE)


def all_clear() -> Digest:
    return build_digest(situation(), announcement_id="allclear0001", kind="all_clear", today=TODAY, dashboard_url=None)


CASES = {"everything": everything, "overfull": overfull, "all_clear": all_clear}


def expect(name: str, text: str) -> None:
    """Compares with the golden file; WRITE_GOLDEN=1 writes it anew, to be read in review."""
    path = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_the_text_reads_as_in_its_golden_file(case: str) -> None:
    expect(f"{case}.txt", plain_text(CASES[case]()))


@pytest.mark.parametrize("case", CASES)
def test_the_slack_message_is_as_in_its_golden_file_and_slack_takes_it(case: str) -> None:
    message = slack_message(CASES[case]())
    assert problems_of(message) == []
    expect(f"{case}.slack.json", json.dumps(message, indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("name", SectionName)
def test_every_part_that_a_digest_can_have_is_drawn_everywhere(name: SectionName) -> None:
    digest = replace(all_clear(), sections=tuple(worded_section(name, [("Trial welcome", "It came too late.")], 1)))
    message = slack_message(digest)
    assert problems_of(message) == []
    for text in (plain_text(digest), json.dumps(message), json.dumps(digest_as_json(digest))):
        assert "It came too late." in text


def test_the_json_is_as_in_its_golden_file() -> None:
    expect("everything.json", json.dumps(digest_as_json(everything()), indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("broken", [6, 40, 150, 600])
def test_every_broken_campaign_is_named_however_many_there_are(broken: int) -> None:
    many = [incident(number, campaign=f"Campaign number {number:03}, " + "long name " * 9) for number in range(broken)]
    made = situation(*many, changes=tuple(change(one) for one in many[::2]), failed=(FAILED_METRICS,))
    digest = build_digest(made, announcement_id="a", kind="digest", today=TODAY, dashboard_url=BASE)
    messages = slack_messages(digest)
    assert [problems_of(message) for message in messages] == [[]] * len(messages)
    said = json.dumps(messages, ensure_ascii=False)
    for text in (said, plain_text(digest)):
        assert [
            number for number in range(broken) if f"Campaign number {number:03}" not in " ".join(text.split())
        ] == []
    assert str(len(many[::2])) in digest.headline
    assert len(messages) == 1 or broken > 150


@pytest.mark.parametrize("members", [2, 60, 400])
@pytest.mark.parametrize("beside", [0, 30])
def test_every_campaign_that_a_source_broke_is_named(members: int, beside: int) -> None:
    names = tuple(f"Campaign number {number:03} of one source" for number in range(members))
    one = incident(0, campaign=f"{members} campaigns together", campaign_id=0, campaigns=names,
                   campaign_ids=tuple(range(1, members + 1)))  # fmt: skip
    made = situation(one, *map(incident, range(500, 500 + beside)), changes=(change(one),))
    digest = build_digest(made, announcement_id="a", kind="digest", today=TODAY, dashboard_url=BASE)
    messages = slack_messages(digest)
    assert [problems_of(message) for message in messages] == [[]] * len(messages)
    for text in (json.dumps(messages), " ".join(plain_text(digest).split())):
        assert [name for name in names if name not in text] == []


def test_a_headline_that_is_too_long_goes_on_below_with_whole_clauses() -> None:
    clauses = ["three campaigns have broken"] * 6
    digest = replace(everything(), headline="; ".join([*clauses, "about $9 a week at risk"]))
    header, below, *_ = slack_message(digest)["blocks"]
    assert header["text"]["text"] == "; ".join(clauses[:5])
    [words] = below["elements"][0]["elements"]
    assert words["text"] == "Three campaigns have broken; about $9 a week at risk"
    assert problems_of(slack_message(digest)) == []
    unbroken = replace(digest, headline="x" * 400)
    assert problems_of(slack_message(unbroken)) == []
    assert "x" * 399 in json.dumps(slack_message(unbroken)["blocks"])


def test_the_bars_are_explained_where_there_are_any() -> None:
    for case in (everything(), all_clear()):
        is_drawn = "Sends: " in plain_text(case)
        assert is_drawn is (case.kind == "digest")
        assert (SPARK_LEGEND in json.dumps(slack_message(case)["blocks"], ensure_ascii=False)) is is_drawn


HOSTILE = (
    "<!channel> <!here> @channel @everyone",
    "<https://evil.example.com|click> *bold* _it_ ~no~ `code`",
    "*bold* ```\nblock",
    "\u202eevil\u202c txt",
    "name\nwith\r\nlines\x00\x07",
    "&lt;!channel&gt; & <@U012345>",
    "💥" * 255,
    '=HYPERLINK("http://evil")',
    "x" * 5000,
    "",
)


def spoken(element: object) -> list[dict[str, object]]:
    """Every rich-text element of a message."""
    if isinstance(element, dict):
        nested = [part for value in element.values() for part in spoken(value)]
        return [*nested, element] if "type" in element else nested
    return [part for value in element for part in spoken(value)] if isinstance(element, list) else []


def check_is_only_text(name: str) -> None:
    one = incident(1, campaign=name, owner=name, summary=name, tags=(name,))
    one = with_cause(one, sentence=name, next_step=name)
    muted = incident(2, campaign=name, muted_by=name, muted_reason=name, muted_until=TODAY)
    made = situation(one, muted, changes=(change(one),))
    digest = build_digest(made, announcement_id="h1", kind="digest", today=TODAY, dashboard_url=BASE)
    message = slack_message(digest)
    assert problems_of(message) == []
    kinds = {str(element["type"]) for element in spoken(message["blocks"])}
    assert kinds <= {"header", "plain_text", "rich_text", "rich_text_section", "text", "link", "divider", "context"}
    assert all(str(e["url"]).startswith(BASE) for e in spoken(message["blocks"]) if e["type"] == "link")
    assert "<" not in message["text"]
    lines = plain_text(digest).splitlines()
    assert not any(sign in line for line in lines for sign in "\x00\x07\u202e\r")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_text(name: str) -> None:
    check_is_only_text(name)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300).filter(lambda name: not name.strip("<>@!^").startswith(("U", "W", "S", "subteam"))))
def test_no_name_at_all_can_break_a_message(name: str) -> None:
    check_is_only_text(name)


@pytest.mark.slow("weeks of digests")
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 400))
def test_slack_takes_a_digest_of_any_size(new: int, still: int, length: int) -> None:
    many = [incident(number, campaign="n" * length, summary="s" * length) for number in range(new + still)]
    made = situation(*many, changes=tuple(change(one) for one in many[:new]))
    digest = build_digest(made, announcement_id="s1", kind="digest", today=TODAY, dashboard_url=BASE)
    assert problems_of(slack_message(digest)) == []


def test_names_of_events_stand_as_code_in_slack_which_shows_backticks_as_they_are() -> None:
    elements = spoken(slack_message(everything())["blocks"])
    code = {element["text"] for element in elements if element.get("style") == {"code": True}}
    assert {"trial.started", "trial_started"} <= code
    assert not any("`" in str(element.get("text")) for element in elements)


def test_an_owner_with_a_slack_id_is_mentioned() -> None:
    for owner, kind in (("U012ABCDEF", "user"), ("<@U012ABCDEF>", "user"), ("S012ABCDEF", "usergroup")):
        digest = build_digest(
            situation(incident(1, owner=owner)), announcement_id="m", kind="digest", today=TODAY, dashboard_url=None
        )
        assert kind in {element["type"] for element in spoken(slack_message(digest)["blocks"])}


@pytest.mark.parametrize("owner", ["SUPPORT", "WEBTEAM", "UPGRADES", "U1", "U012ABCDEF is away"])
def test_an_owner_that_is_no_slack_id_is_a_name(owner: str) -> None:
    digest = build_digest(
        situation(incident(1, owner=owner)), announcement_id="m", kind="digest", today=TODAY, dashboard_url=None
    )
    elements = spoken(slack_message(digest)["blocks"])
    assert not {"user", "usergroup"} & {element["type"] for element in elements}
    assert owner in [element.get("text") for element in elements]


def test_a_sparkline_tells_zero_and_not_collected_apart() -> None:
    assert sparkline([0, 1, 4, 8, None]) == "_▂▅█·"
    assert sparkline([]) == ""
    assert sparkline([None, 0]) == "·_"


def test_a_mail_has_one_line_of_subject_whatever_the_names() -> None:
    smtp = SmtpSettings(
        host="h",
        port=25,
        security="none",
        user=None,
        password=None,
        sender="a@example.com",
        recipients=("b@example.com",),
    )
    message = mail_message(everything(), smtp)
    assert message["Subject"].startswith("[campaign-health] 1 campaign has broken")
    assert "Trial welcome" in message.get_content()
