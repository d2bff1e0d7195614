"""What happens in the simulated company while one looks: a day later somebody moves one date, and somebody answers our comment."""

from dataclasses import dataclass
from datetime import date, timedelta

from syncd.demo.company import Company

_MOVED_TO = 13
_READING = timedelta(seconds=5)
"""Nobody answers before they have read."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a person: whose, of which ticket's due date, from when to when; `days` after the story began."""

    who: str
    ticket: str
    old: date
    new: date
    days: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered below our comment on a ticket."""

    who: str
    ticket: str
    text: str


def a_day_later(company: Company) -> Edit:
    """Let it be today, and the piece of work that makes the milestone late slip some more."""
    company.moment.run()
    who, new = "Samira Haddad", company.days.day(_MOVED_TO)
    old = date.fromisoformat(company.twins.jira.held(company.moved)["fields"]["duedate"])
    company.twins.jira.edit(company.moved, by=who, duedate=new.isoformat())
    return Edit(who, company.moved, old, new, (company.moment.now().date() - company.days.first).days)


def an_answer(company: Company) -> Answer:
    """Let whoever owns the late milestone say below our comment what they know better."""
    fields = company.twins.jira.held(company.late)["fields"]
    who, until = fields["assignee"]["displayName"], fields["duedate"]
    text = f"/syncd at risk until {until} because the provider sends two people on Monday"
    company.twins.jira.comment(company.late, text, by=who, at=company.moment.now() + _READING)
    return Answer(who, company.late, text)
