"""Pure. The unified model: what every vendor's records become. Field names are those that programs read in `export`.

A row comes from one vendor record; `assemble` joins milestones of several connections into one. Dates stay dates, instants are
UTC, durations are minutes, absent is None. `scope_id` and `project` say which scope the record was read from (id and name).
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from syncd.model.record import record
from syncd.model.ref import Alias, Ref

Status = Literal["todo", "doing", "done", "dropped", "unknown"]
LagIn = Literal["working", "elapsed"]
Audience = Literal["connection", "scope", "record"]
"""Who may read of it, at the least: all of its connection, only its own project (a private repository), only those who can
open the very record (a confidential issue, a security level)."""


def _date_alone(value: object) -> object:
    """A text that writes a date alone is that date: read as an instant, a whole day would come back as its midnight."""
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value


Moment = Annotated[datetime | date, BeforeValidator(_date_alone)]


OWN = "its own"
Own = Annotated[str, OWN]
"""A text that hardly two rows share, unlike a status or a project: where many are kept, the others are kept once for all."""

Name = Annotated[Ref | Alias, Field(union_mode="left_to_right")]
"""What a record calls another one. Neither has what the other needs, so the first that fits is it: the best one need not be looked for."""


@record(frozen=True, slots=True, eq=False)
class Person:
    """One human as the vendors know them: a display name, an id per connection, an e-mail and a login where they are shown.

    Two are equal where their identities are, whatever each vendor calls them; without identities by e-mail, without that by name.
    """

    name: str
    identities: Mapping[str, str] = field(default_factory=dict)
    email: str | None = None
    login: str | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Person):
            return False
        if self.identities or other.identities:
            return self.identities == other.identities
        return self._who == other._who

    def __hash__(self) -> int:
        return hash(self._who)

    @property
    def _who(self) -> frozenset[tuple[str, str]] | str:
        return frozenset(self.identities.items()) or (self.email.strip().casefold() if self.email else self.name)


@record(frozen=True, slots=True)
class Quantity:
    """An amount with its unit: `minutes` of work, or `points`. The two never mix."""

    value: float
    unit: Literal["minutes", "points"]


@record(frozen=True, slots=True)
class Progress:
    """How much of a milestone is done, in the unit named (`items`)."""

    done: float
    total: float
    unit: str = "items"


@record(frozen=True, slots=True)
class Change:
    """One entry of a record's history, by the vendor's own account: who moved which field, when."""

    at: datetime
    by: str | None
    field: str
    old: Annotated[str | None, Field(alias="from")] = None
    new: Annotated[str | None, Field(alias="to")] = None


@record(frozen=True, slots=True)
class Claim:
    """What one source says of a milestone. `ref` is that source, `title`, `audience`, `scope_id` and `project` are its own."""

    ref: Ref
    due: date | None = None
    status: Status = "unknown"
    owner: Person | None = None
    title: str = ""
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""


@record(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A commitment: an epic, version, initiative, forge milestone, or several of them joined by `same_as`."""

    ref: Ref
    title: Own
    milestone_kind: str = "milestone"
    parent: Name | None = None
    children: tuple[Name, ...] = ()
    owner: Person | None = None
    team: str | None = None
    start: date | None = None
    due: date | None = None
    status: Status = "unknown"
    status_name: str | None = None
    progress: Progress | None = None
    labels: tuple[str, ...] = ()
    claims: Mapping[str, Claim] = field(default_factory=dict)
    sources: tuple[Ref, ...] = ()
    same_as: tuple[str, ...] = ()
    objective: str | None = None
    value: float | None = None
    funding: str | None = None
    cadence: str | None = None
    class_: Annotated[str | None, Field(alias="class")] = None
    history: tuple[Change, ...] = ()
    updated_at: datetime | None = None
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    kind: Literal["milestone"] = "milestone"


@record(frozen=True, slots=True, kw_only=True)
class Item:
    """A piece of work. `type` is ours (story, task, bug, incident, risk, change, provisioning, unknown), `type_name` the vendor's."""

    ref: Ref
    title: Own
    type: str = "unknown"
    type_name: str | None = None
    status: Status = "unknown"
    status_name: str | None = None
    resolution: str | None = None
    estimate: Quantity | None = None
    remaining: Quantity | None = None
    spent: float | None = None
    assignees: tuple[Person, ...] = ()
    milestones: tuple[Name, ...] = ()
    parent: Name | None = None
    children: tuple[Name, ...] = ()
    start: date | None = None
    due: date | None = None
    created_at: datetime | None = None
    done_at: datetime | None = None
    updated_at: datetime | None = None
    priority: str | None = None
    labels: tuple[str, ...] = ()
    sprint: str | None = None
    history: tuple[Change, ...] = ()
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    kind: Literal["item"] = "item"


@record(frozen=True, slots=True, kw_only=True)
class MergeRequest:
    """A pull or merge request."""

    ref: Ref
    title: Own
    status: Literal["open", "merged", "closed"] = "open"
    draft: bool = False
    head_sha: Own | None = None
    source_branch: Own | None = None
    target_branch: str | None = None
    author: Person | None = None
    created_at: datetime | None = None
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None
    milestones: tuple[Name, ...] = ()
    closes: tuple[Name, ...] = ()
    mergeable: bool | None = None
    approvals: int | None = None
    labels: tuple[str, ...] = ()
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    kind: Literal["merge_request"] = "merge_request"


@record(frozen=True, slots=True, kw_only=True)
class Dependency:
    """`predecessor` before `successor`. `ref` is the record that declares it. `lag` is in minutes: of working time, on the calendar of the
    successor, or of elapsed time on the clock of the wall, nights, weekends and holidays with it (`lag_in`)."""

    ref: Ref
    predecessor: Name
    successor: Name
    relation: Literal["FS", "SS", "FF", "SF"] = "FS"
    lag: float = 0
    strength: Literal["hard", "soft", "external"] = "hard"
    link_name: str | None = None
    lag_in: LagIn = "working"
    scope_id: str = ""
    project: str = ""
    kind: Literal["dependency"] = "dependency"


@record(frozen=True, slots=True, kw_only=True)
class Window:
    """When a deployment is allowed or forbidden, half-open. `scope` is the service or environment."""

    ref: Ref
    window_kind: Literal["deploy", "freeze", "maintenance"] = "deploy"
    scope: str | None = None
    title: Own | None = None
    start: Moment | None = None
    end: Moment | None = None
    zone: str | None = None
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    kind: Literal["window"] = "window"


@record(frozen=True, slots=True, kw_only=True)
class Absence:
    """When a person, or everybody of a region, is away. All-day ends are exclusive dates, as calendars give them.

    `absence_kind` "busy" (a meeting, focus time) is no absence from work: it only says that the time is taken.
    """

    ref: Ref
    person: Person | None = None
    region: str | None = None
    absence_kind: str = "leave"
    start: Moment | None = None
    end: Moment | None = None
    all_day: bool = False
    scope_id: str = ""
    project: str = ""
    kind: Literal["absence"] = "absence"


@record(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where a service is deployed to. `protected`: a deployment there needs somebody's approval."""

    ref: Ref
    name: str = ""
    service: str | None = None
    tier: str | None = None
    protected: bool = False
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    kind: Literal["environment"] = "environment"


@record(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A planned, running or ended deployment of a service to an environment. A release is one to no environment in particular."""

    ref: Ref
    title: Own | None = None
    service: str | None = None
    environment: str | None = None
    status: Literal["planned", "running", "done", "failed", "dropped", "unknown"] = "unknown"
    at: datetime | None = None
    sha: Own | None = None
    by: Person | None = None
    milestones: tuple[Name, ...] = ()
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    kind: Literal["deployment"] = "deployment"


@record(frozen=True, slots=True, kw_only=True)
class SignOff:
    """What a person said of a merge request or an item, and of which revision of it. Of one person the last verdict counts."""

    ref: Ref
    of: Name
    person: Person | None = None
    role: str | None = None
    verdict: Literal["approved", "rejected", "commented", "dismissed", "pending", "unknown"] = "unknown"
    at: datetime | None = None
    sha: Own | None = None
    scope_id: str = ""
    project: str = ""
    kind: Literal["sign_off"] = "sign_off"


@record(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of a build, test or other check of a revision of a merge request."""

    ref: Ref
    of: Name
    name: str = ""
    state: Literal["passed", "failed", "pending", "neutral", "unknown"] = "unknown"
    sha: Own | None = None
    at: datetime | None = None
    scope_id: str = ""
    project: str = ""
    kind: Literal["check"] = "check"


@record(frozen=True, slots=True, kw_only=True)
class Effort:
    """Time that a person has put down for an item. `minutes` of work."""

    ref: Ref
    item: Name
    person: Person | None = None
    minutes: float = 0
    at: datetime | None = None
    scope_id: str = ""
    project: str = ""
    kind: Literal["effort"] = "effort"


@record(frozen=True, slots=True, kw_only=True)
class ContractFile:
    """A file of a contract at one revision: the head of the default branch, that of an open merge request (`of`), or a release.

    `blob`: the hash of its content, None where the revision has no such file any more; `text`: where that content is, see
    `syncd.run.contract_texts`. `base_blob`, `base_text`: the same where the merge request began. `now_at`: the path to which it was
    renamed. `size` in octets. `left_out`: why the content is not kept. `name`: the number of the merge request, or the tag.
    """

    ref: Ref
    path: Own
    revision: Literal["default", "merge_request", "release", "unknown"] = "unknown"
    name: str | None = None
    of: Name | None = None
    head_sha: Own | None = None
    branch: str | None = None
    now_at: Own | None = None
    blob: Own | None = None
    size: float | None = None
    text: Own | None = None
    left_out: str | None = None
    base_blob: Own | None = None
    base_text: Own | None = None
    at: datetime | None = None
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    kind: Literal["contract_file"] = "contract_file"


@record(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person answered below our comment on `of`: the lines that begin with `/syncd`, and nothing else of what they wrote. `at`:
    when it was written, or last edited."""

    ref: Ref
    of: Name
    person: Person | None = None
    at: datetime | None = None
    text: str = ""
    url: str | None = None
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    kind: Literal["reply"] = "reply"


Row = (
    Milestone
    | Item
    | MergeRequest
    | Dependency
    | Window
    | Absence
    | Environment
    | Deployment
    | SignOff
    | Check
    | Effort
    | ContractFile
    | Reply
)

KINDS: Mapping[str, type] = {one.__dataclass_fields__["kind"].default: one for one in get_args(Row)}
"""By the name that programs read."""
