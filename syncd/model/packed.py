"""Pure. Rows as the text that the store keeps. It is read in half the time that documents take, by any later version of syncd.

The first line names the form: the layouts of all kinds, "item(ref,title,history(at~by,field,old,new)~type,status)", which the store keeps
by that name. The last line has the rows, as JSON: the number of the layout and the values of the fields in their order. What many rows
have alike stands in a line of its own in between, and only its number in a row: a `Ref`, an `Alias`, a `Person`, and together the values
of the fields after the "~". Of what is read together, equal lines are one object. None stands for the default of a field too. What a
later version knows no more is passed over, what it knows besides is as by default.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import orjson

from syncd.model.raw import Json
from syncd.model.ref import Alias, Ref
from syncd.model.rows import KINDS, OWN, Person, Row

_SHARED: Mapping[str, type] = {"ref": Ref, "alias": Alias, "person": Person}
_KINDS: Mapping[str, type] = {**_SHARED, **KINDS}
_PLACES: Mapping[type, int] = {kind: place for place, kind in enumerate(_KINDS.values())}
_SHARED_TYPES = frozenset(_SHARED.values())
_AS_IT_IS = frozenset({str, int, bool, NoneType})
_BY_HAND = " "
"""What JSON begins with where the fast library cannot hold a value: whole numbers beyond 64 bits, halves of surrogate pairs."""

_WORDS = "="
"""What a line goes on with that is no JSON, but words."""
_COMMON = "~"
"""What a line begins with that has those values of a row that others have, too, and what stands before their names in a layout."""

Make = Callable[[Sequence[Json], Sequence[Any]], Any]
"""The value of a layout, out of the values of its fields and of what is shared."""


@dataclass(frozen=True, slots=True)
class Form:
    """How texts are written: the layouts, in an order of their own. Another one has another name."""

    name: str
    layouts: tuple[str, ...]

    @classmethod
    def of(cls, layouts: Sequence[str]) -> "Form":
        """The form of these layouts."""
        return cls(hashlib.sha256("\n".join(layouts).encode()).hexdigest()[:8], tuple(layouts))


@cache
def form_now() -> Form:
    """The form in which `pack` writes. Raises TypeError where a kind has a field of a type that has none."""
    return Form.of([f"{name}{_layout(kind)}" for name, kind in _KINDS.items()])


def pack(rows: Sequence[Row]) -> str:
    """The text of these rows."""
    packing = _Packing()
    body = [[_PLACES[type(row)], *packing.fields(row, f"{_PLACES[type(row)]} ")] for row in rows]
    return "\n".join([form_now().name, *packing.lines, _dumped(body)])


class Unpacking:
    """Reads texts of `pack`, of these forms besides that of now. What they share is one object, for as long as this one lives."""

    def __init__(self, earlier: Sequence[Form] = ()) -> None:
        self._known = {form.name: _Known(form) for form in (*earlier, form_now())}

    def rows(self, text: str) -> list[Row]:
        """The rows of a text. Raises ValueError where it is none."""
        name, *lines, body = text.split("\n")
        try:
            known = self._known[name]
            make, shared = known.make, [*map(known.__getitem__, lines)]
            return [make[row[0]](row, shared) for row in _loaded(body)]
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"these are no rows: {error!r}") from error


class _Known(dict[str, Any]):
    """The values that texts of one form share, by line. `make`: by number of a layout what makes its values."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form
        self.make = _Makers(form)

    def __missing__(self, line: str) -> Any:
        if line[0] == _COMMON:
            number, name, values = line.split(" ", 2)
            made = _common_maker(self._form.layouts[int(number[1:])], name)(_loaded(values), ())
        else:
            made = self.make[int(line[0])](line[2:].split(" ") if line[1] == _WORDS else _loaded(line[1:]), ())
        self[line] = made
        return made


class _Makers(dict[int, Make]):
    """By number of a layout. Most are never asked for."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, number: int) -> Make:
        made = self[number] = _maker(self._form.layouts[number])
        return made


# --- writing -----------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Packing:
    """The lines between the first and the last, with their numbers."""

    lines: dict[str, int] = field(default_factory=dict)

    def fields(self, value: Any, where: str) -> list[Json]:
        """The values of the fields of a layout, first the line of what many share. `where`: number of the layout, and which field of it holds
        the value."""
        kind: Any = type(value)
        own, common = _written(kind)
        if not common:
            return self._values(value, own, where)
        return [self._line(f"{_COMMON}{where} {_dumped(self._values(value, common, where))}"), *self._values(value, own, where)]

    def _values(self, value: Any, names: Sequence[tuple[str, Any]], where: str) -> list[Json]:
        found = []
        for name, default in names:
            one = getattr(value, name)
            is_default = type(one) is type(default) and one == default
            found.append(None if is_default else self._value(one, where if where[-1] != " " else where + name))
        return found

    def _line(self, text: str) -> int:
        return self.lines.setdefault(text, len(self.lines))

    def _value(self, value: Any, where: str) -> Json:
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        if kind in _SHARED_TYPES:
            return self._line(f"{_PLACES[kind]}{_line(self.fields(value, where))}")
        if kind is float:
            return value if isfinite(value) else repr(value)
        if isinstance(value, date):  # instants are dates, too
            return value.isoformat()
        if isinstance(value, Mapping):
            return {key: self._value(one, where) for key, one in value.items()}
        return self.fields(value, where) if is_dataclass(value) else [self._value(one, where) for one in value]


def _line(values: Sequence[Json]) -> str:
    """What is shared as a line: as words where it is nothing else, which is read sooner."""
    words = all(isinstance(one, str) and one and one.isprintable() and " " not in one for one in values)
    return _WORDS + " ".join(values) if words else _dumped(values)


@cache
def _written(kind: Any) -> tuple[tuple[tuple[str, Any], ...], ...]:
    """The fields of a kind, its own and those that many share, each with the default that None stands for; where there is none, with
    None."""
    common = _common(kind)
    named = [(one.name, None if _takes_none(hint) else _default(one)) for one, hint in _fields(kind)]
    return tuple(one for one in named if one[0] not in common), tuple(one for one in named if one[0] in common)


def _default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    # Zero is equal to minus zero.
    return None if one.default is MISSING or isinstance(one.default, float) else one.default


def _layout(kind: Any) -> str:
    common = _common(kind)
    own = ",".join(_laid_out(one.name, hint) for one, hint in _fields(kind) if one.name not in common)
    return f"({own}{_COMMON}{','.join(common)})" if common else f"({own})"


def _laid_out(name: str, hint: Any) -> str:
    inner = _inner(hint)
    return name + (_layout(inner) if inner else "")


def _dumped(value: Json) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return _BY_HAND + json.dumps(value, separators=(",", ":"))


# --- reading -----------------------------------------------------------------------------------------------------------------


def _loaded(text: str) -> Any:
    return json.loads(text) if text.startswith(_BY_HAND) else orjson.loads(text)


@dataclass(frozen=True, slots=True)
class _Layout:
    """The fields in their order, each with the layout of what it holds, and those that many share."""

    own: dict[str, "_Layout"] = field(default_factory=dict)
    common: list[str] = field(default_factory=list)


@cache
def _maker(layout: str) -> Make:
    """What makes a value of that layout. Before a row stands the number of its layout."""
    name, names = _parsed(layout)
    return _written_out(_KINDS[name], names, *(("_",) if name in KINDS else ()))


@cache
def _common_maker(layout: str, name: str) -> Make:
    """What makes the values that many rows share; with a name, those of what that field holds."""
    kind, names = _parsed(layout)
    of: Any = _KINDS[kind]
    if name:
        hint = get_type_hints(of).get(name)
        if hint is None:
            return lambda *_: ()  # that field is no more
        of, names = _inner(hint), names.own[name]
    hints, known, scope = get_type_hints(of), {one.name: one for one in fields(of)}, dict[str, Any]()
    values = [_reading(known[one], hints[one], _Layout(), scope) if one in known else "None" for one in names.common]
    lines = ["def make(_row, _of):", f"    {', '.join(names.common)}, = _row", f"    return {', '.join(values)},"]
    exec("\n".join(lines), scope)
    make: Make = scope["make"]
    return make


def _parsed(layout: str) -> tuple[str, _Layout]:
    tokens = re.findall(rf"\w+|[(),{_COMMON}]", layout)
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
        is_common = token == _COMMON or (is_common and token not in "()")
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
    if _takes_none(hint):
        return how if how == one.name else f"None if {one.name} is None else {how}"
    if one.default is MISSING and one.default_factory is MISSING:
        return how
    return f"{_by_default(one, scope)} if {one.name} is None else {how}"


def _of_type(hint: Any, name: str, inner: _Layout, scope: dict[str, Any]) -> str:
    types = _types(hint)
    if types <= _SHARED_TYPES:
        return f"_of[{name}]"
    if all(one in _AS_IT_IS or get_origin(one) is Literal for one in types):
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


# --- types of fields ---------------------------------------------------------------------------------------------------------


def _types(hint: Any) -> set[Any]:
    """What a field may be, apart from None."""
    return set(get_args(hint)) - {NoneType} if get_origin(hint) in (Union, UnionType) else {hint}


def _takes_none(hint: Any) -> bool:
    return NoneType in get_args(hint)


def _inner(hint: Any) -> Any:
    """The kind of value that a field holds, alone or several of it, and that is not shared."""
    if is_dataclass(hint):
        return None if hint in _SHARED_TYPES else hint
    found = {inner for one in get_args(hint) if (inner := _inner(one))}
    if len(found) > 1:
        raise TypeError(f"{hint} has no form in the store: it may be of several kinds")
    return next(iter(found), None)


@cache
def _common(kind: Any) -> tuple[str, ...]:
    """The fields of which many rows have the same: texts that are not their own, and what is one of a few. One alone is no gain."""
    hints = get_type_hints(kind, include_extras=True)
    found = [one.name for one, hint in _fields(kind) if _types(hint) <= _TEXTS or _is_choice(hint)]
    common = tuple(name for name in found if not _is_own(hints[name]))
    return common if kind not in _SHARED_TYPES and len(common) > 1 else ()


_TEXTS = frozenset({str, bool, tuple[str, ...]})


def _is_choice(hint: Any) -> bool:
    return all(get_origin(one) is Literal for one in _types(hint))


def _is_own(hint: Any) -> bool:
    return OWN in getattr(hint, "__metadata__", ()) or any(map(_is_own, get_args(hint)))


def _fields(kind: Any) -> Iterator[tuple[Field[Any], Any]]:
    """The fields that are written, with their types. Which kind it is stands before them."""
    hints = get_type_hints(kind)
    return ((one, hints[one.name]) for one in fields(kind) if one.name != "kind")
