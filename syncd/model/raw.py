"""Pure. What a connector hands over: vendor records, verbatim, and where they were read."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson

from syncd.model.ref import Ref

Json = Any  # a value that JSON can hold

_FORM = "o"
"""What a hash of today begins with; no hex digit."""
MOST_LEVELS = 100
"""A top-level field that is nested deeper is not kept where it cannot be stored."""
TOO_DEEP: Mapping[str, str] = {"left out": f"nested deeper than {MOST_LEVELS} levels"}
"""Stands for such a field. Its record is known to be there, and no mapping reads it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a remote system that is read by itself: a project, repository, group, calendar.

    `id` is the vendor's immutable id where it is known, `name` what the user calls it ("PAY", "acme/api"). `facts` are what the
    scope says about all its records (`private`: bool, `holds`: what a calendar is for, `zone`); mappings see them as `scope`.
    `closed`: why nothing can be written there (archived, read-only for this account), where the vendor says so; None: as far as it
    says, it can.
    """

    id: str
    name: str
    facts: Mapping[str, Json] = field(default_factory=dict, compare=False)
    closed: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One vendor record as the vendor's API gave it.

    `fields` names the top-level fields that were asked for; None means the vendor gives all of them.
    """

    ref: Ref
    scope: Scope
    data: Mapping[str, Json]
    fields: frozenset[str] | None = None


def content_hash(data: Json, without: frozenset[str] = frozenset()) -> str:
    """SHA-256 of a JSON value in canonical form: `o` and 31 hex digits.

    `without` holds dotted paths that do not count: what our own writes change (`updated`, comment counts).
    """
    data = _counting(data, without)
    try:
        text = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, numbers beyond 64 bits, deep nesting
        text = _sorted(data)
    return _FORM + hashlib.sha256(text).hexdigest()[:31]


def is_content(hash: str, data: Json, without: frozenset[str] = frozenset()) -> bool:
    """Whether a stored hash is that of the value, in the form of today or in the earlier one (32 hex digits of sorted JSON)."""
    if hash.startswith(_FORM):
        return hash == content_hash(data, without)
    return hash == hashlib.sha256(_sorted(_counting(data, without))).hexdigest()[:32]


def _sorted(data: Json) -> bytes:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _counting(data: Json, without: frozenset[str]) -> Json:
    return _pruned(data, _branches(without)) if without else data


_Branches = Mapping[str, "_Branches | None"]


@cache
def _branches(paths: frozenset[str]) -> _Branches:
    """Dotted paths as a tree; None is where a path ends."""
    ends = {path for path in paths if "." not in path}
    heads = {path.partition(".")[0] for path in paths} - ends
    below = {head: frozenset(path.partition(".")[2] for path in paths if path.startswith(f"{head}.")) for head in heads}
    return {**dict.fromkeys(ends), **{head: _branches(rest) for head, rest in below.items()}}


def _pruned(data: Json, branches: _Branches) -> Json:
    if not isinstance(data, Mapping):
        return data
    kept = dict(data)
    for key, below in branches.items():
        if below is None:
            kept.pop(key, None)
        elif key in kept:
            kept[key] = _pruned(kept[key], below)
    return kept


def shallow(data: Mapping[str, Json]) -> dict[str, Json]:
    """A record with `TOO_DEEP` in place of each top-level field that is nested too deep. However deep it is, this does not recurse."""
    return {name: TOO_DEEP if _levels(value) > MOST_LEVELS else value for name, value in data.items()}


def _levels(value: Json) -> int:
    """How deep a value is nested, 0 for what holds nothing; no further than is too deep."""
    here, depth = [value], 0
    while depth <= MOST_LEVELS:
        here = [inner for one in here for inner in _inside(one)]
        if not here:
            break
        depth += 1
    return depth


def _inside(value: Json) -> Iterable[Json]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()
