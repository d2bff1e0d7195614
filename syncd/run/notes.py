"""The notes of a connection, kept in the store: what spares its connector a request in the next pass."""

from dataclasses import dataclass

from syncd.model.raw import Json
from syncd.store import Store


@dataclass(frozen=True, slots=True)
class KeptNotes:
    """Notes by connection and key. What is written down already is not written again."""

    store: Store
    connection: str

    def get(self, key: str) -> Json:
        """The value that was written last; None where there is none."""
        return self.store.meta.get(self._name(key))

    def put(self, key: str, value: Json) -> None:
        """Write a value down; None strikes it out."""
        if self.get(key) != value:
            self.store.meta.put(self._name(key), value)

    def _name(self, key: str) -> str:
        return f"noted: {self.connection}/{key}"
