"""One machine of several: it publishes one morning after the other of its workspace and shares each, until it ends.

`python -m tests.sharing_machine FOLDER WORKSPACE [MORNINGS]`; CAMPAIGN_HEALTH_SHARE says where. Of a morning all
numbers are one number: whoever sees two of them at once sees half a morning. It prints each when it is shared.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from campaign_health.schedule.share_published import share_published
from campaign_health.settings import load_settings
from storage.file.database import Warehouse, transaction

ROWS = 2000


def publish(warehouse: Warehouse, workspace: str) -> int:
    """The next morning, published: its number."""
    with warehouse.open_and_publish() as connection, transaction(connection):
        row = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM publication").fetchone()
        number: int = row[0] if row else 1
        said = {"workspace": workspace, "number": number, "rows": ROWS}
        for table in ("workspace", "event_day", "campaign_day"):
            connection.execute(f"DELETE FROM {table} WHERE workspace = ?", [workspace])
        connection.execute(
            "INSERT INTO workspace BY NAME SELECT ? AS workspace, 'UTC' AS time_zone, "
            "TIMESTAMP '2026-01-01' AS time_zone_since",
            [workspace],
        )
        connection.execute(
            "INSERT INTO event_day SELECT $workspace, 'event ' || i, DATE '2026-01-01', $number, 'observed', 'query', "
            "TIMESTAMP '2026-01-02' FROM range($rows) r(i)",
            said,
        )
        connection.execute(
            "INSERT INTO campaign_day BY NAME SELECT $workspace AS workspace, i AS campaign_id, $number AS sent, "
            "DATE '2026-01-01' AS day, 'observed' AS state, 'observed' AS engagement_state, "
            "TIMESTAMP '2026-01-02' AS collected_at FROM range($rows) r(i)",
            said,
        )
    return number


def main(folder: Path, workspace: str, mornings: int) -> None:
    """Publish and share so many mornings."""
    settings = load_settings({**os.environ, "CAMPAIGN_HEALTH_DATA_DIR": str(folder)}, folder)
    warehouse = Warehouse(folder)
    for _ in range(mornings):
        number = publish(warehouse, workspace)
        for one in share_published(settings, datetime.now(UTC)).places:
            if one.result.troubles:
                sys.exit(str(next(iter(one.result.troubles.values()))))
        print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000)
