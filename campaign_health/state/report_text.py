"""A monthly report in words: every form of it shows these, so that all say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from campaign_health.state.handling import handling
from campaign_health.state.monthly_report import MANUAL_DETECTION_DAYS, Caught, MonthlyReport, Typical
from campaign_health.words.costs import missed_text, unpriced_text
from campaign_health.words.currency import money
from campaign_health.words.dates import day_text, month_text
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, in_round_figures, plural
from campaign_health.words.visible import visible

UNKNOWN = "not known"
NOTHING = "nothing broke"
NAME_LENGTH = 80
BY_HAND = f"{MANUAL_DETECTION_DAYS[0]} to {MANUAL_DETECTION_DAYS[1]} days"


@dataclass(frozen=True)
class Figure:
    """One of the report's figures: what it is of, the figure, and how it is reckoned or what it leaves out."""

    label: str
    value: str
    about: str = ""


@dataclass(frozen=True)
class CaughtRow:
    """One incident: the campaign's name, the day it was found, and what became of it, what was missed, what it cost.

    `days_to_find` and `days_to_mend` (so far, where it goes on) are for drawing; None where not known.
    """

    campaign: str
    campaign_id: int
    found: str
    to_find: str
    became: str
    missed: str
    risk: str
    days_to_find: int | None
    days_to_mend: int | None


@dataclass(frozen=True)
class ReportText:
    """The whole report in words."""

    title: str
    headline: str
    figures: tuple[Figure, ...]
    rows: tuple[CaughtRow, ...]
    notes: tuple[str, ...]


def report_text(report: MonthlyReport, promised_years: float, today: date) -> ReportText:
    """The report in words, on a day in the workspace's zone.

    `promised_years`: one campaign may raise one false alarm in so many years.
    """
    return ReportText(
        title=f"Caught and saved in {month_text(report.month)}",
        headline=_headline(report),
        figures=_figures(report, promised_years) if report.was_watched else (),
        rows=tuple(_row(one, today) for one in report.caught),
        notes=tuple(_notes(report)),
    )


def _headline(report: MonthlyReport) -> str:
    month = month_text(report.month)
    if not report.was_watched:
        return f"Nobody watched in {month}" if report.judged_until else f"Nothing was judged in {month}"
    if not report.caught:
        return f"Nothing broke in {month}" if report.is_over else f"Nothing has broken in {month} so far"
    parts = [f"{_broken(report)} found in {month}{'' if report.is_over else ' so far'}"]
    ends = [f"{count(report.mended)} mended"] if report.mended else []
    ends += [f"{count(report.still_broken)} still broken"] if report.still_broken else []
    parts += [joined(ends)] if ends else []
    # While nobody has done anything about them, nothing is sure to be avoided: the figures say how much may be.
    if report.sends_avoided is not None and report.sends_avoided[0] > 0:
        parts.append(f"{_between(*report.sends_avoided)} missed sends avoided")
    return "; ".join(parts)


def _figures(report: MonthlyReport, promised_years: float) -> tuple[Figure, ...]:
    found, mended = report.days_to_find, report.days_to_mend
    others = len(report.caught) - report.mended - report.still_broken
    ends = [f"{count(report.mended)} mended, {count(report.still_broken)} still broken"]
    ends += [f"{count(others)} ended otherwise"] if others else []
    return (
        Figure("Breaks found", count(len(report.caught)), f"Of {plural(report.campaigns, 'campaign')}."),
        Figure(
            "Days until found",
            _days(found) if report.caught else NOTHING,
            "The middle one (median), from the first bad day to the morning on which it was told"
            f"{_known_of(found, report)}. By hand it takes {BY_HAND}.",
        ),
        Figure(
            "Days until mended",
            (_days(mended) if report.mended else "none mended yet") if report.caught else NOTHING,
            f"The middle one (median), from that morning to the first good day: {', '.join(ends)}.",
        ),
        Figure("Missed sends", _missed(report), _unknown(report.missed_unknown, "their missed sends are not known")),
        Figure("Revenue at risk", _risk(report), _unpriced(report)),
        Figure("Missed sends avoided", _avoided(report), _how_avoided(report)),
        Figure(
            "Revenue kept from risk",
            _kept(report),
            f"Reckoned the same way. {unpriced_text(report.unpriced)}."
            if report.unpriced
            else "Reckoned the same way.",
        ),
        Figure("False alarms", count(report.false_alarms), f"Over all days judged: {_small(report, promised_years)}"),
    )


def _small(report: MonthlyReport, promised_years: float) -> str:
    sentence = report.alarms.sentence(promised_years)
    return sentence[0].lower() + sentence[1:]


def _notes(report: MonthlyReport) -> list[str]:
    found = []
    if report.judged_until is not None and not report.is_over:
        found.append(f"The month is not over: judged up to {day_text(report.judged_until)}.")
    if report.since is not None:
        found.append(f"Watched since {day_text(report.since)}.")
    if report.over_when_found:
        found.append(
            f"{plural(report.over_when_found, 'break')} had been over when the numbers came, and "
            f"{'is' if report.over_when_found == 1 else 'are'} not counted here."
        )
    if report.intended:
        found.append(
            f"{plural(report.intended, 'break')} {'was' if report.intended == 1 else 'were'} said to be intended, and "
            f"{'is' if report.intended == 1 else 'are'} not counted here."
        )
    return found


def _row(caught: Caught, today: date) -> CaughtRow:
    one = caught.incident
    find, mend = caught.days_to_find, caught.days_to_mend
    if one.is_open:
        passed = (today - caught.found_on).days
        state = handling(one, today)
        after = f" {plural(passed, 'day')} later" if passed > 0 else ""
        became = f"Still broken{after}{f' ({state})' if state else ''}"
    elif mend is not None:
        became = f"Mended {plural(mend, 'day')} later"
    else:
        end = one.end_text(today)
        became = end[:1].upper() + end[1:]
    missed = missed_text(one.missed_sends).removesuffix(" missed sends")
    return CaughtRow(
        campaign=visible(one.campaign, NAME_LENGTH),
        campaign_id=one.campaign_id,
        found=day_text(caught.found_on, today),
        to_find=plural(find, "day") if find is not None else UNKNOWN,
        became=became,
        missed=missed or (UNKNOWN if one.missed_sends is None else "0"),
        risk=UNKNOWN if one.revenue_at_risk is None else _about(one.revenue_at_risk, one.currency),
        days_to_find=find,
        days_to_mend=mend if mend is not None else max(0, (today - caught.found_on).days) if one.is_open else None,
    )


def _broken(report: MonthlyReport) -> str:
    return plural(len(report.caught), "break")


def _days(typical: Typical | None) -> str:
    if typical is None:
        return UNKNOWN
    return plural(typical.days, "day") if typical.days == round(typical.days) else f"{typical.days:.1f} days"


def _known_of(found: Typical | None, report: MonthlyReport) -> str:
    left_out = len(report.caught) - (found.of if found else 0)
    return f"; of {count(left_out)} nobody knows the first one" if left_out else ""


def _unknown(number: int, what: str) -> str:
    return f"Of {count(number)} {what}." if number else ""


def _missed(report: MonthlyReport) -> str:
    if report.missed_sends is None:
        return UNKNOWN if report.caught else "0"
    return missed_text(*report.missed_sends).replace(" missed sends", "") or "0"


def _risk(report: MonthlyReport) -> str:
    if not report.caught:
        return "0"
    return joined([f"{_about(value, of)} ({money(in_round_figures(low), of)} to {money(in_round_figures(high), of)})"
                   for of, (value, low, high) in report.risk.items()]) or UNKNOWN  # fmt: skip


def _about(amount: float, currency: str) -> str:
    return f"about {money(in_round_figures(max(0.0, amount)), currency)}"


def _kept(report: MonthlyReport) -> str:
    if not report.caught:
        return "0"
    found = [_between(*ends, currency=of) for of, ends in report.risk_avoided.items()]
    return joined(found) or UNKNOWN


def _unpriced(report: MonthlyReport) -> str:
    return f"{unpriced_text(report.unpriced)}." if report.unpriced else ""


def _avoided(report: MonthlyReport) -> str:
    if report.sends_avoided is None:
        return UNKNOWN if report.caught else "0"
    return _between(*report.sends_avoided)


def _how_avoided(report: MonthlyReport) -> str:
    about = (
        f"What a day of each break missed, times the days that it was found sooner than by hand ({BY_HAND}). The lower "
        "end is of those that somebody is known to have done something about."
    )
    return f"{about} {_unknown(report.avoided_unknown, 'this is not known')}".rstrip()


def _between(low: float, high: float, currency: str | None = None) -> str:
    first, last = (count(end) if currency is None else money(end, currency) for end in (low, high))
    if low <= 0 < high:
        return f"at most about {last}"
    return f"about {last}" if first == last else f"about {first} to {last}"
