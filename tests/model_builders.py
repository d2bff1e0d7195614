"""Rows with few words, for tests: `item("PLAT-41", due="2026-05-12")`. Dates are texts, the connection is `plat` unless said."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from syncd.mapping.assemble import Assembled, Precedence, assemble
from syncd.model.baseline import Baseline
from syncd.model.finding import Count, Day, DaysOff, Finding, Named, Part, Severity, fingerprint_of
from syncd.model.ref import Alias, Ref
from syncd.model.rows import Change, Dependency, Deployment, Item, Milestone, Person, Quantity, Row, Window
from syncd.model.snapshot import Snapshot

NOW = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
"""A Tuesday morning, 09:00 in Berlin."""


def ref(key: str, connection: str = "plat", stream: str = "issues") -> Ref:
    """The ref of that key; its id is the key, too."""
    return Ref(connection, stream, key, key=key, url=f"https://{connection}.example/browse/{key}")


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def item(key: str, connection: str = "plat", *, start: str | None = None, due: str | None = None, **fields: Any) -> Item:
    """An open item, todo unless said. `days`: its remaining work in days; `of`: the keys of its milestones."""
    if days := fields.pop("days", None):
        fields["remaining"] = Quantity(days * 480, "minutes")
    fields["milestones"] = (*fields.get("milestones", ()), *(ref(of) for of in _texts(fields.pop("of", ()))))
    people = tuple(Person(name) for name in _texts(fields.pop("assignees", ())))
    given: dict[str, Any] = {"title": f"Title of {key}", "status": "todo", "scope_id": "1", "assignees": people} | fields
    return Item(ref=ref(key, connection), start=day(start), due=day(due), **given)


def milestone(
    key: str, connection: str = "plat", *, start: str | None = None, due: str | None = None, **fields: Any
) -> Milestone:
    """An open milestone, doing unless said."""
    given: dict[str, Any] = {"title": f"Title of {key}", "status": "doing", "scope_id": "1"} | fields
    return Milestone(ref=ref(key, connection), start=day(start), due=day(due), **given)


def link(before: str | Ref | Alias, after: str | Ref | Alias, **fields: Any) -> Dependency:
    """A hard FS link, declared by the successor unless said."""
    ends = [ref(end) if isinstance(end, str) else end for end in (before, after)]
    given: dict[str, Any] = {"ref": ends[1] if isinstance(ends[1], Ref) else ref("X-1"), "scope_id": "1"} | fields
    return Dependency(predecessor=ends[0], successor=ends[1], **given)


def moved(at: str, old: str | None, new: str | None, field: str = "due") -> Change:
    """A change of a field at an instant (UTC)."""
    return Change(datetime.fromisoformat(at).replace(tzinfo=UTC), "ann", field, old, new)


def assembled(*rows: Row, now: datetime = NOW, zone: str = "Europe/Berlin", **options: Any) -> Assembled:
    given: dict[str, Any] = {"anchors": {}, "precedence": Precedence(), "as_of": now, "zone": zone} | options
    return assemble(rows, **given)


def snapshot(*rows: Row, now: datetime = NOW, zone: str = "Europe/Berlin", **options: Any) -> Snapshot:
    """The model of these rows at `now`."""
    return assembled(*rows, now=now, zone=zone, **options).snapshot


def on(text: str) -> datetime:
    """07:00 UTC on that date."""
    return datetime.fromisoformat(text).replace(hour=7, tzinfo=UTC)


def text_of(finding: Finding) -> str:
    """A finding as plain lines, in the simplest rendering there is."""
    lines = [f"{line.label} {_plain(line.parts)}" for line in finding.lines]
    return "\n".join([f"[{finding.severity}] {_plain(finding.headline)}", *lines])


def _plain(parts: Iterable[Part]) -> str:
    return "".join(_word(part) for part in parts)


def _word(part: Part) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Named):
        return f"<{part.ref.label}{' ' + part.title if part.title else ''}>"
    if isinstance(part, Day):
        return f"{part.day:%a %Y-%m-%d}{'~' if part.clocked else ''}"
    if isinstance(part, DaysOff):
        told = [_off(first, last, why, "~" if part.clocked else "") for first, last, why in part.days]
        return f" without {' and '.join([', '.join(told[:-1]), *told[-1:]] if len(told) > 1 else told)}" if told else ""
    if isinstance(part, Count):
        return f"{part.value}{'~' if part.clocked else ''} {part.unit}(s)"
    return f'"{part.text}"'


def _off(first: date, last: date, why: str, mark: str) -> str:
    return f"{first:%a %Y-%m-%d}{mark}{f' to {last:%a %Y-%m-%d}{mark}' if last > first else ''} ({why})"


def _texts(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def agreed(
    of: str,
    due: str | None,
    *items: str,
    at: str = "2026-04-01",
    start: str | None = None,
    sizes: Quantity | None = None,
    **fields: Any,
) -> Baseline:
    """A baseline of a milestone, by its key: what was agreed on that day, with the keys of the items in scope, each of that size."""
    scope = {ref(key): sizes for key in items}
    given: dict[str, Any] = {"origin": "adopted", "recorded_at": on(at)} | fields
    return Baseline(milestone=ref(of), at=on(at), start=day(start), due=day(due), items=scope, **given)


def with_baselines(model: Snapshot, *known: Baseline) -> Snapshot:
    """The snapshot with these baselines, in their order."""
    found: dict[Ref, tuple[Baseline, ...]] = {}
    for one in known:
        found[one.milestone] = (*found.get(one.milestone, ()), one)
    return replace(model, baselines=found)


def standing(model: Snapshot, code: str, subject: str, severity: Severity = "warn", discriminator: str = "") -> Snapshot:
    """The snapshot in which a finding of this code on that subject is open."""
    return replace(model, open={**model.open, fingerprint_of(code, ref(subject), discriminator): severity})


def moment(text: str) -> datetime | date:
    """`2026-05-07T10:00` is an instant (UTC), `2026-05-07` a whole day."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if "T" in text else date.fromisoformat(text)


def window(key: str, start: str, end: str, scope: str | None = "checkout", kind: str = "deploy", **fields: Any) -> Window:
    """A window of a calendar, for checkout unless said."""
    given: dict[str, Any] = {"title": f"Title of {key}", "window_kind": kind, "scope_id": "9"} | fields
    return Window(ref=ref(key, "cal", "events"), start=moment(start), end=moment(end), scope=scope, **given)


def freeze(key: str, start: str, end: str, scope: str | None = "checkout", **fields: Any) -> Window:
    return window(key, start, end, scope, "freeze", **fields)


def deployment(key: str, at: str, service: str | None = "checkout", *, of: str | Iterable[str] = (), **fields: Any) -> Deployment:
    """A planned deployment of checkout at an instant (UTC). `of`: the keys of the milestones that it delivers."""
    given: dict[str, Any] = {"title": f"Title of {key}", "status": "planned", "scope_id": "1"} | fields
    when = datetime.fromisoformat(at).replace(tzinfo=UTC)
    named = tuple(ref(name) for name in _texts(of))
    return Deployment(ref=ref(key, "code", "deployments"), at=when, service=service, milestones=named, **given)
