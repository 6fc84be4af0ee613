"""Looks when events were last received, and how old they are by then: which promises a source can keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from campaign_health.health.finding import Finding, fine, note
from campaign_health.manifest.durations import promised_seconds
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.route.manifest_contract import read_contract
from campaign_health.route.proof.log_histogram import LogHistogram, histogram_of
from campaign_health.settings import WorkspaceSettings
from campaign_health.words.numbers import count
from campaign_health.words.proof_words import length_text
from storage.outbox.events.ledger_reads import Receipt, last_received, newest_receipts
from storage.outbox.route_file import Connection

MOST_RECEIPTS = 20_000
ENOUGH = 20
"""Of fewer events nothing is said about what a source can keep."""


def examine_sources(
    connection: Connection, of: WorkspaceSettings, moved: Mapping[str, str], now: float
) -> Iterator[Finding]:
    """Findings on each event that is moved, by its mode, and on each source that events come from.

    Raises:
        ManifestError: the manifest cannot be read.
    """
    last = last_received(connection, of.name)
    for event, mode in sorted(moved.items()):
        subject = f"Event {event}"
        if event in last:
            yield fine(subject, f"It is {mode}; last received {length_text(max(now - last[event], 0))} ago.")
        else:
            yield note(
                subject,
                f"It is {mode}, and none was received in the last days.",
                f"Look whether your code sends it; `campaign-health route send-test '{event}'` tries the way.",
            )
    promises = event_promises(of)
    by_source: dict[str, list[Receipt]] = {}
    for one in newest_receipts(connection, of.name, MOST_RECEIPTS):
        by_source.setdefault(one.source or "unknown", []).append(one)
    for source, receipts in sorted(by_source.items()):
        yield _source(source, receipts, promises)


def event_promises(of: WorkspaceSettings) -> dict[str, list[tuple[float, str]]]:
    """By event: the seconds that each campaign on it promises, with the text that says so, the shortest first."""
    assert of.manifest_path is not None
    manifest, contract = read_manifest(of.manifest_path), read_contract(of.manifest_path, person_by=of.route.person)
    found: dict[str, list[tuple[float, str]]] = {}
    for event, routed in contract.events.items():
        for campaign in manifest.campaigns:
            seconds = promised_seconds(campaign.timing)
            if seconds is not None and campaign.event is not None and campaign.event.strip() in (event, routed.to):
                found.setdefault(event, []).append((float(seconds), str(campaign.timing)))
    return {event: sorted(one) for event, one in found.items()}


def _source(source: str, receipts: list[Receipt], promises: Mapping[str, list[tuple[float, str]]]) -> Finding:
    subject = f"Events from {source}"
    ages = histogram_of(one.received - one.event_time for one in receipts)
    half, most = _at(ages, 0.5), _at(ages, 0.95)
    text = f"Of the newest {count(ages.total)}, half were {half} old when they came, 95 % {most}."
    if ages.total < ENOUGH:
        return fine(subject, text)
    late = ages.quantile(0.95) or 0.0
    events = {one.event for one in receipts}
    broken = sorted({told for event in events for told in promises.get(event, []) if told[0] <= late})
    kept = sorted({told for event in events for told in promises.get(event, []) if told[0] > late})
    if broken:
        names = ", ".join(dict.fromkeys(f"`{said}`" for _, said in broken))
        cure = "Hand the event in from your own code as it happens, or promise what this source can keep."
        return note(subject, f"{text} It cannot keep {names}.", cure)
    return fine(subject, f"{text} It can keep `{kept[0][1]}`." if kept else text)


def _at(ages: LogHistogram, share: float) -> str:
    seconds = ages.quantile(share) or 0.0
    return f"{'at most ' if seconds >= 1 else ''}{length_text(seconds)}"
