"""Keeps one comment a manifest up to date: finds it by its mark, replaces it, or writes the first."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from campaign_health.check.comment.comment_api import (
    FIRST_WAIT,
    LONGEST_WAIT,
    AskAgain,
    Comment,
    CommentApi,
    Refused,
)
from campaign_health.check.comment.discussions import (
    Discussion,
    NoDiscussion,
    github_discussion,
    gitlab_discussion,
)
from collectors.errors import OutOfTime

SERVICES: dict[str, Callable[[Mapping[str, str]], Discussion]] = {
    "github": github_discussion,
    "gitlab": gitlab_discussion,
}
TRIES = 4
LONGEST_SUMMARY = 900_000  # of bytes; GitHub shows 1 MiB of a step's summary


def post_comment(
    service: str, body: str, environment: Mapping[str, str], sleep: Callable[[float], object] = time.sleep
) -> str:
    """Puts the comment's text where people see it; what became of it, as one sentence.

    A comment that cannot be written is no failure of the check: its text is added to the job's summary in any case,
    where the pipeline has one (GITHUB_STEP_SUMMARY).

    Args:
        service: One of `SERVICES`.
        body: Markdown whose first line is the mark of its manifest.
        environment: Of the pipeline.
        sleep: Waits some seconds.
    """
    elsewhere = _add_to_summary(body, environment.get("GITHUB_STEP_SUMMARY", ""))
    try:
        place = SERVICES[service](environment)
    except NoDiscussion as reason:
        return f"No comment was written: {reason}. {elsewhere}"
    api = CommentApi(place)
    try:
        return f"{_persist(api, fitted(body, place.longest), sleep)} on {place.service}."
    except Refused as refusal:
        cure = f" ({place.permission})" if refusal.status in (401, 403, 404) else ""
        return f"No comment was written: {place.service} answered {refusal}{cure}. {elsewhere}"
    except (AskAgain, OutOfTime) as reason:
        return f"No comment was written: {place.service}: {reason}. {elsewhere}"
    finally:
        api.close()


def fitted(body: str, longest: int) -> str:
    """The text, cut after a whole line where it is too long, with how much was cut."""
    if len(body) <= longest:
        return body
    room = longest - 200
    kept = body[:room].rsplit("\n", 1)[0]
    closing = "\n\n</details>" if kept.count("<details>") > kept.count("</details>") else ""
    return f"{kept}{closing}\n\n… cut here: {len(body) - len(kept):,} more characters are in the job's log.\n"


def _persist(api: CommentApi, body: str, sleep: Callable[[float], object]) -> str:
    for attempt in range(1, TRIES + 1):
        try:
            return _put(api, body)
        except AskAgain as again:
            wait = again.wait if again.wait is not None else FIRST_WAIT * 2 ** (attempt - 1)
            if attempt == TRIES or wait > LONGEST_WAIT:
                raise
            sleep(wait)
    raise AssertionError("the last try returns or raises")


def _put(api: CommentApi, body: str) -> str:
    # Looked for in each try anew: a POST without an answer may have been done.
    mark = body.partition("\n")[0]
    own = _own(api, [one for one in api.comments() if one.body.startswith(mark)])
    if own is not None and own.body == body:
        return "The comment is up to date"
    if own is not None:
        try:
            api.update(own.number, body)
        except Refused as refusal:
            if refusal.status != 404:  # deleted meanwhile
                raise
        else:
            return "The comment was replaced"
    api.create(body)
    return "The comment was written"


def _own(api: CommentApi, marked: list[Comment]) -> Comment | None:
    """The first that this program wrote: anybody may write the mark, and nobody's comment is replaced but its own."""
    if not marked:
        return None
    number = api.own_number()
    return next((one for one in marked if (one.is_by_a_program if number is None else one.author == number)), None)


def _add_to_summary(body: str, path: str) -> str:
    log = "What it would say is in the log."
    if not path:
        return log
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(fitted(body, len(body.encode()[:LONGEST_SUMMARY].decode("utf-8", "ignore"))))
    except OSError:
        return log
    return "What it would say is in the job's summary."
