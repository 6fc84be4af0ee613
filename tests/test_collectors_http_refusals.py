"""What a service refuses, or answers in another shape: told with its cure, and asked again only where that can help."""

from __future__ import annotations

import pytest

from collectors.errors import (
    AuthenticationFailed,
    CollectorError,
    Forbidden,
    NotFound,
    PlanForbids,
    RequestRefused,
    UnexpectedShape,
)
from tests.collectors_cast import Reply, customerio_at, mixpanel_at, scripted


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
