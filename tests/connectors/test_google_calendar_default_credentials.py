"""Signing in with the application default credentials: where they lie, a person's own sign-in, and what goes wrong there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.google_calendar.default_file import default_file
from syncd.contract import AuthFailed, Misconfigured, RateLimited, TlsAndProxy, Unavailable
from tests.connectors.contract import NOW
from tests.connectors.google_calendar_desk import ACCOUNT, CLIENT, PERSON, REFRESH, Desk, key_pair
from tests.connectors.google_calendar_given import RELEASES, at, fetched, options, running


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk(running(), tmp_path / "adc.json")
    desk.twin.event(RELEASES, "deploy", at(5, 9), at(5, 10))
    desk.hold_person()
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(desk.file))
    yield desk
    desk.twin.server.stop()


def test_a_persons_sign_in_serves_for_many_requests(desk: Desk) -> None:
    connector = desk.default()
    account = connector.check()
    assert len(fetched(connector)[-1].records) == 1
    assert len(desk.twin.server.requests("^POST /token")) == 1
    assert desk.twin.tokens["ya29.1"] == PERSON
    assert set(account.granted or ()) == {f"https://www.googleapis.com/auth/calendar.{name}" for name in ("readonly", "events")}
    connector.close()


def test_a_service_accounts_key_may_lie_there_too(desk: Desk) -> None:
    private, public = key_pair()
    desk.twin.service_account(ACCOUNT, public, subjects=[PERSON])
    desk.hold_account(private)
    assert desk.default().check().id == ACCOUNT
    given = options(application_default=True, subject=PERSON)
    account = desk.default(options=given).check()
    assert (account.id, account.granted) == (PERSON, None)


def test_what_gcloud_writes_is_found_where_gcloud_keeps_it(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.delenv("CLOUDSDK_CONFIG", raising=False)
    monkeypatch.delenv("APPDATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Misconfigured, match="Run `gcloud auth application-default login`") as caught:
        desk.default()
    assert caught.value.scope is None
    known = tmp_path / ".config" / "gcloud" / "application_default_credentials.json"
    known.parent.mkdir(parents=True)
    desk.file.rename(known)
    assert desk.default().check().id == RELEASES


@pytest.mark.parametrize("variable", ["CLOUDSDK_CONFIG", "APPDATA"])
def test_another_folder_of_gclouds_can_be_named(tmp_path: Path, variable: str) -> None:
    folder = tmp_path if variable == "CLOUDSDK_CONFIG" else tmp_path / "gcloud"
    folder.mkdir(exist_ok=True)
    file = folder / "application_default_credentials.json"
    file.write_text("{}")
    assert default_file({variable: str(tmp_path), "HOME": "/nowhere"}) == str(file)


def test_a_file_that_is_named_and_not_there_is_told(desk: Desk) -> None:
    desk.file.unlink()
    with pytest.raises(Misconfigured, match=r"adc.json cannot be read \(No such file or directory\)"):
        desk.default()


def test_a_sign_in_that_was_taken_back_turns_the_connection_off(desk: Desk) -> None:
    desk.twin.grants.clear()
    with pytest.raises(AuthFailed, match=r"Google has ended this sign-in \(Token has been expired or revoked") as caught:
        desk.default().check()
    assert caught.value.scope is None
    assert caught.value.text.endswith("Sign in anew, with the scope calendar.readonly")
    assert not [word for word in (REFRESH, CLIENT[1]) if word in caught.value.text]
    assert "\n" not in caught.value.text
    assert len(desk.twin.server.log) == 1


def test_an_oauth_client_that_is_no_more_turns_the_connection_off(desk: Desk) -> None:
    desk.twin.clients.clear()
    with pytest.raises(AuthFailed, match="The OAuth client was not found"):
        desk.default().check()


def test_a_sign_in_for_too_little_is_told_with_the_scope_that_it_needs(desk: Desk) -> None:
    desk.hold_person(scopes=("calendar.freebusy",))
    with pytest.raises(AuthFailed, match=r"the token may not read events \(403\)\. Make one with the scope calendar.readonly"):
        desk.default().check()


def test_after_a_new_sign_in_the_file_serves_at_once(desk: Desk) -> None:
    connector = desk.default()
    desk.twin.grants.clear()
    with pytest.raises(AuthFailed):
        connector.check()
    desk.twin.person(PERSON, "1//another", CLIENT, ["calendar.readonly"])
    desk.rewrite(refresh_token="1//another")
    assert connector.check().id


def test_signing_in_passes_the_gate_and_the_proxy(desk: Desk, forward_proxy: tuple[str, list[str]]) -> None:
    proxy, seen = forward_proxy
    desk.default(transport=TlsAndProxy(proxy=proxy)).check()
    assert [line.split()[0] for line in seen] == ["POST", "GET"]
    assert desk.gate.asked == len(desk.twin.server.log) == 2


def test_requests_count_for_the_project_that_the_file_names(desk: Desk) -> None:
    desk.hold_person(quota_project_id="acme-planning")
    desk.default().check()
    (asked,) = desk.twin.server.requests("^GET ")
    assert asked.headers["x-goog-user-project"] == "acme-planning"


def test_how_long_a_sign_in_lasts_is_told_where_google_says_it(desk: Desk) -> None:
    desk.twin.tokens["t"] = PERSON
    answer = {"access_token": "t", "expires_in": 3599, "token_type": "Bearer", "refresh_token_expires_in": 604800}
    desk.twin.server.fail("^POST /token", status=200, body=answer, times=0)
    ends = desk.default().check().expires_at
    assert ends
    assert (ends - NOW).days == 7


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 500, "body": {"error": "internal_failure"}}, Unavailable),
        ({"status": 429, "headers": {"Retry-After": "17"}, "body": {}}, RateLimited),
        ({"how": "reset"}, Unavailable),
        ({"how": "truncate"}, Unavailable),
        ({"status": 302, "headers": {"Location": "https://evil.example/token"}}, Misconfigured),
        ({"status": 200, "body": "<html>log in</html>"}, Unavailable),
        ({"status": 200, "body": {"access_token": None}}, Unavailable),
        ({"status": 200, "body": {}}, Unavailable),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_token_endpoint_that_fails_is_asked_once(desk: Desk, fault: dict[str, Any], expected: type[Exception]) -> None:
    desk.twin.server.fail("^POST /token", times=0, **fault)
    with pytest.raises(expected) as caught:
        fetched(desk.default(timeout_s=2))
    assert desk.gate.asked == 1
    assert "\n" not in str(caught.value)
    assert REFRESH not in str(caught.value)


@pytest.mark.parametrize("missing", ["refresh_token", "client_id", "client_secret"])
def test_a_sign_in_that_is_not_complete_is_told(desk: Desk, missing: str) -> None:
    desk.rewrite(**{missing: None})
    with pytest.raises(Misconfigured, match=r"holds no complete sign-in. Run `gcloud auth application-default login` anew"):
        desk.default()


def test_a_persons_sign_in_acts_for_nobody_else(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match=r"cannot act for `subject`. Take `subject` out"):
        desk.default(options=options(application_default=True, subject="boss@acme.example"))


def test_a_planted_sign_in_sends_no_refresh_token_elsewhere(desk: Desk) -> None:
    desk.rewrite(token_uri="https://evil.example/token")
    with pytest.raises(Misconfigured, match=r"points to 'evil.example', which is none of Google's"):
        desk.default()
    assert desk.gate.asked == 0


def test_the_environment_counts_only_where_it_is_asked_for(desk: Desk) -> None:
    desk.file.write_text(json.dumps({"type": "external_account"}))
    with pytest.raises(Misconfigured, match="is of the type 'external_account', which syncd cannot use"):
        desk.default()
    given = options()
    assert desk.default(options=given, secret=lambda: next(iter(desk.twin.tokens))).check().id
