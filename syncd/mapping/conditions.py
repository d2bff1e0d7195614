"""Pure. Conditions (`when`): CEL, or a table that looks at one path, or a list of which all must hold."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from syncd.mapping import grammar
from syncd.mapping.build import MAX_TEXT, Build, key_of
from syncd.mapping.document import Place
from syncd.mapping.look import Get, Look
from syncd.mapping.prose import plain
from syncd.model.raw import Json

Condition = Callable[[Look], bool]
_TESTS = ("in", "not_in", "present", "matches", "min", "max")


def condition(spec: Any, place: Place, build: Build) -> Condition:
    """The condition that `spec` writes. What is wrong with it is reported, and it never holds."""
    if isinstance(spec, str):
        evaluate = build.expression(spec, place, boolean=True)
        return evaluate or _never
    if isinstance(spec, list):
        return _all(tuple(condition(part, place.at(index), build) for index, part in enumerate(spec)))
    if isinstance(spec, Mapping):
        return _table(spec, place, build)
    build.report.add(place, "this is no condition", 'Write CEL in quotes, or { path = "...", in = [...] }.')
    return _never


def _table(spec: Mapping[str, Any], place: Place, build: Build) -> Condition:
    for name in spec:
        if name not in grammar.CONDITION:
            build.report.unknown(place.at(name), "key of a condition", name, grammar.CONDITION)
    parts: list[Condition] = []
    if "path" in spec:
        parts.append(_path_test(spec, place, build))
    with build.doing_without():
        if "any" in spec:
            parts.append(_any(_conditions(spec["any"], place.at("any"), build)))
        if "not" in spec:
            inner = condition(spec["not"], place.at("not"), build)
            parts.append(lambda look: not inner(look))
    if not parts:
        build.report.add(place, "this condition looks at nothing", "Give it `path`, `any` or `not`.")
        return _never
    return parts[0] if len(parts) == 1 else _all(tuple(parts))


def _conditions(spec: Any, place: Place, build: Build) -> tuple[Condition, ...]:
    if not isinstance(spec, list):
        build.report.add(place, "this is no list", "Write a list of conditions.")
        return ()
    return tuple(condition(part, place.at(index), build) for index, part in enumerate(spec))


def _path_test(spec: Mapping[str, Any], place: Place, build: Build) -> Condition:
    # These two hold or fail for a value that is not there, too: vendors leave out what is empty or as by default.
    with build.doing_without("present" in spec or "not_in" in spec):
        get = build.path(spec["path"], place.at("path"))
    tests = [_test(name, spec[name], place.at(name), build) for name in _TESTS if name in spec]
    if not tests:
        build.report.add(place, "this condition does not say what it wants of the value", f"Add one of: {', '.join(_TESTS)}.")
    if get is None or not tests:
        return _never
    return _all(tuple(_on(get, test) for test in tests)) if len(tests) > 1 else _on(get, tests[0])


def _on(get: Get, test: Callable[[Json], bool]) -> Condition:
    return lambda look: test(get(look))


def _test(name: str, wanted: Any, place: Place, build: Build) -> Callable[[Json], bool]:
    if name in ("in", "not_in"):
        return _membership(name, wanted, place, build)
    if name == "present":
        if not isinstance(wanted, bool):
            build.report.add(place, "`present` is true or false", "Correct it.")
        return lambda value: (value not in (None, "", [], {})) is wanted
    if name == "matches":
        pattern = build.pattern(wanted, place)
        return lambda value: pattern is not None and any(pattern.search(text[:MAX_TEXT]) for text in _texts(value))
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        build.report.add(place, f"`{name}` is a number", "Correct it.")
        return lambda _: False
    if name == "min":
        return lambda value: _is_number(value) and value >= wanted
    return lambda value: _is_number(value) and value <= wanted


def _membership(name: str, wanted: Any, place: Place, build: Build) -> Callable[[Json], bool]:
    if not isinstance(wanted, list):
        build.report.add(place, f"`{name}` is a list", f"Write {name} = [...].")
        return lambda _: False
    keys = frozenset(key_of(value) for value in wanted)
    inside = name == "in"
    return lambda value: _any_in(value, keys) is inside


def _any_in(value: Json, keys: frozenset[str | None]) -> bool:
    if isinstance(value, list):
        return any(key_of(item) in keys for item in value if item is not None)
    return value is not None and key_of(value) in keys


def _texts(value: Json) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    return [text for item in values if (text := plain(item)) is not None]


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _all(parts: tuple[Condition, ...]) -> Condition:
    return lambda look: all(part(look) for part in parts)


def _any(parts: tuple[Condition, ...]) -> Condition:
    return lambda look: any(part(look) for part in parts)


def _never(_: Look) -> bool:
    return False
