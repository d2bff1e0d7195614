"""The shared transport: what an answer or a failure without one means, told in one line, without a secret."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from connectors.http import PacedAdapter, expect, from_exception, from_status, vendor_message
from syncd.contract import AuthFailed, Misconfigured, RateLimited, Refused, SyncError, TlsAndProxy, Unavailable
from tests.connectors.contract import OpenGate

NOW = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
URL = "https://tracker.example/api/items"


@pytest.fixture
def answers() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def paced(gate: OpenGate, timeout_s: float = 5) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", PacedAdapter(gate, timeout_s, TlsAndProxy()))
    return session


def meaning(answer: requests.Response, *, write: bool = False) -> SyncError:
    return from_status(
        answer.status_code, answer.headers, answer.content, now=NOW, what="reading items of PLAT", scope="PLAT", write=write
    )


def test_every_request_passes_the_gate_once(answers: responses.RequestsMock) -> None:
    answers.get(URL, json=[])
    answers.post(URL, json={})
    gate = OpenGate()
    paced(gate).get(URL)
    paced(gate).post(URL, json={})
    assert (gate.asked, gate.writes) == (2, 1)


def test_a_server_error_is_answered_once_and_never_asked_again(answers: responses.RequestsMock) -> None:
    answers.get(URL, status=503, headers={"Retry-After": "0"})
    assert isinstance(meaning(paced(OpenGate()).get(URL)), Unavailable)
    assert len(answers.calls) == 1


@pytest.mark.parametrize(
    ("status", "expected", "scope"),
    [
        (401, AuthFailed, None),
        (403, AuthFailed, "PLAT"),
        (404, Unavailable, "PLAT"),
        (407, Misconfigured, None),
        (410, Unavailable, "PLAT"),
        (429, RateLimited, "PLAT"),
        (400, Misconfigured, "PLAT"),
        (302, Misconfigured, "PLAT"),
        (500, Unavailable, "PLAT"),
    ],
)
def test_an_answer_means_one_of_the_six(
    answers: responses.RequestsMock, status: int, expected: type[SyncError], scope: str | None
) -> None:
    answers.get(URL, status=status, json={"errorMessages": ["No <b>such</b>\nthing"]})
    error = meaning(paced(OpenGate()).get(URL, allow_redirects=False))
    assert type(error) is expected
    assert error.scope == scope
    assert error.text.startswith("reading items of PLAT: ")
    assert "\n" not in error.text


def test_a_refused_write_is_for_the_dead_letters(answers: responses.RequestsMock) -> None:
    answers.post(URL, status=422, json={"message": "Validation Failed", "errors": [{"message": "body is too long"}]})
    error = meaning(paced(OpenGate()).post(URL), write=True)
    assert isinstance(error, Refused)
    assert error.text == "reading items of PLAT: refused (422): Validation Failed; body is too long"


@pytest.mark.parametrize(
    ("failure", "expected", "word"),
    [
        (requests.exceptions.SSLError("certificate verify failed"), Misconfigured, "ca_file"),
        (requests.exceptions.ProxyError("407"), Unavailable, "proxy"),
        (requests.exceptions.ReadTimeout("read"), Unavailable, "in time"),
        (requests.exceptions.ConnectionError("[Errno 111] Connection refused"), Unavailable, "connection refused"),
        (requests.exceptions.ChunkedEncodingError("broken"), Unavailable, "broke off"),
        (requests.exceptions.InvalidURL("x"), Misconfigured, "url"),
        (ConnectionResetError("reset by peer"), Unavailable, "connection reset"),
    ],
)
def test_a_failure_without_an_answer_means_one_of_the_six(
    answers: responses.RequestsMock, failure: Exception, expected: type[SyncError], word: str
) -> None:
    answers.get(URL, body=failure)
    with pytest.raises(type(failure)) as caught:
        paced(OpenGate()).get(URL)
    error = from_exception(caught.value, what="reading items of PLAT", scope="PLAT")
    assert type(error) is expected
    assert word in error.text


def test_another_exception_is_a_defect_and_stays_one() -> None:
    with pytest.raises(KeyError):
        from_exception(KeyError("x"), what="reading")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"message": "Bad credentials"}, "Bad credentials"),
        ({"errors": {"project": "The value 'NOPE' does not exist"}}, "project: The value 'NOPE' does not exist"),
        ({"error": {"code": 403, "message": "Rate Limit Exceeded"}}, "Rate Limit Exceeded"),
        ({"error": "invalid_grant", "error_description": "Account not found"}, "Account not found; invalid_grant"),
        (b'{"message": "in bytes"}', "in bytes"),
        ("plain words", "plain words"),
        ("<html>login</html>", ""),
        ([1, 2], ""),
        (None, ""),
        ({"message": "long " * 100}, ("long " * 100)[:199] + "…"),
    ],
)
def test_what_the_vendor_said_is_one_short_line(body: object, says: str) -> None:
    assert vendor_message(body) == says


@pytest.mark.parametrize("value", [None, "text", 7, {"a": 1}])
def test_a_wrong_shape_is_never_empty(value: Any) -> None:
    with pytest.raises(Unavailable, match="not a list"):
        expect(value, list, what="reading items of PLAT")
    assert expect([1], list, what="reading") == [1]
