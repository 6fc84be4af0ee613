"""Apprise as one more channel: sent over real HTTP, its address never shown, and what goes wrong said in words."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from campaign_health.alerts.channels.apprise_channel import AppriseChannel, without_markup
from campaign_health.alerts.channels.configured import channels_of
from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.report_sending import send_due_report
from campaign_health.doctor.apprise_addresses import examine_apprise
from campaign_health.errors import SettingsError
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from storage.file.database import Warehouse
from tests.digest_cast import TODAY, change, incident, situation
from tests.digest_sending_cast import send
from tests.digest_warehouse import MONDAY, at, break_campaign, settings_in

SECRET = "s3cretkey0123456789abcdef"
SETTING = "CAMPAIGN_HEALTH_APPRISE_URLS"


@contextmanager
def service(status: int = 200) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """What Apprise's `json://` posts to on loopback: host and port, and the messages that came."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Keeps the terminal quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def test_the_digest_is_sent_once_and_the_report_too(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    with service() as (host, seen):
        environment = {SETTING: f"json://{host}/{SECRET}"}
        [done] = send(warehouse, slack, at(MONDAY), **environment)
        assert (done.channel, done.outcome) == ("apprise:json", "sent")
        assert [one.outcome for one in send(warehouse, slack, at(MONDAY, 14), **environment)] == ["nothing_due"]
        settings, workspace = settings_in(warehouse.path.parent.parent, **environment)
        send_due_report(warehouse, settings, workspace, at(date(2026, 12, 1)), sleep=lambda _: None)
    digest, report = seen
    assert (digest["title"], digest["type"]) == ("1 campaign has broken", "failure")
    assert "Campaign 1" in digest["message"]
    assert (report["title"], report["type"]) == ("Caught and saved in November 2026", "info")


@pytest.mark.parametrize(
    ("status", "final", "words"),
    [(404, True, "answered HTTP 404: check its address"), (503, False, "answered HTTP 503"), (429, False, "to wait")],
)
def test_what_a_service_answers_is_said_without_its_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int, final: bool, words: str
) -> None:
    caplog.set_level(logging.INFO)
    with service(status) as (host, _), pytest.raises(DeliveryFailed) as failure:
        deliver(tmp_path, f"json://{host}/{SECRET}")
    assert failure.value.final is final
    assert words in failure.value.reason
    assert SECRET not in failure.value.reason
    assert SECRET not in caplog.text
    assert "127.0.0.1" not in caplog.text


def test_a_service_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(DeliveryFailed) as failure:
        deliver(tmp_path, f"json://127.0.0.1:9/{SECRET}")
    assert not failure.value.final
    assert "could not be reached" in failure.value.reason


def test_an_address_that_apprise_does_not_know_must_be_mended(tmp_path: Path) -> None:
    for address in (f"nosuch://{SECRET}", "discord://only-one-part"):
        with pytest.raises(DeliveryFailed) as failure:
            deliver(tmp_path, address)
        assert failure.value.final
        assert SECRET not in failure.value.reason


def test_hundreds_of_names_all_arrive_in_as_many_messages_as_they_need(tmp_path: Path) -> None:
    names = [f"Campaign number {number:03} of the product" for number in range(900)]
    many = [incident(number, campaign=name) for number, name in enumerate(names)]
    with service() as (host, seen):
        deliver(tmp_path, f"json://{host}", *many)
    # A name may end one line and begin the next.
    text = " ".join(" ".join(one["message"] for one in seen).split())
    assert len(seen) > 1
    assert len([name for name in names if name not in text]) <= len(seen)


def test_no_name_mentions_anybody_or_opens_a_tag() -> None:
    text = without_markup("@everyone <@U012345> <!channel> a@b.example")
    assert "@everyone" not in text
    assert "<" not in text
    assert "\u200b" in text


def test_each_address_is_a_channel_named_by_its_scheme_alone(tmp_path: Path) -> None:
    addresses = f"json://127.0.0.1/{SECRET} json://127.0.0.2/{SECRET}x xml://user:{SECRET}@127.0.0.1"
    settings, workspace = settings_in(tmp_path, **{SETTING: addresses})
    names = [channel.name for channel, _ in channels_of(workspace, settings, at(MONDAY))]
    assert names == ["apprise:json", "apprise:json-2", "apprise:xml"]
    assert workspace.tells_anybody
    assert SECRET not in repr(settings)
    assert {SECRET, f"{SECRET}x"} <= set(settings.secrets())


def test_what_is_no_address_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as failure:
        settings_in(tmp_path, **{SETTING: f"json://127.0.0.1 {SECRET}"})
    assert "number 2" in failure.value.message
    assert SECRET not in str(failure.value)


@pytest.mark.parametrize(
    ("address", "level", "words"),
    [
        (f"discord://4174216298/{SECRET}", "fine", "It leads to Discord"),
        (f"pagerduty://{SECRET}@routing", "fine", "It leads to Pager Duty"),
        (f"workflows://example.logic.azure.com:443/{SECRET}/{SECRET}/", "fine", "MSTeams"),
        ("discord://4174216298", "wrong", "a part of it is missing"),
        (f"nosuch://{SECRET}", "wrong", "knows no such address"),
    ],
)
def test_the_doctor_says_where_an_address_leads_and_shows_nothing_of_it(address: str, level: str, words: str) -> None:
    [finding] = examine_apprise([SecretStr(address)])
    assert (finding.level, words in finding.text) == (level, True)
    assert SECRET not in f"{finding}"


def test_the_doctor_says_how_to_install_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaign_health.doctor.apprise_addresses.is_installed", lambda: False)
    [finding] = examine_apprise([SecretStr(f"json://{SECRET}")])
    assert (finding.level, "[apprise]" in finding.cure) == ("wrong", True)
    assert list(examine_apprise([])) == []


def deliver(folder: Path, address: str, *many: object) -> None:
    http = settings_in(folder, CAMPAIGN_HEALTH_READ_SECONDS="20")[0].http
    broken = many or (incident(1),)
    made = situation(*broken, changes=tuple(map(change, broken)))  # type: ignore[arg-type]
    digest = build_digest(made, announcement_id="a", kind="digest", today=TODAY, dashboard_url=None)
    AppriseChannel(address, "apprise:json", http).deliver(digest, None)
