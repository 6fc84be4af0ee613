"""Amplitude's cohort webhook, as its documentation describes it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from campaign_health.route.doors.bodies import refused
from campaign_health.route.doors.cohort_doors.cohort_message import (
    UnusableMessage,
    mapping_of,
    name_in,
    named,
    objects_in,
    text_in,
)
from campaign_health.route.person import PersonBy
from storage.outbox.cohorts.cohort_sessions import CohortPage

_NUMBERED = re.compile(r"(.*)::(\d{1,6})", re.DOTALL)


class AmplitudeCohort:
    """Reads its messages; what it is not answered within a second or two it sends again."""

    source = "amplitude"
    write_seconds = 0.9

    def page(self, text: bytes, workspace: str, by: PersonBy) -> CohortPage:
        """The page that a message is: numbered from 0 at the end of its id, and none says that it is the last one.

        Raises:
            UnusableMessage: it is none.
        """
        body = mapping_of(text)
        is_in = body.get("in_cohort")
        if not isinstance(is_in, bool):
            raise UnusableMessage("in_cohort is neither true nor false")
        message = text_in(body, "message_id")
        numbered = _NUMBERED.fullmatch(message)
        found = named(
            (
                {"$user_id": one.get("user_id"), **_address(one.get("user_properties"))}
                for one in objects_in(body, "users")
            ),
            by,
        )
        cohort = text_in(body, "cohort_id")
        told_at = body.get("computed_time")
        return CohortPage(
            workspace=workspace,
            source=self.source,
            cohort=cohort,
            name=name_in(body, "cohort_name", cohort),
            session=f"{told_at} {message if numbered is None else numbered[1]}",
            action="add" if is_in else "remove",
            page=1 if numbered is None else int(numbered[2]) + 1,
            pages=None,
            people=found.people,
            nobody=found.nobody,
        )

    def answer(self, text: bytes) -> Response:
        """What tells that a page was taken."""
        return JSONResponse({})

    def refusal(self, text: bytes, status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
        """What tells that it was not."""
        return refused(status, why, headers)


def _address(properties: object) -> dict[str, object]:
    if not isinstance(properties, dict):
        return {}
    return {"email": properties.get("email") or properties.get("$email")}
