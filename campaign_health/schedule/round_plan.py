"""What of a round may begin now: which collections, whether to publish, which digests.

A round is what its workspaces need together. Its promises:
- at most so many collections side by side, of which one that takes long gives its place to the next;
- one publication when the work is done, and none waits for others longer than `PATIENCE`;
- what a digest tells was judged and published before.
All times are seconds of a clock that is never put back (`time.monotonic`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

PATIENCE = 15 * 60.0
"""How long a workspace that is done waits for others, and a digest for its own workspace's collection."""
DIGEST_PATIENCE = 2 * 60.0
"""How long a digest that is due waits for others that may be done soon, so that one publication serves them all."""
LONG_ONES = 4
"""So many times the places are filled at most, counting those that gave theirs away."""


@dataclass(frozen=True)
class RoundState:
    """Where the work stands.

    Attributes:
        now: the present.
        at_once: how many collections run side by side.
        waiting: workspaces to be collected, in turn, with the time since which they wait.
        running: workspaces being collected, with the time at which that began.
        collected: workspaces whose collection ended and is not published, with the time at which it ended.
        announced: since when something was sent that the published file does not say yet; None where nothing was.
        asked: workspaces whose digest is to be looked at, with the time at which that was asked for.
        telling: workspaces whose digest is being sent.
        is_publishing: whether a publication runs.
        published_from: when the newest publication that ended was begun.
        publish_not_before: no publication is tried before, as the last one failed.
        unshared: since when something was published that is not shared; None where nothing is to be.
        is_sharing: whether it is being shared.
        projects: the Mixpanel project of each workspace that has one; two that share its hourly budget take turns.
    """

    now: float
    at_once: int
    waiting: Mapping[str, float] = field(default_factory=dict)
    running: Mapping[str, float] = field(default_factory=dict)
    collected: Mapping[str, float] = field(default_factory=dict)
    announced: float | None = None
    asked: Mapping[str, float] = field(default_factory=dict)
    telling: Collection[str] = ()
    is_publishing: bool = False
    published_from: float = float("-inf")
    publish_not_before: float = float("-inf")
    unshared: float | None = None
    is_sharing: bool = False
    projects: Mapping[str, str] = field(default_factory=dict)


def collections_to_start(state: RoundState) -> list[str]:
    """The workspaces whose collection may begin now, in turn."""
    starting: list[str] = []
    projects = {state.projects.get(name) for name in state.running} - {None}
    for name in state.waiting:
        young = sum(not _is_long(state, begun) for begun in state.running.values())
        if young + len(starting) >= state.at_once:
            break
        if len(state.running) + len(starting) >= state.at_once * LONG_ONES:
            break
        project = state.projects.get(name)
        if name in state.running or project in projects:
            continue
        starting.append(name)
        projects |= {project} - {None}
    return starting


def publication_is_due(state: RoundState) -> bool:
    """Whether to judge and publish now."""
    if state.is_publishing or state.now < state.publish_not_before:
        return False
    ripe = [name for name in state.asked if _is_ripe(state, name) and _wants_publication(state, name)]
    if ripe and (_is_quiet(state) or state.now - min(_ripe_since(state, name) for name in ripe) >= DIGEST_PATIENCE):
        return True
    if state.collected and (_is_quiet(state) or _is_long(state, min(state.collected.values()))):
        return True
    is_told = not state.telling and not state.asked
    if state.announced is None:
        return False
    return (_is_quiet(state) and is_told) or _is_long(state, state.announced)


def sharing_is_due(state: RoundState) -> bool:
    """Whether to share now: once for a round, behind all that is published and told, but not kept back for ever."""
    if state.unshared is None or state.is_sharing or state.is_publishing:
        return False
    is_over = not (state.collected or state.asked or state.telling or state.announced is not None)
    return (_is_quiet(state) and is_over) or _is_long(state, state.unshared)


def digests_to_start(state: RoundState) -> list[str]:
    """The workspaces whose digest may be sent now: what it will tell is published."""
    ready = [
        name
        for name in state.asked
        if name not in state.telling
        and _is_ripe(state, name)
        and (not _wants_publication(state, name) or state.now < state.publish_not_before)
        and not state.is_publishing
    ]
    return ready[: max(state.at_once * LONG_ONES - len(state.telling), 0)]


def _is_quiet(state: RoundState) -> bool:
    """Whether nothing is to be waited for: what takes long is not."""
    return not state.waiting and all(_is_long(state, begun) for begun in state.running.values())


def _is_ripe(state: RoundState, name: str) -> bool:
    """Whether a digest need not wait for its own workspace's collection: there is none, or it takes long."""
    begun = state.running.get(name, state.waiting.get(name))
    return begun is None or _is_long(state, begun)


def _ripe_since(state: RoundState, name: str) -> float:
    return max(state.asked[name], state.collected.get(name, state.asked[name]))


def _wants_publication(state: RoundState, name: str) -> bool:
    if name in state.collected:
        return True
    return name in state.running and state.published_from < state.asked[name]


def _is_long(state: RoundState, begun: float) -> bool:
    return state.now - begun >= PATIENCE
