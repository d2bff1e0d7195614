"""GitHub's own API description agrees with what the twin answers and with what we ask."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from jsonschema.protocols import Validator
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from connectors.github import KIND, GithubOptions
from syncd.contract import Connector, SyncError, reply_ref
from syncd.demo.git import blob_sha
from syncd.demo.github_access import Grant
from syncd.demo.github_twin import GithubTwin
from syncd.demo.twin import Logged
from syncd.model.action import Action, Verb
from syncd.model.ref import Ref
from tests.connectors.contract import SECRET, OpenGate, action, read
from tests.connectors.github_given import API, WEB, around, company, install, settings, world_of

DESCRIPTION = Path(__file__).parents[3] / "shared" / "specs" / "github-rest.json"
pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason="GitHub's API description is not beside this checkout")

_HERE = "urn:github"
FILES = "acme/spec"
GRANTED = dict.fromkeys(("issues", "pull_requests", "checks", "statuses"), "write")

OPERATIONS = (
    "/user",
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/milestones",
    "/repos/{owner}/{repo}/milestones/{milestone_number}",
    "/repos/{owner}/{repo}/issues",
    "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    "/repos/{owner}/{repo}/collaborators/{username}/permission",
    "/repos/{owner}/{repo}/issues/{issue_number}/sub_issues",
    "/repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by",
    "/repos/{owner}/{repo}/pulls",
    "/repos/{owner}/{repo}/pulls/{pull_number}",
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews",
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}",
    "/repos/{owner}/{repo}/environments",
    "/repos/{owner}/{repo}/environments/{environment_name}",
    "/repos/{owner}/{repo}/deployments",
    "/repos/{owner}/{repo}/deployments/{deployment_id}",
    "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    "/repos/{owner}/{repo}/releases",
    "/repos/{owner}/{repo}/releases/{release_id}",
    "/repos/{owner}/{repo}/commits",
    "/repos/{owner}/{repo}/commits/{ref}",
    "/repos/{owner}/{repo}/tags",
    "/repos/{owner}/{repo}/git/trees/{tree_sha}",
    "/repos/{owner}/{repo}/git/blobs/{file_sha}",
    "/repos/{owner}/{repo}/compare/{basehead}",
    "/repos/{owner}/{repo}/pulls/{pull_number}/files",
    "/repos/{owner}/{repo}/commits/{ref}/check-runs",
    "/repos/{owner}/{repo}/commits/{ref}/status",
    "/repos/{owner}/{repo}/statuses/{sha}",
    "/repos/{owner}/{repo}/check-runs",
    "/repos/{owner}/{repo}/check-runs/{check_run_id}",
    "/repos/{owner}/{repo}/labels",
    "/repos/{owner}/{repo}/labels/{name}",
    "/repos/{owner}/{repo}/issues/{issue_number}/labels",
    "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
    "/orgs/{org}/repos",
    "/users/{username}/repos",
    "/user/repos",
    "/installation/repositories",
    "/app",
    "/app/installations",
    "/app/installations/{installation_id}/access_tokens",
    "/repos/{owner}/{repo}/installation",
    "/orgs/{org}/installation",
    "/users/{username}/installation",
)


class Description:
    """The description, and what it says about one request and its answer."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._registry = Registry().with_resource(_HERE, Resource.from_contents(document, default_specification=DRAFT4))

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]]:
        """Its template and what is said about it. An address by repository number is the same operation."""
        path = re.sub(r"^/repositories/\d+", "/repos/o/r", path)
        for template in OPERATIONS:
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in self._document["paths"][template]:
                return template, self._document["paths"][template][method.lower()]
        raise AssertionError(f"no such operation: {method} {path}")

    def complaints(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What is wrong with the value."""
        validator: Validator = OAS30Validator(_absolute(schema), registry=self._registry)
        # An enumeration that is nullable names null only by that word, which the validator wants in the list, too.
        found = [e for e in validator.iter_errors(value) if not (e.instance is None and _is_nullable(e.schema))]
        return [f"{error.json_path}: {error.message[:200]}" for error in found]

    def parameters(self, operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The schemas of its query parameters by name."""
        found = [self._resolved(parameter) for parameter in operation.get("parameters", [])]
        return {parameter["name"]: parameter["schema"] for parameter in found if parameter["in"] == "query"}

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in value:
            return value
        found: Any = self._document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return dict(found)


def _absolute(value: Any) -> Any:
    """References inside a schema that is cut out of the document point into the document."""
    if isinstance(value, dict):
        return {key: _absolute(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_absolute(inner) for inner in value]
    return _HERE + value if isinstance(value, str) and value.startswith("#/components/") else value


@pytest.fixture(scope="module")
def description() -> Description:
    return Description(json.loads(DESCRIPTION.read_text()))


@pytest.fixture(scope="module")
def talk(app_key: str) -> Iterator[tuple[GithubTwin, list[Logged]]]:
    """Everything that the connector does, once, and the log of it."""
    twin = company()
    twin.sub_issue((API, 1), (API, 2))
    twin.block((API, 3), by=(WEB, 1))
    twin.edit(API, 4, state="closed")
    twin.edit(API, 300, state="closed", merged_at="2026-05-01T00:00:00Z")
    twin.milestone(API, "Without a date")
    around(twin)
    twin.organisations.add("acme")
    twin.repository("ann/notes")
    twin.server.start()
    world = world_of(twin)
    connector = KIND.connect(settings(twin), OpenGate())
    connector.check()
    for name, stream in KIND.streams.items():
        if not stream.of_contracts and not stream.replies:
            _everything_read(connector, name)
    _contracts_read(twin)
    receipt = connector.deliver(action(world))
    connector.deliver(action(world, "again", remote_id=receipt.remote_id))
    connector.find(world.target, "abc123")  # type: ignore[arg-type]
    twin.people(API, "hidden", role="triage", association="NONE")
    twin.comment(API, 3, "/syncd on track", by="hidden")
    assert connector.fetch_one(reply_ref(world.target)).data["comments"]  # type: ignore[arg-type]
    _owners_listed(twin, app_key)
    _everything_else_written(twin, app_key)
    yield twin, list(twin.server.log)
    twin.server.stop()


def _everything_read(connector: Connector, stream: str) -> None:
    records, _, cursors = read(connector, stream)
    read(connector, stream, cursors)
    connector.fetch_one(records[min(records)].ref)
    for scope in connector.scopes(stream):
        list(connector.census(stream, scope))  # type: ignore[arg-type]


def _contracts_read(twin: GithubTwin) -> None:
    twin.repository(FILES)
    twin.files.commit(FILES, {"api/openapi.yaml": "openapi: 3.1.0", "a/b/c.proto": "message A {}"})
    twin.files.tag(FILES, "v1")
    twin.files.propose(FILES, "Move", {"api/openapi.yaml": None, "api/v2.yaml": "openapi: 3.1.0 "}, "move")
    connector = KIND.connect(replace(settings(twin), files={FILES: ("api/*.yaml", "a/**")}), OpenGate())
    for entries in (100, 2):  # whole, then folder by folder
        twin.files.most_entries = entries
        _everything_read(connector, "contract_files")
    twin.files.release(FILES, "v2")
    _everything_read(connector, "contract_files")


def _owners_listed(twin: GithubTwin, app_key: str) -> None:
    """An organisation, somebody, ourselves; and an App, which finds its installation in each way."""
    twin.grants["anns"] = Grant("ann")
    options = GithubOptions(organisations=["acme", "ann"])
    for secret in (SECRET, "anns"):
        given = replace(settings(twin), options=options, secret=partial(str, secret))
        list(KIND.connect(given, OpenGate()).scopes("pulls"))
    given = install(twin, app_key, GRANTED, API)
    ways: tuple[dict[str, Any], ...] = ({"organisations": ["ann"]}, {"organisations": ["acme"]}, {"repositories": [API]})
    for keys in ways:
        if "repositories" in keys or "ann" in keys["organisations"]:
            twin.server.fail(r"/app/installations\?", status=404, body={})
        made = GithubOptions(**keys, app_id=77, private_key_file=app_key)
        with suppress(SyncError):
            list(KIND.connect(replace(given, options=made), OpenGate()).scopes("pulls"))
    install(twin, app_key, {"issues": "read"}, "ann/notes", owner="ann")
    made = GithubOptions(organisations=["ann"], app_id=77, private_key_file=app_key)
    list(KIND.connect(replace(given, options=made), OpenGate()).scopes("pulls"))


def _everything_else_written(twin: GithubTwin, app_key: str) -> None:
    twin.strict_labels = True
    pull = next(iter(twin.home(API).pulls.values()))
    target, sha = Ref("code", "pulls", str(pull["id"]), key=f"{API}#{pull['number']}"), pull["head"]["sha"]
    connector = KIND.connect(install(twin, app_key, GRANTED, API), OpenGate())
    connector.check()
    says = {"sha": sha, "name": "syncd", "text": "Late", "url": "https://acme.example", "title": "Late", "summary": "Very"}
    written: tuple[tuple[Verb, dict[str, Any]], ...] = (
        ("label", {"add": ["late"], "remove": ["bug"]}),
        ("label", {"remove": ["late"]}),
        ("status", {**says, "state": "failed"}),
        ("check", {**says, "state": "pending"}),
        ("check", {**says, "state": "passed"}),
    )
    for verb, extra in written:
        act = Action(verb=verb, target=target, project="", key="k", body="", digest="", extra=extra)
        connector.deliver(act)


def test_our_requests_are_described(description: Description, talk: tuple[GithubTwin, list[Logged]]) -> None:
    asked = set()
    for entry in talk[1]:
        method, _, url = entry.line.partition(" ")
        template, operation = description.operation(method, urlsplit(url).path)
        asked.add(template)
        known = description.parameters(operation)
        for name, values in parse_qs(urlsplit(url).query).items():
            value: Any = int(values[0]) if known[name].get("type") == "integer" else values[0]
            assert description.complaints(known[name], value) == [], entry.line
        if entry.body:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert description.complaints(schema, json.loads(entry.body)) == []
    assert set(OPERATIONS) - asked == set()


ANSWERS = (
    "/user",
    f"/repos/{API}",
    f"/repos/{API}/milestones?state=all",
    f"/repos/{API}/milestones/1",
    f"/repos/{API}/issues?state=all&sort=created&direction=asc",
    f"/repos/{API}/issues?state=all&per_page=3",
    f"/repos/{API}/issues/3",
    f"/repos/{API}/issues/3/comments",
    f"/repos/{API}/collaborators/hidden/permission",
    f"/repos/{API}/issues/1/sub_issues",
    f"/repos/{API}/issues/3/dependencies/blocked_by",
    f"/repos/{API}/pulls?state=all&per_page=3",
    f"/repos/{API}/pulls/300",
    f"/repos/{API}/pulls/271/reviews",
    f"/repos/{API}/environments",
    f"/repos/{API}/deployments",
    f"/repos/{API}/deployments/{{deployment}}/statuses",
    f"/repos/{API}/releases",
    f"/repos/{API}/commits/{{sha}}/check-runs",
    f"/repos/{API}/commits/{{sha}}/status",
    f"/repos/{API}/labels",
    f"/repos/{FILES}/commits?per_page=1",
    f"/repos/{FILES}/commits/heads%2Fmain?per_page=1",
    f"/repos/{FILES}/tags",
    f"/repos/{FILES}/git/trees/main?recursive=1",
    f"/repos/{FILES}/git/blobs/{{blob}}",
    f"/repos/{FILES}/compare/{{head}}...{{work}}?per_page=1",
    f"/repos/{FILES}/pulls/1/files",
    "/orgs/acme/repos",
    "/users/ann/repos",
)


@pytest.mark.parametrize("url", ANSWERS)
def test_the_twins_answers_are_described(description: Description, talk: tuple[GithubTwin, list[Logged]], url: str) -> None:
    home = talk[0].home(API)
    git = talk[0].files.of(FILES)
    named = {"blob": blob_sha(b"openapi: 3.1.0"), "head": git.branches["main"], "work": git.branches["move"]}
    url = url.format(sha=home.pulls[271]["head"]["sha"], deployment=home.deployments[-1]["id"], **named)
    answer = requests.get(talk[0].server.url + url, headers={"Authorization": f"token {talk[0].token}"}, timeout=10)
    assert answer.status_code == 200
    _, operation = description.operation("GET", urlsplit(url).path)
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer.json()
    assert description.complaints(schema, answer.json()) == []


def _is_nullable(schema: Any) -> bool:
    return isinstance(schema, dict) and bool(schema.get("nullable"))
