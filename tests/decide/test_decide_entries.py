"""Entries of calendars: a workshop stands once, at the time that was entered, and goes when nothing asks for it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from syncd.decide import FindingState, Place, Said, decide
from syncd.decide.state import Policy
from syncd.model.action import Action, Mark, Mode, calendar_of
from syncd.model.contract import Compared
from syncd.model.finding import Finding
from tests.decide.decide_world import EVERYWHERE, NOW, forge, late, milestone, opened, places, snapshot

TEAM = "team@acme.example"
SUBJECT = forge(7)
Marked = dict[Mark, Said]


def asking(start: str | None = "2026-05-11T07:00:00+00:00", *, calendar: bool = True, **fields: Any) -> Finding:
    where = {"connection": "cal", "id": TEAM} if calendar else None
    end = start.replace("T07", "T08") if start else None
    return late(SUBJECT, facts={"contract": "pay", "workshop": {"start": start, "end": end, "calendar": where}}, **fields)


def entries(
    states: Mapping[str, FindingState], marked: Marked | None = None, mode: Mode = "on", days: int = 0, **fields: Any
) -> list[Action]:
    """What is written to the calendar, so many days from now."""
    cal = Place(connection="cal", takes={"calendars": frozenset({"event"})}, write=mode, off=fields.pop("off", False))
    found = decide(
        states,
        said={},
        places={**places(), "cal": cal},
        snapshot=replace(snapshot(milestone(SUBJECT), as_of=NOW + timedelta(days=days)), compared=fields.pop("compared", ())),
        policy=Policy(**{"zone": "Europe/Berlin", "titles": {"drift": "Late"}, **fields}),
        as_of=NOW + timedelta(days=days),
        enabled=EVERYWHERE,
        marked=marked or {},
    ).plan
    return [action for action in (*found.actions, *found.observed) if action.verb == "event"]


def stands(action: Action) -> Marked:
    entry = Said(
        target=action.target,
        project=action.project,
        key=action.key,
        digest=action.digest,
        remote_id="e1",
        fingerprints=action.fingerprints,
        body=json.dumps(action.extra),
        verb="event",
    )
    return {action.mark: entry}


def test_a_workshop_is_entered_once_and_keeps_its_time() -> None:
    (action,) = entries(opened(asking()))
    assert (calendar_of(action), action.mode, action.remote_id) == (TEAM, "on", None)
    assert (action.extra["title"], action.extra["start"], action.extra["attendees"]) == (
        "Workshop: contract pay", "2026-05-11T07:00:00+00:00", [],
    )  # fmt: skip
    assert "Checkout v2" not in action.extra["text"], "a title of another connection"
    for later in (asking(), asking("2026-05-12T07:00:00+00:00"), asking(None)):
        assert entries(opened(later), stands(action)) == []
    (changed,) = entries(opened(asking("2026-05-12T07:00:00+00:00", days=9)), stands(action))
    assert (changed.key, changed.remote_id, changed.extra["start"]) == (action.key, "e1", action.extra["start"])


def test_it_stands_after_the_merge_until_the_break_is_taken_back() -> None:
    (action,) = entries(opened(asking()))
    over = {key: replace(state, state="cleared") for key, state in opened(asking()).items()}
    landed = Compared(contract="pay", revision="landed", name="7", of=SUBJECT, verdict=None)
    assert entries(over, stands(action), compared=(landed,)) == []
    (gone,) = entries(over, stands(action))
    assert gone.extra == {"cancelled": True}


def test_where_no_time_suits_or_no_calendar_is_named_nothing_is_entered() -> None:
    assert entries(opened(asking(None))) == []
    assert entries(opened(asking(calendar=False))) == []
    assert entries(opened(asking()), mode="off") == []
    assert entries(opened(asking()), off=True) == []
    assert [action.mode for action in entries(opened(asking()), mode="plan")] == ["plan"]


def test_it_is_taken_back_before_it_began_and_left_alone_after() -> None:
    (action,) = entries(opened(asking()))
    (taken,) = entries({}, stands(action))
    assert (taken.target, taken.key, dict(taken.extra)) == (action.target, action.key, {"cancelled": True})
    assert entries({}, stands(taken)) == []
    assert entries({}, stands(action), days=7) == []
    assert entries(opened(asking("2026-05-20T07:00:00+00:00", days=9)), stands(action), days=7) == []
    assert entries({}, stands(action), off=True) == []
    (again,) = entries(opened(asking("2026-05-12T07:00:00+00:00")), stands(taken))
    assert again.extra["start"] == "2026-05-12T07:00:00+00:00"


def test_what_is_held_or_may_not_speak_changes_nothing() -> None:
    (action,) = entries(opened(asking()))
    assert entries(opened(asking(days=9), held=True), stands(action)) == []
    assert entries(opened(asking(days=9)), stands(action), write_for_code={"drift": "off"}) == []
    assert entries(opened(replace(asking(), facts={})), stands(action))[0].extra == {"cancelled": True}
