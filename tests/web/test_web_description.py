"""The vendors' own descriptions agree with how hooks are registered: with what we ask, and with what the twins answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from googleapiclient.discovery_cache import get_static_doc
from jsonschema import Draft7Validator
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from connectors.github import STREAMS as GITHUB_STREAMS
from connectors.github.hooks import HOOKS
from connectors.google_calendar.hooks import HOOKS as CHANNELS
from syncd.contract import HookOrder
from syncd.demo.github_twin import GithubTwin
from tests.connectors.contract import SECRET, OpenGate
from tests.connectors.github_given import API, company, settings
from tests.connectors.google_calendar_given import company as google_company
from tests.connectors.google_calendar_given import settings as google_settings
from tests.connectors.test_google_calendar_description import strict

GITHUB = Path(__file__).parents[3] / "shared" / "specs" / "github-rest.json"
ORDER = HookOrder("https://syncd.acme.example/hook/code", "hook-secret-0815", streams=tuple(GITHUB_STREAMS))


@pytest.fixture
def github() -> Iterator[GithubTwin]:
    twin = company()
    twin.server.start()
    list(HOOKS.sync(settings(twin), OpenGate(), ORDER))  # type: ignore[misc]
    list(HOOKS.sync(settings(twin), OpenGate(), ORDER))  # type: ignore[misc]
    yield twin
    twin.server.stop()


@pytest.mark.skipif(not GITHUB.exists(), reason="GitHub's API description is not beside this checkout")
def test_githubs_description_agrees(github: GithubTwin) -> None:
    document = json.loads(GITHUB.read_text())
    registry: Registry[Any] = Registry().with_resource(
        "urn:github", Resource.from_contents(document, default_specification=DRAFT4)
    )
    hooks, hook = (document["paths"][f"/repos/{{owner}}/{{repo}}/hooks{one}"] for one in ("", "/{hook_id}"))

    def complaints(schema: Any, value: Any) -> list[str]:
        absolute = json.loads(json.dumps(schema).replace('"#/components/', '"urn:github#/components/'))
        return [error.message[:200] for error in OAS30Validator(absolute, registry=registry).iter_errors(value)]

    sent = [entry for entry in github.server.requests("/hooks") if entry.write]
    assert [entry.line.split()[0] for entry in sent] == ["POST", "POST", "PATCH", "PATCH"]
    for entry in sent:
        operation = hooks["post"] if entry.line.startswith("POST") else hook["patch"]
        assert complaints(operation["requestBody"]["content"]["application/json"]["schema"], json.loads(entry.body)) == []
    events = {event for entry in sent for event in json.loads(entry.body)["events"]}
    known = tuple(f"{name}-" for name in document["x-webhooks"])
    assert [event for event in events if not any(name.startswith(f"{event.replace('_', '-')}-") for name in known)] == []
    answer = requests.get(f"{github.server.url}/repos/{API}/hooks", headers={"Authorization": f"token {SECRET}"}, timeout=10)
    assert complaints(hooks["get"]["responses"]["200"]["content"]["application/json"]["schema"], answer.json()) == []
    assert len(answer.json()) == 1


def test_googles_description_agrees() -> None:
    twin = google_company()
    twin.server.start()
    try:
        list(CHANNELS.sync(google_settings(twin), OpenGate(), ORDER))  # type: ignore[misc]
        sent = [entry for entry in twin.server.log if entry.write]
    finally:
        twin.server.stop()
    document = json.loads(get_static_doc("calendar", "v3"))
    schema = strict(document["schemas"]["Channel"])
    assert sent
    for entry in sent:
        assert entry.line.startswith("POST /calendar/v3/calendars/")
        assert [error.message for error in Draft7Validator(schema).iter_errors(json.loads(entry.body))] == []
    for channel in twin.channels.values():
        shown = {name: channel[name] for name in ("kind", "id", "resourceId", "resourceUri", "expiration", "token")}
        assert [error.message for error in Draft7Validator(schema).iter_errors(shown)] == []
