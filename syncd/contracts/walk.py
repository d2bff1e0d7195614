"""Pure. The walk over pairs of schemas: each pair of the same two, on the same side, is looked at once; a cycle holds what it assumed."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from syncd.contracts.change import LEVELS, Change, Direction, Level, unjudged
from syncd.contracts.rules import RULES, Rule
from syncd.contracts.same import Same
from syncd.contracts.shape import Schema, key_of
from syncd.contracts.shaping import Shaper
from syncd.contracts.values import cut

PAIRS = 400_000
"""How many pairs are compared at most."""
CHANGES = 20_000
"""How many changes are told at most."""
VISITS = 60_000
"""How many changed pairs are told at every place where they are met; beyond, a pair is told where it is met first."""
NESTED_PAIRS = 3_000
NESTED_LEVELS = 6
NESTED_STEPS = 3_000_000
"""How much is looked at to tell whether one alternative is covered by another: for each, and in all."""

Key = tuple[tuple[int, ...], tuple[int, ...], Direction, bool]


class Found(NamedTuple):
    """A change within a pair: where, seen from the pair, and the values."""

    rule: str
    where: str = ""
    old: str | None = None
    new: str | None = None
    because: str = ""


@dataclass(slots=True, eq=False)
class Pair:
    """Two schemas that take each other's place, on one side. `text`: values are written as text, as in a query."""

    old: Schema
    new: Schema
    direction: Direction
    text: bool
    found: list[Found] = field(default_factory=list)
    inner: list[tuple[str, Key]] = field(default_factory=list)
    looked: bool = False
    done: bool = False

    @property
    def key(self) -> Key:
        return key_of(self.old), key_of(self.new), self.direction, self.text


@dataclass(frozen=True, slots=True)
class Root:
    """Where a pair of schemas is used: by which operation, and at which place of it."""

    key: Key
    operation: str
    place: str


class Walk:
    """All pairs of two documents, and where they are used."""

    def __init__(self, old: Shaper, new: Shaper, same: Same, look: Callable[["Walk", Pair], None]) -> None:
        self.old, self.new, self.same, self._look = old, new, same, look
        self.pairs: dict[Key, Pair] = {}
        self.roots: list[Root] = []
        self.changes: list[Change] = []
        self.spent = False
        self._closed: set[Key] = set()
        self._nested = 0
        self._steps = 0
        self._said: set[tuple[str, str]] = set()

    def flip(self, direction: Direction) -> Direction:
        """The other side."""
        return {"request": "response", "response": "request", "both": "both"}[direction]  # type: ignore[return-value]

    def tell(
        self, rule: str, operation: str, place: str, old: str | None = None, new: str | None = None, because: str = ""
    ) -> None:
        """A change that is not within a schema."""
        self.changes.append(change_of(RULES[rule], operation, place, old, new, because))

    def doubt(self, reason: str, operation: str, place: str, direction: Direction = "both") -> None:
        """Something that cannot be judged; each reason once, however often it is met."""
        if (reason, "") not in self._said:
            self._said.add((reason, ""))
            self.changes.append(unjudged(reason, place, operation, direction))

    def use(self, old: Schema, new: Schema, direction: Direction, operation: str, place: str, text: bool = False) -> None:
        """Compare two schemas that an operation uses."""
        key = self.pair(old, new, direction, text)
        self.roots.append(Root(key, operation, place))
        self._close(key)

    def pair(self, old: Schema, new: Schema, direction: Direction, text: bool = False) -> Key:
        """The key of a pair, which is looked at when its turn comes."""
        pair = Pair(self.old.settled(old), self.new.settled(new), direction, text)
        key = pair.key
        self.pairs.setdefault(key, pair)
        return key

    def _close(self, key: Key) -> None:
        waiting = [key]
        while waiting:
            key = waiting.pop()
            if key not in self._closed:
                self._closed.add(key)
                waiting.extend([inner for _, inner in self._looked(key).inner])

    def _looked(self, key: Key) -> Pair:
        pair = self.pairs[key]
        if not pair.looked:
            pair.looked = True
            if len(self.pairs) > PAIRS:
                self.spent = True
            elif not self.is_same(pair.old, pair.new):
                self._look(self, pair)
            pair.done = True
        return pair

    def is_same(self, old: Schema, new: Schema) -> bool:
        """Whether two schemas are equal with all that they refer to, so that nothing in them has to be looked at."""
        if len(old) != len(new):
            return False
        if len(old) == 1:
            return self.same.same(old[0], new[0])
        return all(self.same.same(was, now) for was, now in zip(old, new, strict=True))

    def alike(self, old: Schema, new: Schema, direction: Direction, text: bool = False) -> bool:
        """Whether nothing differs between two schemas, as far as can be told now: a part that is still being compared is taken for
        equal. Good for guessing which schema became which one, since those are compared all the same."""
        return self._levels(self.pair(old, new, direction, text), sure=False) == set()

    def safe(self, old: Schema, new: Schema, direction: Direction, text: bool = False) -> bool:
        """Whether it is sure that nothing is worse than compatible where the one takes the other's place."""
        levels = self._levels(self.pair(old, new, direction, text), sure=True)
        return levels is not None and levels <= {"compatible"}

    def _levels(self, key: Key, sure: bool) -> set[Level] | None:
        """The levels of all that differs; None where that cannot be told within reason."""
        if self._steps > NESTED_STEPS:
            self.spent = True
        if self._nested >= NESTED_LEVELS or self.spent:
            return None
        self._nested += 1
        try:
            return self._collected(key, sure)
        finally:
            self._nested -= 1

    def _collected(self, key: Key, sure: bool) -> set[Level] | None:
        found: set[Level] = set()
        waiting: list[tuple[Key, bool]] = [(key, False)]
        seen = {key}
        while waiting:
            key, within = waiting.pop()
            self._steps += 1
            pair = self._looked(key)
            if not pair.done and (sure or not within):
                return None
            found.update(RULES[one.rule].level for one in pair.found)
            for where, inner in pair.inner:
                if inner not in seen:
                    seen.add(inner)
                    # An alternative is no part of a value: whoever goes round through alternatives alone has proved nothing.
                    waiting.append((inner, within or not where.startswith("|")))
            if len(seen) > NESTED_PAIRS:
                return None
        return found

    def told(self) -> list[Change]:
        """Every change, at each place where it is met; where those are very many, each at least where it is met first."""
        differ = self._differing()
        told: set[Change] = set(self.changes)
        everywhere: set[Key] = set()
        visits, left = 0, 0
        for root in self.roots:
            if root.key not in differ or (visits > VISITS and root.key in everywhere):
                left += root.key in differ
                continue
            seen: set[Key] = set()
            for place, one, direction in self._below(root.key, differ, seen, everywhere if visits > VISITS else frozenset()):
                self._add(told, root, place, one, direction)
            everywhere |= seen
            visits += len(seen)
        return list(self._cut(told, left))

    def _cut(self, told: set[Change], left: int) -> Iterator[Change]:
        """Not more than can be told, the worst first; and that something was left out."""
        kept = sorted(told, key=lambda change: (LEVELS.index(change.level), change.operation, change.place))
        yield from kept[:CHANGES]
        if left or len(kept) > CHANGES:
            more = f"{len(kept) - CHANGES:,} are not listed" if len(kept) > CHANGES else f"they are met at {left:,} more places"
            yield change_of(RULES["changes-left-out"], "", "", None, None, more)
        if self.spent:
            yield unjudged("the schemas hang together in too many ways to compare them all")

    def _add(self, told: set[Change], root: Root, place: str, one: Found, direction: Direction) -> None:
        at = root.place + place
        if one.rule == "could-not-judge":
            if (one.because, "") not in self._said:
                self._said.add((one.because, ""))
                told.add(unjudged(one.because, at, root.operation, direction))
        else:
            told.add(change_of(RULES[one.rule], root.operation, at, one.old, one.new, one.because))

    def _differing(self) -> set[Key]:
        """Pairs in which, or below which, anything changed."""
        led: dict[Key, list[Key]] = {}
        waiting: list[Key] = []
        for key in self._closed:
            pair = self.pairs[key]
            if pair.found:
                waiting.append(key)
            for _, inner in pair.inner:
                led.setdefault(inner, []).append(key)
        differ: set[Key] = set()
        while waiting:
            key = waiting.pop()
            if key not in differ:
                differ.add(key)
                waiting.extend(led.get(key, ()))
        return differ

    def _below(self, key: Key, differ: set[Key], seen: set[Key], known: Set[Key]) -> Iterator[tuple[str, Found, Direction]]:
        """What changed below a pair, the shortest way first, each pair once, and none that is known."""
        level = [("", key)]
        seen.add(key)
        while level:
            below: list[tuple[str, Key]] = []
            for place, key in level:
                pair = self.pairs[key]
                for one in pair.found:
                    yield place + one.where, one, pair.direction
                for where, inner in pair.inner:
                    if inner in differ and inner not in seen and inner not in known:
                        seen.add(inner)
                        below.append((place + where, inner))
            level = below


def change_of(rule: Rule, operation: str, place: str, old: str | None, new: str | None, because: str = "") -> Change:
    """The change as it is told: where, what it means, and the values."""
    sentence = rule.sentence[0].lower() + rule.sentence[1:].rstrip(".")
    values = ", ".join(f"{word} {value}" for word, value in (("was", old), ("is", new)) if value is not None)
    values = f" ({values})" if values else ""
    where = cut(place.strip(".") or operation)
    said = f"{where}: {sentence}{values}" if where else f"{rule.sentence.rstrip('.')}{values}"
    text = f"{said}: {because}." if because else f"{said}."
    return Change(rule.id, rule.level, rule.direction, place.strip("."), operation, old, new, text)
