"""Pure. Planned deployments as the detectors of windows see them: what, when, of whom; how pressing it is; and what is exempt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from syncd.contract import Rules
from syncd.detect.wording import named
from syncd.model.finding import Day, Line, Named, Part, Quote, Severity
from syncd.model.ref import Ref
from syncd.model.rows import Deployment, Milestone, Window
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after
from syncd.schedule.driving import time_of
from syncd.schedule.past import day_of
from syncd.schedule.slots import component, related, scope_name
from syncd.schedule.wall import wall

_LAST_YEAR = 2100
"""A deployment that is planned for later is a slip of the pen, and is listed with the hygiene."""


class Exemption(BaseModel):
    """Who lets what be deployed against the rule, and until when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str = Field(
        min_length=1, description='A service or environment with all under it, or a milestone\'s key; "*" is everything.'
    )
    approved_by: str = Field(min_length=1, description="Who approved it.")
    until: date = Field(description="Its last day.")
    reason: str = Field(default="", description="Why.")


class WindowRules(Rules):
    """How early it is told, and what is exempt."""

    warn_days: int = Field(5, ge=0, description="Working days ahead from which it is a warning; farther off it is only listed.")
    critical_days: int = Field(1, ge=0, description="Working days ahead from which it is critical.")
    exempt: tuple[Exemption, ...] = Field((), description="What is exempt, with who approved it and until when.")


@dataclass(frozen=True, slots=True)
class Booking:
    """A deployment that is to come, or runs. `names`: what windows may call its component. `milestones`: those that it delivers."""

    deployment: Deployment
    at: datetime
    names: tuple[str, ...]
    milestones: tuple[Milestone, ...]

    @property
    def milestone(self) -> Milestone | None:
        """The first one that it delivers."""
        return self.milestones[0] if self.milestones else None

    @property
    def subject(self) -> Ref:
        """What the finding is about: its milestone, where it has one that is known, else the deployment itself."""
        return self.milestones[0].ref if self.milestones else self.deployment.ref

    @property
    def discriminator(self) -> str:
        """Tells the deployments of one milestone apart."""
        return str(self.deployment.ref) if self.milestones else ""

    @property
    def called(self) -> Named:
        """The deployment by name."""
        row = self.deployment
        return Named(row.ref, row.title or "", row.audience, row.scope_id)

    @property
    def service(self) -> Part:
        """What is deployed, as the vendor calls it."""
        row = self.deployment
        text = row.service or row.environment
        return Quote(text, row.ref, row.audience, row.scope_id) if text else "it"


@dataclass(frozen=True, slots=True)
class Exempt:
    """What lets it pass, and until when. `label`: of a milestone; else it is one of the rules."""

    until: date
    label: bool
    by: str = ""


def bookings_of(snapshot: Snapshot) -> tuple[Booking, ...]:
    """The deployments that are planned for now or later, or run, by time; ask for it by `snapshot.once(bookings_of)`."""
    found = (_booking(snapshot, row) for row in snapshot.deployments if row.status in ("planned", "running"))
    return tuple(sorted((one for one in found if one), key=lambda one: (one.at, one.deployment.ref)))


def _booking(snapshot: Snapshot, row: Deployment) -> Booking | None:
    if row.at is None or row.at.year > _LAST_YEAR or (row.status == "planned" and row.at <= snapshot.as_of):
        return None
    refs = dict.fromkeys(snapshot.anchor(ref) for ref in row.milestones if isinstance(ref, Ref))
    milestones = tuple(snapshot.milestones[ref] for ref in refs if ref in snapshot.milestones)
    return Booking(row, row.at, component(row), milestones)


def pressing(snapshot: Snapshot, rules: WindowRules, at: date, milestone: Milestone | None) -> Severity:
    """How pressing it is, by the working days ahead."""
    ahead = days_after(time_of(snapshot, milestone), snapshot.today, at)
    return "critical" if ahead <= rules.critical_days else "warn" if ahead <= rules.warn_days else "info"


def exempt(
    snapshot: Snapshot, rules: WindowRules, label: str, names: Sequence[str], milestones: Iterable[Milestone]
) -> Exempt | None:
    """What exempts it today: a label `<label>:<date>` of its milestone, or a rule. The one that lasts longest."""
    found = [Exempt(rule.until, label=False, by=rule.approved_by) for rule in rules.exempt if _is_of(rule.of, names, milestones)]
    for milestone in milestones:
        for text in milestone.labels:
            name, colon, day = text.strip().partition(":")
            if colon and name.casefold() == label and (until := day_of(day.strip())):
                found.append(Exempt(until, label=True))
    return max((one for one in found if one.until >= snapshot.today), key=lambda one: (one.until, one.by), default=None)


def _is_of(of: str, names: Sequence[str], milestones: Iterable[Milestone]) -> bool:
    scope = scope_name(of)
    if scope == "*" or any(name == scope or name.startswith(f"{scope}/") for name in names):
        return True
    keys = (ref.key for milestone in milestones for ref in (milestone.ref, *milestone.sources) if ref.key)
    return any(scope_name(key) == scope for key in keys)


def exempted(found: Exempt) -> Line:
    """That it is exempt: by what, and until when."""
    return Line("Exempt", ("by a label" if found.label else f"approved by {found.by}", ", until ", Day(found.until), "."))


def how_to_exempt(label: str, code: str) -> str:
    """What a person does to let it pass."""
    return f"an exemption: the label {label}:DATE on its milestone, or exempt in [detect.{code}]"


def clock(snapshot: Snapshot, at: datetime) -> tuple[Part, ...]:
    """A moment as a date and a time in the model's zone."""
    local = wall(at, ZoneInfo(snapshot.zone))
    return Day(local.date()), f" {local:%H:%M}"


def local_day(snapshot: Snapshot, at: datetime) -> date:
    """The date of a moment in the model's zone."""
    return wall(at, ZoneInfo(snapshot.zone)).date()


def window_named(window: Window) -> Named:
    """A window or freeze by name."""
    return Named(window.ref, window.title or "", window.audience, window.scope_id)


def delivers(booking: Booking) -> tuple[Part, ...]:
    """Which milestone it delivers, where that is known."""
    return (" delivers ", named(booking.milestones[0]), ".") if booking.milestones else ()


def same_component(one: Booking, other: Booking) -> bool:
    """Whether both deploy the same component, or one a part of the other's, to the same environment as far as both name one."""
    mine, yours = scope_name(one.deployment.service), scope_name(other.deployment.service)
    places = {scope_name(each.deployment.environment) for each in (one, other)} - {""}
    return related(mine, yours) and len(places) < 2
