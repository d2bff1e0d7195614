"""Pure. oneOf and anyOf: which alternative took which one's place, which are gone and which are new.

Matched by the name of a component, the value that tells them apart, the title, equality, and what is left by likeness. What has no
partner is still fine where another alternative covers it.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Set

from syncd.contracts.keywords import name_of
from syncd.contracts.rules import schema_rule
from syncd.contracts.shape import Choice, Schema, Shape
from syncd.contracts.shaping import Shaper
from syncd.contracts.walk import Found, Key, Pair, Walk

LIKE = 0.3
"""How alike two alternatives have to be to count as one that changed: the share of common properties."""
MOST = 60
"""Of how many alternatives without a partner likeness and coverage are worked out."""


def compare_choices(walk: Walk, pair: Pair, old: Shape, new: Shape) -> bool:
    """Adds what changed about the alternatives; True where nothing else of the two is to be compared."""
    partners: set[Key] = set()
    alone = _choices(walk, pair, old, new, partners)
    _discriminators(walk, pair, old, new, partners)
    return alone


def _choices(walk: Walk, pair: Pair, old: Shape, new: Shape, partners: set[Key]) -> bool:
    if old.null_chosen != new.null_chosen and old.nullable == new.nullable and (old.choices or new.choices):
        how = "widened" if new.null_chosen else "narrowed"
        if bool(old.choices) == bool(new.choices):
            pair.found.append(Found(schema_rule(pair.direction, "nullable", how).id))  # type: ignore[arg-type]
    if not old.choices and not new.choices:
        return False
    if _wrapped(new, old):
        partners.update(_compare(walk, pair, _alone(pair.old), _held(walk.new, new)))
        return True
    if _wrapped(old, new):
        partners.update(_compare(walk, pair, _held(walk.old, old), _alone(pair.new)))
        return True
    for was, now in zip(old.choices, new.choices, strict=False):
        partners.update(_compare(walk, pair, was, now))
    if len(old.choices) != len(new.choices):
        how = "narrowed" if len(new.choices) > len(old.choices) else "widened"
        pair.found.append(Found(schema_rule(pair.direction, "alternatives", how).id))  # type: ignore[arg-type]
    return False


def _wrapped(one: Shape, other: Shape) -> bool:
    """Whether the one is nothing but alternatives where the other, which has none, demands something itself."""
    anything = other.plain and other.types is None
    return len(one.choices) == 1 and not other.choices and one.plain and not anything


def _held(shaper: Shaper, shape: Shape) -> Choice:
    """The alternatives, each with the type that the schema around them demands."""
    choice = shape.choices[0]
    if shape.types is None:
        return choice
    around = shaper.typed(shape.types, shape.nullable)
    return Choice(choice.one, tuple(around + member for member in choice.members), choice.names)


def _alone(schema: Schema) -> Choice:
    return Choice(False, (schema,), ("",))


class _Matching:
    """Which of the old alternatives became which of the new ones, by their places; `old`, `new`: those without a partner."""

    def __init__(self, old: int, new: int) -> None:
        self.pairs: list[tuple[int, int]] = []
        self.old = dict.fromkeys(range(old))
        self.new = dict.fromkeys(range(new))

    def by(self, old: dict[int, Hashable], new: dict[int, Hashable]) -> None:
        """Matches what has the same sign, where no two have it."""
        places: dict[Hashable, list[int]] = {}
        for at in self.new:
            if new.get(at):
                places.setdefault(new[at], []).append(at)
        counted = Counter(old[at] for at in self.old if old.get(at))
        for at in list(self.old):
            sign = old.get(at)
            if sign and counted[sign] == 1 and len(places.get(sign, ())) == 1:
                self.take(at, places[sign][0])

    def take(self, old: int, new: int) -> None:
        self.pairs.append((old, new))
        del self.old[old], self.new[new]


def _compare(walk: Walk, pair: Pair, old: Choice, new: Choice) -> list[Key]:
    """Adds what changed between two choices; which alternatives took which one's place, each pair compared below this one."""
    matching = _Matching(len(old.members), len(new.members))
    for sign in _SIGNS:
        matching.by(sign(walk.old, old), sign(walk.new, new))
    if len(matching.old) <= MOST and len(matching.new) <= MOST:
        _match_equal(walk, pair, old, new, matching)
        _match_alike(walk, old, new, matching)
        covered = _covered(walk, pair, old, new, matching)
    else:
        covered = set()
    partners: list[Key] = []
    for was, now in matching.pairs:
        name = new.names[now] or walk.new.shape(new.members[now]).title or (str(now) if len(new.members) > 1 else "")
        partners.append(walk.pair(old.members[was], new.members[now], pair.direction, pair.text))
        pair.inner.append((f"|{name}" if name else "", partners[-1]))
    _renamed(walk, pair, old, new, matching)
    _unmatched(walk, pair, old, new, matching, covered)
    return partners


def _unmatched(walk: Walk, pair: Pair, old: Choice, new: Choice, matching: _Matching, covered: set[tuple[str, int]]) -> None:
    side = "schema" if pair.direction == "both" else pair.direction
    for at in matching.old:
        if ("old", at) not in covered:
            pair.found.append(Found(f"{side}-alternative-removed", "", _told(walk.old, old, at), None))
    for at in matching.new:
        if ("new", at) not in covered:
            pair.found.append(Found(f"{side}-alternative-added", "", None, _told(walk.new, new, at)))
    if new.one and not old.one and len(old.members) == 1 and pair.direction != "response" and _overlap(walk, pair, old, new):
        pair.found.append(Found(f"{side}-alternatives-overlap"))


def _overlap(walk: Walk, pair: Pair, old: Choice, new: Choice) -> bool:
    """Whether several alternatives take what the one schema took, and only one may."""
    return sum(walk.safe(old.members[0], member, pair.direction, pair.text) for member in new.members[:MOST]) > 1


def _told(shaper: Shaper, choice: Choice, at: int) -> str:
    shape = shaper.shape(choice.members[at])
    types = "any" if shape.types is None else " or ".join(sorted(shape.types))
    return choice.names[at] or shape.title or f"{types} {{{', '.join(sorted(shape.properties))}}}"[:120]


def _by_name(_: Shaper, choice: Choice) -> dict[int, Hashable]:
    return dict(enumerate(choice.names))


def _by_title(shaper: Shaper, choice: Choice) -> dict[int, Hashable]:
    return {at: shaper.shape(member).title for at, member in enumerate(choice.members)}


def _by_value(shaper: Shaper, choice: Choice) -> dict[int, Hashable]:
    """The values of properties that can have but one: "kind": "card"."""
    found: dict[int, Hashable] = {}
    for at, member in enumerate(choice.members):
        single = []
        for name, schema in shaper.shape(member).properties.items():
            values = shaper.shape(schema).values if schema else None
            if values is not None and len(values) == 1:
                single.append((name, next(iter(values))))
        found[at] = tuple(sorted(single))
    return found


def _by_properties(shaper: Shaper, choice: Choice) -> dict[int, Hashable]:
    return {at: frozenset(shaper.shape(member).properties) for at, member in enumerate(choice.members)}


_SIGNS: tuple[Callable[[Shaper, Choice], dict[int, Hashable]], ...] = (_by_name, _by_value, _by_title, _by_properties)
"""By what alternatives are known, the surest first."""


def _match_equal(walk: Walk, pair: Pair, old: Choice, new: Choice, matching: _Matching) -> None:
    for was in list(matching.old):
        for now in matching.new:
            if walk.alike(old.members[was], new.members[now], pair.direction, pair.text):
                matching.take(was, now)
                break


def _covered(walk: Walk, pair: Pair, old: Choice, new: Choice, matching: _Matching) -> set[tuple[str, int]]:
    """Alternatives without a partner that do no harm: gone ones that another one still takes, new ones that could come before. Where
    two are alike but for their names, the names are what tells them apart: then one does not cover the other."""
    covered: set[tuple[str, int]] = set()
    if pair.direction != "response":
        covered.update(
            ("old", at)
            for at in matching.old
            if any(walk.safe(old.members[at], m, pair.direction, pair.text) for m in new.members)
            and not any(_twins(walk, pair, (old, at), (new, m), old.names) for m in range(len(new.members)))
        )
    if pair.direction != "request":
        covered.update(
            ("new", at)
            for at in matching.new
            if any(walk.safe(m, new.members[at], pair.direction, pair.text) for m in old.members)
            and not any(_twins(walk, pair, (old, m), (new, at), new.names) for m in range(len(old.members)))
        )
    return covered


def _twins(walk: Walk, pair: Pair, old: tuple[Choice, int], new: tuple[Choice, int], known: tuple[str, ...]) -> bool:
    """Whether two alternatives of different names, both known on one side, differ in nothing else."""
    (was, left), (now, right) = old, new
    names = was.names[left], now.names[right]
    if not all(names) or names[0] == names[1] or not set(names) <= set(known):
        return False
    return walk.alike(was.members[left], now.members[right], pair.direction, pair.text)


def _match_alike(walk: Walk, old: Choice, new: Choice, matching: _Matching) -> None:
    scored: list[tuple[float, int, int]] = []
    for was in matching.old:
        for now in matching.new:
            score = _likeness(walk.old.shape(old.members[was]), walk.new.shape(new.members[now]))
            if score >= LIKE:
                scored.append((-score, was, now))
    for _, was, now in sorted(scored):
        if was in matching.old and now in matching.new:
            matching.take(was, now)


def _likeness(old: Shape, new: Shape) -> float:
    """0 to 1: types that differ are not alike; objects are as alike as they have common properties."""
    if old.types != new.types:
        return 0.0
    names = old.properties.keys() | new.properties.keys()
    if names:
        return len(old.properties.keys() & new.properties.keys()) / len(names)
    return 0.9 if old.format == new.format else 0.4


def _renamed(walk: Walk, pair: Pair, old: Choice, new: Choice, matching: _Matching) -> None:
    """Where names of components are values on the wire, another name is another value."""
    shapes = walk.old.shape(pair.old), walk.new.shape(pair.new)
    if shapes[0].discriminator is None or shapes[1].discriminator is None:
        return
    mapped = [{name_of(to) for to in one.discriminator.mapping.values()} for one in shapes if one.discriminator]
    for was, now in matching.pairs:
        names = old.names[was], new.names[now]
        if all(names) and names[0] != names[1] and names[0] not in mapped[0] and names[1] not in mapped[1]:
            side = "schema" if pair.direction == "both" else pair.direction
            pair.found.append(Found(f"{side}-discriminator-name-changed", "", *names))


def _discriminators(walk: Walk, pair: Pair, old: Shape, new: Shape, partners: Set[Key]) -> None:
    was, now = old.discriminator, new.discriminator
    side = "schema" if pair.direction == "both" else pair.direction
    if was is None or now is None:
        if (new if was is None else old).choices and was is not now:
            rule = "discriminator-added" if was is None else "discriminator-removed"
            pair.found.append(Found(f"{side}-{rule}", "", was.property if was else None, now.property if now else None))
        return
    if was.property != now.property:
        pair.found.append(Found(f"{side}-discriminator-changed", "", was.property, now.property))
    names = [{name for choice in one.choices for name in choice.names if name} for one in (old, new)]
    for value in dict.fromkeys((*was.mapping, *now.mapping)):
        gone, come = was.mapping.get(value), now.mapping.get(value)
        if gone is None:
            if value not in names[0]:
                pair.found.append(Found(f"{side}-discriminator-mapping-added", "", None, value))
        elif come is None:
            if value not in names[1]:
                pair.found.append(Found(f"{side}-discriminator-mapping-removed", "", value, None))
        else:
            known = partners if old.choices or new.choices else None
            _mapped(walk, pair, value, (was.file, gone), (now.file, come), known)


def _mapped(walk: Walk, pair: Pair, value: str, old: tuple[str, str], new: tuple[str, str], partners: Set[Key] | None) -> None:
    """Where a value leads now, and where it led. `partners`: what is compared already; None: nothing else leads there."""
    was, now = walk.old.reference(*old), walk.new.reference(*new)
    key = walk.pair(was, now, pair.direction, pair.text)
    if partners is None:
        pair.inner.append((f"|{value}", key))
    elif name_of(old[1]) != name_of(new[1]) and key not in partners and not walk.safe(was, now, pair.direction, pair.text):
        side = "schema" if pair.direction == "both" else pair.direction
        pair.found.append(Found(f"{side}-discriminator-mapping-changed", "", name_of(old[1]), name_of(new[1])))
