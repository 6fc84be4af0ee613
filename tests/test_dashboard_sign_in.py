"""With sign-in on, no page, figure or download is to be had without it; and only those on the list come in."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Dashboard, free_port, new_page, running_browser, running_dashboard, settled, text_of, visit
from tests.dashboard_world import NOW, build_dashboard_world
from tests.identity_provider import CLIENT_ID, Provider, running_provider

pytest.importorskip("authlib", reason="the extra `sign-in` is not installed")
pytest.importorskip("httpx", reason="the extra `sign-in` is not installed")
pytestmark = pytest.mark.browser
PAGES = ("", "campaign?campaign=2", "events", "coverage", "data", "help")
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of the test's own, long enough for anything"
client_id = "{client}"
client_secret = "not a secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        expect.set_options(timeout=60_000)
        yield found


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as found:
        yield found


@pytest.fixture(scope="module")
def dashboard(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("signed")
    build_dashboard_world(folder / "data")
    port = free_port()
    (folder / ".streamlit").mkdir()
    secrets = SECRETS.format(port=port, client=CLIENT_ID, provider=provider.url)
    (folder / ".streamlit" / "secrets.toml").write_text(secrets)
    environment = {
        "CAMPAIGN_HEALTH_NOW": NOW.isoformat(),
        "CAMPAIGN_HEALTH_ALLOWED": "ada@example.org, @corp.example",
    }
    with running_dashboard(folder, port, **environment) as found:
        yield found


def sign_in(browser: Browser, dashboard: Dashboard, provider: Provider, path: str = "", **claims: object) -> Page:
    provider.claims = dict(claims)
    page = visit(new_page(browser), dashboard, path)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Please sign in")).to_have_count(0)
    return settled(page)


def test_without_sign_in_no_page_shows_anything(browser: Browser, dashboard: Dashboard) -> None:
    page = new_page(browser)
    heard: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: heard.append(as_bytes(data))))
    for path in PAGES:
        visit(page, dashboard, path)
        assert "Please sign in" in text_of(page), path
        for test_id in ("stDataFrame", "stPlotlyChart", "stDownloadButton", "stExpander"):
            assert page.get_by_test_id(test_id).count() == 0, (path, test_id)
    everything = b"".join(heard)
    assert len(everything) > 1000
    # Not on the page, and not sent to the browser either.
    for secret in (b"Project tips", b"project.created", b"paywall", b"@lifecycle", b"32,288"):
        assert secret not in everything
    page.context.close()


def as_bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


def test_a_download_has_no_address_that_anybody_could_guess(
    browser: Browser, dashboard: Dashboard, provider: Provider
) -> None:
    for path in ("media/campaigns.csv", "data/campaign_health.duckdb", "app/static/campaign_health.duckdb",
                 "_stcore/upload_file", "../data/campaign_health.duckdb"):  # fmt: skip
        try:
            with urllib.request.urlopen(f"{dashboard.url}/{path}") as answer:
                body = answer.read()
        except urllib.error.HTTPError as refused:
            body = refused.read()
        assert b"DUCK" not in body[:64]
        assert b"Project tips" not in body


def test_whoever_is_on_the_list_comes_in_and_acts_under_the_own_address(
    browser: Browser, dashboard: Dashboard, provider: Provider
) -> None:
    page = sign_in(browser, dashboard, provider, email="ada@example.org", email_verified=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("campaigns are silent")
    visit(page, dashboard, "campaign?campaign=3&act=acknowledge")
    assert page.get_by_role("dialog").get_by_label("Your name").count() == 0
    page.get_by_role("dialog").get_by_role("button", name="I am on it").click()
    expect(page.get_by_text("ada@example.org is on it")).to_be_visible()
    page.context.close()
    other = sign_in(browser, dashboard, provider, email="Grace@Corp.Example")
    expect(other.get_by_role("heading", level=1)).to_contain_text("campaigns are silent")
    other.context.close()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "eve@elsewhere.example", "email_verified": True},
        {"email": "ada@example.org", "email_verified": False},
        {"email": "ada@example.org.evil.example"},
        {},
    ],
    ids=["another address", "an unverified address", "a longer domain", "no address"],
)
def test_whoever_is_not_on_the_list_is_refused(
    browser: Browser, dashboard: Dashboard, provider: Provider, claims: dict[str, object]
) -> None:
    page = sign_in(browser, dashboard, provider, **claims)
    for path in ("", "data"):
        visit(page, dashboard, path)
        assert "your address is not on the list" in text_of(page)
        assert page.get_by_test_id("stDataFrame").count() == 0
        assert "Project tips" not in page.content()
    page.context.close()
