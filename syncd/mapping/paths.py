"""Pure. Dotted paths: `fields.status.name`, `each.id`, `scope.name`, `labels.name`, `sprints.-1.name`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from syncd.mapping.look import Get
from syncd.model.raw import Json

Root = Literal["record", "each", "scope"]
_SEGMENT = re.compile(r'"([^"]+)"|([^."\s][^."]*)')


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value lies. `parts` may be empty: the root itself."""

    root: Root
    parts: tuple[str, ...]
    text: str


@lru_cache(maxsize=1024)
def parse_path(text: str) -> Path:
    """The path that a text writes. Names with dots stand in double quotes. Raises ValueError where it is none. Each pass asks for those of
    its mappings again and again."""
    parts, at = [], 0
    while at < len(text):
        match = _SEGMENT.match(text, at)
        if match is None:
            raise ValueError(text)
        parts.append(match[1] or match[2].strip())
        at = match.end()
        if (at < len(text) and text[at] != ".") or at == len(text) - 1:
            raise ValueError(text)
        at += 1
    if not parts:
        raise ValueError(text)
    if parts[0] in ("record", "each", "scope") and not text.startswith('"'):
        return Path(parts[0], tuple(parts[1:]), text)  # type: ignore[arg-type]
    return Path("record", tuple(parts), text)


def getter(path: Path) -> Get:
    """A function that reads the path; what is not there is None."""
    parts = path.parts
    if path.root == "record":
        return _from_record(parts)
    if path.root == "each":
        return (lambda look: walk(look.each, parts)) if parts else (lambda look: look.each)
    return lambda look: walk(look.scope, parts)


def _from_record(parts: tuple[str, ...]) -> Get:
    if len(parts) == 1:
        (name,) = parts
        return lambda look: look.record.get(name)
    if len(parts) == 2:
        first, second = parts
        return lambda look: _two(look.record.get(first), second, parts)
    return lambda look: walk(look.record, parts)


def _two(inner: Json, second: str, parts: tuple[str, ...]) -> Json:
    return inner.get(second) if type(inner) is dict else walk(inner, parts[1:])


def inside(text: str) -> Callable[[Json], Json]:
    """A function that reads a path inside any object."""
    parts = parse_path(text).parts
    return lambda value: walk(value, parts)


def walk(value: Json, parts: tuple[str, ...]) -> Json:
    """Follow the names. A list gives the list of what each element has there; a number picks one element (-1: the last)."""
    for index, name in enumerate(parts):
        if type(value) is dict:
            value = value.get(name)
        elif value is None:
            return None
        elif isinstance(value, list | tuple):
            return _walk_list(value, name, parts[index:])
        elif isinstance(value, Mapping):
            value = value.get(name)
        else:
            return None
    return value


def _walk_list(values: Any, name: str, parts: tuple[str, ...]) -> Json:
    if name.lstrip("-").isdigit() and name.isascii():
        position = int(name[:9])
        return walk(values[position], parts[1:]) if -len(values) <= position < len(values) else None
    found: list[Json] = []
    for value in values:
        inner = walk(value, parts) if isinstance(value, Mapping) else None
        if isinstance(inner, list):
            found.extend(inner)
        elif inner is not None:
            found.append(inner)
    return found


_CEL_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_CEL_ROOT = re.compile(r"(?<![\w.])(record|each)\b((?:\s*(?:\.\s*[A-Za-z_]\w*(?!\s*\()|\[\s*(?:'[^'\\]*'|\"[^\"\\]*\")\s*\]))*)")
_CEL_PART = re.compile(r"\.\s*([A-Za-z_]\w*)|\[\s*['\"]([^'\"]*)['\"]\s*\]")


def cel_paths(source: str) -> tuple[Path, ...]:
    """The paths that a CEL expression reads; one without parts means that it takes a root whole."""
    found = []
    for match in _CEL_ROOT.finditer(_masked(source)):
        root, rest = match[1], source[match.start(2) : match.end(2)]
        parts = tuple(a or b for a, b in _CEL_PART.findall(rest))
        found.append(Path("each" if root == "each" else "record", parts, ".".join((root, *parts))))
    return tuple(dict.fromkeys(found))


def _masked(source: str) -> str:
    """The source with the contents of its texts blanked, same length; texts in brackets stay, because they are names."""

    def blank(match: re.Match[str]) -> str:
        before = source[: match.start()].rstrip()
        return match[0] if before.endswith("[") else match[0][0] + "_" * (len(match[0]) - 2) + match[0][-1]

    return _CEL_TEXT.sub(blank, source)
