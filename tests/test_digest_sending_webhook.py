"""What a webhook and the dead man's switch receive, and what a receiver can check of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign_health.alerts.channels.dead_man import ping
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from storage.file.database import Warehouse
from tests.digest_sending_cast import send
from tests.digest_warehouse import MONDAY, at, break_campaign, settings_in


def test_the_webhooks_signature_can_be_checked_by_anyone(
    warehouse: Warehouse, slack: SlackSandbox, receiver: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    url, seen = receiver
    environment = {"CAMPAIGN_HEALTH_WEBHOOK_URL": f"{url}/hook", "CAMPAIGN_HEALTH_WEBHOOK_SECRET": "shared"}
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY), **environment)] == ["sent"]
    ((headers, body),) = seen
    # What a receiver has to write, from the documentation alone:
    signed = b"v0:" + headers["X-Campaign-Health-Timestamp"].encode() + b":" + body
    assert headers["X-Campaign-Health-Signature"] == "v0=" + hmac.new(b"shared", signed, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert said["headline"] == "1 campaign has broken"
    assert said["announcement_id"] == headers["X-Campaign-Health-Id"]


def test_the_dead_man_switch_is_pinged_where_one_is_set(
    tmp_path: Path, receiver: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    url, seen = receiver
    settings, workspace = settings_in(tmp_path, CAMPAIGN_HEALTH_DEAD_MAN_URL=f"{url}/ping/topsecret")
    assert ping(workspace, settings.http) is None
    assert seen == [({}, b"/ping/topsecret")]
    settings, workspace = settings_in(tmp_path, CAMPAIGN_HEALTH_DEAD_MAN_URL="http://127.0.0.1:9/topsecret")
    reason = ping(workspace, settings.http)
    assert reason is not None
    assert "topsecret" not in reason


@pytest.mark.parametrize(
    ("seconds_old", "is_genuine"), [(0, True), (200, True), (400, False), (-400, False), (86_400, False)]
)
def test_the_documented_check_refuses_what_is_forged_or_sent_again(seconds_old: int, is_genuine: bool) -> None:
    guide = (Path(__file__).parents[1] / "docs" / "digest.md").read_text()
    names: dict[str, Any] = {}
    exec(guide.split("```python\n")[1].split("```")[0], names)
    body = b'{"a": 1}'
    timestamp = str(int(time.time()) - seconds_old)
    signed = hmac.new(b"secret", b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Campaign-Health-Timestamp": timestamp, "X-Campaign-Health-Signature": f"v0={signed}"}
    assert names["is_genuine"](b"secret", headers, body) is is_genuine
    assert names["is_genuine"](b"other", headers, body) is False
    assert names["is_genuine"](b"secret", headers, body + b" ") is False
    assert names["is_genuine"](b"secret", {**headers, "X-Campaign-Health-Timestamp": "now"}, body) is False
