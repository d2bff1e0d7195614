"""Pure. From the layouts of rows to what makes rows of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from syncd.model.packed_fields import AS_IT_IS, PACKED, SHARED_TYPES, inner_of, takes_none, types_of
from syncd.model.raw import Json
from syncd.model.record import changing
from syncd.model.rows import KINDS

COMMON = "~"
"""What stands in a layout before the names of those fields that many rows have alike."""

Make = Callable[[Sequence[Json], Sequence[Any]], Any]
"""The value of a layout, out of the values of its fields and of what is shared."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """The fields in their order, each with the layout of what it holds, and those that many share."""

    own: dict[str, "_Layout"] = field(default_factory=dict)
    common: list[str] = field(default_factory=list)


@cache
def maker(layout: str) -> Make:
    """What makes a value of that layout. Before a row stands the number of its layout."""
    name, names = _parsed(layout)
    return _making(PACKED[name], names, 1 if name in KINDS else 0)


@cache
def common_maker(layout: str, name: str) -> Make:
    """What makes the values that many rows share; with a name, those of what that field holds. What is not known any more is left out."""
    kind, names = _parsed(layout)
    of: Any = PACKED[kind]
    if name:
        hint = get_type_hints(of).get(name)
        if hint is None:
            return lambda *_: ()  # that field is no more
        of, names = inner_of(hint), names.own[name]
    kept, readings = _readings(of, dict.fromkeys(names.common, _Layout()), 0)

    def make(values: Any, shared: Sequence[Any]) -> tuple[Any, ...]:
        for place, default, how in readings:
            value = values[place]
            values[place] = default if value is None else how(value, shared) if how else value
        return tuple([values[place] for place in kept])

    return make


def _parsed(layout: str) -> tuple[str, _Layout]:
    tokens = re.findall(rf"\w+|[(),{COMMON}]", layout)
    if "".join(tokens) != layout or layout.count("(") != layout.count(")") or "(" not in layout:
        raise ValueError(f"{layout!r} is no layout")
    above, last, is_common = [_Layout()], "", False
    for token in tokens:
        if token == "(":
            above.append(above[-1].own[last])
        elif token == ")":
            above.pop()
        if token.isidentifier() and is_common:
            above[-1].common.append(token)
        elif token.isidentifier():
            above[-1].own[token] = _Layout()
            last = token
        is_common = token == COMMON or (is_common and token not in "()")
    ((name, names),) = above[0].own.items()
    return name, names


def _making(kind: Any, layout: _Layout, first: int) -> Make:
    """What makes a value of that kind out of what a layout names; `first`: so many values come before that, and do not count."""
    known = {one.name: one for one in fields(kind)}
    if layout.common:
        first += 1
    kept, readings = _readings(kind, layout.own, first)
    names = [name for name in (*layout.common, *layout.own) if name in known]
    whole, copy = len(kept) == len(layout.own), changing(kind, *names)
    blank = object.__new__(kind)
    for one in known.values():
        if one.name not in names:
            setattr(blank, one.name, _default(one))

    refs = [place for place, _, how in readings if how is _shared]  # most of all: without a call for each
    others = [one for one in readings if one[2] is not _shared]

    def make(values: Any, shared: Sequence[Any]) -> Any:
        for place in refs:
            if (value := values[place]) is not None:
                values[place] = shared[value]
        for place, default, how in others:
            if (value := values[place]) is None:
                values[place] = default
            elif how is not None:
                values[place] = how(value, shared)
        own = values[first:] if whole else [values[place] for place in kept]
        return copy(blank, *shared[values[first - 1]], *own) if layout.common else copy(blank, *own)

    return make


Reading = Callable[[Any, Sequence[Any]], Any]
"""A value out of what JSON holds of it, and of what is shared."""


def _readings(kind: Any, names: Mapping[str, _Layout], first: int) -> tuple[list[int], list[tuple[int, Any, Reading | None]]]:
    """The places of what is known still; and of what is not as JSON holds it, with its default and how it is read."""
    hints, known = get_type_hints(kind), {one.name: one for one in fields(kind)}
    kept, readings = list[int](), list[tuple[int, Any, Reading | None]]()
    for place, (name, inner) in enumerate(names.items(), first):
        if name in known:
            kept.append(place)
            how = _of_type(hints[name], inner)
            default = None if takes_none(hints[name]) or _is_required(known[name]) else _default(known[name])
            if how is not None or default is not None:
                readings.append((place, default, how))
    return kept, readings


def _is_required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    if one.default is MISSING:
        raise ValueError(f"these rows have no {one.name}")
    return one.default


def _of_type(hint: Any, inner: _Layout) -> Reading | None:
    """How a value of that type is read; None: as it is."""
    types = types_of(hint)
    if types <= SHARED_TYPES:
        return _shared
    if all(one in AS_IT_IS or get_origin(one) is Literal for one in types):
        return None
    if types == {float}:
        return lambda value, _: float(value) if value.__class__ is str else value
    if types <= {date, datetime}:
        return _instant(types)
    (only,) = types
    container = get_origin(only)
    if container is None:
        return _making(only, inner, 0)
    how = _of_type(get_args(only)[0 if container is tuple else 1], inner)
    if container is tuple:
        return (
            (lambda value, _: tuple(value)) if how is None else lambda value, shared: tuple([how(one, shared) for one in value])
        )
    return how and (lambda value, shared: {key: how(one, shared) for key, one in value.items()})


def _shared(value: Any, shared: Sequence[Any]) -> Any:
    return shared[value]


def _instant(types: set[Any]) -> Reading:
    if len(types) == 2:
        return lambda text, _: date.fromisoformat(text) if len(text) == len("2026-05-05") else datetime.fromisoformat(text)
    of = datetime.fromisoformat if datetime in types else date.fromisoformat
    return lambda text, _: of(text)
