"""Pure. Field values become rows: the few places where two fields decide together."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from syncd.mapping.convert import Lag
from syncd.mapping.look import Look, Unreadable
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
    Reply,
    Row,
    SignOff,
    Window,
)

Values = dict[str, Any]
Make = Callable[[Ref, Values, Look], Row | None]

_SIMPLE: Mapping[str, Callable[..., Row]] = {
    "window": Window,
    "absence": Absence,
    "merge_request": MergeRequest,
    "environment": Environment,
    "deployment": Deployment,
    "sign_off": SignOff,
    "check": Check,
    "effort": Effort,
    "contract_file": ContractFile,
    "reply": Reply,
}
_BELONGS = {"sign_off": "of", "check": "of", "effort": "item", "contract_file": "path", "reply": "of"}
"""Kinds that say something of another object: without its name there is no row."""
_OPEN = ("todo", "doing")
_CLOSED = ("done", "dropped")


def maker(kind: str, *, outranks: bool) -> Make:
    """The function that makes a row of a kind from its identity and values; None where they give no row.

    `outranks`: `resolved` counts where it contradicts `status`, else `status` does; the contradiction is noted.
    """
    if kind == "dependency":
        return _dependency
    if kind == "item":
        return lambda ref, values, look: Item(**_about(ref, _settled(values, outranks, look), look))
    if kind == "milestone":
        return lambda ref, values, look: _milestone(ref, _settled(values, outranks, look), look)
    make, named = _SIMPLE[kind], _BELONGS.get(kind)
    if kind in ("window", "absence"):
        return lambda ref, values, look: make(**_about(ref, _forward(kind, values), look))
    return lambda ref, values, look: None if named and named not in values else make(**_about(ref, values, look))


def _forward(kind: str, values: Values) -> Values:
    """The values, where they do not end before they start. An instant may fall on a day beside the one that it is on in its own zone."""
    start, end = values.get("start"), values.get("end")
    if start is None or end is None:
        return values
    is_back = end < start if type(start) is type(end) else _day(end) < _day(start) - timedelta(days=1)
    if is_back:
        raise Unreadable(f"the {kind} ends ({end}) before it starts ({start}). Correct it in the record")
    return values


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _about(ref: Ref, values: Values, look: Look) -> Values:
    values["ref"] = ref
    values["scope_id"] = look.raw.scope.id
    values["project"] = look.raw.scope.name
    return values


def _titled(ref: Ref, values: Values) -> Values:
    values.setdefault("title", ref.label)
    return values


def _milestone(ref: Ref, values: Values, look: Look) -> Milestone:
    if "class" in values:
        values["class_"] = values.pop("class")
    return Milestone(**_about(ref, values, look), sources=(ref,))


def _settled(values: Values, outranks: bool, look: Look) -> Values:
    resolved = values.pop("resolved", "unknown")
    status = values.get("status", "unknown")
    if resolved == "unknown" or resolved == status:
        return values
    if status != "unknown" and (status in _OPEN) != (resolved in _OPEN):
        named, counts = values.get("status_name") or status, "resolution" if outranks else "status"
        look.note(f"status '{named}' says {status}, resolution says {resolved}; the {counts} counts")
    if outranks or status == "unknown":
        values["status"] = resolved
    return values


def _dependency(ref: Ref, values: Values, look: Look) -> Dependency | None:
    own = look.raw.ref
    direction, other = values.pop("direction", None), values.pop("other", None)
    if other is not None:
        if direction not in ("after", "before"):
            return None
        values["predecessor" if direction == "after" else "successor"] = other
    if "predecessor" not in values and "successor" not in values:
        return None
    values.setdefault("successor", own)
    values.setdefault("predecessor", own)
    if values["predecessor"] == values["successor"]:
        if values["predecessor"] == own:
            look.note("a dependency of the record on itself was left out")
        return None
    if isinstance(lag := values.get("lag"), Lag):
        values["lag"], values["lag_in"] = lag.minutes, lag.lag_in
    return Dependency(**_about(ref, values, look))


def titled(make: Make) -> Make:
    """The same maker with the record's key where there is no title."""
    return lambda ref, values, look: make(ref, _titled(ref, values), look)
