"""What people answer below our comment on an issue or pull request: by one look at what was said of late, and at who may say it."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

from connectors.github.client import Client, Listed
from connectors.github.moments import stamp
from connectors.github.place import Place, look, place_of
from connectors.github.repositories import Repositories
from connectors.github.wire import PER_PAGE, Row
from connectors.http import expect
from connectors.replies import MOST, in_markdown, kept, pruned
from syncd.contract import Unavailable, target_of
from syncd.model.marker import is_marked
from syncd.model.raw import RawRecord
from syncd.model.ref import Ref

_BACK = timedelta(days=365)
"""No word holds so long: what was said, or edited, before that need not be looked at."""
_MOST_PAGES = 100
_MAY = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_ROLES = frozenset({"triage", "write", "maintain", "admin"})
"""Roles that may change issues: https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories"""
_KEPT = ("id", "html_url", "created_at", "updated_at", "author_association")
_OF_PERSON = ("id", "login", "name", "email")


class Replies:
    """Who may answer is told by the comment's `author_association`. Tokens that may not read the members of an organisation see those
    who hide their membership as strangers: of the authors of commands, GitHub is asked for the role then, once for each.
    https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """

    def __init__(self, client: Client, repositories: Repositories, now: Callable[[], datetime]) -> None:
        self._client, self._repositories, self._now = client, repositories, now
        self._allowed: dict[tuple[str, str], bool] = {}

    def of(self, ref: Ref) -> RawRecord:
        """The record: one request in the usual case. Raises Gone where GitHub says that the ticket was deleted or moved."""
        target = target_of(ref)
        place = place_of(target)
        scope = self._repositories.scope(place.repository)
        said = ((row, in_markdown(row.get("body"))) for row in self._newest(target, place))
        found = [
            {**pruned(row, _KEPT, ("user",), _OF_PERSON), "body": text}
            for row, text in said
            if text and _is_a_persons(row) and self._may(row, place)
        ]
        return kept(ref, scope, found)

    def _newest(self, target: Ref, place: Place) -> list[Row]:
        """The comments of late, oldest first, as GitHub lists them: where these are several pages, the last ones are asked for."""
        first = self._page(target, place, 1)
        if first.next is None:
            return list(first.rows)
        if first.last is None:
            return self._walked(first, place)
        end = self._page(target, place, first.last)
        before = () if len(end.rows) >= MOST else first.rows
        if before and first.last > 2:
            before = self._page(target, place, first.last - 1).rows
        return [*before, *end.rows][-MOST:]

    def _page(self, target: Ref, place: Place, number: int) -> Listed:
        what = _what(place)
        query = {"since": stamp(self._now() - _BACK), "per_page": str(PER_PAGE), **({"page": str(number)} if number > 1 else {})}
        path = f"{place.as_issue}/comments"
        page = self._client.list(path, what=what, scope=place.repository, query=query, accept=(410,))
        if page.absent or page.moved:
            look(self._client, target)
        if page.absent:
            raise Unavailable(f"{what}: it answers 410, and yet its ticket is there", scope=place.repository)
        return page

    def _walked(self, first: Listed, place: Place) -> list[Row]:
        """The same where GitHub does not say which page is the last."""
        newest, page = deque(first.rows, MOST), first
        for _ in range(_MOST_PAGES):
            if page.next is None:
                return list(newest)
            page = self._client.list(page.next, what=_what(place), scope=place.repository)
            newest.extend(page.rows)
        raise Unavailable(f"{_what(place)}: the pages do not end", scope=place.repository)

    def _may(self, row: Row, place: Place) -> bool:
        """Whether the author may change the ticket."""
        login = str(row["user"].get("login"))
        if str(row.get("author_association")) in _MAY:
            return True
        if (place.repository, login) not in self._allowed:
            self._allowed[place.repository, login] = self._has_role(login, place)
        return self._allowed[place.repository, login]

    def _has_role(self, login: str, place: Place) -> bool:
        """A role as GitHub names it, or the base of one that an organisation made. Where it does not tell us, there is none."""
        what = f"{_what(place)}: looking what {login} may do"
        path = f"/repos/{place.repository}/collaborators/{quote(login, safe='')}/permission"
        answer = self._client.get(path, what=what, scope=place.repository, accept=(403, 404))
        if answer.status != 200:
            return False
        told = expect(answer.json(what=what, scope=place.repository), dict, what=what, scope=place.repository)
        return str(told.get("role_name")) in _ROLES or told.get("permission") in ("write", "admin")


def _is_a_persons(row: Row) -> bool:
    """Whether a person wrote it: with our account, too, as long as it is none of our comments, which are marked."""
    user = row.get("user")
    if not isinstance(user, dict) or user.get("id") is None or user.get("type") == "Bot":
        return False
    return not str(user.get("login")).endswith("[bot]") and not is_marked(str(row.get("body")))


def _what(place: Place) -> str:
    return f"reading comments of {place.key}"
