"""What speaks beside the comments, and the write ramp, through whole passes over the vendors."""

from typing import Any

import pytest

from tests.run.run_given import Company, writes

MARKS = {"label": "syncd:{code}", "property": "syncd", "link": True, "status": "status", "fail_from": "warn"}


@pytest.fixture
def marked(firm: Company) -> Company:
    """The company with every mark asked for, and an open change on each forge; PLAT-2 waits for an issue on GitHub."""
    firm.github.pull("acme/api", "Ship it", milestone=1, head="ship")
    milestone = next(m for m in firm.gitlab.milestones.values() if m["title"] == "Web")
    firm.gitlab.merge_request("acme/web", "Ship it", milestone=milestone)
    firm.jira.edit("PLAT-2", description="Blocked by: acme/api#1")
    firm.github.edit("acme/api", 1, body="Due later")
    firm.sections["policy"] |= MARKS
    return firm


def github_labels(firm: Company, number: int) -> set[str]:
    return {label["name"] for label in firm.github.home("acme/api").issues[number]["labels"]}


def jira_labels(firm: Company, key: str) -> list[str]:
    return list(firm.jira.held(key)["fields"]["labels"])


def test_marks_come_once_with_the_findings_and_go_with_them(marked: Company) -> None:
    first = marked.once()
    assert (first.problems, first.actions["failed"]) == ([], 0)
    assert "syncd:drift" in jira_labels(marked, "PLAT-1")
    assert "commitment:checkout-v2" in jira_labels(marked, "PLAT-1"), "people's labels stay"
    assert "syncd:drift" in github_labels(marked, 1)
    statuses = marked.github.home("acme/api").statuses
    assert [(s["context"], s["state"]) for s in statuses] == [("syncd", "failure")]
    (on_gitlab,) = marked.gitlab.statuses.values()
    assert (on_gitlab["name"], on_gitlab["status"]) == ("syncd", "failed")

    with marked.watched() as requests:
        second = marked.once()
    assert (second.actions["delivered"], writes(requests)) == (0, [])

    marked.jira.edit("PLAT-3", duedate="2026-05-14")
    marked.github.edit_milestone("acme/api", 1, due_on="2026-08-01")
    marked.once()
    assert jira_labels(marked, "PLAT-1") == ["commitment:checkout-v2"]
    assert github_labels(marked, 1) == set()
    assert [s["state"] for s in marked.github.home("acme/api").statuses] == ["failure", "success"]


def test_a_write_whose_answer_was_lost_leaves_one_mark(marked: Company) -> None:
    for server in marked.servers.values():
        server.fail(r"^(PUT|POST|PATCH) ", status=502, times=2, skip=1, after_commit=True)
    ran = [marked.once() for _ in range(3)][-1]
    assert ran.actions["waiting"] == 0
    statuses = marked.github.home("acme/api").statuses
    assert {(s["context"], s["state"]) for s in statuses} == {("syncd", "failure")}
    assert jira_labels(marked, "PLAT-1").count("syncd:drift") == 1
    assert len(marked.on_jira("PLAT-1")) == 1


def test_with_writing_off_the_plan_shows_every_mark_and_nothing_is_written(marked: Company) -> None:
    for name in ("plat", "code", "web"):
        marked.sections[f"connections.{name}"]["write"] = "plan"
    with marked.watched() as requests:
        plan = marked.syncd("plan", "--json").json
    verbs = {action["verb"] for action in plan["observed"]}
    assert {"comment", "label", "property", "status"} <= verbs
    assert writes(requests) == []
    text = marked.syncd("plan").out
    assert "label + syncd:drift" in text
    assert "status syncd failed on " in text


def test_enabling_one_team_writes_nothing_for_the_others(firm: Company) -> None:
    mapping = 'extends = "jira.default"\n[fields.issues]\nteam = { path = "fields.labels", find = "^team-(.+)$" }\n'
    firm.sections["connections.plat"]["mapping"] = firm.mapping("teams.toml", mapping)
    firm.only("plat")
    firm.jira.edit("PLAT-1", labels=["team-checkout"])
    firm.jira.issue("PAY", "Late", type="Epic", duedate="2026-04-01", labels=["team-pay"])
    firm.jira.issue("PAY", "Still open", parent="PAY-3", duedate="2026-04-02")
    firm.sections["policy"]["write_for_team"] = {"checkout": "on"}
    ran = firm.once()
    assert ran.problems == []
    assert {ticket for ticket, bodies in firm.comments().items() if bodies} == {"plat PLAT-1"}
    plan = firm.syncd("plan", "--json", "--project", "PAY").json
    assert {action["target"]["key"] for action in plan["observed"]} == {"PAY-3"}
    assert plan["actions"] == []


def test_plan_for_one_project_and_one_that_is_not_there(firm: Company) -> None:
    first: Any = firm.syncd("plan", "--json").json
    assert {one["connection"] for one in first["first_pass"]} == {"plat", "code", "web", "cal"}
    only = firm.syncd("plan", "--json", "--project", "acme/api").json
    assert {action["project"] for action in only["actions"]} == {"acme/api"}
    assert only["first_pass"] == []
    wrong = firm.syncd("plan", "--project", "acme/apii")
    assert wrong.code == 2
    assert "There is no project 'acme/apii'. Did you mean acme/api?" in wrong.err


def test_plan_says_first_what_a_first_pass_costs(firm: Company) -> None:
    with firm.watched() as before:
        told = firm.syncd("plan")
    lines = [line for line in told.err.splitlines() if "a first pass over" in line]
    assert [line.partition(":")[0] for line in lines] == ["plat", "code", "web", "cal"]
    assert lines[0].startswith("plat: a first pass over 2 scopes takes about ")
    assert writes(before) == []
    assert not [line for line in firm.syncd("plan").err.splitlines() if "a first pass" in line]


def test_an_archived_repository_is_read_and_never_written_to(firm: Company) -> None:
    firm.only("code")
    firm.github.repository("acme/old", archived=True)
    firm.github.milestone("acme/old", "Gone", due_on="2026-04-01")
    firm.github.issue("acme/old", "Never finished", milestone=1)
    firm.sections["connections.code"]["repositories"] = ["acme/old"]
    ran = firm.once()
    assert (ran.problems, ran.actions["failed"]) == ([], 0)
    assert ran.findings["open"] == 1
    plan = firm.syncd("plan", "--json").json
    assert plan["actions"] == []
    assert ["archived" in one["why"] for one in plan["nowhere"]] == [True]
