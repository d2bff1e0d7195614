"""The streams that are read where they are asked for: environments, deployments, iterations, approvals; and milestones of both kinds."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from connectors.gitlab import KIND
from syncd.contract import AuthFailed, Connector, Page, Unavailable
from tests.connectors.contract import read, scopes
from tests.connectors.gitlab_given import connecting, default_streams, ticking, twin

APPROVALS = "/approvals"


@pytest.fixture
def connected() -> Iterator[Callable[..., Connector]]:
    with connecting() as connect:
        yield connect


def test_what_most_do_without_is_read_only_where_it_is_named() -> None:
    assert default_streams() == ["milestones", "epics", "issues", "merge_requests", "freeze_periods"]
    assert {name for name, stream in KIND.streams.items() if stream.optional} == {
        "iterations",
        "approvals",
        "environments",
        "deployments",
        "contract_files",
    }


# --- milestones ------------------------------------------------------------------------------------------------------------


def test_milestones_of_projects_and_of_groups_come_with_the_group_and_read_alone_too(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.project("acme/web")
    lab.milestone("acme/web", "v1")
    lab.milestone("acme", "Q2")
    connector = connected(lab, groups=["acme"])
    found = read(connector, "milestones")[0].values()
    assert {(r.ref.key, r.data["title"]) for r in found} == {("acme/web%1", "v1"), ("acme%1", "Q2")}
    for record in found:
        assert connector.fetch_one(record.ref) == record


def test_milestones_of_archived_projects_are_left_out_of_a_group(connected: Callable[..., Connector]) -> None:
    lab = twin()
    for path in ("acme/web", "acme/old"):
        lab.project(path)
        lab.milestone(path, path)
    lab.project("acme/old")["archived"] = True
    assert [r.data["title"] for r in read(connected(lab, groups=["acme"]), "milestones")[0].values()] == ["acme/web"]
    assert len(read(connected(lab, groups=["acme"], archived=True), "milestones")[0]) == 2


# --- environments and deployments ------------------------------------------------------------------------------------------


def test_environments_are_those_that_are_there_now(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.environment("acme/web", "production", "production")
    lab.environment("acme/web", "review/12", state="stopped")
    connector = connected(lab, groups=["acme"])
    (record,) = read(connector, "environments")[0].values()
    assert (record.ref.key, record.scope.name) == ("acme/web environment production", "acme/web")
    assert connector.fetch_one(record.ref) == record
    assert all(page.whole for page in connector.fetch("environments", record.scope, None))


def test_deployments_are_read_by_the_time_of_their_last_change(connected: Callable[..., Connector]) -> None:
    lab = twin()
    production = lab.environment("acme/web", "production", "production")
    made = [lab.deployment("acme/web", production) for _ in range(130)]
    connector = connected(lab, groups=["acme"])
    found, _, cursors = read(connector, "deployments")
    assert set(found) == {str(row["id"]) for row in made}
    made[3].update(status="failed", updated_at=lab.stamp())
    lab.server.log.clear()
    again, _, _ = read(connector, "deployments", cursors)
    assert again[str(made[3]["id"])].data["status"] == "failed"
    assert len(again) < 5
    assert len(lab.server.requests("/deployments")) == 1
    record = found[str(made[0]["id"])]
    assert (record.ref.key, connector.fetch_one(record.ref)) == ("acme/web deployment 1", record)


def test_a_first_read_of_deployments_goes_back_so_far_as_is_wanted(connected: Callable[..., Connector]) -> None:
    lab = twin(now=ticking(timedelta(days=1)))
    production = lab.environment("acme/web", "production")
    for _ in range(20):
        lab.deployment("acme/web", production)
    found = read(connected(lab, projects=["acme/web"], history_days=15), "deployments")[0]
    assert 0 < len(found) < 10


@pytest.mark.parametrize("stream", ["environments", "deployments"])
def test_a_project_without_deployments_for_the_account_is_no_trouble(connected: Callable[..., Connector], stream: str) -> None:
    lab = twin()
    lab.forbidden.add((stream, lab.project("acme/web")["id"]))
    connector = connected(lab, projects=["acme/web"])
    assert list(connector.fetch(stream, scopes(connector, stream)[0], None)) == [Page(complete=True, unsupported=True)]


# --- iterations ------------------------------------------------------------------------------------------------------------


def test_iterations_belong_to_the_group_and_come_with_its_projects_too(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.project("acme/web")
    made = lab.iteration("acme", "2026-05-01", "2026-05-14")
    for names in ({"groups": ["acme"]}, {"projects": ["acme/web"]}):
        connector = connected(lab, **names)
        (record,) = read(connector, "iterations")[0].values()
        assert (record.ref.key, record.data["start_date"]) == (f"acme*iteration:{made['id']}", "2026-05-01")
        assert connector.fetch_one(record.ref).data == record.data


def test_an_edition_without_iterations_gives_an_empty_stream_and_no_error(connected: Callable[..., Connector]) -> None:
    lab = twin(epics=False)
    lab.group("acme")
    connector = connected(lab, groups=["acme"])
    scope = scopes(connector, "iterations")[0]
    assert list(connector.fetch("iterations", scope, None)) == [Page(complete=True, unsupported=True)]
    with pytest.raises(Unavailable):
        list(connector.census("iterations", scope))


# --- approvals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paid", [True, False], ids=["paid", "free"])
def test_approvals_say_who_approved_of_which_merge_request(connected: Callable[..., Connector], paid: bool) -> None:
    lab = twin(epics=paid)
    change = lab.merge_request("acme/web", "a change")
    lab.approve(change, "ada")
    connector = connected(lab, groups=["acme"])
    (record,) = read(connector, "approvals")[0].values()
    assert (record.ref.id, record.ref.key, record.data["sha"]) == (str(change["id"]), "acme/web!1", change["sha"])
    assert [one["user"]["username"] for one in record.data["approved_by"]] == ["ada"]
    assert connector.fetch_one(record.ref).data == record.data


def test_only_merge_requests_that_changed_are_asked_again(connected: Callable[..., Connector]) -> None:
    lab = twin()
    changes = [lab.merge_request("acme/web", f"change {n}") for n in range(5)]
    connector = connected(lab, projects=["acme/web"])
    _, _, cursors = read(connector, "approvals")
    lab.server.log.clear()
    read(connector, "approvals", cursors)
    assert not lab.server.requests(APPROVALS)
    lab.approve(changes[2], "ada")
    found, _, _ = read(connector, "approvals", cursors)
    assert list(found) == [str(changes[2]["id"])]
    assert len(lab.server.requests(APPROVALS)) == 1


def test_approvals_that_nobody_may_read_are_unsupported_and_a_hidden_change_is_an_error(
    connected: Callable[..., Connector],
) -> None:
    lab = twin()
    lab.merge_request("acme/web", "a change")
    connector = connected(lab, projects=["acme/web"])
    scope = scopes(connector, "approvals")[0]
    lab.server.fail(APPROVALS, status=403, body={}, times=0)
    assert list(connector.fetch("approvals", scope, None)) == [Page(complete=True, unsupported=True)]
    lab.server.fail("/merge_requests/1$", status=404, body={}, times=0)
    with pytest.raises(Unavailable):
        list(connector.fetch("approvals", scope, None))


# --- switched off ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", ["issues", "merge_requests"])
def test_what_a_project_has_switched_off_is_no_trouble_and_a_refusal_is(connected: Callable[..., Connector], stream: str) -> None:
    lab = twin()
    project = lab.project("acme/web")
    connector = connected(lab, projects=["acme/web"])
    scope = scopes(connector, stream)[0]
    lab.server.fail(f"/projects/\\d+/{stream}", status=403, body={"message": "403 Forbidden"}, times=0)
    with pytest.raises(AuthFailed, match="Give the account the permission"):
        list(connector.fetch(stream, scope, None))
    project[f"{stream}_access_level"] = "disabled"
    assert list(connector.fetch(stream, scope, None)) == [Page(complete=True, unsupported=True)]
