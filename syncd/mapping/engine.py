"""Pure. A parsed mapping, and what it makes of records: `parse`, `apply`, `trace`."""

import hashlib
import json
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

from syncd.mapping.build import Read as PathRead
from syncd.mapping.build import key_of
from syncd.mapping.cel import Cel
from syncd.mapping.document import Layer, Report
from syncd.mapping.layers import Read, for_project, load, settings
from syncd.mapping.look import Look, Unreadable
from syncd.mapping.program import Program, Rule, program
from syncd.model.problem import Problems
from syncd.model.raw import MOST_LEVELS, TOO_DEEP, RawRecord
from syncd.model.ref import Ref
from syncd.model.remarks import Note, Rejected
from syncd.model.rows import Dependency, Row

LANGUAGE = 3
"""Part of the hash: it rises when the same text comes to mean something else, so that rows are mapped again."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that has no problems. `hash` covers what it says, not where it is written.

    `reads`: stream -> dotted path -> where the mapping names it. `layer` is its text, for `effective`.
    """

    name: str
    hash: str
    layer: Layer
    reads: Table[str, Table[str, PathRead]]
    base: Program
    projects: Table[str, Program]

    def for_project(self, project: str) -> Program:
        """The program for the records of a project."""
        return self.projects.get(project.casefold(), self.base) if self.projects else self.base

    def makes(self, stream: str) -> bool:
        """Whether it makes anything of the records of that stream."""
        return any(program.rules.get(stream) for program in (self.base, *self.projects.values()))


@dataclass(frozen=True, slots=True)
class Applied:
    """The rows of one record, and what the mapping did not know. `skipped`: the stream says that it owns no such record."""

    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Traced:
    """What one rule did with a record. `rows` are those that it gave, `lost` those that an earlier rule had given already."""

    rule: str
    kind: str
    matched: bool
    rows: tuple[Ref, ...] = ()
    lost: tuple[Ref, ...] = ()


def parse(name: str, read: Read) -> Mapping:
    """The mapping of that name or path. `read` gives the TOML text of a mapping, or None. Raises Problems with all at once."""
    report = Report()
    layer = load(name, read, report)
    if report.problems:
        raise Problems(report.problems)
    cel = Cel()
    reads: dict[str, dict[str, PathRead]] = {}
    base = program(layer, cel, reads, report)
    projects = {project.casefold(): program(for_project(layer, project), cel, reads, report) for project in layer.projects}
    if report.problems:
        raise Problems(sorted(set(report.problems)))
    return Mapping(name, _hash(layer), layer, reads, base, projects)


def _hash(layer: Layer) -> str:
    said = [[setting.key, setting.value] for setting in settings(layer)]
    named = {project: [[s.key, s.value] for s in settings(for_project(layer, project))] for project in layer.projects}
    text = json.dumps([LANGUAGE, said, named], sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def apply(mapping: Mapping, raw: RawRecord) -> Applied | Rejected:
    """The rows of one vendor record. Pure; never raises, whatever the record holds.

    Rules are tried in order. An object (everything but a dependency) is given by the first rule that gives its identity: later
    rules for the same identity are passed over, so a general rule may stand below the special ones. Equal dependencies are one; one with
    a lag in elapsed time is none of those without.
    """
    cut = next((name for name, value in raw.data.items() if value == TOO_DEEP), None)
    if cut is not None:
        return Rejected(raw.ref, f"{cut} is nested deeper than {MOST_LEVELS} levels and was not kept. Correct it in the record")
    look = Look(raw)
    label = None
    rows: list[Row] = []
    taken: set[object] = set()
    try:
        for rule in _rules(mapping, look):
            label = rule.label
            rows.extend(row for row in _rows(rule, look) if _is_new(row, taken))
    except Unreadable as error:
        return Rejected(raw.ref, error.reason, label)
    except _Skipped:
        return Applied((), (), skipped=True)
    return Applied(tuple(rows), tuple(Note(raw.ref, note) for note in look.notes))


def trace(mapping: Mapping, raw: RawRecord) -> tuple[Traced, ...]:
    """What each rule of the record's stream did with it, in order, up to the one that could not read it."""
    look = Look(raw)
    found: list[Traced] = []
    taken: set[object] = set()
    try:
        for rule in _rules(mapping, look):
            rows = list(_rows(rule, look))
            new = tuple(row.ref for row in rows if _is_new(row, taken))
            lost = tuple(row.ref for row in rows if row.ref not in new)
            found.append(Traced(rule.label, rule.kind, bool(rows), new, lost))
    except (Unreadable, _Skipped):
        return tuple(found)
    return tuple(found)


class _Skipped(Exception):
    """The stream's `skip` holds."""


def _rules(mapping: Mapping, look: Look) -> tuple[Rule, ...]:
    chosen = mapping.for_project(look.raw.scope.name)
    stream = look.raw.ref.stream
    form = chosen.streams.get(stream)
    if form is None:
        return chosen.rules.get(stream, ())
    if form.skip is not None and form.skip(look):
        raise _Skipped
    typed = chosen.typed.get(stream)
    if typed and form.type is not None:
        found = typed.get(key_of(form.type(look)) or "")
        if found is not None:
            return found
    return chosen.rules.get(stream, ())


def _is_new(row: Row, taken: set[object]) -> bool:
    key: object = row.ref
    if isinstance(row, Dependency):
        key = (row.predecessor, row.successor, row.relation)
        if row.lag and row.lag_in == "elapsed":
            key = (*key, row.lag_in)
    if key in taken:
        return False
    taken.add(key)
    return True


def _rows(rule: Rule, look: Look) -> Iterator[Row]:
    if rule.each is None:
        look.each = None
        if rule.when is None or rule.when(look):
            yield from _row(rule, look)
        return
    look.each = None
    for element in rule.each(look):
        look.each = element
        if rule.when is None or rule.when(look):
            yield from _row(rule, look)


def _row(rule: Rule, look: Look) -> Iterator[Row]:
    ref = look.raw.ref if rule.ref is None else rule.ref(look)
    if ref is None:
        return
    values: dict[str, Any] = {}
    for name, get in rule.fields:
        value = get(look)
        if value is not None and value != "none":
            values[name] = value
        elif name in rule.needs:
            return
    row = rule.make(ref, values, look)
    if row is not None:
        yield row
