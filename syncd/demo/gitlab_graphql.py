"""The part of GraphQL that the GitLab twin speaks: queries with variables and inline fragments, checked against a table of types."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]
Resolve = Callable[[Mapping[str, Any], Values], Any]
"""Gives a field of a parent value, with its arguments."""

_TOKEN = re.compile(r'\.\.\.|\$?\w+|"(?:[^"\\]|\\.)*"|[{}()\[\]:!=]')


@dataclass(frozen=True, slots=True)
class Field:
    """What a field gives: the name of a type, "" for a plain value; which arguments it takes; how it is found beside looking it up."""

    gives: str = ""
    takes: frozenset[str] = frozenset()
    resolve: Resolve | None = None


Types = Mapping[str, Mapping[str, Field]]
PLAIN = Field()


class Wrong(Exception):
    """A query that the schema refuses, as GitLab says it."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.error = {"message": message} | ({"extensions": {"code": code}} if code else {})


@dataclass(slots=True)
class Selection:
    """A field with its arguments and what is selected of it, or (with `on`) a fragment of a type."""

    name: str
    args: Values = field(default_factory=dict)
    inner: list["Selection"] = field(default_factory=list)
    on: str | None = None


def run(text: str, variables: Values, types: Types) -> Values:
    """The answer to a query: `data`, or `errors` where the schema does not have what is asked for."""
    try:
        selected = _Parser(text, variables).query()
        return {"data": _object({}, "Query", selected, types)}
    except Wrong as wrong:
        return {"errors": [wrong.error]}


def _object(value: Mapping[str, Any], type: str, selected: list[Selection], types: Types) -> Values:
    """What is selected of a value; fragments of other types give nothing, and are checked all the same."""
    found: Values = {}
    for one in selected:
        if one.on is None:
            found[one.name] = _field(value, type, one, types)
            continue
        if one.on not in types:
            raise Wrong(f"No such type {one.on}, so it can't be a fragment condition", "undefinedType")
        inner = _object(value if one.on == value.get("__typename") else {}, one.on, one.inner, types)
        if one.on == value.get("__typename"):
            found |= inner
    return found


def _field(value: Mapping[str, Any], type: str, one: Selection, types: Types) -> Any:
    known = types[type].get(one.name)
    if known is None:
        raise Wrong(f"Field '{one.name}' doesn't exist on type '{type}'", "undefinedField")
    for name in one.args:
        if name not in known.takes:
            raise Wrong(f"Field '{one.name}' doesn't accept argument '{name}'", "argumentNotAccepted")
    if bool(known.gives) != bool(one.inner):
        raise Wrong(f"Field must have selections or none (field '{one.name}')", "selectionMismatch")
    got = known.resolve(value, one.args) if known.resolve else value.get(one.name)
    if not known.gives:
        return got
    if isinstance(got, list):
        return [_object(item, known.gives, one.inner, types) for item in got]
    if got is None:
        _object({}, known.gives, one.inner, types)  # what is not there is checked all the same
        return None
    return _object(got, known.gives, one.inner, types)


class _Parser:
    """Reads one query. What it does not know is a parse error, as on a server."""

    def __init__(self, text: str, variables: Values) -> None:
        self._tokens = _TOKEN.findall(text)
        self._at, self._variables = 0, variables
        self._declared: set[str] = set()

    def query(self) -> list[Selection]:
        if self._peek() == "query":
            self._take("query")
            if self._peek() not in ("{", "("):
                self._next()
            if self._peek() == "(":
                self._declare()
        return self._selections()

    def _declare(self) -> None:
        self._take("(")
        while self._peek() != ")":
            token = self._next()
            if token.startswith("$"):
                self._declared.add(token[1:])
        self._take(")")
        for name in self._variables:
            if name not in self._declared:
                raise Wrong(f"Variable ${name} is not declared")

    def _selections(self) -> list[Selection]:
        self._take("{")
        found = list(self._until_closed())
        self._take("}")
        return found

    def _until_closed(self) -> Iterator[Selection]:
        while self._peek() != "}":
            name = self._next()
            if name == "...":
                self._take("on")
                on = self._next()
                yield Selection("", inner=self._selections(), on=on)
                continue
            args = self._arguments() if self._peek() == "(" else {}
            yield Selection(name, args, self._selections() if self._peek() == "{" else [])

    def _arguments(self) -> Values:
        """Those whose variable is not given are not there."""
        self._take("(")
        found: Values = {}
        while self._peek() != ")":
            name = self._next()
            self._take(":")
            there, value = self._value()
            if there:
                found[name] = value
        self._take(")")
        return found

    def _value(self) -> tuple[bool, Any]:
        token = self._next()
        if token.startswith("$"):
            if token[1:] not in self._declared:
                raise Wrong(f"Variable {token} is used but not declared", "variableNotDefined")
            return token[1:] in self._variables, self._variables.get(token[1:])
        if token == "[":
            items = []
            while self._peek() != "]":
                items.append(self._value()[1])
            self._take("]")
            return True, items
        if token in ("true", "false", "null"):
            return True, {"true": True, "false": False}.get(token)
        return True, int(token) if token.isdigit() else token.strip('"')

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise Wrong("Parse error: unexpected end of the query")
        self._at += 1
        return token

    def _take(self, wanted: str) -> None:
        token = self._next()
        if token != wanted:
            raise Wrong(f"Parse error on {token!r}: expected {wanted!r}")
