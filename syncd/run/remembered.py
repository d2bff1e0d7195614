"""Remembered: the scopes of one connection as they were when a pull began, and those that were found just as they had been left."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from syncd.run.census import counted
from syncd.store import Store
from syncd.store.forgotten import Forgotten
from syncd.store.scopes import ScopeState


class Remembered:
    """Most passes find most scopes as they left them. What is to be written of such a scope is only when that was, and `keep` writes it
    for all of them at once: losing it costs nothing but that instant. Safe to share between threads."""

    def __init__(self, connection: str, store: Store) -> None:
        self._connection, self._store = connection, store
        self.states = store.scopes.states(connection)
        self._known = {(known.stream, known.scope.id): known for known in self.states if known.stream}
        self._same: dict[tuple[str, str], datetime] = {}

    def take(self, stream: str, scope_id: str) -> ScopeState | None:
        """The scope as it was, for whoever reads it first in this pull; afterwards only the store knows."""
        return self._known.pop((stream, scope_id), None)

    def is_same(self, known: ScopeState, at: datetime) -> None:
        """The scope was read to its end then, and is as it was."""
        self._same[known.stream, known.scope.id] = at

    @cached_property
    def counted(self) -> Mapping[str, str]:
        """When each scope was last counted, as a census wants to know it."""
        return counted(self._connection, self._store)

    @cached_property
    def forgotten(self) -> Forgotten:
        """Who was forgotten."""
        return self._store.mirror.forgotten()

    def keep(self) -> None:
        """Write when the scopes were found as they were."""
        same, self._same = self._same, {}
        if same:
            self._store.scopes.were_read(self._connection, same)
