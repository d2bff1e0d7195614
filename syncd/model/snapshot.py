"""Pure. The whole unified model at one moment: what detectors see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from syncd.model.baseline import Baseline
from syncd.model.contract import Compared, Contract, Sunset
from syncd.model.finding import Severity
from syncd.model.people import Human, Unresolved
from syncd.model.ref import Ref
from syncd.model.rows import (
    Absence,
    Check,
    ContractFile,
    Dependency,
    Deployment,
    Effort,
    Environment,
    Item,
    MergeRequest,
    Milestone,
    Person,
    Reply,
    SignOff,
    Window,
)
from syncd.model.teams import Team, Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class LostField:
    """A field that a mapping reads, at `mapping_key`, and that is no more: it was known as `name`. `called`: it is there still, under
    this name."""

    connection: str
    stream: str
    id: str
    name: str
    called: str | None = field(default=None, compare=False)
    mapping_key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One milestone per commitment, keyed by its anchor; every other source of it leads there through `anchor_of`.

    `members`: the items of a milestone, by their own claim or by parent, deepest included. Dependencies have both ends resolved to
    a key of `milestones`, `items` or `merge_requests`; the ones that name nothing we hold are in `dangling`, with the reason.
    `stale`: refs whose scope was not read to its end this pass, or whose record was rejected: nothing is concluded from these.
    `problems`: what a person should know of the assembly (two of one connection with one join key, unresolved names). `humans`:
    everybody whom a row names, once; `unresolved`: who of them may be one person and was not made one.

    What is no vendor's: `work`, `teams` and `contracts` of the configuration; `compared`: what changes in these, `sunsets`: what ends;
    `baselines` of a milestone, the latest recorded last; `open`: fingerprint -> severity of the findings that stand, so that one that is
    open clears past another value than raises it; `weights`: their headline numbers, so that a number that hovers is told anew only when
    it has moved.
    """

    as_of: datetime
    zone: str = "UTC"
    milestones: Mapping[Ref, Milestone] = field(default_factory=dict)
    items: Mapping[Ref, Item] = field(default_factory=dict)
    merge_requests: Mapping[Ref, MergeRequest] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    absences: tuple[Absence, ...] = ()
    environments: tuple[Environment, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    checks: tuple[Check, ...] = ()
    efforts: tuple[Effort, ...] = ()
    contract_files: tuple[ContractFile, ...] = ()
    replies: tuple[Reply, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    dangling: tuple[tuple[Dependency, str], ...] = ()
    members: Mapping[Ref, tuple[Ref, ...]] = field(default_factory=dict)
    anchor_of: Mapping[Ref, Ref] = field(default_factory=dict)
    stale: frozenset[Ref] = frozenset()
    problems: tuple[str, ...] = ()
    lost_fields: tuple[LostField, ...] = ()
    humans: tuple[Human, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    work: Work = field(default_factory=Work)
    teams: tuple[Team, ...] = ()
    contracts: tuple[Contract, ...] = ()
    compared: tuple[Compared, ...] = ()
    sunsets: tuple[Sunset, ...] = ()
    baselines: Mapping[Ref, tuple[Baseline, ...]] = field(default_factory=dict)
    open: Mapping[str, Severity] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)
    _derived: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: "Callable[[Snapshot], T]") -> T:
        """What `make` derives from this snapshot. It is made once, for all who ask: detectors share a schedule that way."""
        if make not in self._derived:
            self._derived[make] = make(self)
        made: T = self._derived[make]
        return made

    def keep(self, make: "Callable[[Snapshot], T]", made: T) -> None:
        """What `make` would derive is known already: `once` gives this."""
        self._derived[make] = made

    def let_go(self) -> None:
        """Forget what was derived: it holds the snapshot itself, and would keep it until somebody looks for cycles."""
        self._derived.clear()

    def baseline(self, ref: Ref) -> Baseline | None:
        """The baseline of a milestone that counts: the one that was recorded last."""
        known = self.baselines.get(self.anchor(ref), ())
        return known[-1] if known else None

    @property
    def today(self) -> date:
        """The date of `as_of` in the model's zone."""
        return self.once(_today)

    def people(self) -> tuple[Person, ...]:
        """Everybody whom a row names, once."""
        return tuple(human.person for human in self.humans)

    def anchor(self, ref: Ref) -> Ref:
        """The key under which the object is held: a milestone's anchor, else the ref itself."""
        return self.anchor_of.get(ref, ref)

    def merge_request(self, of: object) -> MergeRequest | None:
        """The merge request that is named; None where the name is not resolved, or nothing that is mirrored has it."""
        return self.merge_requests.get(self.anchor(of)) if isinstance(of, Ref) else None

    def get(self, ref: Ref) -> Milestone | Item | MergeRequest | None:
        """The object of that identity, whichever kind it is."""
        works = self._derived.get(_works)
        return (self.once(_works) if works is None else works).get(ref)


def _today(snapshot: Snapshot) -> date:
    return snapshot.as_of.astimezone(ZoneInfo(snapshot.zone)).date()


def _works(snapshot: Snapshot) -> Mapping[Ref, Milestone | Item | MergeRequest]:
    """Everything that can be waited for, in one look-up: also by the refs of joined milestones."""
    found: dict[Ref, Milestone | Item | MergeRequest] = {**snapshot.merge_requests, **snapshot.items, **snapshot.milestones}
    for ref, anchor in snapshot.anchor_of.items():
        if anchor in found:
            found[ref] = found[anchor]
        else:
            found.pop(ref, None)
    return found
