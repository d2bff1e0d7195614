"""All repositories of an organisation or a user, a hundred a request."""

from collections.abc import Callable

from connectors.github.client import Client
from connectors.github.wire import PER_PAGE, Row
from syncd.contract import Unavailable


class Owners:
    """Lists of repositories by owner, asked for once each. `login`: who we are; `is_app`: an App sees what it was installed for."""

    def __init__(self, client: Client, login: Callable[[], str], *, is_app: bool) -> None:
        self._client, self._login, self._is_app = client, login, is_app
        self._known: dict[str, list[Row]] = {}

    def repositories(self, owner: str) -> list[Row]:
        """The rows of all repositories of the owner that the account sees. Raises Unavailable where there is no such owner."""
        name = owner.casefold()
        if name not in self._known:
            found = self._listed(f"/orgs/{owner}/repos", owner, {"type": "all"})
            self._known[name] = self._of_user(owner) if found is None else found
        return self._known[name]

    def _of_user(self, owner: str) -> list[Row]:
        """A user's list names public repositories only; our own private ones are in the lists that are for us."""
        found = None
        if self._is_app:
            found = self._listed("/installation/repositories", owner, {}, under="repositories")
        elif self._login().casefold() == owner.casefold():
            found = self._listed("/user/repos", owner, {"affiliation": "owner"})
        if found is None:
            found = self._listed(f"/users/{owner}/repos", owner, {"type": "owner"})
        if found is None:
            cure = "Check its name, and that the account may see it"
            raise Unavailable(f"{_what(owner)}: there is no such organisation or user (404). {cure}", scope=owner)
        return found

    def _listed(self, path: str, owner: str, query: dict[str, str], under: str | None = None) -> list[Row] | None:
        """None where there is no such list (404). Of lists that hold more only the owner's own count."""
        pages = self._client.walk(
            path, what=_what(owner), scope=owner, query={"per_page": str(PER_PAGE), **query}, accept=(404,), under=under
        )
        rows: list[Row] = []
        for page in pages:
            if page.absent:
                return None
            rows += page.rows
        named = [row for row in rows if isinstance(row.get("full_name"), str)]
        return [row for row in named if row["full_name"].partition("/")[0].casefold() == owner.casefold()] if under else named


def _what(owner: str) -> str:
    return f"listing the repositories of {owner}"
