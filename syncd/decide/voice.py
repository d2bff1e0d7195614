"""Pure. What may be told on one ticket: a finding is censored for its place before anything is rendered or hashed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from syncd.decide.impersonal import People, impersonal
from syncd.decide.markup import PLAIN, Markup, link
from syncd.model.finding import Finding, Line, Named, Part, Quote, Step
from syncd.model.record import changed
from syncd.model.ref import Ref
from syncd.model.rows import Audience

UNNAMED = "a private item"
UNSHOWN = "(see its own ticket)"


@dataclass(frozen=True, slots=True)
class Known:
    """An object as its own vendor knows it. `joined`: other sources claim the same commitment, with titles of their own."""

    ref: Ref
    title: str = ""
    audience: Audience = "connection"
    scope_id: str = ""
    project: str = ""
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who listens on the ticket `target`, which lies in `scope_id` and is called `title`.

    `same`: the refs of the commitment that the ticket stands for. `sharing`: the connections whose titles may be told here.
    `known` looks an object up: what it says of the audience counts, even where a finding forgot to. `people`: how they are shown.
    """

    target: Ref
    scope_id: str = ""
    title: str = ""
    same: frozenset[Ref] = frozenset()
    sharing: frozenset[str] = frozenset()
    markup: Markup = PLAIN
    known: Callable[[Ref], Known | None] = field(default=lambda _: None)
    hears_all: bool = False
    people: People = "named"

    def link(self, ref: Ref) -> str | None:
        """The URL under which the object may be linked here, or None."""
        return link(ref.url, seen_from=self.target.url, markup=self.markup)


def heard(finding: Finding, voice: Voice) -> Finding:
    """The finding as it may be told there: same severity and code, other parts; no picture where none is drawn."""
    finding = impersonal(finding, voice.people)
    lines = tuple(Line(line.label, _all_heard(line.parts, voice), line.moves) for line in finding.lines)
    headline = _all_heard([_called_here(part, voice) for part in finding.headline], voice)
    drawn = finding.graph if voice.markup.graph else ()
    graph = tuple(Step(_heard(step.what, voice), _all_heard(step.told, voice), step.after) for step in drawn)
    return changed(finding, headline=headline, lines=lines, graph=graph)


def _all_heard(parts: Iterable[Part], voice: Voice) -> tuple[Part, ...]:
    return tuple([part if isinstance(part, str) else _heard(part, voice) for part in parts])


def _called_here(part: Part, voice: Voice) -> Part:
    """In a headline the commitment that the ticket stands for goes by the ticket's own title: its reader is there."""
    if not isinstance(part, Named) or voice.hears_all or part.ref not in voice.same:
        return part
    title = part.title if part.ref == voice.target and not _is_joined(part.ref, voice) else voice.title
    return Quote(title, voice.target, "record") if title else part


def _is_joined(ref: Ref, voice: Voice) -> bool:
    known = voice.known(ref)
    return known is not None and known.joined


def _heard(part: Part, voice: Voice) -> Part:
    if not isinstance(part, Named | Quote) or voice.hears_all:
        return part
    known = voice.known(part.ref)
    audible = _audible(part, known, voice)
    titled = audible and part.ref.connection in voice.sharing
    if isinstance(part, Quote):
        return part if titled else UNSHOWN
    if not audible:
        return UNNAMED
    # A joined milestone's title may be another connection's text: the object's own is told.
    own = known.title if part.title and known and known.joined else part.title
    title = own if titled else ""
    return part if part.title == title else changed(part, title=title)


def _audible(part: Named | Quote, known: Known | None, voice: Voice) -> bool:
    return _reaches(part.audience, part.ref, part.scope_id, voice) and (
        known is None or _reaches(known.audience, part.ref, known.scope_id, voice)
    )


def _reaches(audience: Audience, ref: Ref, scope_id: str, voice: Voice) -> bool:
    if audience == "connection" or ref == voice.target:
        return True
    same_scope = bool(scope_id) and scope_id == voice.scope_id and ref.connection == voice.target.connection
    return audience == "scope" and same_scope
