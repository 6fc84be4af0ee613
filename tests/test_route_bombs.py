"""What is too large, too much or too slow on purpose costs a `route serve` nothing that others need."""

from __future__ import annotations

import gzip
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.moved_cast import NAME, Company, company, post, run
from tests.security_cast import BROWSERS, MEGABYTE, SITE, event, in_files, letters, numbers, of_page, own, sent
from tests.waiting import until

pytestmark = pytest.mark.slow("route")


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        run("route", "mode", NAME, "live")
        yield found


def test_bombs_are_refused_or_taken_without_what_is_too_large(moved: Company) -> None:
    """Row 7: 10 MB in, 20 MB out of gzip, nesting 20, 2,000 events, 1 MB each."""
    deep: Any = "x"
    for _ in range(25):
        deep = {"in": deep}
    bomb = gzip.compress(b"[" + b" " * (21 * MEGABYTE) + b"]")
    with moved.serving() as (url, numbers_at):
        assert own(url, "batch", b"[" + b" " * (10 * MEGABYTE)).status_code == 413
        assert own(url, "track", bomb, **{"Content-Encoding": "gzip"}).status_code == 413
        assert own(url, "events", event(1, deep=deep)).json() == {"accepted": 1, "duplicates": 0}
        assert own(url, "import", [event(1)] * 2_001).status_code == 413
        assert own(url, "batch", {"events": [event(1)] * 2_001}).status_code == 400
        large = event(2, note="x" * MEGABYTE)
        assert own(url, "events", large).status_code == 413
        assert own(url, "batch", {"events": [large, event(3)]}).json() == {"accepted": 2, "duplicates": 0}
        until(lambda: numbers().get("delivered") == 1)
        assert letters() == [(NAME, "too_large", 1)]
        assert b"x" * 1_000 not in in_files(moved.folder)
        told = requests.get(numbers_at, timeout=20).text
    assert re.search(r'became="unreadable"[^\n]* 2\b', told), "what is nested deeper, and too many"
    assert sent(moved) == [("u-1", {"plan_name": "pro", "seats": 1})]


def test_who_sends_too_slowly_is_cut_off_and_a_thousand_of_them_fill_no_memory(moved: Company) -> None:
    """Row 7: slow clients are cut at 10 s, of whom nothing is proven together hold 32 MB, and without a proof none."""
    with moved.serving(**BROWSERS) as (url, _):
        where = urlsplit(url)

        def begun(head: str, body: bytes = b"") -> socket.socket:
            one = socket.create_connection((where.hostname or "", where.port or 0), timeout=20)
            one.sendall(f"POST /default/{head}".encode() + body)
            return one

        def ended(one: socket.socket) -> bytes:
            with closing(one):
                return one.recv(65_536)

        head = f"HTTP/1.1\r\nHost: x\r\nContent-Length: {2 * MEGABYTE - 100}\r\n"
        assert ended(begun(f"track {head}Origin: https://evil.example\r\n\r\n")).startswith(b"HTTP/1.1 401")
        assert ended(begun(f"segment {head}\r\n")).startswith(b"HTTP/1.1 401"), "it is not even asked for its body"
        started = time.monotonic()
        dribbling = [begun("track HTTP/1.1\r\nHost: x\r\nX-") for _ in range(20)]
        slow = [begun(f"track {head}Origin: {SITE}\r\n\r\n", b" " * (2 * MEGABYTE - 200)) for _ in range(40)]
        with ThreadPoolExecutor(60) as pool:
            answers = list(pool.map(ended, slow))
            assert post(url, 1) == 200, "who proves it is not kept waiting"
            assert list(pool.map(ended, dribbling)) == [b""] * 20
        assert 8 < time.monotonic() - started < 18
        kinds = [one[9:12] for one in answers]
        assert set(kinds) == {b"408", b"503"}
        assert 8 <= kinds.count(b"408") <= 16, "as many as 32 MB hold"
        assert of_page(url, 1, **{"$user_id": "u-9"}) == 200, "and afterwards there is room"
