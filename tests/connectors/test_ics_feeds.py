"""Calendars as files and feeds: only what changed is read, what is not held any more is gone, and an answer that is none is no calendar."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.ics import KIND, IcsOptions
from connectors.ics.options import CalendarOptions, address
from syncd.config import load
from syncd.contract import AuthFailed, Connector, Gone, Misconfigured, Refused, SyncError, Unavailable
from syncd.model.action import Action
from syncd.model.problem import Problems
from syncd.model.raw import Scope
from syncd.model.ref import Ref
from tests.connectors.contract import NOW, SECRET
from tests.connectors.ics_given import Files, calendar, connected, event, pages

PLAIN = "DTSTART:20260506T180000Z"
PRIVATE = "private-0123456789abcdef0123456789abcdef"


@pytest.fixture
def files() -> Iterator[Files]:
    made = Files()
    made.put("ops", "one", event("one", PLAIN))
    made.put("ops", "two", event("two", PLAIN))
    made.server.start()
    yield made
    made.server.stop()


def reading(files: Files, name: str = "ops", **changes: Any) -> Connector:
    return connected({"id": "ops", "url": f"{files.server.url}/{name}.ics", "holds": "windows"}, **changes)


def from_file(path: Path, **changes: Any) -> Connector:
    return connected({"id": "ops", "file": str(path), "holds": "windows"}, **changes)


def error(connector: Connector) -> SyncError:
    with pytest.raises(SyncError) as caught:
        pages(connector)
    return caught.value


# --- what changed ----------------------------------------------------------------------------------------------------------


def test_a_calendar_that_did_not_change_is_not_sent_again(files: Files) -> None:
    connector = reading(files)
    (first,) = pages(connector)
    (second,) = pages(connector, first.cursor)
    assert [entry.status for entry in files.server.log] == [200, 304]
    assert (second.records, second.whole, second.complete) == ((), False, True)


def test_without_validators_the_same_content_is_no_news(files: Files) -> None:
    files.validators = False
    connector = reading(files)
    (first,) = pages(connector)
    (second,) = pages(connector, first.cursor)
    assert [entry.status for entry in files.server.log] == [200, 200]
    assert (second.records, second.whole, second.complete) == ((), False, True)


def test_what_a_calendar_does_not_hold_any_more_is_missing_from_the_whole(files: Files) -> None:
    connector = reading(files)
    (first,) = pages(connector)
    files.drop("ops", "one")
    (second,) = pages(connector, first.cursor)
    assert second.whole
    assert [record.ref.id for record in second.records] == ["ops/two"]
    with pytest.raises(Gone) as caught:
        connector.fetch_one(first.records[0].ref)
    assert caught.value.kind == "deleted"


def test_in_another_month_a_calendar_is_read_anew_although_it_did_not_change(files: Files) -> None:
    (first,) = pages(reading(files))
    (second,) = pages(reading(files, now=lambda: datetime(2026, 6, 1, tzinfo=UTC)), first.cursor)
    assert second.whole
    assert len(second.records) == 2


def test_another_mapping_reads_it_anew(files: Files) -> None:
    (first,) = pages(reading(files))
    (second,) = pages(reading(files, fields={"events": frozenset({"summary"})}), first.cursor)
    assert second.whole
    assert second.records[0].fields
    assert "summary" in second.records[0].fields


# --- what is no calendar ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<html><body>Please log in</body></html>", "is a web page"),
        ("", "is empty"),
        (calendar(event("one", PLAIN))[:-20], "breaks off before END:VCALENDAR"),
        ("{}", "does not begin"),
    ],
)
def test_an_answer_that_is_no_calendar_is_never_an_empty_one(files: Files, body: str | bytes, says: str) -> None:
    files.server.fail(r"^GET /ops\.ics", status=200, body=body, times=0)
    found = error(reading(files))
    assert isinstance(found, Unavailable)
    assert found.scope == "ops"
    assert says in found.text


@pytest.mark.parametrize("status", [206, 304])
def test_a_part_or_nothing_that_nobody_asked_for_is_never_a_calendar(files: Files, status: int) -> None:
    files.server.fail(r"^GET /ops\.ics", status=status, body=calendar(event("one", PLAIN)) if status == 206 else None, times=0)
    found = error(reading(files))
    assert isinstance(found, Unavailable)
    assert f"({status})" in found.text


def test_an_event_that_cannot_be_read_is_a_record_and_the_others_follow(files: Files) -> None:
    files.put("ops", "bad", event("bad", "DTSTART;TZID=Atlantis:20260506T180000"))
    (page,) = pages(reading(files))
    assert {record.ref.id: record.data.get("problem") for record in page.records} == {
        "ops/one": None,
        "ops/two": None,
        "ops/bad": "no time zone 'Atlantis' is known",
    }


def test_one_calendar_that_is_gone_stops_no_other(files: Files) -> None:
    both = [{"id": name, "url": f"{files.server.url}/{name}.ics", "holds": "windows"} for name in ("nope", "ops")]
    connector = connected(*both)
    nope, ops = (scope for scope in connector.scopes("events") if isinstance(scope, Scope))
    with pytest.raises(Unavailable) as caught:
        list(connector.fetch("events", nope, None))
    assert (caught.value.scope, caught.value.absent) == ("nope", True)
    assert len(next(iter(connector.fetch("events", ops, None))).records) == 2


# --- addresses and credentials ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("webcal://acme.example/x.ics", "https://acme.example/x.ics"),
        ("WEBCAL://acme.example/x.ics?k=1", "https://acme.example/x.ics?k=1"),
        ("https://acme.example/x.ics", "https://acme.example/x.ics"),
        ("http://127.0.0.1:1/x.ics", "http://127.0.0.1:1/x.ics"),
    ],
)
def test_addresses(written: str, asked: str) -> None:
    assert address(written) == asked


@pytest.mark.parametrize(
    "written",
    [
        "ftp://acme.example/x",
        "acme.example/x.ics",
        "http://acme.example/x.ics",
        "https://ann:pw@acme.example/x.ics",
        "https:///x.ics",
    ],
)
def test_an_address_that_is_none_or_open_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CalendarOptions.model_validate({"id": "x", "url": written, "holds": "windows"})
    assert written not in str(caught.value)


def test_a_private_address_is_in_no_text(files: Files) -> None:
    connector = connected({"id": "ops", "url": f"{files.server.url}/{PRIVATE}.ics?key={PRIVATE}", "holds": "windows"})
    for how in ({"status": 404}, {"status": 500}, {"how": "reset"}, {"status": 302, "headers": {"Location": f"/{PRIVATE}"}}, {}):
        files.server.faults.clear()
        files.server.fail(".", times=0, **how)
        assert PRIVATE not in error(connector).text
    assert PRIVATE not in repr(connector.__dict__["_options"])


def test_a_redirect_to_another_host_is_not_followed(files: Files) -> None:
    other = Files()
    other.put("ops", "one", event("one", PLAIN))
    other.server.start()
    files.server.fail("^GET", status=302, headers={"Location": f"{other.server.url}/ops.ics"}, times=0)
    found = error(reading(files))
    assert isinstance(found, Misconfigured)
    assert f"redirect to {other.server.url} (302)" in found.text
    assert other.server.log == []
    other.server.stop()


def test_a_redirect_on_the_same_server_is_followed(files: Files) -> None:
    files.server.fail(r"^GET /old\.ics", status=301, headers={"Location": "/ops.ics"}, times=0)
    assert len(pages(reading(files, "old"))[0].records) == 2


def test_user_and_password_are_sent_as_such() -> None:
    files = Files(token=SECRET, user="ann")
    files.put("ops", "one", event("one", PLAIN))
    files.server.start()
    assert len(pages(reading(files, user="ann", secret=lambda: SECRET))[0].records) == 1
    refused = error(reading(files))
    assert isinstance(refused, AuthFailed)
    assert refused.scope == "ops"  # nobody gave credentials: no fault of theirs
    assert "user" in refused.text
    assert error(reading(files, user="ann", secret=lambda: "wrong")).scope is None
    files.server.stop()


def test_a_token_is_sent_to_one_server_only(files: Files) -> None:
    other = {"id": "leave", "url": "https://hr.acme.example/leave.ics", "holds": "absences"}
    connector = connected({"id": "ops", "url": f"{files.server.url}/ops.ics", "holds": "windows"}, other, secret=lambda: SECRET)
    found = error(connector)
    assert isinstance(found, Misconfigured)
    assert found.scope is None
    assert files.server.log == []


def test_a_calendar_at_the_connections_own_address(files: Files) -> None:
    connector = connected({"id": "ops", "holds": "windows"}, url=f"{files.server.url}/ops.ics")
    assert len(pages(connector)[0].records) == 2
    nowhere = error(connected({"id": "ops", "holds": "windows"}))
    assert isinstance(nowhere, Misconfigured)
    assert "`file`" in nowhere.text


def test_nothing_is_written(files: Files) -> None:
    target = Ref("cal", "events", "ops/one")
    with pytest.raises(Refused):
        reading(files).deliver(Action(verb="comment", target=target, project="", key="k", body="", digest="d"))


# --- files -----------------------------------------------------------------------------------------------------------------


def test_a_file_is_read_like_a_feed(tmp_path: Path) -> None:
    path = tmp_path / "ops.ics"
    path.write_bytes(calendar(event("one", PLAIN), event("two", PLAIN)))
    connector = from_file(path)
    assert connector.check().id == "ops"
    (first,) = pages(connector)
    assert not pages(connector, first.cursor)[0].records
    path.write_bytes(calendar(event("two", PLAIN)))
    (second,) = pages(connector, first.cursor)
    assert second.whole
    assert [record.ref.id for record in second.records] == ["ops/two"]


def test_a_file_that_is_not_there_or_no_file_is_never_empty(tmp_path: Path) -> None:
    assert isinstance(error(from_file(tmp_path / "nope.ics")), Unavailable)
    assert isinstance(error(from_file(tmp_path)), Misconfigured)
    (tmp_path / "half.ics").write_bytes(calendar(event("one", PLAIN))[:60])
    assert "breaks off" in error(from_file(tmp_path / "half.ics")).text


CONFIG = """
[connections.ops]
kind = "ics"
[[connections.ops.calendars]]
id = "freezes"
file = "calendars/freezes.ics"
holds = "freezes"
[[connections.ops.calendars]]
id = "leave"
url_file = "leave-url"
holds = "absences"
[[connections.ops.calendars]]
id = "holidays"
url = "webcal://acme.example/PRIVATE.ics"
holds = "holidays"
"""


def test_files_are_relative_to_the_configuration_and_addresses_are_hidden(tmp_path: Path) -> None:
    (tmp_path / "syncd.toml").write_text(CONFIG.replace("PRIVATE", PRIVATE))
    with pytest.raises(Problems) as caught:
        load(tmp_path / "syncd.toml", {})
    assert [problem.key.partition(" ")[0] for problem in caught.value.problems] == ["connections.ops.calendars[1].url_file"]
    (tmp_path / "leave-url").write_text(f"https://hr.acme.example/{PRIVATE}2.ics\n")
    connection = load(tmp_path / "syncd.toml", {}).connections["ops"]
    assert isinstance(connection.options, IcsOptions)
    freezes, leave, _ = connection.options.calendars
    assert freezes.file == str(tmp_path / "calendars" / "freezes.ics")
    assert leave.url_file == str(tmp_path / "leave-url")
    assert PRIVATE not in repr(connection.redacted())
    hidden = set(connection.hidden())
    assert {f"https://acme.example/{PRIVATE}.ics", f"https://hr.acme.example/{PRIVATE}2.ics"} <= hidden
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "freezes.ics").write_bytes(calendar(event("one", PLAIN)))
    connector = KIND.connect(connection.settings(lambda: NOW, {}), _Gate())
    assert len(pages(connector)[0].records) == 1


class _Gate:
    def before(self, *, cost: int = 1, write: bool = False) -> None: ...

    def after(self, status: int, headers: Any) -> None: ...
