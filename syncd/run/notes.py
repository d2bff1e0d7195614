"""The notes of a connection, kept in the store: what spares its connector a request in the next pass."""

from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from syncd.model.raw import Json
from syncd.store import Store


@dataclass(frozen=True)  # no slots: `cached_property` needs a place to keep its value
class KeptNotes:
    """Notes by key, read once by each process. What is written down already is not written again."""

    store: Store
    connection: str
    lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def get(self, key: str) -> Json:
        """The value that was written last; None where there is none."""
        with self.lock:
            return self._known.get(self._name(key))

    def put(self, key: str, value: Json) -> None:
        """Write a value down; None strikes it out."""
        name = self._name(key)
        with self.lock:
            if self._known.get(name) == value:
                return
            self._known[name] = value
        self.store.meta.put(name, value)

    @cached_property
    def _known(self) -> dict[str, Json]:
        return dict(self.store.meta.under(self._name("")))

    def _name(self, key: str) -> str:
        return f"noted: {self.connection}/{key}"
