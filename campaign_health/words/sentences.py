"""What is said of a campaign, in one sentence with the numbers; shared by terminal, digest and dashboard."""

from __future__ import annotations

from collections.abc import Mapping

from campaign_health.words.beside_words import broken_in_short
from campaign_health.words.costs import summed_text, unpriced_text
from campaign_health.words.event_service import event_service
from campaign_health.words.lists import joined
from campaign_health.words.not_watched import CHECKED
from campaign_health.words.numbers import by_accident, count, plural, span
from campaign_health.words.status_words import BROKEN, STATUS_WORDS, UNBROKEN

_BE = {
    "silent": ("is silent", "are silent"),
    "event_lost": ("has lost its event", "have lost their event"),
    "degraded": ("is losing sends", "are losing sends"),
    "healthy": ("is healthy", "are healthy"),
    "journeys_only": ("is watched by its journeys only", "are watched by their journeys only"),
    "volume_down": ("is down in volume", "are down in volume"),
    "surging": ("is surging", "are surging"),
    "learning": ("is still learning", "are still learning"),
    "too_quiet": ("is too quiet to tell", "are too quiet to tell"),
    "not_collected": ("could not be checked", "could not be checked"),
    "not_running": ("is not running", "are not running"),
    "expected": ("is down as intended", "are down as intended"),
    "false_alarm": ("was a false alarm", "were false alarms"),
    "hand_over": ("is in an announced hand-over", "are in an announced hand-over"),
}

_WHERE = {
    ("activated", "silent"): "journeys start, but do not get past the campaign's filters",
    ("activated", "degraded"): "journeys start, but fewer of them get past the campaign's filters",
    ("delivered", "silent"): "messages are sent, but do not arrive",
    ("delivered", "degraded"): "messages are sent, but fewer of them arrive",
}
"""Where the chain broke, said of stages that the count of sends does not show."""

_UNSEEN = ("not_collected", "not_running")
_TOO_LITTLE = {"learning": "too little history yet", "too_quiet": "too few to tell a stop from chance"}
_ADDED = {**_TOO_LITTLE, "journeys_only": "compared with its journeys only, for no event count is known"}


def seen_sentence(
    status: str,
    *,
    events: float | None = None,
    started: float | None = None,
    sent: float | None = None,
    expected_low: float | None = None,
    expected_high: float | None = None,
    probability: float | None = None,
    stage: str | None = None,
    event: str | None = None,
    day: str | None = None,
    delivered: float | None = None,
) -> str:
    """One day's verdict on a campaign in one sentence: what was seen, what was expected, how rare that is.

    Numbers that are None were not collected or do not exist (a campaign without an event) and are left out. For a
    lost event the range is that of the event itself; where messages do not arrive and `delivered` is given, of the
    deliveries; else of the sends.
    `0 sends for 118 events; 52 to 71 were expected; by accident this happens less than once in a thousand years.`
    """
    when = f" on {day}" if day else ""
    if stage == "event" and event is None and status not in _UNSEEN:
        until = f" by {day}" if day else ""
        return f"Not one journey has started{until}, and the trigger event has not come to {event_service()} once."
    if stage == "event":
        counted, seen = events, f"{plural(events or 0, 'event')} named {event}{when}"
    elif stage == "delivered" and delivered is not None:
        source = "" if sent is None else f" for {plural(sent, 'send')}"
        counted, seen = delivered, f"{plural(delivered, 'delivery', 'deliveries')}{source}{when}"
    else:
        counted, seen = sent, "sends unknown" if sent is None else plural(sent, "send")
        source = _source(None if status == "journeys_only" else events, started)
        seen = f"{seen} for {source}{when}" if source else f"{seen}{when}"
    where = _WHERE.get((stage or "", status), "") if stage == "delivered" or started is not None else ""
    within = status in BROKEN and counted is not None and expected_low is not None and counted >= expected_low
    return verdict_sentence(status, seen, expected_low, expected_high, probability, where, within=within)


def verdict_sentence(
    status: str,
    seen: str,
    low: float | None,
    high: float | None,
    probability: float | None,
    where: str = "",
    *,
    within: bool = False,
) -> str:
    """One day's verdict out of what was seen: what was expected of it (`low` to `high`), `where` it broke, how rare
    that is. What is None is left out, and so is what the verdict makes pointless. `within`: it belongs to a break, and
    its own count lies in the range.
    """
    if status in _UNSEEN:
        return STATUS_WORDS[status].meaning
    parts = [seen]
    if low is not None and high is not None and status not in _TOO_LITTLE:
        parts.append(f"{span(low, high)} {'was' if low == high == 1 else 'were'} expected")
    if where:
        parts.append(where)
    if probability is not None and status in BROKEN:
        together = "alone that would pass, but over all days since it began "
        parts.append(f"{together if within else ''}{by_accident(probability)}")
    elif within:
        parts.append("alone that would pass, but the days since it began together do not")
    if status in _ADDED:
        parts.append(_ADDED[status])
    return "; ".join(parts) + "."


def overview_parts(
    statuses: Mapping[str, int],
    *,
    risk_a_week: Mapping[str, float] | None = None,
    unpriced: int = 0,
    freshness: str | None = None,
    certain: bool = True,
    unjudged: int = 0,
    broken_beside: int = 0,
) -> tuple[list[str], list[str]]:
    """The state of everything in parts of one sentence: what is broken and at risk (or that nothing is), then the rest.

    `statuses` counts campaigns by status, open incidents by their kind, those that nobody should hear of as `muted`,
    and those that somebody said to be none as `expected`, `false_alarm` or `hand_over`. `risk_a_week` is by currency, a
    sum of the round figures that each is told with; `unpriced` of the broken have no deal value. `freshness` ends the
    sentence, such as `all sources collected this morning at 06:32`. Not `certain`: something could not be collected, or
    is old. `unjudged` campaigns are known but have no verdict; they are told where none has one.
    `broken_beside` broadcasts and transactional messages are broken, too.
    `2 campaigns are silent and 1 is losing sends; about $4,300 a week at risk; 37 are healthy.`
    """
    broken = [(status, statuses.get(status, 0)) for status in BROKEN if statuses.get(status, 0)]
    muted = statuses.get("muted", 0)
    news: list[str] = []
    if broken:
        news.append(joined([_counted(number, _BE[status], first=not i) for i, (status, number) in enumerate(broken)]))
    news += muted_parts(muted, is_more=bool(broken))
    news += [broken_in_short(broken_beside)] if broken_beside else []
    if news:
        news += risk_parts(risk_a_week or {}, unpriced)
    elif sum(statuses.values()) - statuses.get("not_running", 0) - statuses.get("not_collected", 0) > 0:
        unsure = not certain or statuses.get("not_collected", 0) > 0 or not any(map(statuses.get, CHECKED))
        news.append("Nothing is known to be broken" if unsure else "Nothing is broken")
    kinds = [status for status in UNBROKEN if statuses.get(status, 0)]
    is_first = not broken and not muted
    rest = [_counted(statuses[status], _BE[status], first=is_first and status == kinds[0]) for status in kinds]
    if not news and not rest:
        known = f"{plural(unjudged, 'campaign')} {'is' if unjudged == 1 else 'are'} collected; nothing was judged yet"
        news.append(known if unjudged else "No campaigns are known yet")
    if freshness:
        rest.append(freshness)
    return news, rest


def risk_parts(risk_a_week: Mapping[str, float], unpriced: int) -> list[str]:
    """What a week of what is broken costs by currency, and of how many campaigns that is not known; empty where of
    none it is.
    """
    sums = {currency: amount for currency, amount in risk_a_week.items() if round(amount) > 0}
    if not sums:
        return []
    lacking = f" ({unpriced_text(unpriced)})" if unpriced else ""
    return [f"{summed_text(sums)} at risk{lacking}"]


def muted_parts(muted: int, *, is_more: bool) -> list[str]:
    """How many campaigns are broken and muted, beside others that are not (`is_more`) or alone."""
    if not muted:
        return []
    if is_more:
        return [f"{count(muted)} more {'is' if muted == 1 else 'are'} muted"]
    return [_counted(muted, ("is broken and muted", "are broken and muted"), first=True)]


def _counted(number: int, forms: tuple[str, str], first: bool) -> str:
    noun = (" campaign" if number == 1 else " campaigns") if first else ""
    return f"{count(number)}{noun} {forms[0] if number == 1 else forms[1]}"


def _source(events: float | None, started: float | None) -> str:
    if events is not None:
        return plural(events, "event")
    return plural(started, "journey started", "journeys started") if started is not None else ""
