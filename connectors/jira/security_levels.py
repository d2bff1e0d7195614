"""Security levels: who may see an issue, as far as this account may set it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.cursor import WHOLE
from connectors.jira.projects import Projects
from connectors.jira.records import Records
from connectors.jira.search import part
from syncd.contract import Page, Unavailable
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

_RIGHT = "SET_ISSUE_SECURITY"


class SecurityLevels:
    """Cloud and Data Center give them at the same address; only who may set issue security is shown any."""

    def __init__(self, api: Api, projects: Projects, records: Records) -> None:
        self._api, self._projects, self._records = api, projects, records

    def pages(self, scope: Scope, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """All levels of the project."""
        what = f"reading security levels of {scope.name}"
        levels = self._of(scope, what)
        if levels is None:
            yield Page(cursor=WHOLE, complete=True, unsupported=True)
        else:
            yield Page(tuple(self._records.security_level(scope, level) for level in levels), cursor=WHOLE, complete=True)

    def one(self, ref: Ref, what: str) -> RawRecord:
        """One level, looked for in the project that its key begins with: alone it names none."""
        scope = self._projects.scope((ref.key or "").partition(" ")[0])
        for level in self._of(scope, what) or ():
            if str(level.get("id")) == ref.id:
                return self._records.security_level(scope, level)
        raise Unavailable(f"{what}: there is none, or it is hidden from this account", scope=scope.name, absent=True)

    def _of(self, scope: Scope, what: str) -> list[dict[str, Any]] | None:
        """None where the version has no such thing, or where none are shown and the account may not set any."""
        path = f"project/{quote(scope.name, safe='')}/securitylevel"
        answer = self._api.get(path, what=what, scope=scope.name, none_on=(404,))
        if answer is None:
            self._projects.scope(scope.name, anew=True)  # a second look: the project itself is there
            return None
        found = expect(expect(answer, dict, what=what, scope=scope.name).get("levels"), list, what=what, scope=scope.name)
        levels = [expect(level, dict, what=what, scope=scope.name) for level in found]
        return levels if levels or self._may_set(scope, what) else None

    def _may_set(self, scope: Scope, what: str) -> bool:
        """Whether an empty list means that there are none."""
        asked = {"projectKey": scope.name, "permissions": _RIGHT}
        answer = self._api.get("mypermissions", asked, what=what, scope=scope.name, none_on=(400, 403, 404))
        return part(part(answer, "permissions"), _RIGHT).get("havePermission") is True
