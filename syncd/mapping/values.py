"""Pure. Values of fields: what a mapping writes behind a field's name becomes a function from a record to the field's value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncd.mapping import convert, grammar, steps
from syncd.mapping.build import Build
from syncd.mapping.conditions import condition
from syncd.mapping.document import Place
from syncd.mapping.look import Convert, Get, Look, Unfit, short
from syncd.mapping.taking import Field, converted
from syncd.mapping.targets import CONVERSIONS, LAG, QUANTITY, Target


def field_value(spec: Any, name: str, target: Target, place: Place, build: Build) -> Get:
    """The function that reads a field: the converted value, a tuple for fields that hold several, None for absent.

    Raises Unreadable (when called) where a record holds what the conversion does not take. Problems of `spec` are reported.
    """
    value = _value(spec, Field(name, target, target.default), place, build)
    noted = _noted(value, name) if "unknown" in target.values or _says_else(spec) else value
    return _fresh(noted)


def _says_else(spec: Any) -> bool:
    return isinstance(spec, Mapping) and ("table" in spec or "first" in spec)


def _fresh(value: Get) -> Get:
    def read(look: Look) -> Any:
        if look.missed:
            look.missed.clear()
        return value(look)

    return read


def _noted(value: Get, name: str) -> Get:
    """Nothing came out, and that because no table knew the word: that is noted."""

    def read(look: Look) -> Any:
        found = value(look)
        if found is None and look.missed:
            note_missed(name, look)
        return found

    return read


def note_missed(name: str, look: Look) -> None:
    """Note the words that no table knew, and forget them."""
    words = ", ".join(dict.fromkeys(short(word) for _, word in look.missed[:3]))
    tables = " or ".join(dict.fromkeys(f"[table.{table}]" for table, _ in look.missed if table)) or "no word of ours"
    look.note(f"{name}: {words} is not in {tables}" if "[" in tables else f"{name}: {words} is {tables}")
    look.missed.clear()


def _value(spec: Any, field: Field, place: Place, build: Build) -> Get:
    if isinstance(spec, str):
        return _text(spec, field, place, build)
    if isinstance(spec, list):
        if not field.target.many:
            build.report.add(place, f"`{field.name}` holds one value, this is a list", "Write { first = [...] }.")
        return _all(spec, field, place, build)
    if isinstance(spec, Mapping):
        return _table(spec, field, place, build)
    build.report.add(place, "this is no value", 'Write a path in quotes, or { path = "...", as = "..." }.')
    return _nothing


def _nothing(_: Look) -> None:
    return None


def _text(spec: str, field: Field, place: Place, build: Build) -> Get:
    if not spec.startswith("label:"):
        get = build.path(spec, place)
        return converted(get, (), field, spec, {}, place, build) if get else _nothing
    if build.labels is None:
        cure = f'Say where its labels are: [streams.{build.stream}] labels = "...".'
        build.report.add(place, f"stream '{build.stream}' has no labels", cure)
        return _nothing
    return converted(build.labels, (steps.label_step(spec[6:]),), field, spec, {}, place, build)


def _table(spec: Mapping[str, Any], field: Field, place: Place, build: Build) -> Get:
    for name in spec:
        if name not in grammar.VALUE:
            build.report.unknown(place.at(name), "key of a value", name, grammar.VALUE)
    named = [name for name in grammar.SOURCES if name in spec]
    if len(named) != 1:
        build.report.add(place, "a value has one source", f"Give it exactly one of: {', '.join(grammar.SOURCES)}.")
        return _nothing
    with build.doing_without(named[0] in ("first", "all") or bool(spec.get("lenient")) or "when" in spec):
        value = _SOURCES[named[0]](spec, field, place, build)
        value = _otherwise(value, spec, field, place, build)
        if "when" in spec:
            value = _conditional(value, condition(spec["when"], place.at("when"), build))
    return value


def _conditional(value: Get, holds: Callable[[Look], bool]) -> Get:
    return lambda look: value(look) if holds(look) else None


def _otherwise(value: Get, spec: Mapping[str, Any], field: Field, place: Place, build: Build) -> Get:
    if "else" not in spec:
        return value
    default = _constant(spec["else"], field, place.at("else"), build)
    name = field.name

    def read(look: Look) -> Any:
        found = value(look)
        if found is not None and found != ():
            return found
        if look.missed:
            note_missed(name, look)
        return default(look)

    return read


def _conversion(spec: Mapping[str, Any], field: Field, place: Place, build: Build) -> Field:
    name = spec.get("as", field.conversion)
    if name in field.target.allowed:
        return field.as_(name)
    if name in CONVERSIONS:
        build.report.add(
            place.at("as"), f"`{field.name}` does not take '{name}'", f"It takes: {', '.join(field.target.allowed)}."
        )
    else:
        build.report.unknown(place.at("as"), f"conversion for `{field.name}` named", str(name), field.target.allowed)
    return field


def _path(spec: Mapping[str, Any], field: Field, place: Place, build: Build) -> Get:
    field = _conversion(spec, field, place, build)
    get = build.path(spec["path"], place.at("path"))
    return converted(get, steps.steps(spec, place, build), field, str(spec["path"]), spec, place, build) if get else _nothing


def _cel(spec: Mapping[str, Any], field: Field, place: Place, build: Build) -> Get:
    field = _conversion(spec, field, place, build)
    get = build.expression(spec["cel"], place.at("cel"))
    return converted(get, steps.steps(spec, place, build), field, "the expression", spec, place, build) if get else _nothing


def _constant(spec: Any, field: Field, place: Place, build: Build) -> Get:
    """A value that the mapping itself gives: it is converted here, once, so that a wrong one is a problem of the mapping."""
    words = field.target.values
    values = spec if isinstance(spec, list) else [spec]
    if words:
        for value in values:
            if value not in words:
                build.report.unknown(place, "word", str(value), words)
    if field.conversion in convert.CONVERT and field.target is not QUANTITY:
        conversion = convert.of_lag(field.conversion) if field.target is LAG else convert.CONVERT[field.conversion]
        values = [_checked(value, conversion, place, build) for value in values]
    elif field.conversion in ("ref", "alias", "person"):
        return converted(lambda _: spec, (), field, "the value", {}, place, build)
    result = tuple(values) if field.target.many else values[0] if values else None
    return lambda _: result


def _checked(value: Any, conversion: Convert, place: Place, build: Build) -> Any:
    look: Any = _Silent()
    try:
        return conversion(value, look)
    except Unfit as error:
        build.report.add(place, f"{short(value)} is no {error.expected}", "Correct it.")
        return None


class _Silent:
    """Takes notes that nobody reads: constants are converted before there is a record."""

    __slots__ = ()

    def note(self, text: str) -> None:
        """Nothing."""


def _value_source(spec: Mapping[str, Any], field: Field, place: Place, build: Build) -> Get:
    return _constant(spec["value"], _conversion(spec, field, place, build), place.at("value"), build)


def _first(spec: Mapping[str, Any], field: Field, place: Place, build: Build) -> Get:
    parts = _parts(spec, "first", field, place, build)

    def read(look: Look) -> Any:
        for part in parts:
            found = part(look)
            if found is not None and found != ():
                return found
        return None

    return read


def _all_source(spec: Mapping[str, Any], field: Field, place: Place, build: Build) -> Get:
    if not field.target.many:
        build.report.add(place.at("all"), f"`{field.name}` holds one value", "Write `first`.")
    return _union(_parts(spec, "all", field, place, build))


def _all(spec: Sequence[Any], field: Field, place: Place, build: Build) -> Get:
    with build.doing_without():
        parts = [_value(part, field, place.at(index), build) for index, part in enumerate(spec)]
    return _union(parts)


def _parts(spec: Mapping[str, Any], source: str, field: Field, place: Place, build: Build) -> list[Get]:
    listed = spec[source]
    if not isinstance(listed, list):
        build.report.add(place.at(source), f"`{source}` is a list", f"Write {source} = [...].")
        return []
    names = spec.get("as", field.conversion)
    names = names if isinstance(names, list) else [names] * len(listed)
    if len(names) != len(listed):
        build.report.add(place.at("as"), f"`as` names {len(names)} conversions for {len(listed)} values", "Name one for each.")
        return []
    inherited = {name: spec[name] for name in grammar.STEPS if name in spec and name not in ("as", "else", "when")}
    return [
        _value(_inherit(part, {**inherited, "as": name}, field), field, place.at(source, index), build)
        for index, (part, name) in enumerate(zip(listed, names, strict=True))
    ]


def _inherit(part: Any, inherited: Mapping[str, Any], field: Field) -> Any:
    """A part of `first` or `all` takes over the conversion and the steps that stand beside it, unless it has its own."""
    if isinstance(part, str) and (part.startswith("label:") or inherited == {"as": field.target.default}):
        return part
    if isinstance(part, str):
        return {"path": part, **inherited}
    return {**inherited, **part} if isinstance(part, Mapping) else part


def _union(parts: Sequence[Get]) -> Get:
    def read(look: Look) -> Any:
        found: list[Any] = []
        for part in parts:
            value = part(look)
            for item in value if isinstance(value, tuple) else () if value is None else (value,):
                if item not in found:
                    found.append(item)
        return tuple(found)

    return read


_SOURCES: Mapping[str, Callable[[Mapping[str, Any], Field, Place, Build], Get]] = {
    "path": _path,
    "first": _first,
    "all": _all_source,
    "value": _value_source,
    "cel": _cel,
}
