"""Where GitHub and GitLab keep the comments of one pull request, from what their pipelines' environment says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

GITHUB_API = "https://api.github.com"
# A pipeline's own token of GitLab may not write notes.
GITLAB_TOKEN = "CAMPAIGN_HEALTH_GITLAB_TOKEN"  # noqa: S105 - a setting's name


class NoDiscussion(Exception):
    """There is no comment to write here; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Discussion:
    """The comments of one pull request.

    Attributes:
        service: Its name, for messages.
        api: The base of every address.
        comments: The path that lists comments and takes a new one.
        comment: The path of one comment, with `{id}`.
        update: The HTTP method that replaces one.
        user: The key of a comment that says who wrote it.
        token: Sent as `headers` say; never shown.
        longest: Characters that a comment may have.
        permission: What the token needs, as the end of a cure.
    """

    service: str
    api: str
    comments: str
    comment: str
    update: str
    user: str
    token: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    longest: int
    permission: str


def github_discussion(environment: Mapping[str, str]) -> Discussion:
    """The pull request that a GitHub workflow runs for.

    Raises:
        NoDiscussion: it runs for none, or there is no token.
    """
    number = _number_of_pull_request(environment.get("GITHUB_EVENT_PATH", ""))
    repository = environment.get("GITHUB_REPOSITORY", "").strip()
    if number is None or repository.count("/") != 1:
        raise NoDiscussion("this run is for no pull request")
    token = environment.get("GITHUB_TOKEN", "").strip()
    if not token:
        raise NoDiscussion("GITHUB_TOKEN is not set")
    path = f"/repos/{quote(repository)}/issues"
    return Discussion(
        service="GitHub",
        api=(environment.get("GITHUB_API_URL") or GITHUB_API).rstrip("/"),
        comments=f"{path}/{number}/comments",
        comment=path + "/comments/{id}",
        update="PATCH",
        user="user",
        token=token,
        headers={
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        longest=65_536,
        permission="the job needs `permissions: pull-requests: write`, which a pull request from a fork never has",
    )


def gitlab_discussion(environment: Mapping[str, str]) -> Discussion:
    """The merge request that a GitLab pipeline runs for.

    Raises:
        NoDiscussion: it runs for none, or there is no token.
    """
    project, number = (environment.get(name, "").strip() for name in ("CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"))
    api = environment.get("CI_API_V4_URL", "").strip().rstrip("/")
    if not (project.isdecimal() and number.isdecimal() and api):
        raise NoDiscussion("this pipeline is for no merge request")
    token = environment.get(GITLAB_TOKEN, "").strip()
    if not token:
        raise NoDiscussion(f"{GITLAB_TOKEN} is not set")
    path = f"/projects/{project}/merge_requests/{number}/notes"
    return Discussion(
        service="GitLab",
        api=api,
        comments=path,
        comment=path + "/{id}",
        update="PUT",
        user="author",
        token=token,
        headers={"PRIVATE-TOKEN": token},
        longest=1_000_000,
        permission="it needs a project access token with the scope `api`",
    )


def _number_of_pull_request(event_path: str) -> int | None:
    try:
        event: Any = json.loads(Path(event_path).read_bytes()) if event_path else None
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(event, dict):
        return None
    pull_request = event.get("pull_request")
    number = pull_request.get("number") if isinstance(pull_request, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None
