"""Pure. What the parts of a mapping are built with: tables, patterns, paths and expressions, checked as they are asked for."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from syncd.mapping.cel import Cel, CelError
from syncd.mapping.document import Layer, Place, Placed, Report
from syncd.mapping.look import Get, Look, Unreadable
from syncd.mapping.paths import Path, cel_paths, getter, parse_path
from syncd.model.raw import Json
from syncd.model.ref import Ref

MAX_TEXT = 20_000
"""Characters of a text that a pattern looks at."""

Table = Mapping[str, Placed]
RefOf = Callable[[Json, Look], Ref | None]


@dataclass(slots=True)
class Read:
    """A path that a stream's records are read at: where the mapping says so, and whether the mapping can do without it."""

    place: Place
    optional: bool


@dataclass(slots=True)
class Build:
    """Handed down while one mapping is built. `stream` and `each` say which records paths are in; `reads` collects them all."""

    report: Report
    layer: Layer
    cel: Cel
    reads: dict[str, dict[str, Read]]
    identities: dict[str, RefOf] = field(default_factory=dict)
    projects: dict[str, Get] = field(default_factory=dict)
    stream: str = ""
    each: tuple[str, ...] = ()
    labels: Get | None = None
    optional: bool = False

    @contextmanager
    def doing_without(self, really: bool = True) -> Iterator[None]:
        """Paths that are built meanwhile are ones that the mapping can do without, if `really`."""
        outer, self.optional = self.optional, self.optional or really
        yield
        self.optional = outer

    def path(self, text: Any, place: Place) -> Get | None:
        """The getter of a path; what it reads is kept."""
        if not isinstance(text, str):
            self.report.add(place, "a path is a text", 'Write it like "fields.summary".')
            return None
        try:
            path = parse_path(text)
        except ValueError:
            self.report.add(place, f"'{text}' is no path", 'Write names with dots between: "fields.status.name".')
            return None
        self.keep(path, place)
        return getter(path)

    def expression(self, source: Any, place: Place, *, boolean: bool = False) -> Get | None:
        """The evaluator of a CEL expression, which rejects the record where it fails on it."""
        if not isinstance(source, str):
            self.report.add(place, "an expression is a text", "Write CEL in quotes.")
            return None
        try:
            evaluate = self.cel.expression(source, boolean=boolean)
        except CelError as error:
            cure = "It sees `record`, `scope` and `each`, and no clock."
            self.report.add(place, f"this is no CEL that can be used here: {error}", cure)
            return None
        for path in cel_paths(source):
            self.keep(path, place)
        return _guarded(evaluate, place.key)

    def keep(self, path: Path, place: Place) -> None:
        """Remember that the stream is read there."""
        if path.root == "scope" or (path.root == "each" and not self.each):
            return  # elements that a pattern found, or of several lists, lie in what `each` itself reads
        parts = (*self.each, *path.parts) if path.root == "each" else path.parts
        known = self.reads.setdefault(self.stream, {})
        text = ".".join(f'"{part}"' if "." in part else part for part in parts)
        if text not in known:
            known[text] = Read(place, self.optional)
        elif not self.optional:
            known[text].optional = False

    def pattern(self, text: Any, place: Place) -> re.Pattern[str] | None:
        """A compiled regular expression."""
        try:
            return re.compile(text)
        except (re.error, TypeError, RecursionError, OverflowError) as error:
            self.report.add(place, f"this is no regular expression: {error}", "Correct it.")
            return None

    def table(self, name: Any, place: Place) -> Table | None:
        """A value table, keys without regard to case."""
        if not isinstance(name, str) or name not in self.layer.tables:
            self.report.unknown(place, "table", str(name), self.layer.tables)
            return None
        return {key.strip().casefold(): placed for key, placed in self.layer.tables[name].items()}


def _guarded(evaluate: Get, key: str) -> Get:
    def guarded(look: Look) -> Any:
        try:
            return evaluate(look)
        except CelError as error:
            raise Unreadable(
                f"{key}: the expression failed on this record: {error}. Guard it with has(...) &&, or use a plain path."
            ) from None

    return guarded


def key_of(value: Json) -> str | None:
    """The key under which a value stands in a table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, int) and abs(value) >= 2**63:
        return None
    return str(value).strip().casefold() if isinstance(value, str | int | float) else None
