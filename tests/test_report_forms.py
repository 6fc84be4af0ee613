"""Terminal, e-mail, Slack, webhook and page say the same of a month, to the digit."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import date

import pytest

from campaign_health.alerts.channels.delivery import ReportMessage
from campaign_health.alerts.channels.mail import report_mail
from campaign_health.alerts.forms.report_html import report_body, report_html
from campaign_health.alerts.forms.report_json import report_as_json
from campaign_health.alerts.forms.report_plain import report_plain
from campaign_health.alerts.forms.report_slack import report_slack
from campaign_health.sandbox.slack.slack_limits import problems_of
from campaign_health.settings import SmtpSettings
from campaign_health.state.monthly_report import MonthlyReport
from campaign_health.state.report_text import ReportText, report_text
from tests.report_cast import DECEMBER_1, broken, mended, report_of

ADDRESS = "https://health.example.com/report?month=2026-11"
SMTP = SmtpSettings(
    host="h", port=25, security="none", user=None, password=None, sender="a@example.com", recipients=("b@example.com",)
)


def november() -> MonthlyReport:
    return report_of(
        (mended(1, 2, 6), 3),
        (mended(2, 10, 20, deal_value=None, revenue_at_risk=None, revenue_at_risk_low=None), 12),
        (broken(3, 25, campaign="<b>Trial</b> & welcome"), 26),
        (broken(4, 2, expected_by="Ada", expected_how="false_alarm"), 3),
    )


def words_of(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<head>.*</head>", "", markup))).split())


def slack_words(message: object) -> str:
    if isinstance(message, dict):
        own = [message["text"]] if isinstance(message.get("text"), str) and message.get("type") != "section" else []
        return " ".join([*own, *(slack_words(part) for part in message.values())])
    return " ".join(map(slack_words, message)) if isinstance(message, list) else ""


def forms(text: ReportText) -> dict[str, str]:
    message = ReportMessage("id1", november(), text, ADDRESS, "Tue 1 Dec 2026")
    mail = report_mail(message, SMTP)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    return {
        "terminal": " ".join(report_plain(text, ADDRESS).split()),
        "mail as text": " ".join(plain.get_content().split()),
        "mail": words_of(rich.get_content()),
        "page": words_of(report_body(text)) + f" {text.title} {text.headline}",
        "Slack": " ".join(slack_words(report_slack(text, ADDRESS, "id1")["blocks"]).split()),
        "webhook": " ".join(json.dumps(report_as_json(november(), text), ensure_ascii=False).split()),
    }


def test_every_form_says_every_figure_and_every_incident() -> None:
    text = report_text(november(), 8.0, DECEMBER_1)
    assert len(text.figures) == 8
    for form, said in forms(text).items():
        for expected in (
            text.title,
            text.headline,
            *(one.value for one in text.figures),
            *(one.label for one in text.figures),
            *(one.campaign for one in text.rows),
            *(one.became for one in text.rows),
            *text.notes,
        ):
            assert expected in said, (form, expected)


def test_every_number_of_a_form_is_one_of_the_reports_own() -> None:
    text = report_text(november(), 8.0, DECEMBER_1)
    own = set(
        re.findall(r"\d[\d,.]*\d|\d", json.dumps(report_as_json(november(), text)) + f" {ADDRESS} id1 1 Dec 2026")
    )
    for form in ("terminal", "mail as text", "mail", "page", "Slack"):
        found = set(re.findall(r"\d[\d,.]*\d|\d", forms(text)[form]))
        assert found <= own, (form, found - own)


def test_names_are_text_in_html_and_slack_takes_the_message() -> None:
    text = report_text(november(), 8.0, DECEMBER_1)
    document = report_html(text, 'https://h/?a="><script>')
    assert "<b>Trial</b>" not in document
    assert "&lt;b&gt;Trial&lt;/b&gt; &amp; welcome" in document
    assert "<script>" not in document
    assert problems_of(report_slack(text, ADDRESS, "x")) == []


def test_the_mail_fetches_nothing_and_its_picture_is_as_long_as_the_days() -> None:
    text = report_text(november(), 8.0, DECEMBER_1)
    document = report_html(text)
    assert re.findall(r"(?:src|href)=|url\(|@import", document) == []
    [first] = [one for one in text.rows if one.campaign == "Campaign 1"]
    assert (first.days_to_find, first.days_to_mend) == (1, 3)
    bar = document[document.index("Campaign 1") :]
    assert re.findall(r'width="([\d.]+)%" style="background', bar)[:2] == ["2.2", "6.7"]


@pytest.mark.parametrize("number", [0, 1, 60, 400])
def test_slack_and_mail_take_a_month_of_any_size(number: int) -> None:
    many = [(broken(one, 2, campaign="n" * 300), 3) for one in range(number)]
    text = report_text(report_of(*many), 8.0, DECEMBER_1)
    assert problems_of(report_slack(text, ADDRESS, "x")) == []
    assert len(text.rows) == number


def test_a_month_of_which_nothing_is_known_says_so_in_every_form() -> None:
    empty = replace(report_of(today=date(2026, 11, 20)), judged_until=None)
    text = report_text(empty, 8.0, date(2026, 11, 20))
    assert text.headline == "Nothing was judged in November 2026"
    for form, said in forms(text).items():
        assert text.headline in said, form
