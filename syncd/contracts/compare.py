"""Pure. Two schemas that take each other's place: what each keyword allows less, more or otherwise."""

from syncd.contracts.alternatives import compare_choices
from syncd.contracts.change import UNJUDGED
from syncd.contracts.compare_objects import compare_objects
from syncd.contracts.compare_scalars import compare_scalars, how_types
from syncd.contracts.rules import How, schema_rule
from syncd.contracts.shape import MISSING, Schema, Shape, comparable
from syncd.contracts.values import canonical, cut, cut_text, told
from syncd.contracts.walk import Found, Pair, Walk


def look(walk: Walk, pair: Pair) -> None:
    """Fills the pair with what differs in it, and with the pairs below it."""
    old, new = walk.old.shape(pair.old), walk.new.shape(pair.new)
    problems = [*old.problems, *new.problems]
    if problems:
        pair.found.extend(Found(UNJUDGED, because=problem) for problem in dict.fromkeys(problems))
        return
    if old.never or new.never:
        _nothing(pair, old, new)
        return
    _marks(pair, old, new)
    if compare_choices(walk, pair, old, new):
        return
    how = how_types(old, new, pair.text)
    if how is not None:
        add(pair, "type", how, types_told(old), types_told(new))
        if how == "changed":
            return
    if old.nullable != new.nullable and (old.types is None) == (new.types is None) and old.guessed == new.guessed:
        add(pair, "nullable", "widened" if new.nullable else "narrowed", None, None)
    if how is not None and _told_by_types(old, new):
        return
    compare_scalars(pair, old, new)
    if comparable(old, new, "object"):
        compare_objects(walk, pair, old, new)
    if comparable(old, new, "array"):
        _lists(walk, pair, old, new)
    _whole(walk, pair, old, new)


def _told_by_types(old: Shape, new: Shape) -> bool:
    """Whether the types say all: one side takes anything at all, or no value fits both."""
    if old.types is None or new.types is None:
        bare = old if old.types is None else new
        return bare.plain and not bare.choices
    both = old.types | new.types
    return not (old.types & new.types) and not ({"integer", "number"} <= both)


def add(pair: Pair, aspect: str, how: How | None, old: object, new: object, where: str = "") -> None:
    """A change of one aspect, where there is one."""
    if how is not None:
        rule = schema_rule(pair.direction, aspect, how)
        pair.found.append(Found(rule.id, where, told(old), told(new)))


def side(pair: Pair, name: str) -> str:
    """The id of a rule on the pair's side."""
    return f"{'schema' if pair.direction == 'both' else pair.direction}-{name}"


def types_told(shape: Shape) -> str:
    """The types, for a person."""
    return "any" if shape.types is None else " or ".join(sorted(shape.types)) or ("null" if shape.nullable else "none")


def _nothing(pair: Pair, old: Shape, new: Shape) -> None:
    if old.never != new.never:
        add(pair, "schema", "narrowed" if new.never else "widened", None, None)


def below(walk: Walk, pair: Pair, where: str, old: Schema, new: Schema) -> None:
    """The pair of two schemas within the two of a pair."""
    if old or new:
        pair.inner.append((where, walk.pair(old, new, pair.direction, pair.text)))


def _marks(pair: Pair, old: Shape, new: Shape) -> None:
    if old.deprecated != new.deprecated:
        rule = "deprecated" if new.deprecated else "no-longer-deprecated"
        pair.found.append(
            Found(side(pair, rule), because=f"it ends on {cut(new.sunset)}" if new.deprecated and new.sunset else "")
        )
    was, now = (None if one.default is MISSING else canonical(one.default) for one in (old, new))
    if was != now and not pair.text:
        rule = "default-added" if was is None else "default-removed" if now is None else "default-changed"
        pair.found.append(Found(side(pair, rule), "", _default(old), _default(new)))
    if old.xml != new.xml:
        pair.found.append(Found(side(pair, "xml-changed")))
    for keyword in sorted(old.unknown.keys() | new.unknown.keys()):
        was, now = old.unknown.get(keyword), new.unknown.get(keyword)
        if was != now:
            pair.found.append(Found(side(pair, "keyword-changed"), f".{keyword}", cut_text(was), cut_text(now)))


def _default(shape: Shape) -> str | None:
    return None if shape.default is MISSING else cut(canonical(shape.default).removeprefix("s"))


def _lists(walk: Walk, pair: Pair, old: Shape, new: Shape) -> None:
    for at in range(max(len(old.prefix), len(new.prefix))):
        was, now = (one.prefix[at] if at < len(one.prefix) else one.items for one in (old, new))
        below(walk, pair, f"[{at}]", was, now)
    if old.items and not new.items and not walk.old.shape(old.items).never:
        add(pair, "items", "widened", None, None)
    elif new.items and not old.items and not walk.new.shape(new.items).never:
        add(pair, "items", "narrowed", None, None)
    else:
        below(walk, pair, "[]", old.items, new.items)
    below(walk, pair, "[unevaluated]", old.unevaluated_items, new.unevaluated_items)
    if (old.contains is None) != (new.contains is None):
        add(pair, "contains", "widened" if new.contains is None else "narrowed", None, None)
    elif old.contains is not None and new.contains is not None:
        below(walk, pair, "[contained]", old.contains, new.contains)


def _whole(walk: Walk, pair: Pair, old: Shape, new: Shape) -> None:
    """What no single type is meant by: exclusions, conditions, what a text contains."""
    _pairwise(walk, pair, "not", old.exclusions, new.exclusions)
    _conditions(walk, pair, old, new)
    below(walk, pair, "(content)", old.content, new.content)


def _pairwise(walk: Walk, pair: Pair, aspect: str, old: list[Schema], new: list[Schema]) -> None:
    """Exclusions: what an exclusion covers more, the schema allows less."""
    if len(old) != len(new):
        add(pair, aspect, "narrowed" if len(new) > len(old) else "widened", None, None)
        return
    for was, now in zip(old, new, strict=True):
        # Both are seen from the side of whoever sends: what is compatible there takes in all that was.
        more, less = walk.safe(was, now, "request"), _back(walk, was, now)
        if not (more and less):
            add(pair, aspect, "narrowed" if more else "widened" if less else "changed", None, None)


def _back(walk: Walk, old: Schema, new: Schema) -> bool:
    """Whether all that is valid now was valid before."""
    return walk.safe(old, new, "response")


def _conditions(walk: Walk, pair: Pair, old: Shape, new: Shape) -> None:
    if len(old.conditions) != len(new.conditions):
        add(pair, "condition", "narrowed" if len(new.conditions) > len(old.conditions) else "widened", None, None)
        return
    for was, now in zip(old.conditions, new.conditions, strict=True):
        if not walk.alike(was[0], now[0], "both"):
            add(pair, "condition", "changed", None, None)
            continue
        for name, left, right in (("then", was[1], now[1]), ("else", was[2], now[2])):
            below(walk, pair, f"({name})", left, right)
