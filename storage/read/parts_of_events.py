"""Which parts of the traffic brought each event, by day, where one of them may have fallen silent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from storage.connection import Connection

if TYPE_CHECKING:
    import pandas as pd

REST = ""
"""Stands for all events of which no part may have fallen silent."""

# Numbers in place of names, as there can be a million rows. A part's systems and versions without a name are NULL.
_OF_WINDOW = (
    """
    CREATE OR REPLACE TEMP TABLE named_event AS
    SELECT event, row_number() OVER (ORDER BY event)::INTEGER AS e FROM (
        SELECT DISTINCT event FROM event_part_day WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day
    )
    """,
    """
    CREATE OR REPLACE TEMP TABLE named_part AS
    SELECT *, row_number() OVER (ORDER BY library, os, app_version)::INTEGER AS p,
        CASE WHEN os NOT IN ('', '(other)') THEN dense_rank() OVER (ORDER BY os) END AS s,
        dense_rank() OVER (ORDER BY library) AS l,
        CASE WHEN os NOT IN ('', '(other)') AND app_version NOT IN ('', '(other)')
            THEN dense_rank() OVER (ORDER BY os, app_version) END AS v
    FROM (
        SELECT DISTINCT library, os, app_version FROM event_part_day
        WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day
    )
    """,
    """
    CREATE OR REPLACE TEMP TABLE part_of_window AS
    SELECT e, p, s, l, v, (day - $first_day)::INTEGER AS d, events AS n, events_read AS whole
    FROM event_part_day JOIN named_event USING (event) JOIN named_part USING (library, os, app_version)
    WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day
    """,
)

# Events of which a part was away for so long that, at its usual share, so many were due; each cut of the traffic by
# itself. What is looked for later needs at least this: whole days of a thousand events need not be read for it.
_WITH_GAP = """
    WITH days AS (
        SELECT e, d, max(whole) AS whole, row_number() OVER w AS place, sum(max(whole)) OVER w AS so_far
        FROM part_of_window GROUP BY e, d WINDOW w AS (PARTITION BY e ORDER BY d)
    ),
    total AS (SELECT e, max(so_far) AS in_all, max(place) AS last_place FROM days GROUP BY e),
    cut AS (
        SELECT e, d, s AS part, sum(n) AS n FROM part_of_window WHERE s IS NOT NULL GROUP BY e, d, s
        UNION ALL
        SELECT e, d, 1000000 + l, sum(n) FROM part_of_window GROUP BY e, d, l
        UNION ALL
        SELECT e, d, 2000000 + v, sum(n) FROM part_of_window WHERE v IS NOT NULL GROUP BY e, d, v
    ),
    came AS (
        SELECT cut.e, cut.part, cut.d, cut.n, days.whole, days.place, days.so_far
        FROM cut JOIN days ON days.e = cut.e AND days.d = cut.d WHERE cut.n > $left * days.whole
    ),
    -- Most parts came on every day: only of the others the days in between are looked at.
    part AS (
        SELECT e, part, sum(n) / sum(whole) AS share, last_place, in_all FROM came JOIN total USING (e)
        GROUP BY e, part, last_place, in_all HAVING count(*) < last_place AND share >= $least_share / 2
    ),
    gap AS (
        SELECT e, n, whole, share, place, so_far, last_place, in_all, lead(place) OVER later AS next_place,
            lead(so_far - whole) OVER later AS until_next
        FROM came JOIN part USING (e, part) WINDOW later AS (PARTITION BY e, part ORDER BY d)
    )
    SELECT DISTINCT event FROM gap JOIN named_event USING (e)
    WHERE coalesce(next_place, last_place + 1) > place + 1 AND n >= $least_share / 2 * whole
        AND share * (coalesce(until_next, in_all) - so_far) >= $least_due
"""

# Events that a version which came out within the window never brought, though by its share in others so many were due.
_NEVER_SENT = """
    WITH named AS (SELECT e, d, s, v, sum(n) AS n FROM part_of_window WHERE v IS NOT NULL GROUP BY e, d, s, v),
    newer AS (
        SELECT v FROM named GROUP BY v HAVING min(d) > (SELECT min(d) FROM named) AND min(e) < max(e)
    ),
    used AS (SELECT s, v, d, sum(n) / sum(sum(n)) OVER (PARTITION BY s, d) AS use FROM named GROUP BY s, v, d),
    owed AS (SELECT s, v, d, use / greatest(1 - use, 0.05) AS owed FROM used SEMI JOIN newer USING (v)),
    of_platform AS (SELECT e, s, d, sum(n) AS n FROM named WHERE s IN (SELECT s FROM owed) GROUP BY e, s, d),
    due AS (
        SELECT e, v FROM of_platform JOIN owed USING (s, d) GROUP BY e, v HAVING sum(of_platform.n * owed) >= $least_due
    )
    SELECT DISTINCT event FROM due ANTI JOIN named USING (e, v) JOIN named_event USING (e)
"""

_ROWS = f"""
    SELECT event, day, library, os, app_version, events, events_read FROM event_part_day
    WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day AND list_contains($events, event)
    UNION ALL
    SELECT '{REST}', day, library, os, app_version, sum(events), sum(sum(events)) OVER (PARTITION BY day)
    FROM event_part_day
    WHERE workspace = $workspace AND day BETWEEN $first_day AND $last_day AND NOT list_contains($events, event)
    GROUP BY day, library, os, app_version
    ORDER BY ALL
"""  # noqa: S608


def parts_of_events(
    connection: Connection,
    workspace: str,
    first_day: date,
    last_day: date,
    *,
    left: float = 0.0,
    least_share: float = 0.0,
    least_due: float = 0.0,
) -> pd.DataFrame:
    """Rows event, day, library, os, app_version, events, events_read of profiled days, the first and last included.

    Only of events of which a part may have fallen silent, and the sums of the others as the event `REST`; no row
    where there is no such event.

    Args:
        left: share of the event at or below which a part counts as away.
        least_share: share that a part must have had before, at least.
        least_due: events that must have been due while it was away, at least.
    """
    values = {"workspace": workspace, "first_day": first_day, "last_day": last_day}
    for statement in _OF_WINDOW:
        connection.execute(statement, values)
    limits = {"left": left, "least_share": least_share, "least_due": least_due}
    suspects = {event for (event,) in connection.execute(_WITH_GAP, limits).fetchall()}
    suspects |= {event for (event,) in connection.execute(_NEVER_SENT, {"least_due": least_due}).fetchall()}
    # Without a suspect the rest needs not be added up: an empty frame of the same columns.
    sql = _ROWS if suspects else f"{_ROWS} LIMIT 0"
    rows = connection.execute(sql, values | {"events": sorted(suspects)}).df()
    connection.execute("DROP TABLE part_of_window; DROP TABLE named_part; DROP TABLE named_event")
    return rows
