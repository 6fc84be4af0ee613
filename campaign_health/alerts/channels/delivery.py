"""What a channel promises: deliver a digest, or say why not and whether trying again can help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.state.monthly_report import MonthlyReport
from campaign_health.state.report_text import ReportText

Receipt = Mapping[str, Any]


class DeliveryFailed(Exception):
    """A digest could not be delivered. `final`: somebody must mend something first; `code`: the channel's word."""

    def __init__(self, reason: str, *, final: bool = False, retry_after: float | None = None, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.retry_after = retry_after
        self.code = code


@dataclass(frozen=True)
class ReportMessage:
    """A monthly report to be sent: its numbers, its words, where its page is, and an id to tell duplicates by.

    `whose` names day and workspace.
    """

    announcement_id: str
    report: MonthlyReport
    text: ReportText
    link: str | None
    whose: str

    @property
    def identity(self) -> str:
        """The last line."""
        return f"{self.whose} · id {self.announcement_id}"


class Channel(Protocol):
    """A place that digests go to. `editable`: the day's message can be changed in place."""

    @property
    def name(self) -> str:
        """How the channel is called in the database and in messages; never a secret."""

    @property
    def editable(self) -> bool:
        """Whether a message already sent today is edited instead of followed by another."""

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Sends the digest; `today` is the receipt of the day's message where there is one.

        Raises:
            DeliveryFailed: it did not arrive.
        """

    def deliver_report(self, message: ReportMessage) -> None:
        """Sends a monthly report.

        Raises:
            DeliveryFailed: it did not arrive.
        """


@runtime_checkable
class EditableChannel(Channel, Protocol):
    """A channel whose messages can be changed after they were sent."""

    def edit(self, digest: Digest, receipt: Receipt) -> None:
        """Puts the digest in place of what the message of the receipt says; says nothing anew.

        Raises:
            DeliveryFailed: it is as it was.
        """


@dataclass(frozen=True)
class Delivery:
    """What came of one channel: sent, edited, nothing_due, failed or not_set_up, with the reason where there is one."""

    channel: str
    outcome: str
    reason: str = ""
    announcement_id: str | None = None
