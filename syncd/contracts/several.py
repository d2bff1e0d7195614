"""Pure. All contracts of two trees of files: which files are contracts, and which took which one's place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from syncd.contracts.change import Change, Level, Verdict
from syncd.contracts.engine import NOTHING, diff
from syncd.contracts.revision import Revision
from syncd.contracts.rules import RULES
from syncd.contracts.sniff import Kind, kind_of

_ENDINGS = (".json", ".yaml", ".yml", ".graphql", ".graphqls", ".gql", ".proto")
_ROOT = re.compile(rb"(?<!extend )\b(?:type\s+(?:Query|Mutation|Subscription)\b|schema\s*[{@])")
"""What a folder with SDL of its own has; what lies below belongs to it: a schema is one however many files it is spread over."""

_PROTOS = "*.proto"
"""What .proto files define is one contract, however many files it is spread over: what one imports is told once, what moves has moved."""


@dataclass(frozen=True, slots=True)
class Several:
    """The verdicts on two trees by contract, and what came or went."""

    verdicts: Mapping[str, Verdict]
    whole: Verdict


def diff_trees(
    old: Mapping[str, bytes], new: Mapping[str, bytes], kind: Kind | None = None, overrides: Mapping[str, Level | None] = NOTHING
) -> Several:
    """Every contract of two trees, matched by its path. What is only referred to is not a contract of its own."""
    was, now = (_contracts(files, kind) for files in (old, new))
    verdicts: dict[str, Verdict] = {}
    for path in sorted(was.keys() | now.keys()):
        if path in was and path in now:
            verdicts[path] = diff(was[path], now[path], kind, overrides)
        else:
            verdicts[path] = Verdict.of(_lone(path in now, overrides))
    reasons = [f"{path}: {verdict.reason}" for path, verdict in verdicts.items() if not verdict.judged]
    if not verdicts:
        return Several(verdicts, Verdict.unjudged("neither tree has a contract of a kind that is known"))
    changes = [_placed(path, change) for path, verdict in verdicts.items() for change in verdict.changes]
    return Several(verdicts, replace(Verdict.of(changes), judged=not reasons, reason="; ".join(reasons[:3])))


def _placed(path: str, change: Change) -> Change:
    return replace(change, place=f"{path}: {change.place}" if change.place else path, text=f"{path}: {change.text}")


def _lone(come: bool, overrides: Mapping[str, Level | None]) -> Iterator[Change]:
    rule = RULES["contract-added" if come else "contract-removed"]
    level = overrides.get(rule.id, rule.level)
    if level is not None:
        yield Change(rule.id, level, "both", "", "", None, None, rule.sentence)


def protos_of(files: Mapping[str, bytes]) -> Revision:
    """All .proto files of a tree as one contract."""
    return _together(files, sorted(path for path in files if path.lower().endswith(".proto")))


def _contracts(files: Mapping[str, bytes], kind: Kind | None) -> dict[str, Revision]:
    """The contracts of a tree by path."""
    kinds = {path: kind_of(files[path], path) for path in files if path.lower().endswith(_ENDINGS)}
    found = {path: Revision(files, path) for path, what in kinds.items() if what in ("openapi", "asyncapi")}
    if protos := sorted(path for path, what in kinds.items() if what == "protobuf"):
        found[_PROTOS] = _together(files, protos)
    for name, joined in _joined({path: files[path] for path in sorted(kinds) if kinds[path] == "graphql"}).items():
        found[name], kinds[name] = Revision({name: joined}, name), "graphql"
    whole = b"".join(files[path] for path in found if path in files)
    for path, what in kinds.items():
        if what == "jsonschema" and _stands_alone(path, files[path]) and path.rpartition("/")[2].encode() not in whole:
            found[path] = Revision(files, path)
    kinds[_PROTOS] = "protobuf"
    return {path: one for path, one in found.items() if kind is None or kinds[path] == kind}


def _together(files: Mapping[str, bytes], paths: Sequence[str]) -> Revision:
    """A file that imports all of these, and they."""
    imports = "".join(f'import "{path}";\n' for path in paths)
    return Revision({**{path: files[path] for path in paths}, _PROTOS: imports.encode()}, _PROTOS)


def _joined(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """SDL by schema: every file with the nearest folder above it that has roots, else with the only one, else with its own folder."""
    roots = {_folder(path) for path, content in files.items() if _ROOT.search(content)}
    schemas: dict[str, list[bytes]] = {}
    for path, content in files.items():
        own = _folder(path)
        above = [root for root in roots if own == root or own.startswith(f"{root}/") or not root]
        folder = max(above, key=len) if above else next(iter(roots)) if len(roots) == 1 else own
        schemas.setdefault(f"{folder}/*.graphql".lstrip("/"), []).append(content)
    return {name: b"\n".join(contents) for name, contents in schemas.items()}


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _stands_alone(path: str, content: bytes) -> bool:
    """Whether a JSON document is meant as a schema: it says so, or is called so."""
    return b"json-schema.org" in content[:65536] or "schema" in path.rpartition("/")[2].lower()
