"""Entries of a calendar through the outbox: each stands once, is changed in place, and none takes another one's turn."""

from collections.abc import Iterator
from typing import Any

import pytest

from syncd.app import App, opened
from syncd.model.action import Action, entry_of
from syncd.model.ref import Ref
from syncd.run.deliver import Delivered, deliver
from tests.run.run_given import RELEASES, Company

CALENDAR = Ref("cal", "calendars", RELEASES, key=RELEASES)


def entry(key: str, title: str, **extra: Any) -> Action:
    """A review of an hour."""
    what: dict[str, Any] = {
        "title": title,
        "text": "",
        "start": "2026-05-12T09:00:00Z",
        "end": "2026-05-12T10:00:00Z",
        "zone": None,
        "attendees": [],
    }
    return Action(
        verb="event", target=entry_of(CALENDAR, key), project="", key=key, body="", digest=f"{title} {extra}", extra=what | extra
    )


@pytest.fixture
def app(firm: Company) -> Iterator[App]:
    firm.syncd("check")
    with opened(firm.config, {}, clock=firm.hand.clock) as made:
        yield made


def sent(app: App, *wanted: Action, wait: bool = False) -> Delivered:
    app.store.outbox.desire(wanted, app.works.clock.now())
    link = next(link for link in app.links if link.name == "cal")
    return deliver(link, app.store, app.works.clock, 1.0, wait=wait)


def standing(firm: Company) -> list[tuple[str, str]]:
    """What syncd put into the calendar: title and start, in Berlin."""
    ours = [one for one in firm.google.instances(RELEASES) if "extendedProperties" in one]
    return sorted((one["summary"], one["start"]["dateTime"][:16]) for one in ours)


def test_two_entries_of_one_calendar_stand_side_by_side_and_each_is_changed_in_place(app: App, firm: Company) -> None:
    first = sent(app, entry("syncd/review/1", "Review: checkout"), entry("syncd/review/2", "Review: web"))
    assert (first.delivered, first.waiting, first.problems) == (2, 0, [])
    assert standing(firm) == [("Review: checkout", "2026-05-12T11:00"), ("Review: web", "2026-05-12T11:00")]

    moved = entry("syncd/review/1", "Review: checkout", start="2026-05-13T09:00:00Z", end="2026-05-13T10:00:00Z")
    second = sent(app, moved, entry("syncd/review/2", "Review: web"))
    assert [receipt.created for receipt in second.receipts] == [False], "what stands already is not sent again"
    assert standing(firm) == [("Review: checkout", "2026-05-13T11:00"), ("Review: web", "2026-05-12T11:00")]

    assert sent(app, entry("syncd/review/1", "", cancelled=True)).delivered == 1
    assert standing(firm) == [("Review: web", "2026-05-12T11:00")]
    assert {verb for _, verb, _ in app.store.ledger.marks()} == {"event"}
    assert len(app.store.ledger.marks()) == 2


def test_an_entry_whose_answer_was_lost_is_never_doubled(app: App, firm: Company) -> None:
    firm.google.server.fail(r"^POST ", status=502, times=1, after_commit=True)
    done = sent(app, entry("syncd/review/1", "Review: checkout"), wait=True)
    assert (done.delivered, done.waiting) == (1, 0)
    assert standing(firm) == [("Review: checkout", "2026-05-12T11:00")]
