"""Answers `/healthz` and `/metrics` over HTTP, to anybody who asks."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from campaign_health.health.bounded_server import PLAIN, Remembered, Reply, served
from campaign_health.health.health_numbers import health_json, health_metrics
from campaign_health.health.health_state import Health
from campaign_health.health.prometheus_text import CONTENT_TYPE

_log = logging.getLogger(__name__)


@contextmanager
def health_served(address: str, port: int, ask: Callable[[], Health]) -> Iterator[None]:
    """Serves while the block runs. Where nobody can listen there, it says so and the block runs all the same.

    Args:
        address: which of this machine's addresses to listen on.
        port: 0: nothing is served.
        ask: makes the health anew; called from other threads, one at a time.
    """
    with ExitStack() as running:
        where = f"http://{f'[{address}]' if ':' in address else address}:{port}/healthz"
        try:
            if port:
                running.enter_context(served(address, port, _answering(Remembered(ask))))
                _log.info("Health: %s", where)
        except OSError as failure:
            _log.warning(
                "Nothing is served at %s: %s. Choose another port with CAMPAIGN_HEALTH_HEALTH_PORT; 0 serves nothing.",
                where,
                failure.strerror or failure,
            )
        yield


def _answering(ask: Callable[[], Health]) -> Callable[[str], Reply]:
    def answer(path: str) -> Reply:
        if path == "/metrics":
            return Reply(200, CONTENT_TYPE, health_metrics(ask()))
        if path == "/healthz":
            health = ask()
            return Reply(
                200 if health.is_up else 503, "application/json", json.dumps(health_json(health), indent=2) + "\n"
            )
        return Reply(404, PLAIN, "Ask for /healthz or /metrics.\n")

    return answer
