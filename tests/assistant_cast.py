"""A world that an assistant asks about, and an assistant: the official client, which starts the server as they do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.judge_cast import World, broken, steady
from tests.status_world import BREAK, DAYS, HOSTILE, LAST, collected, environment, run

ROOT = Path(__file__).parents[1]
SECRET = "sk-never-to-be-told"
MANIFEST = """
version: 1
campaigns:
  - {name: Welcome, event: event_1, owner: "@growth", deal_value: 1200, conversion_rate: 0.1}
"""


def make_stopped_world(directory: Path) -> World:
    """Welcome has stopped; another has recovered, one bears a hostile name, one is fine; judged and published."""
    (directory / "manifest.yaml").write_text(MANIFEST)
    stories = [
        broken(steady(1, DAYS, name="Welcome"), BREAK),
        broken(steady(2, DAYS, name="Upgrade offer"), BREAK - 8, BREAK - 4),
        broken(steady(3, DAYS, name=HOSTILE), BREAK - 6, keep=0.4),
        steady(4, DAYS, name="Survey"),
    ]
    world = World(directory, stories, {"CAMPAIGN_HEALTH_MANIFEST": str(directory / "manifest.yaml")})
    for last in (BREAK - 7, BREAK - 1, LAST):
        world.collect(0, last)
        collected(world)
        assert run(world, "judge").exit_code == 0
    return world


def server_environment(data_dir: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The variables that the server is started with: among them a secret that no answer may hold."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CUSTOMERIO_APP_API_KEY": SECRET,
        "CAMPAIGN_HEALTH_DATA_DIR": str(data_dir),
        **more,
    }


@dataclass
class Assistant:
    """A client that is connected, and all that it was told."""

    portal: BlockingPortal
    client: Client
    told: list[str]

    def ask(self, tool: str, **arguments: Any) -> tuple[str, bool]:
        """What a tool says, and whether that is a refusal."""
        done = self.portal.call(self.client.call_tool, tool, arguments)
        text = "\n".join(part.text for part in done.content if part.type == "text")
        self.told.append(text)
        return text, bool(done.is_error)

    def rows(self, sql: str, **more: Any) -> dict[str, Any]:
        """What a query gives."""
        done = self.portal.call(self.client.call_tool, "query", {"sql": sql, **more})
        assert not done.is_error, done.content
        assert done.structured_content is not None
        return done.structured_content


@contextmanager
def assistant(server: StdioServerParameters | str) -> Iterator[Assistant]:
    """An assistant connected to a server that it starts, or to one at an address."""
    # The first releases of the client take a transport for what is to be started.
    at = server if isinstance(server, str) else stdio_client(server)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(at)) as client:
        yield Assistant(portal, client, [])


def server_command(data_dir: Path, more: Mapping[str, str]) -> StdioServerParameters:
    """The server as an assistant's settings start it."""
    return StdioServerParameters(
        command=sys.executable, args=["-m", "campaign_health", "mcp"], env=server_environment(data_dir, more)
    )


def world_environment(world: World) -> dict[str, str]:
    """The variables of a world's commands."""
    return environment(world)
