"""Where an experiment gets its hour and its conversions from: the project's zone, and the export."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from campaign_health.route.carriers import carriers_of
from campaign_health.settings import load_settings
from storage.outbox.connection.outbox_connection import Connection, Place
from storage.outbox.group_commit import GroupCommit, Write
from storage.outbox.route_file import PersonHash
from tests.holding_cast import company
from tests.net_cast import exported, look, moved_for, net_of
from tests.outbox_places import place, postgres_place, postgres_server
from tests.test_experiment_waiting import COMPARED

__all__ = ["place", "postgres_place", "postgres_server"]


def test_the_daily_hour_of_a_workspace_on_amplitude_is_one_of_its_projects_zone(tmp_path: Path) -> None:
    manifest = tmp_path / "campaign-health.yaml"
    manifest.write_text(COMPARED, encoding="utf-8")
    settings = load_settings(
        {
            "AMPLITUDE_API_KEY": "a", "AMPLITUDE_SECRET_KEY": "b", "AMPLITUDE_TIMEZONE": "America/New_York",
            "CUSTOMERIO_APP_API_KEY": "c", "CUSTOMERIO_SITE_ID": "d", "CUSTOMERIO_TRACK_API_KEY": "e",
            "CAMPAIGN_HEALTH_ROUTE_TOKEN": "t" * 40, "CAMPAIGN_HEALTH_MANIFEST": str(manifest),
        },
        tmp_path,
    )  # fmt: skip
    carrier = carriers_of(settings, tmp_path, GroupCommit(tmp_path), PersonHash(tmp_path), print)["default"]
    deciding = carrier.courier._deciding
    carrier.close()
    assert deciding is not None
    assert str(deciding.zone()) == "America/New_York"


def test_conversions_of_an_export_are_written_in_parts_so_that_nobody_waits_long(place: Place) -> None:
    sizes: list[int] = []

    def number_of(connection: Connection) -> int:
        return int(connection.execute("SELECT count(*) FROM experiment_conversion").fetchone()[0])

    class Measured(GroupCommit):
        """Notes how many conversions each thing that is written adds."""

        def submit(self, write: Write) -> Future[Any]:
            def measured(connection: Connection) -> Any:
                before, given = number_of(connection), write(connection)
                sizes.append(number_of(connection) - before)
                return given

            return super().submit(measured)

    with company(place, COMPARED) as found, exported() as there:
        moved_for(found, 2 * 3600)
        at = int(time.time() - 600)
        for number in range(1200):
            of = {"time": at, "$insert_id": f"c-{number}", "$user_id": f"u-{number}"}
            there.lines.append(json.dumps({"event": "paid", "properties": of}))
        there.has("u-1200", "paid", ago=600)
        net = net_of(found, there)
        net.outbox = Measured(place)
        net.outbox.start()
        assert look(found, net)
        net.outbox.close()
    assert sum(sizes) == 1201
    assert max(sizes) <= 500
