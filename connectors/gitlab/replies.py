"""What people answer below our comment on an issue or merge request: one look at its newest notes, and one at who gives a command."""

import re
from collections.abc import Callable
from typing import Any

from connectors.gitlab.address import segment
from connectors.gitlab.client import Client
from connectors.gitlab.cursor import moment
from connectors.gitlab.paging import rows_of
from connectors.gitlab.write import path_of_target, project_of
from connectors.http import expect
from connectors.replies import MOST, in_markdown, kept, order, pruned
from syncd.contract import Unavailable, target_of
from syncd.model.marker import is_marked
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

_NEWEST_FIRST = {"sort": "desc", "order_by": "created_at", "per_page": MOST}
_KEPT = ("id", "created_at", "updated_at", "internal", "confidential")
_OF_PERSON = ("id", "username", "name")
_BOT = re.compile(r"(project|group)_\d+_bot(_\w+)?|service_account_\w+", re.IGNORECASE)
"""What GitLab calls the users of tokens and service accounts (https://docs.gitlab.com/user/project/settings/project_access_tokens/)."""
_PLANNER, _REPORTER = 15, 20
"""The least roles that may change issues, and that may change merge requests, too (https://docs.gitlab.com/user/permissions/)."""

Rows = list[dict[str, Any]]


class Replies:
    """`home` gives the scope through which the records of a project are read."""

    def __init__(self, client: Client, home: Callable[[Ref, dict[str, object]], Scope]) -> None:
        self._client, self._home = client, home
        self._levels: dict[tuple[str, str], int] = {}

    def of(self, ref: Ref) -> RawRecord:
        """The record: one request where nobody said anything to us. Raises Unavailable where the ticket is gone or hidden."""
        target = target_of(ref)
        what = f"reading comments of {target.label}"
        project = project_of(target, self._client, what)
        notes = self._newest(target, what, project)
        said = ((note, in_markdown(note.get("body"))) for note in notes)
        found = [
            {**pruned(note, _KEPT, ("author",), _OF_PERSON), "body": text}
            for note, text in said
            if text and _is_a_persons(note) and self._may(note, target, project)
        ]
        home = next((note["project_id"] for note in notes if note.get("project_id")), None)
        return kept(ref, self._home(target, {"project_id": home}), found)

    def _newest(self, target: Ref, what: str, project: str) -> Rows:
        """Oldest first. GitLab's own notes are among them."""
        path = f"{path_of_target(self._client, target)}/notes"
        notes = rows_of(self._client.get(path, _NEWEST_FIRST, what=what, scope=project), what=what, scope=project)
        if any(str(note.get("noteable_id", target.id)) != target.id for note in notes):
            raise Unavailable(f"{what}: another record has its address now", scope=project)
        return sorted(notes, key=lambda note: order(moment(note.get("created_at")), note.get("id")))

    def _may(self, note: dict[str, Any], target: Ref, project: str) -> bool:
        """Whether the author may change the ticket."""
        user = str(note["author"]["id"])
        if (project, user) not in self._levels:
            self._levels[project, user] = self._level(user, project, f"reading comments of {target.label}")
        return self._levels[project, user] >= (_PLANNER if target.stream == "issues" else _REPORTER)

    def _level(self, user: str, project: str, what: str) -> int:
        """The role in the project, by groups too; 0 for who is no member, and where GitLab does not tell us.

        https://docs.gitlab.com/api/members/#get-a-member-of-a-group-or-project-including-inherited-and-invited-members
        """
        path = f"/projects/{segment(project)}/members/all/{segment(user)}"
        asked = f"{what}: looking what user {user} may do"
        answer = self._client.get(path, what=asked, scope=project, allow=frozenset({403, 404}))
        if answer.body is None:
            return 0
        level = expect(answer.body, dict, what=asked, scope=project).get("access_level")
        return level if isinstance(level, int) else 0


def _is_a_persons(note: dict[str, Any]) -> bool:
    """Whether a person wrote it: with our account, too, as long as it is none of our comments, which are marked."""
    author = note.get("author")
    if note.get("system") or note.get("id") is None or not isinstance(author, dict) or author.get("id") is None:
        return False
    return not author.get("bot") and not _BOT.fullmatch(str(author.get("username"))) and not is_marked(str(note.get("body")))
