"""The calendars of the simulated company: deployment windows, a freeze, leave, public holidays, and the road map."""

from datetime import date, timedelta

from syncd.demo.company_days import Days
from syncd.demo.company_plan import mail
from syncd.demo.google_twin import GoogleTwin

WINDOWS, FREEZES, LEAVE, HOLIDAYS, ROADMAP, WORKSHOPS = (
    f"{name}@acme.example" for name in ("releases", "freezes", "leave", "holidays", "roadmap", "workshops")
)
HOLDS = {WINDOWS: "windows", FREEZES: "freezes", LEAVE: "absences", HOLIDAYS: "holidays", ROADMAP: "milestones"}
"""What each calendar is for that is read. Into the one of workshops is only written."""

_LEAVE = (
    ("Jonas Weber", "Leave", 21, 30),
    ("Aiko Tanaka", "Conference", 8, 9),
    ("Grace Okafor", "Leave", 33, 42),
    ("Emil Berg", "Parental leave", -20, 25),
    ("Chloe Martin", "Training: accessibility", 13, 14),
    ("Mateo Cruz", "Leave", 16, 20),
    ("Hana Kim", "Leave", -12, -8),
    ("Noah Adeyemi", "Leave", -3, 1),
    ("Mira Lindqvist", "Training: interviews", 1, 3),
)
_FIXED = ((1, 1, "New Year"), (5, 1, "Labour Day"), (10, 3, "Unity Day"), (12, 25, "Christmas Day"), (12, 26, "Boxing Day"))


def fill(google: GoogleTwin, days: Days) -> None:
    """Tell six calendars, the one of workshops empty."""
    for calendar in (*HOLDS, WORKSHOPS):
        google.calendar(calendar)
    for weekday, hour, service in (("TU", 10, "storefront"), ("TH", 14, "payments")):
        start = days.at(-10, hour)
        rule = f"RRULE:FREQ=WEEKLY;BYDAY={weekday};COUNT=12"
        google.event(
            WINDOWS, f"Deployment window: {service}", start, start + timedelta(hours=2), recurrence=[rule], location=service
        )
    google.event(FREEZES, "Freeze: the quarter closes", days.day(22), _after(days.day(26)), location="payments")
    for name, why, first, last in _LEAVE:
        google.event(LEAVE, why, days.day(first), _after(days.day(last)), by=mail(name))
    for year in (days.first.year, days.first.year + 1):
        for month, day, name in _FIXED:
            google.event(HOLIDAYS, name, date(year, month, day), _after(date(year, month, day)))
    _whole_day(google, days, "App 7.0 in the stores", 40, "Commitment: app-7")
    _whole_day(google, days, "The board looks at both programmes", 18)


def _whole_day(google: GoogleTwin, days: Days, title: str, due: int, description: str = "") -> None:
    google.event(ROADMAP, title, days.day(due), _after(days.day(due)), description=description)


def _after(day: date) -> date:
    """Calendars end whole days on the day after."""
    return day + timedelta(days=1)
