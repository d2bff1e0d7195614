"""Pure. What is the same in two documents, whatever it refers to: it need not be looked at."""

from typing import Any

from syncd.contracts.document import Document, Node
from syncd.contracts.refused import Refused

_Key = tuple[str, str]
_NAMING = frozenset({"properties", "patternProperties", "$defs", "definitions", "schemas", "callbacks", "headers", "mapping"})
_SHOWN = frozenset({"description", "example", "examples", "summary"})


class Same:
    """Tells whether two values are equal, and all that they refer to as well. Only for documents that say the same by the same
    words (`comparable`)."""

    def __init__(self, old: Document, new: Document, comparable: bool) -> None:
        self.old, self.new, self.comparable = old, new, comparable
        self._decided: dict[_Key, bool] = {}
        self._references: dict[int, tuple[str, ...]] = {}
        self._kept: list[Any] = []

    def same(self, old: Node, new: Node) -> bool:
        """Whether nothing in them differs. False says only that it has to be looked at."""
        if not self.comparable or self._counterpart(old.file) != new.file or not equal(old.raw, new.raw):
            return False
        return all(self._target_is_same((old.file, reference)) for reference in self._referred(old.raw))

    def _counterpart(self, file: str) -> str:
        """The new document's file for one of the old one's: the same path, or its main file whatever its name."""
        return self.new.revision.main if file == self.old.revision.main else file

    def _referred(self, raw: Any) -> tuple[str, ...]:
        key = id(raw)
        if key not in self._references:
            self._references[key] = tuple(sorted(references(raw)))
            self._kept.append(raw)
        return self._references[key]

    def _target_is_same(self, asked: _Key) -> bool:
        if asked not in self._decided:
            self._decide(asked)
        return self._decided[asked]

    def _decide(self, asked: _Key) -> None:
        """Everything that can be reached from a reference: what differs makes all that lead to it differ."""
        needs: dict[_Key, list[_Key]] = {}
        differ: list[_Key] = []
        waiting = [asked]
        while waiting:
            key = waiting.pop()
            if key in needs or key in self._decided:
                continue
            needs[key] = inner = self._own(key)
            if inner is None:
                needs[key] = []
                differ.append(key)
            else:
                waiting.extend(inner)
        led: dict[_Key, list[_Key]] = {}
        for key, inner_keys in needs.items():
            for inner_key in inner_keys:
                if inner_key in needs:
                    led.setdefault(inner_key, []).append(key)
                elif not self._decided[inner_key]:
                    differ.append(key)
        self._decided.update(dict.fromkeys(needs, True))
        while differ:
            key = differ.pop()
            if self._decided[key]:
                self._decided[key] = False
                differ.extend(led.get(key, ()))

    def _own(self, key: _Key) -> Any:
        """What the target itself refers to; None where the two targets differ or cannot be told."""
        try:
            old, new = self.old.target(*key), self.new.target(self._counterpart(key[0]), key[1])
        except Refused:
            return None
        if self._counterpart(old.file) != new.file or not equal(old.raw, new.raw):
            return None
        return [(old.file, reference) for reference in self._referred(old.raw)]


def equal(old: Any, new: Any) -> bool:
    """Whether two values are equal; values that are too deep to tell are not."""
    try:
        return bool(old == new) and type(old) is type(new)
    except RecursionError:
        return False


def references(root: Any) -> set[str]:
    """Every reference in a value, those of a discriminator's mapping included."""
    found: set[str] = set()
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        raw, named = waiting.pop()
        if type(raw) is list:
            waiting.extend([(inner, False) for inner in raw if type(inner) in (dict, list)])
            continue
        if type(raw) is not dict:
            continue
        for key, inner in raw.items():
            kind = type(inner)
            if kind is str:
                if key in ("$ref", "$dynamicRef", "$recursiveRef") or inner.startswith("#/"):
                    found.add(inner)
            elif kind in (dict, list) and (named or key not in _SHOWN):
                waiting.append((inner, key in _NAMING and not named))
    return found
