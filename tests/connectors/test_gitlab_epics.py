"""Epics as work items and, where the server is older, through the REST API: the same records behind one stream."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from connectors.gitlab.work_items import LIST
from syncd.contract import AuthFailed, Connector, Misconfigured, Page, SyncError, Unavailable
from syncd.demo.gitlab_graphql import run
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.demo.gitlab_work_items import types_of
from tests.connectors.contract import read, scopes
from tests.connectors.gitlab_given import company, connecting, twin

GRAPHQL, REST = "^POST /api/graphql", r"^GET /api/v4/groups/\d+/epics\?"


@pytest.fixture
def connected() -> Iterator[Callable[..., Connector]]:
    with connecting() as connect:
        yield connect


def planned() -> GitlabTwin:
    """A programme with an epic below it in a subgroup."""
    lab = twin()
    top = lab.epic("plan", "Europe", by="ada", start_date="2026-03-01", due_date="2026-09-30", labels=["commitment:eu"])
    link = {"_links": {"parent": f"https://gitlab.example.com/api/v4/groups/{top['group_id']}/epics/{top['iid']}"}}
    lab.epic("plan/core", "Databases", by="bo", parent_iid=top["iid"], confidential=True, **link)
    lab.edit(top, state="closed")
    return lab


def told(connector: Connector) -> Mapping[str, Mapping[str, Any]]:
    """What the records say that a mapping reads."""
    names = ("iid", "group_id", "title", "state", "start_date", "due_date", "labels", "confidential", "web_url", "parent_iid")
    found = {}
    for id, record in read(connector, "epics")[0].items():
        parent = (record.data.get("_links") or {}).get("parent", "").partition("/api/v4")[2]
        found[id] = {name: record.data[name] for name in names} | {"key": record.ref.key, "parent": parent}
    return found


def test_an_epic_is_the_same_record_either_way(connected: Callable[..., Connector]) -> None:
    lab = planned()
    new = told(connected(lab, groups=["plan"]))
    assert not lab.server.requests(REST)
    lab.work_items = False
    assert told(connected(lab, groups=["plan"])) == new
    assert [(epic["title"], epic["key"]) for epic in new.values()] == [("Databases", "plan/core&1"), ("Europe", "plan&1")]


def test_the_node_that_gitlab_gave_is_kept_beside(connected: Callable[..., Connector]) -> None:
    found = read(connected(planned(), groups=["plan"]), "epics")[0].values()
    assert {record.data["work_item"]["title"] for record in found} == {"Europe", "Databases"}


@pytest.mark.parametrize("lacks", [{"graphql": False}, {"work_items": False}], ids=["no GraphQL", "no work items"])
@pytest.mark.parametrize(("version", "asked"), [("16.11.0", 0), (None, 0), ("18.5.0-ee", 1)])
def test_what_an_older_server_has_is_found_out_once(
    connected: Callable[..., Connector], lacks: dict[str, Any], version: str | None, asked: int
) -> None:
    lab = twin(**lacks)
    lab.version = version
    lab.epic("plan", "Europe")
    lab.epic("shop", "Wallet")
    connector = connected(lab, groups=["plan", "shop"])
    assert len(read(connector, "epics")[0]) == 2
    assert len(read(connector, "epics")[0]) == 2
    assert len(lab.server.requests("/metadata")) == 1
    assert len(lab.server.requests(GRAPHQL)) == asked


def test_work_items_that_do_not_have_the_epics_yet_are_left_for_the_rest_api(connected: Callable[..., Connector]) -> None:
    lab = planned()
    connector = connected(lab, groups=["plan"])
    empty = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    lab.server.fail(GRAPHQL, status=200, body={"data": {"group": {"workItems": empty}}}, times=0)
    assert len(read(connector, "epics")[0]) == 2


def test_a_server_of_unknown_version_without_the_rest_api_is_asked_for_work_items(connected: Callable[..., Connector]) -> None:
    lab = planned()
    lab.version, lab.rest_epics = None, False
    _, _, cursors = read(connected(lab, groups=["plan"]), "epics")
    lab.edit(next(iter(lab.epics.values())), title="Europe first")
    assert "Europe first" in {r.data["title"] for r in read(connected(lab, groups=["plan"]), "epics", cursors)[0].values()}


def test_epics_are_read_where_the_rest_api_is_no_more(connected: Callable[..., Connector]) -> None:
    lab = planned()
    lab.rest_epics = False
    assert len(read(connected(lab, groups=["plan"]), "epics")[0]) == 2


@pytest.mark.parametrize("version", ["18.5.0-ee", "16.11.0-ee", None])
def test_an_edition_without_epics_is_told_from_a_group_without_epics(
    connected: Callable[..., Connector], version: str | None
) -> None:
    free, paid = twin(epics=False), twin()
    for lab in (free, paid):
        lab.group("plan")
        lab.version = version
    connector = connected(free, groups=["plan"])
    assert list(connector.fetch("epics", scopes(connector, "epics")[0], None)) == [Page(complete=True, unsupported=True)]
    assert read(connected(paid, groups=["plan"]), "epics")[0] == {}


def test_the_community_edition_is_not_asked_for_epics(connected: Callable[..., Connector]) -> None:
    lab = twin(epics=False)
    lab.group("plan")
    lab.enterprise = False
    connector = connected(lab, groups=["plan"])
    assert connector.check().edition == "Community"
    assert list(connector.fetch("epics", scopes(connector, "epics")[0], None)) == [Page(complete=True, unsupported=True)]
    assert not lab.server.requests("epics|graphql")


def test_many_epics_are_read_by_pages_and_then_only_what_changed(connected: Callable[..., Connector]) -> None:
    lab = twin()
    made = [lab.epic("plan", f"epic {n}") for n in range(250)]
    connector = connected(lab, groups=["plan"])
    found, _, cursors = read(connector, "epics")
    assert len(found) == 250
    assert len(lab.server.requests(GRAPHQL)) <= 4
    lab.edit(made[7], title="another title")
    lab.server.log.clear()
    again, _, _ = read(connector, "epics", cursors)
    assert "another title" in {record.data["title"] for record in again.values()}
    assert len(again) < 5
    assert len(lab.server.requests(GRAPHQL)) == 1


def test_many_epics_of_one_moment_are_all_found(connected: Callable[..., Connector]) -> None:
    lab = twin()
    for n in range(230):
        lab.epic("plan", f"imported {n}", updated_at="2026-04-01T08:00:00.000Z")
    connector = connected(lab, groups=["plan"])
    first = next(iter(connector.fetch("epics", scopes(connector, "epics")[0], None)))
    assert len(read(connector, "epics")[0]) == 230
    rest = connected(lab, groups=["plan"]).fetch("epics", scopes(connector, "epics")[0], first.cursor)
    assert len({r.ref.id for page in rest for r in page.records} | {r.ref.id for r in first.records}) == 230


ERRORS: Mapping[str, tuple[Any, type[SyncError]]] = {
    "part of it with errors": (
        {"data": {"group": {"workItems": None}}, "errors": [{"message": "Timeout on WorkItem.widgets"}]},
        Unavailable,
    ),
    "errors alone": ({"errors": [{"message": "Internal server error"}]}, Unavailable),
    "no permission": ({"errors": [{"message": "The resource does not exist or you don't have permission"}]}, AuthFailed),
    "a limit": ({"errors": [{"message": "Query has complexity of 260, which exceeds max complexity of 250"}]}, Misconfigured),
    "no group": ({"data": {"group": None}}, Unavailable),
    "a list": ([], Unavailable),
    "no nodes": ({"data": {"group": {"workItems": {"nodes": None, "pageInfo": {}}}}}, Unavailable),
    "a node of no group": (
        {"data": {"group": {"workItems": {"nodes": [{"iid": "1", "namespace": None}], "pageInfo": {"hasNextPage": False}}}}},
        Unavailable,
    ),
    "more, and not where": (
        {"data": {"group": {"workItems": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}}}},
        Unavailable,
    ),
}


@pytest.mark.parametrize("said", ERRORS)
def test_errors_within_an_answer_of_200_are_errors_and_no_end(connected: Callable[..., Connector], said: str) -> None:
    body, expected = ERRORS[said]
    lab = planned()
    connector = connected(lab, groups=["plan"])
    lab.server.fail(GRAPHQL, status=200, body=body, times=0)
    pages = []
    with pytest.raises(expected) as caught:
        for page in connector.fetch("epics", scopes(connector, "epics")[0], None):
            pages.append(page)
    assert not pages
    assert "reading epics of plan" in caught.value.text
    assert "\n" not in caught.value.text
    assert caught.value.scope == "plan"


def test_a_query_is_sent_once_and_passes_for_no_end(connected: Callable[..., Connector]) -> None:
    lab = planned()
    connector = connected(lab, groups=["plan"])
    lab.server.fail(GRAPHQL, status=503, body={}, times=0)
    with pytest.raises(Unavailable):
        list(connector.fetch("epics", scopes(connector, "epics")[0], None))
    assert len(lab.server.requests(GRAPHQL)) == 1


def test_one_epic_is_read_by_its_group_and_number(connected: Callable[..., Connector]) -> None:
    lab = company()
    connector = connected(lab, groups=["plan"])
    records = read(connector, "epics")[0]
    for record in records.values():
        assert connector.fetch_one(record.ref).data == record.data
    lab.epics.clear()
    with pytest.raises(Unavailable):
        connector.fetch_one(next(iter(records.values())).ref)


def test_a_licence_that_was_lost_is_not_taken_for_deletions(connected: Callable[..., Connector]) -> None:
    lab = planned()
    connector = connected(lab, groups=["plan"])
    scope = scopes(connector, "epics")[0]
    assert sum(len(ids) for ids in connector.census("epics", scope)) == 2
    lab.has_epics = False
    with pytest.raises(Unavailable):
        list(connector.census("epics", scope))


def test_the_twin_refuses_what_gitlabs_schema_does_not_have() -> None:
    types = types_of(planned())
    assert "errors" not in run(LIST, {"fullPath": "plan"}, types)
    for wrong, code in (("title", "undefinedField"), ("includeDescendants", "argumentNotAccepted")):
        (error,) = run(LIST.replace(wrong, f"{wrong}s"), {"fullPath": "plan"}, types)["errors"]
        assert error["extensions"]["code"] == code
