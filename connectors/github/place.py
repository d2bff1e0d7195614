"""Where an object lives: its key names repository and number, and GitHub says whether it is still there."""

import re
from dataclasses import dataclass

from connectors.github.client import Client
from connectors.github.line import Answer
from connectors.github.wire import Row
from connectors.http import expect, vendor_message
from syncd.contract import Gone, Unavailable
from syncd.model.ref import Ref

_KEY = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?:#|/milestone/)(?P<number>\d+)", re.ASCII)
_URL = re.compile(r"/repos/(?P<repository>[\w.-]+/[\w.-]+)/(?:issues|pulls|milestones)/(?P<number>\d+)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A numbered object of a repository: `key` is "acme/api#7", and "acme/api/milestone/3" for a milestone."""

    stream: str
    repository: str
    number: int

    @property
    def key(self) -> str:
        """The name a person knows it by."""
        return f"{self.repository}{'/milestone/' if self.stream == 'milestones' else '#'}{self.number}"

    @property
    def path(self) -> str:
        """Its address in the API."""
        return f"/repos/{self.repository}/{self.stream}/{self.number}"

    @property
    def as_issue(self) -> str:
        """The address of its conversation: a pull request is an issue there."""
        return f"/repos/{self.repository}/issues/{self.number}"


def place_of(ref: Ref) -> Place:
    """Where its key says that it lives. Raises Unavailable where it has no usable key."""
    found = _KEY.fullmatch(ref.key or "")
    if not found:
        raise Unavailable(f"{ref.label}: it is not known in which repository this lives. It will be once it is read again")
    return Place(ref.stream, found["repository"], int(found["number"]))


def look(client: Client, ref: Ref) -> tuple[Place, Row]:
    """The object now, and where it is now: in a renamed repository its address differs from its key.

    Raises Gone where GitHub says that it was deleted (410), or leads to an object with another id (a transferred issue).
    """
    place = place_of(ref)
    what = f"reading {place.key}"
    answer = client.get(place.path, what=what, scope=place.repository, accept=(410,))
    if answer.status == 410:
        raise deleted(client, place, answer)
    row = expect(answer.json(what=what, scope=place.repository), dict, what=what, scope=place.repository)
    if str(row.get("id")) == ref.id:
        return _now(place, row), row
    if answer.moved and row.get("id"):
        there = row.get("html_url")
        raise Gone(f"{place.key} was moved to {there}", kind="moved", to=there, scope=place.repository)
    raise Unavailable(f"{what}: another object bears this number now", scope=place.repository)


def deleted(client: Client, place: Place, answer: Answer) -> Exception:
    """What a 410 means: deleted, unless it says that the repository's issues are switched off."""
    if "disabled" in vendor_message(answer.text).lower():
        return client.refusal(answer, what=f"reading {place.key}", scope=place.repository)
    return Gone(f"{place.key} was deleted", kind="deleted", scope=place.repository)


def _now(place: Place, row: Row) -> Place:
    found = _URL.search(str(row.get("url") or ""))
    return Place(place.stream, found["repository"], int(found["number"])) if found else place
