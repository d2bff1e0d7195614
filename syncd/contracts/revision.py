"""Pure. The files of one revision of a contract: nothing outside them is ever read."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Revision:
    """A contract at one revision. `files`: contents by path, with `/` between folders and relative to one root; `main`: the path of the
    file that is the contract. The other files are what it may refer to."""

    files: Mapping[str, bytes]
    main: str

    @property
    def content(self) -> bytes:
        """The main file's own bytes; empty where the revision does not have it."""
        return self.files.get(self.main, b"")
