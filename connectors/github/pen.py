"""Sending a write about one issue or pull request, and what its refusal means."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.github.client import Client
from connectors.github.line import Answer
from connectors.github.place import Place, deleted, look, place_of
from connectors.http import expect
from syncd.contract import AuthFailed, Unavailable
from syncd.model.ref import Ref


@dataclass(frozen=True, slots=True)
class Pen:
    """`writing` sends each write at most once; everything that only looks goes through `reading`."""

    reading: Client
    writing: Client
    now: Callable[[], datetime]

    def send(
        self, target: Ref, verb: str, path: Callable[[Place], str], body: dict[str, Any] | None, *, what: str
    ) -> tuple[Place, Answer]:
        """Send it, and say where: in a renamed repository, whose old address only redirects, it is sent to the new address."""
        place = place_of(target)
        answer = self.writing.ask(verb, path(place), what=what, scope=place.repository, body=body)
        if answer.redirect:
            place, _ = look(self.reading, target)
            answer = self.writing.ask(verb, path(place), what=what, scope=place.repository, body=body)
        return place, answer

    def refused(self, target: Ref, place: Place, answer: Answer, *, what: str, right: str) -> Exception:
        """The error that the answer means. GitHub answers 404 also where the right to write is lacking: the ticket is asked."""
        if answer.status == 410:
            return deleted(self.writing, place, answer)
        if answer.status == 404:
            look(self.reading, target)
            text = f"{what}: it may be read, but this may not be written (404). Give the token {right}"
            return AuthFailed(text, scope=place.repository)
        return self.writing.refusal(answer, what=what, scope=place.repository, write=True)

    def id_of(self, answer: Answer, *, what: str, scope: str) -> tuple[str, str | None]:
        """The id and the address of what was written."""
        row = expect(answer.json(what=what, scope=scope), dict, what=what, scope=scope)
        if not row.get("id"):
            raise Unavailable(f"{what}: the answer names nothing that was written", scope=scope)
        return str(row["id"]), row.get("html_url")
