"""Every way to sign in to Jira, each with credentials that are wrong, that ended, and that allow too little: one clear line."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.jira import KIND, JiraOptions
from syncd.contract import Account, AuthFailed, Connector, Misconfigured, RateLimited, SyncError, TlsAndProxy, Unavailable
from syncd.demo.jira_sign_in import LIVES_S
from syncd.demo.jira_twin import JiraTwin
from syncd.model.action import Action
from tests.connectors.contract import NOW, SECRET, OpenGate, read
from tests.connectors.jira_given import Clock, settings
from tests.connectors.jira_streams_given import lines, ref, serving

READS = frozenset({"read:jira-work", "read:jira-user"})
SCOPES = READS | {"write:jira-work"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> Iterator[JiraTwin]:
    for twin in serving("cloud", clock, "PLAT"):
        twin.issue("PLAT", "Checkout")
        twin.sign_in.client_secret = SECRET
        twin.sign_in.granted = SCOPES
        yield twin


@pytest.fixture
def server(clock: Clock) -> Iterator[JiraTwin]:
    for twin in serving("server", clock, "PLAT"):
        twin.issue("PLAT", "Checkout")
        yield twin


def connect(twin: JiraTwin, clock: Clock, *, user: str | None = None, gate: OpenGate | None = None, **changes: Any) -> Connector:
    """A connector. What is no field of the settings is a key of Jira's own; the platform and the sign-in are the twin."""
    common = {name: changes.pop(name) for name in ("secret", "transport", "url") if name in changes}
    options = JiraOptions(projects=["PLAT"], auth_url=twin.server.url, platform_url=twin.server.url, **changes)
    given = replace(settings(twin, "PLAT"), user=user, options=options, now=clock, **common)
    return KIND.connect(given, gate or OpenGate())


def by_site_token(twin: JiraTwin, clock: Clock, **changes: Any) -> Connector:
    return connect(twin, clock, user=twin.login, **changes)


def by_scoped_token(twin: JiraTwin, clock: Clock, **changes: Any) -> Connector:
    return connect(twin, clock, user=twin.login, cloud_id="auto", **changes)


def by_service_account_token(twin: JiraTwin, clock: Clock, **changes: Any) -> Connector:
    return connect(twin, clock, cloud_id=twin.sign_in.cloud_id, **changes)


def by_client(twin: JiraTwin, clock: Clock, **changes: Any) -> Connector:
    return connect(twin, clock, client_id="client-1", **changes)


def by_platform_address(twin: JiraTwin, clock: Clock, **changes: Any) -> Connector:
    return connect(twin, clock, user=twin.login, url=twin.server.url + twin.sign_in.platform, **changes)


Way = Callable[..., Connector]
ON_PLATFORM: list[Way] = [by_scoped_token, by_service_account_token, by_client, by_platform_address]
WAYS: list[Way] = [by_site_token, *ON_PLATFORM]


def comment(twin: JiraTwin) -> Action:
    return Action(verb="comment", target=ref(twin, "PLAT-1"), project="PLAT", key="k1", body="hello", digest="d")


def refusal(connector: Connector) -> str:
    """The one line that a person reads."""
    with pytest.raises(AuthFailed) as caught:
        connector.check()
    assert caught.value.scope is None
    assert SECRET not in repr(caught.value)
    assert "\n" not in caught.value.text
    return caught.value.text


@pytest.mark.parametrize("way", WAYS)
def test_each_way_reads_and_writes(cloud: JiraTwin, clock: Clock, way: Way) -> None:
    connector = way(cloud, clock)
    assert connector.check().name == "syncd bot"
    (issue,) = read(connector, "issues")[0].values()
    assert issue.ref.key == "PLAT-1"
    assert connector.find(ref(cloud, "PLAT-1"), "k1") is None
    assert connector.deliver(comment(cloud)).created


@pytest.mark.parametrize("way", ON_PLATFORM)
def test_requests_go_to_the_platform_and_links_to_the_site(cloud: JiraTwin, clock: Clock, way: Way) -> None:
    (issue,) = read(way(cloud, clock), "issues")[0].values()
    browsed = "https://acme.atlassian.net" if way is by_platform_address else cloud.url
    assert issue.ref.url == f"{browsed}/browse/PLAT-1"
    assert all(line.split(" ")[1].startswith("/ex/jira/") for line in lines(cloud, "/rest/"))


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_token_is_one_clear_line(cloud: JiraTwin, clock: Clock, way: Way) -> None:
    said = refusal(way(cloud, clock, secret=lambda: "wrong-" + SECRET))
    assert "not accepted (401): wrong, expired or revoked" in said
    assert "`token_file`" in said


@pytest.mark.parametrize("way", WAYS)
def test_an_ended_token_is_one_clear_line(cloud: JiraTwin, clock: Clock, way: Way) -> None:
    cloud.sign_in.expires_at = NOW - timedelta(days=1)
    assert "expired" in refusal(way(cloud, clock))


@pytest.mark.parametrize("way", ON_PLATFORM)
def test_a_token_without_the_scopes_is_one_clear_line(cloud: JiraTwin, clock: Clock, way: Way) -> None:
    cloud.sign_in.granted = frozenset({"read:confluence-content.all"})
    assert "the token lacks a scope for this (401)" in refusal(way(cloud, clock))


@pytest.mark.parametrize("way", ON_PLATFORM)
def test_a_token_that_may_only_read_is_refused_for_the_project_written_to(cloud: JiraTwin, clock: Clock, way: Way) -> None:
    cloud.sign_in.granted = READS
    connector = way(cloud, clock)
    assert connector.check().id
    with pytest.raises(AuthFailed, match="writing the comment on PLAT-1: the token lacks a scope") as caught:
        connector.deliver(comment(cloud))
    assert caught.value.scope == "PLAT"


def test_an_account_that_may_not_comment_is_refused_for_the_project_written_to(cloud: JiraTwin, clock: Clock) -> None:
    cloud.server.fail(
        "^POST .*/comment", status=403, body={"errorMessages": ["You do not have the permission to comment."]}, times=0
    )
    with pytest.raises(AuthFailed, match="permission to comment") as caught:
        by_site_token(cloud, clock).deliver(comment(cloud))
    assert caught.value.scope == "PLAT"


# --- the site's id --------------------------------------------------------------------------------------------------------


def test_the_sites_id_is_looked_up_once_and_without_credentials(cloud: JiraTwin, clock: Clock) -> None:
    connector = by_scoped_token(cloud, clock)
    connector.check()
    read(connector, "issues")
    (asked,) = cloud.server.requests("/_edge/tenant_info")
    assert "authorization" not in asked.headers


def test_a_site_that_does_not_tell_its_id_is_misconfigured(cloud: JiraTwin, clock: Clock) -> None:
    cloud.server.fail("/_edge/tenant_info", status=200, body={"cloudName": "acme"}, times=0)
    with pytest.raises(Misconfigured, match="Write it into `cloud_id`"):
        by_scoped_token(cloud, clock).check()


def test_another_sites_id_is_said_to_be_wrong(cloud: JiraTwin, clock: Clock) -> None:
    with pytest.raises(Misconfigured, match="Check `cloud_id`"):
        connect(cloud, clock, user=cloud.login, cloud_id="no-such-site").check()


def test_an_address_that_is_no_site_is_unavailable(cloud: JiraTwin, clock: Clock) -> None:
    cloud.server.fail("/_edge/tenant_info", status=404, body="<html>", times=0)
    with pytest.raises(Unavailable, match="looking up the site's id"):
        by_scoped_token(cloud, clock).check()


# --- access tokens --------------------------------------------------------------------------------------------------------


def test_an_access_token_serves_many_requests_and_is_renewed_before_it_ends(cloud: JiraTwin, clock: Clock) -> None:
    connector = by_client(cloud, clock)
    read(connector, "issues")
    connector.check()
    assert len(lines(cloud, "/oauth/token")) == 1
    clock.go(seconds=LIVES_S - 30)
    read(connector, "issues")
    assert len(lines(cloud, "/oauth/token")) == 2
    assert 401 not in {entry.status for entry in cloud.server.log}


def test_a_revoked_access_token_is_renewed_once(cloud: JiraTwin, clock: Clock) -> None:
    connector = by_client(cloud, clock)
    connector.check()
    cloud.sign_in.revoke()
    assert connector.deliver(comment(cloud)).created
    assert len(cloud.comments("PLAT-1")) == 1
    assert len(lines(cloud, "/oauth/token")) == 2


def test_a_new_access_token_that_is_refused_is_not_asked_for_again_and_again(cloud: JiraTwin, clock: Clock) -> None:
    cloud.server.fail("/rest/", status=401, body={"code": 401, "message": "Unauthorized"}, times=0)
    refusal(by_client(cloud, clock))
    assert len(lines(cloud, "/oauth/token")) == 2


def test_what_the_access_token_allows_is_told(cloud: JiraTwin, clock: Clock) -> None:
    assert by_client(cloud, clock).check().granted == SCOPES
    assert by_site_token(cloud, clock).check().granted is None


def test_access_tokens_are_asked_for_through_gate_and_proxy(
    cloud: JiraTwin, clock: Clock, forward_proxy: tuple[str, list[str]]
) -> None:
    proxy, seen = forward_proxy
    gate = OpenGate()
    by_client(cloud, clock, gate=gate, transport=TlsAndProxy(proxy=proxy)).check()
    assert len(seen) == len(cloud.server.log) == gate.asked > 0
    assert any("/oauth/token" in line for line in seen)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 429, "headers": {"Retry-After": "17"}, "body": {}}, RateLimited),
        ({"status": 503, "body": "<html>down</html>"}, Unavailable),
        ({"status": 200, "body": {"token_type": "Bearer"}}, Unavailable),
        ({"status": 200, "body": "<html>please log in</html>"}, Unavailable),
        ({"how": "reset"}, Unavailable),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example/oauth"}, "body": ""}, Misconfigured),
        ({"status": 404, "body": "<html>not here</html>"}, Misconfigured),
    ],
    ids=["limit", "down", "no token", "html", "reset", "redirect", "elsewhere"],
)
def test_a_sign_in_that_fails_is_one_of_the_six(
    cloud: JiraTwin, clock: Clock, fault: dict[str, Any], expected: type[SyncError]
) -> None:
    cloud.server.fail("/oauth/token", times=0, **fault)
    with pytest.raises(expected) as caught:
        by_client(cloud, clock).check()
    assert caught.value.scope is None
    assert SECRET not in caught.value.text
    assert len(lines(cloud, "/oauth/token")) == 1


def test_the_clients_secret_goes_to_the_sign_in_only(cloud: JiraTwin, clock: Clock) -> None:
    connector = by_client(cloud, clock)
    connector.check()
    connector.deliver(comment(cloud))
    seen = [entry for entry in cloud.server.log if SECRET in f"{entry.line} {entry.headers} {entry.body!r}"]
    assert [entry.line for entry in seen] == ["POST /oauth/token"]


@pytest.mark.parametrize("url", ["http://auth.example", "ftp://127.0.0.1", "auth.example", "https://"])
@pytest.mark.parametrize("key", ["auth_url", "platform_url"])
def test_a_secret_is_never_sent_in_the_open(key: str, url: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        JiraOptions.model_validate({"projects": ["PLAT"], key: url})


# --- Data Center ----------------------------------------------------------------------------------------------------------


def token(name: str, days: int | None) -> dict[str, Any]:
    ends = None if days is None else (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return {"id": 1, "name": name, "createdAt": "2026-01-01T00:00:00.000+0000", "lastAccessedAt": None, "expiringAt": ends}


def check(server: JiraTwin, clock: Clock) -> Account:
    return connect(server, clock).check()


def test_a_personal_access_token_reads_and_writes(server: JiraTwin, clock: Clock) -> None:
    connector = connect(server, clock)
    assert read(connector, "issues")[0]
    assert connector.deliver(comment(server)).created


def test_a_single_personal_access_token_says_when_it_ends(server: JiraTwin, clock: Clock) -> None:
    server.sign_in.tokens = [token("syncd", 20)]
    assert check(server, clock).expires_at == NOW + timedelta(days=20)


@pytest.mark.parametrize("tokens", [[], [token("syncd", None)], [token("syncd", 20), token("other", 300)]])
def test_where_it_cannot_be_told_which_token_is_ours_its_end_is_unknown(
    server: JiraTwin, clock: Clock, tokens: list[dict[str, Any]]
) -> None:
    server.sign_in.tokens = tokens
    assert check(server, clock).expires_at is None


def test_an_older_data_center_without_that_list_is_fine(server: JiraTwin, clock: Clock) -> None:
    server.server.fail("/rest/pat/", status=404, body="<html>dead link</html>", times=0)
    assert check(server, clock).expires_at is None


@pytest.mark.parametrize("ended", [True, False])
def test_a_wrong_or_ended_personal_access_token_is_one_clear_line(server: JiraTwin, clock: Clock, ended: bool) -> None:
    server.sign_in.expires_at = NOW - timedelta(days=1) if ended else None
    secret = SECRET if ended else "wrong-" + SECRET
    assert "not accepted (401)" in refusal(connect(server, clock, secret=lambda: secret))


def test_an_account_of_data_center_that_may_not_edit_is_refused_for_that_project(server: JiraTwin, clock: Clock) -> None:
    server.edits.may_edit = False
    label = Action(verb="label", target=ref(server, "PLAT-1"), project="PLAT", key="k", body="", digest="d", extra={"add": ["x"]})
    with pytest.raises(AuthFailed, match="permission to edit") as caught:
        connect(server, clock).deliver(label)
    assert caught.value.scope == "PLAT"
