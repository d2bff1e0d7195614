"""Contracts from the configuration to verdicts: what is read, what an idle pass costs, and that contents are loaded once."""

import json
import re
from typing import Any

import pytest

from syncd.app import opened
from syncd.contracts import Change, Revision, Verdict
from syncd.run.contract_texts import judged
from syncd.store.mirror import Mirror
from tests.connectors.contract_files_given import V1, V2, V3
from tests.run.run_given import Company

API, SHOP, PATH = "acme/api", "acme/shop", "api/openapi.yaml"


@pytest.fixture
def watching(firm: Company) -> Company:
    """A contract on GitHub with a merge request that touches it, one on GitLab, and one whose file is not there."""
    firm.only("code", "web")
    firm.github.files.commit(API, {PATH: V1})
    firm.github.files.release(API, "v1")
    firm.github.files.commit(API, {PATH: V2})
    firm.gitlab.files.commit(SHOP, {"schema.graphql": "type Query { a: Int }"})
    named: dict[str, dict[str, Any]] = {
        "contracts.pay": {"connection": "code", "repository": API, "path": PATH},
        "contracts.shop": {"connection": "web", "project": SHOP, "path": "*.graphql"},
        "contracts.gone": {"connection": "code", "repository": API, "path": "api/gone.yaml"},
    }
    firm.sections |= named
    return firm


def fails(*_: object) -> Verdict:
    raise RecursionError("too deep")


def listed(company: Company, *words: str) -> str:
    ran = company.syncd("contracts", "list", *words)
    assert ran.code == 0, ran
    return ran.out


def breaks(old: Revision, new: Revision, kind: object, overrides: object) -> Verdict:
    said = f"{old.content!r} -> {new.content!r}"
    return Verdict.of([Change("operation-removed", "breaking", "both", "", "", None, None, said)])


def test_contracts_are_watched_from_the_configuration_to_the_verdict(watching: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    firm = watching
    number = firm.github.files.propose(API, "Break it", {PATH: V3}, "breaking")
    change = firm.gitlab.files.propose(SHOP, "Drop", {"schema.graphql": "type Query { b: Int }"}, "drop")
    first = firm.syncd("once", "--json")
    assert [first.state(name, "contract_files") for name in ("code", "web")] == ["fresh", "fresh"]
    assert [line for line in first.problems if "contracts" in line] == [
        "[contracts.gone] path: no file of acme/api is 'api/gone.yaml'. Correct it, or take it out"
    ]
    found = {one["name"]: one for one in json.loads(listed(firm, "--json"))}
    assert (found["pay"]["kind"], found["shop"]["kind"], found["gone"]["kind"]) == ("openapi", "graphql", None)
    assert [one["key"] for one in found["pay"]["merge_requests"]] == [f"{API}#{number}"]
    assert [(one["kind"], one["name"]) for one in found["pay"]["revisions"]] == [
        ("default", None), ("merge_request", str(number)), ("release", "v1"),
    ]  # fmt: skip
    text = listed(firm)
    assert f"{API}#{number}" in text
    assert "openapi" in text
    the_changelog_is_told(firm, number, monkeypatch)
    rows = json.loads(firm.syncd("export", "--kind", "contract_file").out)
    assert {row["path"] for row in rows} == {PATH, "schema.graphql"}
    assert "responses" not in json.dumps(rows)
    assert {row["audience"] for row in rows if row["project"] == SHOP} == {"scope"}  # a private project

    with opened(firm.config, {}) as app:
        from syncd.app import understanding
        from syncd.run.analyse import model

        snapshot = model(app.links, app.store, understanding(app.config), firm.hand.now()).snapshot
        verdicts = judged(snapshot.contracts, snapshot.contract_files, app.store, breaks, "fake")
        assert {name: [(one.pair.revision, one.pair.name) for one in of] for name, of in verdicts.items()} == {
            "pay": [("merge_request", str(number)), ("release", "v1")],
            "shop": [("merge_request", str(change["iid"]))],
            "gone": [],
        }
        assert verdicts["pay"][0].verdict.changes[0].text == f"{V2.encode()!r} -> {V3.encode()!r}"
        by_rules = judged(snapshot.contracts, snapshot.contract_files, app.store)["shop"][0].verdict
        assert [(one.level, one.place) for one in by_rules.changes if one.level == "breaking"] == [("breaking", "Query.a")]
        judged(snapshot.contracts, snapshot.contract_files, app.store, breaks, "fake")
        monkeypatch.setattr(Mirror, "raw", lambda *_: pytest.fail("a content was loaded that had been compared"))
        assert judged(snapshot.contracts, snapshot.contract_files, app.store, breaks, "fake") == verdicts


def the_changelog_is_told(firm: Company, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, release by release; what was compared once is not compared again."""
    first = firm.syncd("contracts", "changelog")
    with firm.watched() as requests, monkeypatch.context() as patched:
        patched.setattr("syncd.contracts.engine.diff", lambda *_, **__: pytest.fail("compared again"))
        told = firm.syncd("contracts", "changelog")
    assert (requests, told.code, told.out) == ([], 0, first.out)
    pay, shop, gone = re.split(r"\n\n(?=# )", told.out.strip())
    assert [line for line in pay.splitlines() if line.startswith("#")] == [
        "# Changelog of the contract pay",
        f"## Proposed by {API}#{number} `Break it`",
        "### Breaking",
        "### Compatible",
        "## Unreleased, since `v1`",
        "### Breaking",
        "### Compatible",
        "## `v1`, 2026-05-05",
    ]
    assert "- `GET /payments: " in pay
    assert "-removed)" in pay, pay
    assert pay.endswith("The first release that is known: nothing to compare it with.")
    assert "## Unreleased\n\nNothing was released yet." in shop
    assert gone.endswith("No file of it is in the mirror. Run `syncd once`, or correct its path.")
    (one,) = json.loads(firm.syncd("contracts", "changelog", "pay", "--format", "json").out)
    assert [(step["kind"], step["name"], step["since"], step["compared"]) for step in one["steps"]] == [
        ("proposed", str(number), None, True),
        ("unreleased", None, "v1", True),
        ("release", "v1", None, False),
    ]
    assert {change["level"] for change in one["steps"][0]["changes"]} == {"breaking", "compatible"}
    with monkeypatch.context() as patched:
        patched.setattr("syncd.contracts.engine.VERSION", "another")
        patched.setattr("syncd.contracts.engine.diff", fails)
        failed = firm.syncd("contracts", "changelog", "shop")
    assert failed.code == 1
    assert failed.err.startswith("[contracts.shop]: the comparison failed: *.graphql: RecursionError: too deep.")
    wrong = firm.syncd("contracts", "changelog", "pai")
    assert (wrong.code, wrong.err.strip()) == (2, "There is no contract 'pai'. Did you mean pay?")


def test_an_idle_pass_asks_for_nothing_that_is_not_conditional_and_loads_no_content(
    watching: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = watching
    firm.syncd("once")
    firm.syncd("once")
    with firm.watched() as requests:
        firm.syncd("once")
    about = [
        entry for entry in requests if any(word in entry.line for word in ("/commits", "/releases", "/repository/", "/tags"))
    ]
    assert about
    assert {entry.status for entry in about} == {304}


def test_a_merge_request_that_is_merged_takes_its_files_along_without_a_halt(watching: Company) -> None:
    firm = watching
    many = {f"api/many/{n}.yaml": V1 for n in range(60)}
    firm.sections["contracts.many"] = {"connection": "code", "repository": API, "path": "api/many/*.yaml"}
    number = firm.github.files.propose(API, "Many", many, "many")
    firm.syncd("once")
    firm.github.edit(API, number, state="closed")
    ran = firm.syncd("once", "--json")
    assert ran.state("code", "contract_files") == "fresh"
    assert json.loads(firm.syncd("export", "--kind", "contract_file").out)
    assert not [
        row for row in json.loads(firm.syncd("export", "--kind", "contract_file").out) if row["revision"] == "merge_request"
    ]
