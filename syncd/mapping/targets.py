"""Pure. What a rule can give: the kinds of rows, their fields, and which conversions (`as`) fit each field."""

from collections.abc import Mapping
from dataclasses import dataclass

STATUSES = ("todo", "doing", "done", "dropped", "unknown")
TYPES = ("story", "task", "bug", "incident", "risk", "change", "provisioning", "unknown")
AUDIENCES = ("connection", "scope", "record")


@dataclass(frozen=True, slots=True)
class Target:
    """A field of a row. `default` is the conversion where a mapping names none, `allowed` are all that fit.

    `many`: the field holds several. `values`: the only words it may hold; with `unknown` among them another word becomes that.
    """

    allowed: tuple[str, ...]
    many: bool = False
    values: tuple[str, ...] = ()

    @property
    def default(self) -> str:
        """The conversion where the mapping names none."""
        return self.allowed[0]


TEXT = Target(("text",))
TEXTS = Target(("text", "list"), many=True)
NUMBER = Target(("number",))
BOOL = Target(("bool",))
DATE = Target(("date", "midnight_date", "last_day"))
INSTANT = Target(("datetime",))
MOMENT = Target(("moment", "date", "datetime", "day_after"))
QUANTITY = Target(("minutes", "seconds", "hours", "points"))
MINUTES = Target(("minutes", "seconds", "hours"))
LAG = Target(("minutes", "seconds", "hours"))
"""As `MINUTES`, and texts with a unit of their own, which say whether it is working or elapsed time."""
PERSON = Target(("person",))
PEOPLE = Target(("person",), many=True)
REF = Target(("ref", "alias"))
REFS = Target(("ref", "alias"), many=True)
KEYS = Target(("key",), many=True)
HISTORY = Target(("history",))
PROGRESS = Target(("progress",))
AUDIENCE = Target(("text",), values=AUDIENCES)
STATUS = Target(("text",), values=STATUSES)


def _words(*values: str) -> Target:
    return Target(("text",), values=values)


KINDS: Mapping[str, Mapping[str, Target]] = {
    "milestone": {
        "title": TEXT,
        "milestone_kind": TEXT,
        "parent": REF,
        "children": REFS,
        "owner": PERSON,
        "team": TEXT,
        "start": DATE,
        "due": DATE,
        "status": STATUS,
        "resolved": STATUS,
        "status_name": TEXT,
        "progress": PROGRESS,
        "labels": TEXTS,
        "same_as": KEYS,
        "objective": TEXT,
        "value": NUMBER,
        "funding": TEXT,
        "cadence": TEXT,
        "class": TEXT,
        "history": HISTORY,
        "updated_at": INSTANT,
        "audience": AUDIENCE,
    },
    "item": {
        "title": TEXT,
        "type": _words(*TYPES),
        "type_name": TEXT,
        "status": STATUS,
        "resolved": STATUS,
        "status_name": TEXT,
        "resolution": TEXT,
        "estimate": QUANTITY,
        "remaining": QUANTITY,
        "spent": MINUTES,
        "assignees": PEOPLE,
        "milestones": REFS,
        "parent": REF,
        "children": REFS,
        "start": DATE,
        "due": DATE,
        "created_at": INSTANT,
        "done_at": INSTANT,
        "updated_at": INSTANT,
        "priority": TEXT,
        "labels": TEXTS,
        "sprint": TEXT,
        "history": HISTORY,
        "audience": AUDIENCE,
    },
    "merge_request": {
        "title": TEXT,
        "status": _words("open", "merged", "closed"),
        "draft": BOOL,
        "head_sha": TEXT,
        "source_branch": TEXT,
        "target_branch": TEXT,
        "author": PERSON,
        "created_at": INSTANT,
        "merged_at": INSTANT,
        "closed_at": INSTANT,
        "updated_at": INSTANT,
        "milestones": REFS,
        "closes": REFS,
        "mergeable": BOOL,
        "approvals": NUMBER,
        "labels": TEXTS,
        "audience": AUDIENCE,
    },
    "dependency": {
        "predecessor": REF,
        "successor": REF,
        "other": REF,
        "direction": _words("after", "before", "none"),
        "relation": _words("FS", "SS", "FF", "SF"),
        "lag": LAG,
        "lag_in": _words("working", "elapsed"),
        "strength": _words("hard", "soft", "external"),
        "link_name": TEXT,
    },
    "window": {
        "window_kind": _words("deploy", "freeze", "maintenance"),
        "scope": TEXT,
        "title": TEXT,
        "start": MOMENT,
        "end": MOMENT,
        "zone": TEXT,
        "audience": AUDIENCE,
    },
    "absence": {
        "person": PERSON,
        "region": TEXT,
        "absence_kind": TEXT,
        "start": MOMENT,
        "end": MOMENT,
        "all_day": BOOL,
    },
    "environment": {
        "name": TEXT,
        "service": TEXT,
        "tier": TEXT,
        "protected": BOOL,
        "audience": AUDIENCE,
    },
    "deployment": {
        "title": TEXT,
        "service": TEXT,
        "environment": TEXT,
        "status": _words("planned", "running", "done", "failed", "dropped", "unknown"),
        "at": INSTANT,
        "sha": TEXT,
        "by": PERSON,
        "milestones": REFS,
        "audience": AUDIENCE,
    },
    "sign_off": {
        "of": REF,
        "person": PERSON,
        "role": TEXT,
        "verdict": _words("approved", "rejected", "commented", "dismissed", "pending", "unknown"),
        "at": INSTANT,
        "sha": TEXT,
    },
    "check": {
        "of": REF,
        "name": TEXT,
        "state": _words("passed", "failed", "pending", "neutral", "unknown"),
        "sha": TEXT,
        "at": INSTANT,
    },
    "effort": {
        "item": REF,
        "person": PERSON,
        "minutes": MINUTES,
        "at": INSTANT,
    },
    "contract_file": {
        "path": TEXT,
        "revision": _words("default", "merge_request", "release", "unknown"),
        "name": TEXT,
        "of": REF,
        "head_sha": TEXT,
        "branch": TEXT,
        "now_at": TEXT,
        "blob": TEXT,
        "size": NUMBER,
        "text": TEXT,
        "left_out": TEXT,
        "base_blob": TEXT,
        "base_text": TEXT,
        "at": INSTANT,
        "audience": AUDIENCE,
    },
    "reply": {
        "of": REF,
        "person": PERSON,
        "at": INSTANT,
        "text": TEXT,
        "url": TEXT,
        "audience": AUDIENCE,
    },
}

REF_PART = TEXT
LABELS = Target(("label",), many=True)
"""The labels of a record as `label:GLOB` sees them: what is no text is passed over, because some vendors mix objects in."""
CONVERSIONS = tuple(sorted({name for fields in KINDS.values() for target in fields.values() for name in target.allowed}))


def fields_of_any_kind() -> frozenset[str]:
    """Every field name that some kind has."""
    return frozenset(name for fields in KINDS.values() for name in fields)
