"""Posts to Customer.io's Track API once, and says what came back; when it is tried again is not decided here."""

from __future__ import annotations

from collections.abc import Callable

from campaign_health.route.track_client import track_client
from campaign_health.settings import RouteSettings
from collectors.errors import CollectorError
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts, Transport
from collectors.http.waiting import asked_wait

ANSWER_BYTES = 256 * 1024
LONGEST_WAIT = 60.0
CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0

Answered = tuple[int, str, float | None]
"""Status, beginning of the body, and the seconds to wait that the answer asks for."""
Post = Callable[[str, bytes], Answered]


class NoAnswer(Exception):
    """No whole answer came: nobody knows whether it was taken in."""


def poster(settings: RouteSettings) -> tuple[Post, Callable[[], None]]:
    """What posts to a path, from any thread, and what ends it.

    Raises:
        CouldNotStart: there are no credentials.
        UnusableSetting: the address cannot be used.
    """
    transport = Transport(
        Timeouts(CONNECT_SECONDS, READ_SECONDS, READ_SECONDS), retries=Retries(most=0, longest_wait=LONGEST_WAIT)
    )
    client = track_client(settings, transport)

    def post(path: str, body: bytes) -> Answered:
        try:
            answer = client.post_json(path, body, most_bytes=ANSWER_BYTES)
        except CollectorError as failure:
            raise NoAnswer from failure
        return answer.status, answer.text, asked_wait(answer.headers, LONGEST_WAIT)

    return post, client.close
