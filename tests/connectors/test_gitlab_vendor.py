"""What is GitLab's own: pages that move, links, editions, moved projects, groups and their projects."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.gitlab import GitlabOptions, paging
from syncd.contract import AuthFailed, Connector, Gone, Misconfigured, Page, Refused, Unavailable
from syncd.model.action import Action
from syncd.model.marker import marker
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, read, scopes
from tests.connectors.gitlab_given import BOT, company, connecting, listing, ticking, twin

RECORDED = Path(__file__).parents[2] / ".." / "shared" / "recorded"


@pytest.fixture
def connected() -> Iterator[Callable[..., Connector]]:
    """Connect to a twin that is started here, and stopped in the end."""
    with connecting() as connect:
        yield connect


def issue_ref(record: dict[str, Any], key: str | None = None) -> Ref:
    return Ref("code", "issues", str(record["id"]), key=key or record["references"]["full"], url=record["web_url"])


def note_action(target: Ref, remote_id: str | None = None, body: str = "hello") -> Action:
    text = f"{marker('k1', 'markdown')}\n{body}"
    return Action(verb="comment", target=target, project="acme/web", key="k1", body=text, digest=body, remote_id=remote_id)


# --- pages -----------------------------------------------------------------------------------------------------------------


def test_a_record_edited_while_paging_pushes_no_other_over_the_edge(connected: Callable[..., Connector]) -> None:
    lab = twin()
    made = [lab.issue("acme/web", f"issue {n}") for n in range(250)]
    connector = connected(lab, projects=["acme/web"])
    found: set[str] = set()
    for page in connector.fetch("issues", scopes(connector, "issues")[0], None):
        found |= {record.ref.id for record in page.records}
        lab.edit(made[len(found) // 100], title="moved to the end")
    assert found == {str(issue["id"]) for issue in made}


def test_many_records_of_one_moment_are_all_found(connected: Callable[..., Connector]) -> None:
    lab = twin(now=lambda: NOW)
    made = {str(lab.issue("acme/web", f"imported {n}")["id"]) for n in range(350)}
    connector = connected(lab, projects=["acme/web"])
    scope = scopes(connector, "issues")[0]
    assert set(read(connector, "issues")[0]) == made
    first = next(iter(connector.fetch("issues", scope, None)))
    rest = [record.ref.id for page in connector.fetch("issues", scope, first.cursor) for record in page.records]
    assert {record.ref.id for record in first.records} | set(rest) == made


def test_dense_moments_cost_no_more_than_pages(connected: Callable[..., Connector]) -> None:
    lab = twin(now=ticking(timedelta(milliseconds=40)))
    for n in range(1000):
        lab.issue("acme/web", f"imported {n}")
    assert len(read(connected(lab, projects=["acme/web"]), "issues")[0]) == 1000
    assert len(lab.server.requests(listing("issues"))) <= 1.1 * 10 + 1


def test_more_records_than_offsets_reach_are_read_by_time(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.offset_limit = 200
    made = {str(lab.issue("acme/web", f"issue {n}")["id"]) for n in range(450)}
    assert set(read(connected(lab, projects=["acme/web"]), "issues")[0]) == made


def test_more_records_of_one_moment_than_offsets_reach_are_an_error_and_no_end(
    connected: Callable[..., Connector], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = twin(now=lambda: NOW)
    for n in range(350):
        lab.issue("acme/web", f"imported {n}")
    monkeypatch.setattr(paging, "DEEPEST", 200)
    with pytest.raises(Unavailable, match="at one time"):
        read(connected(lab, projects=["acme/web"]), "issues")


def test_a_server_without_paging_headers_is_read_to_the_end(
    connected: Callable[..., Connector], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some proxies take the Link header away."""
    lab = twin()
    made = {str(lab.issue("acme/web", f"issue {n}")["id"]) for n in range(230)}
    answers = lab.server.serve

    def bare(*given: Any) -> Any:
        answer, fault = answers(*given)
        return replace(answer, headers={}), fault

    monkeypatch.setattr(lab.server, "serve", bare)
    assert set(read(connected(lab, projects=["acme/web"]), "issues")[0]) == made


def test_the_next_page_is_asked_of_the_configured_server(
    connected: Callable[..., Connector], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy GitLab may name itself by another address."""
    lab = twin(now=lambda: NOW)
    for n in range(150):
        lab.issue("acme/web", f"issue {n}")
    answers = lab.server.serve

    def elsewhere(*given: Any) -> Any:
        answer, fault = answers(*given)
        headers = {k: v.replace(lab.server.url, "https://internal.invalid:9") for k, v in answer.headers.items()}
        return replace(answer, headers=headers), fault

    monkeypatch.setattr(lab.server, "serve", elsewhere)
    assert len(read(connected(lab, projects=["acme/web"]), "issues")[0]) == 150


def test_a_date_in_the_future_does_not_hide_what_comes_after(connected: Callable[..., Connector]) -> None:
    lab = twin()
    odd = lab.issue("acme/web", "imported from elsewhere")
    odd["updated_at"] = "2999-01-01T00:00:00.000Z"
    connector = connected(lab, projects=["acme/web"])
    _, _, cursors = read(connector, "issues")
    # The server's clock is the Date header, which a loopback server takes from the machine.
    late = lab.issue("acme/web", "new")
    late["updated_at"] = "2998-01-01T00:00:00.000Z"
    assert str(late["id"]) in read(connector, "issues", cursors)[0]


def test_a_server_whose_clock_is_not_that_of_its_records_is_read_once(connected: Callable[..., Connector]) -> None:
    lab = twin(now=ticking(timedelta(minutes=1), start=datetime(2990, 1, 1, tzinfo=UTC)))
    for n in range(450):
        lab.issue("acme/web", f"issue {n}")
    connector = connected(lab, projects=["acme/web"])
    cursors: dict[str, str] = {}
    for expected in (450, 2, 2):
        records, _, cursors = read(connector, "issues", cursors)
        assert len(records) == expected


def test_a_record_that_commits_late_is_found_within_the_overlap(connected: Callable[..., Connector]) -> None:
    lab = twin()
    last = [lab.issue("acme/web", f"issue {n}") for n in range(3)][-1]
    connector = connected(lab, projects=["acme/web"])
    _, _, cursors = read(connector, "issues")
    late = lab.issue("acme/web", "its transaction took a while")
    late["updated_at"] = _earlier(last["updated_at"], timedelta(seconds=40))
    assert str(late["id"]) in read(connector, "issues", cursors)[0]


def _earlier(text: str, by: timedelta) -> str:
    return (datetime.fromisoformat(text) - by).isoformat()


# --- milestones and epics --------------------------------------------------------------------------------------------------


def test_a_milestone_of_the_group_arrives_with_the_project(connected: Callable[..., Connector]) -> None:
    lab = twin()
    lab.project("acme/web")
    lab.milestone("acme/web", "v1")
    lab.milestone("acme", "Q2")
    found = read(connected(lab, projects=["acme/web"]), "milestones")[0].values()
    assert {(r.ref.key, r.data["title"]) for r in found} == {("acme/web%1", "v1"), ("acme%1", "Q2")}


def test_an_epic_is_its_group_and_number(connected: Callable[..., Connector]) -> None:
    lab = company()
    connector = connected(lab, groups=["plan"])
    found = read(connector, "epics")[0]
    sub = lab.group("plan/core")["id"]
    assert found[f"{sub}:1"].ref.key == "plan/core&1"
    assert connector.fetch_one(found[f"{sub}:1"].ref).data == found[f"{sub}:1"].data


def test_an_edition_without_epics_gives_an_empty_stream_and_no_error(connected: Callable[..., Connector]) -> None:
    lab = twin(epics=False)
    lab.project("plan/engine")
    connector = connected(lab, groups=["plan"])
    assert list(connector.fetch("epics", scopes(connector, "epics")[0], None)) == [Page(complete=True, unsupported=True)]


def test_epics_that_can_no_longer_be_read_are_not_taken_for_none(connected: Callable[..., Connector]) -> None:
    lab = company()
    lab.work_items = False
    connector = connected(lab, groups=["plan"])
    _, _, cursors = read(connector, "epics")
    lab.has_epics = False
    scope = scopes(connector, "epics")[0]
    with pytest.raises(AuthFailed):
        list(connector.fetch("epics", scope, cursors[scope.id]))


# --- links -----------------------------------------------------------------------------------------------------------------


def test_a_blocking_issue_names_what_it_blocks_and_costs_one_request_once(connected: Callable[..., Connector]) -> None:
    lab = company()
    lab.edit(next(i for i in lab.issues.values() if i["title"] == "schema"), weight=3)
    connector = connected(lab, groups=["plan"])
    found, _, cursors = read(connector, "issues")
    schema = next(r for r in found.values() if r.data["title"] == "schema")
    assert [(link["link_type"], link["title"]) for link in schema.data["links"]] == [("blocks", "import")]
    assert not any("links" in r.data for r in found.values() if r.data["title"] == "import")
    assert connector.fetch_one(schema.ref).data == schema.data
    lab.server.log.clear()
    assert schema.ref.id not in read(connector, "issues", cursors)[0]
    assert not lab.server.requests("/links")
    lab.link(next(i for i in lab.issues.values() if i["title"] == "schema"), lab.issue("plan/core/engine", "cut-over"))
    again = read(connector, "issues", cursors)[0][schema.ref.id]
    assert [link["title"] for link in again.data["links"]] == ["import", "cut-over"]


def test_links_are_not_asked_for_when_the_mapping_does_not_read_them(connected: Callable[..., Connector]) -> None:
    lab = company()
    connector = connected(lab, groups=["plan"], fields={"issues": frozenset({"title", "milestone"})})
    read(connector, "issues")
    assert not lab.server.requests("/links")


# --- scopes ----------------------------------------------------------------------------------------------------------------


def test_a_project_under_a_configured_group_is_read_once(connected: Callable[..., Connector]) -> None:
    lab = company()
    engine = lab.project("plan/core/engine")["id"]
    names = ["plan/core/engine", "Plan/core/Engine", str(engine), "acme/web"]
    connector = connected(lab, groups=["plan", "plan/core"], projects=names)
    assert [scope.name for scope in scopes(connector, "issues")] == ["plan/core/engine", "acme/web"]
    assert [scope.name for scope in scopes(connector, "epics")] == ["plan"]


def test_projects_named_beside_their_group_narrow_its_work_but_not_its_plans(connected: Callable[..., Connector]) -> None:
    lab = company()
    lab.issue("plan/people", "not to be read")
    lab.milestone("plan/people", "nor this")
    lab.milestone("plan", "Q3")
    lab.epic("plan", "Wallet")
    connector = connected(lab, groups=["plan"], projects=["plan/core/engine"])

    def titles(stream: str) -> set[str]:
        return {str(record.data["title"]) for record in read(connector, stream)[0].values()}

    assert titles("issues") == {"schema", "import"}
    assert titles("merge_requests") == {"schema, part 1"}
    assert titles("milestones") == {"sprint 9", "Q3"}
    assert {"Checkout v2", "Wallet"} <= titles("epics")
    assert "not to be read" in {str(r.data["title"]) for r in read(connected(lab, groups=["plan"]), "issues")[0].values()}


def test_a_scope_knows_whether_it_is_private(connected: Callable[..., Connector]) -> None:
    connector = connected(company(), groups=["plan"], projects=["acme/web"])
    assert [(s.name, s.facts["private"]) for s in scopes(connector, "issues")] == [("acme/web", False), ("plan", True)]


def test_one_record_comes_in_the_scope_that_lists_it(connected: Callable[..., Connector]) -> None:
    connector = connected(company(), groups=["plan"], projects=["acme/web"])
    for stream in ("milestones", "issues", "merge_requests"):
        for record in list(read(connector, stream)[0].values())[-3:]:
            assert connector.fetch_one(record.ref).scope == record.scope


def test_a_moved_project_is_followed_and_its_keys_are_read_anew(connected: Callable[..., Connector]) -> None:
    lab = twin(now=ticking(timedelta(hours=1)))
    for n in range(3):
        lab.issue("acme/web", f"thing {n}")
    connector = connected(lab, projects=["acme/web"])
    before, _, cursors = read(connector, "issues")
    lab.move_project("acme/web", "shop/front")
    after, _, _ = read(connector, "issues", cursors)
    assert {r.ref.key for r in before.values()} == {"acme/web#1", "acme/web#2", "acme/web#3"}
    assert {id: r.ref.key for id, r in after.items()} == {
        id: (r.ref.key or "").replace("acme/web", "shop/front") for id, r in before.items()
    }


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "nothing to read"),
        ({"projects": ["https://gitlab.com/acme/web"]}, "path after the host"),
        ({"groups": [""]}, "is no path"),
        ({"group": ["acme"]}, "Extra inputs"),
    ],
)
def test_wrong_options_say_what_to_do(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        GitlabOptions(**options)


def test_numeric_ids_and_stray_slashes_are_understood() -> None:
    options = GitlabOptions(groups=[17], projects=["/acme/web/"])  # type: ignore[list-item]
    assert (options.groups, options.projects) == (["17"], ["acme/web"])


# --- who we are ------------------------------------------------------------------------------------------------------------


def test_the_kind_is_known_without_importing_the_vendors_library() -> None:
    code = "import sys, connectors.gitlab; sys.exit('gitlab' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0


def test_a_renewed_token_is_used_at_once(connected: Callable[..., Connector]) -> None:
    lab = twin()
    token = ["old"]
    connector = connected(lab, projects=["acme/web"], secret=lambda: token[0])
    with pytest.raises(AuthFailed):
        connector.check()
    token[0] = SECRET
    assert connector.check().name == BOT


def test_a_token_of_two_lines_is_refused_before_it_is_sent(connected: Callable[..., Connector]) -> None:
    lab = twin()
    with pytest.raises(AuthFailed, match="on one line"):
        connected(lab, projects=["acme/web"], secret=lambda: f"{SECRET}\nmore").check()
    assert not lab.server.log


def test_another_web_server_is_not_taken_for_gitlab(connected: Callable[..., Connector]) -> None:
    lab = twin()
    connector = connected(lab, projects=["acme/web"])
    lab.server.fail("/user", status=404, body="<html>nginx", times=0)
    with pytest.raises(Misconfigured, match="Check `url`"):
        connector.check()


def test_the_token_does_not_follow_a_redirect_to_another_server(connected: Callable[..., Connector]) -> None:
    lab, other = twin(), twin()
    connector = connected(lab, projects=["acme/web"])
    connected(other, projects=["acme/web"])
    lab.server.fail("/user", status=302, headers={"Location": f"{other.server.url}/api/v4/user"}, times=0)
    with pytest.raises(Misconfigured, match="redirect"):
        connector.check()
    assert not other.server.log


# --- comments --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["issue", "merge_request"])
def test_a_comment_stands_where_it_belongs_and_links_there(connected: Callable[..., Connector], kind: str) -> None:
    lab = twin()
    record = getattr(lab, kind)("acme/web", "a thing")
    stream = f"{kind}s"
    target = Ref("code", stream, str(record["id"]), key=record["references"]["full"], url=record["web_url"])
    receipt = connected(lab, projects=["acme/web"]).deliver(note_action(target))
    assert [note["id"] for note in lab.notes[record["id"]]] == [int(receipt.remote_id)]
    assert receipt.url == f"{record['web_url']}#note_{receipt.remote_id}"


def test_gitlabs_own_notes_are_passed_over(connected: Callable[..., Connector]) -> None:
    lab = twin()
    issue = lab.issue("acme/web", "a thing")
    lab.note(issue, marker("k1", "markdown"), BOT, system=True)
    assert connected(lab, projects=["acme/web"]).find(issue_ref(issue), "k1") is None


def test_a_comment_reaches_a_project_that_moved(connected: Callable[..., Connector]) -> None:
    lab = twin()
    issue = lab.issue("acme/web", "a thing")
    target = issue_ref(issue)
    connector = connected(lab, projects=["acme/web"])
    lab.move_project("acme/web", "shop/front")
    receipt = connector.deliver(note_action(target))
    assert connector.find(target, "k1") == receipt.remote_id
    assert connector.deliver(note_action(target, receipt.remote_id, "edited")).created is False
    assert len(lab.notes[issue["id"]]) == 1


def test_a_deleted_issue_is_not_taken_for_a_deleted_comment(connected: Callable[..., Connector]) -> None:
    lab = twin()
    issue = lab.issue("acme/web", "a thing")
    connector = connected(lab, projects=["acme/web"])
    receipt = connector.deliver(note_action(issue_ref(issue)))
    lab.delete(issue)
    with pytest.raises(Unavailable):
        connector.deliver(note_action(issue_ref(issue), receipt.remote_id))


def test_a_comment_that_a_person_deleted_is_gone(connected: Callable[..., Connector]) -> None:
    lab = twin()
    issue = lab.issue("acme/web", "a thing")
    connector = connected(lab, projects=["acme/web"])
    receipt = connector.deliver(note_action(issue_ref(issue)))
    lab.delete_note(issue, int(receipt.remote_id))
    with pytest.raises(Gone):
        connector.deliver(note_action(issue_ref(issue), receipt.remote_id))


def test_what_gitlab_says_of_a_bad_note_reaches_the_reader(connected: Callable[..., Connector]) -> None:
    lab = twin()
    issue = lab.issue("acme/web", "a thing")
    with pytest.raises(Refused, match=r"acme/web#1.*is too long"):
        connected(lab, projects=["acme/web"]).deliver(note_action(issue_ref(issue), body="x" * 1_000_001))


def test_a_target_without_an_address_is_said_to_have_none(connected: Callable[..., Connector]) -> None:
    lab = twin()
    with pytest.raises(Unavailable, match="issues/77"):
        connected(lab, projects=["acme/web"]).deliver(note_action(Ref("code", "issues", "77")))
    assert not lab.server.log


# --- recorded records ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded records are not beside this checkout")
@pytest.mark.parametrize(("stream", "file"), [("issues", "gitlab-issues"), ("merge_requests", "gitlab-merge-requests")])
def test_recorded_records_come_back_as_they_are(connected: Callable[..., Connector], stream: str, file: str) -> None:
    lab = twin()
    records = json.loads((RECORDED / f"{file}.json").read_text())
    lab.load(records)
    connector = connected(lab, projects=["gitlab-data/snowflake_spend"])
    found = read(connector, stream)[0]
    assert {id: r.data for id, r in found.items()} == {str(record["id"]): record for record in records}
    assert {r.ref.key for r in found.values()} == {record["references"]["full"] for record in records}
    assert {r.ref.key for r in read(connector, "milestones")[0].values()} == {"gitlab-data%12"}
