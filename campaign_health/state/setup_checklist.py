"""What is left to do until the product serves a workspace in full: one list for the overview and for `doctor`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from campaign_health.settings import WorkspaceSettings
from campaign_health.state.source_health import SourceState
from campaign_health.words.dates import day_text, days_text
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, plural
from campaign_health.words.status_words import status_label
from campaign_health.words.visible import visible
from storage.read.setup_progress import NO_DAYS, CollectedDays, SetUpCampaign

NEEDED_DAYS = 14
"""Days before anything is alarmed: the detector's `learning_days`."""

PUT_AWAY, GATE = "put_away", "gate"
"""What people say of the checklist: that they have seen enough of it, and that their pipeline runs `check`."""

_UNWATCHED = ("learning", "too_quiet", "not_collected")
_MOST_NAMES = 3

PointName = Literal["keys", "days", "campaigns", "owners", "deal_values", "channel", "gate"]


@dataclass(frozen=True)
class Point:
    """One thing to set up: whether it is done, how it stands, and what to do where it is not.

    Without what `is_needed` there is nothing to see; the others make what is seen worth more.
    """

    name: PointName
    label: str
    is_done: bool
    text: str
    cure: str = ""
    is_needed: bool = False

    @property
    def said(self) -> str:
        """How it stands and what to do, as every surface says it."""
        return f"{self.label}: {self.rest}"

    @property
    def rest(self) -> str:
        """The same without its label."""
        return f"{self.text} {self.cure}" if self.cure and not self.is_done else self.text


@dataclass(frozen=True)
class SetupFacts:
    """What the stored data shows of a workspace. `ticked` is who said of which point, and on which day."""

    days: CollectedDays = NO_DAYS
    campaigns: Sequence[SetUpCampaign] = ()
    sources: Sequence[SourceState] = ()
    ticked: Mapping[str, tuple[str, date]] = field(default_factory=dict)


@dataclass(frozen=True)
class Checklist:
    """All points, in the order in which they are set up."""

    points: tuple[Point, ...]
    is_put_away: bool = False

    @property
    def left(self) -> tuple[Point, ...]:
        """What is not done."""
        return tuple(one for one in self.points if not one.is_done)

    @property
    def lacks_needed(self) -> bool:
        """Whether something is left without which there is nothing to see."""
        return any(one.is_needed for one in self.left)

    @property
    def is_shown(self) -> bool:
        """Whether people are still to be shown it: it cannot be put away while something needed is left."""
        return bool(self.left) and (self.lacks_needed or not self.is_put_away)

    @property
    def heading(self) -> str:
        """How far it is: `Setting up: 5 of 7 done`."""
        return f"Setting up: {len(self.points) - len(self.left)} of {len(self.points)} done"


def checklist(settings: WorkspaceSettings | None, facts: SetupFacts, gate_file: str | None, today: date) -> Checklist:
    """The list of a workspace.

    Args:
        settings: Of the workspace; None on a machine that only reads what another one collects.
        facts: What is stored of it.
        gate_file: A pipeline's file beside the manifest that runs `check`; None where none was found.
        today: The day in the workspace's zone.
    """
    running = [one for one in facts.campaigns if one.runs]
    return Checklist(
        (
            _keys(settings, facts),
            _days(facts.days, today),
            _campaigns(facts.campaigns, running),
            _stated("owners", "Owners", running, lambda one: bool(one.owner), "who is told when it breaks"),
            _stated(
                "deal_values", "Deal values", running, lambda one: one.deal_value is not None,
                "without one, nobody knows what a break costs",
            ),
            _channel(settings, only_reads=_only_reads(settings, facts)),
            _gate(settings, gate_file, facts.ticked.get(GATE), today),
        ),
        is_put_away=PUT_AWAY in facts.ticked,
    )  # fmt: skip


def _only_reads(settings: WorkspaceSettings | None, facts: SetupFacts) -> bool:
    """Whether another machine collects what this one shows."""
    has_keys = settings is not None and (settings.events is not None or settings.customerio is not None)
    return not has_keys and facts.days.days > 0


def _keys(settings: WorkspaceSettings | None, facts: SetupFacts) -> Point:
    has_events = settings is not None and settings.events is not None
    has_customerio = settings is not None and settings.customerio is not None
    if _only_reads(settings, facts):
        return Point("keys", "Keys", True, "none on this machine, which reads what another one collects.", "", True)
    names = {
        "MIXPANEL_PROJECT_ID, MIXPANEL_SERVICE_ACCOUNT and MIXPANEL_SERVICE_SECRET": has_events,
        "CUSTOMERIO_APP_API_KEY": has_customerio,
    }
    if lacking := [name for name, is_set in names.items() if not is_set]:
        them = "it is" if has_events else "they are"
        text = f"{' and '.join(lacking)} {'is' if has_events else 'are'} not set."
        return Point("keys", "Keys", False, text, f"`campaign-health docs operating` says where {them} found.", True)
    refused = [one for one in facts.sources if one.is_core and one.outcome == "failed"]
    if refused:
        text = f"set, and the newest collection failed: {visible(refused[0].error or 'no answer', 300)}"
        return Point("keys", "Keys", False, text, "`campaign-health doctor` says what is wrong.", True)
    return Point(
        "keys", "Keys", True, f"of {settings.event_service if settings else 'Mixpanel'} and of Customer.io.", "", True
    )


def _days(found: CollectedDays, today: date) -> Point:
    label = "Days collected"
    if found.first_day is None or found.last_day is None:
        return Point("days", label, False, "none yet.", "Run `campaign-health collect`.", is_needed=True)
    text = f"{plural(found.days, 'day')} of both, {days_text(found.first_day, found.last_day, today)}."
    cure = f"{NEEDED_DAYS} are needed before anything is alarmed: run `campaign-health collect` again."
    return Point("days", label, found.days >= NEEDED_DAYS, text, cure, is_needed=True)


def _campaigns(existing: Sequence[SetUpCampaign], running: Sequence[SetUpCampaign]) -> Point:
    label = "Campaigns judged"
    if not existing:
        cure = "They come with `campaign-health collect`."
        return Point("campaigns", label, False, "Customer.io showed none yet.", cure, is_needed=True)
    if not running:
        text = f"none of {count(len(existing))} runs."
        return Point("campaigns", label, False, text, "Start one in Customer.io.", is_needed=True)
    unjudged = [one for one in running if one.status is None]
    if len(unjudged) == len(running):
        text = f"0 of {count(len(running))}: nothing was judged yet."
        return Point("campaigns", label, False, text, "Run `campaign-health judge`.", is_needed=True)
    others = [one for one in running if one.status is None or one.status in _UNWATCHED]
    watched = f"{count(len(running) - len(others))} of {count(len(running))}"
    if not others:
        return Point("campaigns", label, True, f"{watched} that run.", is_needed=True)
    named = [f"{visible(one.name, 60)} ({_why(one)})" for one in others]
    cure = "A campaign is judged once enough is known of it; page Coverage says how each is."
    is_none = len(others) == len(running)
    return Point("campaigns", label, False, f"{watched}; not {joined(named, _MOST_NAMES)}.", cure, is_needed=is_none)


def _why(campaign: SetUpCampaign) -> str:
    return "not judged yet" if campaign.status is None else status_label(campaign.status).lower()


def _stated(
    name: PointName,
    label: str,
    running: Sequence[SetUpCampaign],
    has: Callable[[SetUpCampaign], bool],
    why: str,
) -> Point:
    if not running:
        return Point(name, label, False, "no campaign runs yet.")
    lacking = [one.name for one in running if not has(one)]
    text = f"{count(len(running) - len(lacking))} of {count(len(running))}"
    if not lacking:
        return Point(name, label, True, f"{text}.")
    named = joined([visible(one, 60) for one in lacking], _MOST_NAMES)
    cure = "Say it on the campaign's page (Edit), or in the manifest."
    return Point(name, label, False, f"{text} ({why}); not of {named}.", cure)


def _channel(settings: WorkspaceSettings | None, *, only_reads: bool) -> Point:
    label = "Channel"
    if only_reads:
        return Point("channel", label, True, "set up where it is collected, if at all.")
    ways: dict[str, bool] = {}
    if settings is not None:
        slack, digest = settings.slack, settings.digest
        ways["Slack"] = slack.bot_token is not None or slack.webhook_url is not None
        ways |= {"e-mail": digest.smtp is not None, "webhook": digest.webhook is not None}
        ways["Apprise"] = bool(digest.apprise)
    if found := [way for way, is_set in ways.items() if is_set]:
        return Point("channel", label, True, f"{joined(found)}; `campaign-health digest --test` tries it.")
    cure = "Set SLACK_WEBHOOK_URL, SMTP_HOST or CAMPAIGN_HEALTH_APPRISE_URLS (`campaign-health docs operating`)."
    return Point(
        "channel", label, False, "no Slack, e-mail, webhook or Apprise: breaks are seen only on the dashboard.", cure
    )


def _gate(
    settings: WorkspaceSettings | None, gate_file: str | None, said: tuple[str, date] | None, today: date
) -> Point:
    label = "Deploy gate"
    if gate_file is not None:
        return Point("gate", label, True, f"{visible(gate_file, 120)} runs `check`.")
    if said is not None:
        return Point("gate", label, True, f"{visible(said[0], 80)} said on {day_text(said[1], today)} that it is set.")
    is_there = settings is not None and settings.manifest_path is not None and settings.manifest_path.exists()
    text = "no pipeline in the manifest's repository runs `check`." if is_there else "there is no manifest here."
    cure = "`campaign-health docs check` sets it up in five minutes; where it runs unseen, tick it off on the overview."
    return Point("gate", label, False, text, cure)
