"""Checks recorded requests, and the sandbox's answers, against the services' official OpenAPI descriptions.

The descriptions are not part of this project (Customer.io states no licence for its own): they are looked for
beside the checkout, and tests that need them skip where they are absent. Where the fact sheets correct a
description, the correction stands in `DEVIATIONS`, and nowhere else.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from openapi_schema_validator import OAS30Validator
from ruamel.yaml import YAML

from campaign_health.sandbox.http.request_log import RecordedRequest

FOLDER = Path(__file__).resolve().parents[1].parent / "shared" / "apis" / "openapi"
FILES = {
    "mixpanel-query": "mixpanel-query.yaml",
    "mixpanel-export": "mixpanel-event-export.yaml",
    "mixpanel-app": "mixpanel-lexicon-schemas.yaml",
    "customerio": "customerio-app-api.json",
    "customerio-track": "customerio-track-api.json",
}

CAMPAIGN = "/v1/campaigns/{campaign_id}"


@dataclass(frozen=True)
class Deviation:
    """Where a description is wrong or too old, what holds instead, and how the fact sheet knows."""

    server: str
    path: str
    kind: str
    name: str
    reason: str


EXTRA, REQUIRED, OPTIONAL = "parameter exists", "parameter is required", "parameter is not required"
OVERLAP, UNDESCRIBED, ANSWER = "alternatives overlap", "path exists", "answer has another shape"

DEVIATIONS = (
    Deviation(
        "mixpanel-query", "/events/names", EXTRA, "from_date", "used by Mixpanel's own client (headless get_events)"
    ),
    Deviation(
        "mixpanel-query", "/events/names", EXTRA, "to_date", "used by Mixpanel's own client (headless get_events)"
    ),
    Deviation("mixpanel-query", "/events", OPTIONAL, "from_date", "the text says either the dates or interval"),
    Deviation("mixpanel-query", "/events", OPTIONAL, "to_date", "the text says either the dates or interval"),
    Deviation("mixpanel-query", "/events/properties", OPTIONAL, "from_date", "same as /events"),
    Deviation("mixpanel-query", "/events/properties", OPTIONAL, "to_date", "same as /events"),
    Deviation("mixpanel-export", "/export", REQUIRED, "project_id", "a service account has to name the project"),
    Deviation(
        "mixpanel-app", "/me", UNDESCRIBED, "", "named by docs:reference/service-accounts.mdx, modelled by headless"
    ),
    Deviation(
        "mixpanel-app",
        "/projects/{projectId}/schemas/{entityType}/{name}",
        ANSWER,
        "",
        "in practice wrapped in {status, results} (headless get_schema)",
    ),
    Deviation(
        "customerio", f"{CAMPAIGN}/journey_metrics", EXTRA, "resolution", "the backend reads it (NODE #237, S26)"
    ),
    Deviation(
        "customerio", f"{CAMPAIGN}/journey_metrics", REQUIRED, "resolution", "the backend reads it (NODE #237, S26)"
    ),
    Deviation(
        "customerio", f"{CAMPAIGN}/journey_metrics", OPTIONAL, "res", "res alone is a 400 on every call (NODE #237)"
    ),
    Deviation("customerio", f"{CAMPAIGN}/metrics", REQUIRED, "start", "required with version 2 (S26); optional in S25"),
    Deviation("customerio", f"{CAMPAIGN}/metrics", REQUIRED, "end", "required with version 2 (S26); optional in S25"),
    Deviation(
        "customerio",
        f"{CAMPAIGN}/metrics",
        REQUIRED,
        "tz",
        "the default changed from EST (S25) to UTC (S26): always sent",
    ),
    Deviation(
        "customerio", f"{CAMPAIGN}/metrics", OVERLAP, "", "S25 lists versions 1 and 2 as one-of; every answer fits both"
    ),
    Deviation(
        "customerio",
        "/v1/campaigns/{broadcast_id}/triggers",
        OVERLAP,
        "",
        "the default audience has nothing of its own, so that every other form fits it too",
    ),
    Deviation(
        "customerio",
        "/v1/activities",
        OVERLAP,
        "",
        "only the data of messages and of changes is described; an event's, where it is empty, fits both",
    ),
    Deviation("customerio", f"{CAMPAIGN}/actions", OVERLAP, "", "S25 lists twilio under e-mail and under SMS"),
    Deviation("customerio", f"{CAMPAIGN}/actions/{{action_id}}", OVERLAP, "", "same as the list of actions"),
)


def require_descriptions() -> None:
    """Skip the calling test where the official descriptions are not at hand."""
    missing = [name for name in FILES.values() if not (FOLDER / name).exists()]
    if missing:
        pytest.skip(f"the official OpenAPI descriptions are not at hand: {missing[0]} is not in ../shared/apis/openapi")


def request_violations(requests: Iterable[RecordedRequest]) -> list[str]:
    """What each recorded request does that its official description does not allow; empty when all is well."""
    require_descriptions()
    return [f"{_told(request)}: {problem}" for request in requests for problem in _of_request(request)]


def answer_violations(requests: Iterable[RecordedRequest]) -> list[str]:
    """How recorded answers depart from their description. Needs a sandbox that keeps bodies; faults are left out."""
    require_descriptions()
    return [
        f"{_told(request)}: {problem}"
        for request in requests
        if request.fault is None
        for problem in _of_answer(request)
    ]


def _told(request: RecordedRequest) -> str:
    return f"request {request.number}, {request.method} {request.server}{request.path}"


def _of_request(request: RecordedRequest) -> Iterator[str]:
    found = _operation(request)
    if found is None:
        yield "the path is not described"
        return
    path, parameters, _, in_path, posted = found
    if parameters is None:
        return
    yield from _of_posted(request, posted)
    declared = {item["name"]: item for item in parameters if item["in"] == "query"}
    extra, required, optional = (_names(request.server, path, kind) for kind in (EXTRA, REQUIRED, OPTIONAL))
    given = dict(request.query)
    for name, count in ((name, sum(key == name for key, _ in request.query)) for name in given):
        if count > 1:
            yield f"parameter {name!r} is given {count} times"
        if name not in declared and name not in extra:
            yield f"parameter {name!r} does not exist"
    wanted = {name for name, item in declared.items() if item.get("required")} - optional | required
    if "version" in declared and given.get("version") != "2":
        wanted -= required
    yield from (f"parameter {name!r} is missing" for name in sorted(wanted - given.keys()))
    for item in parameters:
        value = given.get(item["name"]) if item["in"] == "query" else in_path.get(item["name"])
        if value is not None:
            yield from (
                f"parameter {item['name']!r}: {problem}" for problem in _problems(_typed(value, item), item["schema"])
            )


def _of_answer(request: RecordedRequest) -> Iterator[str]:
    found = _operation(request)
    if found is None or found[1] is None:
        return
    path, _, responses, _, _ = found
    described = responses.get(str(request.status))
    if described is None:
        # No description lists every error: only successes have to be in it.
        if request.status < 400:
            yield f"status {request.status} is not described"
        return
    content = described.get("content", {}).get("application/json")
    if content is None or request.body is None or _deviates(request.server, path, ANSWER):
        return
    try:
        body = json.loads(request.body)
    except ValueError:
        yield "the answer is not JSON"
        return
    yield from _problems(body, content["schema"])


def _of_posted(request: RecordedRequest, described: Any) -> Iterator[str]:
    content = (described or {}).get("content", {}).get("application/json")
    if content is None:
        if request.posted:
            yield "a body is posted and none is described"
        return
    try:
        yield from _problems(json.loads(request.posted), content["schema"])
    except ValueError:
        yield "what is posted is not JSON"


Operation = tuple[str, list[Any] | None, dict[str, Any], dict[str, str], Any]


def _operation(request: RecordedRequest) -> Operation | None:
    """The path's template, parameters (None: not described but known), responses, the path's values, the body."""
    if _deviates(request.server, request.path, UNDESCRIBED):
        return request.path, None, {}, {}, None
    for template, item in _paths(request.server).items():
        names = re.findall(r"{(\w+)}", template)
        pattern = re.sub(r"{\w+}", "([^/]+)", template)
        match = re.fullmatch(pattern, request.path)
        if match and request.method.lower() in item:
            operation = item[request.method.lower()]
            parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
            values = {name: unquote(value) for name, value in zip(names, match.groups(), strict=True)}
            return template, parameters, operation["responses"], values, operation.get("requestBody")
    return None


@cache
def _paths(server: str) -> dict[str, Any]:
    """The description's paths, references resolved and alternatives loosened where they overlap."""
    text = (FOLDER / FILES[server]).read_text(encoding="utf-8")
    document = json.loads(text) if FILES[server].endswith(".json") else YAML(typ="safe").load(text)
    # Longest first: a literal path wins over a template.
    wanted = {path: item for path, item in document["paths"].items() if _is_ours(server, path)}
    resolved = {
        path: _resolved(item, document) for path, item in sorted(wanted.items(), key=lambda pair: -len(pair[0]))
    }
    return {
        path: _loosened(item) if _deviates(server, path, OVERLAP) else item
        for path, item in sorted(resolved.items(), key=lambda pair: "{" in pair[0])
    }


OURS = (
    CAMPAIGN, "/v1/workspaces", "/v1/segments", "/v1/broadcasts", "/v1/transactional", "/v1/newsletters",
    "/v1/customers", "/v1/activities", "/v1/campaigns/{broadcast_id}/triggers",
)  # fmt: skip


def _is_ours(server: str, path: str) -> bool:
    return server != "customerio" or path.startswith(OURS) or path == "/v1/campaigns"


def _resolved(part: Any, document: Any) -> Any:
    if isinstance(part, dict):
        if "$ref" in part:
            target: Any = document
            for key in part["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            return _resolved(target, document)
        # A discriminator only hints which alternative to look at; without names of their own it leads nowhere.
        return {key: _resolved(value, document) for key, value in part.items() if key != "discriminator"}
    return [_resolved(value, document) for value in part] if isinstance(part, list) else part


def _loosened(part: Any) -> Any:
    if isinstance(part, dict):
        return {("anyOf" if key == "oneOf" else key): _loosened(value) for key, value in part.items()}
    return [_loosened(value) for value in part] if isinstance(part, list) else copy.copy(part)


def _names(server: str, path: str, kind: str) -> set[str]:
    return {item.name for item in DEVIATIONS if (item.server, item.path, item.kind) == (server, path, kind)}


def _deviates(server: str, path: str, kind: str) -> bool:
    return any((item.server, item.path, item.kind) == (server, path, kind) for item in DEVIATIONS)


def _typed(value: str, parameter: Any) -> Any:
    """The parameter's text as the type it is described with; text that does not fit stays text, and fails."""
    kind = parameter["schema"].get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "array":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _problems(value: Any, schema: Any) -> Iterator[str]:
    for error in OAS30Validator(schema).iter_errors(value):
        where = "/".join(str(part) for part in error.absolute_path)
        yield f"{where or 'value'}: {error.message[:300]}"
