"""What is written at GitHub besides comments: labels, commit statuses, check runs; each twice leaves one effect."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.github import KIND
from syncd.contract import AuthFailed, Connector, Gone, RateLimited, Refused, SyncError, Unavailable
from syncd.demo.github_access import Grant
from syncd.demo.github_twin import GithubTwin
from syncd.model.action import Action, Receipt, Verb
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, OpenGate
from tests.connectors.github_given import API, Clock, install, ref, settings

ISSUE, PULL = 1, 2


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    twin = GithubTwin(Clock(NOW - timedelta(days=3)), SECRET)
    twin.repository(API)
    twin.issue(API, "Issue", labels=["bug"])
    twin.pull(API, "Pull")
    twin.server.start()
    yield twin
    twin.server.stop()


def connect(twin: GithubTwin, **changes: Any) -> Connector:
    return KIND.connect(replace(settings(twin, API), **changes), OpenGate())


def target(twin: GithubTwin, number: int) -> Ref:
    home = twin.home(API)
    return ref("pulls", home.pulls[number]) if number in home.pulls else ref("issues", home.issues[number])


def write(twin: GithubTwin, verb: Verb, number: int, **extra: Any) -> Action:
    return Action(verb=verb, target=target(twin, number), project="1", key="k", body="", digest="d", extra=extra)


def writes(twin: GithubTwin) -> list[str]:
    return [f"{entry.status} {entry.line}" for entry in twin.server.log if entry.write]


def names(twin: GithubTwin, number: int) -> list[str]:
    return [row["name"] for row in twin.home(API).issues[number]["labels"]]


def sha(twin: GithubTwin) -> str:
    return str(twin.home(API).pulls[PULL]["head"]["sha"])


def test_what_each_stream_takes() -> None:
    takes = {name: set(stream.takes) for name, stream in KIND.streams.items() if stream.takes}
    assert takes == {"issues": {"comment", "label"}, "pulls": {"comment", "label", "status", "check"}}
    assert (KIND.limits.text_chars, KIND.limits.label_chars, KIND.limits.requests_per_hour) == (140, 50, 5000)


def test_a_verb_that_github_does_not_have_is_refused(twin: GithubTwin) -> None:
    with pytest.raises(Refused, match="takes no event"):
        connect(twin).deliver(write(twin, "event", ISSUE, title="x"))


# --- labels --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [ISSUE, PULL], ids=["issues", "pulls"])
def test_labels_are_added_and_taken_away_and_twice_is_once(twin: GithubTwin, number: int) -> None:
    connector = connect(twin)
    action = write(twin, "label", number, add=["at risk", "a/b: 50 %?"], remove=["bug", "never there"])
    assert connector.deliver(action).remote_id
    assert names(twin, number) == ["at risk", "a/b: 50 %?"]
    touched = twin.home(API).issues[number]["updated_at"]
    assert connector.deliver(action).remote_id
    assert (names(twin, number), twin.home(API).issues[number]["updated_at"]) == (["at risk", "a/b: 50 %?"], touched)
    connector.deliver(write(twin, "label", number, remove=["a/b: 50 %?"]))
    assert names(twin, number) == ["at risk"]


def test_a_label_that_the_repository_lacks_is_made_where_using_it_does_not_make_it(twin: GithubTwin) -> None:
    twin.strict_labels = True
    connector = connect(twin)
    connector.deliver(write(twin, "label", ISSUE, add=["at risk", "late"]))
    assert names(twin, ISSUE) == ["bug", "at risk", "late"]
    connector.deliver(write(twin, "label", PULL, add=["late"]))
    assert [line for line in writes(twin) if line.endswith(f"/repos/{API}/labels")] == [f"201 POST /repos/{API}/labels"] * 2


def test_a_label_that_is_too_long_is_refused(twin: GithubTwin) -> None:
    with pytest.raises(Refused, match=f"{API}#1.*too long"):
        connect(twin).deliver(write(twin, "label", ISSUE, add=["x" * 51]))


@pytest.mark.parametrize("extra", [{"add": ["late"]}, {"remove": ["bug"]}], ids=["add", "remove"])
def test_a_404_is_the_absent_label_the_lacking_right_or_the_ticket(twin: GithubTwin, extra: dict[str, Any]) -> None:
    connector, action = connect(twin), write(twin, "label", ISSUE, **extra)
    fault = twin.server.fail("^(POST|DELETE)", status=404, body={"message": "Not Found"}, times=0)
    with pytest.raises(AuthFailed, match="right to write issues") as caught:
        connector.deliver(action)
    assert caught.value.scope == API
    fault.match = "."
    with pytest.raises(Unavailable):
        connector.deliver(action)
    twin.server.faults.clear()
    twin.delete(API, ISSUE)
    with pytest.raises(Gone) as gone:
        connector.deliver(action)
    assert gone.value.kind == "deleted"


def test_a_label_that_is_gone_already_is_no_failure_in_whatever_words_it_is_said(twin: GithubTwin) -> None:
    twin.server.fail("^DELETE", status=404, body={"message": "Not Found"}, after_commit=True)
    assert connect(twin).deliver(write(twin, "label", ISSUE, remove=["bug"])).remote_id
    twin.edit(API, ISSUE, labels=["bug"])
    seen = {**twin.home(API).issues[ISSUE], "labels": [{"name": "late"}]}
    twin.server.fail("^GET.*/issues/1", status=200, body=seen)
    assert connect(twin).deliver(write(twin, "label", ISSUE, remove=["late"])).remote_id
    assert names(twin, ISSUE) == ["bug"]


def test_only_what_is_to_change_is_written(twin: GithubTwin) -> None:
    every = [f"syncd: topic {n}" for n in range(12)]
    connect(twin).deliver(write(twin, "label", ISSUE, add=["Bug", "late"], remove=every))
    assert [line.partition("?")[0] for line in writes(twin)] == [f"200 POST /repos/{API}/issues/1/labels"]
    assert names(twin, ISSUE) == ["bug", "late"]


def test_a_renamed_repository_is_labelled_under_its_new_name(twin: GithubTwin) -> None:
    action = write(twin, "label", ISSUE, add=["late"], remove=["bug"])
    twin.rename(API, "acme/interfaces")
    connect(twin).deliver(action)
    assert [row["name"] for row in twin.home("acme/interfaces").issues[ISSUE]["labels"]] == ["late"]


def test_an_archived_repository_takes_no_label(twin: GithubTwin) -> None:
    twin.home(API).row["archived"] = True
    with pytest.raises(Refused, match="archived"):
        connect(twin).deliver(write(twin, "label", ISSUE, add=["late"]))


# --- statuses ------------------------------------------------------------------------------------------------------------

STATUS = {"name": "syncd/milestone", "state": "failed", "text": "Late by 3 days", "url": "https://acme.example/m/3"}


@pytest.mark.parametrize(("state", "theirs"), [("passed", "success"), ("failed", "failure"), ("pending", "pending")])
def test_a_status_stands_on_the_commit_once(twin: GithubTwin, state: str, theirs: str) -> None:
    connector, action = connect(twin), write(twin, "status", PULL, sha=sha(twin), **{**STATUS, "state": state})
    first, second = connector.deliver(action), connector.deliver(action)
    (row,) = twin.home(API).statuses
    assert (row["state"], row["context"], row["description"], row["target_url"]) == (
        theirs,
        "syncd/milestone",
        "Late by 3 days",
        "https://acme.example/m/3",
    )
    assert (first.remote_id, first.created) == (second.remote_id, True) == (str(row["id"]), not second.created)


def test_a_status_that_says_something_else_takes_the_last_ones_place(twin: GithubTwin) -> None:
    connector = connect(twin)
    twin.around.status(API, sha(twin), "ci/other", "success")
    connector.deliver(write(twin, "status", PULL, sha=sha(twin), **STATUS))
    connector.deliver(write(twin, "status", PULL, sha=sha(twin), **{**STATUS, "state": "passed", "text": ""}))
    states = [(row["context"], row["state"]) for row in twin.home(API).statuses]
    assert states == [("ci/other", "success"), ("syncd/milestone", "failure"), ("syncd/milestone", "success")]


def test_a_long_text_is_cut(twin: GithubTwin) -> None:
    connect(twin).deliver(write(twin, "status", PULL, sha=sha(twin), **{**STATUS, "text": "long " * 100}))
    assert len(twin.home(API).statuses[0]["description"]) == 140


def test_a_commit_that_github_does_not_know_is_refused(twin: GithubTwin) -> None:
    with pytest.raises(Refused, match="No commit found"):
        connect(twin).deliver(write(twin, "status", PULL, sha="f" * 40, **STATUS))


@pytest.mark.parametrize("missing", [{"sha": ""}, {"name": ""}, {"state": "great"}])
def test_a_status_that_is_none_is_refused_and_not_sent(twin: GithubTwin, missing: dict[str, str]) -> None:
    with pytest.raises(Refused):
        connect(twin).deliver(write(twin, "status", PULL, **{"sha": sha(twin), **STATUS, **missing}))
    assert writes(twin) == []


def test_a_token_that_may_not_set_statuses_is_told_so(twin: GithubTwin) -> None:
    twin.grants["fine"] = Grant("syncd-bot", permissions={"statuses": "read", "pull_requests": "write"})
    with pytest.raises(AuthFailed, match="Grant the token statuses: write"):
        connect(twin, secret=lambda: "fine").deliver(write(twin, "status", PULL, sha=sha(twin), **STATUS))
    twin.server.fail("^POST", status=404, body={"message": "Not Found"}, times=0)
    with pytest.raises(AuthFailed, match="right to write commit statuses"):
        connect(twin).deliver(write(twin, "status", PULL, sha=sha(twin), **STATUS))


# --- check runs ----------------------------------------------------------------------------------------------------------

CHECK = {**STATUS, "title": "Milestone is late", "summary": "Beta ends 3 working days after its date."}


@pytest.mark.parametrize(
    ("state", "status", "conclusion"),
    [("passed", "completed", "success"), ("failed", "completed", "failure"), ("pending", "in_progress", None)],
)
def test_a_check_run_of_our_app_is_made_once_and_then_edited(
    twin: GithubTwin, app_key: str, state: str, status: str, conclusion: str | None
) -> None:
    connector = KIND.connect(install(twin, app_key, {"checks": "write", "pull_requests": "write"}), OpenGate())
    twin.around.run(API, sha(twin), "syncd/milestone", "neutral")  # somebody else's of the same name
    action = write(twin, "check", PULL, sha=sha(twin), **{**CHECK, "state": state})
    first, second = connector.deliver(action), connector.deliver(action)
    assert (first.created, second.created, first.remote_id) == (True, False, second.remote_id)
    _, run = twin.home(API).check_runs
    assert (run["status"], run["conclusion"], run["output"]["title"]) == (status, conclusion, "Milestone is late")
    assert run["details_url"] == "https://acme.example/m/3"
    assert len([line for line in writes(twin) if "check-runs" in line]) == 1
    later = connector.deliver(write(twin, "check", PULL, sha=sha(twin), **{**CHECK, "state": "passed", "summary": "On time."}))
    assert (later.remote_id, later.created) == (first.remote_id, False)
    assert (run["conclusion"], run["output"]["summary"]) == ("success", "On time.")
    assert len(twin.home(API).check_runs) == 2


def test_only_an_app_writes_check_runs(twin: GithubTwin) -> None:
    with pytest.raises(Refused, match=r"only a GitHub App.*app_id"):
        connect(twin).deliver(write(twin, "check", PULL, sha=sha(twin), **CHECK))
    assert writes(twin) == []


def test_an_app_without_the_permission_is_told_which_to_grant(twin: GithubTwin, app_key: str) -> None:
    connector = KIND.connect(install(twin, app_key, {"checks": "read", "pull_requests": "write"}), OpenGate())
    with pytest.raises(AuthFailed, match="Grant the App and its installation checks: write"):
        connector.deliver(write(twin, "check", PULL, sha=sha(twin), **CHECK))


# --- what goes wrong -----------------------------------------------------------------------------------------------------

ACTS: Mapping[Verb, tuple[int, dict[str, Any]]] = {
    "label": (ISSUE, {"add": ["late"], "remove": ["bug"]}),
    "status": (PULL, STATUS),
    "check": (PULL, CHECK),
}


def act(twin: GithubTwin, verb: Verb) -> Action:
    number, extra = ACTS[verb]
    return write(twin, verb, number, **({"sha": sha(twin)} if verb != "label" else {}), **extra)


@pytest.fixture(params=list(ACTS))
def verb(request: pytest.FixtureRequest) -> Verb:
    found: Verb = request.param
    return found


@pytest.fixture
def app(twin: GithubTwin, app_key: str) -> Connector:
    granted = {"issues": "write", "pull_requests": "write", "checks": "write", "statuses": "write"}
    return KIND.connect(install(twin, app_key, granted), OpenGate())


@pytest.mark.parametrize(
    ("status", "expected"), [(422, Refused), (403, AuthFailed), (429, RateLimited), (502, Unavailable), (404, AuthFailed)]
)
def test_a_refused_write_says_what_to_do_next(
    twin: GithubTwin, app: Connector, verb: Verb, status: int, expected: type[SyncError]
) -> None:
    app.check()
    twin.server.fail(r"^(POST|PATCH|DELETE) /repos", status=status, body={"message": "no"}, times=0)
    with pytest.raises(expected) as caught:
        app.deliver(act(twin, verb))
    assert (target(twin, ACTS[verb][0]).key or "?") in caught.value.text
    assert "\n" not in caught.value.text


@pytest.mark.parametrize("fault", [{"status": 502, "body": {}}, {"how": "reset"}], ids=["502", "reset"])
def test_a_write_whose_answer_is_lost_is_sent_once_and_the_next_try_leaves_one_effect(
    twin: GithubTwin, app: Connector, verb: Verb, fault: dict[str, Any]
) -> None:
    twin.server.fail("^(POST|PATCH) /repos", after_commit=True, **fault)
    with pytest.raises(Unavailable):
        app.deliver(act(twin, verb))
    assert len([line for line in writes(twin) if "/repos/" in line]) == 1
    receipt = app.deliver(act(twin, verb))
    assert isinstance(receipt, Receipt)
    home = twin.home(API)
    assert len(home.statuses) == (verb == "status")
    assert len(home.check_runs) == (verb == "check")
    assert names(twin, ISSUE) == (["late"] if verb == "label" else ["bug"])


def test_every_write_passes_the_gate_once(twin: GithubTwin, app_key: str, verb: Verb) -> None:
    gate = OpenGate()
    connector = KIND.connect(install(twin, app_key, {"issues": "write", "checks": "write", "statuses": "write"}), gate)
    connector.deliver(act(twin, verb))
    assert gate.asked == len(twin.server.log)
    assert gate.writes == len([line for line in writes(twin) if "/repos/" in line]) > 0
