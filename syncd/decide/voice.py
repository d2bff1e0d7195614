"""Pure. What may be told on one ticket: a finding is censored for its place before anything is rendered or hashed."""

from dataclasses import dataclass, replace
from functools import partial

from syncd.decide.markup import BY_NAME, PLAIN, Markup, link
from syncd.decide.state import Place
from syncd.model.finding import Finding, Line, Named, Part, Quote
from syncd.model.ref import Ref
from syncd.model.rows import Audience

UNNAMED = "a private item"
UNSHOWN = "(not shown here)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who listens on the ticket `target`, which lies in `scope_id` and is called `title`.

    `same`: the refs of the commitment that the ticket stands for. `sharing`: the other connections whose titles may cross.
    """

    target: Ref
    scope_id: str = ""
    title: str = ""
    same: frozenset[Ref] = frozenset()
    sharing: frozenset[str] = frozenset()
    markup: Markup = PLAIN
    hears_all: bool = False

    def link(self, ref: Ref) -> str | None:
        """The URL under which the object may be linked here, or None."""
        return link(ref.url, seen_from=self.target.url, markup=self.markup)


def voice_for(place: Place, *, target: Ref, scope_id: str, title: str, same: frozenset[Ref], sharing: frozenset[str]) -> Voice:
    """The voice for a ticket of that place; text of the place's own connection never crosses anything."""
    own = frozenset({place.connection})
    markup = BY_NAME[place.limits.markup]
    return Voice(target=target, scope_id=scope_id, title=title, same=same, sharing=sharing | own, markup=markup)


def heard(finding: Finding, voice: Voice) -> Finding:
    """The finding as it may be told there: same severity and code, other parts."""
    part = partial(_heard, voice=voice)
    lines = tuple(Line(line.label, tuple(map(part, line.parts))) for line in finding.lines)
    return replace(finding, headline=tuple(part(_called_here(p, voice)) for p in finding.headline), lines=lines)


def _called_here(part: Part, voice: Voice) -> Part:
    """In a headline the commitment that the ticket stands for goes by the ticket's own title: its reader is there."""
    if isinstance(part, Named) and part.ref in voice.same and voice.title and not voice.hears_all:
        return Quote(voice.title, voice.target, "record")
    return part


def _heard(part: Part, voice: Voice) -> Part:
    if not isinstance(part, Named | Quote) or voice.hears_all:
        return part
    audible = _audible(part.ref, part.audience, part.scope_id, voice)
    titled = audible and part.ref.connection in voice.sharing
    if isinstance(part, Quote):
        return part if titled else UNSHOWN
    if not audible:
        return UNNAMED
    return part if titled else replace(part, title="")


def _audible(ref: Ref, audience: Audience, scope_id: str, voice: Voice) -> bool:
    if audience == "connection" or ref == voice.target:
        return True
    same_scope = bool(scope_id) and scope_id == voice.scope_id and ref.connection == voice.target.connection
    return audience == "scope" and same_scope
