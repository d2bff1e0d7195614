"""Pure. Rows as the text that the store keeps. It is read in half the time that documents take, by any later version of syncd.

The first line names the form: the layouts of all kinds, "item(ref,title,history(at~by,field,old,new)~type,status)", which the store keeps
by that name. The last line has the rows, as JSON: the number of the layout and the values of the fields in their order. What many rows
have alike stands in a line of its own in between, and only its number in a row: a `Ref`, an `Alias`, a `Person`, and together the values
of the fields after the "~". Of what is read together, equal lines are one object. None stands for the default of a field too. What a
later version knows no more is passed over, what it knows besides is as by default.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, is_dataclass
from datetime import date
from functools import cache
from math import isfinite
from typing import Any

import orjson

from syncd.model.packed_fields import AS_IT_IS, PACKED, SHARED_TYPES, common_of, inner_of, takes_none, written_fields
from syncd.model.packed_makers import COMMON, Make, common_maker, maker
from syncd.model.raw import Json
from syncd.model.rows import Row

_PLACES: Mapping[type, int] = {kind: place for place, kind in enumerate(PACKED.values())}
_BY_HAND = " "
"""What JSON begins with where the fast library cannot hold a value: whole numbers beyond 64 bits, halves of surrogate pairs."""

_WORDS = "="
"""What a line goes on with that is no JSON, but words."""


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
    return Form.of([f"{name}{_layout(kind)}" for name, kind in PACKED.items()])


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
        if line[0] == COMMON:
            number, name, values = line.split(" ", 2)
            made = common_maker(self._form.layouts[int(number[1:])], name)(_loaded(values), ())
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
        made = self[number] = maker(self._form.layouts[number])
        return made


@dataclass(slots=True)
class _Packing:
    """The lines between the first and the last, with their numbers."""

    lines: dict[str, int] = field(default_factory=dict)

    def fields(self, value: Any, where: str) -> list[Json]:
        """The values of the fields of a layout, first the line of what many share. `where`: number of the layout, and its field that holds
        the value."""
        kind: Any = type(value)
        own, common = _written(kind)
        if not common:
            return self._values(value, own, where)
        return [self._line(f"{COMMON}{where} {_dumped(self._values(value, common, where))}"), *self._values(value, own, where)]

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
        if kind in AS_IT_IS:
            return value
        if kind in SHARED_TYPES:
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
    common = common_of(kind)
    named = [(one.name, None if takes_none(hint) else _default(one)) for one, hint in written_fields(kind)]
    return tuple(one for one in named if one[0] not in common), tuple(one for one in named if one[0] in common)


def _default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    # Zero is equal to minus zero.
    return None if one.default is MISSING or isinstance(one.default, float) else one.default


def _layout(kind: Any) -> str:
    common = common_of(kind)
    own = ",".join(_laid_out(one.name, hint) for one, hint in written_fields(kind) if one.name not in common)
    return f"({own}{COMMON}{','.join(common)})" if common else f"({own})"


def _laid_out(name: str, hint: Any) -> str:
    inner = inner_of(hint)
    return name + (_layout(inner) if inner else "")


def _dumped(value: Json) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return _BY_HAND + json.dumps(value, separators=(",", ":"))


def _loaded(text: str) -> Any:
    return json.loads(text) if text.startswith(_BY_HAND) else orjson.loads(text)
