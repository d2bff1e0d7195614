"""Pure. A finding in plain text for terminals and programs: nothing left out, nothing that a terminal would obey."""

from collections.abc import Sequence

from syncd.decide.impersonal import People, impersonal_parts
from syncd.decide.render import headline, text, worded
from syncd.decide.voice import Voice
from syncd.decide.wording import Dates
from syncd.model.finding import Finding, Part
from syncd.model.ref import Ref


def plain_text(finding: Finding) -> str:
    """The finding's lines, joined by newlines. Uncensored: for the person who runs syncd, not for a ticket."""
    return text(finding, _everything(finding))


def plain_headline(finding: Finding) -> str:
    """The first line of it."""
    return headline(finding, _everything(finding), Dates())


def plain_parts(parts: Sequence[Part], people: People = "named") -> str:
    """Parts of a text that is no finding, in the same way."""
    voice = Voice(target=Ref("", "", ""), hears_all=True)
    return worded(tuple(impersonal_parts(parts, people)), voice, Dates())


def _everything(finding: Finding) -> Voice:
    return Voice(target=finding.subject, hears_all=True)
