"""A file from before there was Amplitude: what it has was counted by Mixpanel, and a change of that is noticed."""

from __future__ import annotations

from pathlib import Path

import duckdb

from campaign_health.pipeline import order_from_names
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from storage.file.database import Warehouse
from storage.file.migrations import migrate, shipped_migrations
from storage.read.service_numbers import service_numbers
from tests.collecting_cast import LAST_DAY, SIGNED_UP, Installation, cast_world

FROM_AMPLITUDE = 35


def older_file(data_dir: Path) -> None:
    path = Warehouse(data_dir).path
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(path, config={"storage_compatibility_version": "v1.0.0"}) as connection:
        migrate(connection, path, [one for one in shipped_migrations() if one.number < FROM_AMPLITUDE])
        for workspace in ("default", "new"):
            connection.execute(
                "INSERT INTO workspace (workspace, time_zone, time_zone_since) VALUES (?, 'UTC', '2026-01-01')",
                [workspace],
            )
        connection.execute(
            "INSERT INTO event_day (workspace, event, day, events, state, source, collected_at) "
            "VALUES ('default', ?, ?, 4711, 'observed', 'query', TIMESTAMP '2026-10-01')",
            [SIGNED_UP, LAST_DAY.replace(day=1)],
        )


def test_its_counts_are_mixpanels_and_give_way_to_amplitudes(tmp_path: Path) -> None:
    older_file(tmp_path)
    with Warehouse(tmp_path).read() as connection:
        assert service_numbers(connection, "default").event_service == "Mixpanel"
        assert service_numbers(connection, "new").event_service is None, "nothing of it was counted yet"
    with running_sandbox(cast_world(), limits=Limits.unlimited(), events_from="Amplitude") as sandbox:
        installation = Installation(sandbox, tmp_path, {"AMPLITUDE_COST_PER_HOUR": "108000"})
        installation.collect(order_from_names(["mixpanel_events"], None, None))
        assert installation.value("SELECT event_service FROM workspace WHERE workspace = 'default'") == "Amplitude"
        assert installation.value("SELECT count(*) FROM event_day WHERE events = 4711") == 0
        assert installation.value("SELECT count(*) FROM event_day WHERE events > 0") > 0
