"""Campaigns of which a share of the messages, or of the journeys, is held back, told by Customer.io's own counters.

What failed, waits as a draft, is undeliverable, suppressed or bounced is counted of the same messages that were made:
a share of a count that both stand in one answer, which chance moves less than sends move against events. Two readings:

- *risen*: the share of the days since a change against that of the weeks before it, by the likelihood ratio of two
  binomial shares against one common share (Wilks 1938), divided by how far the days scatter beyond chance;
- *standing*: most is held back on all days that are known, so that no past is needed: a campaign that was broken
  before anybody looked.

What is said of a day depends on the `HISTORY_DAYS + LONGEST_DAYS` days up to it, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

# Every threshold of this module, with its unit.
HISTORY_DAYS = 35  # days before a rise that show how it was
LONGEST_DAYS = 28  # days after which a share that has risen is the new normal
LEAST_BEFORE = 20.0  # messages (journeys) before a rise, on at least
LEAST_DAYS_BEFORE = 5  # days with any
WEEK = 7  # days before a rise that it is held against, where it must come at once
LEAST_MORE = 5.0  # more held back than usual: fewer are a handful
CORRELATION = 0.01  # of two messages of a day, where the days before do not show more: batches share their fate
TRUST = 10.0  # days that the scatter is believed to be no more than that, to begin with
BACK = 3.0  # nats with which the newest days show that the share is back
BACK_BETWEEN = 10.0  # nats with which days in between show that it was: what came before them is another rise
STANDING_DAYS = 7  # newest days with messages that show what stands
STANDING_LEAST = 10.0  # messages on them
STANDING_NATS = 5.0  # by which they must be likelier at their own share than at the line
NARROW = 0.95  # a line above it leaves room for a filter that few pass: then all days tell, and next to none may pass
NONE_LEFT = 0.998  # of the journeys: next to none passed
NEARLY = 0.8  # of the line: a day below that ends the run of days on which it stands
LAGS = np.array([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, LONGEST_DAYS])  # days since a rise that are tried
AT_ONCE = 20_000  # campaign-days judged together, for memory


NEVER = 2.0  # no share is so large: it must have lasted


@dataclass(frozen=True)
class Loss:
    """One way of being held back: `part` of `whole`, and the stage of the chain at which it is missing.

    `rise`: points (0 to 1) by which the share must have risen. `days`: days it must have lasted, unless as much as
    `sudden` is held back. `stands`: the share of all that is broken whatever was before; None: it may be so by intent.
    `days_before`: days with any that must be known before a rise. `at_once`: it must also have risen by as much against
    the week before: shares that drift with the audience are no break.
    """

    part: str
    whole: str
    stage: str
    rise: float
    days: int
    sudden: float
    stands: float | None
    days_before: int = LEAST_DAYS_BEFORE
    at_once: bool = False


LOSSES = (
    Loss("failed", "made", "sent", 0.08, 2, 0.5, 0.5),
    Loss("drafted", "made", "sent", 0.08, 2, 0.5, 0.5),
    Loss("undeliverable", "made", "sent", 0.10, 3, 0.9, 0.9),
    Loss("suppressed", "made", "sent", 0.10, 3, 0.9, 0.9),
    Loss("bounced", "sent", "delivered", 0.10, 3, 0.9, 0.5),
    Loss("never_activated", "started", "activated", 0.15, 3, NEVER, 0.98, days_before=21, at_once=True),
)


@dataclass(frozen=True)
class HeldBack:
    """One loss over campaigns and days.

    `holds[i, j]`: by the end of the day more is held back than may be; `broken`: the day itself shows it, too; `began`:
    days since the first bad day, where it holds; `due`: what should have gone on from that day to this one.
    `standing`: it was so on all days that are known; `due_that_day`: then what should have gone on on the day itself.
    """

    loss: Loss
    holds: Flags
    broken: Flags
    began: NDArray[np.int32]
    due: Numbers
    standing: Flags
    due_that_day: Numbers


def find_held_back(counts: Mapping[str, Numbers], begin: int, false_alarm_days: float) -> list[HeldBack]:
    """Every loss, judged on the columns from `begin` on.

    Args:
        counts: `[campaigns, days]` by name (created, sent, drafted, failed, undeliverable, suppressed, bounced,
            started, never_activated); NaN where not known for certain.
        false_alarm_days: healthy days of a campaign for one false alarm of all links and losses together.
    """
    threshold = float(np.log(false_alarm_days * len(LOSSES)))
    made = _made(counts)
    found = []
    for loss in LOSSES:
        whole = made if loss.whole == "made" else counts[loss.whole]
        part, whole = _usable(counts[loss.part], whole)
        if np.any(part > 0):
            found.append(_judge(loss, part, whole, begin, threshold))
    return found


def _made(counts: Mapping[str, Numbers]) -> Numbers:
    """Messages made: what Customer.io counts as created, else all that became of them, as far as that is known."""
    fates = [counts[name] for name in ("sent", "drafted", "failed", "undeliverable", "suppressed")]
    together = np.where(np.isfinite(fates[0]), np.nansum(fates, axis=0), np.nan)
    return np.where(np.isfinite(counts["created"]), counts["created"], together)


def _usable(part: Numbers, whole: Numbers) -> tuple[Numbers, Numbers]:
    """Both, 0 where either is unknown; a part is never more than its whole (it may be of messages made before)."""
    known = np.isfinite(part) & np.isfinite(whole)
    whole = np.where(known, whole, 0.0)
    return np.minimum(np.where(known, part, 0.0), whole), whole


def _judge(loss: Loss, part: Numbers, whole: Numbers, begin: int, threshold: float) -> HeldBack:
    holds, began = np.zeros(part.shape, dtype=bool), np.zeros(part.shape, dtype=np.int32)
    due = np.full(part.shape, np.nan)
    standing = np.zeros(part.shape, dtype=bool)
    shares = np.where(whole > 0, part**2 / np.maximum(whole, 1.0), 0.0)
    sums = tuple(map(_running, (part, whole, (whole > 0).astype(float), shares)))
    rows, columns = np.nonzero(_worth_a_look(loss, sums[0], sums[1], begin))
    for some in np.array_split(np.arange(len(rows)), len(rows) // AT_ONCE + 1):
        at = rows[some], columns[some]
        risen, since, usual = _risen(loss, sums, *at, threshold)
        if loss.stands is not None:
            least_days = loss.days if loss.sudden == NEVER else 1
            stands, first, always = _standing(loss.stands, least_days, part, whole, *at)
            since = np.where(stands & ~risen, first, since)
            usual = np.where(stands & ~risen, 0.0, usual)
            standing[at] = stands & ~risen & (always | (sums[1][rows[some], first] == 0))
            risen |= stands
        holds[at] = risen
        began[at] = np.where(risen, columns[some] - since, 0)
        made = sums[1][rows[some], columns[some] + 1] - sums[1][rows[some], since]
        due[at] = np.where(risen, (1.0 - usual) * made, np.nan)
    return HeldBack(loss, holds, holds & (part > 0), began, due, standing, np.where(standing, whole, np.nan))


def _worth_a_look(loss: Loss, parts: Numbers, wholes: Numbers, begin: int) -> Flags:
    """Where the newest days, some number of them, hold back enough to be a rise, whatever was before."""
    days = parts.shape[1] - 1
    found = np.zeros((len(parts), days), dtype=bool)
    for lag in LAGS:
        first = np.maximum(np.arange(1, days + 1) - lag, 0)
        held, of = parts[:, 1:] - parts[:, first], wholes[:, 1:] - wholes[:, first]
        found |= (held >= LEAST_MORE) & (held >= min(loss.rise, NEARLY) * of)
    found[:, :begin] = False
    return found


def _risen(
    loss: Loss, sums: tuple[Numbers, ...], rows: Places, columns: Places, threshold: float
) -> tuple[Flags, Places, Numbers]:
    """Where the share has risen by the end of the day and is not back, since which column, and the usual one."""
    end = columns[:, None] + 1
    first = np.maximum(end - LAGS, 0)
    oldest, row = np.maximum(first - HISTORY_DAYS, 0), rows[:, None]
    x0, n0, known, squares = (item[row, first] - item[row, oldest] for item in sums)
    x1, n1, lasted, _ = (item[row, end] - item[row, first] for item in sums)
    p0, p1 = (x0 + 0.5) / (n0 + 1.0), x1 / np.maximum(n1, 1.0)
    scatter = _scatter(x0, n0, known, squares, n1 / np.maximum(lasted, 1.0))
    # What is known of the scatter is itself learned, from few days at first: Student's t rather than the normal.
    freedom = known - 1.0 + TRUST
    nats = 0.5 * freedom * np.log1p(2.0 * _two_shares(x0, n0, x1, n1) / scatter / freedom)
    enough = (n0 >= LEAST_BEFORE) & (known >= loss.days_before) & (p1 - p0 >= loss.rise)
    enough &= x1 - p0 * n1 >= LEAST_MORE
    if loss.at_once:
        week = np.maximum(first - WEEK, 0)
        held, of = (item[row, first] - item[row, week] for item in sums[:2])
        enough &= p1 - held / np.maximum(of, 1.0) >= loss.rise
    nats = np.where(enough & (nats >= threshold), nats, 0.0)
    nats = _without_earlier_rises(sums, rows, columns, first, p0, p1, scatter, nats)
    chosen = np.arange(len(rows)), np.argmax(nats, axis=1)
    back = _back(sums, rows, columns, *(item[chosen] for item in (first, p0, p1, scatter))) >= BACK
    lasting = (lasted[chosen] >= loss.days) | (p1[chosen] >= loss.sudden)
    return (nats[chosen] > 0) & lasting & ~back, first[chosen], p0[chosen]


def _without_earlier_rises(
    sums: tuple[Numbers, ...], rows: Places, columns: Places, first: Places, usual: Numbers, now: Numbers,
    scatter: Numbers, nats: Numbers,
) -> Numbers:  # fmt: skip
    """The evidence by lag, none for those that reach back over days on which the share was what it used to be."""
    nats = nats.copy()
    looked = np.flatnonzero(nats.max(axis=1, initial=0.0) > 0)
    while looked.size:
        chosen = looked, np.argmax(nats[looked], axis=1)
        cut = np.zeros(looked.size, dtype=np.intp)
        for days in range(1, LONGEST_DAYS):
            end = columns[looked] - days
            between = _back(
                sums, rows[looked], np.maximum(end, 0), *(item[chosen] for item in (first, usual, now, scatter))
            )
            cut = np.where((cut == 0) & (end > first[chosen]) & (between >= BACK_BETWEEN), end + 1, cut)
        nats[looked] = np.where(first[looked] < cut[:, None], 0.0, nats[looked])
        looked = looked[(cut > 0) & (nats[looked].max(axis=1) > 0)]
    return nats


def _back(
    sums: tuple[Numbers, ...], rows: Places, columns: Places, since: Places, usual: Numbers, now: Numbers,
    scatter: Numbers,
) -> Numbers:  # fmt: skip
    """Nats by which the newest days, the best number of them, have the share of before rather than the risen one."""
    end = columns[:, None] + 1
    first = np.maximum(end - np.arange(1, STANDING_DAYS + 1), 0)
    x, n = (item[rows[:, None], end] - item[rows[:, None], first] for item in sums[:2])
    usual, now = (np.clip(share, 1e-4, 1 - 1e-4)[:, None] for share in (usual, now))
    nats = x * np.log(usual / now) + (n - x) * np.log((1 - usual) / (1 - now))
    return np.asarray(np.where(first > since[:, None], nats / scatter[:, None], 0.0).max(axis=1))


def _scatter(held: Numbers, of: Numbers, days: Numbers, squares: Numbers, a_day: Numbers) -> Numbers:
    """How much more the share scatters from day to day than chance explains, 1 or more (Pearson's chi-square)."""
    share = (held + 0.5) / (of + 1.0)
    pearson = np.maximum(squares - 2.0 * share * held + share**2 * of, 0.0) / (share * (1.0 - share))
    least = 1.0 + CORRELATION * np.maximum(a_day - 1.0, 0.0)
    return np.maximum(least, (pearson + TRUST * least) / np.maximum(days - 1.0 + TRUST, 1.0))


def _two_shares(x0: Numbers, n0: Numbers, x1: Numbers, n1: Numbers) -> Numbers:
    """ln of how much likelier two shares make the counts than one, nats."""
    return _best(x0, n0) + _best(x1, n1) - _best(x0 + x1, n0 + n1)


def _best(x: Numbers, n: Numbers) -> Numbers:
    """ln of the binomial likelihood at its best share, without the term that all have in common."""
    with np.errstate(divide="ignore", invalid="ignore"):
        held = np.where(x > 0, x * np.log(x / n), 0.0)
        let = np.where(n > x, (n - x) * np.log((n - x) / n), 0.0)
    return np.asarray(held + let)


def _standing(
    line: float, least_days: int, part: Numbers, whole: Numbers, rows: Places, columns: Places
) -> tuple[Flags, Places, Flags]:
    """Where the newest days with messages are all above the line, the first column since which they are, and whether
    all are, as far as is looked back.
    """
    first, held, of, used = columns.copy(), *np.zeros((3, len(rows)))
    going = np.ones(len(rows), dtype=bool)
    for lag in range(HISTORY_DAYS + LONGEST_DAYS):
        place = rows, np.maximum(columns - lag, 0)
        x, n = (np.where(columns >= lag, item[place], 0.0) for item in (part, whole))
        going &= (n <= 0) | (x > NEARLY * line * n)
        counted = going & (n > 0)
        first[counted] = columns[counted] - lag
        newest = counted & ((used < STANDING_DAYS) | (line > NARROW))
        held, of, used = (total + np.where(newest, more, 0.0) for total, more in ((held, x), (of, n), (used, 1.0)))
        if not going.any():
            break
    share = held / np.maximum(of, 1.0)
    nats = _best(held, of) - held * np.log(line) - (of - held) * np.log(1.0 - line)
    # Where the line is near the whole, little can be likelier than it: then all must be held back.
    sure = (share > line) & (nats >= STANDING_NATS)
    if line > NARROW:
        sure &= share >= NONE_LEFT
    else:
        sure |= (share >= 1.0) & (of >= 3.0 * STANDING_LEAST)
    return (of >= STANDING_LEAST) & (used >= least_days) & sure, first, going


def _running(numbers: Numbers) -> Numbers:
    return np.concatenate([np.zeros((len(numbers), 1)), np.cumsum(numbers, axis=1)], axis=1)
