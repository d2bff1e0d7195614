"""Pure. What people answer below our comments: `/syncd <word> [until DATE] [because TEXT]`, or `/syncd clear`, which takes a word back.

A word is one of `WORDS`, in any case, with spaces, "-" or "_"; DATE is written 2026-12-15 and is the last day on which the word counts. Of
an answer the last line that can be read counts. It speaks of the milestone whose ticket it stands on, else of the only one to which the
item, or merge request, belongs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.contract import REPLY_WORD
from syncd.decide.escape import clean
from syncd.decide.overrides import WORDS, Override, Word, plus
from syncd.model.record import changed
from syncd.model.ref import Ref
from syncd.model.rows import Milestone, Reply
from syncd.model.snapshot import Snapshot
from syncd.schedule.wall import wall_day

MOST_DAYS = 90
"""No word counts longer than this, unless labels may."""

CLEAR = "clear"

_LINE = re.compile(rf"\s*{re.escape(REPLY_WORD)}(?:[\s:,]+(.*))?$", re.IGNORECASE | re.DOTALL)
_BECAUSE = re.compile(r"(?:^|[\s,;]+)because\b[\s:,]*", re.IGNORECASE)
_UNTIL = re.compile(r"(?:^|[\s,;]+)until\b[\s:,]*", re.IGNORECASE)
_DASHES = re.compile("[\u2010-\u2015\u2212_]")
_AROUND = " \t.,;:!\"'`*"


@dataclass(frozen=True, slots=True)
class Command:
    """What a line says. `word` None takes back what was said before; `until` None: as long as usual."""

    word: Word | None
    until: date | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a line is not understood; `quoted` is what of it."""

    why: str
    quoted: str = ""

    def __str__(self) -> str:
        return f"{self.why} {self.quoted}".rstrip()


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it is understood. `ticket`: where it stands. `milestone`, `command`: what counts of it, where anything does; `day`: when
    it was written; `unclear`: what was written after that and is not understood."""

    reply: Reply
    ticket: Ref
    milestone: Ref | None = None
    command: Command | None = None
    day: date | None = None
    unclear: Unclear | None = None

    @property
    def at(self) -> datetime | None:
        """When it was written, or edited."""
        return self.reply.at


def heard(snapshot: Snapshot) -> tuple[Heard, ...]:
    """All answers on tickets that we hold, the first written first."""
    placed = ((reply, _called(snapshot, reply.of)) for reply in snapshot.replies if isinstance(reply.of, Ref))
    found = (_heard(snapshot, reply, ticket) for reply, ticket in placed if ticket)
    return tuple(sorted((one for one in found if one), key=lambda one: (one.at is not None, one.at, one.reply.ref)))


def said_of(answers: Sequence[Heard], days: int) -> Iterator[tuple[Ref, Override]]:
    """Milestone and what was said of it, the first said first. `days`: how long a word holds where no date is given."""
    for one in answers:
        if one.milestone and one.command and one.day and one.at:
            usual = plus(one.day, days)
            until = usual if one.command.until is None else min(one.command.until, plus(one.day, max(MOST_DAYS, days)))
            by = one.reply.person.name if one.reply.person else None
            yield one.milestone, Override(one.command.word, "", one.at, one.day, until, by, one.reply, one.command.because)


def read(line: str) -> Command | Unclear | None:
    """What a line of an answer says; None where it does not speak to us."""
    match = _LINE.match(line)
    if match is None:
        return None
    head, *reason = _BECAUSE.split(match[1] or "", maxsplit=1)
    said, *ends = _UNTIL.split(head, maxsplit=1)
    word = " ".join(_DASHES.sub("-", said).replace("-", " ").strip(_AROUND).casefold().split())
    because = clean(reason[0]).strip() if reason else ""
    if word == CLEAR:
        return Unclear("nothing is taken back until a date") if ends else Command(None, None, because)
    known = next((one for one in WORDS if one == word), None)
    if known is None:
        return Unclear("there is no word", clean(said.strip(_AROUND))) if word else Unclear("it says no word")
    until = _day(ends[0].strip(_AROUND)) if ends else None
    if ends and until is None:
        return Unclear("a date is written like 2026-12-15, not", clean(ends[0].strip(_AROUND)) or "left out")
    return Command(known, until, because)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _called(snapshot: Snapshot, ticket: Ref) -> Ref | None:
    """The ticket with its key, where we hold it: of a joined milestone the source that was answered on."""
    row = snapshot.get(ticket)
    if row is None:
        return None
    return next((one for one in row.sources if one == ticket), ticket) if isinstance(row, Milestone) else row.ref


def _heard(snapshot: Snapshot, reply: Reply, ticket: Ref) -> Heard | None:
    lines = [one for line in reply.text.splitlines() if (one := read(line)) is not None]
    if not lines:
        return None
    reply = changed(reply, of=ticket)
    day = wall_day(reply.at, ZoneInfo(snapshot.zone)) if reply.at else None
    found = [_judged(one, day) for one in lines]
    last = next((one for one in reversed(found) if isinstance(one, Command)), None)
    unclear = found[-1] if isinstance(found[-1], Unclear) else None
    meant = _meant(snapshot, ticket) if last else None
    if isinstance(meant, Unclear):
        return Heard(reply, ticket, day=day, unclear=meant)
    return Heard(reply, ticket, meant, last, day, unclear)


def _judged(found: Command | Unclear, day: date | None) -> Command | Unclear:
    if day is None:
        return Unclear("nothing says when it was written")
    if isinstance(found, Command) and found.until and found.until < day:
        return Unclear("it was over when it was written:", found.until.isoformat())
    return found


def _meant(snapshot: Snapshot, ticket: Ref) -> Ref | Unclear:
    """The milestone of which an answer on that ticket speaks."""
    anchor = snapshot.anchor(ticket)
    if anchor in snapshot.milestones:
        return anchor
    refs = dict.fromkeys(snapshot.anchor(ref) for ref in _belongs(snapshot, ticket) if isinstance(ref, Ref))
    found = [ref for ref in refs if ref in snapshot.milestones]
    if len(found) == 1:
        return found[0]
    return Unclear(f"this belongs to {len(found) or 'no'} milestones: answer on the ticket of one")


def _belongs(snapshot: Snapshot, ticket: Ref) -> Iterator[object]:
    row = snapshot.get(ticket)
    if row is None or isinstance(row, Milestone):
        return
    yield from row.milestones
    for ref in getattr(row, "closes", ()) if not row.milestones else ():
        closed = snapshot.items.get(ref) if isinstance(ref, Ref) else None
        yield from closed.milestones if closed else ()
