"""Pure. `sources_disagree`: two sources of one milestone claim different dates, states or owners.

Rules, for milestones with claims of at least two connections, one finding per field:
- date: both have a due date and they are more than `tolerance_days` (default 0) calendar days apart: warn.
- status: one is closed (done, dropped), the other open (todo, doing): critical. An unknown status disagrees with nothing.
- owner: warn, and only where both sides can be compared. An account of both, an equal e-mail or an equal name, whatever the order of
  its words, makes them one person. Different people are different e-mails under different names, or else two names without a word in
  common: both of several words, or both of one word with another initial (logins mostly begin with one). A login against a full name
  proves nothing.
Source: this house's rules.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.wording import called, keyed, listed, named, with_sources
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity
from syncd.model.raw import Json
from syncd.model.ref import ref_to_json
from syncd.model.rows import Claim, Milestone, Person
from syncd.model.snapshot import Snapshot

CODE = "sources_disagree"

_CLOSED = frozenset({"done", "dropped"})
_OPEN = frozenset({"todo", "doing"})


class SourcesDisagreeRules(Rules):
    """How far apart sources may be."""

    tolerance_days: int = Field(0, ge=0, description="Calendar days by which due dates may differ.")


@dataclass(frozen=True, slots=True)
class _Difference:
    """A field on which claims differ. `by` is the size, `shown` how one claim puts it, `counts` what the milestone takes."""

    field: str
    name: str
    severity: Severity
    claims: tuple[Claim, ...]
    shown: Callable[[Claim], Part]
    counts: Callable[[Claim], bool]
    rule: str
    by: int = 1


def detect(snapshot: Snapshot, rules: SourcesDisagreeRules) -> Iterator[Finding]:
    """One finding per milestone and field on which its sources differ."""
    for ref in sorted(snapshot.milestones):
        milestone = snapshot.milestones[ref]
        claims = tuple(milestone.claims[name] for name in sorted(milestone.claims))
        if len(claims) < 2:
            continue
        for difference in (
            _dates(milestone, claims, rules.of(milestone.class_)),
            _states(milestone, claims),
            _owners(milestone, claims),
        ):
            if difference:
                yield _finding(snapshot, milestone, difference)


DETECTOR = Detector(code=CODE, title="Sources disagree", rules=SourcesDisagreeRules, detect=detect)


def _dates(milestone: Milestone, claims: tuple[Claim, ...], rules: SourcesDisagreeRules) -> _Difference | None:
    dated = tuple(claim for claim in claims if claim.due)
    days = [claim.due for claim in dated if claim.due]
    apart = (max(days) - min(days)).days if days else 0
    if apart <= rules.tolerance_days:
        return None
    rule = f"due dates may differ by {rules.tolerance_days} calendar days"
    return _Difference("due", "due date", "warn", dated, _due, lambda claim: claim.due == milestone.due, rule, apart)


def _due(claim: Claim) -> Part:
    return Day(claim.due) if claim.due else "nothing"


def _states(milestone: Milestone, claims: tuple[Claim, ...]) -> _Difference | None:
    known = tuple(claim for claim in claims if claim.status in _CLOSED | _OPEN)
    states = {claim.status for claim in known}
    if not (states & _CLOSED and states & _OPEN):
        return None
    rule = "done or dropped in one and open in another disagree"
    return _Difference(
        "status", "status", "critical", known, lambda claim: claim.status, lambda claim: claim.status == milestone.status, rule
    )


def _owners(milestone: Milestone, claims: tuple[Claim, ...]) -> _Difference | None:
    owned = tuple(claim for claim in claims if claim.owner)
    people = [claim.owner for claim in owned if claim.owner]
    if not any(differ(one, other) for one, other in combinations(people, 2)):
        return None
    rule = "only owners that can be compared, by e-mail or name, disagree"
    return _Difference("owner", "owner", "warn", owned, _owner, lambda claim: claim.owner == milestone.owner, rule)


def _owner(claim: Claim) -> Part:
    return called(claim.owner, "owner", claim) if claim.owner else "nobody"


def differ(one: Person, other: Person) -> bool:
    """Whether two people are certainly not the same one."""
    if any(one.identities[name] == other.identities[name] for name in one.identities.keys() & other.identities):
        return False
    emails = [person.email.strip().casefold() for person in (one, other) if person.email]
    words = _words(one.name), _words(other.name)
    if len(emails) == 2:
        return emails[0] != emails[1] and words[0] != words[1]
    if all(len(name) == 1 for name in words):
        return {word[0] for word in words[0]}.isdisjoint(word[0] for word in words[1])
    return words[0].isdisjoint(words[1]) and all(len(name) > 1 for name in words)


def _words(name: str) -> frozenset[str]:
    """The words of a name, without case, accents and order."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter))
    return frozenset(re.findall(r"\w+", plain))


def _finding(snapshot: Snapshot, milestone: Milestone, difference: _Difference) -> Finding:
    claims = difference.claims
    says: list[tuple[Part, ...]] = [(keyed(claim), " says ", difference.shown(claim)) for claim in claims]
    return Finding(
        code=CODE,
        subject=milestone.ref,
        discriminator=difference.field,
        severity=difference.severity,
        headline=(named(milestone), ": its sources disagree on the ", difference.name, *_by(difference), "."),
        lines=(
            Line("Why", (*_joined(says), *_which(milestone, difference), ".")),
            Line("Rests on", (Count(len(claims), "source"), f" of this milestone. Rule: {difference.rule}.")),
            Line("Clears", (f"the same {difference.name} in all of them", *_tolerated(difference), ".")),
            Line("Wrong?", (f"Correct the {difference.name} of ", *listed([keyed(claim) for claim in claims], " or "), ".")),
        ),
        inputs=with_sources(snapshot, [milestone.ref, *(claim.ref for claim in milestone.claims.values())]),
        facts=_facts(difference),
        weight=difference.by,
    )


def _by(difference: _Difference) -> tuple[Part, ...]:
    return (" by ", Count(difference.by, "day")) if difference.field == "due" else ()


def _which(milestone: Milestone, difference: _Difference) -> tuple[Part, ...]:
    """Which claim counts, by the precedence that is configured; of several that say it, the milestone's own."""
    own_first = sorted(difference.claims, key=lambda claim: claim.ref != milestone.ref)
    taken = next((claim for claim in own_first if difference.counts(claim)), None)
    return ("; that of ", keyed(taken), " counts") if taken else ()


def _tolerated(difference: _Difference) -> tuple[Part, ...]:
    return (", or a larger tolerance_days",) if difference.field == "due" else ()


def _joined(says: list[tuple[Part, ...]]) -> Iterator[Part]:
    for place, said in enumerate(says):
        yield from ((", ",) if place else ())
        yield from said


def _facts(difference: _Difference) -> dict[str, Json]:
    claims = {
        claim.ref.connection: ref_to_json(claim.ref)
        | {
            "due": claim.due.isoformat() if claim.due else None,
            "status": claim.status,
            "owner": claim.owner.name if claim.owner else None,
        }
        for claim in difference.claims
    }
    return {"field": difference.field, "difference": difference.by, "claims": claims}
