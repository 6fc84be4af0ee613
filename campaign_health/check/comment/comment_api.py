"""Asks GitHub's and GitLab's API for the comments of one pull request, within limits, and never shows the token."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from campaign_health.check.comment.discussions import Discussion
from campaign_health.words.visible import visible
from collectors.http.answer_limits import WholeBy
from collectors.http.answers import body_up_to
from collectors.http.deadline import Deadline
from collectors.http.redaction import Redactor
from collectors.http.session import new_session
from collectors.http.timed_connections import limited
from collectors.http.waiting import asked_wait

CONNECT_SECONDS = 10.0
WHOLE_SECONDS = 60.0
ALL_SECONDS = 180.0
# A hundred comments of the longest that there may be.
LARGEST_ANSWER = 32_000_000
PER_PAGE = 100
MOST_PAGES = 50
LONGEST_WAIT = 60.0
FIRST_WAIT = 2.0


class Refused(Exception):
    """The service answered that it will not; asking again would not help. The message says what it said."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(said)
        self.status = status


class AskAgain(Exception):
    """No answer, or one that may be another later. `wait`: seconds that the service asks to be left alone."""

    def __init__(self, said: str, wait: float | None = None) -> None:
        super().__init__(said)
        self.wait = wait


@dataclass(frozen=True)
class Comment:
    """One comment: its number, its text, its author's number, and whether that is a program."""

    number: int
    body: str
    author: int | None
    is_by_a_program: bool


class CommentApi:
    """The comments of one discussion."""

    def __init__(self, place: Discussion) -> None:
        self._place = place
        self._session = new_session()
        self._redact = Redactor([place.token])
        self._deadline = Deadline()
        self._deadline.give(ALL_SECONDS, "the three minutes that a comment may take", "The outcome stands in the log.")

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def comments(self) -> list[Comment]:
        """All of them, the oldest first, up to 5,000."""
        found: list[Comment] = []
        for page in range(1, MOST_PAGES + 1):
            listed = self._ask("GET", f"{self._place.comments}?per_page={PER_PAGE}&page={page}")
            if not isinstance(listed, list):
                raise AskAgain("its list of comments is no list")
            found += [self._comment(one) for one in listed if isinstance(one, dict) and isinstance(one.get("id"), int)]
            if len(listed) < PER_PAGE:
                break
        return sorted(found, key=lambda one: one.number)

    def own_number(self) -> int | None:
        """The number of the token's owner; None where the token is no person's, as in GitHub's own workflows."""
        try:
            me = self._ask("GET", "/user")
        except Refused:
            return None
        number = me.get("id") if isinstance(me, dict) else None
        return number if isinstance(number, int) else None

    def create(self, body: str) -> None:
        """Writes a new one."""
        self._ask("POST", self._place.comments, {"body": body})

    def update(self, number: int, body: str) -> None:
        """Replaces one's text."""
        self._ask(self._place.update, self._place.comment.format(id=number), {"body": body})

    def _comment(self, one: Mapping[str, Any]) -> Comment:
        author = one.get(self._place.user)
        author = author if isinstance(author, dict) else {}
        return Comment(one["id"], str(one.get("body") or ""), author.get("id"), author.get("type") == "Bot")

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As an `auth`, so that a .netrc of the machine never takes the token's place.
        request.headers.update(self._place.headers)
        return request

    def _ask(self, method: str, path: str, told: Mapping[str, str] | None = None) -> Any:
        try:
            self._deadline.refuse_late(self._place.service)
            with (
                limited(WholeBy(WHOLE_SECONDS, WHOLE_SECONDS, self._deadline)),
                self._session.request(
                    method,
                    self._place.api + path,
                    json=told,
                    auth=self._signed,
                    timeout=(CONNECT_SECONDS, WHOLE_SECONDS),
                    stream=True,
                ) as answer,
            ):
                body = body_up_to(answer, LARGEST_ANSWER)
                status, headers = answer.status_code, answer.headers
        except (requests.RequestException, OSError) as error:
            raise AskAgain(f"no answer came ({type(error).__name__})") from None
        try:
            data = json.loads(body) if body else None
        except (ValueError, RecursionError):
            data = None
        if 200 <= status < 300:
            return data
        said = data.get("message") if isinstance(data, dict) else None
        text = f"{status}: {visible(self._redact(str(said)), 200)}" if said else str(status)
        wait = _wait_asked(headers)
        if status == 429 or status >= 500 or (status == 403 and wait is not None):
            raise AskAgain(text, wait)
        raise Refused(text, status)


def _wait_asked(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait that a limit asks for: `Retry-After`, or until GitHub's limit begins anew; None without one."""
    asked = asked_wait(headers, 24 * 3600.0)
    if asked is not None:
        return asked
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0":
        return max(0.0, float(reset) - time.time()) if reset.isdecimal() else LONGEST_WAIT + 1
    return None
