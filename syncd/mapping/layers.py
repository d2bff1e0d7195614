"""Pure. Mappings laid over each other: `extends`, then what a project says, and where each setting comes from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncd.mapping.document import Layer, Place, Report, RuleText, Section, Source, read_layer
from syncd.mapping.targets import KINDS

Read = Callable[[str], Source | None]


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective setting: its key in the mapping, its value, and the file and key that say so."""

    key: str
    value: Any
    file: str
    written_at: str


def load(name: str, read: Read, report: Report) -> Layer:
    """The mapping `name` laid over all that it extends."""
    layers: list[Layer] = []
    seen: list[str] = []
    place = Place(name, "")
    wanted: str | None = name
    while wanted is not None:
        source = read(wanted)
        if source is None:
            report.add(place, f"there is no mapping '{wanted}'", "Name a file of the mappings folder, or give a path.")
            break
        if source.file in seen:
            circle = " -> ".join([*seen[seen.index(source.file) :], source.file])
            report.add(place, f"mappings extend each other in a circle: {circle}", "Cut it at one place.")
            break
        seen.append(source.file)
        layer, wanted = read_layer(source, report)
        layers.append(layer)
        place = Place(source.file, "extends")
    effective = Layer()
    for layer in reversed(layers):
        effective = lay(effective, layer)
    return effective


def lay(base: Layer, over: Layer) -> Layer:
    """`over` laid over `base`: settings one by one, rules by name; new rules come first, so that they win."""
    projects = dict(base.projects)
    for name, project in over.projects.items():
        projects[name] = lay(projects.get(name, Layer()), project)
    return Layer(
        mapping={**base.mapping, **over.mapping},
        person={**base.person, **over.person},
        streams=_each(base.streams, over.streams),
        fields=_each(base.fields, over.fields),
        tables=_each(base.tables, over.tables),
        types=_each(base.types, over.types),
        rules=_rules(base.rules, over),
        projects=projects,
    )


def for_project(layer: Layer, project: str) -> Layer:
    """The mapping as it is for one project, compared without regard to case."""
    name = next((name for name in layer.projects if name.casefold() == project.casefold()), None)
    return layer if name is None else replace(lay(layer, layer.projects[name]), projects={})


def settings(layer: Layer) -> Iterator[Setting]:
    """Every effective setting, in the order of the language page."""
    yield from _settings("mapping", layer.mapping)
    yield from _settings("person", layer.person)
    for word, sections in (("streams", layer.streams), ("fields", layer.fields), ("table", layer.tables), ("type", layer.types)):
        for name, section in sections.items():
            yield from _settings(f"{word}.{name}", section)
    for rule in layer.rules:
        yield from _settings(f"rule[{rule.label}]", rule.parts)
        yield from _settings(f"rule[{rule.label}].ref", rule.ref)
        yield from _settings(f"rule[{rule.label}].fields", own_fields(layer, rule))


def own_fields(layer: Layer, rule: RuleText) -> Section:
    """The fields of a rule with those that its stream gives to every rule; without the ones set to `false`."""
    fields = {**_shared(layer.fields.get(str(rule.part("stream")), {}), rule), **rule.fields}
    return {name: placed for name, placed in fields.items() if placed.value is not False}


def _shared(section: Section, rule: RuleText) -> dict[str, Any]:
    """What a stream's `fields` give to this rule: those that its kind has, where its row is the record itself."""
    if "each" in rule.parts or rule.ref:
        return {}
    known = KINDS.get(str(rule.part("to")), {})
    return {name: placed for name, placed in section.items() if name in known}


def _rules(base: tuple[RuleText, ...], over: Layer) -> tuple[RuleText, ...]:
    changes = {rule.label: rule for rule in over.rules if rule.named}
    kept = tuple(_changed(_with_shared(rule, over), changes.pop(rule.label, None) if rule.named else None) for rule in base)
    new = tuple(rule for rule in over.rules if not rule.named or rule.label in changes)
    return new + kept


def _with_shared(rule: RuleText, over: Layer) -> RuleText:
    shared = _shared(over.fields.get(str(rule.part("stream")), {}), rule)
    return replace(rule, fields={**rule.fields, **shared}) if shared else rule


def _changed(rule: RuleText, change: RuleText | None) -> RuleText:
    if change is None:
        return rule
    return replace(
        rule,
        parts={**rule.parts, **change.parts},
        fields={**rule.fields, **change.fields},
        ref={**rule.ref, **change.ref},
    )


def _each(base: Mapping[str, Section], over: Mapping[str, Section]) -> dict[str, Section]:
    return {name: {**base.get(name, {}), **over.get(name, {})} for name in [*base, *(n for n in over if n not in base)]}


def _settings(prefix: str, section: Section) -> Iterator[Setting]:
    for name, placed in section.items():
        yield Setting(f"{prefix}.{name}", placed.value, placed.place.file, placed.place.key)
