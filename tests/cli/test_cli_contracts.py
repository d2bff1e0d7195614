"""`syncd contracts`: what a person reads, what programs read, how it ends, and that it needs nothing else."""

import json
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from syncd.cli.contracts_changelog import markdown
from syncd.contracts.change import Change, Verdict, unjudged
from syncd.contracts.history import Step
from syncd.model.contract import Contract
from syncd.model.ref import Ref
from syncd.model.rows import MergeRequest
from syncd.model.snapshot import Snapshot
from tests.cli.cli_world import syncd
from tests.contracts.apis import TEXT, WHOLE, answering, sending, thing

OLD = answering(thing("name", name=TEXT, tag=TEXT))
NEW = answering(thing("name", name=WHOLE, id=TEXT))


def written(folder: Path, name: str, document: Any) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return file


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return written(tmp_path, "old.json", OLD), written(tmp_path, "new.json", NEW)


def test_a_person_reads_what_breaks_first(pair: tuple[Path, Path]) -> None:
    result = syncd("contracts", "diff", *pair)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.splitlines() == snapshot(
        [
            "2 breaking, 1 compatible.",
            "",
            "GET /pets",
            "  BREAKING  responses.200.application/json.name: the type is another one: what comes may not be what it was (was string, is integer). [response-type-changed]",
            "  BREAKING  responses.200.application/json.tag: an optional property is gone, and somebody may read it all the same. [response-property-removed]",
            "  ok        responses.200.application/json.id: there is a new optional property. [response-property-added]",
        ]
    )


def test_programs_read_stable_keys(pair: tuple[Path, Path]) -> None:
    result = syncd("contracts", "diff", *pair, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (found["level"], found["judged"], found["reason"]) == ("breaking", True, "")
    assert found["changes"][0] == snapshot(
        {
            "rule": "response-type-changed",
            "level": "breaking",
            "direction": "response",
            "place": "responses.200.application/json.name",
            "operation": "GET /pets",
            "old": "string",
            "new": "integer",
            "text": "responses.200.application/json.name: the type is another one: what comes may not be what it was (was string, is integer).",
            "engine": "syncd",
            "fingerprint": "1571f3ff05275eb9",
        }
    )
    assert syncd("contracts", "diff", *pair, "--format", "json").stdout == result.stdout


def test_a_comment_quotes_what_others_wrote(tmp_path: Path) -> None:
    old = written(tmp_path, "old.json", answering(thing(**{"`x` @all <b>": TEXT})))
    new = written(tmp_path, "new.json", answering(thing()))
    lines = syncd("contracts", "diff", old, new, "--format", "markdown").stdout.splitlines()
    assert lines[0] == "**1 breaking.**"
    assert lines[2] == "#### `GET /pets`"
    assert lines[4].startswith("- **breaking** `` responses.200.application/json.`x` @all <b>: ")


def test_how_it_ends(pair: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = pair
    before, risky = (
        written(tmp_path, f"{len(values)}.json", answering(thing("name", name={**TEXT, "enum": values})))
        for values in (["a"], ["a", "b"])
    )
    outside = written(tmp_path, "outside.json", answering({"$ref": "https://example.com/x"}))
    binary = written(tmp_path, "binary.json", b"\x00\x01")
    assert syncd("contracts", "diff", old, old).exit_code == 0
    assert syncd("contracts", "diff", before, risky).exit_code == 0
    assert syncd("contracts", "diff", before, risky, "--fail-on", "risky").exit_code == 1
    doubted = syncd("contracts", "diff", old, outside)
    assert doubted.exit_code == 0
    assert "UNKNOWN" in doubted.stdout
    assert "counts as risky" in doubted.stdout
    assert syncd("contracts", "diff", old, outside, "--fail-on", "risky").exit_code == 1
    lost = syncd("contracts", "diff", old, binary)
    assert (lost.exit_code, lost.stdout.splitlines()[0]) == (2, "Could not judge: the new file binary.json is binary")
    for wrong in (("nowhere.json", new), (tmp_path, new), (old, new, "--kind", "soap"), (old, new, "--fail-on", "all")):
        result = syncd("contracts", "diff", *wrong)
        assert (result.exit_code, result.stdout) == (2, "")
        assert len(result.stderr.splitlines()) == 1


def test_references_are_followed_beside_the_file_and_not_beyond(tmp_path: Path) -> None:
    written(tmp_path, "secret.json", TEXT)
    for at, leaf in (("old", TEXT), ("new", WHOLE)):
        written(tmp_path, f"{at}/parts/pet.json", leaf)
        written(tmp_path, f"{at}/api.json", answering(thing(pet={"$ref": "parts/pet.json"}, out={"$ref": "../secret.json"})))
        (tmp_path / at / "parts" / "link.json").symlink_to(tmp_path / "secret.json")
    result = syncd("contracts", "diff", tmp_path / "old" / "api.json", tmp_path / "new" / "api.json")
    assert result.exit_code == 1
    assert "leads out of the revision" in result.stdout
    linked = written(tmp_path, "new/api.json", answering(thing(pet={"$ref": "parts/link.json"})))
    assert "does not have" in syncd("contracts", "diff", tmp_path / "old" / "api.json", linked).stdout


def test_folders_are_compared_contract_by_contract(tmp_path: Path) -> None:
    for at, leaf in (("old", TEXT), ("new", WHOLE)):
        written(tmp_path, f"{at}/a/api.json", answering({"$ref": "pet.schema.json"}))
        written(tmp_path, f"{at}/a/pet.schema.json", thing(name=leaf))
        written(tmp_path, f"{at}/own.schema.json", {"$schema": "https://json-schema.org/draft/2020-12/schema", **thing(n=leaf)})
        written(tmp_path, f"{at}/package.json", {"name": at, "version": "1"})
    written(tmp_path, "old/gone.json", sending(TEXT))
    found = json.loads(syncd("contracts", "diff", tmp_path / "old", tmp_path / "new", "--json").stdout)
    assert [(change["rule"], change["place"]) for change in found["changes"]] == [
        ("contract-removed", "gone.json"),
        ("schema-type-changed", "own.schema.json: n"),
        ("response-type-changed", "a/api.json: responses.200.application/json.name"),
    ]


def test_sdl_of_a_folder_is_one_schema_however_many_files_it_has(tmp_path: Path) -> None:
    written(tmp_path, "old/api/query.graphql", b"type Query { a: A }")
    written(tmp_path, "old/api/types/a.graphql", b"type A { x: Int y: Int }")
    written(tmp_path, "new/api/query.graphql", b"type Query { a: A } type A { x: Int }")
    for at in ("old", "new"):
        written(tmp_path, f"{at}/other/query.graphql", b"type Query { a: A } type A { x: Int }")
    (change,) = json.loads(syncd("contracts", "diff", tmp_path / "old", tmp_path / "new", "--json").stdout)["changes"]
    assert (change["rule"], change["place"]) == ("graphql-field-removed", "api/*.graphql: A.y")


def test_the_rules_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(syncd("contracts", "rules", "--json").stdout)
    assert {"rule", "level", "direction", "text"} == set(listed[0])
    assert "response-required-property-removed " in syncd("contracts", "rules").stdout


ANSWERING = """#!/bin/sh
if [ "$1" = --version ]; then echo "oasdiff version {version}"; exit 0; fi
echo '[{{"id": "api-removed", "text": "api removed", "level": 3, "operation": "GET", "path": "/a", "section": "paths"}}]'
"""


@pytest.mark.parametrize("version", ["1.15.0", "1.14.9"])
def test_oasdiff_judges_where_it_is_asked_for_and_new_enough(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    binary = written(tmp_path, "bin/oasdiff", ANSWERING.format(version=version).encode())
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{binary.parent}:/usr/bin:/bin")
    result = syncd("contracts", "diff", *pair, "--engine", "oasdiff", "--json")
    if version == "1.14.9":
        assert (result.exit_code, result.stderr) == (
            2,
            "oasdiff 1.15 or later is not on the PATH: install it, or leave --engine out.\n",
        )
    else:
        (change,) = json.loads(result.stdout)["changes"]
        assert (change["engine"], change["level"], change["rule"], change["operation"]) == (
            "oasdiff",
            "breaking",
            "api-removed",
            "GET /a",
        )


def test_a_small_pair_is_judged_at_once_and_without_any_configuration(pair: tuple[Path, Path]) -> None:
    begin = time.perf_counter()
    ran = subprocess.run([sys.executable, "-m", "syncd", "contracts", "diff", *map(str, pair)], capture_output=True, check=False)
    assert ran.returncode == 1
    assert time.perf_counter() - begin < 5  # a second where nothing else runs; `make bench` measures it


def test_a_changelog_says_what_is_accepted_what_could_not_be_judged_and_where_nothing_changed() -> None:
    change = Change("operation-removed", "breaking", "both", "", "GET /a", None, None, "GET /a: an operation is gone.")
    doubt = Verdict.of([unjudged("`x`\n# is binary", "b.yaml")])
    contract = Contract(
        name="pay", connection="code", repository="acme/api", paths=("api.yaml",), accept=frozenset({change.fingerprint})
    )
    request = MergeRequest(ref=Ref("code", "pulls", "1", key="acme/api#1"), title="`Drop` a\n# Title", status="open")
    snapshot = Snapshot(as_of=datetime(2026, 5, 5, tzinfo=UTC), merge_requests={request.ref: request})
    steps = (
        (Step("proposed", "1", of=request.ref), Verdict.of([change])),
        (Step("proposed", "2"), Verdict.unjudged("the new file api.yaml is binary")),
        (Step("unreleased", since="v`2"), Verdict()),
        (Step("release", "v`2", datetime(2026, 5, 1, tzinfo=UTC), "v1"), doubt),
        (Step("release", "v1"), None),
    )
    assert "\n".join(markdown(contract, steps, snapshot)) == CHANGELOG


CHANGELOG = """\
# Changelog of the contract pay

acme/api: `api.yaml`

## Proposed by acme/api#1 `` `Drop` a # Title ``

1 breaking.

### Breaking

- `GET /a: an operation is gone.` (operation-removed, accepted)

## Proposed by !2

Could not judge: the new file api.yaml is binary

## Unreleased, since `` v`2 ``

No change.

## `` v`2 ``, 2026-05-01

1 could not be judged. What could not be judged counts as risky.

### Could not be judged

- `` Could not judge: `x` # is binary `` (could-not-judge)

## `v1`

The first release that is known: nothing to compare it with."""


def test_a_changelog_of_a_contract_without_files_and_another_format_are_told() -> None:
    contract = Contract(name="pay", connection="code", repository="acme/api", paths=("api.yaml",))
    lines = list(markdown(contract, (), Snapshot(as_of=datetime(2026, 5, 5, tzinfo=UTC))))
    assert lines[-1] == "No file of it is in the mirror. Run `syncd once`, or correct its path."
    wrong = syncd("contracts", "changelog", "--format", "xml")
    assert (wrong.exit_code, wrong.stderr) == (2, "--format is 'xml'; it can be markdown, json.\n")
    assert syncd("contracts", "--json", "rules").exit_code == 2
