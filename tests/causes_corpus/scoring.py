"""Runs the product's rename, property and cause finding over labelled histories and counts what is right."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

from campaign_health.detection.causes import BrokenCampaign, Cause, campaign_numbers, find_causes
from campaign_health.detection.causes.property_drift import PropertyChange, find_property_changes
from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.event.project_level import project_kept
from campaign_health.detection.parts.message_stops import find_message_stops, of_campaign_by
from campaign_health.detection.parts.part_stops import find_part_stops
from campaign_health.detection.rename.rename import Rename
from campaign_health.detection.rename.renames import find_renames
from tests.causes_corpus.histories import History

BUSY = 10.0  # events a day before the rename
FULL_BREAK_SENDS = 20.0  # sends a day before, above which a full break's cause must be right


@dataclass(frozen=True)
class Outcome:
    """What was found in one history."""

    history: History
    renames: list[Rename]
    changes: list[PropertyChange]
    causes: list[Cause]

    @property
    def headline(self) -> str:
        """The first cause."""
        return self.causes[0].cause

    @property
    def right(self) -> bool:
        """Whether the headline is the true cause or one a person would accept."""
        return self.headline == self.history.truth.cause or self.headline in self.history.truth.also


def explain(history: History) -> Outcome:
    """Everything found in one history; a quiet one is asked as if it had raised a false alarm."""
    tables = history.tables
    panel = EventPanel.from_frame(tables["event_day"], history.as_of)
    renames = find_renames(panel, properties=tables["event_property"], definitions=tables["event_definition"])
    changes = find_property_changes(tables["event_property"], as_of=history.as_of)
    return Outcome(history, renames, changes, find_causes(case_of(history, renames, changes, panel)))


def case_of(
    history: History, renames: list[Rename], changes: list[PropertyChange], panel: EventPanel
) -> BrokenCampaign:
    """The case of the history's campaign, with the verdict as a perfect detector would give it."""
    tables, truth = history.tables, history.truth
    own = {name: tables[name][tables[name]["campaign_id"] == truth.campaign_id] for name in
           ("campaign", "campaign_message", "campaign_version", "campaign_failure", "campaign_plan")}  # fmt: skip
    campaign = own["campaign"].iloc[0]
    numbers = campaign_numbers(
        tables["event_day"],
        tables["campaign_day"],
        tables["journey_day"],
        truth.campaign_id,
        campaign["event"],
        history.as_of,
    )
    quiet = truth.cause is None
    return BrokenCampaign(
        campaign_id=truth.campaign_id,
        name=campaign["name"],
        state=campaign["state"],
        trigger_kind=campaign["trigger_kind"],
        event=campaign["event"],
        kind="silent" if quiet else truth.kind,  # type: ignore[arg-type]
        stage="sent" if quiet else truth.stage,  # type: ignore[arg-type]
        since=history.since,
        as_of=history.as_of,
        numbers=numbers,
        messages=own["campaign_message"],
        versions=own["campaign_version"],
        failures=own["campaign_failure"],
        definitions=tables["event_definition"],
        segments=history.parts["segments"][history.parts["segments"]["campaign_id"] == truth.campaign_id],
        part_stops=[stop for stop in find_part_stops(history.parts["platforms"]) if stop.known_on <= history.as_of],
        message_stops=of_campaign_by(find_message_stops(history.parts["messages"]), truth.campaign_id, history.as_of),
        renames=renames,
        property_changes=changes,
        known_events=set(tables["event"]["event"]),
        uses=own["campaign_plan"].iloc[0]["uses"],
        time_zone=history.time_zone,
        project_kept=project_kept(panel, history.since, apart_from=campaign["event"]),
    )


@dataclass
class Score:
    """Counts over many histories."""

    histories: int = 0
    renames_right: int = 0
    renames_wrong: list[tuple[int, str, Rename]] = field(default_factory=list)
    renames_missed: list[tuple[int, str, tuple[str, str]]] = field(default_factory=list)
    busy_right: int = 0
    busy: int = 0
    confusion: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    full: int = 0
    full_right: int = 0
    wrong: list[tuple[int, str, str, Cause]] = field(default_factory=list)
    quiet: int = 0
    quiet_claimed: list[tuple[int, str, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def precision(self) -> float:
        """Share of found renames that are true."""
        return self.renames_right / max(self.renames_right + len(self.renames_wrong), 1)

    @property
    def recall(self) -> float:
        """Share of true renames with enough events to be seen that were found."""
        return self.renames_right / max(self.renames_right + len(self.renames_missed), 1)

    @property
    def busy_recall(self) -> float:
        """The same among events that happened at least ten times a day."""
        return self.busy_right / max(self.busy, 1)

    @property
    def top_right(self) -> float:
        """Share of full breaks with enough sends before whose headline is right."""
        return self.full_right / max(self.full, 1)

    @property
    def quiet_share(self) -> float:
        """Share of histories without a break where neither a rename of the campaign's event nor a cause is claimed."""
        return 1 - len(self.quiet_claimed) / max(self.quiet, 1)


def score(corpus: Iterable[History]) -> Score:
    """Explains every history and counts."""
    result = Score()
    for history in corpus:
        begun = perf_counter()
        outcome = explain(history)
        result.seconds += perf_counter() - begun
        result.histories += 1
        _count_renames(result, outcome)
        truth = history.truth
        result.confusion[truth.cause or "none"][outcome.headline] += 1
        if truth.cause is None:
            result.quiet += 1
            renamed = any(rename.old == history.campaign_event for rename in outcome.renames)
            if renamed or outcome.headline != "unknown":
                result.quiet_claimed.append((history.seed, truth.story, "a rename" if renamed else outcome.headline))
            continue
        if truth.kind != "degraded" and history.sends_before >= FULL_BREAK_SENDS:
            result.full += 1
            result.full_right += outcome.right
        if not outcome.right:
            result.wrong.append((history.seed, truth.story, truth.cause, outcome.causes[0]))
    return result


def _count_renames(result: Score, outcome: Outcome) -> None:
    history = outcome.history
    found = {(rename.old, rename.new): rename for rename in outcome.renames}
    result.renames_right += len(set(found) & history.renames)
    for pair in set(found) - history.renames:
        result.renames_wrong.append((history.seed, history.truth.story, found[pair]))
    for pair in history.renames - history.unsure - set(found):
        result.renames_missed.append((history.seed, history.truth.story, pair))
    for pair in history.renames - history.unsure:
        if history.levels.get(pair, 0.0) >= BUSY:
            result.busy += 1
            result.busy_right += pair in found
