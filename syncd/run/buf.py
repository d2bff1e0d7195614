"""Judges protobuf contracts by `buf breaking`, where it is installed: with our own configuration, in a folder of its own, offline.

What buf counts as breaking the wire or JSON is breaking, and so is a service, method, message or enum that is gone from its package;
what only breaks generated code is risky. A file that does not compile could not be judged.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from syncd.contracts import Change, Level, Revision, Verdict
from syncd.contracts.protobuf_parse import parse
from syncd.contracts.protobuf_schema import Schema, load
from syncd.contracts.protobuf_tree import Unreadable

ENGINE = "buf"
SECONDS = 60
"""How long it may take."""

_CONFIG = "version: v2\nbreaking:\n  use: [FILE, PACKAGE, WIRE_JSON]\n"
_FOUND = 100
"""Its exit code where it found something, or could not compile."""

_BREAKING = frozenset(
    (
        "ENUM_SAME_JSON_FORMAT",
        "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
        "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
        "ENUM_VALUE_SAME_NAME",
        "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
        "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
        "FIELD_SAME_DEFAULT",
        "FIELD_SAME_JSON_NAME",
        "FIELD_SAME_NAME",
        "FIELD_SAME_ONEOF",
        "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
        "FIELD_WIRE_JSON_COMPATIBLE_TYPE",
        "FILE_SAME_PACKAGE",
        "MESSAGE_SAME_JSON_FORMAT",
        "MESSAGE_SAME_REQUIRED_FIELDS",
        "PACKAGE_ENUM_NO_DELETE",
        "PACKAGE_MESSAGE_NO_DELETE",
        "PACKAGE_NO_DELETE",
        "PACKAGE_SERVICE_NO_DELETE",
        "RESERVED_ENUM_NO_DELETE",
        "RESERVED_MESSAGE_NO_DELETE",
        "RPC_NO_DELETE",
        "RPC_SAME_CLIENT_STREAMING",
        "RPC_SAME_IDEMPOTENCY_LEVEL",
        "RPC_SAME_REQUEST_TYPE",
        "RPC_SAME_RESPONSE_TYPE",
        "RPC_SAME_SERVER_STREAMING",
    )
)
_QUOTED = re.compile(r'"([^"]*)"')


def find() -> str | None:
    """The program: beside Python, as the extra `buf` installs it, else on the PATH; None without it."""
    beside = Path(sys.executable).parent / ("buf.exe" if os.name == "nt" else "buf")
    return str(beside) if beside.is_file() else shutil.which("buf")


def judge(old: Revision, new: Revision, program: str) -> Verdict:
    """The changes from `old` to `new`, as buf sees them. Never raises for what is in the files."""
    with tempfile.TemporaryDirectory(prefix="syncd-buf-") as place:
        root = Path(place)
        try:
            for name, revision in (("old", old), ("new", new)):
                _lay_out(root / name, revision, new.main)
        except (Unreadable, OSError, ValueError) as error:
            return Verdict.unjudged(str(error), new.main, ENGINE)
        try:
            done = _run(program, root)
        except subprocess.TimeoutExpired:
            return Verdict.unjudged(f"buf took more than {SECONDS} seconds", new.main, ENGINE)
        except OSError as error:
            return Verdict.unjudged(f"buf cannot be run ({error.strerror or error})", new.main, ENGINE)
        return _read(done, new.main)


def _run(program: str, root: Path) -> "subprocess.CompletedProcess[bytes]":
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(root), "XDG_CACHE_HOME": str(root), "BUF_CACHE_DIR": str(root)}
    if "SYSTEMROOT" in os.environ:
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    command = [program, "breaking", "new", "--against", "old", "--error-format", "json"]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
    )


def _lay_out(root: Path, revision: Revision, main: str) -> None:
    """Write what the main file imports, each file where others import it from, and the main one under the same name in both revisions."""
    schema = load(revision, {})
    root.mkdir()
    (root / "buf.yaml").write_text(_CONFIG, encoding="utf-8")
    for path in schema.files:
        _write(root, main if path == revision.main else schema.called.get(path, path), revision.files[path])
    _vendored(root, schema)


def _write(root: Path, name: str, content: bytes) -> None:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name:
        raise ValueError(f"{name} lies outside of the revision")
    target = root.joinpath(*pure.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _vendored(root: Path, schema: Schema) -> None:
    """Write the files of `googleapis-common-protos` that are imported, and what those import."""
    todo, done = sorted(schema.outside), set()
    while todo:
        name = todo.pop()
        content = None if name in done else _common(name)
        done.add(name)
        if content is not None:
            _write(root, name, content)
            file = parse(name, content)
            todo += [*file.imports, *file.public]


def _common(name: str) -> bytes | None:
    """A file that Google gives to everybody; None for what buf has itself, and for what is not installed."""
    folder, _, base = name.rpartition("/")
    if folder == "google/protobuf" or not folder.startswith("google/"):
        return None
    try:
        spec = find_spec(folder.replace("/", "."))
    except (ImportError, ValueError):
        return None
    places = spec.submodule_search_locations if spec else None
    found = (Path(place) / base for place in places or ())
    return next((path.read_bytes() for path in found if path.is_file()), None)


def _read(done: "subprocess.CompletedProcess[bytes]", main: str) -> Verdict:
    lines = [_line(line) for line in done.stdout.splitlines()]
    found = [line for line in lines if line]
    failed = next((line for line in found if line.get("type") == "COMPILE"), None)
    if failed:
        where = f"{_inside(str(failed.get('path') or main))}, line {failed.get('start_line', '?')}"
        return Verdict.unjudged(f"{where} does not compile: {failed.get('message', '')}", main, ENGINE)
    if done.returncode not in (0, _FOUND) or (done.returncode == _FOUND and not found):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"it ended with {done.returncode}"]
        return Verdict.unjudged(f"buf failed: {said[0][:300]}", main, ENGINE)
    return Verdict.of(_change(line, main) for line in _worst(found))


def _line(text: bytes) -> Mapping[str, Any] | None:
    try:
        made = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return made if isinstance(made, dict) else None


def _level(line: Mapping[str, Any]) -> Level:
    return "breaking" if line.get("type") in _BREAKING else "risky"


def _worst(lines: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Of what it says of one thing, in several rules: what is breaking, and each sentence of that once."""
    by_thing: dict[tuple[object, ...], list[Mapping[str, Any]]] = {}
    for line in lines:
        thing = line.get("path"), line.get("start_line"), line.get("start_column"), *_names(line)[:2]
        by_thing.setdefault(thing, []).append(line)
    for theirs in by_thing.values():
        breaking = [line for line in theirs if _level(line) == "breaking"]
        kept = {
            str(line.get("type")).replace("_NUMBER_RESERVED", "_NAME_RESERVED"): line for line in reversed(breaking or theirs)
        }
        yield from kept.values()


def _names(line: Mapping[str, Any]) -> list[str]:
    return _QUOTED.findall(str(line.get("message", "")))


def _change(line: Mapping[str, Any], main: str) -> Change:
    kind, text = str(line.get("type", "")), str(line.get("message", "")).partition(" See http")[0]
    path = _inside(str(line.get("path") or main))
    rule = f"buf-{kind.lower().replace('_', '-')}"
    return Change(
        rule,
        _level(line),
        "both",
        ": ".join((path, *_names(line)[:1])),
        "",
        None,
        ", ".join(_names(line)[1:]) or None,
        text,
        ENGINE,
    )


def _inside(path: str) -> str:
    """A path without our own folders."""
    return path.replace("\\", "/").removeprefix("new/").removeprefix("old/")
