"""Pure. Types, formats, values, bounds: how what is allowed for one value changed."""

from collections.abc import Iterator
from typing import Any

from syncd.contracts.rules import How, schema_rule
from syncd.contracts.shape import Bound, Shape, comparable
from syncd.contracts.values import told
from syncd.contracts.walk import Found, Pair

_ALL = frozenset({"string", "number", "integer", "boolean", "object", "array"})
_SCALARS = frozenset({"string", "number", "integer", "boolean"})
_WITHIN = {("int32", "int64"), ("float", "double"), ("date", "date-time-or-date"), ("uint32", "uint64"), ("int8", "int16")}
_ASPECTS = {
    "minLength": "min-length",
    "maxLength": "max-length",
    "minItems": "min-items",
    "maxItems": "max-items",
    "minProperties": "min-properties",
    "maxProperties": "max-properties",
    "minContains": "min-contains",
    "maxContains": "max-contains",
}
_APPLY = {"Length": "string", "Items": "array", "Properties": "object", "Contains": "array"}


def verdict(narrower: bool, wider: bool) -> How | None:
    """What two tests say together."""
    return "changed" if narrower and wider else "narrowed" if narrower else "widened" if wider else None


def how_types(old: Shape, new: Shape, text: bool) -> How | None:
    """How the types changed. Written as text, a string without demands covers every scalar."""
    was, now = _types(old), _types(new)
    if was == now:
        return None
    return verdict(not _cover(now, was, text and _free(new)), not _cover(was, now, text and _free(old)))


def _types(shape: Shape) -> frozenset[str]:
    return _ALL if shape.types is None else shape.types


def _cover(outer: frozenset[str], inner: frozenset[str], any_text: bool) -> bool:
    left = inner - outer
    if "number" in outer:
        left -= {"integer"}
    if any_text and "string" in outer:
        left -= _SCALARS
    return not left


def _free(shape: Shape) -> bool:
    return not (shape.format or shape.values is not None or shape.patterns or shape.sizes or shape.lower or shape.upper)


def compare_scalars(pair: Pair, old: Shape, new: Shape) -> None:
    """Adds what changed of formats, values and bounds to the pair."""
    for aspect, how, was, now in _differences(old, new):
        pair.found.append(Found(schema_rule(pair.direction, aspect, how).id, "", told(was), told(now)))


def _differences(old: Shape, new: Shape) -> Iterator[tuple[str, How, Any, Any]]:
    if (how := how_format(old, new)) is not None:
        yield "format", how, old.format, new.format
    yield from _values(old, new)
    yield from _numbers(old, new)
    yield from _sizes(old, new)
    if old.unique != new.unique:
        yield "unique-items", "narrowed" if new.unique else "widened", old.unique, new.unique
    if old.patterns != new.patterns and comparable(old, new, "string"):
        how = verdict(not new.patterns <= old.patterns, not old.patterns <= new.patterns)
        if how is not None:
            yield "pattern", how, old.patterns or None, new.patterns or None
    if old.encoding != new.encoding:
        how = "narrowed" if old.encoding == (None, None) else "widened" if new.encoding == (None, None) else "changed"
        yield "content", how, " ".join(filter(None, old.encoding)) or None, " ".join(filter(None, new.encoding)) or None
    if old.open_values != new.open_values:
        was, now = old.open_values or frozenset(), new.open_values or frozenset()
        how = verdict(bool(was - now) or old.open_values is None, bool(now - was) or new.open_values is None)
        if how is not None:
            yield "extensible-enum", how, was, now


def how_format(old: Shape, new: Shape) -> How | None:
    """How the format changed, as far as the types let it be compared."""
    if old.format == new.format or {"integer", "number"} == (old.types or frozenset()) | (new.types or frozenset()):
        return None
    if old.format is None or (new.format, old.format) in _WITHIN:
        return "narrowed"
    return "widened" if new.format is None or (old.format, new.format) in _WITHIN else "changed"


def _values(old: Shape, new: Shape) -> Iterator[tuple[str, How, Any, Any]]:
    was, now = old.values, new.values
    if was is None and now is None:
        return
    gone = was is None or (now is not None and bool(was.keys() - now.keys()))
    come = now is None or (was is not None and bool(now.keys() - was.keys()))
    how = verdict(gone, come)
    if how is None:
        return
    fixed = old.fixed or new.fixed
    aspect = "const" if fixed and len(was or (0,)) == 1 and len(now or (0,)) == 1 else "enum"
    if was is None or now is None:
        yield aspect, how, _shown(was), _shown(now)
    elif how == "changed":
        if aspect == "const":
            yield aspect, how, _shown(was), _shown(now)
        else:
            yield aspect, "narrowed", _shown({key: was[key] for key in was if key not in now}), None
            yield aspect, "widened", None, _shown({key: now[key] for key in now if key not in was})
    elif how == "narrowed":
        yield aspect, how, _shown({key: was[key] for key in was if key not in now}), None
    else:
        yield aspect, how, None, _shown({key: now[key] for key in now if key not in was})


def _shown(values: dict[str, Any] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(str(told(value)) for value in values.values())


def _numbers(old: Shape, new: Shape) -> Iterator[tuple[str, How, Any, Any]]:
    if (how := _how_bound(old.lower, new.lower, 1)) is not None:
        yield "minimum", how, _bound(old.lower), _bound(new.lower)
    if (how := _how_bound(old.upper, new.upper, -1)) is not None:
        yield "maximum", how, _bound(old.upper), _bound(new.upper)
    if old.step != new.step:
        narrower = new.step is not None and not _multiple(old.step, new.step)
        wider = old.step is not None and not _multiple(new.step, old.step)
        how = verdict(narrower, wider)
        if how is not None:
            yield "multiple-of", how, old.step, new.step


def _multiple(step: float | None, of: float) -> bool:
    """Whether every multiple of the step is one of the other."""
    if step is None:
        return False
    ratio = step / of
    return abs(ratio - round(ratio)) < 1e-9 and round(ratio) != 0


def _how_bound(old: Bound | None, new: Bound | None, towards: int) -> How | None:
    """`towards`: 1 where greater is tighter, -1 where less is."""
    if old == new:
        return None
    if old is None or new is None:
        return "narrowed" if old is None else "widened"
    was, now = (old[0] * towards, old[1]), (new[0] * towards, new[1])
    return None if was == now else "narrowed" if now > was else "widened"


def _bound(bound: Bound | None) -> str | None:
    return None if bound is None else f"{told(bound[0])}{' exclusive' if bound[1] else ''}"


def _sizes(old: Shape, new: Shape) -> Iterator[tuple[str, How, Any, Any]]:
    for keyword in sorted(old.sizes.keys() | new.sizes.keys()):
        kind = _APPLY[keyword[3:]]
        was, now = old.sizes.get(keyword), new.sizes.get(keyword)
        if was == now or not comparable(old, new, kind):
            continue
        least = keyword.startswith("min")
        if was is None or now is None:
            how: How = "narrowed" if was is None else "widened"
        else:
            how = "narrowed" if (now > was) == least else "widened"
        yield _ASPECTS[keyword], how, was, now
