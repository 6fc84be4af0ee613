"""Events that are made where others do not come: once in a stretch of absence, and only where it is known for whole."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.route.manifest_contract import ManifestContract, read_contract
from campaign_health.route.moving import Moving
from campaign_health.route.net.absence_look import AbsenceLook
from campaign_health.route.net.export_source import ExportSource
from campaign_health.route.recovery.qualifying import PersonEvent
from collectors.errors import CollectorError, ExportCutOff
from storage.outbox.connection.outbox_connection import Place, PostgresPlace
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import PersonHash, committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.collectors_cast import Reply
from tests.holding_cast import EVENT, MANIFEST, company
from tests.net_cast import exported
from tests.waiting import until

pytestmark = pytest.mark.slow("route")
AWAY = "away"
BERLIN = ZoneInfo("Europe/Berlin")
WITH_AWAY = MANIFEST.replace("campaigns:\n", f"""\
  {AWAY}:
    route: {{person: {{id: user_id}}}}
derived:
  {AWAY}: {{absent: [{EVENT}, invited], for: 2 days, at: "06:00"}}
renames:
  - {{from: asked, to: invited}}
campaigns:
  - id: 2
    event: {AWAY}
""")  # fmt: skip
DAY = 86_400.0


class Told(ExportSource):
    """An export of which tests say what it has, and when it cannot be read."""

    events: Sequence[PersonEvent] = ()
    fails = False

    def between(self, names: Sequence[str], begin: float, end: float, now: float) -> list[PersonEvent]:
        if self.fails:
            raise ExportCutOff("cut off", source="Mixpanel")
        return [one for one in self.events if one.name in names and begin <= one.time < end]


@dataclass
class Product:
    """A workspace without a courier: what is made stays in the queue."""

    place: Place
    outbox: GroupCommit
    source: Told
    now: float = 0.0
    moving: Moving = field(init=False)
    looks: AbsenceLook = field(init=False)

    def __post_init__(self) -> None:
        path = self.source.data_dir / "campaign-health.yaml"
        self.moving = Moving("default", path, partial(read_contract, person_by="id"), print)
        self.looks = AbsenceLook(
            self.moving, self.source, self.outbox, PersonHash(self.place), lambda: None, lambda: self.now
        )

    def say(self, days: int = 2, at: str = "06:00") -> None:
        """What the manifest says from now on."""
        text = WITH_AWAY.replace("for: 2 days", f"for: {days} days").replace("06:00", at)
        (self.source.data_dir / "campaign-health.yaml").write_text(text, encoding="utf-8")

    def moved_since(self, since: float) -> None:
        """The mode of what is made was set then."""
        with open_route_file(self.place) as connection, committed(connection):
            set_mode(connection, "default", AWAY, "live")
            connection.execute("UPDATE event_mode SET since = ?", [since])

    def look(self, now: float) -> bool:
        """One look at an instant; whether the export was asked."""
        self.now = now
        self.looks._next.clear()
        self.moving._next = self.moving._next_hold = 0.0
        with open_route_file(self.place) as connection:
            self.moving.refresh(connection)
            return self.looks.look(connection)

    def made(self) -> list[tuple[str, float]]:
        """Of whom an event was made, and its instant."""
        with open_route_file(self.place) as connection:
            rows = connection.execute(
                "SELECT person, event_time FROM event_queue WHERE event = ? ORDER BY 2, 1", [AWAY]
            )
            return rows.fetchall()

    def noted(self) -> dict[str, str]:
        """Who is known, and on which day each was last seen."""
        with open_route_file(self.place) as connection:
            return dict(connection.execute("SELECT person, day FROM last_seen ORDER BY person").fetchall())


@contextmanager
def product(place: Place) -> Iterator[Product]:
    folder = place.data_dir if isinstance(place, PostgresPlace) else place
    outbox = GroupCommit(place)
    outbox.start()
    try:
        found = Product(place, outbox, Told("default", folder, lambda: pytest.fail("asked"), BERLIN))
        found.say()
        yield found
    finally:
        outbox.close()


def at(day: int, hour: int = 12, minute: int = 0) -> float:
    """An instant of a day of October 2026 in Berlin, whose clocks go back on the 25th; from 32 on, of November."""
    when = date(2026, 10, 1) + timedelta(days=day - 1)
    return datetime.combine(when, time_of_day(hour, minute), BERLIN).timestamp()


def came(person: str, instant: float, name: str = EVENT) -> PersonEvent:
    return PersonEvent(instant, {"$user_id": person}, name)


DAYS = range(18, 32)
PEOPLE = ("ada", "eve")


@given(
    days=st.integers(1, 3),
    active=st.fixed_dictionaries({one: st.sets(st.sampled_from(DAYS), max_size=6) for one in PEOPLE}),
    hour=st.sampled_from((0, 5, 7, 23)),
    up=st.sets(st.sampled_from(DAYS)),
    failing=st.sets(st.sampled_from(DAYS), max_size=3),
    always_up=st.booleans(),
    since=st.sampled_from(DAYS),
)
@settings(deadline=None, max_examples=80)
def test_nobody_is_told_twice_of_one_stretch_nor_at_all_of_one_that_is_not_known_to_be_whole(
    tmp_path_factory: pytest.TempPathFactory, days: int, active: dict[str, set[int]], hour: int, up: set[int],
    failing: set[int], always_up: bool, since: int,
) -> None:  # fmt: skip
    up, failing = (set(DAYS), set()) if always_up else (up, failing)
    with product(tmp_path_factory.mktemp("absence")) as found:
        found.say(days)
        found.moved_since(at(since, 6, 0))
        steady = [came("always there", at(day, 1)) for day in range(1, 40)]
        found.source.events = [*steady, *(came(one, at(day, hour)) for one in PEOPLE for day in active[one])]
        due = {}
        for day in sorted(up):
            found.source.fails = day in failing
            with suppress(CollectorError):
                found.look(at(day, 6, 6))
            for one in found.made():
                due.setdefault(one, day)
        made = found.made()
    for (person, instant), looked in due.items():
        last = datetime.fromtimestamp(instant, BERLIN).day - days - 1
        assert instant == at(last + days + 1, 6)
        assert instant >= at(since, 6)
        assert last in active[person], "they were there on the day from which it is counted"
        after = [day for day in active[person] if day > last and at(day, hour) < at(looked, 6, 6)]
        assert not after, "and nothing of theirs came since, up to the look"
    assert len(set(made)) == len(made)
    if always_up:
        wanted = {
            (person, at(last + days + 1, 6))
            for person in PEOPLE
            for last in active[person]
            if last + days + 1 in DAYS
            and last + days + 1 >= since
            and not any(last < day and at(day, hour) < at(last + days + 1, 6, 6) for day in active[person])
        }
        # Before the first look it is not known when they were there last, but for as far as it looks back.
        assert set(made) == wanted


def test_whoever_was_absent_before_is_not_told_when_it_is_switched_on_or_made_shorter(place: Place) -> None:
    with product(place) as found:
        found.say(9)
        found.moved_since(at(10, 12))
        found.source.events = [came("always there", at(day)) for day in range(1, 40)]
        found.source.events += [came(f"u-{day}", at(day)) for day in range(1, 12)]
        assert found.look(at(11, 6, 6))
        assert found.made() == [("u-1", at(11, 6))], "one whose days are full since it was switched on"
        found.say(3)
        assert found.look(at(11, 8))
        assert found.look(at(12, 6, 6))
        assert found.made() == [("u-1", at(11, 6)), ("u-8", at(12, 6))], "not the six in between"
        found.say(5)
        for day in (13, 14, 15):
            found.look(at(day, 6, 6))
        assert [person for person, _ in found.made()] == ["u-1", "u-8", "u-9"], "nobody twice, and on time"


def test_a_look_waits_for_its_time_and_is_made_once_a_day(place: Place) -> None:
    with product(place) as found:
        found.source.events = [came("ada", at(10)), came("always there", at(11)), came("always there", at(12))]
        assert not found.look(at(13, 6, 6)), "it is off"
        found.moved_since(at(1))
        assert not found.look(at(13, 6, 4)), "what came a little before may not be in the export yet"
        assert found.look(at(13, 6, 5))
        assert not found.look(at(13, 23))
        assert found.made() == [("ada", at(13, 6))]


def test_an_event_that_came_under_its_old_name_is_one_and_another_event_will_do(place: Place) -> None:
    with product(place) as found:
        found.moved_since(at(1))
        found.source.events = [
            came("always there", at(12)), came("old name", at(10)), came("old name", at(12), "asked"),
            came("other", at(10)), came("other", at(11), "invited"), came("unrelated", at(10)),
            came("unrelated", at(12), "seen"),
        ]  # fmt: skip
        found.look(at(13, 6, 6))
        assert found.made() == [("unrelated", at(13, 6))]


def test_days_without_any_of_the_events_prove_nobody_absent(place: Place) -> None:
    """An event that was renamed looks like this: everybody would be told that they do not come any more."""
    with product(place) as found:
        found.moved_since(at(1))
        found.source.events = [came(f"u-{number}", at(10)) for number in range(5)]
        found.look(at(11, 6, 6))
        found.look(at(12, 6, 6))
        for day in (13, 14, 15):
            with pytest.raises(CollectorError, match="other names"):
                found.look(at(day, 6, 6))
        assert found.made() == []
        found.source.events += [came("u-0", at(15, 5))]
        found.look(at(15, 7))
        assert len(found.made()) == 4


def test_days_that_were_never_read_make_nobody_absent(place: Place) -> None:
    with product(place) as found:
        found.moved_since(at(1))
        found.source.events = [came("always there", at(day)) for day in range(1, 40)]
        found.source.events += [came("ada", at(10)), came("ada", at(14))]
        found.look(at(11, 6, 6))
        found.look(at(20, 6, 6))
        assert found.made() == [], "she came on a day that nobody read"
        assert list(found.noted()) == ["always there"]


def test_people_known_by_their_address_are_not_kept_for_days() -> None:
    manifest = parse_manifest(WITH_AWAY, "campaign-health.yaml").manifest
    assert ManifestContract(manifest, "email").absences == ()
    (rule,) = ManifestContract(manifest, "id").absences
    assert (rule.name, rule.events, rule.days, rule.at) == (AWAY, ("asked", "invited", EVENT), 2, time_of_day(6))
    assert AWAY not in ManifestContract(manifest, "id").sent_names


def test_whoever_stays_away_gets_the_message_by_http_on_both_sides(tmp_path: Path) -> None:
    today = datetime.now(BERLIN).date() - timedelta(days=1)
    six = datetime.combine(today, time_of_day(6), BERLIN).timestamp()
    with company(tmp_path, WITH_AWAY) as found, exported() as there:
        looks = AbsenceLook(
            found.moving, there.source(tmp_path, BERLIN), found.outbox, found.hash_of, found.courier.wake,
            lambda: six + 360,
        )  # fmt: skip
        found.write(lambda connection: set_mode(connection, "default", AWAY, "live"))
        found.write(lambda connection: connection.execute("UPDATE event_mode SET since = ?", [six - 10 * DAY]))
        until(lambda: found.moving.routed(AWAY) is not None)
        ago = time.time() - six
        for person, days in (("ada", 2.5), ("eve", 2.0), ("$device:1", 2.5), ("bob", 8.0)):
            there.has(person, ago=ago + days * DAY)
        there.has("ann", ago=ago + 2.5 * DAY)
        there.has("ann", ago=ago + 3600)
        with open_route_file(tmp_path) as connection:
            whole = there.server.replies[0]
            there.answer(Reply(body=whole.body, headers=whole.headers, cut=5))
            with pytest.raises(CollectorError):
                looks.look(connection)
            there.answer(whole)
            looks._next.clear()
            assert looks.look(connection)
        until(lambda: bool(found.events()))
        (event,) = found.events()
        assert (event["name"], event["identifiers"], event["timestamp"]) == (AWAY, {"id": "ada"}, int(six))
        assert found.numbers(AWAY)["received"] == 1
