"""Pure. Identity: which object of which vendor, whatever it is called today."""

from collections.abc import Callable
from dataclasses import field
from operator import attrgetter
from typing import Any

from syncd.model.record import record


@record(frozen=True, slots=True, order=True)
class Ref:
    """One object of one remote system.

    `connection` is the user's name for the system, `stream` the vendor's object type (a pull request is `pulls` wherever it was
    seen), `id` the vendor's immutable id. `key` ("PLAT-41", "acme/api#7") and `url` are aliases: they may change, so they take
    no part in comparison.
    """

    connection: str
    stream: str
    id: str
    key: str | None = field(default=None, compare=False)
    url: str | None = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """The name a person knows it by: the key, else stream and id."""
        return self.key or f"{self.stream}/{self.id}"

    def __str__(self) -> str:
        return f"{self.connection}:{self.stream}:{self.id}"

    def __eq__(self, other: object) -> bool:
        # What `dataclass` writes makes two tuples first.
        if other.__class__ is not Ref:
            return NotImplemented
        return self.id == other.id and self.stream == other.stream and self.connection == other.connection

    def __hash__(self) -> int:
        # A text remembers its hash; a tuple of three is hashed anew each time, and models are full of look-ups.
        return hash(self.id)


def ref_to_json(ref: Ref) -> dict[str, Any]:
    """A ref with its aliases, as programs and the store read it."""
    return {"connection": ref.connection, "stream": ref.stream, "id": ref.id, "key": ref.key, "url": ref.url}


identity: Callable[[Ref], tuple[str, str, str]] = attrgetter("connection", "stream", "id")
"""What refs are compared by, as a key: many are sorted a good deal sooner by it."""


@record(frozen=True, slots=True, order=True)
class Alias:
    """A key or URL that a record names, in whatever connection it may live. `assemble` resolves it to a `Ref` or lists it."""

    text: str

    @property
    def label(self) -> str:
        """The name as it was given."""
        return self.text

    @property
    def unseen(self) -> Ref:
        """Stands for the record that is named while none is known: an input of what is concluded from its not being there."""
        return Ref("", "alias", self.text.casefold(), key=self.text)
