"""Reads the metric series of an answer: arrays of counts, one entry per bucket, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from collectors.http.shape import Reader, storable

Series = dict[str, list[int | None]]


def read_series(value: Any, field: str, must_have: str, length: int, read: Reader) -> Series:
    """Every series by name, unknown ones too; one that is null as a whole is left out.

    Args:
        value: The JSON object that holds the arrays.
        field: Its name in the answer.
        must_have: The series without which the answer is worthless: it must be there and whole. A missing one
            looks like a campaign that never sent, and is not.
        length: Number of buckets that were asked for.
        read: Reports what is not as documented.

    Raises:
        UnexpectedShape: `must_have` is missing or holds a null, an entry is no count, or a length differs.
    """
    found: Series = {}
    arrays = read.mapping(value, field)
    for name in dict.fromkeys([must_have, *arrays]):
        entries = arrays.get(name)
        if entries is None and name != must_have:
            continue
        found[storable(name)] = _entries(entries, f"{field}.{name}", name == must_have, length, read)
    return found


def _entries(entries: Any, field: str, whole: bool, length: int, read: Reader) -> list[int | None]:
    series: Sequence[Any] = read.sequence(entries, field)
    if len(series) != length:
        read.fail(field, f"has {len(series)} entries where {length} were asked for")
    return [
        None if entry is None and not whole else read.count(entry, f"{field}[{i}]") for i, entry in enumerate(series)
    ]
