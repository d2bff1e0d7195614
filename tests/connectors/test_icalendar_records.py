"""What is made of events of iCalendar: their times and zones, recurrences, what is kept of them, and what cannot be read."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.icalendar_records import Asked, horizon, records
from connectors.icalendar_rules import MOST
from connectors.icalendar_text import MOST_EVENTS, NoCalendar, take_apart
from syncd.model.raw import Json, Scope
from tests.connectors.ics_given import TODAY, calendar, event, only, read

CANARY = "canary-4711"
BERLIN = "DTSTART;TZID=Europe/Berlin:20260506T180000"
CUSTOM = """BEGIN:VTIMEZONE
TZID:Ours
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0600
TZOFFSETTO:+0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0500
TZOFFSETTO:+0600
END:DAYLIGHT
END:VTIMEZONE"""


def starts(found: dict[str, Json]) -> list[str]:
    return [one["start"].get("dateTime") or one["start"]["date"] for one in found["occurrences"]]


def first(*lines: str, **more: Any) -> dict[str, Json]:
    """The first time at which an event takes place."""
    found = only(event("x", *lines), **more)
    assert "problem" not in found, found
    held: dict[str, Json] = found["occurrences"][0]
    return held


def problem(*lines: str) -> str:
    """Why an event cannot be read, with another one beside it that can."""
    bad, good = read(event("bad", *lines), event("good", BERLIN))
    assert (bad["uid"], bad["occurrences"]) == ("bad", [])
    assert len(good["occurrences"]) == 1
    return str(bad["problem"])


# --- times -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "at", "zone"),
    [
        ("Europe/Berlin", "2026-05-06T18:00:00+02:00", "Europe/Berlin"),
        ("W. Europe Standard Time", "2026-05-06T18:00:00+02:00", "Europe/Berlin"),
        ('"Eastern Standard Time"', "2026-05-06T18:00:00-04:00", "America/New_York"),
        ("/freeassociation.sourceforge.net/Asia/Tokyo", "2026-05-06T18:00:00+09:00", "Asia/Tokyo"),
        ("Ours", "2026-05-06T18:00:00+06:00", None),
    ],
)
def test_a_time_is_in_the_zone_that_it_names(named: str, at: str, zone: str | None) -> None:
    found = only(CUSTOM.replace("\n", "\r\n"), event("x", f"DTSTART;TZID={named}:20260506T180000"))
    held = found["occurrences"][0]
    assert (held["start"]["dateTime"], held["start"].get("timeZone")) == (at, zone)


def test_two_calendars_may_define_one_name_otherwise() -> None:
    other = CUSTOM.replace("+0600", "+0900").replace("+0500", "+0800").replace("\n", "\r\n")
    said = event("x", "DTSTART;TZID=Ours:20260506T180000")
    assert starts(only(other, said)) == ["2026-05-06T18:00:00+09:00"]
    assert starts(only(CUSTOM.replace("\n", "\r\n"), said)) == ["2026-05-06T18:00:00+06:00"]


def test_a_time_without_a_zone_is_in_that_of_the_configuration_or_the_calendar_or_stays_without() -> None:
    floating = event("x", "DTSTART:20260506T180000")
    assert starts(only(floating)) == ["2026-05-06T18:00:00"]
    assert starts(only("X-WR-TIMEZONE:Asia/Tokyo", floating)) == ["2026-05-06T18:00:00+09:00"]
    assert starts(only("X-WR-TIMEZONE:Asia/Tokyo", floating, zone="Europe/Berlin")) == ["2026-05-06T18:00:00+02:00"]


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        ([BERLIN, "DURATION:PT90M"], "2026-05-06T19:30:00+02:00"),
        ([BERLIN, "DTEND;TZID=Asia/Tokyo:20260507T020000"], "2026-05-07T02:00:00+09:00"),
        ([BERLIN], "2026-05-06T18:00:00+02:00"),
        (["DTSTART;VALUE=DATE:20260506"], "2026-05-07"),
        (["DTSTART;VALUE=DATE:20260506", "DTEND;VALUE=DATE:20260506"], "2026-05-07"),
        (["DTSTART;VALUE=DATE:20260506", "DURATION:P1W"], "2026-05-13"),
    ],
)
def test_an_end_is_written_down_follows_from_a_duration_or_is_understood(lines: list[str], end: str) -> None:
    found = first(*lines)["end"]
    assert (found.get("dateTime") or found["date"]) == end


# --- what recurs -----------------------------------------------------------------------------------------------------------


def test_exceptions_move_and_call_off_single_times_which_stay_themselves() -> None:
    found = only(
        event(
            "x",
            BERLIN,
            "DURATION:PT2H",
            "RRULE:FREQ=WEEKLY;COUNT=5",
            "EXDATE;TZID=Europe/Berlin:20260513T180000",
            "RDATE;TZID=Europe/Berlin:20260701T120000",
            title="Window",
        ),
        event(
            "x",
            "RECURRENCE-ID;TZID=Europe/Berlin:20260520T180000",
            "DTSTART;TZID=Europe/Berlin:20260522T090000",
            "DURATION:PT1H",
            title="Moved",
        ),
        event("x", "RECURRENCE-ID:20260527T160000Z", "DTSTART:20260527T160000Z", "STATUS:CANCELLED"),
    )
    assert [(one["original"], one["start"]["dateTime"][:16]) for one in found["occurrences"]] == [
        ("2026-05-06T16:00:00Z", "2026-05-06T18:00"),
        ("2026-05-20T16:00:00Z", "2026-05-22T09:00"),
        ("2026-06-03T16:00:00Z", "2026-06-03T18:00"),
        ("2026-07-01T10:00:00Z", "2026-07-01T12:00"),
    ]
    assert [one.get("summary") for one in found["occurrences"]] == [None, "Moved", None, None]
    assert found["summary"] == "Window"


def test_a_weekly_window_keeps_its_hour_when_the_clocks_change() -> None:
    found = only(event("x", "DTSTART;TZID=Europe/Berlin:20261014T180000", "RRULE:FREQ=WEEKLY;COUNT=3", "DURATION:PT1H"))
    assert starts(found) == ["2026-10-14T18:00:00+02:00", "2026-10-21T18:00:00+02:00", "2026-10-28T18:00:00+01:00"]


@pytest.mark.parametrize(
    ("start", "rule", "expected"),
    [
        ("20260129", "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260501", ["2026-02-27", "2026-03-27", "2026-04-24"]),
        ("20201220", "FREQ=YEARLY", ["2026-12-20"]),
        ("20240229", "FREQ=YEARLY", []),
    ],
)
def test_rules_by_month_and_year(start: str, rule: str, expected: list[str]) -> None:
    found = [one for one in starts(only(event("x", f"DTSTART;VALUE=DATE:{start}", f"RRULE:{rule}"))) if one != "2026-01-29"]
    assert found == expected


def test_a_rule_without_an_end_is_followed_through_the_horizon_which_moves_with_the_months() -> None:
    daily = event("x", "DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=DAILY")
    since, until = horizon(TODAY)
    assert (since, until) == (date(2026, 2, 1), date(2027, 8, 1))
    found = starts(only(daily))
    assert (found[0], found[-1], len(found)) == ("2026-02-01", "2027-07-31", (until - since).days)
    assert only(daily, today=date(2026, 5, 31)) == only(daily)
    assert only(daily, today=date(2026, 6, 1)) != only(daily)


def test_an_event_that_does_not_recur_is_there_whenever_it_is() -> None:
    assert starts(only(event("x", "DTSTART;VALUE=DATE:20150101"))) == ["2015-01-01"]


def test_what_was_called_off_as_a_whole_is_left_out() -> None:
    assert read(event("x", BERLIN, "STATUS:CANCELLED"), event("y", BERLIN))[0]["uid"] == "y"


def test_an_exception_alone_is_an_event_of_its_own() -> None:
    found = only(event("x", "RECURRENCE-ID:20260506T160000Z", BERLIN))
    assert [one["original"] for one in found["occurrences"]] == ["2026-05-06T16:00:00Z"]


def test_a_change_of_all_later_times_gives_each_an_identity() -> None:
    found = only(
        event("x", BERLIN, "RRULE:FREQ=WEEKLY;COUNT=5", "DURATION:PT1H"),
        event(
            "x",
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260520T180000",
            "DTSTART;TZID=Europe/Berlin:20260520T200000",
            "DURATION:PT1H",
        ),
    )
    assert [one[11:13] for one in starts(found)] == ["18", "18", "20", "20", "20"]
    assert len({one["original"] for one in found["occurrences"]}) == 5


# --- what cannot be read ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([BERLIN, "DTEND;TZID=Europe/Berlin:20260506T170000"], "before it starts"),
        (["DTSTART;VALUE=DATE:20260506", "DTEND;VALUE=DATE:20260501"], "before it starts"),
        ([BERLIN, "DURATION:-PT1H"], "before it starts"),
        (["DTSTART;TZID=Atlantis/Central:20260506T180000"], "no time zone 'Atlantis/Central' is known"),
        ([], "no DTSTART"),
        (["DTSTART:20261332T090000"], "DTSTART cannot be understood"),
        ([BERLIN, BERLIN], "more than one DTSTART"),
        ([BERLIN, "DTEND;VALUE=DATE:20260507"], "begins on a day"),
        (["DTSTART:20260506T180000", "DTEND:20260506T190000Z"], "in which zone"),
        ([BERLIN, "RRULE:FREQ=FORTNIGHTLY"], "RRULE cannot be understood"),
        ([BERLIN, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"], "never comes true"),
        ([BERLIN, "RRULE:FREQ=SECONDLY"], "more than"),
        ([BERLIN, "RRULE:FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30"], "more than"),
        ([BERLIN, "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9;BYMINUTE=0,30"], f"more than {MOST} times"),
        (["DTSTART:01010101T000000", "RRULE:FREQ=DAILY"], "more than"),
        ([BERLIN, "RRULE:FREQ=DAILY;INTERVAL=0;BYMONTH=2;BYMONTHDAY=30"], "cannot be understood"),
        (["DTSTART;TZID=America/New_York:99991231T230000"], "further away"),
        ([BERLIN, "RRULE:FREQ=SECONDLY;COUNT=-1"], "cannot be understood"),
        ([BERLIN, "RRULE:FREQ=HOURLY;BYSETPOS=3;COUNT=5"], "cannot be understood"),
        ([BERLIN, "RRULE:FREQ=DAILY;COUNT=3;UNTIL=20260601T000000Z"], "ends twice"),
        ([BERLIN, "SEQUENCE:1", "SEQUENCE:2"], "more than one SEQUENCE"),
    ],
)
def test_an_event_that_cannot_be_read_says_why_and_stops_no_other(lines: list[str], says: str) -> None:
    assert says in problem(*lines)


def test_an_event_without_its_end_is_told_and_the_next_one_is_read() -> None:
    bad, good = read(event("bad", BERLIN).removesuffix("END:VEVENT").rstrip(), event("good", BERLIN))
    assert bad["problem"] == "the event has no END:VEVENT"
    assert (good["uid"], len(good["occurrences"])) == ("good", 1)


def test_two_events_that_share_a_uid_are_told_and_none_is_lost_in_silence() -> None:
    found = only(event("x", BERLIN), event("x", "DTSTART:20260601T180000Z"))
    assert "two different events" in found["problem"]
    again = only(event("x", BERLIN, "SEQUENCE:1"), event("x", "DTSTART:20260601T180000Z", "SEQUENCE:2"))
    assert starts(again) == ["2026-06-01T18:00:00+00:00"]


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=YEARLY;INTERVAL=0"])
def test_a_definition_of_a_zone_that_is_a_bomb_is_no_zone(rule: str) -> None:
    bomb = CUSTOM.replace("FREQ=YEARLY", rule).replace("\n", "\r\n")
    assert "no time zone" in only(bomb, event("x", "DTSTART;TZID=Ours:20260506T180000"))["problem"]


def test_an_event_without_a_uid_is_known_by_what_it_says() -> None:
    nameless = event("x", BERLIN).replace("UID:x\r\n", "")
    assert read(nameless, event("y", BERLIN))[0]["uid"] == read(nameless)[0]["uid"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b"  \r\n ", "is empty"),
        (b"<!DOCTYPE html><html>log in</html>", "is a web page"),
        (b"null", "does not begin"),
        (calendar(event("x", BERLIN))[:-18], "breaks off"),
        (calendar(event("x", BERLIN))[:90], "breaks off"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * (MOST_EVENTS + 1), "more than"),
    ],
)
def test_what_is_no_calendar_is_never_an_empty_one(body: bytes, says: str) -> None:
    with pytest.raises(NoCalendar) as caught:
        take_apart(body)
    assert says in caught.value.text


def test_a_calendar_may_be_empty_and_a_stream_may_hold_two() -> None:
    assert read() == []
    both = take_apart(calendar(event("x", BERLIN)) + calendar(event("y", BERLIN)))
    assert len(both.events) == 2


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from([*event("x", BERLIN, "RRULE:FREQ=DAILY;COUNT=2").split("\r\n"), "\x00", ":", ";=", "DTEND:", "é\ud7ff"])
    )
)
def test_whatever_comes_is_records_or_no_calendar(lines: list[str]) -> None:
    body = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]).encode()
    try:
        found = list(records(take_apart(body), Asked(Scope("c", "c", {"holds": "windows"}), TODAY)))
    except NoCalendar:
        return
    assert json.dumps(found)


# --- what is kept ----------------------------------------------------------------------------------------------------------

PERSONAL = (
    BERLIN,
    f"DESCRIPTION:{CANARY}",
    f"LOCATION:{CANARY}",
    f"CATEGORIES:{CANARY},Training",
    f"ATTENDEE;CN={CANARY}:mailto:{CANARY}@acme.example",
    f"X-ALT-DESC:{CANARY}",
    f"ATTACH:https://acme.example/{CANARY}",
    f"COMMENT:{CANARY}",
    "ORGANIZER;CN=Ann:mailto:ann@acme.example",
    "BEGIN:VALARM",
    f"DESCRIPTION:{CANARY}",
    "END:VALARM",
)


def test_of_absences_nothing_personal_is_kept_and_they_are_told_apart_all_the_same() -> None:
    found = only(event("x", *PERSONAL, title=f"{CANARY}: workshop"), holds="absences")
    assert CANARY not in json.dumps(found)
    assert found["organizer"] == {"email": "ann@acme.example", "displayName": "Ann"}
    assert found["occurrences"][0]["hint"] == "training"


@pytest.mark.parametrize("holds", ["windows", "freezes", "holidays"])
def test_of_a_window_its_title_is_kept_and_nothing_of_people(holds: str) -> None:
    personal = [line for line in PERSONAL if not line.startswith(("LOCATION", "CATEGORIES"))]
    found = only(event("x", *personal, title="Freeze"), holds=holds)
    assert found["summary"] == "Freeze"
    assert CANARY not in json.dumps(found)
    assert "ann@" not in json.dumps(found)


def test_with_titles_they_are_kept_but_no_alarm_attachment_or_comment() -> None:
    found = only(event("x", *PERSONAL, title="workshop"), holds="absences", titles=True)
    assert (found["summary"], found["location"], found["categories"]) == ("workshop", CANARY, [CANARY, "Training"])
    assert found["attendees"] == [{"email": f"{CANARY}@acme.example", "displayName": CANARY}]
    assert json.dumps(found).count(CANARY) == 5


@pytest.mark.parametrize("kind", ["PRIVATE", "CONFIDENTIAL", "X-SECRET"])
@pytest.mark.parametrize("holds", ["windows", "absences"])
def test_what_is_private_keeps_its_title_to_itself_whatever_is_configured(kind: str, holds: str) -> None:
    found = only(event("x", *PERSONAL, f"CLASS:{kind}", title=f"{CANARY} freeze"), holds=holds, titles=True)
    assert CANARY not in json.dumps(found)
    assert found["visibility"] in ("private", "confidential")
    assert found["occurrences"][0].get("hint") == ("freeze" if holds == "windows" else "training")


def test_a_private_exception_of_a_public_event_keeps_its_title_to_itself() -> None:
    found = only(
        event("x", BERLIN, "RRULE:FREQ=WEEKLY;COUNT=2", title="Window"),
        event("x", "RECURRENCE-ID:20260506T160000Z", BERLIN, "CLASS:PRIVATE", title=CANARY),
    )
    assert CANARY not in json.dumps(found)
    assert found["visibility"] == "private"


def test_out_of_office_is_personal_in_every_calendar() -> None:
    found = only(event("x", *PERSONAL, "X-MICROSOFT-CDO-BUSYSTATUS:OOF", title=CANARY), holds="windows")
    assert CANARY not in json.dumps(found)
    assert found["occurrences"][0]["eventType"] == "outOfOffice"


def test_only_what_the_mapping_reads_is_kept() -> None:
    found = only(event("x", *PERSONAL, title="Window"), wanted=frozenset({"summary", "occurrences"}))
    assert found["summary"] == "Window"
    assert CANARY not in json.dumps(found)


@pytest.mark.parametrize(
    ("line", "type", "transparency"),
    [
        ("TRANSP:TRANSPARENT", "default", "transparent"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "default", "transparent"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", "outOfOffice", "opaque"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "workingLocation", "opaque"),
        ("TRANSP:OPAQUE", "default", "opaque"),
    ],
)
def test_what_programs_say_of_an_event_is_kept_in_googles_words(line: str, type: str, transparency: str) -> None:
    held = first(BERLIN, line)
    assert (held["eventType"], held["transparency"]) == (type, transparency)


def test_a_stamp_of_the_moment_of_sending_changes_nothing() -> None:
    """Some servers write DTSTAMP anew with every answer."""
    stamped = event("x", BERLIN, title="Window")
    assert only(stamped) == only(
        stamped.replace("20260505T070000Z", f"{datetime(2026, 5, 5, tzinfo=UTC) + timedelta(1):%Y%m%dT%H%M%SZ}")
    )
