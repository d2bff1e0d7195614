"""The simulated company: two programmes, four teams, and what they hold at four vendors. The same every day, counted from today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from syncd.demo import company_calendar, company_contract, company_github, company_gitlab, company_jira
from syncd.demo.company_contract import CHECK, Promise
from syncd.demo.company_days import REGION, ZONE, Days, Moment
from syncd.demo.company_plan import OWNS, TEAMS, handle, mail
from syncd.demo.company_twins import Twins, configuration, twins

PROGRAMMES = 2


@dataclass(frozen=True, slots=True)
class Company:
    """Its vendors, its clock, and what its story needs: `late` is the ticket to look at, `moved` what makes it late, `promise` a contract
    that somebody is about to break."""

    twins: Twins
    moment: Moment
    days: Days
    late: str
    moved: str
    promise: Promise

    def __str__(self) -> str:
        work = len(self.twins.jira.issues) + len(self.twins.gitlab.issues) + len(self.twins.gitlab.merge_requests)
        work += sum(len(home.issues) for home in self.twins.github.homes.values())
        return f"a company of {PROGRAMMES} programmes, {len(TEAMS)} teams and some {round(work, -1)} tickets"

    def configuration(self) -> str:
        """How syncd is told of it, as TOML. Only while the twins run."""
        vendors = configuration(self.twins, self.calendars, ZONE, policy=CHECK)
        work = f'[work]\nregion = "{REGION}"\n'
        people = (_person(name) for team in TEAMS.values() for name in team)
        return "\n".join((vendors, work, *people, *(_team(name) for name in TEAMS), self.promise.configuration()))

    @property
    def calendars(self) -> Mapping[str, str]:
        """What the configuration says of each calendar that is read."""
        region = f'\nregion = "{REGION}"'
        return {id: f'holds = "{holds}"{region if holds == "holidays" else ""}' for id, holds in company_calendar.HOLDS.items()}


def _person(name: str) -> str:
    """Who somebody is at the vendors that show no e-mail addresses."""
    vendor = "gitlab" if name in TEAMS["Platform"] else "github"
    return f'[people."{name}"]\n{vendor} = "{handle(name)}"\nemail = "{mail(name)}"\n'


def _team(name: str) -> str:
    """One team as the configuration names it."""
    members = "\n".join(f'    {{ person = "{person}" }},' for person in TEAMS[name])
    return f"[teams.{name.lower()}]\nowns = {list(OWNS[name])}\nmembers = [\n{members}\n]\n".replace("'", '"')


def company(real: Callable[[], datetime]) -> Company:
    """Build it. Its clock stands at nine on the working day before the real today, and runs."""
    days, moment = Days(real()), Moment(real)
    moment.tell(days.at(-60))
    vendors = twins(moment.now)
    told = company_jira.fill(vendors.jira, days)
    company_github.fill(vendors.github, days)
    company_gitlab.fill(vendors.gitlab, days)
    company_calendar.fill(vendors.google, days)
    promise = company_contract.fill(vendors.gitlab, days, moment, told.app)
    moment.run_from(days.at(0))
    return Company(vendors, moment, days, told.late, told.moved, promise)
