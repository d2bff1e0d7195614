"""The files of contracts on this machine: read when they are asked for, and never beyond the folder that they stand in."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from syncd.contracts.revision import Revision

FILES = 5_000
"""How many files of a folder are looked at."""

_SKIPPED = frozenset({"node_modules", "__pycache__", "vendor"})


class Folder(Mapping[str, bytes]):
    """A folder's files by relative path, read lazily. A link that leads out of the folder is no file of it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._read: dict[str, bytes] = {}
        self._names: list[str] | None = None

    def __getitem__(self, name: str) -> bytes:
        if name not in self._read:
            path = self._inside(name)
            if path is None:
                raise KeyError(name)
            try:
                self._read[name] = path.read_bytes()
            except OSError:
                raise KeyError(name) from None
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self._read or self._inside(name) is not None)

    def _inside(self, name: str) -> Path | None:
        try:
            path = (self.root / name).resolve()
            return path if path.is_relative_to(self.root) and path.is_file() else None
        except (OSError, ValueError):
            return None

    def __iter__(self) -> Iterator[str]:
        if self._names is None:
            self._names = sorted(self._walked())
        return iter(self._names)

    def _walked(self) -> Iterator[str]:
        left = FILES
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
            for name in sorted(names):
                left -= 1
                if left < 0:
                    return
                found = (Path(folder) / name).relative_to(self.root).as_posix()
                if found in self:
                    yield found

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Folder) and other.root == self.root

    def __hash__(self) -> int:
        return hash(self.root)


def revision_of(file: Path) -> Revision:
    """A file as a contract; what it refers to may stand beside it and below."""
    resolved = file.resolve()
    return Revision(Folder(resolved.parent), resolved.name)
