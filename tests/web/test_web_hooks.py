"""Webhooks over HTTP: who is believed, who is refused and counted, and that a delivery leads to a pull and is never data."""

import hashlib
import hmac
import http.client
import json
import socket
import time
from contextlib import suppress
from typing import Any

import pytest

from syncd.demo import github_hooks, gitlab_hooks, google_hooks, jira_hooks
from syncd.demo.outgoing import Outgoing
from tests.run.run_given import LEAVE, RELEASES, Company
from tests.web.web_given import SECRET, SIGNING, Listening, listening, with_secrets

EVENT = {"action": "edited", "issue": {"id": 1, "title": "not what GitHub says"}}


def github(to: Listening, secret: str = SECRET, event: str = "issues", body: bytes | None = None) -> Outgoing:
    return github_hooks.outgoing(to.url("code"), secret, event, json.dumps(EVENT).encode() if body is None else body)


def gitlab(to: Listening, company: Company, **secret: str) -> Outgoing:
    at = round(company.hand.at.timestamp())
    body = b'{"object_kind": "issue", "object_attributes": {"id": 7}}'
    return gitlab_hooks.outgoing(to.url("web"), secret.get("token"), secret.get("signing"), "Issue Hook", body, at)


def status(company: Company) -> Any:
    return company.syncd("hooks", "status", "--json").json


def refused(company: Company, connection: str) -> dict[str, int]:
    found: dict[str, int] = status(company)[connection]["refused"]
    return found


def changed(one: Outgoing, **headers: str | None) -> Outgoing:
    """The delivery with other headers; None takes one out."""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    kept = {name: value for name, value in one.headers.items() if name.lower() not in named}
    return Outgoing(one.url, {**kept, **{name: value for name, value in named.items() if value is not None}}, one.body)


def test_what_each_vendor_sends_is_believed_and_leads_to_a_pull(firm: Company) -> None:
    with_secrets(firm)
    assert firm.once().code == 0
    with listening(firm) as to:
        firm.google.channels["c"] = {
            "id": "c", "resourceId": "r", "resourceUri": "u", "expiration": str(10**15), "token": SECRET,
            "address": to.url("cal"), "calendar": RELEASES, "messages": 0,
        }  # fmt: skip
        (message,) = google_hooks.messages(firm.google, RELEASES)
        sent = [
            jira_hooks.about_issue(firm.jira, to.url("plat"), SECRET, "PLAT-1"),
            github(to),
            gitlab(to, firm, token=SECRET),
            message,
        ]
        assert [one.send() for one in sent] == [202] * 4
        assert to.look() == ["plat", "code", "web", "cal"]
        assert [one.send() for one in sent] == [200] * 4, "sent once more, it is no news"
        assert to.woken == []
    assert {name: told["accepted"] for name, told in status(firm).items()} == dict.fromkeys(("plat", "code", "web", "cal"), 1)


def test_a_delivery_brings_what_changed_and_nothing_of_its_own_text(firm: Company) -> None:
    with_secrets(firm)
    firm.once()
    firm.hand.go(minutes=1)
    firm.github.edit("acme/api", 1, title="Versioned routes, again")
    with listening(firm) as to:
        assert github(to).send() == 202
        assert to.look() == ["code"]
    titles = {row["title"] for row in firm.export("item").values()}
    assert "Versioned routes, again" in titles
    assert "not what GitHub says" not in titles


@pytest.mark.parametrize(
    ("event", "connection"),
    [("ping", []), ("issues", ["code"]), ("push", ["code"]), ("", ["code"])],
)
def test_a_greeting_wakes_nobody_and_an_event_that_is_not_known_does(firm: Company, event: str, connection: list[str]) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        assert github(to, event=event).send() == 202
        assert to.woken == connection


def test_the_first_message_of_a_channel_wakes_nobody(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        headers = {"X-Goog-Channel-ID": "c", "X-Goog-Message-Number": "1", "X-Goog-Resource-State": "sync"}
        one = Outgoing(to.url("cal"), {**headers, "X-Goog-Channel-Token": SECRET})
        assert one.send() == 202
        assert to.woken == []
        assert changed(one, X_Goog_Message_Number="2", X_Goog_Resource_State="exists").send() == 202
        assert to.woken == ["cal"]


def test_forgeries_are_refused_and_counted_by_reason(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        good = github(to)
        forged = [
            github(to, secret="another secret"),
            changed(good, X_Hub_Signature_256=None),
            changed(good, X_Hub_Signature_256="sha256=" + "0" * 64),
            changed(good, X_Hub_Signature_256=good.headers["X-Hub-Signature-256"].replace("sha256", "sha1")),
            changed(good, X_Hub_Signature_256="sha256=ä"),
            Outgoing(good.url, good.headers, good.body + b" "),
            Outgoing(good.url),
            Outgoing(to.url("plat"), good.headers, good.body),
            changed(jira_hooks.about_issue(firm.jira, to.url("plat"), SECRET, "PLAT-1"), X_Hub_Signature="sha256=0"),
            gitlab(to, firm, token="guessed"),
            gitlab(to, firm),
            gitlab(to, firm, signing=SIGNING),
            Outgoing(to.url("cal"), {"X-Goog-Channel-Token": "guessed", "X-Goog-Resource-State": "exists"}),
        ]
        assert [one.send() for one in forged] == [401] * len(forged)
        assert to.woken == []
        to.inbox.flush()
    assert refused(firm, "code") == {"wrong signature": 5, "no signature": 2}
    assert refused(firm, "plat") == {"wrong signature": 1, "no signature": 1}
    assert refused(firm, "web") == {"wrong signature": 1, "no signature": 2}
    assert refused(firm, "cal") == {"wrong signature": 1}


def test_without_a_secret_every_delivery_is_refused(firm: Company) -> None:
    with_secrets(firm, code=None)
    with listening(firm) as to:
        unsigned = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
        tried = [
            github(to),
            github(to, secret=""),
            Outgoing(to.url("code"), {"X-Hub-Signature-256": f"sha256={unsigned}"}, b"{}"),
        ]
        assert [one.send() for one in tried] == [401] * 3
        to.inbox.flush()
    assert refused(firm, "code") == {"no hook_secret": 3}


def test_a_secret_in_a_file_is_read_again_and_one_that_is_gone_refuses(firm: Company) -> None:
    with_secrets(firm, code=None)
    file = firm.folder / "hook"
    file.write_text(f"{SECRET}\n")
    firm.sections["connections.code"]["hook_secret_file"] = str(file)
    with listening(firm) as to:
        assert github(to).send() == 202
        file.write_text("rotated-0815-4711")
        assert (github(to).send(), github(to, secret="rotated-0815-4711").send()) == (401, 202)
        file.unlink()
        assert github(to, secret="rotated-0815-4711").send() == 401


def test_gitlabs_signed_deliveries_prove_key_time_and_body(firm: Company) -> None:
    with_secrets(firm, web=SIGNING)
    with listening(firm) as to:
        good = gitlab(to, firm, signing=SIGNING)
        second = f"v1,AAAA {good.headers['webhook-signature']} v2,{'x' * 20}"
        wrong = [
            gitlab(to, firm, signing="whsec_b3RoZXI="),
            changed(good, webhook_id="another"),
            changed(good, webhook_timestamp=str(int(good.headers["webhook-timestamp"]) + 1)),
            changed(good, webhook_timestamp="soon"),
            changed(good, webhook_signature=None),
            changed(gitlab(to, firm), X_Gitlab_Token=SIGNING),
            Outgoing(good.url, good.headers, b"\xff\xfe"),
        ]
        assert [one.send() for one in wrong] == [401] * len(wrong)
        assert changed(good, webhook_signature=second).send() == 202
        assert good.send() == 200


def test_a_signed_delivery_is_believed_for_five_minutes(firm: Company) -> None:
    with_secrets(firm, web=SIGNING)
    with listening(firm) as to:
        early, late = gitlab(to, firm, signing=SIGNING), gitlab(to, firm, signing=SIGNING)
        firm.hand.go(minutes=4, seconds=59)
        assert early.send() == 202
        firm.hand.go(seconds=2)
        assert late.send() == 401
        firm.hand.go(minutes=-11)
        assert late.send() == 401
        to.inbox.flush()
    assert refused(firm, "web") == {"too old or too new": 2}


def test_a_delivery_that_is_sent_again_does_nothing_not_even_after_a_restart(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        one = github(to)
        assert [one.send(), one.send()] == [202, 200]
        assert to.woken == ["code"]
        to.inbox.flush()
    with listening(firm) as again:
        here = Outgoing(again.url("code"), one.headers, one.body)
        assert (here.send(), again.woken) == (200, [])
        firm.hand.go(days=3, seconds=1)
        assert (here.send(), again.woken) == (202, ["code"])
        again.inbox.flush()
    assert (status(firm)["code"]["accepted"], status(firm)["code"]["repeated"]) == (2, 2)


@pytest.mark.parametrize("body", [b"{oops", b"", b"[1, 2]", b'{"issue": {"id": {"x": 1}}}', b"[" * 100_000, b"\xff"])
def test_a_body_that_cannot_be_read_but_is_proved_is_a_hint_all_the_same(firm: Company, body: bytes) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        assert github(to, body=body).send() == 202
        assert to.woken == ["code"]


def test_a_connection_that_is_not_there_is_404_and_a_get_is_405(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        assert [Outgoing(to.url(name)).send() for name in ("nope", "..%2Fhealthz", "plat/x")] == [404] * 3
        line = http.client.HTTPConnection("127.0.0.1", to.port, timeout=10)
        line.request("GET", "/hook/code")
        assert line.getresponse().status == 405
        line.close()
        assert to.woken == []


def test_it_says_that_it_lives(firm: Company) -> None:
    with listening(firm) as to:
        line = http.client.HTTPConnection("127.0.0.1", to.port, timeout=10)
        line.request("GET", "/healthz")
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (200, b"ok")
        line.close()


def _raw(to: Listening, head: str, *parts: bytes) -> bytes:
    """Send a request piece by piece, and read to the end of what comes back, which has to be the end of the line, too."""
    with socket.create_connection(("127.0.0.1", to.port), timeout=20) as line:
        line.sendall(f"POST /hook/code HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        for part in parts:
            line.sendall(part)
        got = b""
        while piece := line.recv(4096):
            got += piece
        return got


def test_a_body_that_says_that_it_is_too_large_is_not_read(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        assert b" 413 " in _raw(to, f"Content-Length: {5 * 2**20 + 1}")
        to.inbox.flush()
    assert refused(firm, "code") == {"too large": 1}


def test_a_body_that_grows_too_large_is_read_no_further(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        # It hangs up with some of the body unread: the answer may be lost with that, and nothing after it is read.
        with suppress(ConnectionError):
            assert b" 413 " in _raw(to, "Transfer-Encoding: chunked", *[piece] * 81)
        assert github(to, body=b"x" * (5 * 2**20)).send() == 202
        to.inbox.flush()
    assert refused(firm, "code") == {"too large": 1}


def test_a_body_that_does_not_come_is_not_waited_for(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm, body_s=0.2) as to:
        assert b" 408 " in _raw(to, "Content-Length: 100", b"half")
        to.inbox.flush()
    assert refused(firm, "code") == {"too slow": 1}


def test_who_goes_away_in_the_middle_is_no_defect(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        with socket.create_connection(("127.0.0.1", to.port), timeout=10) as line:
            line.sendall(b"POST /hook/code HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        assert github(to).send() == 202


def test_a_delivery_is_answered_at_once_even_while_the_store_is_busy(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to, to.app.store.transaction():
        github(to).send()
        took = []
        for _ in range(20):
            began = time.perf_counter()
            assert github(to).send() == 202
            took.append(time.perf_counter() - began)
        assert sorted(took)[10] < 0.05
        assert not [line for line in firm.github.server.requests() if "hook" in line.line]


def test_no_secret_is_shown_anywhere(firm: Company) -> None:
    with_secrets(firm)
    with listening(firm) as to:
        github(to).send()
        github(to, secret="x").send()
        to.inbox.flush()
        assert SECRET in to.app.secrets()
        assert SECRET not in json.dumps(to.app.config.redacted())
        assert SECRET not in repr(to.app.config)
    assert SECRET.encode() not in (firm.folder / "syncd.db").read_bytes()
    assert LEAVE
