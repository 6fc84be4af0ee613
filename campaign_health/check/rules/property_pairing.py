"""Which call at the head is which call of the base."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from campaign_health.check.code.properties.property_calls import PropertyCall

ALIKE = 0.5  # share of keys in common from which calls in different files are taken for one that moved

Pair = tuple[PropertyCall, PropertyCall]


def pair_calls(
    base: Sequence[PropertyCall], head: Sequence[PropertyCall], became: Callable[[str], str | None]
) -> tuple[list[Pair], list[PropertyCall]]:
    """Pairs of a call and what became of it, and the calls at the head that are new.

    `became` tells at which path a file of the base lives on. Calls of one event are paired in the same file and
    function first, then by how alike they are, then in their order.
    """
    pairs: list[Pair] = []
    earlier, later = list(base), list(head)
    for call in base:
        same = next((other for other in later if _is_same(call, other)), None)
        if same is not None:
            pairs.append((call, same))
            earlier.remove(call)
            later.remove(same)
    only = len(base) == len(head) == 1
    scores = [
        (score, -abs(i - j), -i, -j)
        for i, call in enumerate(earlier)
        for j, other in enumerate(later)
        if (score := _score(call, other, became(call.path) == other.path, only=only)) is not None
    ]
    taken_before: set[int] = set()
    taken_after: set[int] = set()
    for _, _, i, j in sorted(scores, reverse=True):
        if -i not in taken_before and -j not in taken_after:
            taken_before.add(-i)
            taken_after.add(-j)
            pairs.append((earlier[-i], later[-j]))
    return pairs, [call for j, call in enumerate(later) if j not in taken_after]


def _is_same(call: PropertyCall, other: PropertyCall) -> bool:
    return call is other or (
        (call.path, call.function, call.text) == (other.path, other.function, other.text)
        and call.given.known.keys() == other.given.known.keys()
    )


def _score(call: PropertyCall, other: PropertyCall, same_file: bool, *, only: bool) -> float | None:
    """How likely one became the other; None where they have too little in common."""
    before, after = call.given.known, other.given.known
    keys = len(before.keys() & after.keys()) / max(1, len(before.keys() | after.keys()))
    values = sum(key in after and after[key].text == given.text for key, given in before.items()) / max(1, len(before))
    function = call.function is not None and call.function == other.function
    alike = call.text == other.text or (keys >= ALIKE and bool(before))
    if not (same_file or function or alike or only):
        return None
    return (
        4 * same_file
        + 2 * function
        + 2 * keys
        + values
        + 2 * (call.text == other.text)
        + (0.5 * (call.called == other.called))
    )
