"""What Mixpanel posts of a cohort to a custom webhook: the pages of one export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from campaign_health.sandbox.world.people import address_of

MOST_A_PAGE = 1000


def cohort_pages(
    action: str, people: Sequence[str], session: str, cohort: int = 901, name: str = "Power users"
) -> Iterator[dict[str, Any]]:
    """The bodies, in their order, for `members`, `add_members` or `remove_members`; one without people for nobody."""
    total = max(1, -(-len(people) // MOST_A_PAGE))
    for page in range(total):
        some = people[page * MOST_A_PAGE : (page + 1) * MOST_A_PAGE]
        yield {
            "action": action,
            "parameters": {
                "mixpanel_project_id": "12345",
                "mixpanel_cohort_name": name,
                "mixpanel_cohort_id": str(cohort),
                "mixpanel_cohort_description": "",
                "mixpanel_session_id": session,
                "page_info": {"total_pages": total, "page_count": page + 1},
                "members": [
                    {"email": address_of(one), "mixpanel_distinct_id": one, "first_name": "", "last_name": ""}
                    for one in some
                ],
            },
        }
