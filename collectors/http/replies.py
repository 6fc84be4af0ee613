"""What a service's refusal means: pure functions from a status and a body to the failure to raise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.errors import (
    AuthenticationFailed,
    CollectorError,
    Forbidden,
    NotFound,
    PlanForbids,
    RateLimited,
    RedirectedElsewhere,
    RequestRefused,
    ServiceFailed,
    UnexpectedShape,
)
from collectors.http.answers import Answer
from collectors.http.impersonal import without_keys
from collectors.http.retrying import TryAgain
from collectors.http.waiting import asked_wait

LONGEST_QUOTE = 500
ASKS_AGAIN = "Nothing to mend on this side; the next run asks again."


@dataclass(frozen=True)
class Service:
    """A service's name, its manners, and what to tell a person about its refusals.

    Attributes:
        name: Such as "Mixpanel" or "Customer.io".
        cures: What to do about a status, by status.
        quota_wait: From the headers and text of a 429 without `Retry-After`: the seconds until its quota is
            free again (infinite: not in this run), or None where it only sheds load and can be asked soon.
        longest_hint: A `Retry-After` above this many seconds is taken as this many.
        first_backoff: The first pause after a 429 without `Retry-After`, in seconds; doubles, to 60.
        wrong_key_words: Words in a 400 that mean a wrong key.
    """

    name: str
    cures: Mapping[int, str] = field(default_factory=dict)
    quota_wait: Callable[[Mapping[str, str], str], float | None] = lambda headers, text: None
    longest_hint: float = float("inf")
    first_backoff: float = 2.0
    wrong_key_words: tuple[str, ...] = ()


def is_web_page(content_type: str, text: str) -> bool:
    """Whether an answer is HTML: a proxy's or a login page, not the service's API."""
    return "html" in content_type.lower() or text.lstrip()[:15].lower().startswith(("<!doctype", "<html", "<head"))


def error_text(text: str, content_type: str = "") -> str:
    """The service's own words in an error's body, without keys and addresses, at most 500 characters.

    Reads `error` and `message` (Mixpanel), `error.message` (Amplitude), `errors[].detail` and `meta.error`
    (Customer.io), else the plain text.
    """
    if is_web_page(content_type, text):
        return "a web page (HTML) came instead of JSON"
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    said = _said(body)
    return without_keys(" ".join((text if said is None else said).split()))[:LONGEST_QUOTE]


def _said(body: Any) -> str | None:
    if not isinstance(body, dict):
        return None
    for name in ("error", "message"):
        if isinstance(body.get(name), str):
            return str(body[name])
    error = body.get("error")
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        metadata = error.get("metadata")
        details = metadata.get("details") if isinstance(metadata, dict) else None
        return f"{error['message']}: {details}" if isinstance(details, str) else str(error["message"])
    errors = body.get("errors")
    if isinstance(errors, list):
        details = [str(e["detail"]) for e in errors if isinstance(e, dict) and e.get("detail")]
        if details:
            return "; ".join(details)
    meta = body.get("meta")
    if isinstance(meta, dict) and isinstance(meta.get("error"), str):
        return str(meta["error"])
    return None


def error_in_body(service: Service, body: Any, asked: str) -> CollectorError | None:
    """The failure in a body that holds an error and nothing else, though its status is a success."""
    if not isinstance(body, dict) or not body or set(body) - {"error", "errors", "status", "request", "message"}:
        return None
    said = _said(body)
    if said is None:
        return None
    return RequestRefused(
        f"{service.name} answered {asked} with an error: {without_keys(said)[:LONGEST_QUOTE]}.",
        source=service.name,
        status=200,
    )


def failure_of(service: Service, answer: Answer, asked: str, longest_wait: float) -> CollectorError | TryAgain:
    """What an answer means whose status is no success: a failure that lasts, or one that may pass.

    Args:
        service: Who answered.
        answer: What it said.
        asked: The path that was asked for.
        longest_wait: Seconds; where the service asks for a longer pause, it is not asked again.
    """
    said = error_text(answer.text, answer.headers.get("Content-Type", ""))
    is_limited = answer.status == 429
    if answer.status < 500 and answer.status not in (408, 429):
        return refusal(service, answer.status, said, asked)
    wait = asked_wait(answer.headers, service.longest_hint)
    if wait is None and is_limited:
        wait = service.quota_wait(answer.headers, answer.text)
    is_too_long = wait is not None and wait > longest_wait
    if is_limited or is_too_long:
        limited = rate_limit(service, answer.status, said, asked, wait)
        return limited if is_too_long else TryAgain(limited, wait_seconds=wait, first_backoff=service.first_backoff)
    return TryAgain(refusal(service, answer.status, said, asked), wait_seconds=wait)


def web_page(service: Service, asked: str, base: str) -> UnexpectedShape:
    """The failure for HTML where data should be; `base` is the address in the settings, without secrets."""
    return UnexpectedShape(
        f"{service.name} answered {asked} with a web page (HTML) instead of data.",
        f"Check the address {base} and whether a proxy or a login page stands in between.",
        source=service.name,
        field="body",
    )


def redirected_elsewhere(service: Service, asked: str, host: str) -> RedirectedElsewhere:
    """The failure for a redirect that is not followed, to `host`."""
    return RedirectedElsewhere(
        f"{service.name} redirected {asked} to {host}; the key was not sent there.",
        "Check the region and the address in the settings.",
        source=service.name,
    )


def refusal(service: Service, status: int, said: str, asked: str) -> CollectorError:
    """The failure for a status of 400 or above (but not 429), naming what was asked and what to do.

    Args:
        service: Who answered.
        status: The HTTP status.
        said: The service's own words, from `error_text`.
        asked: The path that was asked for.
    """
    because = f" ({said})" if said else ""
    cure = service.cures.get(status, "")
    name = service.name
    if status == 400 and any(words in said.lower() for words in service.wrong_key_words):
        return AuthenticationFailed(
            f"{name} does not accept the key for {asked}: 400{because}.", service.cures.get(401, ""), source=name
        )
    if status == 401:
        return AuthenticationFailed(f"{name} does not accept the key for {asked}: 401{because}.", cure, source=name)
    if status == 402:
        return PlanForbids(f"{name}'s plan does not allow {asked}: 402{because}.", cure, source=name)
    if status == 403:
        return Forbidden(f"{name} does not let this key read {asked}: 403{because}.", cure, source=name)
    if status == 404:
        return NotFound(f"{name} knows nothing at {asked}: 404{because}.", cure, source=name)
    if status >= 500:
        return ServiceFailed(f"{name} failed on {asked}: {status}{because}.", ASKS_AGAIN, source=name)
    return RequestRefused(f"{name} refused {asked}: {status}{because}.", cure, source=name, status=status)


def rate_limit(service: Service, status: int, said: str, asked: str, wait: float | None) -> RateLimited:
    """The failure for a service that wants to be asked less often, or later; `wait` in seconds."""
    hint = "" if wait is None or wait == float("inf") else f" It asks to wait {wait:.0f} seconds."
    because = f" ({said})" if said else ""
    return RateLimited(
        f"{service.name} will not be asked for {asked} now: {status}{because}.{hint}",
        service.cures.get(429, ""),
        source=service.name,
        retry_after=wait,
    )
