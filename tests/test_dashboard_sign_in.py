"""With sign-in on, no page, figure or download is to be had without it; and only those on the list come in."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Dashboard, free_port, running_dashboard, settled, text_of, visit
from tests.dashboard_world import NOW
from tests.identity_provider import CLIENT_ID, Provider, running_provider

pytest.importorskip("authlib", reason="the extra `sign-in` is not installed")
pytest.importorskip("httpx", reason="the extra `sign-in` is not installed")
pytestmark = pytest.mark.browser
# What the list lets in is tried without a browser, too.
SLOW = pytest.mark.slow("sign-ins")
PAGES = ("", "campaign?campaign=2", "events", "coverage", "report", "data", "help")
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of the test's own, long enough for anything"
client_id = "{client}"
client_secret = "not a secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as found:
        yield found


@pytest.fixture(scope="module")
def dashboard(
    provider: Provider, dashboard_world: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """A server of its own: whether one signs in, and where, is read when a server starts."""
    folder = tmp_path_factory.mktemp("signed")
    shutil.copytree(dashboard_world / "data", folder / "data")
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


def sign_in(page: Page, dashboard: Dashboard, provider: Provider, **claims: object) -> None:
    """Whoever was signed in is forgotten, and somebody of whom the provider says this comes to the overview."""
    provider.claims = dict(claims)
    page.context.clear_cookies()
    visit(page, dashboard)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Please sign in")).to_have_count(0)
    settled(page)


@pytest.mark.slow("pages in the browser")
def test_without_sign_in_no_page_shows_anything(page: Page, dashboard: Dashboard) -> None:
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


def as_bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


@pytest.mark.slow("sign-ins")
def test_a_download_has_no_address_that_anybody_could_guess(
    page: Page, dashboard: Dashboard, provider: Provider
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


@pytest.mark.slow("sign-ins")
def test_whoever_is_on_the_list_comes_in_and_acts_under_the_own_address(
    page: Page, dashboard: Dashboard, provider: Provider
) -> None:
    sign_in(page, dashboard, provider, email="ada@example.org", email_verified=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("campaigns are silent")
    visit(page, dashboard, "campaign?campaign=3&act=acknowledge")
    assert page.get_by_role("dialog").get_by_label("Your name").count() == 0
    page.get_by_role("dialog").get_by_role("button", name="I am on it").click()
    expect(page.get_by_text("ada@example.org is on it")).to_be_visible()


@SLOW
def test_whoever_has_an_address_of_a_domain_on_the_list_comes_in(
    page: Page, dashboard: Dashboard, provider: Provider
) -> None:
    sign_in(page, dashboard, provider, email="Grace@Corp.Example", email_verified=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("campaigns are silent")


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"email": "ada@example.org", "email_verified": False}, id="an unverified address"),
        pytest.param({"email": "eve@elsewhere.example", "email_verified": True}, marks=SLOW, id="another address"),
        pytest.param({"email": "ada@example.org"}, marks=SLOW, id="an address of which nothing is said"),
        pytest.param({"email": "ada@example.org", "email_verified": "true"}, marks=SLOW, id="a claim that is a text"),
        pytest.param(
            {"email": "ada@example.org.evil.example", "email_verified": True}, marks=SLOW, id="a longer domain"
        ),
        pytest.param({}, marks=SLOW, id="no address"),
    ],
)
@pytest.mark.slow("sign-ins")
def test_whoever_is_not_on_the_list_is_refused(
    page: Page, dashboard: Dashboard, provider: Provider, claims: dict[str, object]
) -> None:
    sign_in(page, dashboard, provider, **claims)
    check_that_nothing_is_shown(page)
    visit(page, dashboard, "data")
    check_that_nothing_is_shown(page)


def check_that_nothing_is_shown(page: Page) -> None:
    assert "your address is not on the list" in text_of(page)
    assert page.get_by_test_id("stDataFrame").count() == 0
    assert "Project tips" not in page.content()
