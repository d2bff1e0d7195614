"""What `syncd contracts list` shows: the contracts that are watched, as the mirror gives them now."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from syncd.app import App, opened
from syncd.cli.frame import complain, one_line, print_json, wide
from syncd.cli.stored import snapshot_of
from syncd.contracts.pairs import Blob, files_of, unfound
from syncd.contracts.sniff import kind_of
from syncd.model.contract import Contract
from syncd.model.ref import Alias, Ref
from syncd.model.rows import ContractFile
from syncd.model.snapshot import Snapshot
from syncd.run.contract_texts import content


def show(config: Path, *, json: bool) -> None:
    """Print the list."""
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        found = [_shown(contract, snapshot, app) for contract in snapshot.contracts]
    if json:
        print_json(found)
        return
    table = Table("name", "kind", "files", "last change", "revisions", "merge requests", box=None, pad_edge=False)
    for one in found:
        table.add_row(*(Text(one_line(text)) for text in _cells(one)))
    wide().print(table)
    for line in unfound(snapshot.contracts, snapshot.contract_files):
        complain(line)


def _shown(contract: Contract, snapshot: Snapshot, app: App) -> dict[str, Any]:
    rows = files_of(contract, snapshot.contract_files)
    now = sorted((row for row in rows if row.revision == "default"), key=lambda row: row.path)
    return {
        "name": contract.name,
        "connection": contract.connection,
        "repository": contract.repository,
        "path": list(contract.paths),
        "producer": contract.producer,
        "kind": contract.kind or _kind(contract, now, app),
        "files": [{"path": row.path, "blob": row.blob, "size": row.size, "left_out": row.left_out} for row in now],
        "changed_at": changed_at(now),
        "revisions": _revisions(rows),
        "merge_requests": _requests(rows, snapshot),
    }


def changed_at(rows: Iterable[ContractFile]) -> str | None:
    """When the files of the default branch were last changed, RFC 3339."""
    last = max((row.at for row in rows if row.revision == "default" and row.at is not None), default=None)
    return last.isoformat().replace("+00:00", "Z") if last else None


def request_of(of: Ref | Alias | None, snapshot: Snapshot) -> dict[str, Any]:
    """Key, title and address of a merge request that is mirrored; nothing of another one."""
    known = snapshot.merge_request(of)
    return {"key": known.ref.key, "title": known.title, "url": known.ref.url} if known else {}


def _kind(contract: Contract, now: Iterable[ContractFile], app: App) -> str | None:
    """By the content of the first file that is compared."""
    row = next((row for row in now if contract.is_main(row.path) and row.blob and row.text), None)
    if row is None or row.blob is None:
        return None
    try:
        return kind_of(content(app.store, Blob(row.blob, row.ref, row.text)), row.path)
    except LookupError:
        return None


def _revisions(rows: Iterable[ContractFile]) -> list[dict[str, Any]]:
    found = {(row.revision, row.name or ""): {"kind": row.revision, "name": row.name, "head_sha": row.head_sha} for row in rows}
    return [found[key] for key in sorted(found)]


def _requests(rows: Sequence[ContractFile], snapshot: Snapshot) -> list[dict[str, Any]]:
    """Which merge requests touch it; title and address of those that are mirrored."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.revision == "merge_request" and row.name:
            about = request_of(row.of, snapshot) or {"url": row.ref.url}
            found.setdefault(row.name, {"number": row.name, **about, "files": []})["files"].append(row.path)
    return [found[name] for name in sorted(found, key=lambda name: (len(name), name))]


def _cells(one: dict[str, Any]) -> list[str]:
    paths = [str(file["path"]) for file in one["files"]]
    files = f"{one['repository']}: " + (
        ", ".join(paths[:2]) + (f" and {len(paths) - 2} more" if len(paths) > 2 else "") or "none"
    )
    releases = [str(each["name"]) for each in one["revisions"] if each["kind"] == "release"]
    requests = [str(each.get("key") or f"!{each['number']}") for each in one["merge_requests"]]
    revisions = ", ".join((["default"] if paths else []) + releases) or "none"
    return [one["name"], one["kind"] or "?", files, (one["changed_at"] or "?")[:10], revisions, ", ".join(requests) or "none"]
