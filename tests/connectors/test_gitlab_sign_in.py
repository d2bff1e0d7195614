"""Signing in to GitLab: access tokens of each kind, OAuth as it is and renewed; wrong, ended and too low ones, each with its cure."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.gitlab import GitlabOptions
from syncd.contract import AuthFailed, Connector, Misconfigured, SyncError, Unavailable
from syncd.demo.gitlab_sign_in import Access, Application
from syncd.demo.gitlab_twin import GitlabTwin
from syncd.model.action import Action
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET, OpenGate, read, scopes
from tests.connectors.gitlab_given import BOT, connecting, twin

WAYS = {"token": {}, "oauth": {"auth": "oauth"}}
RENEWAL = "^POST /oauth/token"


@pytest.fixture
def connected() -> Iterator[Callable[..., Connector]]:
    with connecting() as connect:
        yield connect


def small(oauth: bool = False, **access: Any) -> GitlabTwin:
    lab = twin()
    lab.issue("acme/web", "a thing")
    lab.access[SECRET] = Access(oauth=oauth, **access)
    return lab


def commenting(lab: GitlabTwin) -> Action:
    issue = next(iter(lab.issues.values()))
    target = Ref("code", "issues", str(issue["id"]), key="acme/web#1", url=issue["web_url"])
    return Action(verb="comment", target=target, project="acme/web", key="k1", body="hello", digest="hello")


def one_line(error: SyncError, *says: str) -> None:
    assert all(word in error.text for word in says), error.text
    assert "\n" not in error.text
    assert SECRET not in error.text


# --- tokens as they are ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_each_way_signs_in_and_reads(connected: Callable[..., Connector], way: str) -> None:
    lab = small(oauth=way == "oauth", scopes=("read_api",))
    connector = connected(lab, projects=["acme/web"], **WAYS[way])
    account = connector.check()
    assert (account.name, account.granted) == (BOT, frozenset({"read_api"}))
    assert len(read(connector, "issues")[0]) == 1
    sent = "authorization" if way == "oauth" else "private-token"
    assert all(sent in {name.lower() for name in entry.headers} for entry in lab.server.log)


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_token_says_which_scope_the_new_one_needs(connected: Callable[..., Connector], way: str) -> None:
    connector = connected(small(oauth=way == "oauth"), projects=["acme/web"], secret=lambda: "wrong", **WAYS[way])
    with pytest.raises(AuthFailed) as caught:
        connector.check()
    assert caught.value.scope is None
    one_line(caught.value, "not accepted (401)", "`read_api`", "`api` to write")


@pytest.mark.parametrize("way", WAYS)
def test_an_expired_token_says_so(connected: Callable[..., Connector], way: str) -> None:
    connector = connected(small(oauth=way == "oauth", ended=True), projects=["acme/web"], **WAYS[way])
    with pytest.raises(AuthFailed) as caught:
        connector.check()
    one_line(caught.value, "expired", "Make a new one with the scope `read_api`")


@pytest.mark.parametrize("way", WAYS)
def test_a_token_that_may_read_users_only_is_told_when_signing_in(connected: Callable[..., Connector], way: str) -> None:
    connector = connected(small(oauth=way == "oauth", scopes=("read_user",)), projects=["acme/web"], **WAYS[way])
    with pytest.raises(AuthFailed) as caught:
        connector.check()
    one_line(caught.value, "its scopes: read_user", "`read_api`")


def test_a_token_whose_scopes_nobody_tells_is_told_when_it_reads(connected: Callable[..., Connector]) -> None:
    lab = small(scopes=("read_user",))
    lab.tells_tokens = False
    connector = connected(lab, projects=["acme/web"])
    assert connector.check().granted is None
    (error,) = connector.scopes("issues")
    assert isinstance(error, AuthFailed)
    one_line(error, "scopes do not reach (403)", "`read_api`")


@pytest.mark.parametrize("way", WAYS)
def test_a_token_that_may_only_read_is_told_which_scope_writes_and_goes_on_reading(
    connected: Callable[..., Connector], way: str
) -> None:
    lab = small(oauth=way == "oauth", scopes=("read_api",))
    connector = connected(lab, projects=["acme/web"], **WAYS[way])
    with pytest.raises(AuthFailed) as caught:
        connector.deliver(commenting(lab))
    one_line(caught.value, "acme/web#1", "scope `api`")
    assert caught.value.scope == "acme/web"
    assert len(read(connector, "issues")[0]) == 1


def test_the_tokens_last_day_is_known_and_its_scopes(connected: Callable[..., Connector]) -> None:
    account = connected(small(expires_at="2026-12-31", scopes=("api", "read_user")), projects=["acme/web"]).check()
    assert account.expires_at == datetime(2026, 12, 31, tzinfo=UTC)
    assert account.granted == frozenset({"api", "read_user"})
    assert (account.version, account.edition) == ("18.5.0-ee", "Enterprise")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_does_not_tell_of_tokens_is_signed_in_to(connected: Callable[..., Connector], status: int) -> None:
    lab = small()
    connector = connected(lab, projects=["acme/web"])
    lab.server.fail("personal_access_tokens/self", status=status, body={"message": "no"}, times=0)
    account = connector.check()
    assert (account.name, account.expires_at, account.granted) == (BOT, None, None)


def test_a_token_of_a_group_or_project_is_a_user_of_its_own(connected: Callable[..., Connector]) -> None:
    lab = small()
    lab.tokens["glpat-group"] = lab.user("group_7_bot_1a2b")["username"]
    lab.access["glpat-group"] = Access(expires_at="2027-01-31")
    connector = connected(lab, projects=["acme/web"], secret=lambda: "glpat-group")
    account = connector.check()
    assert (account.name, account.expires_at) == ("group_7_bot_1a2b", datetime(2027, 1, 31, tzinfo=UTC))
    receipt = connector.deliver(commenting(lab))
    (note,) = next(iter(lab.notes.values()))
    assert (str(note["id"]), note["author"]["username"]) == (receipt.remote_id, "group_7_bot_1a2b")


def test_an_oauth_token_does_not_pass_for_another_kind(connected: Callable[..., Connector]) -> None:
    with pytest.raises(AuthFailed):
        connected(small(oauth=True), projects=["acme/web"]).check()


# --- OAuth with a refresh token --------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    file = tmp_path / "refresh"
    file.write_text("first\n")
    return file


def renewing(lab: GitlabTwin, kept: Path, secret: str | None = "app-secret") -> dict[str, Any]:
    """Keys and settings of a connection that renews its token; the application is known to the twin."""
    lab.application = Application("app-1", secret)
    lab.refresh_tokens.setdefault("first", BOT)
    keys = {"auth": "oauth", "client_id": "app-1", "refresh_token_file": str(kept), "projects": ["acme/web"]}
    return keys | {"secret": lambda: secret}


@pytest.mark.parametrize("secret", ["app-secret", None], ids=["confidential", "public"])
def test_an_access_token_is_made_and_the_new_refresh_token_is_kept(
    connected: Callable[..., Connector], kept: Path, secret: str | None
) -> None:
    lab = small()
    gate = OpenGate()
    connector = connected(lab, gate=gate, **renewing(lab, kept, secret))
    account = connector.check()
    assert (account.name, account.expires_at, account.granted) == (BOT, None, frozenset({"api"}))
    assert len(read(connector, "issues")[0]) == 1
    assert kept.read_text() == next(iter(lab.refresh_tokens))
    assert kept.stat().st_mode & 0o777 == 0o600
    assert len(lab.server.requests(RENEWAL)) == 1
    assert gate.asked == len(lab.server.log)


def test_the_redirect_uri_goes_along_where_the_application_has_one(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    keys = renewing(lab, kept)
    lab.application = Application("app-1", "app-secret", "https://syncd.acme.example/back")
    assert connected(lab, redirect_uri="https://syncd.acme.example/back", **keys).check().name == BOT


def test_all_that_share_the_file_share_the_access_token(connected: Callable[..., Connector], kept: Path) -> None:
    """A second one for the same refresh token would end the first."""
    lab = small()
    keys = renewing(lab, kept)
    connectors = [connected(lab, **keys) for _ in range(6)]
    failed: list[SyncError] = []

    def sign_in(connector: Connector) -> None:
        try:
            connector.check()
        except SyncError as error:
            failed.append(error)

    threads = [threading.Thread(target=sign_in, args=(connector,)) for connector in connectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(lab.server.requests(RENEWAL)) == 1


def test_the_token_is_renewed_before_its_end(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    clock = [NOW]
    connector = connected(lab, now=lambda: clock[0], **renewing(lab, kept))
    for passed, renewals in ((timedelta(), 1), (timedelta(minutes=110), 1), (timedelta(minutes=119), 2), (timedelta(hours=9), 3)):
        clock[0] = NOW + passed
        connector.check()
        assert len(lab.server.requests(RENEWAL)) == renewals
    assert not [entry for entry in lab.server.log if entry.status == 401]


def test_a_token_that_ended_early_is_renewed_once_and_the_read_goes_on(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    connector = connected(lab, **renewing(lab, kept))
    connector.check()
    _end_all(lab)
    assert len(read(connector, "issues")[0]) == 1
    assert len(lab.server.requests(RENEWAL)) == 2
    lab.server.fail("/api/v4/", status=401, body={"message": "401 Unauthorized"}, times=0)
    lab.server.log.clear()
    with pytest.raises(AuthFailed):
        connector.check()
    assert len(lab.server.requests(RENEWAL)) == 1


def test_a_write_is_not_sent_again_with_the_new_token_by_itself(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    connector = connected(lab, **renewing(lab, kept))
    connector.check()
    _end_all(lab)
    lab.server.log.clear()
    with pytest.raises(Unavailable, match="next attempt"):
        connector.deliver(commenting(lab))
    assert len(lab.server.requests("/notes")) == 1
    assert connector.deliver(commenting(lab)).created


def _end_all(lab: GitlabTwin) -> None:
    for access in lab.access.values():
        access.ended = access.oauth


def test_a_refresh_token_that_was_used_before_has_to_be_made_anew(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    keys = renewing(lab, kept)
    lab.refresh_tokens.clear()
    with pytest.raises(AuthFailed) as caught:
        connected(lab, **keys).check()
    assert caught.value.scope is None
    one_line(caught.value, "invalid_grant", "Authorize the application anew", "refresh_token_file")
    assert "first" not in caught.value.text
    lab.refresh_tokens["second"] = BOT
    kept.write_text("second")
    assert connected(lab, **keys).check().name == BOT


def test_another_refresh_token_in_the_file_is_taken_at_once(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    connector = connected(lab, **renewing(lab, kept))
    connector.check()
    lab.refresh_tokens["by hand"] = BOT
    kept.write_text("by hand\n")
    connector.check()
    assert len(lab.server.requests(RENEWAL)) == 2


def test_a_wrong_application_is_told_from_a_wrong_token(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    keys = renewing(lab, kept) | {"secret": lambda: "other-secret"}
    with pytest.raises(AuthFailed, match=r"Check `client_id` and, as the token, the application's secret") as caught:
        connected(lab, **keys).check()
    assert "other-secret" not in caught.value.text
    assert kept.read_text().strip() == "first"


def test_an_application_with_too_low_a_scope_is_told(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    lab.oauth_scopes = ("read_user",)
    with pytest.raises(AuthFailed) as caught:
        connected(lab, **renewing(lab, kept)).check()
    one_line(caught.value, "its scopes: read_user", "`read_api`")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written_costs_no_refresh_token(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    kept.parent.chmod(0o500)
    with pytest.raises(Misconfigured, match="cannot be written"):
        connected(lab, **renewing(lab, kept)).check()
    kept.parent.chmod(0o700)
    assert "first" in lab.refresh_tokens


def test_a_file_that_cannot_be_replaced_costs_no_refresh_token(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    (kept.parent / "refresh.new").mkdir()
    with pytest.raises(Misconfigured) as caught:
        connected(lab, **renewing(lab, kept)).check()
    one_line(caught.value, "`refresh_token_file` cannot be written", "folder that syncd may write")
    assert not lab.server.requests(RENEWAL)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"status": 503, "body": {}}, Unavailable),
        ({"how": "reset"}, Unavailable),
        ({"status": 200, "body": "<html>"}, Unavailable),
    ],
    ids=["503", "reset", "html"],
)
def test_a_renewal_that_fails_is_one_of_the_six_and_keeps_the_file(
    connected: Callable[..., Connector], kept: Path, how: dict[str, Any], expected: type[SyncError]
) -> None:
    lab = small()
    connector = connected(lab, **renewing(lab, kept))
    lab.server.fail(RENEWAL, **how)
    with pytest.raises(expected):
        connector.check()
    assert kept.read_text().strip() == "first"
    assert connector.check().name == BOT


def test_an_access_token_that_lies_there_broken_is_made_anew(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    beside = kept.with_name("refresh.access")
    beside.write_text("{")
    assert connected(lab, **renewing(lab, kept)).check().name == BOT
    assert beside.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(beside.read_text())) == {"token", "ends", "after"}


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"client_id": "a", "refresh_token_file": "r"}, "belong to OAuth"),
        ({"auth": "oauth", "client_id": "a"}, "belong together"),
        ({"auth": "oauth", "refresh_token_file": "r"}, "belong together"),
        ({"auth": "job"}, "'token' or 'oauth'"),
    ],
)
def test_keys_that_do_not_fit_say_what_to_do(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        GitlabOptions(projects=["acme/web"], **keys)


def test_reads_of_scopes_renew_too(connected: Callable[..., Connector], kept: Path) -> None:
    lab = small()
    connector = connected(lab, **renewing(lab, kept))
    assert [scope.name for scope in scopes(connector, "issues")] == ["acme/web"]
