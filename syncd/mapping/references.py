"""Pure. References to other objects (`ref`, `alias`), to people, and the identity that a stream's records have."""

from collections.abc import Callable, Mapping
from typing import Any

from syncd.mapping.build import Build, RefOf, key_of
from syncd.mapping.convert import clean
from syncd.mapping.document import Place
from syncd.mapping.look import Convert, Get, Look, Unfit
from syncd.mapping.paths import parse_path, walk
from syncd.model.raw import Json
from syncd.model.ref import Alias, Ref
from syncd.model.rows import Person

MAX_ALIAS = 500


def identity(stream: str, parts: Mapping[str, Get]) -> RefOf:
    """A function from an object of `stream` (or its bare id) to its Ref, by the paths that `[streams.NAME]` gives.

    None where the object holds no id. The object may be a record, or the shorter form in which others link to it.
    """
    get_id, get_key, get_url = parts.get("id"), parts.get("key"), parts.get("url")

    def of(value: Json, look: Look) -> Ref | None:
        if not isinstance(value, Mapping):
            bare = _id(value, look)
            return Ref(look.raw.ref.connection, stream, bare) if bare else None
        inner = Look(look.raw, value)
        inner.notes = look.notes
        found = _id(get_id(inner) if get_id else value.get("id"), look)
        if not found:
            return None
        key, url = get_key(inner) if get_key else None, get_url(inner) if get_url else None
        return Ref(look.raw.ref.connection, stream, found, key, url)

    return of


def _id(value: Json, look: Look) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return clean(value, look).strip() if isinstance(value, str) else key_of(value)


def reference(spec: Mapping[str, Any], place: Place, build: Build) -> Convert:
    """`as = "ref"`: an object or an id becomes a Ref into `stream` of `connection`."""
    stream, connection, prefix = (_word(spec, name, place, build) for name in ("stream", "connection", "prefix"))
    own = stream or build.stream
    of = build.identities.get(own) or identity(own, {})

    def take(value: Json, look: Look) -> Ref | None:
        if isinstance(value, bool | list):
            raise Unfit("id or object with one")
        found = of(value, look)
        if found is None:
            if isinstance(value, Mapping) and value:
                raise Unfit("object with an id")
            return None
        if connection or prefix:
            return Ref(connection or found.connection, own, f"{prefix or ''}{found.id}", found.key, found.url)
        return found

    return take


def _word(spec: Mapping[str, Any], name: str, place: Place, build: Build) -> str | None:
    value = spec.get(name)
    if value is not None and not isinstance(value, str):
        build.report.add(place.at(name), f"`{name}` is a text", "Correct it.")
        return None
    return value


def alias(spec: Mapping[str, Any]) -> Convert:
    """`as = "alias"`: a key or URL of any connection, as text."""
    prefix = spec.get("prefix", "")

    def take(value: Json, look: Look) -> Alias | None:
        if not isinstance(value, str):
            raise Unfit("key or URL")
        text = clean(value, look).strip()
        return Alias(f"{prefix}{text}") if text and len(text) <= MAX_ALIAS else None

    return take


def person(build: Build) -> Convert:
    """`as = "person"`: an object by the paths of `[person]`, or a bare name or e-mail address."""
    ids, names, mails, logins = (_candidates(name, build) for name in ("id", "name", "email", "login"))

    def take(value: Json, look: Look) -> Person | None:
        if isinstance(value, str):
            name = clean(value, look).strip()
            return Person(name, {}, name if "@" in name and " " not in name else None) if name else None
        if not isinstance(value, Mapping):
            raise Unfit("person")
        found, mail = _first(value, ids, look), _first(value, mails, look)
        shown = _first(value, names, look) or mail or found
        identities = {look.raw.ref.connection: found} if found else {}
        return Person(shown, identities, mail, _first(value, logins, look)) if shown else None

    return take


def _candidates(name: str, build: Build) -> tuple[Callable[[Json], Json], ...]:
    placed = build.layer.person.get(name)
    if placed is None:
        return ()
    texts = placed.value if isinstance(placed.value, list) else [placed.value]
    found = []
    for text in texts:
        try:
            found.append(_inside(parse_path(text).parts))
        except (ValueError, TypeError):
            build.report.add(placed.place, f"'{text}' is no path", "Write the name of a field of the vendor's person object.")
    return tuple(found)


def _inside(parts: tuple[str, ...]) -> Callable[[Json], Json]:
    if len(parts) == 1:
        (name,) = parts
        return lambda value: value.get(name)
    return lambda value: walk(value, parts)


def _first(value: Json, candidates: tuple[Callable[[Json], Json], ...], look: Look) -> str | None:
    for candidate in candidates:
        found = _id(candidate(value), look)
        if found:
            return found
    return None
