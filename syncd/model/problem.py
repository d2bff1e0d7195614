"""Pure. What is wrong with something a person wrote: collected and shown together."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem: in which file, at which key (dotted, with line where known), what happened, what to do."""

    file: str
    key: str
    text: str
    cure: str

    def __str__(self) -> str:
        text = self.text if self.text.endswith("?") else f"{self.text}."
        return ": ".join(part for part in (self.file, self.key, f"{text} {self.cure}") if part)


class Problems(Exception):
    """All that is wrong with a configuration or mapping, at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class Mendable(Exception):
    """Something that ends a command, and that a person can mend. The text is one line: what happened, where, what to do."""
