"""Mixpanel's cohort webhook, as its documentation describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from campaign_health.route.doors.cohort_doors.cohort_message import (
    UnusableMessage,
    mapping_of,
    name_in,
    named,
    objects_in,
    text_in,
)
from campaign_health.route.person import PersonBy
from storage.outbox.cohorts.cohort_sessions import Action, CohortPage

_ACTIONS: Mapping[str, Action] = {"members": "members", "add_members": "add", "remove_members": "remove"}
MOST_PAGES = 100_000


class MixpanelCohort:
    """Reads its messages, and answers in its words; on 400 to 404 Mixpanel pauses the sync and mails its makers."""

    source = "mixpanel"
    write_seconds = 5.0

    def page(self, text: bytes, workspace: str, by: PersonBy) -> CohortPage:
        """The page that a message is; raises UnusableMessage."""
        body = mapping_of(text)
        action = _ACTIONS.get(text_in(body, "action"))
        if action is None:
            raise UnusableMessage("action is none of members, add_members and remove_members")
        told = body.get("parameters")
        if not isinstance(told, dict):
            raise UnusableMessage("parameters is no object")
        pages, page = _page_of(told)
        found = named(({"distinct_id": one.get("mixpanel_distinct_id"), "email": one.get("email") or one.get("$email")}
                       for one in objects_in(told, "members")), by)  # fmt: skip
        cohort = text_in(told, "mixpanel_cohort_id")
        return CohortPage(
            workspace=workspace,
            source=self.source,
            cohort=cohort,
            name=name_in(told, "mixpanel_cohort_name", cohort),
            session=text_in(told, "mixpanel_session_id"),
            action=action,
            page=page,
            pages=pages,
            people=found.people,
            nobody=found.nobody,
        )

    def answer(self, text: bytes) -> Response:
        """What tells that a page was taken."""
        return JSONResponse({"action": _asked(text), "status": "success"})

    def refusal(self, text: bytes, status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
        """What tells that it was not."""
        error = {"message": why, "code": status}
        return JSONResponse({"action": _asked(text), "status": "failure", "error": error}, status, headers)


def _asked(text: bytes) -> Any:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    action = body.get("action") if isinstance(body, dict) else None
    return action if isinstance(action, str) and action in _ACTIONS else None


def _page_of(told: Mapping[str, Any]) -> tuple[int, int]:
    """How many pages there are, and which this one is; a message without a word of it is the only one."""
    info = told.get("page_info")
    if info is None:
        return 1, 1
    pages, page = (info.get("total_pages"), info.get("page_count")) if isinstance(info, dict) else (None, None)
    if isinstance(pages, bool) or isinstance(page, bool) or not isinstance(pages, int) or not isinstance(page, int):
        raise UnusableMessage("page_info has no total_pages and page_count")
    # An empty list has no page, and comes all the same.
    pages, page = (1, 1) if pages == 0 and page in (0, 1) else (pages, page)
    if not 1 <= page <= pages <= MOST_PAGES:
        raise UnusableMessage("page_count is not within total_pages")
    return pages, page
