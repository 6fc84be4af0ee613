"""Clients that never finish what they begin hold up nobody else."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.reports_cast import listening, report, send

SLOW = 200


@pytest.mark.slow("route")
def test_two_hundred_clients_that_dribble_their_headers_hold_up_no_report(tmp_path: Path) -> None:
    with listening(tmp_path) as (url, _), ExitStack() as held:
        where = urlsplit(url)
        slow = [
            held.enter_context(closing(socket.create_connection((where.hostname or "", where.port or 0))))
            for _ in range(SLOW)
        ]
        for one in slow:
            one.sendall(b"POST /default/customerio/report HTTP/1.1\r\nHost: x\r\nX-")
        begun = time.monotonic()
        for number in range(30):
            slow[number].sendall(b"a")
            assert send(url, report(number)) == 200
        assert time.monotonic() - begun < 20
