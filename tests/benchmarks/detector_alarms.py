"""Which alarms on the unmodified series are believed to be real, and why.

The reasons are read from the series themselves (zeros while the tests go on, a double count on Mondays) and, for the
weather and Quebec, from public record. They are a belief, so the raw count is always printed beside them.
"""

from __future__ import annotations

from datetime import date

# (pair or its beginning, first day, last day, reason)
OUTBREAK_OVER = "an outbreak ended: tests went on, (almost) no case for a week or more"
BELIEVED: tuple[tuple[str, date, date, str], ...] = (
    ("canada:Alberta", date(2020, 7, 25), date(2020, 7, 26), "Alberta stopped reporting at weekends on this day"),
    ("canada:Quebec", date(2020, 6, 25), date(2020, 6, 28), "Quebec stopped its daily reports, and resumed on 29 June"),
    ("canada:Manitoba", date(2020, 7, 1), date(2020, 7, 13), "Manitoba had no new case in the first half of July"),
    ("canada:New Brunswick", date(2020, 7, 1), date(2020, 7, 31), OUTBREAK_OVER),
    ("canada:New Brunswick", date(2021, 7, 1), date(2021, 7, 31), OUTBREAK_OVER),
    ("canada:NWT", date(2021, 3, 1), date(2021, 3, 31), OUTBREAK_OVER),
    ("canada:NWT", date(2021, 6, 15), date(2021, 7, 15), OUTBREAK_OVER),
    ("canada:Nunavut", date(2021, 1, 1), date(2021, 1, 31), OUTBREAK_OVER),
    ("canada:Nunavut", date(2021, 6, 15), date(2021, 7, 15), OUTBREAK_OVER),
    ("canada:PEI", date(2021, 6, 1), date(2021, 7, 31), OUTBREAK_OVER),
    ("fhv:B02054", date(2015, 7, 2), date(2015, 7, 9), "every trip is counted twice from 2 July on (all counts even)"),
    ("bike:", date(2011, 9, 5), date(2011, 9, 10), "the floods of tropical storm Lee"),
    ("bike:", date(2011, 10, 29), date(2011, 10, 30), "the snowstorm of 29 October 2011"),
)


def believed(pair: str, opened: date) -> str:
    """The reason why an alarm opened on a day is believed to be real, or nothing."""
    return next((why for name, first, last, why in BELIEVED if pair.startswith(name) and first <= opened <= last), "")
