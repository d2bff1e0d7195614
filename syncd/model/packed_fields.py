"""Pure. Which fields of rows the store keeps, and how: what stands in each row, and what is kept once for all that have it alike."""

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from syncd.model.ref import Alias, Ref
from syncd.model.rows import KINDS, OWN, Person

_SHARED: Mapping[str, type] = {"ref": Ref, "alias": Alias, "person": Person}
PACKED: Mapping[str, type] = {**_SHARED, **KINDS}
"""What has a layout of its own, by the name that it has there: what rows share comes first."""
SHARED_TYPES = frozenset(_SHARED.values())
AS_IT_IS = frozenset({str, int, bool, NoneType})
"""What JSON holds as it is."""


def types_of(hint: Any) -> set[Any]:
    """What a field may be, apart from None."""
    return set(get_args(hint)) - {NoneType} if get_origin(hint) in (Union, UnionType) else {hint}


def takes_none(hint: Any) -> bool:
    """Whether a field may be None."""
    return NoneType in get_args(hint)


def inner_of(hint: Any) -> Any:
    """The kind of value that a field holds, alone or several of it, and that is not shared."""
    if is_dataclass(hint):
        return None if hint in SHARED_TYPES else hint
    found = {inner for one in get_args(hint) if (inner := inner_of(one))}
    if len(found) > 1:
        raise TypeError(f"{hint} has no form in the store: it may be of several kinds")
    return next(iter(found), None)


@cache
def common_of(kind: Any) -> tuple[str, ...]:
    """The fields of which many rows have the same: texts that are not their own, and what is one of a few. One alone is no gain."""
    hints = get_type_hints(kind, include_extras=True)
    found = [one.name for one, hint in written_fields(kind) if types_of(hint) <= _TEXTS or _is_choice(hint)]
    common = tuple(name for name in found if not _is_own(hints[name]))
    return common if kind not in SHARED_TYPES and len(common) > 1 else ()


_TEXTS = frozenset({str, bool, tuple[str, ...]})


def _is_choice(hint: Any) -> bool:
    return all(get_origin(one) is Literal for one in types_of(hint))


def _is_own(hint: Any) -> bool:
    return OWN in getattr(hint, "__metadata__", ()) or any(map(_is_own, get_args(hint)))


def written_fields(kind: Any) -> Iterator[tuple[Field[Any], Any]]:
    """The fields that are written, with their types. Which kind it is stands before them."""
    hints = get_type_hints(kind)
    return ((one, hints[one.name]) for one in fields(kind) if one.name != "kind")
