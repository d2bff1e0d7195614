"""Signing in with a service account's key: the assertion, whom it acts for, and what goes wrong there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.google_calendar import KIND
from syncd.contract import AuthFailed, Connector, Misconfigured, RateLimited, TlsAndProxy, Unavailable
from syncd.demo.google_twin import GoogleTwin
from tests.connectors.contract import NOW, SECRET, OpenGate
from tests.connectors.google_calendar_given import RELEASES, at, fetched, options, running, settings

ACCOUNT, PERSON = "syncd@acme.iam.gserviceaccount.example", "planning@acme.example"


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    """A private and its public key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return private, public


@dataclass
class Desk:
    """A Google that knows one service account, and the file with its key."""

    twin: GoogleTwin
    file: Path
    gate: OpenGate

    def connect(self, subject: str | None = PERSON, **changes: Any) -> Connector:
        given = options(credentials_file=str(self.file), subject=subject)
        return KIND.connect(settings(self.twin, **({"options": given, "secret": lambda: None} | changes)), self.gate)

    def rewrite(self, **changes: Any) -> None:
        self.file.write_text(json.dumps(json.loads(self.file.read_text()) | changes))


@pytest.fixture
def desk(pair: tuple[str, str], tmp_path: Path) -> Iterator[Desk]:
    twin = running()
    twin.event(RELEASES, "deploy", at(5, 9), at(5, 10))
    twin.service_account(ACCOUNT, pair[1], subjects=[PERSON])
    file = tmp_path / "google.json"
    key = {"type": "service_account", "client_email": ACCOUNT, "private_key": pair[0], "token_uri": f"{twin.server.url}/token"}
    file.write_text(json.dumps(key))
    yield Desk(twin, file, OpenGate())
    twin.server.stop()


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
