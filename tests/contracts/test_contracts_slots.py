"""When several people can meet."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.contracts.slots import NoSlot, Slot, first_slot, in_the_way
from syncd.model.ref import Ref
from syncd.model.rows import Absence, Person, Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Hours, Member
from tests.schedule.team_builders import away, company, team

ADA, BO, CY = Person("Ada"), Person("Bo"), Person("Cy")
NINE_IN_BERLIN = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
ZONES = {"Ada": "Europe/Berlin", "Bo": "America/New_York", "Cy": "Asia/Kolkata"}


def people(*rows: Row, zones: dict[str, str] | None = None, **options: Any) -> Snapshot:
    """Ada, Bo and Cy at work from nine to five, each in a zone."""
    members = tuple(Member(person=name, hours=Hours(zone=(zones or {}).get(name, ""))) for name in ("Ada", "Bo", "Cy"))
    return company(*rows, teams=(team("all", *members),), **options)


def found(*rows: Row, who: tuple[Person, ...] = (ADA, BO), minutes: int = 60, **given: Any) -> str:
    slot = first_slot(people(*rows, **given), who, minutes)
    return (
        f"{slot.start:%d %H:%M}" if isinstance(slot, Slot) else f"none until {slot.until:%d %b} {[one.name for one in slot.full]}"
    )


def test_those_who_are_free_meet_now() -> None:
    assert found() == "05 07:00"
    assert found(now=datetime(2026, 5, 5, 7, 1, tzinfo=UTC)) == "05 07:15"
    assert found(now=datetime(2026, 5, 5, 14, 15, tzinfo=UTC)) == "06 07:00"
    assert found(now=datetime(2026, 5, 8, 16, 0, tzinfo=UTC)) == "11 07:00"


def test_leave_busy_times_and_holidays_are_kept_free() -> None:
    busy = away("Ada", "2026-05-05T09:00", "2026-05-05T09:40", absence_kind="busy")
    leave = away("Bo", "2026-05-05", "2026-05-07")
    assert found(busy) == "05 07:45"
    assert found(busy, leave) == "07 07:00"
    assert found(busy, leave, who=(ADA, CY)) == "05 07:45"


def test_each_is_at_work_in_their_own_zone() -> None:
    """New York begins at 13:00 UTC, Berlin ends at 15:00, Kolkata at 11:30."""
    assert found(zones=ZONES) == "05 13:00"
    assert found(zones=ZONES, minutes=120) == "05 13:00"
    assert found(zones=ZONES, minutes=121) == "none until 19 May []"
    assert found(zones=ZONES, who=(BO, CY)) == "none until 19 May []"


def test_who_has_no_time_at_all_is_named() -> None:
    assert found(away("Bo", "2026-05-01", "2026-07-01")) == "none until 19 May ['Bo']"
    assert found(minutes=481) == "none until 19 May ['Ada', 'Bo']"


def test_who_is_in_the_way_of_an_earlier_time_is_told_with_what_it_is() -> None:
    busy = away("Ada", "2026-05-05T09:00", "2026-05-05T09:40", absence_kind="busy")
    leave, over, later = (
        away("Bo", *days) for days in (("2026-05-05", "2026-05-07"), ("2026-05-01", "2026-05-04"), ("2026-05-08",) * 2)
    )
    snapshot = people(busy, leave, over, later)
    slot = first_slot(snapshot, (ADA, BO, CY), 60)
    assert isinstance(slot, Slot)
    assert in_the_way(snapshot, (CY, BO, ADA), slot) == {BO: (leave,), ADA: (busy,)}


@pytest.mark.parametrize("who", [(), (ADA,)])
def test_without_people_or_minutes_there_is_none(who: tuple[Person, ...]) -> None:
    assert isinstance(first_slot(people(), who, 60 if not who else 0), NoSlot)


def test_the_night_in_which_the_clock_changes_moves_nobody() -> None:
    """Friday at five in Berlin; summer time ends on Sunday, so that nine is 08:00 UTC on Monday."""
    friday = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)
    assert found(now=friday) == "26 08:00"


TIMES = st.tuples(
    st.sampled_from(("Ada", "Bo", "Cy")), st.integers(0, 14 * 24 * 4), st.integers(1, 60), st.sampled_from(("busy", "leave"))
)


def _absences(times: list[tuple[str, int, int, str]]) -> list[Absence]:
    begin = NINE_IN_BERLIN - timedelta(hours=7)
    quarter = timedelta(minutes=15)
    return [
        Absence(
            ref=Ref("cal", "events", str(number)),
            person=Person(name),
            absence_kind=kind,
            start=begin + at * quarter,
            end=begin + (at + length) * quarter,
        )
        for number, (name, at, length, kind) in enumerate(times)
    ]


def _fits(name: str, start: datetime, minutes: int, absences: list[Absence], zone: str) -> bool:
    """Minute by minute, as a person would look at it."""
    for offset in range(0, minutes, 15):
        wall = (start + timedelta(minutes=offset)).astimezone(ZoneInfo(zone))
        if wall.weekday() > 4 or not 9 <= wall.hour < 17:
            return False
    end = start + timedelta(minutes=minutes)
    return not any(
        absence.person == Person(name)
        and isinstance(absence.start, datetime)
        and isinstance(absence.end, datetime)
        and absence.start < end
        and start < absence.end
        for absence in absences
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(TIMES, max_size=25), st.sampled_from((15, 30, 60, 90)), st.booleans())
def test_it_is_the_first_time_that_suits_everybody(times: list[tuple[str, int, int, str]], minutes: int, far: bool) -> None:
    absences = _absences(times)
    zones = {"Ada": "Europe/Berlin", "Bo": "America/New_York" if far else "Europe/Berlin"}
    slot = first_slot(people(*absences, zones=zones), (ADA, BO), minutes)
    assert slot == first_slot(people(*reversed(absences), zones=zones), (BO, ADA), minutes)
    at, end = NINE_IN_BERLIN, datetime(2026, 5, 19, 22, 0, tzinfo=UTC)
    while at + timedelta(minutes=minutes) <= end and not all(
        _fits(name, at, minutes, absences, zones[name]) for name in ("Ada", "Bo")
    ):
        at += timedelta(minutes=15)
    if at + timedelta(minutes=minutes) <= end:
        assert slot == Slot(at, at + timedelta(minutes=minutes))
    else:
        assert isinstance(slot, NoSlot)


@settings(max_examples=40, deadline=None)
@given(st.lists(TIMES, max_size=12), TIMES)
def test_one_more_thing_to_do_never_brings_it_forward(
    times: list[tuple[str, int, int, str]], more: tuple[str, int, int, str]
) -> None:
    before = first_slot(people(*_absences(times)), (ADA, BO), 60)
    after = first_slot(people(*_absences([*times, more])), (ADA, BO), 60)
    if isinstance(after, Slot):
        assert isinstance(before, Slot)
        assert before.start <= after.start
