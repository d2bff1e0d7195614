"""Pure. Dependencies with both ends resolved: one per pair and relation, however often and wherever it was declared.

Two of a pair are left only where one has a lag in working time and the other a lag in elapsed time: which of them is longer differs
from week to week, so both count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Literal

from syncd.mapping.assemble_names import Resolve
from syncd.model.record import changed, changing
from syncd.model.ref import Alias, Ref
from syncd.model.rows import Dependency

_STRENGTH = ("hard", "external", "soft")

Ends = tuple[Ref | Alias, Ref | Alias, str]
Pair = tuple[int, int, str]
"""The objects that stand for both ends, and the relation."""


@dataclass(frozen=True, slots=True)
class Links:
    """`whole` links lead from record to record; `dangling` ones name something that is not there, with the reason."""

    whole: tuple[Dependency, ...]
    dangling: tuple[tuple[Dependency, str], ...]
    problems: tuple[str, ...]


def link(declared: Iterable[Dependency], resolve: Resolve) -> Links:
    """Resolve both ends and merge what both declare: the stricter strength and the longer lag count. Nothing waits for itself."""
    whole: dict[Pair, Dependency] = {}
    elapsed: dict[Pair, Dependency] = {}
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
                found = elapsed if row.lag and row.lag_in == "elapsed" else whole
                first = found.get(key)
                if first is not None:
                    found[key] = _merged(first, row)
                elif earlier is row.predecessor and later is row.successor:
                    found[key] = row
                else:
                    found[key] = between(row, earlier, later)
    beside = _beside(whole, elapsed) if elapsed else ()
    return Links((*whole.values(), *beside), tuple(dangling.values()), tuple(problems))


def _beside(whole: dict[Pair, Dependency], elapsed: dict[Pair, Dependency]) -> Iterable[Dependency]:
    """What counts beside the links of `whole`. Where one of a pair is a lag and the other none, or a lead, the lag alone counts, there."""
    for pair in elapsed.keys() & whole.keys():
        row, other = elapsed[pair], whole[pair]
        if row.lag * other.lag > 0:
            strength = _stricter(row, other)
            elapsed[pair], whole[pair] = changed(row, strength=strength), changed(other, strength=strength)
        else:
            whole[pair] = _merged(other, row)
            del elapsed[pair]
    return elapsed.values()


def _by_record(declared: Iterable[Dependency]) -> Iterator[tuple[Ref, list[Dependency]]]:
    """Each record that declares any, with those that it does, in the order of all that they say."""
    for ref, own in groupby(sorted(declared, key=attrgetter("ref.connection", "ref.stream", "ref.id")), attrgetter("ref")):
        rows = list(own)
        if len(rows) > 1:
            rows.sort(key=_order)
        yield ref, rows


def _order(row: Dependency) -> tuple[object, ...]:
    names, place = (row.predecessor.label, row.successor.label), (row.scope_id, row.project)
    return *names, row.relation, row.strength, row.lag, row.link_name or "", *place, row.lag_in


def _end(found: Ref | str, named: Ref | Alias) -> Ref | Alias:
    return named if isinstance(found, str) else found


def _merged(first: Dependency, other: Dependency) -> Dependency:
    strength, longer = _stricter(first, other), first if first.lag >= other.lag else other
    if strength == first.strength and longer is first:
        return first
    return changed(first, strength=strength, lag=longer.lag, lag_in=longer.lag_in)


def _stricter(first: Dependency, other: Dependency) -> Literal["hard", "soft", "external"]:
    return first.strength if first.strength == other.strength else min(first.strength, other.strength, key=_STRENGTH.index)


def unseen(links: Links, stale: frozenset[tuple[str, str, str]], unknown: frozenset[Ref]) -> frozenset[Ref]:
    """What links name and what may only look absent: its scope was not read to its end, or a record of that key was rejected."""
    streams = {(connection, stream) for connection, stream, _ in stale}
    rejected = {ref.key.casefold() for ref in unknown if ref.key}
    ends = {end for row, _ in links.dangling for end in (row.predecessor, row.successor)}
    named = {end for end in ends if isinstance(end, Ref) and (end.connection, end.stream) in streams}
    return frozenset(
        named | {end.unseen for end in ends if isinstance(end, Alias) and (streams or end.text.casefold() in rejected)}
    )
