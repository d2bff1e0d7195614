"""Doctor: how each connection is, and the store: what is well, what is not, and what to do about it. It mends nothing.

The vendors are asked side by side, each only who we are and which fields there are; one that does not answer stops no other.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from syncd.contract import Account, AuthFailed, Misconfigured, RateLimited, SyncError, Unavailable
from syncd.run.clock import Clock
from syncd.run.defect import defect
from syncd.run.link import Link
from syncd.run.pull import limited
from syncd.store import Store
from syncd.store.facts import StoreFacts, facts

Health = Literal["ok", "warn", "fail"]
HEALTH: tuple[Health, ...] = ("ok", "warn", "fail")
"""From good to bad."""

CLOCK_S = 60
"""So many seconds a server's clock may differ from ours: vendors' queries by time, and signed requests, rest on it."""

_ROOM = 1 << 30
"""Less free disk than this, in bytes, is told."""
_NO_ROOM = 50 << 20


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at. `shared`: what of the text may leave the house, where that is not all."""

    what: str
    health: Health
    text: str
    cure: str | None = None
    shared: str | None = None


@dataclass(slots=True)
class Answer:
    """What one vendor said. `fields`: stream -> id -> name, where people can make fields. `done`: it was asked to the end."""

    account: Account | None = None
    error: SyncError | None = None
    fields: dict[str, Mapping[str, str]] = field(default_factory=dict)
    seconds: float = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One connection that is looked at: what it said just now, and where what is known of it is kept."""

    link: Link
    store: Store
    now: datetime
    answer: Answer


Look = Callable[[Case], Iterator[Seen]]


def examine(
    links: Sequence[Link], store: Store, clock: Clock, looks: Sequence[Look], limit_s: float
) -> dict[str, tuple[Seen, ...]]:
    """All that can be seen of each connection, by name. Each has `limit_s` seconds to answer."""
    answers = {link.name: Answer() for link in links}
    asking = [_begin(link, answers[link.name], store, clock) for link in links]
    deadline = clock.watch() + limit_s
    for thread in asking:
        thread.join(max(0.0, deadline - clock.watch()))
    found = {}
    for link in links:
        case = Case(link, store, clock.now(), _in_time(answers[link.name], limit_s))
        found[link.name] = (*_reached(case), *(seen for look in looks for seen in look(case)))
    return found


def worst(seen: Sequence[Seen]) -> Health:
    """The worst of them."""
    return max((one.health for one in seen), key=HEALTH.index, default="ok")


def _begin(link: Link, answer: Answer, store: Store, clock: Clock) -> threading.Thread:
    """A thread that does not keep the process from ending, however long the vendor takes."""
    known = limited(link.name, store, clock.now())
    thread = threading.Thread(target=_ask, args=(link, answer, clock, known), name=f"doctor {link.name}", daemon=True)
    thread.start()
    return thread


def _ask(link: Link, answer: Answer, clock: Clock, known: RateLimited | None) -> None:
    began = clock.watch()
    try:
        if known is not None:
            raise known
        with closing(link.open()) as connector:
            answer.account = connector.check()
            for stream in link.streams:
                found = connector.fields(stream)
                if found is not None:
                    answer.fields[stream] = found
    except SyncError as error:
        answer.error = error
    except Exception as error:  # a defect of the connector: the others are looked at all the same
        answer.error = Unavailable(defect(error))
    answer.seconds = clock.watch() - began
    answer.done = True


def _in_time(answer: Answer, limit_s: float) -> Answer:
    """What was said in time; a copy, because the thread may write on."""
    if answer.done:
        return answer
    return Answer(answer.account, Unavailable(f"no answer within {limit_s:g} s"), dict(answer.fields), limit_s)


def _reached(case: Case) -> Iterator[Seen]:
    """Whether anybody is there, and who we are for them."""
    answer, error = case.answer, case.answer.error
    if answer.account is not None:
        yield Seen("reachable", "ok", f"answered in {answer.seconds:.1f} s")
        yield _account(answer.account)
        if error is not None:
            yield Seen("fields", "warn", f"the fields cannot be listed: {error.text}")
    elif isinstance(error, RateLimited):
        yield Seen("reachable", "warn", error.text, f"It is asked again after {error.until:%Y-%m-%d %H:%M:%S} UTC")
    elif isinstance(error, AuthFailed | Misconfigured):
        if case.link.gate.server_time is not None:
            yield Seen("reachable", "ok", "somebody answers")
        yield Seen("account", "fail", error.text, "Mend it, then `syncd once`")
    elif error is not None:
        yield Seen("reachable", "fail", error.text, "Check `url`, the network and the proxy; `syncd once` looks again")


def _account(account: Account) -> Seen:
    product = " ".join(part for part in (account.edition, account.version) if part)
    who = f"{account.name} ({account.id})" if account.name != account.id else account.id
    return Seen("account", "ok", f"{who}{f', {product}' if product else ''}", shared=product or "known")


def examine_store(store: Store) -> tuple[Seen, ...]:
    """The database, and how much room it has."""
    known = facts(store.db)
    text = f"{known.engine} {known.version}, revision {known.revision}, {in_bytes(known.bytes)}"
    return (Seen("store", "ok", text), *_room(known))


def _room(known: StoreFacts) -> Iterator[Seen]:
    if known.free is None:
        return
    text = f"{in_bytes(known.free)} free"
    if known.free < _NO_ROOM:
        yield Seen("disk", "fail", text, "Make room: nothing can be kept soon, and passes will break off")
    elif known.free < _ROOM:
        yield Seen("disk", "warn", text, "Make room before passes break off")
    else:
        yield Seen("disk", "ok", text)


def in_bytes(size: int) -> str:
    """`12.3 MB`."""
    amount, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"


def ago(then: datetime, now: datetime) -> str:
    """`5 minutes ago`."""
    gone = now - then
    for size, unit in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if gone >= size:
            number = gone // size
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now"
