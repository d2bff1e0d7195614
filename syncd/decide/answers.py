"""Pure. What our comment says to those who answered it: what counts of it, beside what is computed, and what is not understood."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from syncd.decide.overrides import plus
from syncd.decide.replies import CLEAR, Heard, Unclear, heard
from syncd.decide.state import FindingState, Policy
from syncd.decide.word import Worded, worded
from syncd.model.finding import Day, Part, Quote
from syncd.model.ref import Ref
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot

Answers = Mapping[Ref, tuple[tuple[Part, ...], ...]]
"""Ticket -> the lines that its comment ends with."""

KNOWN_WORDS = f"Words: {', '.join(('on track', 'at risk', 'off track', 'unknown', CLEAR))}."


def answers(
    snapshot: Snapshot, states: Iterable[FindingState], policy: Policy, seen: Mapping[str, datetime] | None = None
) -> Answers:
    """What is said on each ticket that somebody answered on. A line is gone when its word has expired, or another one counts."""
    said = heard(snapshot)
    if not said:
        return {}
    words = _words(snapshot, states, policy, seen, said)
    last = {one.ticket: one for one in said}  # of each ticket the last one stays
    lines = {ticket: tuple(_lines(snapshot, policy, said, one, words)) for ticket, one in last.items()}
    return {ticket: some for ticket, some in lines.items() if some}


def unclear(snapshot: Snapshot, days: int) -> tuple[Heard, ...]:
    """The last answers on their tickets that are not understood, as long as a word would count."""
    last = {one.ticket: one for one in heard(snapshot)}
    return tuple(one for one in last.values() if one.unclear and one.day and plus(one.day, days) >= snapshot.today)


def _words(
    snapshot: Snapshot,
    states: Iterable[FindingState],
    policy: Policy,
    seen: Mapping[str, datetime] | None,
    said: Sequence[Heard],
) -> dict[Ref, Worded]:
    only = {one.milestone for one in said if one.milestone}
    label, days = policy.status_label, policy.status_override_days
    found = worded(snapshot, states, label=label, days=days, seen=seen, only=only) if only else ()
    return {one.milestone.ref: one for one in found}


def _lines(
    snapshot: Snapshot, policy: Policy, said: Sequence[Heard], last: Heard, words: Mapping[Ref, Worded]
) -> Iterator[tuple[Part, ...]]:
    here = {one.reply.ref: one for one in said if one.ticket == last.ticket}
    for one in words.values():
        if one.override and one.override.reply and one.override.reply.ref in here:
            yield _counts(here[one.override.reply.ref], one, policy)
    if last.unclear and last.day and plus(last.day, policy.status_override_days) >= snapshot.today:
        milestone = words[last.milestone].milestone if last.milestone and last.milestone in words else None
        yield _not_understood(last, last.day, last.unclear, milestone, policy)


def _counts(said: Heard, one: Worded, policy: Policy) -> tuple[Part, ...]:
    assert one.override is not None
    because: tuple[Part, ...] = (", because ", Quote(one.override.because, said.ticket)) if one.override.because else ()
    until = (f": {one.word} until ", Day(one.override.until))
    return *_whose(said, one.override.since, one.milestone, policy), *until, *because, f". Computed: {one.computed}."


def _not_understood(said: Heard, day: date, unclear: Unclear, milestone: Milestone | None, policy: Policy) -> tuple[Part, ...]:
    quoted: tuple[Part, ...] = (" ", Quote(unclear.quoted, said.ticket)) if unclear.quoted else ()
    told = f" is not understood: {unclear.why}"
    return *_whose(said, day, milestone, policy), told, *quoted, f". {KNOWN_WORDS}"


def _whose(said: Heard, day: date, milestone: Milestone | None, policy: Policy) -> tuple[Part, ...]:
    """`Ana Lopez's reply of Thu 3 Dec`, with people as the policy shows them."""
    person = said.reply.person
    if person and policy.people == "named":
        return Quote(person.name, said.ticket), "'s reply of ", Day(day)
    owns = policy.people == "role" and person is not None and milestone is not None and person == milestone.owner
    return "The owner's reply of " if owns else "A reply of ", Day(day)
