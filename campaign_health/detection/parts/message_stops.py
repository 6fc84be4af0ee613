"""Single messages of a campaign that fell silent while the others, and the journeys, went on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_health.detection.parts.silence import HISTORY_DAYS, LEFT, Silence, silences

# Every threshold of this module, with its unit.
LEAST_SHARE = 0.015  # of the campaign's sends: a rarer message is passed over
TAKEN_OVER = 0.35  # of the lost share that another message has won: it was replaced
PAUSE_DAYS = 14  # days before the silence on which journeys must have gone on: a message may wait so long
PAUSED = 0.35  # of what the same weekdays brought before: fewer journeys are a pause
WEEKS = 4
HELD_BACK = ("drafted", "failed", "undeliverable", "suppressed")


@dataclass(frozen=True)
class MessageStop(Silence):
    """One message of a campaign that fell silent; its counts are sends.

    Attributes:
        messages: how many messages of the campaign are known on these days.
        lost: what became of its messages until it was known: created, drafted, failed, undeliverable, suppressed;
            one that Customer.io did not count is left out.
    """

    campaign_id: int
    message_id: str
    messages: int
    lost: Mapping[str, int]


def find_message_stops(message_days: pd.DataFrame) -> list[MessageStop]:
    """Every silence of a single message.

    Args:
        message_days: rows (campaign_id, message_id, day, sent, created, drafted, failed, undeliverable, suppressed,
            of_campaign: the campaign's sends that day) of observed days; a day without a row is not known.
    """
    found: list[MessageStop] = []
    for campaign_id, rows in message_days.groupby("campaign_id", sort=True):
        rows = rows.assign(day=pd.to_datetime(rows["day"]))
        for message_id, own in rows.groupby("message_id", sort=True):
            own = own.sort_values("day")
            sent, whole = own["sent"].to_numpy(dtype=float), own["of_campaign"].to_numpy(dtype=float)
            if sent.min() > LEFT * sent.max():
                continue
            days = [stamp.date() for stamp in pd.DatetimeIndex(own["day"])]
            for silence in silences(days, sent, whole, LEAST_SHARE, by_weekday=True):
                others = rows[rows["message_id"] != message_id]
                if not _replaced(others, silence):
                    until = own["day"].dt.date.isin({day for day in silence.silent_days if day <= silence.known_on})
                    found.append(
                        MessageStop(
                            **vars(silence),
                            campaign_id=int(str(campaign_id)),
                            message_id=str(message_id),
                            messages=int(rows["message_id"].nunique()),
                            lost=_lost(own[until]),
                        )
                    )
    return found


def journeys_went_on(started: NDArray[np.float64], birth: int, known: int) -> bool:
    """Whether as many journeys as usual started before and while a message fell silent.

    Args:
        started: journeys by day, NaN where not known.
        birth: the column of the first silent day, `known` that of the day on which it is known.

    A message that waits some days is silent after a pause of the journeys, without being broken.
    """
    for column in range(max(birth - PAUSE_DAYS, 7), known + 1):
        before = started[max(column - 7 * WEEKS, column % 7) : column : 7]
        before = before[np.isfinite(before)]
        if len(before) and np.isfinite(started[column]) and started[column] < PAUSED * before.mean() - 3.0:
            return False
    return True


def _replaced(others: pd.DataFrame, silence: Silence) -> bool:
    """Whether another message has won a good piece of the share that this one lost."""
    if others.empty:
        return False
    days = others["day"].dt.date
    began, known = silence.began, silence.known_on
    before = others[(days < began) & (days >= began - timedelta(days=HISTORY_DAYS))]
    since = others[days.isin({day for day in silence.silent_days if day <= known})]
    if since.empty:
        return False
    usual = _shares(before).reindex(since["message_id"].unique(), fill_value=0.0)
    won = _shares(since) - usual / (1.0 - min(silence.share, 0.99))
    return bool((won > TAKEN_OVER * silence.share).any())


def _shares(rows: pd.DataFrame) -> pd.Series:
    sums = rows.groupby("message_id")[["sent", "of_campaign"]].sum()
    shares: pd.Series = (sums["sent"] / sums["of_campaign"].clip(lower=1)).astype(float)
    return shares


def _lost(rows: pd.DataFrame) -> dict[str, int]:
    known = {name: pd.to_numeric(rows[name]) for name in ("created", *HELD_BACK)}
    return {name: int(series.sum()) for name, series in known.items() if len(series) and series.notna().all()}


def of_campaign_by(stops: list[MessageStop], campaign_id: int, day: date) -> list[MessageStop]:
    """The silences of a campaign's messages that were known by the end of `day`."""
    return [stop for stop in stops if stop.campaign_id == campaign_id and stop.known_on <= day]
