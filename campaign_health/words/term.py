"""A word that is explained to people."""

from __future__ import annotations

from typing import NamedTuple


class Term(NamedTuple):
    """A word and what it means. `heads` are the heads of table columns that hold it, without a unit behind a comma."""

    name: str
    meaning: str
    heads: tuple[str, ...] = ()
