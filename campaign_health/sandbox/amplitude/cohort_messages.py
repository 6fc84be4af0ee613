"""What Amplitude posts of a cohort to a webhook: who entered it, or left it, since the last time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from campaign_health.sandbox.world.people import address_of

MOST_A_MESSAGE = 1000


def cohort_messages(
    is_in: bool, people: Sequence[str], computed_time: int, cohort: str = "k3x9", name: str = "Power users"
) -> Iterator[dict[str, Any]]:
    """The bodies, in their order; none where there is nobody."""
    for number, start in enumerate(range(0, len(people), MOST_A_MESSAGE)):
        yield {
            "cohort_name": name,
            "cohort_id": cohort,
            "in_cohort": is_in,
            "computed_time": computed_time,
            "message_id": f"{cohort}-{computed_time}::{'enter' if is_in else 'exit'}::{number}",
            "users": [
                {"user_id": one, "user_properties": {"email": address_of(one)}}
                for one in people[start : start + MOST_A_MESSAGE]
            ],
        }
