"""Mixpanel's own SDKs for browsers and Node at the door, and the door as `route serve` opens it."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page

from campaign_health.route.doors.door_keys import DoorKeys
from tests.doors_cast import EVENT, PUBLIC, TOKEN, Door
from tests.doors_cast import listening as door_listening
from tests.reports_cast import listening as serving
from tests.waiting import until

pytestmark = pytest.mark.slow("route")
PACKAGES = ("mixpanel@0.24.0", "mixpanel-browser@2.83.0")
MANIFEST = """\
version: 1
events:
  limit_hit:
    properties: {plan: {type: string}}
    route:
      attributes: {plan_name: plan}
campaigns:
  - {id: 1, event: limit_hit}
"""
NODE = """
const client = require("mixpanel").init(process.argv[1], {host: process.argv[2], protocol: "http", path: "/default"});
const event = (n) => ({distinct_id: "u-" + n, $insert_id: "i-" + n, plan: "pro"});
const told = (what) => (error) => console.log(what, error ? String(error) : "well");
client.track("limit_hit", event(1), told("track"));
client.track_batch([{event: "limit_hit", properties: event(2)}, {event: "limit_hit", properties: event(3)}],
  (errors) => console.log("batch", errors ? String(errors) : "well"));
client.people.set("u-1", {plan: "pro"}, told("people"));
"""


@pytest.fixture(scope="session")
def modules(request: pytest.FixtureRequest) -> Path:
    """Mixpanel's packages from npm, kept between runs; skips with a reason where they cannot be had."""
    assert request.config.cache is not None
    folder = Path(request.config.cache.mkdir("npm_packages"))
    found = folder / "node_modules"
    if not all((found / name.partition("@")[0]).is_dir() for name in PACKAGES):
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm on this machine: Mixpanel's SDKs for browsers and Node are not tried")
        options = ("--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder))
        try:
            done = subprocess.run([npm, "install", *options, *PACKAGES], capture_output=True, text=True, timeout=120)
        except subprocess.TimeoutExpired:
            pytest.skip("npm's registry does not answer: Mixpanel's SDKs for browsers and Node are not tried")
        if done.returncode:
            pytest.skip(f"npm could not fetch Mixpanel's SDKs: {done.stderr[-200:]}")
    return found


def test_mixpanels_sdk_for_node_is_content(modules: Path, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    with door_listening(tmp_path) as door:
        done = subprocess.run(
            [node, "-e", NODE, TOKEN, door.url.removeprefix("http://")],
            cwd=modules.parent, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert sorted(done.stdout.split("\n")) == ["", "batch well", "people well", "track well"], done.stderr
        assert sorted((one.person, one.body) for one in door.waiting()) == [
            (f"u-{number}", '{"plan":"pro"}') for number in (1, 2, 3)
        ]


@pytest.fixture
def site(modules: Path, tmp_path: Path) -> Iterator[str]:
    """A site with a page that loads Mixpanel's SDK; its origin."""
    pages = tmp_path / "pages"
    pages.mkdir()
    shutil.copy(modules / "mixpanel-browser/dist/mixpanel.module.js", pages / "sdk.js")
    (pages / "index.html").write_text(
        "<!doctype html><title>A page</title>"
        "<script type=module>import mixpanel from './sdk.js'; window.mixpanel = mixpanel</script>"
    )
    handler = partial(_Silent, directory=str(pages))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def visit(page: Page, site: str, door: Door, token: str = PUBLIC, **options: Any) -> None:
    page.goto(site)
    page.evaluate("window.errors = []")
    config = {"api_host": f"{door.url}/default", "batch_flush_interval_ms": 300} | options
    page.evaluate(
        "([token, config]) => mixpanel.init(token, {...config, error_reporter: (said) => errors.push(String(said))})",
        [token, config],
    )


@pytest.mark.browser
@pytest.mark.parametrize(("at_once", "form"), [(False, "base64"), (True, "base64"), (False, "json")])
def test_mixpanels_sdk_for_browsers_is_content(page: Page, site: str, tmp_path: Path, at_once: bool, form: str) -> None:
    keys = DoorKeys((TOKEN,), PUBLIC, frozenset((site,)))
    with door_listening(tmp_path / "door", keys) as door:
        visit(page, site, door, api_payload_format=form)
        page.evaluate("mixpanel.identify('u-1'); mixpanel.people.set({plan: 'pro'})")
        page.evaluate(
            """([name, options]) => new Promise((done) =>
                mixpanel.track(name, {plan: "pro", email: "somebody@else.example"}, options, done))""",
            [EVENT, {"send_immediately": at_once}],
        )
        until(lambda: len(door.waiting()) == 1)
        (stored,) = door.waiting()
        assert (stored.person, stored.source, json.loads(stored.body)) == ("u-1", "browser", {"plan": "pro"})
        page.wait_for_timeout(1000)
        assert page.evaluate("errors") == []
        assert door.numbers()["received"] == 1


@pytest.mark.browser
def test_what_a_page_sends_as_it_is_closed_comes_too(page: Page, site: str, tmp_path: Path) -> None:
    with door_listening(tmp_path / "door", DoorKeys((TOKEN,), PUBLIC, frozenset((site,)))) as door:
        visit(page, site, door)
        page.evaluate(
            """name => { mixpanel.identify('u-1');
                mixpanel.track(name, {plan: 'pro'}, {transport: 'sendBeacon', send_immediately: true}) }""",
            EVENT,
        )
        page.goto("about:blank")
        until(lambda: [one.person for one in door.waiting()] == ["u-1"])


@pytest.mark.browser
def test_what_a_browser_could_not_hand_in_comes_once_the_disk_takes_it(page: Page, site: str, tmp_path: Path) -> None:
    keys = DoorKeys((TOKEN,), PUBLIC, frozenset((site,)))
    with door_listening(tmp_path / "door", keys) as door:
        door.outbox.close()
        visit(page, site, door)
        page.evaluate("name => { mixpanel.identify('u-1'); mixpanel.track(name, {plan: 'pro'}) }", EVENT)
        until(lambda: "503" in str(page.evaluate("errors")))
        kept = page.evaluate("JSON.stringify(localStorage)")
    assert EVENT in kept, "the SDK holds it for its next try"


@pytest.mark.browser
def test_a_page_of_another_site_gets_nothing_in(page: Page, site: str, tmp_path: Path) -> None:
    with door_listening(
        tmp_path / "door", DoorKeys((TOKEN,), PUBLIC, frozenset(("https://app.company.example",)))
    ) as door:
        visit(page, site, door)
        page.evaluate("name => { mixpanel.identify('u-1'); mixpanel.track(name, {plan: 'pro'}) }", EVENT)
        until(lambda: len(page.evaluate("errors")) > 0)
        assert door.waiting() == []


def test_what_is_served_opens_by_the_settings_and_prints_no_query(tmp_path: Path) -> None:
    (tmp_path / "campaign-health.yaml").write_text(MANIFEST, encoding="utf-8")
    site, marked = "https://app.company.example", "marked-person"
    environment = {
        "CAMPAIGN_HEALTH_ROUTE_TOKEN": f"{TOKEN},old", "CAMPAIGN_HEALTH_ROUTE_MIXPANEL_TOKEN": PUBLIC,
        "CAMPAIGN_HEALTH_ROUTE_BROWSER_ORIGINS": f"{site}/, https://other.company.example",
        "CAMPAIGN_HEALTH_MANIFEST": str(tmp_path / "campaign-health.yaml"), "CUSTOMERIO_SITE_ID": "site",
        "CUSTOMERIO_TRACK_API_KEY": "key", "CUSTOMERIO_TRACK_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    event = {"event": EVENT, "properties": {"token": PUBLIC, "$user_id": marked, "plan": marked}}
    data = base64.b64encode(json.dumps(event).encode()).decode()
    with serving(tmp_path, **environment) as (url, process):
        statuses = [
            requests.get(
                f"{url}/default/track", params={"data": data, "x": marked}, headers=headers, timeout=20
            ).status_code
            for headers in ({"Origin": site}, {}, {"Authorization": "Bearer old"}, {"Authorization": "Bearer x"})
        ]
        nowhere = requests.get(f"{url}/{marked}/track?data={data}&x={marked}", timeout=20).status_code
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as broken:
            broken.sendall(f"GET /default/track?data={data}&x={marked} nonsense\r\n\r\n".encode())
            broken.recv(1000)
        process.terminate()
        assert process.stderr is not None
        printed = process.stderr.read()
    assert (statuses, nowhere) == ([200, 401, 200, 401], 404)
    assert marked not in printed
    assert data not in printed
