"""Servers that are not Radicale: how they name, refuse, forget, cut short and leave out, and what is true all the same."""

from collections.abc import Iterator

import pytest

from syncd.contract import AuthFailed, Unavailable
from syncd.demo.twin import Response
from syncd.model.raw import Scope
from tests.connectors.caldav_other import LEAVE_PATH, Mirror, Other, connected, refusal

DAY, OTHER_DAY = "DTSTART;VALUE=DATE:20260511", "DTSTART;VALUE=DATE:20260601"


@pytest.fixture
def there() -> Iterator[Other]:
    made = Other()
    for name in ("a%201.ics", "b%40acme.ics", "c.ics"):
        made.put(name, DAY)
    yield made
    made.server.stop()


def changes_are_seen(there: Other) -> None:
    """What is entered, moved and taken out shows with the next read, and nothing else goes."""
    mirror = Mirror(there)
    assert mirror.read() == ["a 1.ics", "b@acme.ics", "c.ics"]
    assert mirror.read() == ["a 1.ics", "b@acme.ics", "c.ics"]
    there.put("b%40acme.ics", OTHER_DAY)
    there.drop("c.ics")
    there.put("d%2Bd.ics", DAY)
    assert mirror.read() == ["a 1.ics", "b@acme.ics", "d+d.ics"]
    assert mirror.day("b@acme.ics") == "2026-06-01"
    there.drop("a%201.ics")
    assert mirror.read() == ["b@acme.ics", "d+d.ics"]


def test_paths_are_asked_for_as_the_server_writes_them(there: Other) -> None:
    changes_are_seen(there)
    assert there.asked(b"calendar-query") == 0


def test_addresses_may_be_whole(there: Other) -> None:
    there.full = True
    changes_are_seen(there)


def test_a_deletion_may_be_said_of_the_properties(there: Other) -> None:
    there.by_propstat = True
    changes_are_seen(there)


@pytest.mark.parametrize(
    "answer",
    [
        refusal(403, "supported-report"),
        refusal(403),
        refusal(400),
        refusal(405),
        refusal(415),
        refusal(501),
        refusal(507, "number-of-matches-within-limits"),
    ],
    ids=lambda answer: str(answer.status),
)
@pytest.mark.parametrize("ctag", [True, False])
def test_a_server_without_the_report_is_compared(there: Other, answer: Response, ctag: bool) -> None:
    there.sync, there.ctag = answer, ctag
    changes_are_seen(there)
    assert there.asked(b"calendar-query") >= 3


def test_an_event_whose_state_is_not_told_is_read_again(there: Other) -> None:
    there.sync, there.ctag, there.etags = refusal(501), False, False
    changes_are_seen(there)


@pytest.mark.parametrize(
    "answer",
    [refusal(403, "valid-sync-token"), refusal(403), refusal(409, "valid-sync-token"), refusal(410), refusal(507), refusal(412)],
    ids=lambda answer: str(answer.status),
)
def test_a_token_that_was_forgotten_leads_to_a_full_read(there: Other, answer: Response) -> None:
    there.forgets = answer
    changes_are_seen(there)


def test_changes_that_come_in_parts_are_all_seen(there: Other) -> None:
    there.parts = 2
    changes_are_seen(there)


def test_contents_that_come_in_parts_are_asked_for_again(there: Other) -> None:
    there.most = 2
    changes_are_seen(there)
    there.most = 0
    with pytest.raises(Unavailable):
        Mirror(there).read()


@pytest.mark.parametrize("sync", [None, refusal(501)], ids=["sync", "compared"])
@pytest.mark.parametrize("status", [403, 404])
def test_what_is_said_of_the_calendar_itself_makes_it_not_empty(there: Other, sync: Response | None, status: int) -> None:
    there.sync, there.itself = sync, status
    there.texts.clear()
    with pytest.raises(Unavailable) as caught:
        Mirror(there).read()
    assert (caught.value.scope, str(status) in caught.value.text) == (LEAVE_PATH, True)


@pytest.mark.parametrize("status", [403, 400, 404, 405])
def test_an_address_that_is_refused_leads_on_to_the_well_known_one(there: Other, status: int) -> None:
    there.root = refusal(status)
    assert [one.name for one in connected(there).scopes("events") if isinstance(one, Scope)] == ["Leave"]


def test_an_address_that_is_refused_everywhere_is_a_refusal(there: Other) -> None:
    there.root = refusal(403)
    there.server.fail("well-known", status=404)
    with pytest.raises(AuthFailed):
        list(connected(there).scopes("events"))


def test_a_server_that_takes_no_basic_sign_in_is_told(there: Other) -> None:
    there.root = Response("", 401, {"WWW-Authenticate": 'Digest realm="BaikalDAV", nonce="x"'})
    with pytest.raises(AuthFailed) as caught:
        list(connected(there).scopes("events"))
    assert "it wants Digest" in caught.value.text
