"""Single messages that have sent nothing since they are counted, while the campaign's other messages go out.

Two readings of a message's own counts up to its first send ever:

- *held*: what is made of it fails, waits as a draft or cannot be delivered, nearly all of it;
- *unmade*: none is ever made of it although it is set to send, and all the other messages of the campaign go out about
  equally often: then none of them hangs on a branch, and this one hardly does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_health.detection.parts.message_stops import HELD_BACK

# Every threshold of this module, with its unit.
HELD_LEAST = 15.0  # messages held back in one way
HELD_DAYS = 3  # days on which any were
HELD_SHARE = 0.9  # of all made
UNMADE_DAYS = 35  # known days without any: a message may wait so long
UNMADE_OTHERS = 2  # other messages that go out
UNMADE_DUE = 60.0  # sends of the least of them in that time
ALIKE = 0.4  # of the sends of the busiest other message that the least one must have
SETTLED_DAYS = 100  # that the campaign has run: a later message of a young one may not be due yet


@dataclass(frozen=True)
class NeverSent:
    """One message that has never sent. `began` is the first day that is known of it, `known_on` the day by whose end it
    is no chance, `ended` the day of its first send (None: it is still to come).

    `due` are the sends that it should have made by day, `held_as` how they were held back (None: not made), `messages`
    how many the campaign has.
    """

    campaign_id: int
    message_id: str
    began: date
    known_on: date
    ended: date | None
    due: Mapping[date, float]
    held_as: str | None
    messages: int

    def until(self, day: date) -> float:
        """The sends that it should have made by the end of `day`."""
        return sum(number for of, number in self.due.items() if of <= day)


def find_never_sent(message_days: pd.DataFrame) -> list[NeverSent]:
    """Every such message.

    Args:
        message_days: rows (campaign_id, message_id, day, sent, created, drafted, failed, undeliverable, suppressed,
            sending_state, first_started: the campaign's first day) of all messages of a campaign on observed days; a
            day without a row is not known.
    """
    found: list[NeverSent] = []
    for _, rows in message_days.groupby("campaign_id", sort=True):
        rows = rows.assign(day=pd.to_datetime(rows["day"]).dt.date)
        found += [one for _, own in rows.groupby("message_id", sort=True) if (one := _of(own, rows)) is not None]
    return found


def of_campaign_by(found: list[NeverSent], campaign_id: int, day: date) -> list[NeverSent]:
    """Those of a campaign's messages that were known by the end of `day` and had not sent by then."""
    return [
        one
        for one in found
        if one.campaign_id == campaign_id and one.known_on <= day and (one.ended is None or one.ended > day)
    ]


def _of(own: pd.DataFrame, rows: pd.DataFrame) -> NeverSent | None:
    own = own.sort_values("day")
    sent = own[pd.to_numeric(own["sent"]) > 0]
    ended = None if sent.empty else sent["day"].iloc[0]
    before = own if ended is None else own[own["day"] < ended]
    with_others = rows.loc[rows["message_id"] != own["message_id"].iloc[0], "day"].min()
    if before.empty or pd.isna(with_others) or with_others > before["day"].iloc[-1]:
        return None
    for held_as, known_on, due in (*_held(before), *_unmade(before, rows)):
        return NeverSent(
            int(own["campaign_id"].iloc[0]),
            str(own["message_id"].iloc[0]),
            before["day"].iloc[0],
            max(known_on, with_others),
            ended,
            due,
            held_as,
            int(rows["message_id"].nunique()),
        )
    return None


def _held(before: pd.DataFrame) -> Iterator[tuple[str, date, Mapping[date, float]]]:
    days = before["day"].tolist()
    counts = {name: _numbers(before, name) for name in ("created", *HELD_BACK)}
    made = np.maximum(counts["created"], np.sum([counts[name] for name in HELD_BACK], axis=0))
    for name in HELD_BACK:
        held = counts[name].cumsum()
        enough = (
            (held >= HELD_LEAST) & ((counts[name] > 0).cumsum() >= HELD_DAYS) & (held >= HELD_SHARE * made.cumsum())
        )
        if enough.any():
            yield name, days[int(np.argmax(enough))], dict(zip(days, made.tolist(), strict=True))


def _unmade(before: pd.DataFrame, rows: pd.DataFrame) -> Iterator[tuple[None, date, Mapping[date, float]]]:
    state, first_started = before["sending_state"].iloc[0], before["first_started"].iloc[0]
    if state in ("off", "draft") or len(before) < UNMADE_DAYS or pd.isna(first_started):
        return
    if any(_numbers(before, name).any() for name in ("created", *HELD_BACK)):
        return
    days = before["day"].tolist()
    others = rows[rows["message_id"] != before["message_id"].iloc[0]]
    table = others.pivot_table(index="day", columns="message_id", values="sent", aggfunc="sum", fill_value=0)
    sums = table.reindex(days, fill_value=0).to_numpy(dtype=float).cumsum(axis=0)
    born = others.groupby("message_id")["day"].min().reindex(table.columns).tolist()
    # A message that was added lately says nothing yet, and takes back nothing of what the others said.
    waited = timedelta(days=UNMADE_DAYS - 1)
    counted = np.array([[first <= day - waited for first in born] for day in days], dtype=bool)
    settled = pd.Timestamp(first_started).date() + timedelta(days=SETTLED_DAYS)
    least, most = np.where(counted, sums, np.inf).min(axis=1), np.where(counted, sums, 0.0).max(axis=1)
    enough = (counted.sum(axis=1) >= UNMADE_OTHERS) & (least >= UNMADE_DUE) & (least >= ALIKE * most)
    enough &= np.array([day >= settled for day in days])
    enough[: UNMADE_DAYS - 1] = False
    if enough.any():
        known = int(np.argmax(enough))
        due = np.maximum(np.diff(sums[:, counted[known]].min(axis=1), prepend=0.0), 0.0)
        yield None, days[known], dict(zip(days, due.tolist(), strict=True))


def _numbers(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """One column; what Customer.io did not count is none."""
    return pd.to_numeric(rows[name]).to_numpy(dtype=np.float64, na_value=0.0)
