"""How one signs in at GitHub: tokens of people, and Apps; with what is wrong, over, or too little."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.github import KIND, GithubOptions
from connectors.github.account import ends
from syncd.contract import AuthFailed, Connector, Misconfigured, Notice, Settings, SyncError, Unavailable
from syncd.demo.github_access import Grant
from syncd.demo.github_twin import GithubTwin
from syncd.model.action import Action
from syncd.model.marker import marker
from syncd.model.raw import Scope
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, ConnectorContract, OpenGate, World, read
from tests.connectors.github_given import API, WEB, Clock, company, install, key_pair, ref, settings, world_of

FULL = {"issues": "write", "pull_requests": "write"}


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    twin = GithubTwin(Clock(NOW - timedelta(hours=2)), SECRET)
    twin.repository(API)
    twin.repository(WEB, private=True)
    for repo in (API, WEB):
        twin.issue(repo, "Issue")
    twin.server.start()
    yield twin
    twin.server.stop()


def token(twin: GithubTwin, grant: Grant) -> Connector:
    """A connector with a token that is granted so much."""
    twin.grants["tkn"] = grant
    return KIND.connect(replace(settings(twin), secret=lambda: "tkn"), OpenGate())


def as_app(given: Settings, **changes: Any) -> Connector:
    return KIND.connect(replace(given, **changes), OpenGate())


def found(connector: Connector) -> list[Scope | SyncError | Notice]:
    return list(connector.scopes("issues"))


def comment(target: Ref) -> Action:
    return Action(verb="comment", target=target, project="", key="k1", body=marker("k1", "markdown") + " hi", digest="")


class TestGithubApp(ConnectorContract):
    """The contract, signed in as an App: one request more gets the installation's token, at an Enterprise Server, too."""

    @pytest.fixture
    def world(self, app_key: str) -> Iterator[World]:
        twin = company(prefix="/api/v3")
        twin.server.start()
        twin.login = "syncd[bot]"
        world = world_of(twin)
        world.settings = install(twin, app_key, FULL, installation_id=900)
        world.settings_with_missing = replace(
            world.settings,
            options=world.settings.options.model_copy(update={"repositories": [API, "acme/no-such-thing", WEB]}),
        )
        world.extra_requests, world.write_line = 1, "^(POST|PATCH) /api/v3/repos"
        yield world
        twin.server.stop()

    @pytest.fixture
    def connector(self, world: World) -> Iterator[Connector]:
        """Signed in already, so that only what is read and written is counted."""
        connector = world.connect()
        connector.check()
        yield connector
        connector.close()

    def test_a_wrong_token_turns_the_connection_off_and_is_never_shown(self, world: World) -> None:
        """An App has no token: a key that is not its own takes the token's place."""
        wrong = key_pair(Path(str(world.settings.options.private_key_file) + ".wrong"))  # type: ignore[attr-defined]
        options = world.settings.options.model_copy(update={"private_key_file": wrong})
        with pytest.raises(AuthFailed, match="private_key_file") as caught:
            world.connect(options=options).check()
        assert caught.value.scope is None
        assert "\n" not in caught.value.text
        assert "PRIVATE KEY" not in caught.value.text


# --- tokens --------------------------------------------------------------------------------------------------------------


def test_a_classic_token_says_its_scopes_and_its_end(twin: GithubTwin) -> None:
    end = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    account = token(twin, Grant("syncd-bot", scopes=frozenset({"repo", "read:org"}), ends=end)).check()
    assert (account.name, account.granted, account.expires_at) == ("syncd-bot", frozenset({"repo", "read:org"}), end)


def test_a_fine_grained_token_says_no_scopes(twin: GithubTwin) -> None:
    account = token(twin, Grant("syncd-bot", permissions=FULL)).check()
    assert (account.granted, account.expires_at) == (None, None)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-11-30 12:00:00 UTC", datetime(2026, 11, 30, 12, tzinfo=UTC)),
        ("2026-11-30 12:00:00 -0700", datetime(2026, 11, 30, 19, tzinfo=UTC)),
        ("2026-11-30T12:00:00Z", datetime(2026, 11, 30, 12, tzinfo=UTC)),
        ("never", None),
        ("2026-13-30 12:00:00 UTC", None),
    ],
)
def test_the_end_of_a_token_is_read_in_each_of_its_forms(value: str, instant: datetime | None) -> None:
    assert ends({"github-authentication-token-expiration": value}) == instant


def test_a_token_that_is_over_is_told_with_its_cure(twin: GithubTwin) -> None:
    connector = token(twin, Grant("syncd-bot", ends=NOW - timedelta(days=1)))
    with pytest.raises(AuthFailed, match="Make a new token") as caught:
        connector.check()
    assert caught.value.scope is None


def test_a_classic_token_without_repo_is_told_what_a_private_repository_needs(twin: GithubTwin) -> None:
    public, private = found(token(twin, Grant("syncd-bot", scopes=frozenset({"public_repo", "gist"}))))
    assert isinstance(public, Scope)
    assert isinstance(private, Unavailable)
    assert "The token's scopes are gist, public_repo: a private repository needs `repo`" in private.text
    assert (private.scope, "\n" in private.text) == (WEB, False)


def test_a_fine_grained_token_without_issues_is_told_which_permission_to_grant(twin: GithubTwin) -> None:
    connector = token(twin, Grant("syncd-bot", permissions={"metadata": "read"}))
    scope = found(connector)[1]
    assert isinstance(scope, Scope)
    with pytest.raises(AuthFailed) as caught:
        list(connector.fetch("issues", scope, None))
    assert caught.value.text.endswith("Grant the token issues: read, or pull_requests: read")
    assert caught.value.scope == WEB


def test_a_token_that_may_only_read_is_told_so_where_it_writes(twin: GithubTwin) -> None:
    connector = token(twin, Grant("syncd-bot", permissions={"issues": "read"}))
    with pytest.raises(AuthFailed, match="Grant the token issues: write"):
        connector.deliver(comment(ref("issues", twin.home(API).issues[1])))


def test_a_repository_that_the_token_is_not_for_does_not_hide_the_others(twin: GithubTwin) -> None:
    first, second = found(token(twin, Grant("syncd-bot", permissions=FULL, repositories=frozenset({API}))))
    assert isinstance(first, Scope)
    assert isinstance(second, Unavailable)


# --- Apps ----------------------------------------------------------------------------------------------------------------


def test_an_app_says_who_it_is_and_what_it_may(twin: GithubTwin, app_key: str) -> None:
    account = as_app(install(twin, app_key, FULL)).check()
    assert (account.id, account.name) == ("77", "syncd[bot]")
    assert account.granted == frozenset({"issues:write", "pull_requests:write", "metadata:read"})


def test_an_app_reads_and_speaks_as_its_bot_and_finds_its_own_comment(twin: GithubTwin, app_key: str) -> None:
    given = install(twin, app_key, FULL)
    connector = as_app(given)
    target = ref("issues", twin.home(API).issues[1])
    twin.comment(API, 1, marker("k1", "markdown"), by="ann")
    receipt = connector.deliver(comment(target))
    assert [row["user"]["login"] for row in twin.comments(API, 1)] == ["ann", "syncd[bot]"]
    assert as_app(given).find(target, "k1") == receipt.remote_id
    twin.comments(API, 1)[1]["performed_via_github_app"] = None  # as servers that do not tell it
    assert as_app(given).find(target, "k1") == receipt.remote_id
    twin.comments(API, 1)[1]["performed_via_github_app"] = {"id": 78}
    assert as_app(given).find(target, "k1") is None


def test_signing_in_costs_two_requests_a_pass(twin: GithubTwin, app_key: str) -> None:
    connector = as_app(install(twin, app_key, FULL))
    for stream in ("milestones", "issues", "pulls"):
        read(connector, stream)
    assert len(twin.server.requests("/app")) == 2


def test_a_token_is_renewed_before_it_ends(twin: GithubTwin, app_key: str) -> None:
    clock = Clock(NOW - timedelta(hours=2))
    twin.now = clock
    connector = as_app(install(twin, app_key, FULL), now=lambda: clock.at)
    read(connector, "issues")
    clock.at += timedelta(minutes=56)
    read(connector, "issues")
    assert len(twin.server.requests("access_tokens")) == 2
    assert not [entry for entry in twin.server.log if entry.status == 401]


@pytest.mark.parametrize("writes", [False, True], ids=["reading", "writing"])
def test_a_token_that_was_revoked_is_replaced_once(twin: GithubTwin, app_key: str, writes: bool) -> None:
    connector = as_app(install(twin, app_key, FULL))
    read(connector, "issues")
    twin.grants.clear()
    if writes:
        connector.deliver(comment(ref("issues", twin.home(API).issues[1])))
        assert len(twin.comments(API, 1)) == 1
    else:
        assert len(read(connector, "issues")[0]) == 2
    twin.server.fail("/repos/", status=401, body={"message": "Bad credentials"}, times=0)
    twin.server.log.clear()
    with pytest.raises(AuthFailed, match="clock"):
        connector.fetch_one(ref("issues", twin.home(API).issues[1]))
    assert [entry.status for entry in twin.server.log] == [401, 201, 401]


def test_a_key_that_was_renewed_is_read_again(twin: GithubTwin, tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    given = install(twin, key_pair(file), FULL)
    connector = as_app(given)
    read(connector, "issues")
    twin.grants.clear()
    twin.app = None
    install(twin, key_pair(file), FULL)
    assert len(read(connector, "issues")[0]) == 2


def test_each_owner_has_an_installation_of_its_own(twin: GithubTwin, app_key: str) -> None:
    twin.repository("other/tool", private=True)
    install(twin, app_key, FULL, API)
    given = install(twin, app_key, FULL, "other/tool", owner="other")
    options = GithubOptions(repositories=[API, "other/tool", "third/x"], app_id=77, private_key_file=app_key)
    one, two, three = found(as_app(given, options=options))
    assert [scope.name for scope in (one, two) if isinstance(scope, Scope)] == [API, "other/tool"]
    assert isinstance(three, AuthFailed)
    assert (three.scope, "not installed for third" in three.text) == ("third/x", True)


def test_an_owner_that_is_not_listed_is_asked_for(twin: GithubTwin, app_key: str) -> None:
    given = install(twin, app_key, FULL)
    twin.server.fail(r"/app/installations\?", status=404, body={"message": "Not Found"}, times=0)
    assert as_app(given).check().granted is None
    assert len(read(as_app(given), "issues")[0]) == 2
    twin.organisations.add("acme")
    for options in (
        GithubOptions(organisations=["acme"], app_id=77, private_key_file=app_key),
        GithubOptions(repositories=[API], app_id=77, private_key_file=app_key, installation_id=900),
    ):
        assert [type(scope) for scope in found(as_app(install(twin, app_key, FULL), options=options))][:1] == [Scope]


@pytest.mark.parametrize("installation", [900, None])
def test_an_installation_that_is_suspended_is_told(twin: GithubTwin, app_key: str, installation: int | None) -> None:
    given = install(twin, app_key, FULL, installation_id=installation)
    assert twin.app is not None
    twin.app.installations[900]["suspended_at"] = "2026-05-01T00:00:00Z"
    (error, *_) = _errors(given)
    assert isinstance(error, AuthFailed)
    assert "suspended" in error.text
    assert error.scope == (API if installation is None else None)


def test_an_installation_that_is_none_is_told_with_its_cure(twin: GithubTwin, app_key: str) -> None:
    given = install(twin, app_key, FULL, installation_id=4711)
    with pytest.raises(Misconfigured, match=r"no installation 4711.*Correct `installation_id`") as caught:
        as_app(given).check()
    assert caught.value.scope is None


def test_an_app_that_is_installed_nowhere_is_told(twin: GithubTwin, app_key: str) -> None:
    given = install(twin, app_key, FULL)
    assert twin.app is not None
    twin.app.installations.clear()
    with pytest.raises(AuthFailed, match="installed nowhere"):
        as_app(given).check()


def test_an_app_that_lacks_a_permission_is_told_which(twin: GithubTwin, app_key: str) -> None:
    connector = as_app(install(twin, app_key, {"pull_requests": "read"}))
    scope = found(connector)[0]
    assert isinstance(scope, Scope)
    with pytest.raises(AuthFailed, match="Grant the App and its installation issues: write"):
        connector.deliver(comment(ref("issues", twin.home(API).issues[1])))


def test_a_number_that_is_not_the_keys_app_is_told(twin: GithubTwin, app_key: str) -> None:
    given = install(twin, app_key, FULL)
    options = given.options.model_copy(update={"app_id": 78})
    with pytest.raises(AuthFailed, match=r"Issuer.*Check `app_id`"):
        as_app(given, options=options).check()


@pytest.mark.parametrize(
    "text", [None, "", "ghp_token", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"]
)
def test_a_key_that_is_none_is_told_and_never_shown(twin: GithubTwin, app_key: str, tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "broken.pem"
    if text is not None:
        file.write_text(text)
    given = install(twin, app_key, FULL)
    with pytest.raises(Misconfigured, match="`private_key_file`") as caught:
        as_app(given, options=given.options.model_copy(update={"private_key_file": str(file)})).check()
    assert twin.server.log == []
    assert "AAAA" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_everything_of_an_app_passes_the_gate(twin: GithubTwin, app_key: str) -> None:
    gate = OpenGate()
    connector = KIND.connect(install(twin, app_key, FULL), gate)
    connector.check()
    read(connector, "issues")
    assert gate.asked == len(twin.server.log)


@pytest.mark.parametrize(
    "keys",
    [
        {"app_id": 1},
        {"private_key_file": "key.pem"},
        {"installation_id": 5},
        {"app_id": "not an id", "private_key_file": "key.pem"},
        {"app_id": 1, "private_key_file": "key.pem", "installation_id": 0},
    ],
)
def test_the_keys_of_an_app_go_together(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GithubOptions(repositories=[API], **keys)


def test_an_app_needs_no_token() -> None:
    options = GithubOptions(repositories=[API], app_id="Iv1.8a61f9b3a7aba766", private_key_file="key.pem")
    assert options.instead_of_token() == "private_key_file"
    assert GithubOptions(repositories=[API]).instead_of_token() is None


def _errors(given: Settings) -> list[SyncError]:
    try:
        return [one for one in found(as_app(given)) if isinstance(one, SyncError)]
    except SyncError as error:
        return [error]
