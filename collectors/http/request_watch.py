"""Who is told of every request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """Who is told of every request, retries too.

    Attributes:
        before: Called before it; what it raises ends the call.
        after: Called after it with its status, None where no answer came.
    """

    before: Callable[[], object] | None = None
    after: Callable[[int | None], object] | None = None


NOBODY = Watch()
