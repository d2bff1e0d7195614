"""Names of what to read, shared by the connectors: exact ones, globs and exclusions, and what to say of those that lead nowhere."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property

from syncd.contract import Misconfigured, Notice


def is_glob(name: str) -> bool:
    """Whether a name is a pattern: it holds *, ? or [."""
    return any(sign in name for sign in "*?[")


@dataclass(frozen=True)  # no slots: `cached_property` needs a place to keep its value
class Wanted:
    """What a configuration names under `key`. `*` stands for any characters, slashes too; case makes no difference."""

    key: str
    names: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    @cached_property
    def exact(self) -> tuple[str, ...]:
        """The names that are no patterns, each once. What is named outright is read even where an exclusion would match it."""
        return tuple({name.casefold(): name for name in reversed(self.names) if not is_glob(name)}.values())[::-1]

    @cached_property
    def globs(self) -> tuple[str, ...]:
        """The patterns, each once."""
        return tuple(dict.fromkeys(name for name in self.names if is_glob(name)))

    def takes(self, name: str) -> bool:
        """Whether a name that was found by a pattern or a group is wanted: no exclusion matches it."""
        return not any(_fits(name, pattern) for pattern in self.exclude)

    def matching(self, found: Iterable[str]) -> Iterator[str]:
        """Those of the names found that a pattern matches and no exclusion does."""
        return (name for name in found if self.takes(name) and any(_fits(name, glob) for glob in self.globs))

    def unmatched(self, found: Collection[str]) -> Iterator[Misconfigured]:
        """One error for each pattern that none of the names found fits. Call it only where all names could be listed."""
        for glob in self.globs:
            fits = [name for name in found if _fits(name, glob)]
            if not any(self.takes(name) for name in fits):
                why = "everything that it matches is excluded" if fits else f"none of {len(found)} that the account sees fits"
                yield Misconfigured(f"{self.key}: {glob!r} matches nothing ({why}). Correct it, or take it out", scope=glob)


def twice(name: str, first: str, second: str) -> Notice:
    """What is said of something that two keys or patterns name. It is read once."""
    return Notice(f"{name} is named twice, by {first} and by {second}; it is read once")


def _fits(name: str, pattern: str) -> bool:
    return re.match(translate(pattern.casefold()), name.casefold()) is not None
