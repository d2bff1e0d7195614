"""Pure. A contract between teams: an API description in a repository, who promises it and who relies on it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from syncd.model.raw import Json
from syncd.model.ref import Alias, Ref

BREAKS, FILES = "contract break: ", "contract default: "
"""What the names begin with under which breaks, and what the default branch had, are remembered."""

LINKS = "links"
"""Among consumers: the milestones that dependency links show to wait for the producer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """`[contracts.<name>]`. `paths`: the file, or patterns of files; the first one names what is compared, the others what it refers to.

    `kind`: which language it is in; None: told by what is in it. `producer`: a team. Consumers are `teams`, `milestones` (keys),
    `by_links` (what dependency links show to wait for the producer's milestones) and those whom `consumer_file` lists, a path in the same
    repository. `adaptation_days`: working days that a consumer needs for one breaking change. `accept`: fingerprints of changes that are
    accepted. `levels`: rule id -> level instead of the rule's own; None leaves its changes out. `third_party`: the producer is a vendor
    outside, reached through `contact`; it keeps the old form until `promised`. `workshop`: the connection and the calendar in which a
    workshop is entered.
    """

    name: str
    connection: str
    repository: str
    paths: tuple[str, ...]
    kind: str | None = None
    producer: str | None = None
    teams: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    by_links: bool = False
    consumer_file: str | None = None
    adaptation_days: float = 2
    accept: frozenset[str] = frozenset()
    levels: Mapping[str, str | None] = field(default_factory=dict)
    third_party: bool = False
    contact: str | None = None
    promised: date | None = None
    workshop: tuple[str, str] | None = None

    @property
    def watched(self) -> tuple[str, ...]:
        """All patterns of files that are read for it."""
        return (*self.paths, self.consumer_file) if self.consumer_file else self.paths

    def is_main(self, path: str) -> bool:
        """Whether a file of this path is what is compared."""
        return fits(path, self.paths[0])

    def holds(self, path: str) -> bool:
        """Whether a file belongs to the contract: it is compared, or may be referred to."""
        return fits_any(path, self.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two revisions of a contract, compared. `revision`, `name`, `of`: which, as a contract's file says; or "landed": what broke it `at`
    that moment, and is on the default branch still, by a merge request or (`of` is None) by itself. `verdict`: what came of it, in the form
    of `syncd.contracts.judging.verdict_to_json`. `sources`: the records that the two are made of."""

    contract: str
    revision: str
    name: str
    of: Ref | Alias | None
    verdict: Json
    sources: frozenset[Ref] = frozenset()
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sunset:
    """What of a contract is deprecated on the default branch and ends on a day. `operation`: "" where it is part of several; `place`: where
    it stands; `source`: the record of the file that says so."""

    contract: str
    day: date
    operation: str
    place: str
    source: Ref


def watched_files(contracts: Iterable[Contract], connection: str) -> dict[str, tuple[str, ...]]:
    """What a connection reads for its contracts: repository as it is written first -> patterns, each once."""
    names: dict[str, str] = {}
    found: dict[str, dict[str, None]] = {}
    for contract in contracts:
        if contract.connection == connection:
            name = names.setdefault(contract.repository.casefold(), contract.repository)
            found.setdefault(name, {}).update(dict.fromkeys(contract.watched))
    return {name: tuple(patterns) for name, patterns in found.items()}


def is_pattern(path: str) -> bool:
    """Whether a path names several files: it holds *, ? or [."""
    return any(sign in path for sign in "*?[")


def fits(path: str, pattern: str) -> bool:
    """Whether a pattern matches a path. `*` and `?` stay inside of a folder, `**` stands for any folders, none too; case counts."""
    return path == pattern or _compiled(pattern).fullmatch(path) is not None


def fits_any(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns matches."""
    return any(fits(path, pattern) for pattern in patterns)


def may_hold(folder: str, pattern: str) -> bool:
    """Whether a folder ("" is the root) may hold, at any depth, a file that the pattern matches."""
    parts, wanted = folder.split("/") if folder else [], pattern.split("/")
    for n, part in enumerate(parts):
        if n >= len(wanted) - 1 and "**" not in wanted[: n + 1]:
            return False
        if wanted[n] == "**":
            return True
        if not fits(part, wanted[n]):
            return False
    return True


def root_of(pattern: str) -> str:
    """The folder that everything the pattern matches lies under; "" for the root."""
    parts = pattern.split("/")[:-1]
    fixed = next((n for n, part in enumerate(parts) if is_pattern(part)), len(parts))
    return "/".join(parts[:fixed])


def is_deep(pattern: str) -> bool:
    """Whether the pattern matches files in folders below `root_of`."""
    root = root_of(pattern)
    below = pattern[len(root) + 1 :] if root else pattern
    return "/" in below or below == "**"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_pieces(pattern)), re.DOTALL)


_PIECES = re.compile(
    r"(?P<folders>(?:^|(?<=/))\*\*/)|(?P<rest>(?:^|(?<=/))\*\*$)|(?P<many>\*+)|(?P<one>\?)|(?P<set>\[!?[^\]/]+\])"
)


def _pieces(pattern: str) -> Iterator[str]:
    """The pattern as a regular expression, piece by piece."""
    end = 0
    for found in _PIECES.finditer(pattern):
        yield re.escape(pattern[end : found.start()])
        yield _meant(found)
        end = found.end()
    yield re.escape(pattern[end:])


def _meant(found: re.Match[str]) -> str:
    signs = {"folders": "(?:[^/]+/)*", "rest": ".+", "many": "[^/]*", "one": "[^/]"}
    if found.lastgroup in signs:
        return signs[found.lastgroup]
    inside = found[0][1:-1]
    negated = "^/" if inside.startswith("!") else ""
    return f"[{negated}{_SPECIAL.sub(_escaped, inside.removeprefix('!'))}]"


_SPECIAL = re.compile(r"[\\^&~|\[]")


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"
