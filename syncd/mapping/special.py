"""Pure. The two fields with a form of their own: `history` and `progress`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syncd.mapping import convert, grammar
from syncd.mapping.build import Build
from syncd.mapping.document import Place
from syncd.mapping.look import Get, Look, Unfit
from syncd.mapping.paths import parse_path, walk
from syncd.model.raw import Json
from syncd.model.rows import Change, Progress

_DATES = frozenset({"start", "due"})
Parts = tuple[str, ...]


def progress(spec: Any, place: Place, build: Build) -> Get:
    """`{ done, open }` or `{ done, total }`: paths to counts. Absent where one of them is."""
    if not _is_form(spec, grammar.PROGRESS, ("done",), place, build):
        return _nothing
    gets = {name: build.path(text, place.at(name)) for name, text in spec.items()}
    done, rest, whole = gets["done"], gets.get("open"), gets.get("total")

    def read(look: Look) -> Progress | None:
        finished = _count(done, look)
        other = _count(rest or whole, look)
        if finished is None or other is None:
            return None
        return Progress(finished, finished + other if rest else other)

    return read


def _count(get: Get | None, look: Look) -> float | None:
    value = get(look) if get else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def history(spec: Any, place: Place, build: Build) -> Get:
    """`{ path, entries, at, by, field, names, old, new, ... }`: the changes of mapped fields, oldest first.

    An entry without a readable instant is left out and noted. Dates come from `old_date` and `new_date` where they are dates.
    """
    if not _is_form(spec, grammar.HISTORY, ("path", "at", "field", "names", "old", "new"), place, build):
        return _nothing
    get = build.path(spec["path"], place.at("path"))
    table = build.table(spec["names"], place.at("names"))
    if get is None or table is None:
        return _nothing
    names = {key: str(placed.value) for key, placed in table.items()}
    paths = {name: _paths(spec[name], place.at(name), build) for name in spec if name not in ("path", "names")}

    def read(look: Look) -> tuple[Change, ...]:
        found = [change for entry in _list(get(look)) for change in _changes(entry, paths, names, look)]
        return tuple(sorted(found, key=_when))

    return read


def _when(change: Change) -> datetime:
    return change.at


def _changes(entry: Json, paths: Mapping[str, tuple[Parts, ...]], names: Mapping[str, str], look: Look) -> list[Change]:
    fields = _list(walk(entry, paths["entries"][0])) if paths.get("entries") else [entry]
    known = [(item, name) for item in fields if isinstance(item, Mapping) and (name := _name(item, paths["field"], names))]
    if not known:
        return []
    at = _instant(_first(entry, paths["at"]), look)
    if at is None:
        return []
    by = _text(_first(entry, paths.get("by", ())), look)
    return [Change(at, by, name, *(_side(side, item, name, paths, look) for side in ("old", "new"))) for item, name in known]


def _name(item: Json, paths: tuple[Parts, ...], names: Mapping[str, str]) -> str | None:
    for parts in paths:
        value = walk(item, parts)
        if isinstance(value, str) and value.strip().casefold() in names:
            return names[value.strip().casefold()]
    return None


def _side(side: str, item: Json, name: str, paths: Mapping[str, tuple[Parts, ...]], look: Look) -> str | None:
    if name in _DATES:
        for parts in (*paths.get(f"{side}_date", ()), *paths[side]):
            try:
                return convert.day(walk(item, parts), look).isoformat()
            except Unfit:
                continue
    return _text(_first(item, paths[side]), look)


def _text(value: Json, look: Look) -> str | None:
    try:
        return None if value is None else convert.text(value, look)
    except Unfit:
        return None


def _instant(value: Json, look: Look) -> datetime | None:
    try:
        return convert.instant(value, look)
    except Unfit:
        look.note("history: an entry without a readable instant was left out")
        return None


def _first(value: Json, paths: tuple[Parts, ...]) -> Json:
    return next((found for parts in paths if (found := walk(value, parts)) not in (None, "")), None)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _paths(spec: Any, place: Place, build: Build) -> tuple[Parts, ...]:
    found = []
    for text in spec if isinstance(spec, list) else [spec]:
        try:
            found.append(parse_path(text).parts)
        except (ValueError, TypeError):
            build.report.add(place, f"'{text}' is no path", "Write the name of a field inside the entry.")
    return tuple(found) or ((),)


def _is_form(spec: Any, words: Mapping[str, str], needed: tuple[str, ...], place: Place, build: Build) -> bool:
    if not isinstance(spec, Mapping):
        build.report.add(place, "this field has a form of its own", f"Write a table with: {', '.join(words)}.")
        return False
    for name in spec:
        if name not in words:
            build.report.unknown(place.at(name), "key", name, words)
    missing = [name for name in needed if name not in spec]
    if missing:
        build.report.add(place, f"it lacks {', '.join(missing)}", "Add it.")
    return not missing and all(name in words for name in spec)


def _nothing(_: Look) -> None:
    return None
