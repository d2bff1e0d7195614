"""Google's own description agrees with what is written, with the lists of calendars and with busy times, on both sides."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from googleapiclient.discovery_cache import get_static_doc
from jsonschema import Draft7Validator

from syncd.demo.google_twin import GoogleTwin
from syncd.demo.twin import Logged
from syncd.model.action import Action
from syncd.model.ref import Ref
from tests.connectors.contract import SECRET, read
from tests.connectors.google_calendar_given import LEAVE, RELEASES, connected, options, running
from tests.connectors.test_google_calendar_description import strict

PREFIX = "/calendar/v3/"
HEADERS = {"Authorization": f"Bearer {SECRET}"}
TIMES = {"start": "2026-05-12T09:00:00Z", "end": "2026-05-12T10:00:00Z"}
ENDS = {92: "2026-04-03T00:00:00Z", 93: "2026-04-04T00:00:00Z", 0: "2026-01-01T00:00:00Z"}


class Description:
    """The discovery document: its methods by verb and path, its schemas in the words of JSON Schema."""

    def __init__(self) -> None:
        document = json.loads(get_static_doc("calendar", "v3"))
        self._definitions = {name: strict(schema) for name, schema in document["schemas"].items()}
        self._global = document["parameters"]
        self._methods = [m for resource in document["resources"].values() for m in resource["methods"].values()]

    def method(self, entry: Logged) -> dict[str, Any]:
        """The method that a request calls."""
        verb, target = entry.line.split()
        parts = unquote(urlsplit(target).path.removeprefix(PREFIX)).split("/")
        fitting = [m for m in self._methods if m["httpMethod"] == verb and _fits(m["path"].split("/"), parts)]
        return min(fitting, key=lambda m: m["path"].count("{"))

    def query(self, method: dict[str, Any]) -> dict[str, Any]:
        """What may stand in the query."""
        known = {**self._global, **method.get("parameters", {})}
        return {name: said for name, said in known.items() if said["location"] == "query"}

    def complaints(self, schema: str, value: Any) -> list[str]:
        """What is wrong with the value: a field that is not described is, too."""
        whole = {"$ref": f"#/definitions/{schema}", "definitions": self._definitions}
        return [f"{error.json_path}: {error.message[:200]}" for error in Draft7Validator(whole).iter_errors(value)]


def _fits(pattern: list[str], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(a.startswith("{") or a == b for a, b in zip(pattern, parts, strict=True))


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


@pytest.fixture(scope="module")
def talk() -> Iterator[tuple[GoogleTwin, list[Logged]]]:
    """Everything that is written, and the optional streams, once; and the log of it."""
    twin = running()
    twin.calendar("unlisted@acme.example", listed=False)
    connector = connected(twin, options=options("unlisted@acme.example"))
    for stream in ("calendars", "freebusy"):
        read(connector, stream)
        connector.fetch_one(Ref("cal", stream, LEAVE))
    for extra in (
        {"title": "Review", "text": "x", "zone": "Europe/Berlin", "attendees": ["ann@acme.example"], **TIMES},
        {"title": "Other", "start": "2026-05-12", "end": "2026-05-13"},
        {"cancelled": True},
        {"title": "Back", **TIMES},
        {"cancelled": True},
        {"cancelled": True},
    ):
        target = Ref("cal", "calendars", RELEASES)
        connector.deliver(Action(verb="event", target=target, project="", key="k", body="", digest="d", extra=extra))
    yield twin, list(twin.server.log)
    twin.server.stop()


def test_our_requests_are_described(description: Description, talk: tuple[GoogleTwin, list[Logged]]) -> None:
    called = {description.method(entry)["id"].removeprefix("calendar.") for entry in talk[1]}
    assert called == {
        "calendarList.list",
        "calendarList.get",
        "calendars.get",
        "freebusy.query",
        *(f"events.{name}" for name in ("insert", "get", "patch", "delete")),
    }
    for entry in talk[1]:
        known = description.query(description.method(entry))
        for name, values in parse_qs(urlsplit(entry.line.split()[1]).query, strict_parsing=True).items():
            assert len(values) == 1
            assert "enum" not in known[name] or values[0] in known[name]["enum"]
            assert "maximum" not in known[name] or int(values[0]) <= int(known[name]["maximum"])


def test_our_bodies_are_described(description: Description, talk: tuple[GoogleTwin, list[Logged]]) -> None:
    bodies = [(description.method(entry)["request"]["$ref"], json.loads(entry.body)) for entry in talk[1] if entry.body]
    assert [schema for schema, _ in bodies].count("Event") >= 5
    for schema, body in bodies:
        assert description.complaints(schema, _without_nulls(body)) == []


def test_the_twins_answers_are_described(description: Description, talk: tuple[GoogleTwin, list[Logged]]) -> None:
    """Each answer of the kinds that we read, and a whole event as it is answered to who writes it."""
    url = talk[0].server.url + PREFIX
    body = {"items": [{"id": RELEASES}, {"id": "nope"}], "timeMin": "2026-05-01T00:00:00Z", "timeMax": "2026-05-31T00:00:00Z"}
    event = {"summary": "x", "start": {"date": "2026-05-12"}, "end": {"date": "2026-05-13"}, "attendees": [{"email": "a@b"}]}
    for method, path, sent, schema in (
        ("GET", "users/me/calendarList", None, "CalendarList"),
        ("GET", f"users/me/calendarList/{LEAVE}", None, "CalendarListEntry"),
        ("GET", f"calendars/{LEAVE}", None, "Calendar"),
        ("POST", "freeBusy", body, "FreeBusyResponse"),
        ("POST", f"calendars/{RELEASES}/events", event, "Event"),
    ):
        answer = requests.request(method, url + path, json=sent, headers=HEADERS, timeout=10)
        assert answer.status_code == 200
        assert description.complaints(schema, answer.json()) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "events", {"id": "SYNCD", **{n: {"dateTime": t} for n, t in TIMES.items()}}, 400),
        ("POST", "events", {"id": "abcd", **{n: {"dateTime": t} for n, t in TIMES.items()}}, 400),
        ("POST", "events", {"start": {"dateTime": TIMES["start"]}}, 400),
        ("POST", "events", {"start": {"dateTime": "2026-05-12T09:00:00"}, "end": {"dateTime": TIMES["end"]}}, 400),
        ("POST", "events", {"start": {"dateTime": TIMES["end"]}, "end": {"dateTime": TIMES["start"]}}, 400),
        ("POST", "events?sendUpdates=loudly", {n: {"dateTime": t} for n, t in TIMES.items()}, 400),
        ("POST", "events", {"attendees": [{"email": "x"}], **{n: {"dateTime": t} for n, t in TIMES.items()}}, 400),
        ("PATCH", "events/nope1", {"summary": "x"}, 404),
        ("DELETE", "events/nope1", None, 404),
    ],
)
def test_the_twin_refuses_what_google_refuses(
    talk: tuple[GoogleTwin, list[Logged]], method: str, path: str, body: Any, status: int
) -> None:
    url = f"{talk[0].server.url}{PREFIX}calendars/{RELEASES}/{path}"
    answer = requests.request(method, url, json=body, headers=HEADERS, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, status)


def test_an_id_stays_taken_and_an_event_is_replaced_as_a_whole(talk: tuple[GoogleTwin, list[Logged]]) -> None:
    url = f"{talk[0].server.url}{PREFIX}calendars/{LEAVE}/events"
    event: dict[str, Any] = {"id": "abcde", "location": "Berlin", **{n: {"dateTime": t} for n, t in TIMES.items()}}
    answers = [requests.post(url, json=event, headers=HEADERS, timeout=10)]
    answers.append(requests.put(f"{url}/abcde", json={"summary": "y", **event} | {"location": None}, headers=HEADERS, timeout=10))
    answers += [requests.delete(f"{url}/abcde", headers=HEADERS, timeout=10) for _ in range(2)]
    answers.append(requests.post(url, json=event, headers=HEADERS, timeout=10))
    assert [answer.status_code for answer in answers] == [200, 200, 204, 410, 409]
    reasons = [answer.json()["error"]["errors"][0]["reason"] for answer in answers[3:]]
    assert reasons == ["deleted", "duplicate"]


@pytest.mark.parametrize(("days", "status"), [(92, 200), (93, 400), (0, 400)])
def test_busy_times_are_told_for_some_three_months(talk: tuple[GoogleTwin, list[Logged]], days: int, status: int) -> None:
    body = {"items": [], "timeMin": "2026-01-01T00:00:00Z", "timeMax": ENDS[days]}
    answer = requests.post(f"{talk[0].server.url}{PREFIX}freeBusy", json=body, headers=HEADERS, timeout=10)
    assert answer.status_code == status


def _without_nulls(value: Any) -> Any:
    """In a patch, null takes a field away."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return value
