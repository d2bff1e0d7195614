"""Pure. From what a record calls another one to the record: by identity, by key, by URL, never by title."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from urllib.parse import urlsplit

from syncd.model.ref import Alias, Ref
from syncd.model.rows import Item, MergeRequest, Milestone

Held = Milestone | Item | MergeRequest
Resolve = Callable[[Ref | Alias], Ref | str]
"""The identity under which the named record is held, or the reason why there is none."""

NOT_HERE = "is not in the mirror"


def resolver(held: Mapping[Ref, Held], sources: Iterable[Ref], anchor_of: Mapping[Ref, Ref]) -> Resolve:
    """Resolve names over all connections.

    `held`: what there is, by identity. `sources`: every present record, with the key and URL by which people know it. A joined
    milestone goes by the keys of all its sources; a key that two records bear leads nowhere.
    """

    @cache
    def keys() -> Mapping[str, set[Ref]]:  # made when a first name asks for it: identities need none
        return _keys(held, sources, anchor_of)

    def resolve(name: Ref | Alias) -> Ref | str:
        if isinstance(name, Ref):
            there = held.get(anchor_of.get(name, name) if anchor_of else name)
            return there.ref if there else f"{name.label} {NOT_HERE}"
        found = keys().get(_normal(name.text), set())
        return next(iter(found)) if len(found) == 1 else _why(name, found)

    return resolve


def _keys(held: Mapping[Ref, Held], sources: Iterable[Ref], anchor_of: Mapping[Ref, Ref]) -> Mapping[str, set[Ref]]:
    keys: dict[str, set[Ref]] = {}
    for ref in sources:
        target = held.get(anchor_of.get(ref, ref))
        for name in (ref.key, ref.url):
            if name and target:
                keys.setdefault(_normal(name), set()).add(target.ref)
    return keys


def _why(name: Alias, found: set[Ref]) -> str:
    if not found:
        return f"{name.text} {NOT_HERE}"
    where = " and ".join(sorted(str(ref) for ref in found))
    return f"{name.text} is the name of several records ({where}): name it by its URL"


def _normal(name: str) -> str:
    """Keys without regard to case; of a URL scheme and host in lower case, path as it is, no query, fragment or closing slash."""
    text = name.strip()
    if "://" not in text:
        return text.casefold()
    try:
        url = urlsplit(text)
    except ValueError:
        return text
    return f"{url.scheme.lower()}://{url.netloc.lower()}{url.path.rstrip('/')}"
