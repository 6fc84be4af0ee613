"""Several things as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_health.words.numbers import count


def joined(parts: Sequence[str], most: int | None = None) -> str:
    """Parts as in a sentence: `a, b and c`; beyond `most` only their number: `a, b, c and 4 more`."""
    shown = list(parts[:most])
    if more := len(parts) - len(shown):
        shown.append(f"{count(more)} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def names_in_code(names: Sequence[str], most: int = 3) -> str:
    """Names from code, each in backticks: `a`, `b`, `c` and 2 more."""
    return joined([f"`{name}`" for name in names], most)
