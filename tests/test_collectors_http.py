"""Asking a service: again where that helps, never where it does not, and without showing a key."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote, quote_plus

import pytest

from collectors.customerio import CustomerioClient
from collectors.errors import (
    AuthenticationFailed,
    BudgetSpent,
    CollectorError,
    Forbidden,
    NotFound,
    PlanForbids,
    RateLimited,
    RedirectedElsewhere,
    RequestRefused,
    ServiceFailed,
    Stopped,
    UnexpectedShape,
    Unreachable,
    UnusableSetting,
)
from tests.collectors_cast import KEY, SECRET, Reply, Sleeps, customerio_at, mixpanel_at, scripted

BROKEN = Reply(500, {"errors": [{"detail": "oops", "status": "500"}]})


def test_it_asks_again_until_the_service_recovers() -> None:
    sleeps = Sleeps()
    with scripted(BROKEN, BROKEN, Reply(503, "down"), BROKEN, BROKEN, Reply(body={"fine": 1})) as server:
        client = customerio_at(server.url, sleep=sleeps)
        assert client.get_json("/campaigns") == {"fine": 1}
    assert client.requests_sent == len(server.asked) == 6
    assert len(sleeps) == 5
    assert all(0.25 * 2**i <= pause <= 0.5 * 2**i for i, pause in enumerate(sleeps)), "doubling, with jitter"


def test_it_gives_up_after_five_retries_and_says_what_the_service_said() -> None:
    with scripted(BROKEN) as server:
        client = customerio_at(server.url)
        with pytest.raises(ServiceFailed, match=r"Customer.io failed on /campaigns: 500 \(oops\)") as caught:
            client.get_json("/campaigns")
    assert len(server.asked) == 6
    assert not caught.value.final
    assert caught.value.source == "Customer.io"


@pytest.mark.parametrize(
    ("status", "failure", "words"),
    [
        (401, AuthenticationFailed, "CUSTOMERIO_APP_API_KEY"),
        (402, PlanForbids, "plan"),
        (403, Forbidden, "scope"),
    ],
)
def test_a_refused_key_or_plan_is_final_and_says_what_to_do(
    status: int, failure: type[CollectorError], words: str
) -> None:
    with (
        scripted(Reply(status, {"errors": [{"detail": "no", "status": str(status)}]})) as server,
        pytest.raises(failure) as caught,
    ):
        customerio_at(server.url).get_json("/campaigns")
    assert len(server.asked) == 1, "asking again cannot help"
    assert caught.value.final
    assert words in caught.value.cure
    assert str(status) in caught.value.message


@pytest.mark.parametrize(("status", "failure"), [(400, RequestRefused), (404, NotFound), (413, RequestRefused)])
def test_another_refusal_is_not_repeated(status: int, failure: type[RequestRefused]) -> None:
    with scripted(Reply(status, "", {"Content-Type": "text/plain"})) as server, pytest.raises(failure) as caught:
        customerio_at(server.url).get_json("/campaigns/9/metrics")
    assert len(server.asked) == 1
    assert caught.value.status == status
    assert "/campaigns/9/metrics" in caught.value.message


def test_mixpanels_400_for_a_wrong_key_is_told_as_a_wrong_key() -> None:
    with (
        scripted(Reply(400, {"error": "Unable to authenticate request", "request": "/api"})) as server,
        pytest.raises(AuthenticationFailed) as caught,
    ):
        mixpanel_at(server.url).query.get_json("/events/names")
    assert "MIXPANEL_SERVICE_SECRET" in caught.value.cure


def test_an_error_with_a_success_status_is_an_error() -> None:
    with (
        scripted(Reply(200, {"error": "bad bookmark", "status": "error"})) as server,
        pytest.raises(RequestRefused, match="bad bookmark"),
    ):
        mixpanel_at(server.url).query.get_json("/events")


@pytest.mark.parametrize("header", ["7", "date"])
def test_retry_after_is_honoured_in_seconds_and_as_a_date(header: str) -> None:
    sleeps = Sleeps()
    now = datetime.now(UTC).replace(microsecond=0)
    wanted = format_datetime(now + timedelta(seconds=7), usegmt=True) if header == "date" else header
    limited = Reply(429, {}, {"Retry-After": wanted, "Date": format_datetime(now, usegmt=True)})
    with scripted(limited, Reply(body=[])) as server:
        assert customerio_at(server.url, sleep=sleeps).get_json("/campaigns") == []
    # The local server sends a Date of its own as well, which may be a second later.
    assert 6 <= sleeps[0] <= 7


@pytest.mark.parametrize("status", [429, 503])
def test_a_longer_pause_than_a_minute_ends_the_source(status: int) -> None:
    with scripted(Reply(status, {}, {"Retry-After": "61"})) as server, pytest.raises(RateLimited) as caught:
        customerio_at(server.url).get_json("/campaigns")
    assert len(server.asked) == 1
    assert caught.value.retry_after == 61
    assert caught.value.final


def test_customerio_without_retry_after_is_a_daily_quota_and_stops() -> None:
    with (
        scripted(Reply(429, {"errors": [{"detail": "daily limit reached", "status": "429"}]})) as server,
        pytest.raises(RateLimited, match="daily limit reached") as caught,
    ):
        customerio_at(server.url).get_json("/campaigns")
    assert len(server.asked) == 1
    assert caught.value.final


HOURLY = {
    "error": "Query rate limit exceeded. 1/5 queries running concurrently and 61/60 queries running in the last hour"
}
CONCURRENT = {
    "error": "Query rate limit exceeded. 6/5 queries running concurrently and 9/60 queries running in the last hour"
}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (HOURLY, {}),
        ({}, {"RateLimit": '"project";r=0;t=1800, "project-concurrency";r=3'}),
        ({}, {"Retry-After": "3600"}),
    ],
)
def test_mixpanels_hourly_quota_ends_the_source(body: dict[str, str], headers: dict[str, str]) -> None:
    with scripted(Reply(429, body, headers)) as server, pytest.raises(RateLimited):
        mixpanel_at(server.url).query.get_json("/events")
    assert len(server.asked) == 1


def test_mixpanels_hourly_quota_is_sat_out_when_told_to_wait() -> None:
    sleeps = Sleeps()
    limited = Reply(429, HOURLY, {"Retry-After": "7200"})
    with scripted(limited, Reply(body=["A"])) as server:
        client = mixpanel_at(server.url, sleep=sleeps, longest_wait_seconds=3600.0)
        assert client.query.get_json("/events/names") == ["A"]
    assert sleeps == [3600.0], "the quota rolls over one hour: no hint is longer"


def test_mixpanels_other_429s_pass_and_are_asked_again() -> None:
    sleeps = Sleeps()
    with scripted(Reply(429, CONCURRENT), Reply(429, {"error": "Query rate limit exceeded"}), Reply(body=[])) as server:
        assert mixpanel_at(server.url, sleep=sleeps).query.get_json("/events") == []
    assert 1 <= sleeps[0] <= 2 <= sleeps[1] <= 4


@pytest.mark.parametrize("cut", [-1, 5])
def test_a_dropped_connection_or_a_cut_off_body_is_asked_for_again(cut: int) -> None:
    with scripted(Reply(body={"a": "long enough"}, cut=cut), Reply(body={"whole": True})) as server:
        assert customerio_at(server.url).get_json("/campaigns") == {"whole": True}
    assert len(server.asked) == 2


def test_a_service_that_drops_every_connection_is_unreachable() -> None:
    with scripted(Reply(cut=-1)) as server, pytest.raises(Unreachable, match="dropped"):
        customerio_at(server.url).get_json("/campaigns")
    assert len(server.asked) == 6


def test_nobody_listening_is_unreachable() -> None:
    client = customerio_at("http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="refused"):
        client.get_json("/campaigns")
    assert client.requests_sent == 6


@pytest.mark.parametrize("body", ["", '{"campaigns": [', "NaN", '{"a": Infinity}'])
def test_a_body_that_is_not_whole_json_is_an_error_after_all_tries(body: str) -> None:
    with scripted(Reply(body=body)) as server, pytest.raises(UnexpectedShape) as caught:
        customerio_at(server.url).get_json("/campaigns")
    assert caught.value.field == "body"
    assert len(server.asked) == 6


def test_html_instead_of_json_is_named_as_such() -> None:
    page = Reply(body="<!DOCTYPE html><title>Sign in</title>", headers={"Content-Type": "text/html"})
    with scripted(page) as server:
        with pytest.raises(UnexpectedShape, match=r"web page \(HTML\)"):
            customerio_at(server.url).get_json("/campaigns")
        with pytest.raises(UnexpectedShape, match=r"web page \(HTML\)"):
            mixpanel_at(server.url).export.open_stream("")
    assert len(server.asked) == 2


def test_a_page_of_html_with_an_error_status_keeps_the_status() -> None:
    with (
        scripted(Reply(401, "<html>" + "x" * 200_000, {"Content-Type": "text/html"})) as server,
        pytest.raises(AuthenticationFailed, match="web page"),
    ):
        customerio_at(server.url).get_json("/campaigns")


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


def test_hooks_see_every_request_and_can_end_the_source() -> None:
    left = [1, 2, 3]
    statuses: list[int | None] = []

    def spend() -> None:
        if not left:
            raise BudgetSpent("The hourly budget of 3 queries is used up.", source="Mixpanel")
        left.pop()

    with scripted(BROKEN, Reply(body=[]), Reply(cut=-1)) as server:
        client = mixpanel_at(server.url, before_query=spend, after_query=statuses.append)
        assert client.query.get_json("/events") == []
        with pytest.raises(BudgetSpent):
            client.query.get_json("/events")
    assert statuses == [500, 200, None]
    assert client.requests_sent == len(server.asked) == 3


def test_stopping_ends_a_wait_at_once() -> None:
    with scripted(Reply(429, {}, {"Retry-After": "60"})) as server:
        client = customerio_at(server.url, sleep=None)
        client.stop()
        with pytest.raises(Stopped):
            client.get_json("/campaigns")


def test_a_netrc_file_does_not_replace_the_key(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(Reply(body=[])) as server:
        customerio_at(server.url).get_json("/campaigns")
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
