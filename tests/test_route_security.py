"""What the route promises of security and personal data, each promise tried on a `route serve` of its own process."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from campaign_health.manifest.problems import ManifestError
from campaign_health.route.manifest_contract import read_contract
from tests.moved_cast import MANIFEST, NAME, Company, company, post, run
from tests.reports_cast import listening
from tests.security_cast import BROWSERS, PUBLIC, SITE, event, in_files, letters, numbers, of_page, own, sent
from tests.waiting import until

pytestmark = pytest.mark.slow("route")


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        run("route", "mode", NAME, "live")
        yield found


def test_a_page_sends_only_from_sites_that_are_set_only_an_id_and_not_without_end(moved: Company) -> None:
    """Row 1: off by default; on: `Origin` list, rates, and neither an address nor a profile attribute of it."""
    manifest = moved.folder / "campaign-health.yaml"
    manifest.write_text(MANIFEST.replace("    route:", "    profile: {plan: plan}\n    route:"), encoding="utf-8")
    with moved.serving() as (url, _):
        assert of_page(url, 0, **{"$user_id": "u-1"}) == 401
    with moved.serving(**BROWSERS) as (url, _):
        assert of_page(url, 1, "https://evil.example", **{"$user_id": "u-1"}) == 401
        assert of_page(url, 2, email="ada@company.example") == 200
        assert of_page(url, 3, **{"$user_id": "u-1", "email": "ada@company.example"}) == 200
        until(lambda: numbers().get("delivered") == 1)
        assert [of_page(url, number, **{"$user_id": "u-1"}) for number in range(10, 45)] == [200] * 35
        until(lambda: numbers().get("waiting") == 0)
        assert (numbers()["delivered"], letters()) == (30, [(NAME, "no_person", 1)]), "of a person 30 a minute"
    assert {person for person, _ in sent(moved)} == {"u-1"}
    assert moved.sandbox.world.received.identified == []
    trusting = json.loads(doctor(moved, CAMPAIGN_HEALTH_ROUTE_TRUST_BROWSER="true", **BROWSERS).stdout)
    assert "whoever opens the site can have a message sent to any address" in json.dumps(trusting)


def test_where_it_is_asked_for_a_page_speaks_only_of_people_whom_a_server_named(moved: Company) -> None:
    """Row 1: only an id that the backend made known; of all others the event is a letter, and sent once they are."""
    with moved.serving(CAMPAIGN_HEALTH_ROUTE_BROWSER_PEOPLE="known", **BROWSERS) as (url, _):
        assert of_page(url, 1, **{"$user_id": "u-1"}) == 200
        until(lambda: letters() == [(NAME, "no_person", 1)])
        other = {"event": "signed in", "person": {"id": "u-1"}, "properties": {}}
        assert own(url, "events", other).status_code == 200
        assert of_page(url, 2, **{"$user_id": "u-1"}) == 200
        assert of_page(url, 3, **{"$user_id": "u-2"}) == 200
        until(lambda: len(sent(moved)) == 1 and letters() == [(NAME, "no_person", 2)])
    with moved.serving(CAMPAIGN_HEALTH_ROUTE_BROWSER_PEOPLE="known", **BROWSERS) as (url, _):
        assert of_page(url, 4, **{"$user_id": "u-1"}) == 200
        until(lambda: len(sent(moved)) == 2)
        run("route", "forget", "u-1")
        assert of_page(url, 5, **{"$user_id": "u-1"}) == 200
        until(lambda: len(letters()) == 1 and numbers().get("waiting") == 0)
    assert {person for person, _ in sent(moved)} == {"u-1"}
    assert len(sent(moved)) == 2


def doctor(found: Company, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `doctor --json` says."""
    return subprocess.run(
        [sys.executable, "-m", "campaign_health", "doctor", "--json"], cwd=found.folder, capture_output=True, text=True,
        timeout=120, env={**found.environment, **environment, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


def test_names_that_pages_make_up_push_out_none_that_a_server_sends(moved: Company) -> None:
    """Row 1: what anybody can post does not blind the search for an event that was renamed."""

    def noted() -> set[str]:
        with closing(sqlite3.connect(moved.folder / "data" / "route.sqlite")) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM unmoved_name")}

    with moved.serving(**BROWSERS) as (url, _):
        for begin in range(0, 500, 50):
            some = [
                {"event": f"made up {number}", "properties": {"token": PUBLIC, "$user_id": f"u-{number}"}}
                for number in range(begin, begin + 50)
            ]
            answer = requests.post(f"{url}/default/track", json=some, headers={"Origin": SITE}, timeout=20)
            assert answer.status_code == 200
        events = [{"event": f"own {number}", "person": {"id": "u"}, "properties": {}} for number in range(1_000)]
        assert own(url, "batch", {"events": events}).status_code == 200
        until(lambda: sum(name.startswith("own ") for name in noted()) == 1_000)
    assert sum(name.startswith("made up ") for name in noted()) <= 300


def test_no_event_says_where_a_campaigns_message_goes(moved: Company) -> None:
    """Row 2: `recipient`, `from_address` and `reply_to` never leave, and no manifest may name them."""
    redirecting = dict.fromkeys(("recipient", "from_address", "reply_to"), "mallory@evil.example")
    with moved.serving() as (url, _):
        assert post(url, 1, **redirecting) == 200
        until(lambda: len(sent(moved)) == 1)
    assert sent(moved) == [("u-1", {"plan_name": "pro", "seats": 1})]
    for name in redirecting:
        path = moved.folder / "other.yaml"
        path.write_text(MANIFEST.replace("plan_name: plan", f"{name}: plan"), encoding="utf-8")
        with pytest.raises(ManifestError, match=name):
            read_contract(path, person_by="id")


def test_only_declared_properties_are_kept_and_only_mapped_ones_leave(moved: Company) -> None:
    """Row 3: what fits is stored with its declared properties, what does not is whole; only attributes leave."""
    run("route", "hold", NAME, "--why", "to look at it")
    with moved.serving() as (url, _):
        assert post(url, 1, diary="a-marked-secret") == 200
        until(lambda: numbers().get("held") == 1)
        assert b"a-marked-secret" not in in_files(moved.folder)
        run("route", "release", NAME, "--yes")
        assert post(url, 2, plan=17, diary="a-marked-secret") == 200
        until(lambda: letters() == [(NAME, "wrong_type", 1)] and len(sent(moved)) == 1)
        assert b"a-marked-secret" in in_files(moved.folder)
    assert sent(moved) == [("u-1", {"plan_name": "pro", "seats": 1})]


def test_what_was_delivered_is_nowhere_and_the_files_are_the_owners(moved: Company) -> None:
    """Row 4: file 0600, `secure_delete`, payload deleted on delivery, log cut off when idle, people as hashes only."""
    with moved.serving() as (url, _):
        assert own(url, "events", event(1, person="u-marked-person", seats=77_123)).status_code == 200
        until(lambda: numbers().get("delivered") == 1)
        until(lambda: b"u-marked-person" not in in_files(moved.folder))
        assert b"77123" not in in_files(moved.folder)
        for path in (moved.folder / "data").glob("route.*"):
            assert path.stat().st_mode & 0o777 == 0o600, path.name


def test_no_person_is_in_what_it_says_counts_or_leaves_for_the_dashboard(moved: Company) -> None:
    """Row 5: never a person, never a payload in logs, numbers, metrics and lists."""
    with listening(moved.folder, "--metrics-port", "0", **moved.environment | BROWSERS) as (url, process):
        assert process.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/metrics", process.stderr.readline())
        assert found
        for number, more in enumerate([{}, {"plan": 5}, {"plan": None}, {"seats": "u-marked-person"}]):
            assert own(url, "events", event(number, person="u-marked-person", **more)).status_code == 200
        assert own(url, "events", b'{"event": "u-marked-person').status_code == 400
        assert own(url, "segment", b"u-marked-person").status_code == 200
        assert of_page(url, 9, **{"$user_id": "u-marked-person"}) == 200
        until(lambda: sum(one for _, _, one in letters()) == 3 and numbers().get("delivered") == 2)
        said = requests.get(found[0], timeout=20).text
        process.terminate()
        said += process.stderr.read()
    said += (
        run("route", "status", "--json").stdout + run("route", "dead", "--json").stdout + run("route", "dead").stdout
    )
    said += "".join(path.read_text() for path in (moved.folder / "data").glob("*.json"))
    assert NAME in said
    assert "u-marked-person" not in said


def test_a_person_who_is_forgotten_is_in_no_row_and_it_is_said_what_stays(moved: Company) -> None:
    """Row 6: `route forget` deletes rows, letters, holds, ledger and windows, and says what cannot be undone."""
    run("route", "hold", NAME, "--why", "to look at it")
    with moved.serving() as (url, _):
        assert own(url, "events", event(1, person="u-marked-person")).status_code == 200
        until(lambda: numbers().get("held") == 1)
        run("route", "release", NAME, "--yes")
        until(lambda: numbers().get("delivered") == 1)
        assert own(url, "events", event(2, person="u-marked-person", plan=5)).status_code == 200
        until(lambda: letters() == [(NAME, "wrong_type", 1)])
        said = run("route", "forget", "u-marked-person").stdout
        assert "What Customer.io and files of --write have stays." in said
        assert letters() == []
        until(lambda: b"u-marked-person" not in in_files(moved.folder))


def test_it_is_open_to_others_only_behind_a_proxy(moved: Company) -> None:
    """Row 8: refuses to listen on other than loopback without `--behind-proxy`."""
    command = [sys.executable, "-m", "campaign_health", "route", "serve", "--port", "0", "--address", "0.0.0.0"]
    done = subprocess.run(
        command, cwd=moved.folder, capture_output=True, text=True, timeout=60,
        env=moved.environment | {"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert (done.returncode, "--behind-proxy" in done.stderr) == (2, True)
    with listening(moved.folder, "--address", "0.0.0.0", "--behind-proxy", **moved.environment) as (url, _):
        assert requests.get(url.replace("0.0.0.0", "127.0.0.1") + "/healthz", timeout=20).status_code == 200


def test_no_address_in_an_event_is_asked_for(moved: Company) -> None:
    """Row 9: no address is ever taken from an event."""
    with socket.create_server(("127.0.0.1", 0)) as trap, moved.serving(**BROWSERS) as (url, _):
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        places = dict.fromkeys(
            ("url", "$current_url", "callback", "stripe_customer_id", "api_url", "redirect"), address
        )
        assert own(url, "events", event(1, **places, plan=address)).status_code == 200
        headers = {"X-Forwarded-Host": address, "Referer": address, "X-Original-URL": address}
        assert own(url, "events", event(2), **headers).status_code == 200
        assert of_page(url, 3, **places, **{"$user_id": "u-2"}) == 200
        until(lambda: len(sent(moved)) == 3)
        trap.settimeout(1.0)
        with pytest.raises(TimeoutError):
            trap.accept()


def test_with_a_key_no_property_is_in_the_file_and_another_key_does_not_start(moved: Company) -> None:
    """Row 4: `CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY` seals payloads: what waits, is held, is dead, or is of a device."""
    keys = {name: {"CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY": name * 32} for name in "ab"}
    run("route", "hold", NAME, "--why", "to look at it")
    of_device = {"event": NAME, "properties": {"$device_id": "phone", "plan": "a-marked-plan", "$insert_id": "d"}}
    with moved.serving(**keys["a"]) as (url, _):
        assert own(url, "events", event(1, plan="a-marked-plan")).ok
        assert own(url, "events", event(2, plan=["a-marked-plan"])).ok
        assert own(url, "track", [of_device]).ok
        until(lambda: (numbers().get("held"), numbers().get("waiting")) == (2, 1))
        assert b"a-marked-plan" not in in_files(moved.folder)
    assert run("route", "release", NAME, "--dry-run").exit_code == 0
    for other in (keys["b"], {}):
        with pytest.raises(AssertionError, match="sealed with another key"), moved.serving(**other):
            pass
    with moved.serving(CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY=f"{'b' * 32},{'a' * 32}") as (url, _):
        run("route", "release", NAME, "--yes")
        until(lambda: numbers().get("delivered") == 1 and letters() == [(NAME, "wrong_type", 1)])
        assert own(url, "events", event(3, plan="a-marked-plan")).ok
        until(lambda: numbers().get("delivered") == 2)
        assert b"a-marked-plan" not in in_files(moved.folder)
    assert {attributes["plan_name"] for _, attributes in sent(moved)} == {"a-marked-plan"}
