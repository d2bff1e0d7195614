"""Signing in with a service account's key: the assertion, whom it acts for, and what goes wrong there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.contract import AuthFailed, Misconfigured, RateLimited, TlsAndProxy, Unavailable
from tests.connectors.contract import NOW, SECRET
from tests.connectors.google_calendar_desk import ACCOUNT, PERSON, Desk, key_pair
from tests.connectors.google_calendar_given import RELEASES, at, fetched, running


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    return key_pair()


@pytest.fixture
def desk(pair: tuple[str, str], tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(running(), tmp_path / "google.json")
    desk.twin.event(RELEASES, "deploy", at(5, 9), at(5, 10))
    desk.twin.service_account(ACCOUNT, pair[1], subjects=[PERSON])
    desk.hold_account(pair[0])
    yield desk
    desk.twin.server.stop()


def test_a_key_gives_a_token_that_serves_for_many_requests(desk: Desk) -> None:
    connector = desk.connect()
    assert connector.check().id == PERSON
    assert len(fetched(connector)[-1].records) == 1
    assert len(desk.twin.server.requests("^POST /token")) == 1
    assert desk.twin.tokens["ya29.1"] == PERSON
    connector.close()


def test_without_a_subject_the_account_reads_in_its_own_name(desk: Desk) -> None:
    assert desk.connect(subject=None).check().name == ACCOUNT
    assert desk.twin.tokens["ya29.1"] == ACCOUNT


def test_signing_in_passes_the_gate_and_the_proxy(desk: Desk, forward_proxy: tuple[str, list[str]]) -> None:
    proxy, seen = forward_proxy
    desk.connect(transport=TlsAndProxy(proxy=proxy)).check()
    assert [line.split()[0] for line in seen] == ["POST", "GET"]
    assert desk.gate.asked == len(desk.twin.server.log) == 2


def test_a_person_that_the_account_may_not_act_for_turns_the_connection_off(desk: Desk) -> None:
    with pytest.raises(AuthFailed) as caught:
        desk.connect(subject="boss@acme.example").check()
    assert caught.value.scope is None
    assert "signing in as boss@acme.example" in caught.value.text
    assert "\n" not in caught.value.text


def test_a_key_that_was_taken_back_turns_the_connection_off(desk: Desk) -> None:
    desk.twin.accounts.clear()
    with pytest.raises(AuthFailed, match=r"did not accept the key .*Invalid JWT Signature") as caught:
        fetched(desk.connect())
    assert caught.value.scope is None
    assert len(desk.twin.server.log) == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 500, "body": {"error": "internal_failure"}}, Unavailable),
        ({"status": 503, "headers": {"Retry-After": "0"}, "body": {}}, Unavailable),
        ({"status": 429, "headers": {"Retry-After": "17"}, "body": {}}, RateLimited),
        ({"how": "reset"}, Unavailable),
        ({"how": "truncate"}, Unavailable),
        ({"how": "slow", "delay_s": 1}, Unavailable),
        ({"status": 200, "body": "<html>log in</html>"}, Unavailable),
        ({"status": 200, "body": b"null"}, Unavailable),
        ({"status": 200, "body": {}}, Unavailable),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_token_endpoint_that_fails_is_asked_once(desk: Desk, fault: dict[str, Any], expected: type[Exception]) -> None:
    desk.twin.server.fail("^POST /token", times=0, **fault)
    with pytest.raises(expected) as caught:
        fetched(desk.connect(timeout_s=0.3))
    assert desk.gate.asked == 1
    assert "\n" not in str(caught.value)
    if isinstance(caught.value, RateLimited):
        assert (caught.value.until - NOW).total_seconds() == 17


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"client_email": "a@b", "token_uri": "http://127.0.0.1", "private_key": "none"}']
)
def test_a_file_that_holds_no_key_is_told_and_not_shown(desk: Desk, text: str) -> None:
    desk.file.write_text(text)
    with pytest.raises(Misconfigured, match=r"google.json holds no service account's key") as caught:
        desk.connect()
    assert caught.value.scope is None


def test_a_file_that_went_away_is_told(desk: Desk) -> None:
    desk.file.unlink()
    with pytest.raises(Misconfigured, match=r"google.json cannot be read \(No such file or directory\)"):
        desk.connect()


def test_a_token_that_was_taken_back_is_told(desk: Desk) -> None:
    connector = desk.connect()
    connector.check()
    desk.twin.tokens.clear()
    with pytest.raises(AuthFailed) as caught:
        fetched(connector)
    assert caught.value.scope is None
    assert "ya29" not in caught.value.text
    assert SECRET not in caught.value.text


# --- keys that change ------------------------------------------------------------------------------------------------------------


def test_a_key_that_was_replaced_serves_at_once(desk: Desk, pair: tuple[str, str]) -> None:
    connector = desk.connect()
    connector.check()
    other = "second@acme.iam.gserviceaccount.example"
    desk.twin.service_account(other, pair[1])
    desk.rewrite(client_email=other)
    connector.check()
    assert len(desk.twin.server.requests("^POST /token")) == 2


def test_after_a_401_the_key_is_read_and_a_token_asked_for_anew(desk: Desk) -> None:
    connector = desk.connect()
    connector.check()
    desk.twin.tokens.clear()
    with pytest.raises(AuthFailed):
        connector.check()
    assert connector.check().id == PERSON
    assert len(desk.twin.server.requests("^POST /token")) == 2


# --- where tokens are asked for --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/token",
        "https://oauth2.googleapis.com.evil.example/token",
        "https://oauth2.googleapis.com@evil.example/token",
        "http://oauth2.googleapis.com/token",
        "http://127.0.0.1.evil.example/token",
        "https://accounts.google.com:x/token",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_planted_key_sends_nothing_elsewhere(desk: Desk, address: str) -> None:
    desk.rewrite(token_uri=address)
    with pytest.raises(Misconfigured, match=r"google\.json: its `token_uri` points to .*, which is none of Google's") as caught:
        desk.connect()
    assert "\n" not in caught.value.text
    assert desk.twin.server.log == []
    assert desk.gate.asked == 0


def test_a_key_that_becomes_a_planted_one_sends_nothing_elsewhere(desk: Desk) -> None:
    connector = desk.connect()
    desk.rewrite(token_uri="https://evil.example/token")
    with pytest.raises(Misconfigured, match="evil"):
        connector.check()
    assert desk.twin.server.log == []


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://oauth2.googleapis.com/token", "https://www.googleapis.com/calendar/v3/"),
        ("https://accounts.google.com/o/oauth2/token", "https://www.googleapis.com/calendar/v3/"),
        ("https://www.googleapis.com/oauth2/v4/token", "https://www.googleapis.com/calendar/v3/"),
        ("http://[::1]:8080/token", "https://www.googleapis.com/calendar/v3/"),
        ("https://calendar.corp.example/token", "https://calendar.corp.example/calendar/v3/"),
        ("http://calendar.corp.example/token", "http://calendar.corp.example/calendar/v3/"),
    ],
)
def test_googles_own_hosts_this_machine_and_the_connections_host_are_trusted(desk: Desk, address: str, url: str) -> None:
    desk.rewrite(token_uri=address)
    desk.connect(url=url).close()


# --- other files -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["external_account", "impersonated_service_account", "gdch_service_account", 7])
def test_a_file_of_another_type_is_told(desk: Desk, kind: object) -> None:
    desk.rewrite(type=kind)
    with pytest.raises(Misconfigured, match=rf"google\.json is of the type '{kind}', which syncd cannot use. Use a service"):
        desk.connect()


def test_an_oauth_client_in_place_of_a_key_is_told(desk: Desk) -> None:
    desk.file.write_text('{"installed": {"client_id": "c", "client_secret": "canary"}}')
    with pytest.raises(Misconfigured, match="is an OAuth client, which signs nobody in by itself") as caught:
        desk.connect()
    assert "canary" not in caught.value.text


def test_a_key_without_the_right_is_told_with_the_scope_that_it_needs(desk: Desk) -> None:
    desk.twin.delegated = {"calendar.events"}
    with pytest.raises(AuthFailed) as caught:
        desk.connect().check()
    assert caught.value.scope is None
    assert caught.value.text.endswith("Let it act for `subject` with the scope calendar.readonly")
