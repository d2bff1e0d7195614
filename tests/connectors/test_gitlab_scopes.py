"""Which projects and groups of GitLab are read: patterns, exclusions, archived ones, how far back, and what it will cost."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.gitlab import GitlabOptions
from syncd.contract import Connector, Misconfigured, Notice, RateLimited, SyncError, Unavailable
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.model.raw import Scope
from tests.connectors.contract import NOW, read, scopes
from tests.connectors.gitlab_given import connecting, listing, ticking, twin

WORK = ("acme/web", "acme/web-admin", "acme/shop/api", "acme/legacy/old", "other/api")


@pytest.fixture
def connected() -> Iterator[Callable[..., Connector]]:
    with connecting() as connect:
        yield connect


def lab_of(*paths: str) -> GitlabTwin:
    lab = twin()
    for path in paths or WORK:
        lab.issue(path, f"issue of {path}")
        lab.merge_request(path, f"change of {path}")
        lab.milestone(path, f"milestone of {path}")
    return lab


def names(connector: Connector, stream: str = "issues") -> list[str]:
    return [scope.name for scope in scopes(connector, stream)]


def titles(connector: Connector, stream: str = "issues") -> set[str]:
    return {str(record.data["title"]).rpartition(" ")[2] for record in read(connector, stream)[0].values()}


def of_kind(connector: Connector, kind: type, stream: str = "issues") -> list[Any]:
    return [one for one in connector.scopes(stream) if isinstance(one, kind)]


# --- patterns --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["acme/*"], ["acme/web", "acme/web-admin", "acme/shop/api", "acme/legacy/old"]),
        (["acme/web*"], ["acme/web", "acme/web-admin"]),
        (["ACME/Web-*"], ["acme/web-admin"]),
        (["acme/shop/*", "acme/web"], ["acme/web", "acme/shop/api"]),
        (["*/api"], ["acme/shop/api", "other/api"]),
    ],
)
def test_projects_by_pattern(connected: Callable[..., Connector], patterns: list[str], expected: list[str]) -> None:
    connector = connected(lab_of(), projects=patterns)
    assert names(connector) == expected
    assert titles(connector) == set(expected)


def test_a_pattern_costs_one_list_of_its_group_for_all_streams(connected: Callable[..., Connector]) -> None:
    lab = lab_of()
    connector = connected(lab, projects=["acme/*"])
    for stream in ("milestones", "issues", "merge_requests", "freeze_periods"):
        assert len(names(connector, stream)) == 4
    assert len(lab.server.requests("")) == 2


def test_a_pattern_below_no_group_is_looked_for_among_the_accounts_projects(connected: Callable[..., Connector]) -> None:
    lab = lab_of()
    connector = connected(lab, projects=["*shop/a*"])
    assert names(connector) == ["acme/shop/api"]
    assert lab.server.requests(r"^GET /api/v4/projects\?.*membership=true")


def test_a_pattern_that_matches_nothing_is_told_and_the_others_are_read(connected: Callable[..., Connector]) -> None:
    connector = connected(lab_of(), projects=["acme/nothing-*", "acme/web"])
    (error,) = of_kind(connector, Misconfigured)
    assert (error.scope, "matches nothing" in error.text) == ("acme/nothing-*", True)
    assert [one.name for one in connector.scopes("merge_requests") if isinstance(one, Scope)] == ["acme/web"]


def test_a_new_project_appears_by_itself(connected: Callable[..., Connector]) -> None:
    lab = lab_of("acme/web")
    connectors = [connected(lab, projects=["acme/*"]), connected(lab, groups=["acme"])]
    for connector in connectors:
        assert titles(connector) == {"acme/web"}
    lab.issue("acme/new", "issue of acme/new")
    for connector in connectors:
        assert titles(connector) == {"acme/web", "acme/new"}
    assert names(connectors[1], "freeze_periods") == ["acme/web", "acme/new"]


@pytest.mark.parametrize("error", [{"status": 500}, {"status": 403}], ids=["500", "403"])
def test_a_list_that_cannot_be_read_is_the_patterns_error(connected: Callable[..., Connector], error: dict[str, int]) -> None:
    lab = lab_of()
    connector = connected(lab, projects=["acme/*", "other/api"])
    lab.server.fail("/projects\\?", body={}, times=0, **error)
    found = list(connector.scopes("issues"))
    assert [one.name for one in found if isinstance(one, Scope)] == ["other/api"]
    assert len([one for one in found if isinstance(one, SyncError)]) == 1


def test_a_limit_met_while_listing_is_the_whole_connections(connected: Callable[..., Connector]) -> None:
    lab = lab_of()
    connector = connected(lab, projects=["acme/*"])
    lab.server.fail("/projects\\?", status=429, headers={"Retry-After": "9"}, body={}, times=0)
    with pytest.raises(RateLimited):
        list(connector.scopes("issues"))


# --- exclusions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        (["acme/legacy"], {"acme/web", "acme/web-admin", "acme/shop/api"}),
        (["acme/web-*", "acme/legacy/old"], {"acme/web", "acme/shop/api"}),
        (["*/api"], {"acme/web", "acme/web-admin", "acme/legacy/old"}),
    ],
)
@pytest.mark.parametrize("how", [{"groups": ["acme"]}, {"projects": ["acme/*"]}], ids=["group", "pattern"])
def test_what_is_excluded_is_not_read(
    connected: Callable[..., Connector], how: dict[str, list[str]], exclude: list[str], left: set[str]
) -> None:
    connector = connected(lab_of(), exclude=exclude, **how)
    for stream in ("issues", "merge_requests", "milestones"):
        assert titles(connector, stream) == left
    assert set(names(connector, "freeze_periods")) == left


def test_a_project_is_excluded_by_its_id_too(connected: Callable[..., Connector]) -> None:
    lab = lab_of("acme/web", "acme/shop/api")
    for issue in lab.issues.values():  # an old server, or one that says no more than the id
        issue.update(references=None, web_url=f"http://h/-/issues/{issue['iid']}")
    connector = connected(lab, groups=["acme"], exclude=[str(lab.project("acme/web")["id"])])
    assert titles(connector) == {"acme/shop/api"}


def test_epics_of_an_excluded_subgroup_are_left_out_and_so_are_ids(connected: Callable[..., Connector]) -> None:
    lab = lab_of("acme/web", "acme/legacy/old")
    lab.epic("acme", "kept")
    lab.epic("acme/legacy", "dropped")
    connector = connected(lab, groups=["acme"], exclude=["acme/legacy"])
    assert titles(connector, "epics") == {"kept"}
    for stream in ("issues", "epics"):
        (scope,) = scopes(connector, stream)
        assert {id for ids in connector.census(stream, scope) for id in ids} == set(read(connector, stream)[0])


def test_what_is_named_outright_is_read_though_a_pattern_excludes_it(connected: Callable[..., Connector]) -> None:
    assert names(connected(lab_of(), projects=["acme/web-admin", "acme/shop/*"], exclude=["*web*"])) == [
        "acme/web-admin",
        "acme/shop/api",
    ]


# --- archived --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{"groups": ["acme"]}, {"projects": ["acme/*"]}], ids=["group", "pattern"])
def test_archived_projects_are_read_only_where_that_is_wanted(connected: Callable[..., Connector], how: dict[str, Any]) -> None:
    lab = lab_of("acme/web", "acme/shop/api")
    lab.project("acme/web")["archived"] = True
    for stream in ("issues", "merge_requests", "milestones"):
        assert titles(connected(lab, **how), stream) == {"acme/shop/api"}
        assert titles(connected(lab, archived=True, **how), stream) == {"acme/web", "acme/shop/api"}


def test_an_archived_project_that_is_named_is_told_of_and_closed_where_it_is_read(connected: Callable[..., Connector]) -> None:
    lab = lab_of("acme/web", "acme/shop/api")
    lab.project("acme/web")["archived"] = True
    connector = connected(lab, projects=["acme/web", "acme/shop/api"])
    assert names(connector) == ["acme/shop/api"]
    (notice,) = of_kind(connector, Notice)
    assert notice.text == "acme/web is archived and is not read. `archived = true` reads it, or take it out of `projects`"
    closed = {s.name: s.closed for s in scopes(connected(lab, projects=["acme/web", "acme/shop/api"], archived=True), "issues")}
    assert closed == {"acme/web": "the project is archived", "acme/shop/api": None}


# --- named twice -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"projects": ["acme/web", "Acme/Web"]}, "acme/web' and by 'Acme/Web"),
        ({"projects": ["acme/web", "acme/w*"]}, "acme/web' and by 'acme/w*"),
        ({"groups": ["acme", "acme/shop"]}, "by 'acme' and by 'acme/shop'"),
        ({"groups": ["acme", "acme"]}, "by 'acme' and by 'acme'"),
    ],
)
def test_what_is_named_twice_is_read_once_and_told(connected: Callable[..., Connector], how: dict[str, Any], says: str) -> None:
    connector = connected(lab_of("acme/web", "acme/shop/api"), **how)
    found = list(connector.scopes("issues"))
    (notice,) = [one for one in found if isinstance(one, Notice)]
    assert says in notice.text
    assert notice.text.endswith("it is read once")
    ids = [one.id for one in found if isinstance(one, Scope)]
    assert len(ids) == len(set(ids)) == 1


def test_a_pattern_narrows_its_group_even_where_it_matches_nothing_yet(connected: Callable[..., Connector]) -> None:
    lab = lab_of("acme/web", "acme/shop/api")
    assert titles(connected(lab, groups=["acme"], projects=["acme/web*"])) == {"acme/web"}
    assert [one for one in connected(lab, groups=["acme"], projects=["acme/x*"]).scopes("issues") if isinstance(one, Scope)] == []


@pytest.mark.parametrize("groups", [["acme/*"], ["a[cd]me"]])
def test_groups_take_no_patterns(groups: list[str]) -> None:
    with pytest.raises(ValidationError, match="groups take no patterns"):
        GitlabOptions(groups=groups)


# --- how far back ----------------------------------------------------------------------------------------------------------


def years(kind: str, count: int = 40) -> GitlabTwin:
    """Records a day apart, every other one closed."""
    lab = twin(now=ticking(timedelta(days=1), start=NOW - timedelta(days=count)))
    lab.project("acme/web")
    for n in range(count):
        at = (NOW - timedelta(days=count - n)).isoformat().replace("+00:00", "Z")
        state = "closed" if n % 2 else "opened"
        path = "acme" if kind == "epic" else "acme/web"
        getattr(lab, kind)(path, f"{state} {count - n}", state=state, created_at=at, updated_at=at)
    return lab


@pytest.mark.parametrize("kind", ["issue", "merge_request", "epic"])
@pytest.mark.parametrize("api", ["REST", "GraphQL"])
def test_closed_records_of_long_ago_are_not_read_and_open_ones_are(
    connected: Callable[..., Connector], kind: str, api: str
) -> None:
    lab = years(kind)
    lab.work_items = api == "GraphQL"
    connector = connected(lab, groups=["acme"], history_days=10)
    found, _, cursors = read(connector, f"{kind}s")
    ages = {(r.data["state"], int(r.data["title"].split()[1])) for r in found.values()}
    assert {age for state, age in ages if state == "opened"} == set(range(2, 41, 2))
    assert {age for state, age in ages if state == "closed"} == set(range(1, 11, 2))
    store = getattr(lab, f"{kind}s")
    old = next(record for record in store.values() if record["title"] == "closed 31")
    old["updated_at"] = (NOW + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    assert "closed 31" in {r.data["title"] for r in read(connector, f"{kind}s", cursors)[0].values()}


def test_a_first_read_that_is_cut_off_between_open_and_closed_goes_on(connected: Callable[..., Connector]) -> None:
    lab = years("issue", 600)
    whole = set(read(connected(lab, projects=["acme/web"], history_days=300), "issues")[0])
    connector = connected(lab, projects=["acme/web"], history_days=300)
    (scope,) = scopes(connector, "issues")
    found: set[str] = set()
    cursor, steps = None, 0
    complete = False
    while not complete:
        page = next(iter(connected(lab, projects=["acme/web"], history_days=300).fetch("issues", scope, cursor)))
        found |= {record.ref.id for record in page.records}
        cursor, complete, steps = page.cursor, page.complete, steps + 1
    assert found == whole
    assert len(whole) == 450
    assert steps < 12


def test_how_far_back_costs_no_more_requests_than_pages(connected: Callable[..., Connector]) -> None:
    lab = years("issue", 600)
    found = read(connected(lab, projects=["acme/web"], history_days=300), "issues")[0]
    assert len(lab.server.requests(listing("issues"))) <= 1.1 * len(found) / 100 + 3


def test_a_census_names_what_was_not_read_too(connected: Callable[..., Connector]) -> None:
    connector = connected(years("issue"), projects=["acme/web"], history_days=10)
    (scope,) = scopes(connector, "issues")
    assert len([id for ids in connector.census("issues", scope) for id in ids]) == 40


# --- what it will cost -----------------------------------------------------------------------------------------------------


def test_a_first_read_is_weighed_with_one_request(connected: Callable[..., Connector]) -> None:
    lab = twin()
    for n in range(230):
        lab.issue("acme/web", f"issue {n}")
        lab.epic("acme", f"epic {n}")
    lab.merge_request("acme/web", "a change")
    lab.deployment("acme/web", lab.environment("acme/web", "production"))
    connector = connected(lab, groups=["acme"])
    expected = {"milestones": 1, "epics": 3, "issues": 3, "merge_requests": 1, "approvals": 2, "iterations": 1}
    expected |= {"freeze_periods": 1, "environments": 1, "deployments": 1}
    for stream, requests in expected.items():
        (scope,) = scopes(connector, stream)
        lab.server.log.clear()
        assert connector.weigh(stream, scope) == requests, stream
        assert len(lab.server.log) <= 1


def test_what_gitlab_does_not_count_has_no_weight(connected: Callable[..., Connector], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.demo.gitlab_api._NO_TOTAL_ABOVE", 3)
    lab = lab_of(*[f"acme/p{n}" for n in range(5)])
    connector = connected(lab, groups=["acme"])
    (scope,) = scopes(connector, "issues")
    assert connector.weigh("issues", scope) is None
    assert connected(lab, groups=["acme"], history_days=3).weigh("merge_requests", scope) is None


def test_weighing_says_what_is_wrong(connected: Callable[..., Connector]) -> None:
    lab = lab_of()
    connector = connected(lab, groups=["acme"])
    (scope,) = scopes(connector, "issues")
    lab.server.fail("/issues", status=502, body={}, times=0)
    with pytest.raises(Unavailable):
        connector.weigh("issues", scope)
