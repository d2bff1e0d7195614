"""Pure. What `decide` is told and what it answers: finding states, the ledger, what each place can take, the policy, the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syncd.contract import Limits
from syncd.decide.impersonal import People
from syncd.model.action import Action, Mark, Mode, Verb
from syncd.model.finding import Finding, Severity
from syncd.model.ref import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingState:
    """A finding as it is remembered from pass to pass.

    `state`: "pending" is seen but not raised: something it rests on is not fresh (then it is `held`, too), or `raise_after` has
    not passed; `raised_at` is then when it was first seen. `cleared_at` of an open one: since when its condition no longer holds,
    while `clear_after` has not passed. `held`: it was not judged in the last pass, because an object that it rests on was not
    fresh. `known`: it was open when writing was first enabled where it would be said (amnesty), with the severity and weight of
    that moment: only worse than that is news. `withheld`: writing was not on for its team or its detector when it was last looked at.
    """

    finding: Finding
    state: Literal["pending", "open", "cleared"]
    raised_at: datetime
    changed_at: datetime
    cleared_at: datetime | None = None
    held: bool = False
    known: tuple[Severity, int] | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One entry of the ledger: the one comment on a ticket, or what another verb wrote there, as our receipt says it stands there.

    `key` is the idempotency key of (instance, target). `muted`: a person deleted the comment; nothing is posted there again.
    `body` is the comment's text; of another verb what was sent, as JSON. `part`: which one of several of that verb.
    """

    target: Ref
    project: str
    key: str
    digest: str
    remote_id: str
    fingerprints: tuple[str, ...]
    body: str = ""
    url: str | None = None
    at: datetime | None = None
    muted: bool = False
    verb: Verb = "comment"
    part: str = ""

    @property
    def mark(self) -> Mark:
        """What there is one of."""
        return self.target, self.verb, self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one connection can take and may be told. `takes`: stream -> verbs. `write_for`: project -> mode, over `write`.

    `closed`: scope id -> why nothing can be written there (archived, read-only), as the vendor says.
    """

    connection: str
    takes: Mapping[str, frozenset[Verb]]
    limits: Limits = field(default_factory=Limits)
    write: Mode = "plan"
    write_for: Mapping[str, Mode] = field(default_factory=dict)
    share: Literal["keys", "titles"] = "keys"
    off: bool = False
    closed: Mapping[str, str] = field(default_factory=dict)

    def mode(self, project: str) -> Mode:
        """Whether the project is written to, planned for, or left alone."""
        return self.write_for.get(project, self.write)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`[policy]` and what decide needs of `[model]`. `tracking`: milestone key, label or team -> key of the ticket to speak on.

    `instance` tells two installations on the same tickets apart. `titles`: finding code -> heading. `write_for_team`, `write_for_code`:
    team or finding code -> mode; see `ramp`. The rest says what speaks beside the comments; see `marks`: `label`, a pattern with
    `{code}`; `property`, a name; `status`, by what merge requests are marked, under `status_name`: failed from `fail_from` on for the
    codes in `fail_on` (all, where there is none); `contract_status`, the name of the
    one that those get which touch a contract (""; none). `people`: by name, by their role, or not at all. `replies`: what
    people answer below our comments is read.
    """

    instance: str = "syncd"
    zone: str = "UTC"
    precedence: tuple[str, ...] = ()
    at_start: Literal["known", "write"] = "known"
    writes_per_pass: int = 20
    tracking: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    write_for_team: Mapping[str, Mode] = field(default_factory=dict)
    write_for_code: Mapping[str, Mode] = field(default_factory=dict)
    marks_per_pass: int = 100
    label: str = ""
    property: str = ""
    link: bool = False
    status: Literal["off", "status", "check"] = "off"
    status_name: str = "syncd"
    contract_status: str = "syncd/contract"
    fail_from: Severity = "critical"
    fail_on: tuple[str, ...] = ()
    people: People = "named"
    status_label: str = "status:*"
    status_override_days: int = 14
    replies: bool = True


@dataclass(frozen=True, slots=True)
class Silent:
    """A finding that is not said, and why, for the plan."""

    finding: Finding
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write. `actions` are delivered; `observed` would be, were `write = "on"` there; `waiting` are over this pass's cap: these
    two are put into words when they are looked at.

    `nowhere`: findings with nowhere to speak. `quiet`: known at start, held and not yet said, or muted.
    """

    actions: tuple[Action, ...] = ()
    observed: Sequence[Action] = ()
    waiting: Sequence[Action] = ()
    nowhere: tuple[Silent, ...] = ()
    quiet: tuple[Silent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of all findings in this pass: the states to store, and the fingerprints by what happened to them.

    `held` counts the ones that could not be judged, held-back new ones included.
    """

    states: Mapping[str, FindingState]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The plan, the states to store with it, and the (connection, project) pairs that are written to from now on."""

    plan: Plan
    states: Mapping[str, FindingState]
    enabled: tuple[tuple[str, str], ...] = ()
