"""The Jira twin and our requests against the vendor's own description of its API."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from jsonschema import Draft202012Validator

from connectors.jira import STREAMS
from syncd.contract import Connector, reply_ref
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import Fault, Request, Response
from syncd.model.action import Action, Verb
from syncd.model.raw import Scope
from tests.connectors.contract import SECRET, read
from tests.connectors.jira_given import Clock, running
from tests.connectors.jira_streams_given import connect, ref

SPECS = Path(__file__).parents[2] / ".." / "shared" / "specs"
SPEC, AGILE = SPECS / "jira-platform-v3.json", SPECS / "jira-software-agile.json"

_KNOWN = re.compile(
    r"istories\[\d+\]\.items\[\d+\]\.\w+: None is not of type"
    r"|changeHistories\[\d+\]\.created: \d+ is not of type 'string'"
)
"""Where the description contradicts the vendor. Real answers give null for what was empty before or is now (see the recorded
ones); and the description's own example of a bulk changelog gives times as numbers, not as the texts of its schema."""


@dataclass
class Description:
    """The vendor's description. Versions 2 and 3 differ in how they write texts, which the description leaves open."""

    spec: dict[str, Any]
    paths: list[tuple[re.Pattern[str], str]] = field(default_factory=list)

    @classmethod
    def read(cls) -> "Description":
        """Jira's own API and that of Jira Software, whose schemas hold nothing that is named elsewhere."""
        spec, agile = (json.loads(path.read_text(encoding="utf-8")) for path in (SPEC, AGILE))
        return cls({**spec, "paths": {**spec["paths"], **agile["paths"]}})

    def __post_init__(self) -> None:
        # Fixed words before placeholders: `/search/jql` is no `/{something}/jql`.
        for path in sorted(self.spec["paths"], key=lambda p: p.count("{")):
            pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", path))
            self.paths.append((re.compile(pattern), path))

    def operation(self, method: str, path: str) -> dict[str, Any]:
        described = path.replace("/rest/api/2/", "/rest/api/3/")
        found = next(name for pattern, name in self.paths if pattern.fullmatch(described))
        operation: dict[str, Any] = self.spec["paths"][found][method.lower()]
        return operation

    def faults(self, schema: dict[str, Any], value: Any) -> list[str]:
        validator = Draft202012Validator({**schema, "components": self.spec["components"]})
        found = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]
        return [fault for fault in found if not _KNOWN.search(fault)]

    def faults_of_request(self, line: str, body: bytes) -> list[str]:
        method, _, target = line.partition(" ")
        operation = self.operation(method, urlsplit(target).path)
        known = {p["name"]: p["schema"] for p in operation.get("parameters", []) if p["in"] == "query"}
        given = dict(parse_qsl(urlsplit(target).query))
        wrong = [f"{name} is no parameter" for name in given if name not in known]
        for name, value in given.items():
            schema = known.get(name, {})
            wrong += self.faults(schema, _typed(schema, value))
        if body:
            wrong += self.faults(operation["requestBody"]["content"]["application/json"]["schema"], json.loads(body))
        return wrong

    def faults_of_answer(self, method: str, path: str, answer: Response) -> list[str]:
        described = self.operation(method, path)["responses"].get(str(answer.status))
        if described is None:
            return [f"{method} {path} never answers {answer.status}"]
        content = described.get("content", {}).get("application/json")
        if not content or "schema" not in content:
            return []
        if method == "GET" and path.endswith(
            "/remotelink"
        ):  # described as one link; the example there, and the vendor, give a list
            return [fault for link in answer.body for fault in self.faults(content["schema"], link)]
        return self.faults(content["schema"], answer.body)


def _typed(schema: dict[str, Any], text: str) -> Any:
    if schema.get("type") == "array":
        return text.split(",")
    return int(text) if schema.get("type") == "integer" else text


@pytest.fixture(scope="module")
def description() -> Description:
    if not (SPEC.exists() and AGILE.exists()):
        pytest.skip(f"{SPEC.name} and {AGILE.name} are not beside this checkout")
    return Description.read()


@pytest.fixture(scope="module")
def answered() -> Iterator[list[tuple[str, bytes, Request, Response]]]:
    """Every request and answer of a full read, a single read, a census, and a comment that is written, edited, deleted and missed."""
    clock = Clock()
    twin = running(JiraTwin(clock, token=SECRET))
    kept: list[tuple[str, bytes, Request, Response]] = []
    serve = twin.server.serve

    def keeping(request: Request, line: str) -> tuple[Response, Fault | None]:
        answer, fault = serve(request, line)
        kept.append((line, request.body, request, answer))
        return answer, fault

    twin.server.serve = keeping  # type: ignore[method-assign]
    converse(twin, clock)
    yield kept
    twin.server.stop()


def furnish(twin: JiraTwin) -> None:
    """What the optional streams read, and a field that people made."""
    twin.agile.sprint("Sprint 1", twin.agile.board("Team", "PLAT", "PAY"), startDate="2026-05-01T08:00:00.000Z")
    for n in range(22):
        twin.worklogs.put_down("PLAT-2", 30 + n)
    twin.edits.link("PLAT-3", "https://github.com/acme/api/issues/7", "Rate limits", "is blocked by")
    twin.lists.level("PLAT", "Board only")
    twin.lists.field("customfield_10024", "Story Points")


def converse(twin: JiraTwin, clock: Clock) -> None:
    twin.link("PLAT-2", "PLAT-3")
    furnish(twin)
    for n in range(120):
        twin.edit("PLAT-4", summary=f"Much discussed {n}", assignee="Grace", status="Done" if n == 119 else "In Progress")
    connector = connect(twin, "P*", options={"archived": True}, fields={"issues": frozenset({"Story Points"})}, now=clock)
    connector.check()
    for stream in (name for name, stream in STREAMS.items() if not stream.replies):
        records, _, cursors = read(connector, stream)
        read(connector, stream, cursors)
        connector.fetch_one(next(iter(records.values())).ref)
        for scope in connector.scopes(stream):
            assert isinstance(scope, Scope)
            connector.weigh(stream, scope)
    write(twin, connector)
    connector.close()
    twin.texts = False
    documents = connect(twin)
    documents.deliver(
        Action(verb="comment", target=ref(twin, "PLAT-1"), project="PLAT", key="k3", body="h4. *hello*", digest="d")
    )
    documents.find(ref(twin, "PLAT-1"), "k3")


def write(twin: JiraTwin, connector: Connector) -> None:
    """Every verb, and a comment that is deleted by hand."""
    target = ref(twin, "PLAT-1")
    given: dict[Verb, Any] = {
        "label": {"add": ["late"], "remove": ["ok"]},
        "link": {"url": "https://github.com/acme/api/issues/7", "title": "Rate limits", "relation": "is blocked by"},
        "property": {"name": "syncd", "value": {"late": True}},
    }
    for verb, extra in given.items():
        for _ in range(2):
            connector.deliver(Action(verb=verb, target=target, project="PLAT", key="k", body="", digest="d", extra=extra))
    receipt = connector.deliver(Action(verb="comment", target=target, project="PLAT", key="k", body="hello", digest="d"))
    connector.find(target, "k")
    twin.comment("PLAT-1", "/syncd on track")
    assert connector.fetch_one(reply_ref(target)).data["comments"]
    edit = Action(verb="comment", target=target, project="PLAT", key="k", body="so", digest="d", remote_id=receipt.remote_id)
    connector.deliver(edit)
    for scope in [s for s in connector.scopes("issues") if isinstance(s, Scope)]:
        list(connector.census("issues", scope))
    twin.uncomment("PLAT-1", receipt.remote_id)
    with pytest.raises(Exception, match="deleted"):
        connector.deliver(edit)


def test_our_requests_are_what_jira_describes(
    description: Description, answered: list[tuple[str, bytes, Request, Response]]
) -> None:
    wrong = {line: faults for line, body, _, _ in answered if (faults := description.faults_of_request(line, body))}
    assert not wrong


def test_the_twin_answers_what_jira_describes(
    description: Description, answered: list[tuple[str, bytes, Request, Response]]
) -> None:
    wrong = {
        line: faults[:5]
        for line, _, request, answer in answered
        if (faults := description.faults_of_answer(request.method, request.path, answer))
    }
    assert not wrong


def test_every_kind_of_request_was_held_against_the_description(answered: list[tuple[str, bytes, Request, Response]]) -> None:
    seen = {
        re.sub(r"(?<=/)\d+(?=/|$)(?<!/[123])|(?<=board/)\d|(?<=sprint/)\d", "N", f"{request.method} {request.path}")
        for _, _, request, _ in answered
    }
    assert seen >= {
        "GET /rest/api/2/serverInfo",
        "GET /rest/api/2/myself",
        "GET /rest/api/2/project/N",
        "GET /rest/api/2/project/PLAT/versions",
        "GET /rest/api/2/version/N",
        "GET /rest/api/2/search/jql",
        "GET /rest/api/2/issue/N",
        "GET /rest/api/2/issue/N/comment",
        "POST /rest/api/2/issue/N/comment",
        "PUT /rest/api/2/issue/N/comment/N",
        "POST /rest/api/2/changelog/bulkfetch",
        "GET /rest/api/2/project/search",
        "GET /rest/api/2/field",
        "POST /rest/api/3/search/approximate-count",
        "GET /rest/agile/1.0/board",
        "GET /rest/agile/1.0/board/N/sprint",
        "GET /rest/agile/1.0/sprint/N",
        "GET /rest/api/2/issue/N/worklog",
        "GET /rest/api/2/worklog/deleted",
        "POST /rest/api/2/worklog/list",
        "GET /rest/api/2/issue/N/remotelink",
        "POST /rest/api/2/issue/N/remotelink",
        "GET /rest/api/2/project/PLAT/securitylevel",
        "GET /rest/api/2/mypermissions",
        "PUT /rest/api/2/issue/N",
        "PUT /rest/api/2/issue/N/properties/syncd",
        "POST /rest/api/3/issue/N/comment",
        "GET /rest/api/3/issue/N/comment",
    }


def test_the_scopes_that_our_page_names_are_enough_for_every_request(
    description: Description, answered: list[tuple[str, bytes, Request, Response]]
) -> None:
    page = (Path(__file__).parents[2] / "connectors" / "jira" / "README.md").read_text("utf-8")
    named = set(re.findall(r"`((?:read|write):[\w:.-]+)`", page))
    lacking = {}
    for _, _, request, _ in answered:
        operation = description.operation(request.method, request.path)
        current = [way["scopes"] for way in operation.get("x-atlassian-oauth2-scopes", []) if way["state"] == "Current"]
        granular = [way["OAuth2"] for way in operation.get("security", []) if "OAuth2" in way]
        ways = [set(scopes) for scopes in current or granular]
        if ways and not any(way <= named for way in ways):
            lacking[f"{request.method} {request.path}"] = ways
    assert named
    assert not lacking
