"""Pure. Where a finding speaks: on a source of its subject, else a tracking ticket, else its driving item, else nowhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from syncd.decide.state import Place, Policy
from syncd.decide.voice import Voice, voice_for
from syncd.model.action import Mode
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
        for ref in sorted({*self.snapshot.items, *self.snapshot.merge_requests}):
            row = self.row(ref)
            for name in {row.ref.key, row.ref.url} - {None} if row else ():
                names.setdefault(str(name), []).append(ref)
        return names

    def row(self, ref: Ref) -> Written | None:
        """The object as its own vendor knows it: of a joined milestone the source that was asked for."""
        return self.snapshot.source_rows.get(ref) or self.snapshot.get(ref)

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

    def spot(self, ref: Ref) -> Spot | None:
        """The ticket, if we hold it and its stream takes comments."""
        row, place = self.row(ref), self.places.get(ref.connection)
        if row is None or place is None or "comment" not in place.takes.get(ref.stream, ()):
            return None
        target = row.ref if row.ref == ref else ref
        project = row.project if row.ref.connection == ref.connection else ""
        return Spot(target, project, place.mode(project))

    def reachable(self, spot: Spot) -> bool:
        """Whether anything may change there in this pass: the connection is up and the ticket was read to its end."""
        return not self.places[spot.target.connection].off and spot.target not in self.snapshot.stale

    def voice(self, spot: Spot) -> Voice:
        """Who listens there."""
        row, anchor = self.row(spot.target), self.snapshot.anchor(spot.target)
        own = row if row is not None and row.ref == spot.target else None
        joined = self.snapshot.milestones.get(anchor)
        return voice_for(
            self.places[spot.target.connection],
            target=spot.target,
            scope_id=own.scope_id if own else "",
            title=own.title if own else "",
            same=frozenset({spot.target, anchor, *(joined.sources if joined else ())}),
            sharing=frozenset(name for name, place in self.places.items() if place.share == "titles"),
        )

    def _candidates(self, finding: Finding) -> Iterator[Ref]:
        subject = self.snapshot.get(finding.subject)
        if subject is not None:
            yield from self._sources(subject)
            yield from self._tracking(subject)
        if finding.driving is not None:
            yield finding.driving

    def _sources(self, subject: Written) -> list[Ref]:
        sources = (subject.sources if isinstance(subject, Milestone) else ()) or (subject.ref,)
        first = {name: rank for rank, name in enumerate(self.policy.precedence)}
        return sorted(sources, key=lambda ref: first.get(ref.connection, len(first)))

    def _tracking(self, subject: Written) -> Iterator[Ref]:
        for ticket in self._tracked_by(subject):
            own_first = sorted(self._by_name.get(ticket, ()), key=lambda ref: ref.connection != subject.ref.connection)
            yield from own_first[:1]

    def _tracked_by(self, subject: Written) -> Iterator[str]:
        sources = subject.sources if isinstance(subject, Milestone) else ()
        team = subject.team if isinstance(subject, Milestone) else None
        names = [name for ref in (subject.ref, *sources) for name in (ref.key, ref.url)]
        for name in (*names, *subject.labels, team):
            if name and name in self.policy.tracking:
                yield self.policy.tracking[name]

    def _why_nowhere(self, finding: Finding, spots: list[Spot]) -> str:
        if spots:
            names = sorted({f"{spot.target.connection} {spot.project}".strip() for spot in spots})
            return f'write = "off" for {", ".join(names)}'
        subject = self.snapshot.get(finding.subject)
        if subject is None:
            return "its subject is not among what was read"
        missing = sorted(ticket for ticket in self._tracked_by(subject) if ticket not in self._by_name)
        return f"its tracking ticket {missing[0]} is not among what was read" if missing else NO_PLACE
