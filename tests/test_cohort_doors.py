"""Cohorts through the doors of a listening process: as Mixpanel and Amplitude post them, and killed in between."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from campaign_health.errors import Refused
from campaign_health.sandbox.amplitude.cohort_messages import cohort_messages
from campaign_health.sandbox.mixpanel.cohort_pages import cohort_pages
from storage.outbox.cohorts.cohort_list import Cohort, cohorts_of
from storage.outbox.route_file import open_route_file
from tests.cohorts_cast import people, send
from tests.moved_cast import TOKEN, Company, company, run
from tests.reports_cast import listening
from tests.waiting import until

pytestmark = pytest.mark.slow("route")


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        yield found


@contextmanager
def serving(of: Company) -> Iterator[str]:
    with listening(of.folder, **of.environment | {"CUSTOMERIO_REPORTING_SIGNING_KEY": ""}) as (url, _):
        yield url


def listed() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run("route", "cohorts", "--json").stdout)["cohorts"]
    return rows


def segment(of: Company) -> set[str]:
    with open_route_file(of.folder / "data") as connection:
        number = next((one.segment_id for one in cohorts_of(connection, "default")), None)
    return set() if number is None else set(of.sandbox.world.people.members.get(number, ()))


def completed(of: Company) -> Callable[[], bool]:
    """Whether something was folded since now."""

    def newest() -> list[Cohort]:
        with open_route_file(of.folder / "data") as connection:
            return cohorts_of(connection, "default")

    before = {found.number: found.completed for found in newest()}
    return lambda: any(found.completed not in (None, before.get(found.number)) for found in newest())


def test_a_cohort_of_25000_becomes_its_segment_however_often_the_process_is_killed(one: Company) -> None:
    """Killed between pages and between blocks; what was not answered comes again, as Mixpanel sends it."""
    chance = random.Random(7)
    wanted = people(25_000)
    second = people(24_000, 2_000)
    sessions = [("members", wanted, "s-1"), ("members", second, "s-2"), ("remove_members", people(3_000, 5_000), "s-3")]
    after = [set(wanted), set(second), set(second) - set(people(3_000, 5_000))]
    kills, before = 0, set[str]()
    for (action, who, session), equal in zip(sessions, after, strict=True):
        left = list(cohort_pages(action, who, session))
        while left:
            with serving(one) as url:
                some = left[: chance.randint(6, 16)]
                answers = send(url, some)
                assert [answer.json()["status"] for answer in answers] == ["success"] * len(some)
                if session == "s-1" and len(left) == 25:
                    run("route", "cohorts", "Power users", "--mode", "live")
                # The newest may or may not have been kept when it is killed: it comes again.
                left = left[len(some) - chance.randint(0, 1) :] if len(some) < len(left) else []
                if left:
                    assert segment(one) == before, "half a session"
                time.sleep(chance.uniform(0, 1.0))
            kills += 1
        for _ in range(2):
            with serving(one):
                time.sleep(chance.uniform(0.5, 3.0))
            kills += 1
        with serving(one):
            until(lambda equal=equal: segment(one) == equal and not listed()[0]["to_add"], 40)  # type: ignore[misc]
        kills += 1
        before = equal
    assert kills >= 10
    (row,) = listed()
    assert {row["people"], row["in_segment"], row["counted"]} == {len(before)}
    assert not row["trouble"]


def test_a_shrunken_cohort_is_told_shown_and_let_go_and_a_person_is_forgotten(one: Company) -> None:
    with serving(one) as url:
        done = completed(one)
        send(url, cohort_pages("members", people(1_200), "s-1"))
        until(done)
        assert "Nothing is done yet" in run("route", "cohorts").output
        run("route", "cohorts", "901", "--mode", "live")
        until(lambda: segment(one) == set(people(1_200)))
        assert "1,200" in run("route", "cohorts").output
        with pytest.raises(Refused, match="Nothing of"):
            run("route", "cohorts", "Power users", "--release")
        send(url, cohort_pages("members", people(5), "s-2"))
        until(lambda: listed()[0]["held_since"] is not None)
        assert segment(one) == set(people(1_200))
        told = run("route", "cohorts").output
        assert "1,200 people would become 5" in told.replace("\n", " ")
        run("route", "cohorts", "Power users", "--release", "--yes")
        until(lambda: segment(one) == set(people(5)))
        assert "row" in run("route", "forget", "u-3").output
        with open_route_file(one.folder / "data") as connection:
            rows = connection.execute("SELECT person FROM cohort_member ORDER BY 1").fetchall()
        assert [person for (person,) in rows] == ["u-0", "u-1", "u-2", "u-4"]


def test_the_doors_answer_each_service_in_its_words_and_within_its_time(one: Company) -> None:
    with serving(one) as url:
        (page,) = cohort_pages("members", people(1_000), "s-1")
        (message,) = cohort_messages(True, people(1_000), 1_700_000_000)

        def post(service: str, body: Any, token: str | None = TOKEN) -> requests.Response:
            known = {} if token is None else {"Authorization": f"Bearer {token}"}
            return requests.post(f"{url}/default/{service}/cohort", json=body, headers=known, timeout=20)

        for service, body in (("mixpanel", page), ("amplitude", message)):
            assert post(service, body, None).status_code == 401
            assert post(service, body, "another").status_code == 401
        assert post("mixpanel", page, None).json()["status"] == "failure"
        begun = time.monotonic()
        assert post("mixpanel", page).json() == {"action": "members", "status": "success"}
        assert post("amplitude", message).status_code == 200
        assert time.monotonic() - begun < 2
        told = page["parameters"]
        for body in (
            [], {}, "x", {**page, "action": "other"}, {"action": "members"},
            {**page, "parameters": {**told, "members": [1]}},
            {**page, "parameters": {**told, "page_info": {"total_pages": 2, "page_count": 3}}},
            {**page, "parameters": {**told, "mixpanel_session_id": ""}},
        ):  # fmt: skip
            answer = post("mixpanel", body)
            assert (answer.status_code, answer.json()["status"]) == (400, "failure")
            assert answer.json()["error"]["code"] == 400
        for body in ([], {**message, "in_cohort": 1}, {**message, "users": None}, {**message, "cohort_id": None}):
            assert post("amplitude", body).status_code == 400
        told["mixpanel_cohort_name"] = "力\u3000\u200d users"
        assert post("mixpanel", page).status_code == 200, "a name is no reason to have the sync paused"
        nameless = {"mixpanel_distinct_id": "$device:1", "email": ""}
        told["members"][0], told["mixpanel_session_id"] = nameless, "s-2"
        assert post("mixpanel", page).status_code == 200
        until(lambda: any(row["nobody"] for row in listed()))
        assert {row["source"]: (row["people"], row["nobody"]) for row in listed() if row["source"] == "mixpanel"} == {
            "mixpanel": (999, 1)
        }
