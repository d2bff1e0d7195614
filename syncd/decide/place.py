"""Pure. Where a finding speaks: on a source of its subject, else a tracking ticket, else its driving item, else nowhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from syncd.decide.markup import BY_NAME
from syncd.decide.state import Place, Policy
from syncd.decide.voice import Known, Voice
from syncd.model.action import Mode, Verb
from syncd.model.finding import Finding
from syncd.model.ref import Ref
from syncd.model.rows import Item, MergeRequest, Milestone
from syncd.model.snapshot import Snapshot

Written = Milestone | Item | MergeRequest
NO_PLACE = "none of its sources takes comments, no tracking ticket is configured for it, and no item drives it"


@dataclass(frozen=True, slots=True)
class Spot:
    """A ticket that can take a comment, in the project that decides whether it may be written to."""

    target: Ref
    project: str
    mode: Mode

    @property
    def pair(self) -> tuple[str, str]:
        """(connection, project)."""
        return self.target.connection, self.project


@dataclass(frozen=True)  # no slots: `cached_property` needs a place to keep its value
class Ground:
    """What is known of all tickets: which there are, whose they are, what they take."""

    snapshot: Snapshot
    places: Mapping[str, Place]
    policy: Policy

    @cached_property
    def _by_name(self) -> dict[str, list[Ref]]:
        names: dict[str, list[Ref]] = {}
        for rows in (self.snapshot.items, self.snapshot.merge_requests, self.snapshot.milestones):
            for row in rows.values():
                for name in {row.ref.key, row.ref.url} - {None}:
                    names.setdefault(str(name), []).append(row.ref)
        return names

    @cached_property
    def _known(self) -> dict[Ref, Known | None]:
        return {}

    def known(self, ref: Ref) -> Known | None:
        """The object as its own vendor knows it: of a joined milestone the source that was asked for. None: we do not hold it."""
        if ref not in self._known:
            self._known[ref] = self._looked_up(ref)
        return self._known[ref]

    def _looked_up(self, ref: Ref) -> Known | None:
        row = self.snapshot.items.get(ref) or self.snapshot.merge_requests.get(ref)
        if row is not None:
            return Known(row.ref, row.title, row.audience, row.scope_id, row.project)
        joined = self.snapshot.milestones.get(self.snapshot.anchor(ref))
        if joined is None:
            return None
        claim = next((claim for claim in joined.claims.values() if claim.ref == ref), None)
        if claim is not None and len(joined.sources) > 1:
            return Known(claim.ref, claim.title, claim.audience, claim.scope_id, claim.project, joined=True)
        return Known(joined.ref, joined.title, joined.audience, joined.scope_id, joined.project)

    def speaks_on(self, finding: Finding) -> Spot | str:
        """The ticket on which the finding speaks now, or why there is none.

        The order is that of `[model] precedence`; a place that is written to goes before all that are only planned for. Whether
        the place can be reached today makes no difference: a comment does not move because its place is down.
        """
        spots = [spot for ref in self._candidates(finding) if (spot := self.spot(ref))]
        for mode in ("on", "plan"):
            for spot in spots:
                if spot.mode == mode:
                    return spot
        return self._why_nowhere(finding, spots)

    @cached_property
    def _spots(self) -> dict[Ref, Spot | None]:
        return {}

    def spot(self, ref: Ref) -> Spot | None:
        """The ticket, if we hold it, its stream takes comments and its scope can be written to."""
        if ref not in self._spots:
            self._spots[ref] = self._spot(ref)
        return self._spots[ref]

    def _spot(self, ref: Ref) -> Spot | None:
        known, place = self.known(ref), self.places.get(ref.connection)
        if known is None or place is None or "comment" not in self.takes(ref) or known.scope_id in place.closed:
            return None
        return Spot(known.ref, known.project, place.mode(known.project))

    def takes(self, ref: Ref) -> frozenset[Verb]:
        """What can be written there."""
        place = self.places.get(ref.connection)
        return place.takes.get(ref.stream, frozenset()) if place else frozenset()

    def reachable(self, spot: Spot) -> bool:
        """Whether anything may change there in this pass: the connection is up and the ticket was read to its end."""
        return not self.places[spot.target.connection].off and spot.target not in self.snapshot.stale

    def voice(self, spot: Spot) -> Voice:
        """Who listens there."""
        place, anchor = self.places[spot.target.connection], self.snapshot.anchor(spot.target)
        joined, known = self.snapshot.milestones.get(anchor), self.known(spot.target)
        return Voice(
            target=spot.target,
            scope_id=known.scope_id if known else "",
            title=known.title if known else "",
            same=frozenset({spot.target, anchor, *(joined.sources if joined else ())}),
            sharing=self._sharing | {place.connection},
            markup=BY_NAME[place.limits.markup],
            known=self.known,
            people=self.policy.people,
        )

    @cached_property
    def _sharing(self) -> frozenset[str]:
        return frozenset(name for name, other in self.places.items() if other.share == "titles")

    def _candidates(self, finding: Finding) -> Iterator[Ref]:
        subject = self.snapshot.get(finding.subject)
        if subject is not None:
            yield from self._sources(subject)
            yield from self._tracking(subject) if self.policy.tracking else ()
        if (ticket := self.policy.tracking.get(finding.code)) is not None:
            yield from sorted(self._by_name.get(ticket, ()))[:1]
        if finding.driving is not None:
            yield finding.driving

    def _sources(self, subject: Written) -> list[Ref]:
        sources = (subject.sources if isinstance(subject, Milestone) else ()) or (subject.ref,)
        first = self._first
        return sorted(sources, key=lambda ref: first.get(ref.connection, len(first)))

    @cached_property
    def _first(self) -> dict[str, int]:
        return {name: rank for rank, name in enumerate(self.policy.precedence)}

    def _tracking(self, subject: Written) -> Iterator[Ref]:
        for ticket in self._tracked_by(subject):
            own_first = sorted(self._by_name.get(ticket, ()), key=lambda ref: (ref.connection != subject.ref.connection, ref))
            yield from own_first[:1]

    def _tracked_by(self, subject: Written) -> Iterator[str]:
        sources = subject.sources if isinstance(subject, Milestone) else ()
        team = subject.team if isinstance(subject, Milestone) else None
        names = [name for ref in (subject.ref, *sources) for name in (ref.key, ref.url)]
        for name in (*names, *subject.labels, team):
            if name and name in self.policy.tracking:
                yield self.policy.tracking[name]

    def _closed(self, ref: Ref) -> str | None:
        """Why nothing can be written on an object that could take a comment otherwise."""
        known, place = self.known(ref), self.places.get(ref.connection)
        if known is None or place is None or "comment" not in self.takes(ref) or known.scope_id not in place.closed:
            return None
        return f"{known.project or ref.connection}: {place.closed[known.scope_id]}"

    def _why_nowhere(self, finding: Finding, spots: list[Spot]) -> str:
        if spots:
            names = sorted({f"{spot.target.connection} {spot.project}".strip() for spot in spots})
            return f'write = "off" for {", ".join(names)}'
        subject = self.snapshot.get(finding.subject)
        if subject is None:
            return f"its subject is not among what was read, and [policy.tracking] names no ticket for {finding.code}"
        closed = [self._closed(ref) for ref in self._candidates(finding)]
        if any(closed):
            return next(why for why in closed if why)
        missing = sorted(ticket for ticket in self._tracked_by(subject) if ticket not in self._by_name)
        return f"its tracking ticket {missing[0]} is not among what was read" if missing else NO_PLACE
