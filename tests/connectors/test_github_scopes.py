"""Which repositories are read: by name, by pattern, by owner; what is left out, and what each of it costs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.github import KIND, GithubOptions
from syncd.contract import AuthFailed, Connector, Misconfigured, Notice, Page, RateLimited, SyncError, Unavailable
from syncd.demo.github_access import Grant
from syncd.demo.github_twin import GithubTwin
from syncd.model.raw import Scope
from tests.connectors.contract import NOW, SECRET, OpenGate, read
from tests.connectors.github_given import Clock, install, settings

STREAMS = [name for name, stream in KIND.streams.items() if not stream.of_contracts and not stream.replies]


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    twin = GithubTwin(Clock(NOW - timedelta(days=3)), SECRET)
    twin.organisations.add("acme")
    for name in ("acme/api", "acme/web", "acme/legacy-web", "ann/notes", "ann/diary"):
        twin.repository(name, private=name.endswith(("web", "diary")))
        twin.issue(name, "Issue")
    twin.repository("acme/attic", archived=True)
    twin.server.start()
    yield twin
    twin.server.stop()


def connect(twin: GithubTwin, repositories: list[str] | None = None, **options: Any) -> Connector:
    made = GithubOptions(repositories=repositories or [], **options)
    return KIND.connect(replace(settings(twin), options=made), OpenGate())


def found(connector: Connector, stream: str = "issues") -> list[Scope | SyncError | Notice]:
    return list(connector.scopes(stream))


def names(connector: Connector, stream: str = "issues") -> list[str]:
    """The repositories, where nothing else is to be said."""
    all_found = found(connector, stream)
    assert all(isinstance(one, Scope) for one in all_found), all_found
    return [one.name for one in all_found if isinstance(one, Scope)]


def asked(twin: GithubTwin) -> list[str]:
    return [entry.line.partition("?")[0] for entry in twin.server.log]


# --- which ---------------------------------------------------------------------------------------------------------------


def test_an_organisation_gives_all_its_repositories_but_archived_and_excluded_ones(twin: GithubTwin) -> None:
    assert names(connect(twin, organisations=["acme"])) == ["acme/api", "acme/web", "acme/legacy-web"]
    assert names(connect(twin, organisations=["ACME"], exclude=["acme/legacy-*"])) == ["acme/api", "acme/web"]
    assert "acme/attic" in names(connect(twin, organisations=["acme"], archived=True))


def test_a_pattern_gives_what_it_matches(twin: GithubTwin) -> None:
    assert names(connect(twin, ["acme/*web"])) == ["acme/web", "acme/legacy-web"]
    assert names(connect(twin, ["Acme/*WEB"], exclude=["*legacy*"])) == ["acme/web"]
    assert names(connect(twin, ["acme/[aw]*", "ann/notes"])) == ["ann/notes", "acme/api", "acme/web"]


def test_what_is_named_outright_is_read_whatever_else_is_said(twin: GithubTwin) -> None:
    connector = connect(twin, ["acme/attic", "acme/legacy-web"], exclude=["acme/legacy-*"])
    assert names(connector) == ["acme/attic", "acme/legacy-web"]


def test_an_archived_repository_says_that_nothing_can_be_written(twin: GithubTwin) -> None:
    closed = {
        one.name: one.closed for one in found(connect(twin, organisations=["acme"], archived=True)) if isinstance(one, Scope)
    }
    assert closed == {"acme/api": None, "acme/web": None, "acme/legacy-web": None, "acme/attic": "acme/attic is archived"}


def test_new_repositories_appear_and_renamed_ones_keep_their_id(twin: GithubTwin) -> None:
    before = {one.name: one.id for one in found(connect(twin, organisations=["acme"])) if isinstance(one, Scope)}
    twin.rename("acme/web", "acme/shop")
    twin.repository("acme/new")
    after = {one.name: one.id for one in found(connect(twin, organisations=["acme"])) if isinstance(one, Scope)}
    assert after["acme/shop"] == before["acme/web"]
    assert set(after) - set(before) == {"acme/shop", "acme/new"}


def test_private_repositories_say_so(twin: GithubTwin) -> None:
    private = {one.name: one.facts["private"] for one in found(connect(twin, ["acme/*"])) if isinstance(one, Scope)}
    assert private == {"acme/api": False, "acme/web": True, "acme/legacy-web": True}


# --- twice, and nothing --------------------------------------------------------------------------------------------------


def test_what_two_keys_name_is_read_once_and_said_once(twin: GithubTwin) -> None:
    all_found = found(connect(twin, ["acme/api", "acme/w*"], organisations=["acme"]))
    assert [one.name for one in all_found if isinstance(one, Scope)] == ["acme/api", "acme/web", "acme/legacy-web"]
    assert [one.text for one in all_found if isinstance(one, Notice)] == [
        "acme/api is named twice, by repositories and by organisations; it is read once",
        "acme/web is named twice, by the pattern 'acme/w*' and by organisations; it is read once",
    ]


def test_two_names_of_one_repository_are_told(twin: GithubTwin) -> None:
    twin.rename("acme/web", "acme/shop")
    scope, notice = found(connect(twin, ["acme/web", "acme/shop"]))
    assert isinstance(scope, Scope)
    assert isinstance(notice, Notice)
    assert "'acme/shop'" in notice.text


def test_many_that_two_keys_name_are_one_notice(twin: GithubTwin) -> None:
    (notice,) = [one for one in found(connect(twin, ["acme/*"], organisations=["acme"])) if isinstance(one, Notice)]
    assert notice.text.startswith("acme/api and 2 more, each of which is named twice, by the pattern 'acme/*'")


def test_a_pattern_that_matches_nothing_is_told_and_the_others_are_read(twin: GithubTwin) -> None:
    first, *others = found(connect(twin, ["acme/foo-*", "acme/w*"]))
    assert isinstance(first, Misconfigured)
    assert first.scope == "acme/foo-*"
    assert [one.name for one in others if isinstance(one, Scope)] == ["acme/web"]


def test_a_pattern_that_matches_archived_repositories_only_is_told_so(twin: GithubTwin) -> None:
    (error,) = found(connect(twin, ["acme/att*"]))
    assert isinstance(error, Misconfigured)
    assert "Set `archived = true`" in error.text


def test_an_owner_without_repositories_is_said_and_stops_nothing(twin: GithubTwin) -> None:
    twin.organisations.add("empty")
    notice, *others = found(connect(twin, organisations=["empty", "acme"]))
    assert isinstance(notice, Notice)
    assert "of the 0 repositories of empty" in notice.text
    assert len(others) == 3


def test_an_owner_that_is_not_there_is_told_and_the_others_are_read(twin: GithubTwin) -> None:
    error, *others = found(connect(twin, organisations=["nobody", "acme"]))
    assert isinstance(error, Unavailable)
    assert (error.scope, "no such organisation or user" in error.text) == ("nobody", True)
    assert len(others) == 3


def test_a_list_that_breaks_off_is_not_taken_for_all(twin: GithubTwin) -> None:
    for n in range(150):
        twin.repository(f"acme/part-{n}")
    twin.server.fail("page=2", status=502, body={}, times=0)
    (error,) = found(connect(twin, organisations=["acme"]))
    assert isinstance(error, Unavailable)


def test_an_organisation_behind_single_sign_on_is_told_with_its_cure(twin: GithubTwin) -> None:
    said = {"message": "Resource protected by organization SAML enforcement. You must grant your token access."}
    twin.server.fail("/orgs/acme/repos", status=403, body=said, times=0)
    (error,) = found(connect(twin, organisations=["acme"]))
    assert isinstance(error, AuthFailed)
    assert (error.scope, "single sign-on" in error.text) == ("acme", True)


def test_a_limit_met_while_listing_concerns_the_whole_connection(twin: GithubTwin) -> None:
    said = {"message": "You have exceeded a secondary rate limit."}
    twin.server.fail("/orgs/acme/repos", status=403, headers={"Retry-After": "30"}, body=said, times=0)
    with pytest.raises(RateLimited) as caught:
        found(connect(twin, organisations=["acme"]))
    assert caught.value.until == NOW + timedelta(seconds=30)


# --- users ---------------------------------------------------------------------------------------------------------------


def test_somebodys_repositories_are_their_public_ones(twin: GithubTwin) -> None:
    assert names(connect(twin, organisations=["ann"])) == ["ann/notes"]


def test_our_own_are_all(twin: GithubTwin) -> None:
    twin.grants["anns"] = Grant("ann", scopes=frozenset({"repo"}))
    connector = KIND.connect(
        replace(settings(twin), options=GithubOptions(organisations=["ann"]), secret=lambda: "anns"), OpenGate()
    )
    assert names(connector) == ["ann/notes", "ann/diary"]


def test_those_that_an_app_was_installed_for_are_all(twin: GithubTwin, app_key: str) -> None:
    given = install(twin, app_key, {"issues": "read"}, "ann/notes", "ann/diary", owner="ann")
    options = GithubOptions(organisations=["ann"], app_id=77, private_key_file=app_key)
    assert names(KIND.connect(replace(given, options=options), OpenGate())) == ["ann/notes", "ann/diary"]


# --- what it costs -------------------------------------------------------------------------------------------------------


def test_three_hundred_repositories_cost_three_requests_for_all_streams(twin: GithubTwin) -> None:
    twin.organisations.add("big")
    for n in range(300):
        twin.repository(f"big/service-{n}")
    connector = connect(twin, ["big/service-7", "big/service-*"], organisations=["big"])
    for stream in STREAMS:
        assert len([one for one in found(connector, stream) if isinstance(one, Scope)]) == 300
    assert asked(twin) == ["GET /orgs/big/repos"] * 3


def test_weighing_takes_one_request_and_foresees_the_first_read(twin: GithubTwin) -> None:
    for n in range(230):
        twin.issue("acme/api", f"Issue {n}")
    for n in range(120):
        twin.pull("acme/api", f"Pull {n}")
        twin.around.deploy("acme/api", state="success")
    twin.around.environment("acme/api", "production")
    for stream in STREAMS:
        connector = connect(twin, ["acme/api"])
        (scope,) = (one for one in found(connector, stream) if isinstance(one, Scope))
        twin.server.log.clear()
        weight = connector.weigh(stream, scope)
        assert len(twin.server.log) <= 1
        twin.server.log.clear()
        list(connector.fetch(stream, scope, None))
        assert weight is not None
        assert abs(weight - len(twin.server.log)) <= 1, stream


def test_what_cannot_be_counted_is_not_guessed(twin: GithubTwin) -> None:
    for n in range(3):
        twin.pull("acme/api", f"Pull {n}")
    twin.opaque = True
    connector = connect(twin, ["acme/api"])
    (scope,) = (one for one in found(connector) if isinstance(one, Scope))
    assert connector.weigh("pulls", scope) is None


# --- what a repository may lack ------------------------------------------------------------------------------------------


def test_issues_that_were_switched_off_since_are_unsupported(twin: GithubTwin) -> None:
    connector = connect(twin, ["acme/api", "acme/web"])
    first, second = (one for one in found(connector) if isinstance(one, Scope))
    twin.server.fail("/acme/api/issues", status=410, body={"message": "Issues are disabled for this repo"}, times=0)
    assert list(connector.fetch("issues", first, None)) == [Page(unsupported=True)]
    assert list(connector.fetch("issues", second, None))[-1].complete


def test_an_empty_repository_is_read(twin: GithubTwin) -> None:
    twin.repository("acme/void")
    for stream in STREAMS:
        assert read(connect(twin, ["acme/void"]), stream)[0] == {}


# --- options -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"repositories": ["*"]},
        {"repositories": ["*/api"]},
        {"repositories": ["acme/*", "ACME/*"]},
        {"organisations": ["acme/api"]},
        {"organisations": ["acme", "Acme"]},
        {"organisations": ["https://github.com/acme"]},
    ],
)
def test_what_names_nothing_that_can_be_read_is_told_before_anything_is_asked(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GithubOptions(**keys)
