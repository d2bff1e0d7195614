"""Pure. From the layouts of rows to what makes rows of them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from syncd.model.packed_fields import AS_IT_IS, PACKED, SHARED_TYPES, inner_of, takes_none, types_of
from syncd.model.raw import Json
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
    return _written_out(PACKED[name], names, *(("_",) if name in KINDS else ()))


@cache
def common_maker(layout: str, name: str) -> Make:
    """What makes the values that many rows share; with a name, those of what that field holds."""
    kind, names = _parsed(layout)
    of: Any = PACKED[kind]
    if name:
        hint = get_type_hints(of).get(name)
        if hint is None:
            return lambda *_: ()  # that field is no more
        of, names = inner_of(hint), names.own[name]
    hints, known, scope = get_type_hints(of), {one.name: one for one in fields(of)}, dict[str, Any]()
    values = [_reading(known[one], hints[one], _Layout(), scope) if one in known else "None" for one in names.common]
    targets = [one if one in known else "_" for one in names.common]
    lines = ["def make(_row, _of):", f"    {', '.join(targets)}, = _row", f"    return {', '.join(values)},"]
    exec("\n".join(lines), scope)
    make: Make = scope["make"]
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


def _written_out(kind: Any, layout: _Layout, *first: str) -> Make:
    """What makes a value of that kind out of what a layout names; `first` come before that, and do not count.

    Written out as `dataclass` writes its methods: a loop over the fields takes three times as long.
    """
    hints, known = get_type_hints(kind), {one.name: one for one in fields(kind)}
    scope: dict[str, Any] = {"_new": object.__new__, "_kind": kind, **_INSTANTS}
    targets, lines = [*first], list[str]()
    for name, inner in layout.own.items():
        how = _reading(known[name], hints[name], inner, scope) if name in known else None
        targets.append(f"_made.{name}" if how == name else name if how else "_")
        if how not in (None, name):
            lines.append(f"    _made.{name} = {how}")
    if layout.common:
        targets.insert(len(first), "_common")
        lines.append(f"    {''.join(f'_made.{name}, ' if name in known else '_, ' for name in layout.common)} = _of[_common]")
    left = [one for name, one in known.items() if name not in layout.own and name not in layout.common]
    lines += [f"    _made.{one.name} = {_by_default(one, scope)}" for one in left]
    head = ["def make(_row, _of):", "    _made = _new(_kind)", f"    {', '.join(targets)}, = _row"]
    exec("\n".join([*head, *lines, "    return _made"]), scope)
    make: Make = scope["make"]
    return make


def _by_default(one: Field[Any], scope: dict[str, Any]) -> str:
    if one.default_factory is not MISSING:
        scope[f"_default_{one.name}"] = one.default_factory
        return f"_default_{one.name}()"
    if one.default is MISSING:
        raise ValueError(f"these rows have no {one.name}")
    if one.default is None:
        return "None"
    scope[f"_default_{one.name}"] = one.default
    return f"_default_{one.name}"


def _reading(one: Field[Any], hint: Any, inner: _Layout, scope: dict[str, Any]) -> str:
    """How the field is read, as an expression of its own name."""
    how = _of_type(hint, one.name, inner, scope)
    if takes_none(hint):
        return how if how == one.name else f"None if {one.name} is None else {how}"
    if one.default is MISSING and one.default_factory is MISSING:
        return how
    return f"{_by_default(one, scope)} if {one.name} is None else {how}"


def _of_type(hint: Any, name: str, inner: _Layout, scope: dict[str, Any]) -> str:
    types = types_of(hint)
    if types <= SHARED_TYPES:
        return f"_of[{name}]"
    if all(one in AS_IT_IS or get_origin(one) is Literal for one in types):
        return name
    if types == {float}:
        return f"{name} if {name}.__class__ is not str else float({name})"
    if types <= {date, datetime}:
        return f"_{'moment' if len(types) == 2 else next(iter(types)).__name__}({name})"
    (only,) = types
    if (container := get_origin(only)) is None:
        scope[f"_{only.__name__}"] = _written_out(only, inner)
        return f"_{only.__name__}({name}, _of)"
    how = _of_type(get_args(only)[0 if container is tuple else 1], "_one", inner, scope)
    if container is tuple:
        return f"tuple({name})" if how == "_one" else f"tuple([{how} for _one in {name}])"
    return name if how == "_one" else f"{{_key: {how} for _key, _one in {name}.items()}}"


def _moment(text: str) -> date:
    return date.fromisoformat(text) if len(text) == len("2026-05-05") else datetime.fromisoformat(text)


_INSTANTS = {"_moment": _moment, "_date": date.fromisoformat, "_datetime": datetime.fromisoformat}
