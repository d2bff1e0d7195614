"""Pure. The last step of a value: converting what was read, one or several, and saying what does not fit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.mapping import convert, steps
from syncd.mapping.build import Build
from syncd.mapping.document import Place
from syncd.mapping.look import Convert, Get, Look, Unfit, Unreadable, short
from syncd.mapping.references import alias, person, reference
from syncd.mapping.steps import Step
from syncd.mapping.targets import LAG, QUANTITY, Target
from syncd.model.raw import Json


@dataclass(frozen=True, slots=True)
class Field:
    """The field that is built: its name and target, and the conversion that holds where a part names none."""

    name: str
    target: Target
    conversion: str

    def as_(self, conversion: str) -> "Field":
        """The same field under another conversion."""
        return Field(self.name, self.target, conversion)


def converted(
    get: Get, made: tuple[Step, ...], field: Field, path: str, spec: Mapping[str, Any], place: Place, build: Build
) -> Get:
    """The function that reads, runs the steps and converts: one value, or a tuple for fields that hold several."""
    if "table" in spec and field.target.values:
        table = build.table(spec["table"], place.at("table"))
        steps.check_table(table or {}, field.target.values, build)
    take = _taker(_conversion_of(field, spec, place, build), field.name, path, bool(spec.get("lenient")))
    if field.target.many:
        return _many(get, made, take, comma=field.conversion == "list")
    return _one(get, made, take)


def _one(get: Get, made: tuple[Step, ...], take: Convert) -> Get:
    """The value; of a list, the first element that gives something."""

    def read(look: Look) -> Any:
        raw = get(look)
        if raw is None or raw == "":
            return None
        if not made and type(raw) is not list:
            return take(raw, look)
        for value in steps.run(raw, made, look):
            found = take(value, look)
            if found is not None:
                return found
        return None

    return read


def _many(get: Get, made: tuple[Step, ...], take: Convert, *, comma: bool) -> Get:
    def read(look: Look) -> Any:
        raw = get(look)
        if raw is None or raw == "" or raw == []:
            return ()
        if comma and isinstance(raw, str):
            raw = [part.strip() for part in raw.split(",") if part.strip()]
        found: list[Any] = []
        for value in steps.run(raw, made, look):
            item = take(value, look)
            if item is not None and item not in found:
                found.append(item)
        return tuple(found)

    return read


def _taker(conversion: Convert, name: str, path: str, lenient: bool) -> Convert:
    """The conversion with its error made a line for a person: a rejection, or a note where the mapping is lenient."""

    def take(value: Any, look: Look) -> Any:
        try:
            return conversion(value, look)
        except Unfit as error:
            what = f"{name}: {path} holds {short(value)}, which is no {error.expected}"
            if not lenient:
                cure = "Correct it in the record, or map it with another `as`, or with lenient = true"
                raise Unreadable(f"{what}. {cure}") from None
            look.note(f"{what}; left out")
            return None

    return take


def _conversion_of(field: Field, spec: Mapping[str, Any], place: Place, build: Build) -> Convert:
    name = field.conversion
    if field.target.values:
        return _word(field.target.values)
    if field.target is QUANTITY:
        return convert.of_work(name)
    if field.target is LAG:
        return convert.of_lag(name)
    if name == "ref":
        return reference(spec, place, build)
    if name == "alias":
        return alias(spec)
    if name == "person":
        return person(build)
    if name in ("datetime", "moment") and "zone" in spec:
        return _zoned(convert.instant if name == "datetime" else convert.moment, build.path(spec["zone"], place.at("zone")))
    return convert.CONVERT[name]


def _zoned(conversion: Callable[..., Any], zone: Get | None) -> Convert:
    def take(value: Json, look: Look) -> Any:
        name = zone(look) if zone else None
        return conversion(value, look, name if isinstance(name, str) else None)

    return take


def _word(words: Sequence[str]) -> Convert:
    """One of the words that the field can hold; with `unknown` among them another one is noted, else it does not fit."""
    known = {word.casefold(): word for word in words}

    def take(value: Json, look: Look) -> str | None:
        found = known.get(value.strip().casefold()) if isinstance(value, str) else None
        if found is None and "unknown" not in words:
            raise Unfit(f"word for it ({', '.join(words)})")
        if found is None:
            look.missed.append(("", str(value)[:80]))
        return found

    return take
