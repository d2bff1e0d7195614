"""What the doctor looks at in each connection, one function for each thing. A new thing is a new function in `LOOKS`."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from syncd.config.mappings import bundled_folder
from syncd.mapping import keys_of_fields
from syncd.run.account import WARN_DAYS, known, when
from syncd.run.aside import letters
from syncd.run.backfill import needs
from syncd.run.doctor import CLOCK_S, Case, Health, Look, Seen, ago
from syncd.run.fields import lost
from syncd.run.gap import ratio
from syncd.run.pull import LEFT
from syncd.store.scopes import ScopeState, State

OLD = timedelta(hours=24)
"""A stream that no pass read to its end for so long is told."""

_FEW = 0.1
"""Less than this share of a quota left is told."""

_HEALTH: dict[State, Health] = {
    "fresh": "ok",
    "unsupported": "ok",
    "partial": "warn",
    "limited": "warn",
    "stale": "warn",
    "halted": "fail",
    "off": "fail",
}
_ORDER: tuple[State, ...] = tuple(_HEALTH)


def clock(case: Case) -> Iterator[Seen]:
    """The server's clock against ours."""
    time = case.link.gate.server_time
    if time is None:
        return
    ahead = round(time.ahead_s)
    if abs(ahead) <= CLOCK_S:
        yield Seen("clock", "ok", f"the server's clock is within {max(1, abs(ahead))} s of ours")
        return
    text = f"the server's clock is {abs(ahead):,} s {'ahead of' if ahead > 0 else 'behind'} ours"
    yield Seen("clock", "warn", text, "Set this machine's clock (NTP): what changed in between may be read late")


def permissions(case: Case) -> Iterator[Seen]:
    """What the credentials may."""
    account = case.answer.account
    if account is None:
        return
    if account.granted is None:
        yield Seen("permissions", "ok", "the vendor does not say what is granted")
        return
    granted = f"granted: {', '.join(sorted(account.granted)) or 'nothing'}"
    lacking = [what for what, words in case.link.kind.needs.items() if _is_wanted(case, what) and not words & account.granted]
    if not lacking:
        yield Seen("permissions", "ok", granted)
    for what in lacking:
        needed = " or ".join(sorted(case.link.kind.needs[what]))
        yield Seen("permissions", "fail" if what == "read" else "warn", f"{granted}; to {what} it takes {needed}", "Grant it")


def _is_wanted(case: Case, what: Literal["read", "write"]) -> bool:
    """Whether that is done with the connection at all."""
    place = case.link.place
    return what == "read" or "on" in (place.write, *place.write_for.values())


def quota(case: Case) -> Iterator[Seen]:
    """How many requests are left."""
    left = case.link.gate.quota
    if left is None:
        return
    of = f" of {left.limit:,}" if left.limit else ""
    until = f", until {left.reset:%H:%M:%S} UTC" if left.reset else ""
    few = left.remaining <= _FEW * left.limit if left.limit else left.remaining == 0
    cure = "Others use the same credentials, or passes are too frequent ([run] interval_s)" if few else None
    yield Seen("quota", "warn" if few else "ok", f"{left.remaining:,}{of} requests left{until}", cure)


def token(case: Case) -> Iterator[Seen]:
    """When the credentials end."""
    account, seen = case.answer.account, known(case.link, case.store)
    said = account.expires_at.date() if account and account.expires_at else None
    last = said or (seen.expires if seen else case.link.token_expires)
    if last is None:
        return
    days = (last - case.now.date()).days
    health: Health = "fail" if days < 0 else "warn" if days <= max(WARN_DAYS) else "ok"
    yield Seen(
        "token",
        health,
        f"the token {when(last, case.now.date())}",
        None if health == "ok" else "Make a new one and put it in place",
    )


def streams(case: Case) -> Iterator[Seen]:
    """How each stream was read last."""
    states = [state for state in case.store.scopes.states(case.link.name) if state.text != LEFT]
    was_read = any(not state.stream and state.state == "fresh" for state in states)
    for stream in case.link.streams:
        here = [state for state in states if state.stream == stream]
        if was_read and not here:
            yield Seen(f"stream {stream}", "ok", "nothing that is configured has it")
        else:
            yield _stream(case, stream, here)


def _stream(case: Case, stream: str, states: list[ScopeState]) -> Seen:
    what = f"stream {stream}"
    if not states:
        return Seen(what, "warn", "was never read", "`syncd once` reads it")
    bad = max(states, key=lambda state: _ORDER.index(state.state))
    ends = [state.completed_at for state in states if state.completed_at]
    end = f"read to its end {ago(min(ends), case.now)}" if len(ends) == len(states) else "not read to its end yet"
    if bad.state in ("fresh", "unsupported"):
        old = bad.state == "fresh" and case.now - min(ends, default=case.now) > OLD
        text = f"{bad.state}, {end}" if bad.state == "fresh" else "this edition or account does not have it"
        return Seen(what, "warn" if old else "ok", text, "Let `syncd run` run, or `syncd once` more often" if old else None)
    same = sum(state.state == bad.state for state in states)
    many = f" ({same} of {len(states)} scopes)" if len(states) > 1 else ""
    text = f"{bad.state} since {bad.since:%Y-%m-%d %H:%M} UTC{many}, {end}{f': {bad.text}' if bad.text else ''}"
    return Seen(what, _HEALTH[bad.state], text, _cure(case, stream, bad.state))


def _cure(case: Case, stream: str, state: State) -> str:
    if state == "halted":
        return f"`syncd resume {case.link.name} {stream}`, with --accept-deletions where what vanished is gone"
    return "Mend it, then `syncd once`" if state == "off" else "The next pass tries again"


def fields(case: Case) -> Iterator[Seen]:
    """Fields that the mapping reads and the vendor does not have, and those that records were not asked for."""
    told = set()
    for gone in lost(case.link, case.store):
        told.add((gone.stream, gone.id))
        now = f'is called "{gone.called}" now' if gone.called else "is not there any more"
        yield Seen("fields", "warn", f'the field "{gone.name}" ({gone.id}) {now}', f"Correct {gone.mapping_key}")
    for stream, there in case.answer.fields.items():
        names = {name.casefold() for name in there.values()} | {id.casefold() for id in there}
        for name, key in keys_of_fields(case.link.mapping).get(stream, {}).items():
            if name.casefold() not in names and (stream, name) not in told and not key.startswith(f"{bundled_folder()}{os.sep}"):
                yield Seen("fields", "warn", f"the mapping reads {name!r}, which {stream} do not have", f"Correct {key}")
    for need in needs(case.link, case.store):
        line = need.line(case.link.name).removeprefix(f"{case.link.name}: ")
        yield Seen("fields", "warn", line, f"`syncd backfill {case.link.name}`")


def records(case: Case) -> Iterator[Seen]:
    """What cannot be read or was refused."""
    found = letters([case.link.name], case.store)
    unread = sum(letter.write is None and not letter.dropped for letter in found)
    refused = sum(letter.write is not None for letter in found)
    yield _counted("records", unread, "record cannot be read", "records cannot be read")
    yield _counted("dead letters", refused, "write was refused", "writes were refused")


def _counted(what: str, number: int, one: str, many: str) -> Seen:
    if not number:
        return Seen(what, "ok", "none")
    return Seen(what, "warn", f"{number:,} {one if number == 1 else many}", "`syncd dead list` says why")


def writes(case: Case) -> Iterator[Seen]:
    """What waits to be written, and how long that takes at the vendor's pace."""
    waiting = [row for row in case.store.outbox.all(case.link.name) if row.state != "dead"]
    if not waiting:
        yield Seen("writes", "ok", "none wait")
        return
    seconds = len(waiting) * case.link.kind.limits.between_writes_s
    text = f"{len(waiting):,} wait" + (f", about {round(seconds):,} s of writing" if seconds else "")
    failed = next((row for row in waiting if row.text), None)
    if failed is None:
        yield Seen("writes", "ok", text)
    else:
        yield Seen("writes", "warn", f"{text}; {failed.target.label}: {failed.text}", "The next pass tries again", shared=text)


def hooks(case: Case) -> Iterator[Seen]:
    """Whether webhooks arrive."""
    if not case.link.hooked:
        return
    known = case.store.deliveries.counted(case.link.name)
    cure = "Passes find everything all the same; `syncd hooks sync` registers them"
    if known.last_at is None:
        yield Seen("hooks", "warn", "no delivery came yet", cure)
        return
    text = f"{known.accepted:,} deliveries, the last {ago(known.last_at, case.now)}"
    if (gap := ratio(known)) is not None:
        text += f"; {gap:.0%} of what changed came without one"
    bad = known.refused_at is not None and known.refused_at > known.last_at
    if bad:
        text += f"; {sum(known.refused.values()):,} were refused, the last one too"
    yield Seen("hooks", "warn" if bad else "ok", text, "Check hook_secret on both sides" if bad else None)


LOOKS: tuple[Look, ...] = (clock, permissions, quota, token, streams, fields, records, writes, hooks)
"""In the order in which they are shown."""
