"""Check states: for each open pull request the check runs and the combined commit status of its head."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.github.client import Client, Listed
from connectors.github.cursor import Position
from connectors.github.lacking import ABSENT, judged
from connectors.github.line import Answer
from connectors.github.newest import Step
from connectors.github.wire import PER_PAGE, Row
from connectors.http import expect
from syncd.model.raw import Scope

_KEPT = ("id", "number", "title", "state", "draft", "url", "html_url")
"""What names the pull request. Its times and counts stay out: they move without its checks."""

_UNKNOWN = 422
"""The answer where GitHub has lost the commit: then nothing is known of it."""


@dataclass(frozen=True, slots=True)
class CheckStates:
    """The open pull requests of one repository: two requests each, which are free of the limit where nothing changed (304)."""

    client: Client
    scope: Scope

    @property
    def what(self) -> str:
        """What is being done, for people."""
        return f"reading check_states of {self.scope.name}"

    def steps(self, at: Position) -> Iterator[Step]:
        """Each open pull request whose checks are not as they were."""
        known, seen = _tags(at.etags), {}
        for page in self.pulls():
            rows = []
            for pull in page.rows:
                row, tags = self.state(pull, known.get(str(pull["id"]), ()))
                seen[str(pull["id"])] = tags
                rows += [row] if row is not None else []
            done = page.next is None
            yield tuple(rows), replace(at, etags=json.dumps(seen if done else {**known, **seen})), done

    def pulls(self) -> Iterator[Listed]:
        """The open pull requests, oldest first."""
        query = {"state": "open", "sort": "created", "direction": "asc", "per_page": str(PER_PAGE)}
        path = f"/repos/{self.scope.name}/pulls"
        for page in self.client.walk(path, what=self.what, scope=self.scope.name, query=query, accept=ABSENT):
            if page.refused is not None:
                raise judged(self.client, "check_states", self.scope, page.refused, what=self.what)
            yield page

    def state(self, pull: Row, tags: tuple[str, ...] = ()) -> tuple[Row | None, tuple[str, ...]]:
        """The raw answers for its head beside what names it, and their tags; None where both are as they were."""
        head = pull.get("head") or {}
        sha = str(head.get("sha") or "")
        runs_tag, status_tag = tags[1:] if len(tags) == 3 and tags[0] == sha else ("", "")
        runs, runs_tag = self._runs(sha, runs_tag if status_tag else "")
        status, new_status_tag = self._status(sha, status_tag if runs is None else "")
        if runs is None and status is None:
            return None, (sha, runs_tag, new_status_tag)
        if runs is None:  # only the status changed: the runs are asked for again, whole
            runs, runs_tag = self._runs(sha, "")
        named = {key: pull[key] for key in _KEPT if key in pull}
        kept = {"head": {"ref": head.get("ref"), "sha": sha}, "check_runs": runs or None, "status": status or None}
        return {**named, **kept}, (sha, runs_tag, new_status_tag)

    def _runs(self, sha: str, tag: str) -> tuple[Row | None, str]:
        return self._answer(f"/repos/{self.scope.name}/commits/{sha}/check-runs", "check_runs", tag)

    def _status(self, sha: str, tag: str) -> tuple[Row | None, str]:
        return self._answer(f"/repos/{self.scope.name}/commits/{sha}/status", "statuses", tag)

    def _answer(self, path: str, under: str, tag: str) -> tuple[Row | None, str]:
        """The answer with the rows of all its pages, and its tag where it is one page; None: as it was; {}: nothing is known."""
        name, query = self.scope.name, {"per_page": str(PER_PAGE)}
        answer = self.client.get(path, what=self.what, scope=name, query=query, etag=tag or None, accept=(*ABSENT, _UNKNOWN))
        if answer.status == 304:
            return None, tag
        if answer.status == _UNKNOWN:
            return {}, ""
        if answer.status in ABSENT:
            raise judged(self.client, "check_states", self.scope, answer, what=self.what)
        return self._whole(answer, under)

    def _whole(self, answer: Answer, under: str) -> tuple[Row, str]:
        row: Row = dict(expect(answer.json(what=self.what, scope=self.scope.name), dict, what=self.what, scope=self.scope.name))
        row[under] = list(expect(row.get(under), list, what=self.what, scope=self.scope.name))
        following = self.client.following(answer, what=self.what, scope=self.scope.name)
        if following is None:
            return row, answer.headers.get("etag", "")
        for page in self.client.walk(following, what=self.what, scope=self.scope.name, under=under):
            row[under] += page.rows
        return row, ""


def _tags(text: str | None) -> Mapping[str, tuple[str, ...]]:
    try:
        found: Any = json.loads(text or "{}")
    except ValueError:
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {str(id): tuple(map(str, tags)) for id, tags in pairs if isinstance(tags, list)}
