"""The configured repositories as scopes: looked up once each, for all streams."""

from collections.abc import Iterator, Sequence

from connectors.github.client import Client, Row
from syncd.contract import RateLimited, SyncError, Unavailable
from syncd.model.raw import Scope


class Repositories:
    """Names as configured -> scopes. A repository that was renamed is found under its old name, too."""

    def __init__(self, client: Client, names: Sequence[str]) -> None:
        self._client, self._names = client, names
        self._known: dict[str, Row] = {}

    def scopes(self, stream: str) -> Iterator[Scope | SyncError]:
        """A scope for each repository, or the error it met. Raises what concerns the whole connection.

        A repository whose issues are switched off has no `issues`. Two names of one repository are one scope.
        """
        seen: set[str] = set()
        for name in self._names:
            try:
                scope = self.scope(name)
            except RateLimited:
                raise
            except SyncError as error:
                if error.scope is None:
                    raise
                yield error
                continue
            if scope.id not in seen and not (stream == "issues" and self._known[name].get("has_issues") is False):
                yield scope
            seen.add(scope.id)

    def scope(self, name: str) -> Scope:
        """The repository of that name. Raises Unavailable where it is not found or hidden."""
        if name not in self._known:
            self._known[name] = self._look_up(name)
        row = self._known[name]
        private = row.get("private") is True or row.get("visibility") in ("private", "internal")
        return Scope(str(row["id"]), name, {"private": private})

    def _look_up(self, name: str) -> Row:
        what = f"looking up {name}"
        row = self._client.one(f"/repos/{name}", what=what, scope=name)
        if not isinstance(row.get("id"), int):
            raise Unavailable(f"{what}: the answer is no repository. Check `url`", scope=name)
        return row
