"""`route serve`, as a process over real HTTP: what is authentic is kept once, and hostile reports do no harm."""

from __future__ import annotations

import gzip
import json
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from tests.reports_cast import KEY, listening, report, send, signed

pytestmark = pytest.mark.slow("route")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("route")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with listening(folder) as (found, _):
        yield found


def kept(folder: Path, event_id: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "data" / "route.sqlite")) as connection:
        return connection.execute(
            "SELECT metric, channel, campaign_id, delivery_id, reason FROM report WHERE event_id = ?", [event_id]
        ).fetchall()


def test_a_report_is_kept_once_however_often_it_comes(url: str, folder: Path) -> None:
    told = report(1)
    assert [send(url, told) for _ in range(3)] == [200, 200, 200]
    assert kept(folder, told["event_id"]) == [("sent", "email", 14, "d1", None)]


def test_a_failure_keeps_its_reason_without_the_address(url: str, folder: Path) -> None:
    told = report(2, metric="failed")
    told["data"]["failure_message"] = "550 <u-2@people.example> unknown, call +1 (555) 123-4567 \ud800"
    assert send(url, told) == 200
    [(_, _, _, _, reason)] = kept(folder, told["event_id"])
    assert str(reason).startswith("550 <…> unknown, call …")


HOSTILE = {
    "no signature": ({"X-CIO-Signature": ""}, 401),
    "another signature": ({"X-CIO-Signature": "0" * 64}, 401),
    "a signature that is no text": ({"X-CIO-Signature": "ä"}, 401),
    "a time that is none": ({"X-CIO-Timestamp": "٣"}, 401),
    "another time": ({"X-CIO-Timestamp": "1613063089"}, 401),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_signed_is_refused(url: str, folder: Path, name: str) -> None:
    headers, status = HOSTILE[name]
    told = report(100 + list(HOSTILE).index(name))
    body = json.dumps(told).encode()
    raw = {key: value.encode("utf-8") for key, value in (signed(body) | headers).items()}
    answer = requests.post(f"{url}/default/customerio/report", data=body, headers=raw, timeout=20)
    assert answer.status_code == status
    assert kept(folder, told["event_id"]) == []


def test_a_copy_of_an_old_report_is_refused(url: str, folder: Path) -> None:
    body = json.dumps(report(3)).encode()
    old = signed(body, at=report(3)["timestamp"] - 400)
    assert requests.post(f"{url}/default/customerio/report", data=body, headers=old, timeout=20).status_code == 401
    assert kept(folder, report(3)["event_id"]) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'{"a":' * 5000 + b"1" + b"}" * 5000, b"[" * 200_000, b"\xff\xfe",
     json.dumps(report(4, timestamp="soon")).encode(), json.dumps(report(4, event_id=7)).encode(),
     json.dumps(report(4, event_id="x" * 5000)).encode(), json.dumps(report(4, timestamp=float("inf"))).encode(),
     json.dumps({**report(4), "event_id": "\ud800"}).encode()],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_what_is_signed_and_cannot_be_used_is_passed_over_and_holds_up_nothing(url: str, body: bytes) -> None:
    assert send(url, body) == 200
    assert requests.get(f"{url}/healthz", timeout=20).status_code == 200


def test_bombs_and_strangers_are_refused(url: str) -> None:
    assert send(url, b"x" * (2 * 1024 * 1024)) == 413
    assert send(url, gzip.compress(b"0" * 50_000_000), **{"Content-Encoding": "gzip"}) == 415
    assert send(url, report(5), workspace="another") == 404
    assert requests.get(f"{url}/default/customerio/report", timeout=20).status_code == 405
    assert requests.get(f"{url}/healthz", timeout=20).status_code == 200


def test_a_slow_client_is_cut_off_and_nobody_waits_for_it(url: str) -> None:
    where = urlsplit(url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=30) as slow:
        slow.sendall(
            b"POST /default/customerio/report HTTP/1.1\r\nHost: x\r\nX-CIO-Signature: x\r\nContent-Length: 9\r\n\r\n{"
        )
        assert send(url, report(6)) == 200
        assert b" 408 " in slow.recv(1000)


def test_files_are_the_owners_and_hold_no_person(url: str, folder: Path) -> None:
    for number in range(700, 720):
        assert send(url, report(number)) == 200
    files = sorted((folder / "data").glob("route.*"))
    assert {path.name for path in files} >= {"route.key", "route.sqlite"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    held = b"".join(path.read_bytes() for path in files)
    assert [number for number in range(700, 720) if f"u-{number}".encode() in held] == []
    assert b"people.example" not in held


def test_a_person_is_forgotten(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert send(url, report(800)) == 200
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(folder / "data"))
    said = CliRunner().invoke(campaign_health, ["route", "forget", "u-800"], catch_exceptions=False).output
    assert said.startswith("1 row knew of them")
    with closing(sqlite3.connect(folder / "data" / "route.sqlite")) as connection:
        assert connection.execute(
            "SELECT person FROM report WHERE event_id = ?", [report(800)["event_id"]]
        ).fetchall() == [(None,)]


@pytest.mark.parametrize(
    ("options", "key", "said"),
    [(["--address", "0.0.0.0"], KEY, "--behind-proxy"), ([], "", "CUSTOMERIO_REPORTING_SIGNING_KEY")],
    ids=["open to others", "no key"],
)
def test_it_refuses_to_listen_openly_or_to_nobody(options: list[str], key: str, said: str, tmp_path: Path) -> None:
    settings = {"CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path / "data"), "CUSTOMERIO_REPORTING_SIGNING_KEY": key}
    done = subprocess.run(
        [sys.executable, "-m", "campaign_health", "route", "serve", "--port", "0", *options],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, env=settings | {"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr


def test_the_address_that_it_says_can_be_asked_also_of_the_newer_kind(tmp_path: Path) -> None:
    with listening(tmp_path, "--address", "::1") as (url, _):
        assert requests.get(f"{url}/healthz", timeout=20).status_code == 200


def test_it_ends_within_five_seconds_when_told_to(tmp_path: Path) -> None:
    with listening(tmp_path) as (url, process):
        assert send(url, report(1)) == 200
        process.terminate()
        assert process.wait(5) == 0
