"""Pure. The status of a merge request: whether what it belongs to is well, as a forge shows it beside the tests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncd.decide import ramp
from syncd.decide.amnesty import is_news
from syncd.decide.place import Ground, Spot
from syncd.decide.render import Section, digest, text
from syncd.decide.state import FindingState
from syncd.decide.voice import heard
from syncd.model.finding import SEVERITIES, Severity
from syncd.model.ref import Ref
from syncd.model.rows import ContractFile, MergeRequest

UNSURE = "not judged: something that it rests on could not be read"


@dataclass(frozen=True, slots=True)
class Marking:
    """The status of one merge request. `extra` is what is sent; `stands` what counts as said: without what only the clock moves;
    `part` keeps two of one merge request apart."""

    spot: Spot
    extra: dict[str, Any]
    stands: dict[str, Any]
    fingerprints: tuple[str, ...]
    part: str = ""


def status(ground: Ground, states: Mapping[str, FindingState], where: Mapping[str, Ref]) -> Iterator[Marking]:
    """For every open merge request that can carry one: where, and what it says. `where`: fingerprint -> the ticket that tells it.

    Known at start is no failure, and neither is what its team or its detector keeps back. What was not read is never a success.
    """
    policy, by_subject, unread_files = ground.policy, _by_subject(states, ground), unjudged(ground)
    for request in sorted(ground.snapshot.merge_requests.values(), key=lambda one: one.ref):
        spot = ground.spot(request.ref) if policy.status in ground.takes(request.ref) else None
        if spot is None or request.status != "open" or not request.head_sha:
            continue
        about = _about(request, ground)
        keys = dict.fromkeys(key for ref in about for key in by_subject.get(ref, ()))
        judged = (states[key] for key in keys if ramp.mode(states[key].finding, spot, ground) == spot.mode)
        found = sorted(judged, key=_worst_first)
        unread = is_unread(request, unread_files) or any(ref in ground.snapshot.stale for ref in about)
        unsure = unread or any(state.held for state in found)
        verdict = {"sha": request.head_sha, "name": policy.status_name, **_verdict(found, spot, ground, unsure=unsure)}
        yield Marking(spot, *_told(verdict, found, spot, ground, where), tuple(state.finding.fingerprint for state in found))


def unjudged(ground: Ground) -> frozenset[Ref | tuple[str, str]]:
    """The merge requests, and the repositories by connection and name, of whose contracts a file could not be read or judged."""
    stale = [row for row in ground.snapshot.contract_files if row.ref in ground.snapshot.stale]
    requests = {row.of for row in stale if row.revision == "merge_request" and isinstance(row.of, Ref)}
    return frozenset(requests | {_home(row) for row in stale if row.revision == "default"})


def is_unread(request: MergeRequest, unread: frozenset[Ref | tuple[str, str]]) -> bool:
    """Whether a merge request is among the `unjudged`."""
    return request.ref in unread or _home(request) in unread


def _home(row: MergeRequest | ContractFile) -> tuple[str, str]:
    return row.ref.connection, row.project.casefold()


def _told(
    verdict: dict[str, Any], found: list[FindingState], spot: Spot, ground: Ground, where: Mapping[str, Ref]
) -> tuple[dict[str, Any], dict[str, Any]]:
    voice = ground.voice(spot)
    findings = [heard(state.finding, voice) for state in found]
    summary = "\n\n".join(text(finding, voice) for finding in findings) or verdict["text"]
    urls = (_url(where.get(state.finding.fingerprint), spot, ground) for state in found)
    link = {"url": next((url for url in urls if url), None)}
    sections = digest([Section(finding, ground.snapshot.as_of) for finding in findings])
    return {**verdict, **link, "title": verdict["text"], "summary": summary}, {**verdict, **link, "said": sections}


def _by_subject(states: Mapping[str, FindingState], ground: Ground) -> dict[Ref, list[str]]:
    chosen, found = ground.policy.fail_on, dict[Ref, list[str]]()
    for key, state in sorted(states.items()):
        if state.state == "open" and (not chosen or state.finding.code in chosen):
            found.setdefault(ground.snapshot.anchor(state.finding.subject), []).append(key)
    return found


def _about(request: MergeRequest, ground: Ground) -> tuple[Ref, ...]:
    """The merge request itself, the items that it closes, and the milestones of all of them."""
    snapshot = ground.snapshot
    closes = [ref for ref in request.closes if isinstance(ref, Ref)]
    named = [*request.milestones, *(ref for item in closes if item in snapshot.items for ref in snapshot.items[item].milestones)]
    return tuple(dict.fromkeys((request.ref, *map(snapshot.anchor, [*closes, *(ref for ref in named if isinstance(ref, Ref))]))))


def _verdict(found: list[FindingState], spot: Spot, ground: Ground, *, unsure: bool) -> dict[str, str]:
    news = [state for state in found if is_news(state)]
    parts = [_listed(news)] if news else []
    if len(found) > len(news):
        parts.append(f"known at start: {_listed([state for state in found if state not in news])}")
    line = "; ".join(parts) or "nothing is open on what this belongs to"
    if any(_reaches(state, ground.policy.fail_from) for state in news):
        state = "failed"
    elif unsure:
        state, line = "pending", UNSURE
    else:
        state = "passed"
    most = ground.places[spot.target.connection].limits.text_chars
    return {"state": state, "text": cut(line, most)}


def cut(line: str, most: int) -> str:
    """The line in so many characters."""
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _listed(states: list[FindingState]) -> str:
    return ", ".join(dict.fromkeys(f"{state.finding.code} {state.finding.severity}" for state in states))


def _reaches(state: FindingState, least: Severity) -> bool:
    return SEVERITIES.index(state.finding.severity) >= SEVERITIES.index(least)


def _url(ticket: Ref | None, spot: Spot, ground: Ground) -> str | None:
    """The ticket that tells it, where who sees the merge request may know that it exists."""
    known = ground.known(ticket) if ticket else None
    if known is None:
        return None
    near = known.ref.connection == spot.target.connection and known.project == spot.project and known.audience == "scope"
    return known.ref.url if known.audience == "connection" or near else None


def _worst_first(state: FindingState) -> tuple[int, str, str]:
    return -SEVERITIES.index(state.finding.severity), state.finding.code, state.finding.fingerprint
