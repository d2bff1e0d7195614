"""Google's own description of the API agrees with what the twin answers and with what we ask."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from googleapiclient.discovery_cache import get_static_doc
from jsonschema import Draft7Validator, FormatChecker

from connectors.google_calendar.client import MOST
from syncd.demo.google_twin import GoogleTwin
from syncd.demo.twin import Logged
from tests.connectors.contract import SECRET, read
from tests.connectors.google_calendar_given import LEAVE, RELEASES, company, connected, fetched, releases

API = f"/calendar/v3/calendars/{RELEASES}/events"


class Description:
    """The discovery document, its schemas in the words of JSON Schema."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._definitions = {name: strict(schema) for name, schema in document["schemas"].items()}
        self._global = document["parameters"]
        self._methods = document["resources"]["events"]["methods"]

    def answers(self, method: str) -> str:
        """The name of the schema of its answer."""
        return str(self._methods[method]["response"]["$ref"])

    def parameters(self, method: str) -> dict[str, dict[str, Any]]:
        """What may stand in the query."""
        return {
            name: said
            for name, said in {**self._global, **self._methods[method]["parameters"]}.items()
            if said["location"] == "query"
        }

    def properties(self, schema: str) -> set[str]:
        """The fields that can be selected."""
        return set(self._definitions[schema]["properties"])

    def complaints(self, schema: str, value: Any) -> list[str]:
        """What is wrong with the value: a field that is not described is, too."""
        whole = {"$ref": f"#/definitions/{schema}", "definitions": self._definitions}
        found = Draft7Validator(whole, format_checker=FormatChecker()).iter_errors(value)
        return [f"{error.json_path}: {error.message[:200]}" for error in found]


def strict(schema: Any) -> Any:
    """References point into `definitions`; an object with properties has no others."""
    if isinstance(schema, list):
        return [strict(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": f"#/definitions/{schema['$ref']}"}
    kept = {name: schema[name] for name in ("type", "enum", "format", "pattern") if isinstance(schema.get(name), str | list)}
    kept |= {name: strict(schema[name]) for name in ("items", "additionalProperties") if name in schema}
    if isinstance(schema.get("properties"), dict):
        kept |= {
            "properties": {name: strict(inner) for name, inner in schema["properties"].items()},
            "additionalProperties": False,
        }
    return kept


@pytest.fixture(scope="module")
def description() -> Description:
    return Description(json.loads(get_static_doc("calendar", "v3")))


@pytest.fixture(scope="module")
def talk() -> Iterator[tuple[GoogleTwin, list[Logged]]]:
    """Everything that the connector does, once, and the log of it."""
    twin = company()
    for connector in (connected(twin), connected(twin, fields={"events": frozenset({"summary", "no_such_field"})})):
        connector.check()
        found, _, cursors = read(connector, "events")
        twin.delete(RELEASES, twin.instances(RELEASES)[0]["id"])
        twin.expire_sync_tokens()
        fetched(connector, cursors[RELEASES])
        connector.fetch_one(found[max(found)].ref)
        list(connector.census("events", releases(connector)))
    yield twin, list(twin.server.log)
    twin.server.stop()


def method_of(entry: Logged) -> str:
    path = urlsplit(entry.line.split()[1]).path
    return "list" if path.endswith("/events") else "get"


def test_our_requests_are_described(description: Description, talk: tuple[GoogleTwin, list[Logged]]) -> None:
    assert {method_of(entry) for entry in talk[1]} == {"list", "get"}
    for entry in talk[1]:
        assert entry.line.startswith("GET ")
        known = description.parameters(method_of(entry))
        for name, values in parse_qs(urlsplit(entry.line.split()[1]).query, strict_parsing=True).items():
            assert len(values) == 1
            assert known[name]["type"] != "boolean" or values[0] in ("true", "false")
            assert known[name]["type"] != "integer" or 1 <= int(values[0]) <= MOST
            assert "enum" not in known[name] or values[0] in known[name]["enum"]


def test_only_fields_that_exist_are_selected(description: Description, talk: tuple[GoogleTwin, list[Logged]]) -> None:
    """Google refuses a request that selects any other."""
    selections = [(method_of(e), parse_qs(urlsplit(e.line.split()[1]).query).get("fields", [""])[0]) for e in talk[1]]
    for method, selection in {(m, s) for m, s in selections if s}:
        outer, _, inner = selection.partition("items(") if method == "list" else ("", "", selection)
        assert set(outer.strip(",").split(",")) <= {"", *description.properties("Events")}
        assert set(inner.removesuffix(")").split(",")) <= description.properties("Event")
    assert len({selection for _, selection in selections}) == 5  # of absences fewer


@pytest.mark.parametrize(
    "query",
    ["singleEvents=true", "singleEvents=true&maxResults=2500&showDeleted=true", "singleEvents=true&fields=items(id,start)"],
)
def test_the_twins_answers_are_described(description: Description, talk: tuple[GoogleTwin, list[Logged]], query: str) -> None:
    twin = talk[0]
    for path in (f"{API}?{query}", f"{API.replace(RELEASES, LEAVE)}?{query}"):
        answer = requests.get(twin.server.url + path, headers={"Authorization": f"Bearer {SECRET}"}, timeout=10)
        assert answer.status_code == 200
        assert answer.json()["items"]
        assert description.complaints(description.answers("list"), answer.json()) == []


def test_the_twins_single_events_are_described(description: Description, talk: tuple[GoogleTwin, list[Logged]]) -> None:
    twin = talk[0]
    events = [row.event for row in twin.calendars[RELEASES].rows.values()]
    assert {event["status"] for event in events} == {"confirmed", "cancelled"}
    for event in (events[0], events[-1], events[245]):
        url = f"{twin.server.url}{API}/{event['id']}"
        answer = requests.get(url, headers={"Authorization": f"Bearer {SECRET}"}, timeout=10).json()
        assert answer == event
        assert description.complaints(description.answers("get"), answer) == []


def test_a_field_that_google_does_not_have_would_be_noticed(description: Description) -> None:
    assert description.complaints("Event", {"id": "x", "mood": "good"}) != []
    assert description.complaints("Event", {"start": {"day": "2026-05-05"}}) != []


@pytest.mark.parametrize(
    "query",
    [
        "singleEvents=true&maxResults=0",
        "singleEvents=true&syncToken=TOKEN&timeMin=2026-05-05T00:00:00Z",
        "singleEvents=true&syncToken=TOKEN&showDeleted=false",
        "singleEvents=true&syncToken=TOKEN&fields=items(id)",
        "singleEvents=true&pageToken=nonsense",
    ],
)
def test_the_twin_refuses_what_google_refuses(talk: tuple[GoogleTwin, list[Logged]], query: str) -> None:
    """Bounds beside a sync token, other parameters than at first, tokens of nobody's."""
    twin = talk[0]
    headers = {"Authorization": f"Bearer {SECRET}"}
    first = requests.get(f"{twin.server.url}{API}?singleEvents=true&maxResults=2500", headers=headers, timeout=10).json()
    while "nextSyncToken" not in first:
        more = f"&pageToken={first['nextPageToken']}"
        first = requests.get(
            f"{twin.server.url}{API}?singleEvents=true&maxResults=2500{more}", headers=headers, timeout=10
        ).json()
    url = f"{twin.server.url}{API}?{query.replace('TOKEN', first['nextSyncToken'])}"
    answer = requests.get(url, headers=headers, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 400
