"""What a repository or server does not have: told apart, by the vendor's own answers, from what is hidden or down."""

from collections.abc import Mapping

from connectors.github.client import Client
from connectors.github.line import Answer
from connectors.http import vendor_message
from syncd.model.raw import Scope

SWITCHES: Mapping[str, str] = {
    "issues": "has_issues",
    "pulls": "has_pull_requests",
    "reviews": "has_pull_requests",
    "check_states": "has_pull_requests",
}
"""The repository's own word on whether it has what a stream reads."""

EVERYWHERE = frozenset({"milestones", "issues", "pulls", "reviews"})
"""What every GitHub has: a 404 says nothing about these."""

ABSENT = (404, 410)
"""Answers that may mean that a list does not exist."""


class Lacks(Exception):
    """Not one of the six, and never seen outside: the repository has no such thing, and the vendor's answers prove it."""


def judged(client: Client, stream: str, scope: Scope, answer: Answer, *, what: str) -> Exception:
    """What a 404 or 410 in place of a list means: `Lacks`, or the error that it is otherwise.

    410 says in words that a feature is disabled. After a 404 the repository itself is asked: where it answers, the list is lacking, for it
    may be read; where it does not, it is hidden, and so may the list be.
    """
    if answer.status == 410 and "disabled" in vendor_message(answer.text).lower():
        return Lacks()
    row = client.one(f"/repos/{scope.name}", what=what, scope=scope.name)
    if row.get(SWITCHES.get(stream, "")) is False or (answer.status == 404 and stream not in EVERYWHERE):
        return Lacks()
    return client.refusal(answer, what=what, scope=scope.name)
