"""Who should have got a message, who missed it and who can be reached: laws of the pure parts, and hostile events."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.cli.of_route.recovery_view import write_people
from campaign_health.errors import CouldNotStart
from campaign_health.manifest.conditions import holds
from campaign_health.manifest.durations import promised_seconds, seconds_of
from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.problems import ManifestError
from campaign_health.route.person import person_of
from campaign_health.route.recovery.looking import Found
from campaign_health.route.recovery.missed import Known, Missed, Profile, who_missed
from campaign_health.route.recovery.qualifying import Expected, PersonEvent, ShouldHave, should_have
from campaign_health.route.recovery.recovery_plan import names_of, plan_for
from campaign_health.route.recovery.unnamed import unnamed
from collectors.errors import RequestRefused
from tests.full_disk import full_disk

NOW = 1_800_000_000.0
PEOPLE = st.sampled_from([f"u{number}" for number in range(12)])
TIMES = st.floats(NOW - 9 * 86_400, NOW)
SOME = st.dictionaries(PEOPLE, TIMES)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7 days", 604_800), ("a day", 86_400), ("an hour", 3600), ("1 Week", 604_800), ("0 days", None), ("soon", None),
     ("7", None), ("", None), ("-3 days", None)],
)  # fmt: skip
def test_lengths_of_time_are_read_as_people_write_them(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds
    assert promised_seconds(f"within {text}") == seconds
    assert promised_seconds(text) is None, "without `within` it promises nothing"


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        ({"hits": "at least 3"}, True), ({"hits": "more than 3"}, False), ({"hits": "at most 3"}, True),
        ({"hits": "less than 3"}, False), ({"hits": 3}, True), ({"hits": "3"}, False),
        ({"plan": ["pro", "team"]}, True),
        ({"limits.projects": 5}, True), ({"limits.seats": 5}, None), ({"nobody": "x"}, None), ({"trial": True}, True),
        ({"trial": 1}, False), ({"plan": "at least 3"}, None), ({"nobody": "x", "hits": 4}, False), ({}, True),
    ],
)  # fmt: skip
def test_conditions_hold_do_not_hold_or_cannot_be_told(when: dict[str, object], answer: bool | None) -> None:
    read = {name: tuple(asked) if isinstance(asked, list) else asked for name, asked in when.items()}
    properties = {"hits": 3, "plan": "pro", "limits": {"projects": 5}, "trial": True}
    assert holds(read, properties) is answer  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("properties", "person"),
    [
        ({"$user_id": "u1", "distinct_id": "x"}, "u1"), ({"distinct_id": "u2"}, "u2"), ({"distinct_id": 17}, "17"),
        ({"distinct_id": "$device:abc"}, None), ({"distinct_id": "undefined"}, None), ({"$user_id": "x" * 151}, None),
        ({"$user_id": ["u1"]}, None), ({"$user_id": True}, None), ({}, None),
        ({"$user_id": "u\ud800"}, None), ({"$user_id": "u1\nu2"}, None),
    ],
)  # fmt: skip
def test_an_event_names_somebody_or_nobody(properties: dict[str, object], person: str | None) -> None:
    assert person_of(properties, "id") == person
    assert person_of(properties | {"email": "Ada@Example.com"}, "email") == "ada@example.com"
    assert person_of({"email": "no address"}, "email") is None


@given(
    people=st.dictionaries(PEOPLE, TIMES.map(lambda at: Expected(at, at))),
    sent=SOME, dropped=SOME, converted=SOME, before=SOME, asked=st.sets(PEOPLE),
    profiles=st.dictionaries(PEOPLE, st.builds(Profile, st.sampled_from([True, False, None]), st.booleans())),
    relevant=st.none() | st.floats(0, 864_000), once=st.floats(0, 864_000),
)  # fmt: skip
def test_everybody_is_in_exactly_one_place_and_nobody_is_reachable_by_mistake(
    people: dict[str, Expected], sent: dict[str, float], dropped: dict[str, float], converted: dict[str, float],
    before: dict[str, float], asked: set[str], profiles: dict[str, Profile], relevant: float | None, once: float,
) -> None:  # fmt: skip
    known = Known(sent, dropped, converted, before, profiles, asked)
    found = who_missed(people, known, NOW, relevant_seconds=relevant, once_seconds=once)
    places = [*found.reached, *found.not_due, *found.beyond, *found.reachable]
    assert sorted(places) == sorted(people)
    assert found.missed == sum(found.reasons.values()) + len(found.reachable)
    for one in found.reachable:
        assert sent.get(one, 0) < people[one].first
        assert before.get(one, 0) < people[one].first
        assert before.get(one, 0) <= people[one].last - once
        assert profiles[one] == Profile(unsubscribed=False, has_address=True)


@pytest.mark.parametrize(
    ("recovered_days_ago", "once_days", "is_reachable"),
    [(1, 0, False), (3.001, 0, False), (4, 0, True), (400, 0, True), (8, 7, False), (10, 7, True), (300, 365, False)],
)
def test_an_earlier_recovery_counts_for_the_events_before_it_and_as_long_as_once_says(
    recovered_days_ago: float, once_days: float, is_reachable: bool
) -> None:
    people = {"u": Expected(NOW - 3 * 86_400, NOW - 2 * 86_400)}
    known = Known(
        recovered_before={"u": NOW - recovered_days_ago * 86_400},
        profiles={"u": Profile(unsubscribed=False, has_address=True)}, asked={"u"},
    )  # fmt: skip
    found = who_missed(people, known, NOW, once_seconds=once_days * 86_400)
    assert (found.reachable == ("u",)) is is_reachable
    assert found.reasons == ({} if is_reachable else {"recovered_before": 1})


@given(st.lists(st.tuples(PEOPLE, TIMES, st.integers(0, 5))))
def test_a_person_counts_once_however_often_they_qualified(events: list[tuple[str, float, int]]) -> None:
    found = should_have(
        [PersonEvent(at, {"distinct_id": who, "n": n}) for who, at, n in events], {"n": "at least 3"}, "id"
    )
    wanted = [(who, at) for who, at, n in events if n >= 3]
    assert found.qualifying == len(wanted)
    assert set(found.people) == {who for who, _ in wanted}
    for who, when in found.people.items():
        assert (when.first, when.last) == (
            min(at for one, at in wanted if one == who), max(at for one, at in wanted if one == who)
        )  # fmt: skip


def test_all_names_of_an_event_are_followed_through_its_renames() -> None:
    renames = [("a", "b"), ("b", "c"), ("x", "y"), ("c", "a")]
    assert set(names_of("b", renames)) == {"a", "b", "c"}
    assert names_of("z", renames) == ("z",)


def test_the_days_of_a_plan_are_whole_local_ones_over_a_change_of_clocks() -> None:
    zone = ZoneInfo("Europe/Berlin")
    plan = plan_for(None, "default", 1, "Welcome", "x", [], (date(2026, 10, 25), date(2026, 10, 25)), zone)
    assert plan.end - plan.begin == 25 * 3600


def test_what_the_manifest_cannot_mean_is_refused_with_the_cure() -> None:
    text = "version: 1\ncampaigns:\n  - {name: A, event: x, once: sometimes, when: {a: null}, relevant_for: 3}\n"
    with pytest.raises(ManifestError) as failure:
        parse_manifest(text)
    said = [(one.message, one.cure) for one in failure.value.problems]
    assert sorted(said) == [
        ("A: `campaigns[1].once`: this is no length of time", "Write it like `7 days`, or `ever`."),
        ("A: `campaigns[1].relevant_for` is `3`, not text", 'Write it in quotes: "3".'),
        ("A: `campaigns[1].when.a`: this is no condition", "Write `at least 3`, a value, or a list of values."),
    ]


def test_whoever_s_message_may_be_on_its_way_has_not_missed_it_yet() -> None:
    events = [PersonEvent(NOW - 60, {"$user_id": "new"}), PersonEvent(NOW - 7200, {"$user_id": "old"}),
              PersonEvent(NOW - 60, {"$user_id": "old"})]  # fmt: skip
    found = should_have(events, {}, "id", NOW - 3600)
    assert found.people == {"old": Expected(NOW - 7200, NOW - 7200)}
    assert (found.qualifying, found.too_new) == (3, 2)


def test_a_list_of_people_that_could_not_be_written_to_its_end_is_taken_away(tmp_path: Path) -> None:
    people = tuple(f"u-{number}" for number in range(10_000))
    with full_disk(), pytest.raises(CouldNotStart, match="to its end"):
        write_people(tmp_path / "people.csv", Found(ShouldHave(), Missed((), (), {}, people)))
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_that_quotes_people_is_told_without_them() -> None:
    people = ["u-1", "u-10", "ada@example.com"]
    with pytest.raises(RequestRefused) as told, unnamed(people):
        raise RequestRefused("400 (u-10, Ada@Example.com and u-1 are no ids, u-100 is).", "Ask u-1.", source="C")
    assert str(told.value) == "400 (…, … and … are no ids, u-100 is). Ask …."
    assert told.value.message == "400 (…, … and … are no ids, u-100 is)."
    assert told.value.cure == "Ask …."
