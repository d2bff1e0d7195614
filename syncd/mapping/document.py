"""Pure. The text of a mapping, read: each setting with the place where it is written, every problem collected."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd.mapping import grammar
from syncd.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Source:
    """The TOML text of a mapping and the name of the file it came from."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written: file and dotted key."""

    file: str
    key: str

    def at(self, *parts: str | int) -> "Place":
        """A place inside this one."""
        return Place(self.file, ".".join([self.key, *map(str, parts)] if self.key else list(map(str, parts))))


@dataclass(frozen=True, slots=True)
class Placed:
    """A setting and where it is written."""

    value: Any
    place: Place


Section = Mapping[str, Placed]


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as it is written. `label` is what people call it: its name, else its number."""

    label: str
    named: bool
    place: Place
    parts: Section = field(default_factory=dict)
    fields: Section = field(default_factory=dict)
    ref: Section = field(default_factory=dict)

    def part(self, name: str) -> Any:
        """The value of a part, or None."""
        return self.parts[name].value if name in self.parts else None


@dataclass(frozen=True, slots=True)
class Layer:
    """One mapping file, or what one says of a project. `fields` are by stream, `types` by type name."""

    mapping: Section = field(default_factory=dict)
    person: Section = field(default_factory=dict)
    streams: Mapping[str, Section] = field(default_factory=dict)
    fields: Mapping[str, Section] = field(default_factory=dict)
    tables: Mapping[str, Section] = field(default_factory=dict)
    types: Mapping[str, Section] = field(default_factory=dict)
    rules: tuple[RuleText, ...] = ()
    projects: Mapping[str, "Layer"] = field(default_factory=dict)


class Report:
    """Collects the problems of one parse. It is handed down, and read once at the end."""

    __slots__ = ("problems",)

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, place: Place, text: str, cure: str) -> None:
        """One problem; the same one is kept once."""
        problem = Problem(place.file, place.key, text, cure)
        if problem not in self.problems:
            self.problems.append(problem)

    def unknown(self, place: Place, what: str, name: str, known: Iterable[str]) -> None:
        """A name that nothing knows, with the nearest one that is known."""
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        cure = f"Did you mean '{near[0]}'?" if near else f"Known are: {', '.join(names) or 'none'}."
        self.add(place, f"there is no {what} '{name}'", cure)


def read_layer(source: Source, report: Report) -> tuple[Layer, str | None]:
    """The layer that a file holds, and what it extends. What cannot be read is reported and left out."""
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        report.add(Place(source.file, ""), f"this is no TOML: {error}", "Correct the line named")
        return Layer(), None
    except RecursionError:
        report.add(Place(source.file, ""), "this is nested too deeply", "Flatten it")
        return Layer(), None
    root = Place(source.file, "")
    extends = data.get("extends")
    if extends is not None and not isinstance(extends, str):
        report.add(root.at("extends"), "this is no text", "Name one mapping.")
        extends = None
    return _layer(data, grammar.TOP, root, report), extends


def _layer(data: Mapping[str, Any], words: Mapping[str, str], at: Place, report: Report) -> Layer:
    _check_words(data, words, at, "key", report)
    projects = _table(data.get("project"), at.at("project"), report)
    return Layer(
        mapping=_section(data.get("mapping"), at.at("mapping"), report, grammar.SETTINGS),
        person=_section(data.get("person"), at.at("person"), report, grammar.PERSON),
        streams=_sections(data.get("streams"), at.at("streams"), report, grammar.STREAM),
        fields=_sections(data.get("fields"), at.at("fields"), report),
        tables=_sections(data.get("table"), at.at("table"), report),
        types=_types(data.get("type"), at.at("type"), report),
        rules=_rules(data.get("rule"), at.at("rule"), report),
        projects={
            name: _layer(_table(value, at.at("project", name), report), grammar.PROJECT, at.at("project", name), report)
            for name, value in projects.items()
        },
    )


def _check_words(data: Mapping[str, Any], words: Mapping[str, str], at: Place, what: str, report: Report) -> None:
    for name in data:
        if name not in words:
            report.unknown(at.at(name), what, name, words)


def _table(value: Any, at: Place, report: Report) -> Mapping[str, Any]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    report.add(at, "this is no table", f"Write [{at.key}] and its keys below it.")
    return {}


def _section(value: Any, at: Place, report: Report, words: Mapping[str, str] | None = None) -> Section:
    data = _table(value, at, report)
    if words is not None:
        _check_words(data, words, at, "key", report)
    return {name: Placed(item, at.at(name)) for name, item in data.items() if words is None or name in words}


def _sections(value: Any, at: Place, report: Report, words: Mapping[str, str] | None = None) -> dict[str, Section]:
    return {name: _section(item, at.at(name), report, words) for name, item in _table(value, at, report).items()}


def _types(value: Any, at: Place, report: Report) -> dict[str, Section]:
    found = {}
    for name, item in _table(value, at, report).items():
        data = _table(item, at.at(name), report)
        _check_words(data, {"fields": ""}, at.at(name), "key", report)
        found[name] = _section(data.get("fields"), at.at(name, "fields"), report)
    return found


def _rules(value: Any, at: Place, report: Report) -> tuple[RuleText, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(rule, dict) for rule in value):
        report.add(at, "rules are a list of tables", f"Write [[{at.key}]].")
        return ()
    rules = tuple(_rule(rule, index, at, report) for index, rule in enumerate(value))
    names = [rule.label for rule in rules if rule.named]
    for rule in rules:
        if rule.named and names.count(rule.label) > 1:
            report.add(rule.place, f"two rules of this file are named '{rule.label}'", "Give each its own name.")
    return rules


def _rule(data: Mapping[str, Any], index: int, at: Place, report: Report) -> RuleText:
    name = data.get("name")
    named = isinstance(name, str) and bool(name)
    label = str(name) if named else f"#{index + 1}"
    place = Place(at.file, f"{at.key}[{index}] ({name})" if named else f"{at.key}[{index}]")
    if name is not None and not named:
        report.add(place.at("name"), "a name is a text", "Write a word or two.")
    parts = _section(data, place, report, grammar.RULE)
    return RuleText(
        label=label,
        named=named,
        place=place,
        parts={word: part for word, part in parts.items() if word not in ("fields", "ref", "name")},
        fields=_section(data.get("fields"), place.at("fields"), report),
        ref=_section(data.get("ref"), place.at("ref"), report, grammar.RULE_REF),
    )
