"""What was written, before anybody judged it: the merged tables, and where each key comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.model.problem import Problem

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """The merged tables. `variables`: which environment variable set a key; `lines`: in which line of the file a key stands;
    `problems`: variables that set nothing."""

    file: str
    base: Path
    tables: dict[str, Any]
    variables: Mapping[Keys, str] = field(default_factory=dict)
    lines: Mapping[Keys, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def from_environment(self, keys: Keys) -> bool:
        """Whether the value at the key, or a table around it, was set by the environment."""
        return self._variable(keys) is not None

    def file_of(self, keys: Keys) -> str:
        """Where to correct a key: the file, or the environment."""
        return "environment" if self.from_environment(keys) else self.file

    def key_of(self, keys: Keys) -> str:
        """The key as a person finds it: the variable's name, or dotted with its line: "connections.plat.kind (line 12)"."""
        if (variable := self._variable(keys)) is not None:
            return variable
        line = self.line_of(keys)
        return dotted(keys) + (f" (line {line})" if line else "")

    def line_of(self, keys: Keys) -> int:
        """The line of the key, or of the table around it, or of the first one in it; 0 where the file has none of them."""
        at_or_above = (self.lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.lines)
        below = (line for there, line in self.lines.items() if there[: len(keys)] == keys)
        return next(at_or_above, None) or next(below, 0)

    def _variable(self, keys: Keys) -> str | None:
        at_or_above = (self.variables[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.variables)
        below = (name for there, name in self.variables.items() if there[: len(keys)] == keys and keys not in self.lines)
        return next(at_or_above, None) or next(below, None)


def dotted(keys: Keys) -> str:
    """ "connections.cal.calendars[0].id"."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
