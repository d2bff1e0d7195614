"""Pure. What `decide` is told and what it answers: finding states, what was said, what each place can take, the policy, the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syncd.contract import Limits
from syncd.model.action import Action, Mode, Verb
from syncd.model.finding import Finding, Severity
from syncd.model.ref import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingState:
    """A finding as it is remembered from pass to pass.

    `held`: it was not judged in the last pass, because an object that it rests on was not fresh. `known`: it was open when writing was
    first enabled where it would be said (amnesty), with the severity and weight of that moment: only worse than that is news.
    """

    finding: Finding
    state: Literal["open", "cleared"]
    raised_at: datetime
    changed_at: datetime
    cleared_at: datetime | None = None
    held: bool = False
    known: tuple[Severity, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One entry of the ledger: the one comment on a ticket, as our receipt says it stands there.

    `key` is the idempotency key of (instance, target). `muted`: a person deleted the comment; nothing is posted there again.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one connection can take and may be told. `takes`: stream -> verbs. `write_for`: project -> mode, over `write`."""

    connection: str
    takes: Mapping[str, frozenset[Verb]]
    limits: Limits = Limits()
    write: Mode = "plan"
    write_for: Mapping[str, Mode] = field(default_factory=dict)
    share: Literal["keys", "titles"] = "keys"
    off: bool = False

    def mode(self, project: str) -> Mode:
        """Whether the project is written to, planned for, or left alone."""
        return self.write_for.get(project, self.write)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`[policy]` and what decide needs of `[model]`. `tracking`: milestone key, label or team -> key of the ticket to speak on.

    `instance` tells two installations on the same tickets apart. `titles`: finding code -> heading.
    """

    instance: str = "syncd"
    zone: str = "UTC"
    precedence: tuple[str, ...] = ()
    at_start: Literal["known", "write"] = "known"
    writes_per_pass: int = 20
    tracking: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Silent:
    """A finding that is not said, and why, for the plan."""

    finding: Finding
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write. `actions` are delivered; `observed` would be, were `write = "on"` there; `waiting` are over the cap of this pass.

    `nowhere`: findings with nowhere to speak. `quiet`: known at start or muted.
    """

    actions: tuple[Action, ...] = ()
    observed: tuple[Action, ...] = ()
    waiting: tuple[Action, ...] = ()
    nowhere: tuple[Silent, ...] = ()
    quiet: tuple[Silent, ...] = ()
