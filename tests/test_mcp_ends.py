"""How the server for assistants ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.assistant_cast import server_environment

HELLO = (
    b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
    b'"clientInfo":{"name":"test","version":"1"}}}\n'
)


@pytest.mark.parametrize("how", [signal.SIGINT, None], ids=["interrupted", "its assistant gone"])
def test_it_ends_at_once_and_says_nothing(tmp_path: Path, how: signal.Signals | None) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "campaign_health", "mcp"], env=server_environment(tmp_path, {}),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(HELLO)
        server.stdin.flush()
        assert b'"campaign-health"' in server.stdout.readline()
        began = time.monotonic()
        if how is not None:
            server.send_signal(how)
        else:
            server.stdin.close()
        assert server.wait(30) == (0 if how is None else -how)
        assert time.monotonic() - began < 10
        assert server.stderr is not None
        assert server.stderr.read() == b""
    finally:
        server.kill()
