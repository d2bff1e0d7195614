"""What happens in the simulated company while one looks: a day later somebody moves one date."""

from dataclasses import dataclass
from datetime import date

from syncd.demo.company import Company

_MOVED_TO = 13


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a person: whose, of which ticket's due date, from when to when; `days` after the story began."""

    who: str
    ticket: str
    old: date
    new: date
    days: int


def a_day_later(company: Company) -> Edit:
    """Let it be today, and the piece of work that makes the milestone late slip some more."""
    company.moment.run()
    who, new = "Samira Haddad", company.days.day(_MOVED_TO)
    old = date.fromisoformat(company.twins.jira.held(company.moved)["fields"]["duedate"])
    company.twins.jira.edit(company.moved, by=who, duedate=new.isoformat())
    return Edit(who, company.moved, old, new, (company.moment.now().date() - company.days.first).days)
