"""How far the watched files of a repository were read: what each revision held, and which contents are stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncd.model.raw import content_hash

Kept = tuple[str | None, str | None, str | None]
"""Of a file: its blob, the one that it had at the merge base, and where it was renamed to."""


@dataclass(frozen=True, slots=True)
class Held:
    """A revision as it was read: its commit, and its files by path."""

    sha: str = ""
    files: Mapping[str, Kept] = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """What a cursor says. `tag`, `requests`, `releases`: what the vendor called the lists. `blobs`: size and number of records of each
    content that is stored; no records where it is too large."""

    of: str = ""
    tag: str | None = None
    requests: list[list[Any]] = field(default_factory=list)
    releases: list[list[Any]] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)
    blobs: dict[str, tuple[int, int]] = field(default_factory=dict)

    def at(self, revision: str) -> str | None:
        """The commit at which a revision was read."""
        held = self.held.get(revision)
        return held.sha if held is not None else None

    def dump(self) -> str:
        """The cursor's text."""
        held = {id: [one.sha, {path: list(kept) for path, kept in one.files.items()}] for id, one in self.held.items()}
        lists = {"tag": self.tag, "requests": self.requests, "releases": self.releases}
        return json.dumps({"of": self.of, **lists, "held": held, "blobs": self.blobs}, separators=(",", ":"))


def load(text: str | None, patterns: Sequence[str]) -> State:
    """What a cursor says; the beginning where it says nothing. Under other patterns everything is listed again, and what was held is
    known still."""
    of = content_hash(sorted(patterns))
    try:
        found = json.loads(text or "{}")
        state = State(
            str(found.get("of", of)),
            found.get("tag"),
            list(found.get("requests", ())),
            list(found.get("releases", ())),
            {id: Held(sha, {path: tuple(kept) for path, kept in files.items()}) for id, (sha, files) in _items(found, "held")},
            {sha: (int(size), int(parts)) for sha, (size, parts) in _items(found, "blobs")},
        )
    except (ValueError, TypeError, AttributeError):
        return State(of)
    return state if state.of == of else State(of, held=_listed_anew(state), blobs=state.blobs)


def _items(found: Mapping[str, Any], name: str) -> Any:
    return found.get(name, {}).items()


def _listed_anew(state: State) -> dict[str, Held]:
    """The same files, as of no commit."""
    return {id: Held("", one.files) for id, one in state.held.items()}
