"""Names that stood in the code and are gone from it, wholly or from one place of several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from campaign_health.check.code.new_names import NewNames
from campaign_health.check.code.occurrences import Occurrence, by_file
from campaign_health.check.code.replacement import is_like_a_name
from campaign_health.check.likely_rename import is_likely_rename

_LOGS = frozenset(
    {
        *("log", "debug", "info", "notice", "warn", "warning", "error", "fatal", "print", "println", "printf"),
        *("Println", "Printf", "Print", "Errorf", "Info", "Debug", "Warn", "puts", "NSLog", "os_log", "Log", "logger"),
    }
)


@dataclass(frozen=True)
class Loss:
    """Where a name stood and what stands there now; `head_path` is None where the file is gone.

    `took_over` are all the strings that took its place, at this and other places, the likely new name among them.
    """

    path: str
    line: int
    head_path: str | None
    head_line: int | None
    new_name: str | None
    took_over: frozenset[str] = frozenset()


def losses_in_whole(base: Sequence[Occurrence], new_names: NewNames) -> Loss:
    """The loss of a name that stands nowhere any more: one, at the place that tells most."""
    losses = [_loss(occurrence, new_names) for occurrence in base]
    named = Counter(loss.new_name for loss in losses if loss.new_name)
    if named:
        likely = max(named, key=lambda name: (named[name], new_names.is_new(name), name))
        chosen = next(loss for loss in losses if loss.new_name == likely)
        return replace(chosen, took_over=frozenset(named))
    guess = new_names.like(base)
    kept = next((loss for loss in losses if loss.head_path), losses[0])
    if guess is None:
        return kept
    return Loss(kept.path, kept.line, guess.path, guess.line, guess.value, frozenset({guess.value}))


def losses_in_part(
    base: Sequence[Occurrence], head: Sequence[Occurrence], same: set[str], new_names: NewNames
) -> Loss | None:
    """The loss of a name that was replaced in place while it lives on elsewhere; None if it was only moved."""
    fewer = len(head) < len(base)
    now = {path: len(places) for path, places in by_file(head).items()}
    found: list[Loss] = []
    for path, places in by_file(base).items():
        pair = new_names.pair(path)
        if pair is None or pair is places[0].file or now.get(pair.path, 0) >= len(places):
            continue
        for place in places:
            loss = Loss(path, place.line, None, None, None) if _is_logged(place) else _loss(place, new_names, same)
            if loss.new_name is None:
                continue
            # Where it stands as often as before, it may have moved and something else taken its old place.
            alike = is_likely_rename(place.value, loss.new_name)
            if fewer or (alike and new_names.is_new(loss.new_name)):
                found.append(loss)
    took_over = frozenset(loss.new_name for loss in found if loss.new_name)
    return replace(found[0], took_over=took_over) if found else None


def _is_logged(occurrence: Occurrence) -> bool:
    """Whether the string only goes to a log: a reworded log line loses no event."""
    tokens = occurrence.file.source.tokens
    index = next((i for i, token in enumerate(tokens) if token.start == occurrence.start), 0)
    called = tokens[index - 1] if index and tokens[index - 1].is_name else tokens[index - 2] if index > 1 else None
    return called is not None and called.text in _LOGS


def _loss(occurrence: Occurrence, new_names: NewNames, same: Set[str] = frozenset()) -> Loss:
    pair = new_names.pair(occurrence.path)
    if pair is None:
        return Loss(occurrence.path, occurrence.line, None, None, None)
    replaced = new_names.replacement(occurrence)
    value = replaced.value
    if value is None and replaced.names:
        value = new_names.value_of(replaced.names, pair.path)
    if value is not None and (not replaced.in_place or not is_like_a_name(value)):
        value = None
    if value is not None and (value.strip() in same or not new_names.gained(value, occurrence.file, pair)):
        value = None
    return Loss(occurrence.path, occurrence.line, pair.path, replaced.line, value)
