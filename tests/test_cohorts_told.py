"""What is told of cohorts: the numbers reach the published file, the page and the channel, and are the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_health.alerts.digest.told_delivery import told_delivery
from campaign_health.pipeline.sources.route_numbers import left_numbers
from campaign_health.route.cohorts.cohort_note import cohort_rows
from campaign_health.route.delivery_note import delivery_note
from campaign_health.route.numbers_file import note_delivery
from storage.delivery_records import CohortRecord, Delivery
from storage.file.database import Warehouse
from storage.outbox.cohorts.cohort_list import cohorts_of
from storage.outbox.cohorts.cohort_members import approve_some, fold_some, hold_cohort
from storage.outbox.cohorts.cohort_sessions import CohortPage, sessions_of, take_page
from storage.outbox.cohorts.own_cohorts import tell_own_cohort
from storage.outbox.route_file import committed, open_route_file
from storage.read.route_delivery import delivery_of
from tests.dashboard_world import NOW as WORLD_NOW
from tests.test_absences import AWAY, at, came, product
from tests.test_dashboard_states import built, drawn, folder, said, with_data

__all__ = ["built", "folder"]
NOW = WORLD_NOW.timestamp()


def told(data_dir: Path, name: str, people: int, *, then: int | None = None) -> None:
    """A cohort that was told whole; and, where it is given, what it shrank to, which is kept back."""
    with open_route_file(data_dir) as connection, committed(connection):
        for session, number in enumerate([people] if then is None else [people, then]):
            who = [f"u-{one}" for one in range(number)]
            take_page(
                connection, CohortPage("default", "mixpanel", name, name, f"{session}", "members", 1, 1, who), NOW
            )
            (one,) = (one for one in cohorts_of(connection, "default") if one.name == name)
            for found in sessions_of(connection, one.number):
                while fold_some(connection, one, found, NOW):
                    pass
            if session:
                hold_cohort(connection, one, NOW)
            while not session and approve_some(connection, one):
                pass


def test_the_page_and_the_file_say_what_the_route_says(folder: Path, built: Path) -> None:
    data_dir = with_data(folder, built) / "data"
    told(data_dir, "Power users", 1_234)
    told(data_dir, "New & <b>bold</b>", 4_000, then=7)
    with open_route_file(data_dir) as connection:
        rows = cohort_rows(connection, "default")
        note_delivery(data_dir, "default", delivery_note(connection, "default", {}, NOW))
    with Warehouse(data_dir).open_and_publish() as warehouse:
        left_numbers(data_dir, "default").save(warehouse)
        found = delivery_of(warehouse, "default")
    assert found is not None
    assert {one.name: (one.people, one.applied, one.to_add) for one in found.cohorts} == {
        str(row["name"]): (row["people"], row["applied"], row["to_add"]) for row in rows
    }
    page = drawn("delivery")
    text = said(page)
    assert "4,000 people would become 7" in text
    assert "Nothing is done yet" in text
    assert "<b>bold" not in text


def cohort(held_since: datetime | None) -> Delivery:
    one = CohortRecord(
        "901", "mixpanel", "Power users", "live", True, 9, 100, 100, 0, 0, 0, 0, 1, 100, None, None, held_since, ""
    )
    return Delivery(datetime.now(UTC), "closed", None, (), (), (), (), (), cohorts=[one])


def test_a_channel_hears_once_that_a_loss_is_kept_back_and_once_that_it_is_no_more() -> None:
    now, zone = datetime.now(UTC), ZoneInfo("Europe/Berlin")
    since = now - timedelta(hours=1)
    (begun,) = told_delivery(cohort(since), [], zone, now)
    assert (begun.title, begun.told, begun.recovered) == ("Power users", False, False)
    assert "100 people would become 9" in begun.said
    assert [one.told for one in told_delivery(cohort(since), [begun.change_id], zone, now)] == [True]
    (over,) = told_delivery(cohort(None), [begun.change_id], zone, now)
    assert over.recovered
    assert not list(told_delivery(cohort(None), [begun.change_id, over.change_id], zone, now))
    again = list(told_delivery(cohort(now), [begun.change_id, over.change_id], zone, now))
    assert [one.told for one in again if not one.recovered] == [False]


def test_who_is_absent_enters_the_cohort_of_a_derived_event_and_leaves_it_on_coming_back(tmp_path: Path) -> None:
    with product(tmp_path) as one:

        def members() -> set[str]:
            with open_route_file(tmp_path) as connection, committed(connection):
                for found in cohorts_of(connection, "default"):
                    for session in sessions_of(connection, found.number):
                        while fold_some(connection, found, session, one.now):
                            pass
                return {who for (who,) in connection.execute("SELECT person FROM cohort_member WHERE told = 1")}

        one.source.events = [came("ada", at(1)), came("eve", at(2)), *(came("bob", at(day)) for day in range(1, 9))]
        assert not one.look(at(4, 7)), "nobody asked for the cohort, and the event is off"
        with open_route_file(tmp_path) as connection, committed(connection):
            take = CohortPage("default", "derived", AWAY, AWAY, "0", "add", 1, 1, [])
            take_page(connection, take, at(3))
        assert one.look(at(4, 7))
        assert members() == {"ada"}
        one.look(at(5, 7))
        assert members() == {"ada", "eve"}
        assert one.made() == [], "the event itself is off"
        one.source.events = [*one.source.events, came("ada", at(5, 20))]
        one.look(at(6, 7))
        assert members() == {"eve"}
        with open_route_file(tmp_path) as connection, committed(connection):
            tell_own_cohort(connection, "default", "another", "add", ["zoe"], one.now)
        assert members() == {"eve"}
