"""GitHub through whole passes of syncd: an App, a whole organisation, every stream, labels and check runs beside the comments."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.github import KIND
from syncd.app import opened
from tests.connectors.github_given import around, install
from tests.run.run_given import Company, company, furnish

STREAMS = [name for name, stream in KIND.streams.items() if not stream.of_contracts and not stream.replies]

API = "acme/api"
GRANTED = dict.fromkeys(
    ("issues", "pull_requests", "checks", "statuses", "deployments", "contents", "actions"),
    "write",
)


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app_key: str) -> Iterator[Company]:
    """The company of the passes, with GitHub alone, read by an App in all its streams."""
    with company(tmp_path, monkeypatch) as made:
        furnish(made)
        made.github.pull(API, "Ship it", milestone=1)
        made.github.pull(API, "Ship more")
        around(made.github, API)
        made.github.repository("acme/attic", archived=True)
        made.github.organisations.add("acme")
        install(made.github, app_key, GRANTED)
        keys = {"kind": "github", "url": made.github.server.url, "write": "on", "streams": ["all"], "history_days": 400}
        signs = {"app_id": 77, "private_key_file": app_key, "organisations": ["acme"]}
        policy = {"at_start": "write", "label": "syncd-{code}", "status": "check"}
        others = {name: value for name, value in made.sections.items() if not name.startswith("connections.")}
        made.sections = {**others, "connections.code": {**keys, **signs}, "policy": {**others.get("policy", {}), **policy}}
        made.sections["model"] = {"zone": "Europe/Berlin", "precedence": ["code"]}
        yield made


def rows(firm: Company, kind: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(firm.syncd("export", "--kind", kind).out)
    return found


def test_every_stream_is_read_and_gives_its_rows(firm: Company) -> None:
    once = firm.syncd("once", "--json")
    assert {stream: once.state("code", stream) for stream in STREAMS} == dict.fromkeys(STREAMS, "fresh")
    assert {row["verdict"] for row in rows(firm, "sign_off")} == {"approved", "rejected", "commented"}
    assert {(row["name"], row["protected"]) for row in rows(firm, "environment")} == {("production", True), ("staging", False)}
    assert {row["status"] for row in rows(firm, "deployment")} == {"done", "running", "planned"}
    assert {(row["name"], row["state"]) for row in rows(firm, "check")} >= {("build", "passed"), ("ci/deploy", "failed")}


def test_comments_labels_and_check_runs_are_written_once_by_the_bot(firm: Company) -> None:
    first = firm.syncd("once", "--json")
    assert first.actions["failed"] == 0
    home = firm.github.home(API)
    authors = {row["user"]["login"] for talk in home.comments.values() for row in talk}
    labels = {row["name"] for issue in home.issues.values() for row in issue["labels"]}
    ours = [run for run in home.check_runs if run["name"] == "syncd"]
    assert authors == {"syncd[bot]"}
    assert "syncd-drift" in labels
    assert len(ours) == len([pull for pull in home.pulls.values() if pull["state"] == "open"])
    firm.hand.go(minutes=10)
    written = len([entry for entry in firm.github.server.log if entry.write and "/repos/" in entry.line])
    assert firm.syncd("once", "--json").actions["delivered"] == 0
    assert len([entry for entry in firm.github.server.log if entry.write and "/repos/" in entry.line]) == written


def test_what_a_server_lacks_is_unsupported_and_the_rest_is_fresh(firm: Company) -> None:
    firm.github.server.fail("/(environments|deployments)", status=404, body={"message": "Not Found"}, times=0)
    once = firm.syncd("once", "--json")
    states = {stream: once.state("code", stream) for stream in STREAMS}
    assert [stream for stream, state in states.items() if state == "unsupported"] == ["environments", "deployments"]
    assert {state for stream, state in states.items() if stream not in ("environments", "deployments")} == {"fresh"}
    assert once.problems == []


@pytest.mark.parametrize(("token", "marks"), [("ghp_personal", False), ("ghs_installation", True)])
def test_a_token_that_is_no_apps_is_told_and_never_asked_to_make_check_runs(firm: Company, token: str, marks: bool) -> None:
    keys = firm.sections["connections.code"]
    firm.sections["connections.code"] = {k: v for k, v in keys.items() if not k.startswith(("app_", "private_"))} | {
        "token": token
    }
    told = firm.syncd("check")
    assert (told.code, "choose status" in " ".join(told.err.split())) == (0, not marks)
    assert "code: [policy] status" in told.err or marks
    with opened(firm.config, {}) as app:
        assert ("check" in app.links[0].place.takes["pulls"]) == marks
        assert "comment" in app.links[0].place.takes["pulls"]
