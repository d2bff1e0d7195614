"""Pure. All that a .proto file defines and refers to inside of one revision, with its types looked up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncd.contracts.protobuf_parse import parse
from syncd.contracts.protobuf_tree import Enum, Field, File, Message, Service, Unreadable, joined
from syncd.contracts.revision import Revision

FILES = 2000
"""How many files of a revision are read at most."""

BYTES = 16 << 20
"""How much of a revision is read at most."""

_SIZED = tuple(f"{kind}{bits}" for kind in ("int", "uint", "sint", "fixed", "sfixed") for bits in (32, 64))
SCALARS = frozenset(("double", "float", "bool", "string", "bytes", *_SIZED))

_KNOWN = (
    "google/protobuf/",
    "google/api/",
    "google/cloud/common_resources.proto",
    "google/cloud/extended_operations.proto",
    "google/geo/type/",
    "google/iam/v1/",
    "google/iam/v2/",
    "google/logging/type/",
    "google/longrunning/",
    "google/rpc/",
    "google/type/",
)
"""What everybody has, and what is compatible by itself: its types are compared by name."""

_OPTIONS = (
    "buf/validate/",
    "cosmos_proto/",
    "gogoproto/",
    "protoc-gen-openapiv2/",
    "tagger/",
    "validate/",
    "amino/",
    "openapiv3/",
)
"""What only defines options, which change neither the wire nor JSON."""


@dataclass(slots=True)
class Schema:
    """What one revision defines, by full name.

    `missing`: imports that it does not have, with the file that asks; `outside`: those of them that everybody has; `problems`: what could
    not be read or is defined twice, with the file; `called`: what other files import each file as.
    """

    files: dict[str, File] = field(default_factory=dict)
    messages: dict[str, tuple[Message, File]] = field(default_factory=dict)
    enums: dict[str, tuple[Enum, File]] = field(default_factory=dict)
    services: dict[str, tuple[Service, File]] = field(default_factory=dict)
    extensions: dict[tuple[str, int], tuple[Field, File]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)
    called: dict[str, str] = field(default_factory=dict)
    _resolved: dict[tuple[str, str], str] = field(default_factory=dict)

    def kind(self, name: str) -> str:
        """What a resolved type is: "scalar", "enum", "message", or "" where it is not in this revision."""
        if name in SCALARS:
            return "scalar"
        return "message" if name in self.messages else "enum" if name in self.enums else ""

    def resolve(self, written: str, scope: str) -> str:
        """The full name of a type that is written inside of a scope; as it is written where nothing of the revision is called that."""
        key = written, scope
        if key not in self._resolved:
            self._resolved[key] = self._look_up(written, scope)
        return self._resolved[key]

    def _look_up(self, written: str, scope: str) -> str:
        name = written.removeprefix("group ")
        if name.startswith("."):
            return name[1:]
        if name in SCALARS:
            return name
        while True:
            found = joined(scope, name)
            if found in self.messages or found in self.enums:
                return found
            if not scope:
                return name
            scope = scope.rpartition(".")[0]

    def _add(self, file: File) -> None:
        self.files[file.path] = file
        self.problems += [(file.path, f"{file.path} defines {name} more than once") for name in file.twice]
        self.messages |= {name: (one, file) for name, one in file.messages.items() if name not in self.messages}
        self.enums |= {name: (one, file) for name, one in file.enums.items() if name not in self.enums}
        self.services |= {name: (one, file) for name, one in file.services.items() if name not in self.services}

    def _extend(self) -> None:
        for file in self.files.values():
            for extended, one in file.extends:
                self.extensions.setdefault((self.resolve(extended, one.scope), one.number), (one, file))


Parsed = dict[tuple[str, bytes], File]


def load(revision: Revision, parsed: Parsed) -> Schema:
    """The main file and all that it imports, however far. Raises `Unreadable` where the main file is none. `parsed`: what was read before:
    a file that both revisions have alike is read once."""
    schema = Schema()
    left = BYTES - len(revision.content)
    first = _parsed(revision.main, revision.content, parsed)
    schema._add(first)
    todo = _asked(first)
    endings = _Endings(revision.files)
    while todo:
        asked, by = todo.pop()
        path = endings.find(asked, by)
        if path is not None:
            schema.called.setdefault(path, asked)
        if path is None:
            if asked.startswith((*_KNOWN, *_OPTIONS)):
                schema.outside.add(asked)
            else:
                schema.missing.setdefault(asked, by)
        elif path not in schema.files:
            left -= len(revision.files[path])
            if left < 0 or len(schema.files) >= FILES:
                raise Unreadable(f"{revision.main} imports more than {FILES} files or {BYTES >> 20} MB")
            todo += _read(schema, path, revision.files[path], parsed)
    schema._extend()
    return schema


def elsewhere(old: Revision, new: Revision, schema: Schema, names: Iterable[str]) -> dict[str, str]:
    """Which of these names files of the new revision define that its main file does not import, and in which one. What stood there before
    has not moved to it."""
    wanted = set(names)
    found: dict[str, str] = {}
    others = [path for path in new.files if path.endswith(".proto") and path not in schema.files] if wanted else []
    if len(others) > FILES or sum(len(new.files[path]) for path in others) > BYTES:
        return found
    for path in others:
        moved = wanted & _defined(path, new.files[path])
        if moved and path in old.files:
            moved -= _defined(path, old.files[path])
        found |= dict.fromkeys(moved, path)
    return found


def _defined(path: str, content: bytes) -> set[str]:
    """The names that a file defines; none where it cannot be read."""
    try:
        file = parse(path, content)
    except Unreadable:
        return set()
    return {*file.messages, *file.enums, *file.services}


def _asked(file: File) -> list[tuple[str, str]]:
    return [(path, file.path) for path in (*file.imports, *file.public)]


def _parsed(path: str, content: bytes, parsed: Parsed) -> File:
    if (path, content) not in parsed:
        parsed[path, content] = parse(path, content)
    return parsed[path, content]


def _read(schema: Schema, path: str, content: bytes, parsed: Parsed) -> list[tuple[str, str]]:
    try:
        file = _parsed(path, content, parsed)
    except Unreadable as error:
        schema.files[path] = File(path=path)
        schema.problems.append((path, str(error)))
        return []
    schema._add(file)
    return _asked(file)


class _Endings:
    """Where in a revision an import is: at that very path, or below a folder that is a root of imports."""

    __slots__ = ("_by_name", "_files")

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._by_name: dict[str, list[str]] | None = None

    def find(self, asked: str, by: str) -> str | None:
        """The path of what a file imports. Of several the one that lies nearest to the file that asks."""
        if asked in self._files:
            return asked
        if self._by_name is None:
            self._by_name = {}
            for path in self._files:
                self._by_name.setdefault(path.rpartition("/")[2], []).append(path)
        ending = f"/{asked}"
        found = [path for path in self._by_name.get(asked.rpartition("/")[2], ()) if path.endswith(ending)]
        return min(found, key=lambda path: (-_shared(path, by), path), default=None)


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count
