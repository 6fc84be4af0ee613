"""The settings that open the doors for events: what they take, what they refuse, and that tokens stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.errors import SettingsError
from campaign_health.settings import load_settings

TOKEN, SITES = "CAMPAIGN_HEALTH_ROUTE_TOKEN", "CAMPAIGN_HEALTH_ROUTE_BROWSER_ORIGINS"
PUBLIC, TRUST = "CAMPAIGN_HEALTH_ROUTE_MIXPANEL_TOKEN", "CAMPAIGN_HEALTH_ROUTE_TRUST_BROWSER"


def test_without_them_nobody_gets_in_and_no_browser_is_trusted(tmp_path: Path) -> None:
    route = load_settings({}, tmp_path).workspaces[0].route
    assert (route.tokens, route.browser_origins, route.mixpanel_token, route.trusts_browsers) == ((), (), None, False)


def test_two_tokens_are_two_secrets(tmp_path: Path) -> None:
    settings = load_settings({TOKEN: "the-new-one, the-old-one"}, tmp_path)
    assert [one.get_secret_value() for one in settings.workspaces[0].route.tokens] == ["the-new-one", "the-old-one"]
    assert {"the-new-one", "the-old-one"} <= set(settings.secrets())
    assert "the-new-one" not in repr(settings)


def test_sites_are_as_browsers_write_them(tmp_path: Path) -> None:
    given = {SITES: "https://App.company.example/, http://localhost:3000", PUBLIC: "0123", TRUST: "true"}
    route = load_settings(given, tmp_path).workspaces[0].route
    assert route.browser_origins == ("https://app.company.example", "http://localhost:3000")
    assert route.trusts_browsers


@pytest.mark.parametrize(
    ("given", "says"),
    [({TOKEN: "one,two,three"}, "more than two tokens"), ({SITES: "*", PUBLIC: "0123"}, "no site"),
     ({SITES: "app.company.example", PUBLIC: "0123"}, "no site"),
     ({SITES: "https://app.company.example/path", PUBLIC: "0123"}, "no site"),
     ({SITES: "https://app.company.example"}, f"{PUBLIC} is missing"), ({PUBLIC: "0123"}, f"{SITES} is missing"),
     ({TOKEN: "0123", SITES: "https://app.company.example", PUBLIC: "0123"}, "every visitor of the site"),
     ({TRUST: "perhaps"}, "It can be false, true")],
)  # fmt: skip
def test_what_opens_a_door_by_half_or_to_everybody_is_refused(tmp_path: Path, given: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(given, tmp_path)
    assert says in str(refused.value)
    assert "three" not in str(refused.value)
