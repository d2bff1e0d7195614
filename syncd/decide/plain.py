"""Pure. A finding in plain text for terminals and programs: nothing left out, nothing that a terminal would obey."""

from syncd.decide.render import headline, text
from syncd.decide.voice import Voice
from syncd.decide.wording import Dates
from syncd.model.finding import Finding


def plain_text(finding: Finding) -> str:
    """The finding's lines, joined by newlines. Uncensored: for the person who runs syncd, not for a ticket."""
    return text(finding, _everything(finding))


def plain_headline(finding: Finding) -> str:
    """The first line of it."""
    return headline(finding, _everything(finding), Dates())


def _everything(finding: Finding) -> Voice:
    return Voice(target=finding.subject, hears_all=True)
