"""Pure. Which two revisions of a contract are compared: a merge request's beginning and its head, the last release and what is there."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from syncd.model.contract import Contract, is_pattern
from syncd.model.ref import Alias, Ref
from syncd.model.rows import ContractFile


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of a file: its hash, and the record that names it. `text`: where its content is; None: that is not kept, for the
    reason `left_out`."""

    hash: str
    source: Ref
    text: str | None = None
    left_out: str | None = None


Files = Mapping[str, Blob]

JOINED = "*.graphql"
"""What stands for all files of a pattern: SDL is one schema however many files it is spread over."""
_SDL = (".graphql", ".graphqls", ".gql")


@dataclass(frozen=True, slots=True)
class Main:
    """A file that is compared, by its path in the old and in the new revision; None where it is not there."""

    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two revisions of a contract. `revision`: whether the new one is the head of a merge request (`of`), the old one a release, or what
    was there before a break that landed, or before the default branch changed. `name`: the merge request's number, or the release.
    `mains`: the files to compare, those alone that may differ."""

    contract: str
    revision: Literal["merge_request", "release", "landed", "default"]
    name: str
    old: Files
    new: Files
    mains: tuple[Main, ...]
    of: Ref | Alias | None = None
    head_sha: str | None = None


def files_of(contract: Contract, rows: Iterable[ContractFile]) -> list[ContractFile]:
    """The files of one contract, at all revisions."""
    where = (contract.connection, contract.repository.casefold())
    return [row for row in rows if (row.ref.connection, row.project.casefold()) == where and contract.holds(row.path)]


def pairs(contract: Contract, rows: Iterable[ContractFile]) -> tuple[Pair, ...]:
    """What is to be compared of a contract: first each open merge request that touches it, by number, then what is there now with the
    last release. A pair in which nothing that is compared can differ is left out."""
    own = files_of(contract, rows)
    now = _now(own)
    found = [_of_request(contract, now, touched) for touched in _by_name(own, "merge_request")]
    found += [_since_release(contract, now, files) for files in list(_by_name(own, "release"))[-1:]]
    return tuple(pair for pair in found if pair.mains)


def default_files(contract: Contract, rows: Iterable[ContractFile]) -> Files:
    """What the default branch has of a contract."""
    return _now(files_of(contract, rows))


def pair_of(
    contract: Contract, revision: Literal["landed", "default"], name: str, old: Files, new: Files, moved: Mapping[str, str]
) -> Pair:
    """Two revisions of the default branch. `moved`: the paths of files that were renamed, old -> new."""
    return Pair(contract.name, revision, name, old, new, _mains(contract, old, new, moved))


def moved_of(contract: Contract, old: Files, new: Files) -> dict[str, str]:
    """Which file that is compared took which one's place, old -> new: by the same content, else by the same name, else where one alone is
    gone and one alone has come."""
    gone = [path for path in sorted(old) if contract.is_main(path) and path not in new]
    come = [path for path in sorted(new) if contract.is_main(path) and path not in old]
    found: dict[str, str] = {}
    alike: tuple[Callable[[str, str], bool], ...] = (
        lambda one, other: old[one].hash == new[other].hash,
        lambda one, other: one.rpartition("/")[2] == other.rpartition("/")[2],
        lambda *_: len(gone) == len(come) == 1,
    )
    for is_alike in alike:
        for one in gone:
            other = next((path for path in come if path not in found.values() and is_alike(one, path)), None)
            if one not in found and other is not None:
                found[one] = other
    return found


def unfound(contracts: Iterable[Contract], rows: Sequence[ContractFile]) -> list[str]:
    """One line for each contract of which the default branch has no file."""
    return [
        f"[contracts.{contract.name}] path: no file of {contract.repository} is {contract.paths[0]!r}. Correct it, or take it out"
        for contract in contracts
        if not any(row.revision == "default" and contract.is_main(row.path) for row in files_of(contract, rows))
    ]


def _now(own: Iterable[ContractFile]) -> Files:
    return {row.path: blob for row in own if row.revision == "default" and (blob := _blob(row)) is not None}


def _by_name(rows: Iterable[ContractFile], revision: str) -> Iterator[list[ContractFile]]:
    """The files of each revision of a kind, the oldest release and the lowest number first."""
    found: dict[str, list[ContractFile]] = {}
    for row in rows:
        if row.revision == revision:
            found.setdefault(row.name or "", []).append(row)
    yield from sorted(found.values(), key=_age)


def _age(files: list[ContractFile]) -> tuple[object, ...]:
    """By time where it is told, then by the numbers in the name: v1.10 comes after v1.9."""
    name, moments = files[0].name or "", [row.at for row in files if row.at is not None]
    at = min(moments).timestamp() if moments else 0.0
    return at, [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)], name


def _of_request(contract: Contract, now: Files, touched: list[ContractFile]) -> Pair:
    """What is there now, with the touched files as they were where the merge request began, and as its head has them."""
    old, new = dict(now), dict(now)
    moved: dict[str, str] = {}
    for row in touched:
        new.pop(row.path, None)
        old.pop(row.path, None)
    for row in touched:
        if (began := _base(row)) is not None:
            old[row.path] = began
        if row.now_at is not None:
            moved[row.path] = row.now_at
        if (head := _blob(row)) is not None:
            new[row.now_at or row.path] = head
    first, mains = touched[0], _mains(contract, old, new, moved)
    return Pair(contract.name, "merge_request", first.name or "", old, new, mains, first.of, first.head_sha)


def _since_release(contract: Contract, now: Files, files: list[ContractFile]) -> Pair:
    old = {row.path: blob for row in files if (blob := _blob(row)) is not None}
    return Pair(contract.name, "release", files[0].name or "", old, now, _mains(contract, old, now, {}))


def is_joined(contract: Contract, files: Files) -> bool:
    """Whether the files of a contract are compared as one."""
    if not is_pattern(contract.paths[0]):
        return False
    mains = [path for path in files if contract.is_main(path)]
    return contract.kind == "graphql" or (contract.kind is None and bool(mains) and all(map(_is_sdl, mains)))


def _is_sdl(path: str) -> bool:
    return path.endswith(_SDL)


def _mains(contract: Contract, old: Files, new: Files, moved: Mapping[str, str]) -> tuple[Main, ...]:
    if is_joined(contract, {**old, **new}):
        stays = any(contract.is_main(path) or path in moved.values() for path in new)
        return (Main(JOINED if old else None, JOINED if stays else None),) if hashes(old) != hashes(new) else ()
    came = set(moved.values())
    found = [Main(path, moved.get(path, path)) for path in sorted(old) if contract.is_main(path)]
    found += [Main(None, path) for path in sorted(new) if contract.is_main(path) and path not in old and path not in came]
    there = (Main(main.old, main.new if main.new in new else None) for main in found)
    return tuple(main for main in there if _may_differ(contract, main, old, new))


def _may_differ(contract: Contract, main: Main, old: Files, new: Files) -> bool:
    """Of a pattern each file is a contract of its own; of a single file, those that it refers to count, too."""
    if main.old is None or main.new is None:
        return True
    if old[main.old].hash != new[main.new].hash:
        return True
    return not is_pattern(contract.paths[0]) and hashes(old) != hashes(new)


def differing(old: Files, new: Files) -> list[str]:
    """The paths whose contents are not the same on both sides, in order."""
    before, after = hashes(old), hashes(new)
    return [path for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]


def hashes(files: Files) -> dict[str, str]:
    """Path -> the hash of what is there."""
    return {path: blob.hash for path, blob in files.items()}


def _blob(row: ContractFile) -> Blob | None:
    return None if row.blob is None else Blob(row.blob, row.ref, row.text, row.left_out)


def _base(row: ContractFile) -> Blob | None:
    if row.base_blob is None:
        return None
    return Blob(row.base_blob, row.ref, row.base_text, None if row.base_text else "it is too large to be kept")


def releases(rows: Iterable[ContractFile]) -> list[list[ContractFile]]:
    """The files of each release, the oldest first."""
    return list(_by_name(rows, "release"))


def contents(rows: Iterable[ContractFile]) -> Files:
    """The files of one revision that are there, by path."""
    return {row.path: blob for row in rows if (blob := _blob(row)) is not None}


def between(contract: Contract, name: str, old: Files, new: Files) -> Pair:
    """What changed from a release on, or up to one (`name`)."""
    return Pair(contract.name, "release", name, old, new, _mains(contract, old, new, moved_of(contract, old, new)))
