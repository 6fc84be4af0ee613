"""Several things as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def joined(parts: Sequence[str]) -> str:
    """Parts as in a sentence: `a, b and c`; empty where there are none."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def names_in_code(names: Sequence[str], most: int = 3) -> str:
    """Names from code, each in backticks, no more than `most`: `a`, `b`, `c` and 2 more."""
    quoted = [f"`{name}`" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(quoted)} and {len(names) - most} more"
    return joined(quoted)
