"""A key goes to the service it was made for and is shown nowhere."""

from __future__ import annotations

import base64
from urllib.parse import quote, quote_plus

import pytest

from collectors.customerio import CustomerioClient
from collectors.errors import Forbidden, RedirectedElsewhere, RequestRefused, UnusableSetting
from tests.collectors_cast import KEY, SECRET, Reply, customerio_at, mixpanel_at, scripted


def test_a_redirect_to_another_host_never_carries_the_key() -> None:
    with scripted(Reply(body={"stolen": True})) as elsewhere:
        for status in (301, 302, 307, 308):
            moved = Reply(status, "", {"Location": elsewhere.url + "/v1/campaigns"})
            with scripted(moved) as server, pytest.raises(RedirectedElsewhere, match="key was not sent"):
                customerio_at(server.url).get_json("/campaigns")
        assert elsewhere.asked == []


def test_a_redirect_on_the_same_host_is_followed_with_the_key() -> None:
    with scripted(Reply(302, "", {"Location": "/v1/automations?x=1"}), Reply(body=[1])) as server:
        assert customerio_at(server.url).get_json("/campaigns", {"start": "a"}) == [1]
    assert server.asked[1].path == "/v1/automations"
    assert server.asked[1].query == {"x": "1"}
    assert server.asked[1].headers["authorization"] == f"Bearer {KEY}"


def test_a_redirect_in_a_circle_ends() -> None:
    with scripted(Reply(302, "", {"Location": "/v1/campaigns"})) as server, pytest.raises(RedirectedElsewhere):
        customerio_at(server.url).get_json("/campaigns")
    assert len(server.asked) == 5


def test_no_secret_is_shown_in_any_of_its_forms() -> None:
    forms = [KEY, quote(KEY, safe=""), quote_plus(KEY), base64.b64encode(KEY.encode()).decode()]
    with (
        scripted(Reply(403, {"errors": [{"detail": " and ".join(forms), "status": "403"}]})) as server,
        pytest.raises(Forbidden) as caught,
    ):
        customerio_at(server.url).get_json("/campaigns")
    shown = str(caught.value)
    assert shown.count("***") == len(forms)
    assert not any(form in shown for form in forms)


def test_mixpanels_secret_and_basic_header_are_not_shown() -> None:
    header = base64.b64encode(f"robot:{SECRET}".encode()).decode()
    with scripted(Reply(400, {"error": f"bad {SECRET} {header} {quote(header, safe='')}"})) as server:
        client = mixpanel_at(server.url)
        with pytest.raises(RequestRefused) as caught:
            client.query.get_json("/events")
        assert server.asked[0].headers["authorization"] == f"Basic {header}"
    assert "bad *** *** ***" in str(caught.value)


def test_credentials_in_an_address_are_not_shown() -> None:
    with pytest.raises(UnusableSetting) as caught:
        customerio_at("ftp://someone:hunter22@example.test")
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize("address", ["", "api.customer.io", "https://", "http://[", "http://host:99999999"])
def test_an_address_that_cannot_be_asked_is_refused_at_once(address: str) -> None:
    with pytest.raises(UnusableSetting, match="not an address"):
        customerio_at(address) if address else mixpanel_at("x")


@pytest.mark.parametrize("key", ["", "  ", "ключ", "two words", "line\nbreak"])
def test_a_key_that_cannot_be_one_is_refused_at_once(key: str) -> None:
    with pytest.raises(UnusableSetting, match="CUSTOMERIO_APP_API_KEY"):
        CustomerioClient(key)


def test_a_netrc_file_does_not_replace_the_key(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(Reply(body=[])) as server:
        customerio_at(server.url).get_json("/campaigns")
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
