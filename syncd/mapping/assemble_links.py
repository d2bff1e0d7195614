"""Pure. Dependencies with both ends resolved: one per pair and relation, however often and wherever it was declared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from syncd.mapping.assemble_names import Resolve
from syncd.model.record import changed, changing
from syncd.model.ref import Alias, Ref
from syncd.model.rows import Dependency

_STRENGTH = ("hard", "external", "soft")

Ends = tuple[Ref | Alias, Ref | Alias, str]


@dataclass(frozen=True, slots=True)
class Links:
    """`whole` links lead from record to record; `dangling` ones name something that is not there, with the reason."""

    whole: tuple[Dependency, ...]
    dangling: tuple[tuple[Dependency, str], ...]
    problems: tuple[str, ...]


def link(declared: Iterable[Dependency], resolve: Resolve) -> Links:
    """Resolve both ends and merge what both declare: the stricter strength and the longer lag count. Nothing waits for itself."""
    whole: dict[tuple[int, int, str], Dependency] = {}
    dangling: dict[Ends, tuple[Dependency, str]] = {}
    problems: list[str] = []
    between = changing(Dependency, "predecessor", "successor")
    for ref, rows in _by_record(declared):
        own = resolve(ref)
        for row in rows:
            earlier = own if row.predecessor is ref else resolve(row.predecessor)
            later = own if row.successor is ref else resolve(row.successor)
            if isinstance(earlier, str) or isinstance(later, str):
                reasons = [end for end in (earlier, later) if isinstance(end, str)]
                ends = _end(earlier, row.predecessor), _end(later, row.successor), row.relation
                row = _merged(dangling[ends][0], row) if ends in dangling else between(row, ends[0], ends[1])
                dangling[ends] = row, "; ".join(dict.fromkeys(reasons))
            elif earlier is later:  # one object stands for each record that is held
                problems.append(f"{row.ref.label}: a link makes {later.label} wait for itself and is left out: delete it")
            else:
                key = id(earlier), id(later), row.relation
                first = whole.get(key)
                if first is not None:
                    whole[key] = _merged(first, row)
                elif earlier is row.predecessor and later is row.successor:
                    whole[key] = row
                else:
                    whole[key] = between(row, earlier, later)
    return Links(tuple(whole.values()), tuple(dangling.values()), tuple(problems))


def _by_record(declared: Iterable[Dependency]) -> Iterator[tuple[Ref, list[Dependency]]]:
    """Each record that declares any, with those that it does, in the order of all that they say."""
    for ref, own in groupby(sorted(declared, key=attrgetter("ref.connection", "ref.stream", "ref.id")), attrgetter("ref")):
        rows = list(own)
        if len(rows) > 1:
            rows.sort(key=_order)
        yield ref, rows


def _order(row: Dependency) -> tuple[object, ...]:
    earlier, later = row.predecessor, row.successor
    return earlier.label, later.label, row.relation, row.strength, row.lag, row.link_name or "", row.scope_id, row.project


def _end(found: Ref | str, named: Ref | Alias) -> Ref | Alias:
    return named if isinstance(found, str) else found


def _merged(first: Dependency, other: Dependency) -> Dependency:
    strength = first.strength if first.strength == other.strength else min(first.strength, other.strength, key=_STRENGTH.index)
    lag = max(first.lag, other.lag)
    if strength == first.strength and lag == first.lag:
        return first
    return changed(first, strength=strength, lag=lag)


def unseen(links: Links, stale: frozenset[tuple[str, str, str]], unknown: frozenset[Ref]) -> frozenset[Ref]:
    """What links name and what may only look absent: its scope was not read to its end, or a record of that key was rejected."""
    streams = {(connection, stream) for connection, stream, _ in stale}
    rejected = {ref.key.casefold() for ref in unknown if ref.key}
    ends = {end for row, _ in links.dangling for end in (row.predecessor, row.successor)}
    named = {end for end in ends if isinstance(end, Ref) and (end.connection, end.stream) in streams}
    return frozenset(
        named | {end.unseen for end in ends if isinstance(end, Alias) and (streams or end.text.casefold() in rejected)}
    )
