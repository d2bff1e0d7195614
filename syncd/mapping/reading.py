"""Pure. What a mapping reads and where it says so: for fetching, for listing what was never there, for `mapping show`."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from typing import Any

from syncd.mapping.engine import Mapping
from syncd.mapping.layers import Setting, for_project, settings
from syncd.mapping.paths import parse_path
from syncd.model.raw import RawRecord


def paths(mapping: Mapping) -> dict[str, dict[str, str]]:
    """stream -> dotted path into its records -> the key of the mapping that names it first."""
    return {stream: {path: read.place.key for path, read in found.items() if path} for stream, found in mapping.reads.items()}


def fields_read(mapping: Mapping) -> dict[str, frozenset[str] | None]:
    """stream -> the vendor's field names that the mapping reads; None where it cannot be told, so that all are needed.

    The names are the first ones of the paths; in a stream whose paths go through `fields` (Jira), those right below `fields`, and
    what stands beside it (`id`, `key`, `changelog`) is not listed.
    """
    return {stream: _names(list(found)) for stream, found in mapping.reads.items()}


def keys_of_fields(mapping: Mapping) -> dict[str, dict[str, str]]:
    """stream -> the name or id of a field as the mapping reads it -> the file and key that read it first."""
    found: dict[str, dict[str, str]] = {}
    for stream, reads in mapping.reads.items():
        for path, read in reads.items():
            if path and (parts := _heads(path))[0] == "fields" and len(parts) > 1:
                found.setdefault(stream, {}).setdefault(parts[1], f"{read.place.file}: {read.place.key}")
    return found


def _names(texts: list[str]) -> frozenset[str] | None:
    if "" in texts:
        return None
    split = [parse_path(text).parts for text in texts]
    below = [parts for parts in split if parts[0] == "fields"]
    if not below:
        return frozenset(parts[0] for parts in split)
    return None if any(len(parts) == 1 for parts in below) else frozenset(parts[1] for parts in below)


def unfetched(mapping: Mapping, raw: RawRecord) -> frozenset[str]:
    """Field names that the mapping reads and that were not asked for when the record was fetched; `*` where it reads all."""
    return lacking(fields_read(mapping).get(raw.ref.stream, frozenset()), raw.fields)


def lacking(wanted: frozenset[str] | None, asked: frozenset[str] | None) -> frozenset[str]:
    """Those wanted that were not asked for. None stands for all fields; where all are wanted and were not asked for, `*` is lacking."""
    if asked is None:
        return frozenset()
    return frozenset("*") if wanted is None else wanted - asked


def missing(mapping: Mapping, raws: Iterable[RawRecord]) -> list[tuple[str, str, str]]:
    """(stream, path, mapping key) of paths whose field is in none of the records: a name that does not exist there.

    Only for streams with records; paths that the mapping can do without (in `first`, `all`, `any`, `not` or lists, with `when`,
    `lenient`, `present` or `not_in`) are not listed. A field that is there and null counts as there.
    """
    left = still_missing(mapping, raws, {})
    return [(stream, path, mapping.reads[stream][path].place.key) for stream in sorted(left) for path in left[stream]]


def still_missing(mapping: Mapping, raws: Iterable[RawRecord], before: Table[str, Sequence[str]]) -> dict[str, list[str]]:
    """`missing` in instalments: stream -> paths that none of these records has, nor any that gave `before`."""
    left = {stream: list(found) for stream, found in before.items()}
    for raw in raws:
        stream = raw.ref.stream
        if stream not in left:
            left[stream] = [path for path, read in mapping.reads.get(stream, {}).items() if path and not read.optional]
        if left[stream]:
            left[stream] = [path for path in left[stream] if not _has(raw.data, _heads(path))]
    return left


def unread_line(mapping: Mapping, stream: str, path: str) -> str:
    """What a person is told of a path that no record has."""
    read = mapping.reads.get(stream, {}).get(path)
    where = f" ({read.place.key})" if read else ""
    return f"the mapping reads {path}{where}, which no record of {stream} has. Correct the name, or add `lenient = true`"


def _heads(path: str) -> tuple[str, ...]:
    parts = parse_path(path).parts
    return parts[:2] if parts[0] == "fields" else parts[:1]


def _has(data: Any, parts: tuple[str, ...]) -> bool:
    for part in parts:
        if not hasattr(data, "get") or part not in data:
            return False
        data = data[part]
    return True


def effective(mapping: Mapping, project: str | None = None) -> tuple[Setting, ...]:
    """Every setting as it is in force, for one project or for those that have nothing of their own, and where each is written."""
    layer = mapping.layer if project is None else for_project(mapping.layer, project)
    return tuple(settings(layer))
