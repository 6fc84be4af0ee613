"""Names that stood in the code and are gone from it, wholly or from one place of several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from campaign_health.check.code.change.new_names import Guess, NewNames
from campaign_health.check.code.change.replacement import is_like_a_name
from campaign_health.check.code.files.occurrences import Occurrence, by_file
from campaign_health.check.code.syntax.roles import naming
from campaign_health.check.likely_rename import is_likely_rename
from campaign_health.names.likeness import name_likeness


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
    """The loss of a name that is sent nowhere any more: one, at the place that tells most."""
    losses = [_loss(occurrence, new_names) for occurrence in base]
    named = Counter(loss.new_name for loss in losses if loss.new_name)
    if named:
        likely = max(named, key=lambda name: (named[name], new_names.is_new(name), name))
        chosen = next(loss for loss in losses if loss.new_name == likely)
        return replace(chosen, took_over=frozenset(named))
    return next((loss for loss in losses if loss.head_path), losses[0])


def with_guess(loss: Loss, guess: Guess) -> Loss:
    """The loss of a name in whose place nothing stands, with what is likely its new name elsewhere."""
    return replace(
        loss, head_path=guess.path, head_line=guess.line, new_name=guess.value, took_over=frozenset({guess.value})
    )


def one_old_for_each_new(
    losses: Mapping[str, tuple[Loss, Sequence[Occurrence]]], new_names: NewNames
) -> dict[str, Loss]:
    """Losses by event, each new name given to one event at most: first what stands in an old one's place, then by
    how surely it took over and how alike the names are."""
    settled = {event: loss for event, (loss, _) in losses.items()}
    taken: dict[str, str] = {}
    for event in sorted(settled, key=lambda event: -name_likeness(event, settled[event].new_name or "")):
        new = settled[event].new_name
        if new is not None and taken.setdefault(new, event) != event:
            settled[event] = replace(settled[event], new_name=None)
    offers = [
        (guess.kind, -guess.likeness, event, guess)
        for event, (loss, base) in losses.items()
        if loss.new_name is None
        for guess in new_names.guesses(base)
    ]
    for _, _, event, guess in sorted(offers, key=lambda offer: offer[:3]):
        if guess.value not in taken and settled[event].new_name is None:
            taken[guess.value] = event
            settled[event] = with_guess(settled[event], guess)
    return settled


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
            if not place.file.is_catalogue and naming(place.file.source, place.start) is not None:
                continue  # a list or a text that changes loses no event
            loss = _loss(place, new_names, same)
            if loss.new_name is None:
                continue
            # Where it stands as often as before, it may have moved and something else taken its old place.
            alike = is_likely_rename(place.value, loss.new_name)
            if fewer or (alike and new_names.is_new(loss.new_name)):
                found.append(loss)
    took_over = frozenset(loss.new_name for loss in found if loss.new_name)
    return replace(found[0], took_over=took_over) if found else None


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
