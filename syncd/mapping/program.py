"""Pure. A mapping, built: its rules as functions, per stream, project and record type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd.mapping import grammar, special, steps
from syncd.mapping.build import Build, Read, RefOf
from syncd.mapping.cel import Cel
from syncd.mapping.conditions import Condition, condition
from syncd.mapping.document import Layer, Place, Placed, Report, RuleText, Section
from syncd.mapping.layers import own_fields
from syncd.mapping.look import Get, Look
from syncd.mapping.making import Make, maker, titled
from syncd.mapping.paths import parse_path
from syncd.mapping.references import identity
from syncd.mapping.targets import KINDS, LABELS, REF_PART, TEXT, Target, fields_of_any_kind
from syncd.mapping.values import field_value
from syncd.model.raw import Json
from syncd.model.ref import Ref

_DECIDING = frozenset({"direction", "other", "predecessor", "successor"})
Each = Callable[[Look], list[Any]]
RefOfRow = Callable[[Look], Ref | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, built. `each` None: one row per record; `ref` None: the row is the record itself."""

    label: str
    kind: str
    fields: tuple[tuple[str, Get], ...]
    make: Make
    when: Condition | None = None
    each: Each | None = None
    ref: RefOfRow | None = None
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StreamForm:
    """How records of a stream are identified, told apart by type, and passed over."""

    ref: RefOf
    parts: Mapping[str, Get]
    type: Get | None = None
    skip: Condition | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Program:
    """What one project's records go through. `typed`: stream -> type name (no regard to case) -> rules."""

    rules: Mapping[str, tuple[Rule, ...]]
    typed: Mapping[str, Mapping[str, tuple[Rule, ...]]]
    streams: Mapping[str, StreamForm]


def program(layer: Layer, cel: Cel, reads: dict[str, dict[str, Read]], report: Report) -> Program:
    """The program of an effective layer. All problems go to `report`; what they concern is left out."""
    build = Build(report, layer, cel, reads)
    streams = {name: _stream(name, section, build) for name, section in layer.streams.items()}
    _check_sections(layer, report)
    rules: dict[str, list[Rule]] = {}
    for text in layer.rules:
        made = _rule(text, own_fields(layer, text), build)
        if made is not None:
            rules.setdefault(str(text.part("stream")), []).append(made)
    return Program({name: tuple(made) for name, made in rules.items()}, _typed(layer, build), streams)


def _check_sections(layer: Layer, report: Report) -> None:
    known = fields_of_any_kind()
    for section in (*layer.fields.values(), *layer.types.values()):
        for name, placed in section.items():
            if name not in known:
                report.unknown(placed.place, "field", name, known)
    outranks = layer.mapping.get("resolution_outranks_status")
    if outranks is not None and not isinstance(outranks.value, bool):
        report.add(outranks.place, "this is true or false", "Correct it.")


def _typed(layer: Layer, build: Build) -> dict[str, dict[str, tuple[Rule, ...]]]:
    """Per stream with a `type` path: the rules again for each type that `[type.NAME.fields]` names."""
    found: dict[str, dict[str, tuple[Rule, ...]]] = {}
    for stream in (name for name, section in layer.streams.items() if "type" in section):
        for type_name, section in layer.types.items():
            texts = [text for text in layer.rules if text.part("stream") == stream]
            rules = tuple(_rule(text, _with_type(own_fields(layer, text), section, text), build) for text in texts)
            found.setdefault(stream, {})[type_name.strip().casefold()] = tuple(rule for rule in rules if rule is not None)
    if layer.types and not found:
        place = next((placed.place for section in layer.types.values() for placed in section.values()), Place("", "type"))
        build.report.add(place, "no stream says where a record's type is", 'Write [streams.NAME] type = "fields.issuetype.name".')
    return found


def _with_type(fields: Section, section: Section, text: RuleText) -> Section:
    if "each" in text.parts or text.ref:
        return fields
    known = KINDS.get(str(text.part("to")), {})
    merged = {**fields, **{name: placed for name, placed in section.items() if name in known}}
    return {name: placed for name, placed in merged.items() if placed.value is not False}


def _stream(name: str, section: Section, build: Build) -> StreamForm:
    build.stream, build.each, build.labels, build.optional = name, (), None, True
    parts = {
        word: field_value(section[word].value, word, TEXT, section[word].place, build)
        for word in ("id", "key", "url", "project", "project_id")
        if word in section
    }
    facts = section["facts"].value if "facts" in section else {}
    if not isinstance(facts, dict):
        build.report.add(section["facts"].place, "this is no table", "Write facts = { private = false }.")
        facts = {}
    form = StreamForm(
        ref=identity(name, parts),
        parts=parts,
        type=_typing(section, build),
        skip=condition(section["skip"].value, section["skip"].place, build) if "skip" in section else None,
        facts=facts,
    )
    build.identities[name] = form.ref
    if "project" in parts:
        build.projects[name] = parts["project"]
    return form


def _typing(section: Section, build: Build) -> Get | None:
    return build.path(section["type"].value, section["type"].place) if "type" in section else None


def _rule(text: RuleText, fields: Section, build: Build) -> Rule | None:
    if text.part("drop") is True:
        return None
    stream, kind = text.part("stream"), text.part("to")
    if not _is_whole(text, build):
        return None
    build.stream, build.each, build.optional = str(stream), (), False
    build.labels = _labels(build)
    when = None
    # `when` may speak of `each`: what the elements are is known first.
    each = _each(text.parts["each"], build) if "each" in text.parts else None
    if "when" in text.parts:
        when = condition(text.parts["when"].value, text.parts["when"].place, build)
    return Rule(
        label=text.label,
        kind=str(kind),
        fields=_fields(fields, str(kind), build),
        make=_maker(str(kind), build),
        when=when,
        each=each,
        ref=_ref(text, build) if text.ref else None,
        needs=_needs(str(kind), fields),
    )


def _is_whole(text: RuleText, build: Build) -> bool:
    kind = text.part("to")
    for word in ("stream", "to"):
        if not isinstance(text.part(word), str):
            names = ", ".join(rule.label for rule in build.layer.rules if rule.named and rule is not text)
            cure = f"Add it; to change an inherited rule, use its name: {names or 'there is none'}."
            build.report.add(text.place, f"the rule does not say `{word}`", cure)
            return False
    if kind not in KINDS:
        build.report.unknown(text.parts["to"].place, "kind", str(kind), KINDS)
        return False
    return True


def _labels(build: Build) -> Get | None:
    placed = build.layer.streams.get(build.stream, {}).get("labels")
    return None if placed is None else field_value(placed.value, "labels", LABELS, placed.place, build)


def _each(placed: Placed, build: Build) -> Each:
    """The elements: of a list in the record, or the matches of `find` in texts. `build.each` becomes the list's own path."""
    parts = placed.value if isinstance(placed.value, list) else [placed.value]
    found = [_each_part(part, placed.place, build) for part in parts]
    if len(parts) == 1 and (path := _list_path(parts[0])):
        build.each = path
    return lambda look: [item for part in found for item in part(look)]


def _list_path(part: Any) -> tuple[str, ...]:
    """The path of the list whose elements `each` stands for; none where a pattern finds them in a text."""
    text = part.get("path") if isinstance(part, Mapping) and "find" not in part else part
    try:
        path = parse_path(text) if isinstance(text, str) else None
    except ValueError:
        return ()
    return path.parts if path is not None and path.root == "record" else ()


def _each_part(part: Any, place: Place, build: Build) -> Each:
    spec = {"path": part} if isinstance(part, str) else part
    if not isinstance(spec, Mapping) or "path" not in spec:
        cure = 'Write each = "fields.issuelinks" or { path = "...", find = "..." }.'
        build.report.add(place, "`each` is a path to a list", cure)
        return lambda _: []
    for name in spec:
        if name not in grammar.EACH:
            build.report.unknown(place.at(name), "key of `each`", name, grammar.EACH)
    get = build.path(spec["path"], place.at("path"))
    if get is None:
        return lambda _: []
    read = steps.whole(get, steps.steps(spec, place, build))
    if "when" not in spec:
        return read
    holds = condition(spec["when"], place.at("when"), build)
    return lambda look: read(look) if holds(look) else []


def _fields(section: Section, kind: str, build: Build) -> tuple[tuple[str, Get], ...]:
    targets = KINDS[kind]
    found = []
    # What decides whether there is a row comes first: of a link that is none, nothing else is read or noted.
    for name, placed in sorted(section.items(), key=lambda pair: pair[0] not in _DECIDING):
        if name not in targets:
            build.report.unknown(placed.place, f"field of {kind}", name, targets)
        else:
            found.append((name, _field(name, targets[name], placed, build)))
    return tuple(found)


def _field(name: str, target: Target, placed: Placed, build: Build) -> Get:
    if target.default == "history":
        return special.history(placed.value, placed.place, build)
    if target.default == "progress":
        return special.progress(placed.value, placed.place, build)
    return field_value(placed.value, name, target, placed.place, build)


def _maker(kind: str, build: Build) -> Make:
    placed = build.layer.mapping.get("resolution_outranks_status")
    made = maker(kind, outranks=placed is None or placed.value is not False)
    return titled(made) if kind in ("milestone", "item", "merge_request") else made


def _needs(kind: str, fields: Section) -> frozenset[str]:
    """Fields without which there is no row: a link whose strength or direction no table knows is no dependency."""
    return frozenset(fields) & (_DECIDING | {"strength"}) if kind == "dependency" else frozenset()


def _ref(text: RuleText, build: Build) -> RefOfRow:
    gets = {
        name: field_value(text.ref[name].value, f"ref.{name}", REF_PART, text.ref[name].place, build)
        for name in ("id", "key", "url")
        if name in text.ref
    }
    stream = text.ref["stream"].value if "stream" in text.ref else build.stream
    if not isinstance(stream, str):
        build.report.add(text.ref["stream"].place, "`stream` is a word", "Write it in quotes.")
    if "id" not in gets:
        build.report.add(text.place.at("ref"), "the identity has no id", 'Write id = "each", or another path.')
        return lambda _: None
    get_id, get_key, get_url = gets["id"], gets.get("key"), gets.get("url")

    def ref(look: Look) -> Ref | None:
        found = get_id(look)
        if not found:
            return None
        return Ref(
            look.raw.ref.connection, str(stream), found, get_key(look) if get_key else None, get_url(look) if get_url else None
        )

    return ref
