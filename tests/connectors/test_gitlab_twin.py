"""The GitLab twin answers as GitLab's documentation says (https://docs.gitlab.com/api/rest)."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from syncd.demo.gitlab_sign_in import Application
from syncd.demo.gitlab_twin import GitlabTwin
from tests.connectors.contract import NOW, SECRET
from tests.connectors.gitlab_given import BOT, company, twin


@pytest.fixture
def lab() -> Iterator[GitlabTwin]:
    made = company()
    made.server.start()
    yield made
    made.server.stop()


def ask(lab: GitlabTwin, path: str, **query: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"{lab.server.url}/api/v4{path}", params=query, headers={"Authorization": f"Bearer {SECRET}"})


def titles(answer: requests.Response) -> list[str]:
    return [record["title"] for record in answer.json()]


def test_lists_are_twenty_long_newest_first_unless_asked_otherwise(lab: GitlabTwin) -> None:
    answer = ask(lab, "/projects/acme%2Fweb/issues")
    assert len(answer.json()) == 20
    assert titles(answer)[1] == "issue 257"
    assert (answer.headers["X-Total"], answer.headers["X-Next-Page"]) == ("259", "2")
    assert set(answer.links) == {"first", "next", "last"}
    assert titles(requests.get(answer.links["next"]["url"], headers={"PRIVATE-TOKEN": SECRET}))[0] == "issue 238"


def test_no_total_is_given_above_ten_thousand_records() -> None:
    lab = twin(now=lambda: NOW)
    issue = lab.issue("acme/web", "busy")
    lab.notes[issue["id"]] = [lab.note(issue, "x", "ada") for _ in range(2)] * 5001
    lab.server.start()
    answer = ask(lab, "/projects/acme%2Fweb/issues/1/notes")
    lab.server.stop()
    assert "X-Total" not in answer.headers
    assert set(answer.links) == {"first", "next"}


def test_filters_by_state_and_by_time_of_update_inclusively(lab: GitlabTwin) -> None:
    seventh = next(i for i in lab.issues.values() if i["references"]["full"] == "acme/web#7")
    lab.edit(seventh, state="closed")
    assert titles(ask(lab, "/projects/acme%2Fweb/issues", state="closed")) == [seventh["title"]]
    found = titles(
        ask(lab, "/projects/acme%2Fweb/issues", updated_after=seventh["updated_at"], order_by="updated_at", sort="asc")
    )
    assert found == [seventh["title"]]


def test_a_group_shows_the_work_of_its_subgroups(lab: GitlabTwin) -> None:
    assert set(titles(ask(lab, "/groups/plan/issues"))) == {"schema", "import"}
    assert set(titles(ask(lab, "/groups/plan/epics"))) == {"Checkout v2", "Engine"}
    assert titles(ask(lab, "/groups/plan/milestones")) == []
    assert titles(ask(lab, "/groups/plan/milestones", include_descendants="true")) == ["sprint 9"]
    assert set(titles(ask(lab, "/projects/acme%2Fweb/milestones", include_ancestors="true"))) == {"v1", "Q2"}


def test_what_is_unknown_is_404_and_who_is_unknown_is_401(lab: GitlabTwin) -> None:
    assert ask(lab, "/projects/acme%2Fnope").status_code == 404
    assert ask(lab, "/projects/acme%2Fweb/issues/9999").status_code == 404
    assert requests.get(f"{lab.server.url}/api/v4/user").status_code == 401


def test_both_ends_of_a_link_see_the_other(lab: GitlabTwin) -> None:
    ends = [ask(lab, f"/projects/plan%2Fcore%2Fengine/issues/{n}/links").json()[0] for n in (1, 2)]
    assert [(end["link_type"], end["title"]) for end in ends] == [("blocks", "import"), ("is_blocked_by", "schema")]


def test_an_issue_shows_its_milestone_as_that_is_now(lab: GitlabTwin) -> None:
    milestone = lab.milestone("acme/web", "v2")
    issue = lab.issue("acme/web", "late", milestone=milestone)
    lab.edit(milestone, due_date="2026-08-01")
    assert ask(lab, f"/projects/acme%2Fweb/issues/{issue['iid']}").json()["milestone"]["due_date"] == "2026-08-01"


def test_deployments_by_time_want_to_be_sorted_by_it(lab: GitlabTwin) -> None:
    after = "2026-01-01T00:00:00Z"
    assert ask(lab, "/projects/acme%2Fweb/deployments", updated_after=after).status_code == 400
    assert len(ask(lab, "/projects/acme%2Fweb/deployments", updated_after=after, order_by="updated_at").json()) == 1


def test_a_group_lists_projects_of_its_subgroups_only_when_asked(lab: GitlabTwin) -> None:
    lab.project("plan/tools")
    assert [p["path_with_namespace"] for p in ask(lab, "/groups/plan/projects").json()] == ["plan/tools"]
    assert len(ask(lab, "/groups/plan/projects", include_subgroups="true").json()) == 2
    lab.project("plan/tools")["archived"] = True
    assert len(ask(lab, "/groups/plan/projects", include_subgroups="true", archived="false").json()) == 1


def test_work_of_archived_projects_is_not_in_a_group_unless_asked_for(lab: GitlabTwin) -> None:
    lab.project("plan/core/engine")["archived"] = True
    assert titles(ask(lab, "/groups/plan/issues")) == []
    assert len(titles(ask(lab, "/groups/plan/issues", non_archived="false"))) == 2


def test_a_label_of_a_scope_takes_the_place_of_another(lab: GitlabTwin) -> None:
    issue = lab.issue("acme/web", "scoped", labels=["risk::low", "bug"])
    path = f"{lab.server.url}/api/v4/projects/acme%2Fweb/issues/{issue['iid']}"
    requests.put(path, json={"add_labels": "risk::high"}, headers={"PRIVATE-TOKEN": SECRET})
    assert issue["labels"] == ["bug", "risk::high"]


def test_a_refresh_token_holds_once_and_ends_what_came_before(lab: GitlabTwin) -> None:
    lab.application = Application("app")
    lab.refresh_tokens["first"] = BOT
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "first"}
    made = requests.post(f"{lab.server.url}/oauth/token", data=form).json()
    assert requests.post(f"{lab.server.url}/oauth/token", data=form).json()["error"] == "invalid_grant"
    signed = {"Authorization": f"Bearer {made['access_token']}"}
    assert requests.get(f"{lab.server.url}/api/v4/user", headers=signed).status_code == 200
    requests.post(f"{lab.server.url}/oauth/token", data=form | {"refresh_token": made["refresh_token"]})
    assert requests.get(f"{lab.server.url}/api/v4/user", headers=signed).status_code == 401
