"""Pure. Dependencies with both ends resolved: one per pair and relation, however often and wherever it was declared.

Two of a pair are left only where one has a lag in working time and the other a lag in elapsed time: which of them is longer differs
from week to week, so both count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from syncd.mapping.assemble_names import Resolve
from syncd.model.record import changed
from syncd.model.ref import Alias, Ref, identity
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
    whole: dict[Ends, Dependency] = {}
    elapsed: list[tuple[Ends, Dependency]] = []
    dangling: dict[Ends, tuple[Dependency, str]] = {}
    problems: list[str] = []
    for row in sorted(declared, key=_order):
        earlier, later = resolve(row.predecessor), resolve(row.successor)
        reasons = [end for end in (earlier, later) if isinstance(end, str)]
        ends = _end(earlier, row.predecessor), _end(later, row.successor), row.relation
        row = _between(row, ends)
        if reasons:
            dangling[ends] = (_merged(dangling[ends][0], row) if ends in dangling else row, "; ".join(dict.fromkeys(reasons)))
        elif earlier == later:
            problems.append(f"{row.ref.label}: a link makes {_name(row.successor)} wait for itself and is left out: delete it")
        elif row.lag_in == "elapsed" and row.lag:
            elapsed.append((ends, row))
        else:
            whole[ends] = _merged(whole[ends], row) if ends in whole else row
    beside = _beside(whole, elapsed) if elapsed else ()
    return Links((*whole.values(), *beside), tuple(dangling.values()), tuple(problems))


def _beside(whole: dict[Ends, Dependency], elapsed: Iterable[tuple[Ends, Dependency]]) -> tuple[Dependency, ...]:
    """What counts beside the links of `whole`. Where one of a pair is a lag and the other none, or a lead, the lag alone counts, there."""
    found: dict[Ends, Dependency] = {}
    for ends, row in elapsed:
        found[ends] = _merged(found[ends], row) if ends in found else row
    for ends in found.keys() & whole.keys():
        row, other = found[ends], whole[ends]
        if row.lag * other.lag > 0:
            strength = _stricter(row, other)
            found[ends], whole[ends] = changed(row, strength=strength), changed(other, strength=strength)
        else:
            whole[ends] = _merged(other, row)
            del found[ends]
    return tuple(found.values())


def _between(row: Dependency, ends: Ends) -> Dependency:
    """The row from one record to the other: by hand, because there are more of them than of all else."""
    return Dependency(
        ref=row.ref,
        predecessor=ends[0],
        successor=ends[1],
        relation=row.relation,
        lag=row.lag,
        strength=row.strength,
        link_name=row.link_name,
        lag_in=row.lag_in,
        scope_id=row.scope_id,
        project=row.project,
    )


def _order(row: Dependency) -> tuple[object, ...]:
    names, place = (_name(row.predecessor), _name(row.successor)), (row.scope_id, row.project)
    return *identity(row.ref), *names, row.relation, row.strength, row.lag, row.link_name or "", *place, row.lag_in


def _name(end: Ref | Alias) -> str:
    return end.label if isinstance(end, Ref) else end.text


def _end(found: Ref | str, named: Ref | Alias) -> Ref | Alias:
    return named if isinstance(found, str) else found


def _merged(first: Dependency, other: Dependency) -> Dependency:
    strength, longer = _stricter(first, other), first if first.lag >= other.lag else other
    if strength == first.strength and longer is first:
        return first
    return changed(first, strength=strength, lag=longer.lag, lag_in=longer.lag_in)


def _stricter(first: Dependency, other: Dependency) -> Literal["hard", "soft", "external"]:
    return min(first.strength, other.strength, key=_STRENGTH.index)


def unseen(links: Links, stale: frozenset[tuple[str, str, str]], unknown: frozenset[Ref]) -> frozenset[Ref]:
    """What links name and what may only look absent: its scope was not read to its end, or a record of that key was rejected."""
    streams = {(connection, stream) for connection, stream, _ in stale}
    rejected = {ref.key.casefold() for ref in unknown if ref.key}
    ends = {end for row, _ in links.dangling for end in (row.predecessor, row.successor)}
    named = {end for end in ends if isinstance(end, Ref) and (end.connection, end.stream) in streams}
    return frozenset(
        named | {end.unseen for end in ends if isinstance(end, Alias) and (streams or end.text.casefold() in rejected)}
    )
