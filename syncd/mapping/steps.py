"""Pure. What happens to a value between where it is read and what it becomes: `absent`, `find`, `format`, `table`."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncd.mapping.build import MAX_TEXT, Build, Table, key_of
from syncd.mapping.document import Place
from syncd.mapping.look import Get, Look
from syncd.mapping.prose import plain
from syncd.model.raw import Json

Step = Callable[[list[Any], Look], list[Any]]
_SLOT = re.compile(r"\{([^{}]*)\}")


class Found(tuple[str, ...]):
    """A match: what was found, then the groups."""

    __slots__ = ()


def steps(spec: Mapping[str, Any], place: Place, build: Build) -> tuple[Step, ...]:
    """The steps that a value's table names, in the order in which they happen."""
    made: list[Step | None] = []
    if "absent" in spec:
        made.append(_absent(spec["absent"], place.at("absent"), build))
    if "find" in spec:
        made.append(_find(spec["find"], place.at("find"), build))
    if "format" in spec:
        made.append(_format(spec["format"], place.at("format"), build))
    elif "find" in spec:
        made.append(lambda values, _: [value[0] for value in values])
    if "table" in spec:
        made.append(_look_up(spec["table"], place.at("table"), build))
    return tuple(step for step in made if step is not None)


def _absent(spec: Any, place: Place, build: Build) -> Step | None:
    if not isinstance(spec, list):
        build.report.add(place, "`absent` is a list", "Write absent = [0].")
        return None
    nothing = frozenset(key_of(value) for value in spec)
    return lambda values, _: [value for value in values if key_of(value) not in nothing or key_of(value) is None]


def _find(spec: Any, place: Place, build: Build) -> Step | None:
    texts = spec if isinstance(spec, list) else [spec]
    patterns = [build.pattern(text, place) for text in texts]
    if not patterns or any(pattern is None for pattern in patterns):
        return None
    known = tuple(pattern for pattern in patterns if pattern is not None)
    return lambda values, _: [found for value in values for found in search(value, known)]


def search(value: Json, patterns: Sequence[re.Pattern[str]]) -> list[Found]:
    """All matches of the last pattern in what the ones before found. Only a text has any; it is cut at `MAX_TEXT`."""
    text = plain(value)
    found = [] if text is None else [Found((text[:MAX_TEXT],))]
    for pattern in patterns:
        found = [_found(match) for text in found for match in pattern.finditer(text[0])]
    return found


def _found(match: re.Match[str]) -> Found:
    groups = tuple(group or "" for group in match.groups())
    return Found((groups[0] if groups else match[0], *groups))


def _format(spec: Any, place: Place, build: Build) -> Step | None:
    if not isinstance(spec, str):
        build.report.add(place, "`format` is a text", 'Write it like "{scope.name}#{1}".')
        return None
    template = _SLOT.split(spec)
    slots = [_slot(name, place, build) for name in template[1::2]]
    literals = template[0::2]

    def fill(value: Any, look: Look) -> str | None:
        texts = [slot(value, look) for slot in slots]
        if any(text is None for text in texts):
            return None
        return literals[0] + "".join(f"{text}{literal}" for text, literal in zip(texts, literals[1:], strict=True))

    return lambda values, look: [text for value in values if (text := fill(value, look)) is not None]


def _slot(name: str, place: Place, build: Build) -> Callable[[Any, Look], str | None]:
    if name.isdigit() and name.isascii():
        position = int(name[:3])
        return lambda value, _: _group(value, position)
    if name == "project":
        return _project(build.projects.get(build.stream))
    get = build.path(name, place)
    return (lambda _, look: _scalar(get(look))) if get else (lambda *_: None)


def _project(get: Get | None) -> Callable[[Any, Look], str | None]:
    """The project as the record names it (a scope may be a whole group), else the scope's name."""
    return lambda _, look: (get(look) if get else None) or look.raw.scope.name


def _group(value: Any, position: int) -> str | None:
    if not isinstance(value, Found):
        return _scalar(value) if position == 0 else None
    return value[position] if position < len(value) else None


def _scalar(value: Json) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return value if isinstance(value, str) else key_of(value)


def _look_up(name: Any, place: Place, build: Build) -> Step | None:
    table = build.table(name, place)
    if table is None:
        return None
    words = {key: placed.value for key, placed in table.items()}

    def step(values: list[Any], look: Look) -> list[Any]:
        found = [words[key] for value in values if (key := key_of(value)) in words]
        if not found and len(values) == 1 and (missed := key_of(values[0])) is not None:
            look.missed.append((str(name), str(values[0]) if missed else ""))
        return found

    return step


def check_table(table: Table, words: Sequence[str], build: Build) -> None:
    """Every value of a table must be one of the words that the field can hold."""
    for placed in table.values():
        if placed.value not in words:
            build.report.unknown(placed.place, "word", str(placed.value), words)


def label_step(glob: str) -> Step:
    """The labels that a glob fits, without regard to case: what its first `*` stands for, or the whole label without one."""
    pattern = re.compile("(.*)".join(re.escape(part) for part in glob.split("*")), re.IGNORECASE | re.DOTALL)
    return lambda values, _: [
        match[1] if match.groups() else match[0]
        for value in values
        if isinstance(value, str) and (match := pattern.fullmatch(value[:MAX_TEXT]))
    ]


def run(raw: Json, made: tuple[Step, ...], look: Look) -> list[Any]:
    """The value, or each element of a list, after all steps; nothing where there is nothing."""
    values = [item for item in raw if item is not None and item != ""] if isinstance(raw, list | tuple) else [raw]
    for step in made:
        values = step(values, look)
    return values


def whole(get: Get, made: tuple[Step, ...]) -> Callable[[Look], list[Any]]:
    """A function that reads and runs the steps."""

    def read(look: Look) -> list[Any]:
        raw = get(look)
        return [] if raw is None or raw == "" else run(raw, made, look)

    return read
