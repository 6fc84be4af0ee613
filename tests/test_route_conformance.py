"""Reports as Customer.io's official description has them are understood, and the ones of these tests are as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from campaign_health.route.doors.reading_reports import read_report
from tests.openapi import FOLDER
from tests.reports_cast import report

FILE = FOLDER / "customerio-reporting-webhooks.json"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"{FILE.name} is not in ../shared/apis/openapi")


@cache
def kinds() -> list[tuple[str, dict[str, Any]]]:
    """Each kind of report, by its name and its schema without references."""
    document = json.loads(FILE.read_text(encoding="utf-8"))

    def resolved(part: Any) -> Any:
        if isinstance(part, dict) and "$ref" in part:
            target: Any = document
            for key in part["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            return resolved(target)
        if isinstance(part, dict):
            return {key: resolved(value) for key, value in part.items()}
        return [resolved(one) for one in part] if isinstance(part, list) else part

    content = document["webhooks"]["reportingWebhook"]["post"]["requestBody"]["content"]["application/json"]
    return [(one["$ref"].rpartition("/")[2], resolved(one)) for one in content["schema"]["oneOf"]]


def samples(schema: dict[str, Any]) -> Iterator[Any]:
    """Values that the schema allows: one for each alternative and each word of an enumeration."""
    if "example" in schema and not {"properties", "oneOf", "anyOf", "allOf"} & schema.keys():
        yield schema["example"]
    elif alternatives := schema.get("oneOf") or schema.get("anyOf"):
        for one in alternatives:
            yield from samples(one)
    elif parts := schema.get("allOf"):
        whole: dict[str, Any] = {}
        for one in parts:
            found = next(samples(one))
            whole |= found if isinstance(found, dict) else {}
        yield whole
    elif "enum" in schema:
        yield from schema["enum"]
    elif "const" in schema:
        yield schema["const"]
    elif "properties" in schema:
        several = {name: list(samples(one)) for name, one in schema["properties"].items()}
        for turn in range(max((len(one) for one in several.values()), default=1)):
            yield {name: one[turn % len(one)] for name, one in several.items() if one}
    else:
        kind = schema.get("type", "string")
        kind = kind[0] if isinstance(kind, list) else kind
        yield {"integer": 7, "number": 7.5, "boolean": True, "array": [], "object": {}, "null": None}.get(kind, "text")


def test_every_kind_and_metric_that_is_described_is_understood() -> None:
    seen = 0
    for name, schema in kinds():
        for sample in samples(schema):
            sample = json.loads(json.dumps(sample))
            sample |= {"timestamp": 1613063089, "event_id": sample.get("event_id") or "01E4C4CT6YDC7Y5M7FE1GWWPQJ"}
            row = read_report(json.dumps(sample).encode(), "default", "id", lambda _, person: person.encode(), 0.0)
            assert (row.metric, row.channel) == (sample["metric"], sample.get("object_type", "unknown")), name
            data = sample.get("data") or {}
            assert row.campaign_id == (data.get("campaign_id") or data.get("broadcast_id")), name
            assert row.delivery_id == data.get("delivery_id"), name
            wanted = (data.get("identifiers") or {}).get("id")
            assert row.person == (wanted.encode() if wanted else None), name
            seen += 1
    assert seen > 40


def test_the_reports_of_these_tests_are_as_described() -> None:
    email = dict(kinds())["email_event"]
    assert [error.message for error in Draft202012Validator(email).iter_errors(report(1))] == []
