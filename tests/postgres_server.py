"""A PostgreSQL of the tests' own, from the system's binaries: in a folder, with a free port, while a test needs it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))

REQUIRED = "REQUIRE_POSTGRES"


@dataclass(frozen=True)
class PostgresServer:
    """A server that runs; each `database` is new and empty."""

    binaries: Path
    folder: Path
    port: int
    as_user: str | None

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """The address of a new database."""
        name = f"d{uuid.uuid4().hex[:12]}"
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        _run([str(self.binaries / "createdb"), *where, name], self.as_user)
        return self.url(name)

    def control(self, *words: str) -> None:
        """`pg_ctl` with these words, such as `stop -m immediate`; waits until it is done."""
        program = [str(self.binaries / "pg_ctl"), "-D", str(self.folder / "data"), "-w", *words]
        _run(program, self.as_user)

    def start(self) -> None:
        """Start it, as at first."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        self.control("-l", str(self.folder / "log"), "-o", options, "start")


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server of its own; skips the test, with a reason, where PostgreSQL is not installed and need not be."""
    if not BINARIES:
        reason = (
            "no PostgreSQL on this machine: the route's second form is not tried (Debian: apt-get install postgresql)"
        )
        if os.environ.get(REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    # Root may not run it, and its socket's path must be short.
    as_user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if as_user is not None:
        shutil.chown(folder, as_user)
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    server = PostgresServer(BINARIES[-1], folder, port, as_user)
    try:
        _run(
            [str(server.binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-N",
             "-E", "UTF8", "--locale=C.UTF-8"],
            as_user,
        )  # fmt: skip
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.control("stop", "-m", "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: list[str], as_user: str | None) -> None:
    user = None if as_user is None else pwd.getpwnam(as_user)
    subprocess.run(
        program, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=120,
        user=None if user is None else user.pw_uid, group=None if user is None else user.pw_gid,
    )  # fmt: skip
