"""What a search of the Jira twin finds: the issues as they are, or, where its index lags behind, as they were a moment ago."""

import copy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncd.demo.jira_jql import moment

if TYPE_CHECKING:
    from syncd.demo.jira_twin import JiraTwin

Record = dict[str, Any]


class Index:
    """`lag`: how long a search does not know what happened to every second issue, as if that was kept on a slow node."""

    def __init__(self, twin: "JiraTwin") -> None:
        self._twin = twin
        self.lag = timedelta()
        self._known: dict[str, Record] = {}
        self._ends: dict[str, datetime] = {}

    def look(self) -> None:
        """Learn what happened so long ago. Called before anything changes."""
        if self.lag:
            past = self._twin.now() - self.lag
            for id, issue in self._twin.issues.items():
                if moment(issue, "updated") <= past or int(id) % 2:
                    self._known[id] = copy.deepcopy(issue)
            for id in [id for id, end in self._ends.items() if end <= past or int(id) % 2]:
                self._known.pop(id, None)
                del self._ends[id]

    def deleted(self, id: str) -> None:
        """An issue is no more; it is found for a while."""
        if self.lag:
            self._ends[id] = self._twin.now()

    def issues(self) -> list[Record]:
        """The issues that a search looks through."""
        if not self.lag:
            return list(self._twin.issues.values())
        self.look()
        return [self._known[id] for id in sorted(self._known)]
