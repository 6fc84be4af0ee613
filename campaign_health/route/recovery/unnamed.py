"""Keeps people out of what is told of a failure: a service may quote in its refusal what it was asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from collectors.errors import CollectorError


@contextmanager
def unnamed(people: Collection[str]) -> Iterator[None]:
    """Takes these people out of the words of a CollectorError that the block raises."""
    try:
        yield
    except CollectorError as failure:
        some = "|".join(re.escape(one) for one in sorted(people, key=len, reverse=True))
        named = re.compile(rf"(?<!\w)(?:{some})(?!\w)", re.IGNORECASE)
        failure.message, failure.cure = named.sub("…", failure.message), named.sub("…", failure.cure)
        failure.args = tuple(named.sub("…", one) if isinstance(one, str) else one for one in failure.args)
        # What it was raised from may hold the same words, and a traceback would show them.
        raise failure from None
