"""Which revisions of a contract are compared, and that each two contents are compared once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.contracts import Change, Revision, Verdict
from syncd.contracts.history import history
from syncd.contracts.judging import judge, standing, verdict_from_json, verdict_to_json
from syncd.contracts.pairs import JOINED, Blob, Main, Pair, default_files, moved_of, pair_of, pairs, unfound
from syncd.model.contract import Contract, fits, is_deep, may_hold, root_of, watched_files
from syncd.model.ref import Ref
from syncd.model.rows import ContractFile

YAML = "api/openapi.yaml"
PAY = Contract(name="pay", connection="code", repository="acme/api", paths=(YAML,))
PROTO = Contract(name="proto", connection="code", repository="acme/api", paths=("proto/**/*.proto",))


def row(path: str, blob: str | None, revision: Any = "default", name: str | None = None, **more: Any) -> ContractFile:
    of = Ref("code", "pulls", f"9{name}") if revision == "merge_request" else None
    text = {"text": f"1/blob/{blob}/"} if blob and "left_out" not in more else {}
    ref = Ref("code", "contract_files", f"1/{revision}/{name}/{path}")
    return ContractFile(
        ref=ref, path=path, blob=blob, revision=revision, name=name, of=of, project="acme/api", **{**text, **more}
    )


def base(blob: str) -> dict[str, str]:
    return {"base_blob": blob, "base_text": f"1/blob/{blob}/"}


def hashes(pair: Pair) -> tuple[dict[str, str], dict[str, str]]:
    return {p: b.hash for p, b in pair.old.items()}, {p: b.hash for p, b in pair.new.items()}


# --- the default branch -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"proto/a.proto": "1", "proto/b.proto": "2"}, {"proto/v2/x.proto": "1", "proto/v2/b.proto": "3"}, 2),
        ({"proto/a.proto": "1"}, {"proto/b.proto": "2"}, 1),
        ({"proto/a.proto": "1", "proto/b.proto": "2"}, {"proto/c.proto": "3", "proto/b.proto": "2"}, 1),
        ({"proto/a.proto": "1", "proto/b.proto": "2"}, {"proto/b.proto": "2"}, 0),
        ({"proto/a.proto": "1"}, {"proto/a.proto": "2", "proto/b.proto": "1"}, 0),
    ],
)
def test_a_file_that_moves_is_not_taken_for_one_that_is_gone(
    before: dict[str, str], after: dict[str, str], expected: int
) -> None:
    old, new = (default_files(PROTO, [row(path, blob) for path, blob in files.items()]) for files in (before, after))
    moved = moved_of(PROTO, old, new)
    assert len(moved) == expected
    mains = pair_of(PROTO, "default", "d", old, new, moved).mains
    gone = [main.old for main in mains if main.new is None]
    assert gone == [path for path in before if path not in after and path not in moved]


# --- pairs ---------------------------------------------------------------------------------------------------------------


def test_a_merge_request_is_compared_with_where_it_began_and_what_is_there_with_the_last_release() -> None:
    rows = [
        row(YAML, "now"),
        row(YAML, "head", "merge_request", "12", **base("began")),
        row(YAML, "head2", "merge_request", "7", **base("now")),
        row(YAML, "old", "release", "v1.9"),
        row(YAML, "older", "release", "v1.10"),
        replace(row(YAML, "x", "merge_request", "3"), ref=Ref("other", "contract_files", "x")),
        replace(row(YAML, "x", "merge_request", "4"), project="acme/web"),
    ]
    found = pairs(PAY, rows)
    assert [(pair.revision, pair.name, *hashes(pair)) for pair in found] == [
        ("merge_request", "7", {YAML: "now"}, {YAML: "head2"}),
        ("merge_request", "12", {YAML: "began"}, {YAML: "head"}),
        ("release", "v1.10", {YAML: "older"}, {YAML: "now"}),
    ]
    assert found[0].of == Ref("code", "pulls", "97")
    assert {pair.mains for pair in found} == {(Main(YAML, YAML),)}


def test_the_last_release_is_the_youngest_where_times_are_told() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    rows = [row(YAML, "now"), row(YAML, "a", "release", "v9", at=early), row(YAML, "b", "release", "v1", at=late)]
    assert [pair.name for pair in pairs(PAY, rows)] == ["v1"]


def test_a_history_goes_from_what_is_proposed_to_the_first_release() -> None:
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    rows = [
        row(YAML, "now"),
        row(YAML, "head", "merge_request", "12", **base("now")),
        row("README.md", "x", "merge_request", "13", **base("y")),
        row(YAML, "a", "release", "v9", at=first),
        row(YAML, "b", "release", "v1", at=second),
    ]
    found = history(PAY, rows)
    assert [(step.kind, step.name, step.since, step.at) for step in found] == [
        ("proposed", "12", "", None),
        ("unreleased", "", "v1", None),
        ("release", "v1", "v9", second),
        ("release", "v9", "", first),
    ]
    assert [hashes(step.pair) if step.pair else None for step in found] == [
        ({YAML: "now"}, {YAML: "head"}),
        ({YAML: "b"}, {YAML: "now"}),
        ({YAML: "a"}, {YAML: "b"}),
        None,
    ]
    assert history(PAY, []) == ()
    assert [(step.kind, step.pair) for step in history(PAY, rows[:1])] == [("unreleased", None)]
    same = history(PAY, [row(YAML, "b"), *rows[3:]])
    assert same[0].pair is not None
    assert same[0].pair.mains == (), "released, and nothing changed since"


def test_equal_contents_are_no_pair() -> None:
    rows = [row(YAML, "now"), row(YAML, "now", "release", "v1"), row(YAML, "now", "merge_request", "7", **base("now"))]
    assert pairs(PAY, rows) == ()


def test_a_file_that_is_renamed_is_compared_with_what_it_was() -> None:
    rows = [row(YAML, "now"), row(YAML, "head", "merge_request", "7", now_at="spec/v2.yaml", **base("now"))]
    (pair,) = pairs(PAY, rows)
    assert pair.mains == (Main(YAML, "spec/v2.yaml"),)
    assert hashes(pair) == ({YAML: "now"}, {"spec/v2.yaml": "head"})
    inside = [
        row("proto/a.proto", "a"),
        row("proto/a.proto", None, "merge_request", "7", now_at="proto/b.proto", **base("a")),
        row("proto/b.proto", "b", "merge_request", "7"),
    ]
    assert [pair.mains for pair in pairs(PROTO, inside)] == [(Main("proto/a.proto", "proto/b.proto"),)]


def test_of_a_pattern_only_the_files_that_differ_are_compared_and_see_all_the_others() -> None:
    rows = [
        row("proto/a.proto", "a"),
        row("proto/x/b.proto", "b"),
        row("proto/x/b.proto", "b2", "merge_request", "7", **base("b")),
        row("proto/new.proto", "n", "merge_request", "7"),
        row("proto/a.proto", None, "merge_request", "8", **base("a")),
    ]
    first, second = pairs(PROTO, rows)
    assert first.mains == (Main("proto/x/b.proto", "proto/x/b.proto"), Main(None, "proto/new.proto"))
    assert set(first.new) == {"proto/a.proto", "proto/x/b.proto", "proto/new.proto"}
    assert second.mains == (Main("proto/a.proto", None),)


def test_a_file_that_is_only_referred_to_makes_the_one_that_refers_differ() -> None:
    both = Contract(name="pay", connection="code", repository="ACME/api", paths=(YAML, "api/schemas/**"))
    rows = [
        row(YAML, "now"),
        row("api/schemas/a.yaml", "a"),
        row("api/schemas/a.yaml", "a2", "merge_request", "7", **base("a")),
        row("README.md", "x"),
    ]
    (pair,) = pairs(both, rows)
    assert pair.mains == (Main(YAML, YAML),)
    assert set(pair.new) == {YAML, "api/schemas/a.yaml"}


def test_a_contract_without_a_file_is_told() -> None:
    assert unfound([PAY, PROTO], [row(YAML, "now")]) == [
        "[contracts.proto] path: no file of acme/api is 'proto/**/*.proto'. Correct it, or take it out"
    ]


# --- verdicts ------------------------------------------------------------------------------------------------------------


class Kept(dict[str, Any]):
    def put(self, key: str, value: Any) -> None:
        self[key] = value


class Differ:
    """Says that what differs breaks, and counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[Revision, Revision]] = []

    def __call__(self, old: Revision, new: Revision, kind: object, overrides: object) -> Verdict:
        self.asked.append((old, new))
        return Verdict.of([Change("operation-removed", "breaking", "both", "GET /pay", "GET /pay", "x", None, "It is gone.")])


def texts(blob: Blob) -> bytes:
    return f"content of {blob.hash}".encode()


def test_each_two_contents_are_compared_once_until_the_rules_change() -> None:
    rows = [row(YAML, "now"), row(YAML, "head", "merge_request", "7", **base("now"))]
    (pair,) = pairs(PAY, rows)
    differ, kept = Differ(), Kept()
    first = judge(PAY, pair, texts, differ, kept, "1")
    assert first.verdict.level == "breaking"
    assert differ.asked == [
        (Revision({YAML: b"content of now"}, YAML), Revision({YAML: b"content of head"}, YAML)),
    ]

    def untouched(blob: Blob) -> bytes:
        raise AssertionError("no content is loaded for what was compared before")

    assert judge(PAY, pair, untouched, differ, kept, "1").verdict == first.verdict
    assert len(differ.asked) == 1
    judge(PAY, pair, texts, differ, kept, "2")
    assert len(differ.asked) == 2
    (change,) = first.verdict.changes
    accepted = Contract(
        name="pay", connection="code", repository="acme/api", paths=(YAML,), accept=frozenset({change.fingerprint})
    )
    assert standing(first.verdict.changes, accepted) == ()
    assert standing(first.verdict.changes, PAY) == (change,)


def test_a_content_that_is_not_kept_cannot_be_judged_and_is_asked_for_again() -> None:
    large = row(
        YAML, "head", "merge_request", "7", left_out="18.0 MB are more than the 16 MB that are kept of a file", **base("now")
    )
    (pair,) = pairs(PAY, [row(YAML, "now"), large])
    differ, kept = Differ(), Kept()
    verdict = judge(PAY, pair, texts, differ, kept, "1").verdict
    assert (verdict.judged, verdict.level) == (False, "unknown")
    assert "18.0 MB" in verdict.reason

    def lost(blob: Blob) -> bytes:
        raise LookupError("the content abc is not in the mirror")

    (pair,) = pairs(PAY, [row(YAML, "now"), row(YAML, "head", "merge_request", "7", **base("now"))])
    assert not judge(PAY, pair, lost, differ, kept, "1").verdict.judged
    assert kept == {}
    assert differ.asked == []


@pytest.mark.parametrize(
    ("levels", "level"), [({}, "breaking"), ({"contract-removed": "risky"}, "risky"), ({"contract-removed": None}, "compatible")]
)
def test_a_contract_that_is_taken_away_breaks(levels: dict[str, Any], level: str) -> None:
    contract = Contract(name="pay", connection="code", repository="acme/api", paths=(YAML,), levels=levels)
    (pair,) = pairs(contract, [row(YAML, "now"), row(YAML, None, "merge_request", "7", **base("now"))])
    assert judge(contract, pair, texts, Differ(), Kept(), "1").verdict.level == level


def test_sdl_that_is_spread_over_files_is_one_schema() -> None:
    graph = Contract(name="graph", connection="code", repository="acme/api", paths=("schema/*.graphql",))
    rows = [
        row("schema/a.graphql", "a"),
        row("schema/schema.graphql", "b"),
        row("schema/schema.graphql", "b2", "merge_request", "7", **base("b")),
    ]
    (pair,) = pairs(graph, rows)
    assert pair.mains == (Main(JOINED, JOINED),)
    differ = Differ()
    judge(graph, pair, texts, differ, Kept(), "1")
    ((old, new),) = differ.asked
    assert (old.content, new.content) == (b"content of a\ncontent of b", b"content of a\ncontent of b2")


def test_sdl_at_the_root_is_one_schema_whatever_its_files_are_called() -> None:
    graph = Contract(name="graph", connection="code", repository="acme/api", paths=("*.graphql",))
    rows = [row("a.graphql", "a"), row("schema.graphql", "b"), row("a.graphql", None, "merge_request", "7", **base("a"))]
    (pair,) = pairs(graph, rows)
    differ = Differ()
    judge(graph, pair, texts, differ, Kept(), "1")
    ((old, new),) = differ.asked
    assert (old.content, new.content) == (b"content of a\ncontent of b", b"content of b")


def test_a_verdict_is_the_same_after_it_was_kept() -> None:
    verdict = Verdict.unjudged("it is binary", YAML)
    assert verdict_from_json(verdict_to_json(verdict)) == verdict
    assert verdict_from_json({"changes": [{"rule": "x", "odd": 1}]}) is None
    assert verdict_from_json(None) is None


# --- patterns ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (YAML, [YAML], ["x/api/openapi.yaml", "api/openapiXyaml"]),
        ("api/*.yaml", [YAML, "api/.yaml"], ["api/v1/openapi.yaml", "openapi.yaml"]),
        ("proto/**/*.proto", ["proto/a.proto", "proto/x/y/a.proto"], ["proto.proto", "x/proto/a.proto"]),
        ("**/openapi.json", ["openapi.json", "a/b/openapi.json"], ["xopenapi.json"]),
        ("api/**", ["api/a", "api/b/c"], ["api", "apix/a"]),
        ("v[12]/a?.yaml", ["v1/ab.yaml"], ["v3/ab.yaml", "v1/a/.yaml", "v1/a.yaml"]),
        ("v[!1]/a.yaml", ["v2/a.yaml"], ["v1/a.yaml", "v//a.yaml"]),
        ("a+b(c).yaml", ["a+b(c).yaml"], ["aab(c).yaml"]),
    ],
)
def test_patterns(pattern: str, matching: list[str], other: list[str]) -> None:
    assert all(fits(path, pattern) for path in matching)
    assert not any(fits(path, pattern) for path in other)
    for path in matching:
        folder = path.rpartition("/")[0]
        assert may_hold(folder, pattern)
        root = root_of(pattern)
        assert path.startswith(f"{root}/" if root else "")
        assert is_deep(pattern) or folder == root


_PARTS = st.lists(st.sampled_from(["a", "b", "*", "**", "?", "a*"]), min_size=1, max_size=4)
_PATHS = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=5)


@given(_PARTS, _PATHS)
@settings(max_examples=100)
def test_every_folder_above_a_match_may_hold_it(parts: list[str], path: list[str]) -> None:
    pattern, whole = "/".join(parts), "/".join(path)
    if fits(whole, pattern):
        assert all(may_hold("/".join(path[:n]), pattern) for n in range(len(path)))


def test_what_is_watched_is_told_by_repository_each_pattern_once() -> None:
    other = Contract(name="x", connection="code", repository="Acme/API", paths=(YAML, "api/**"), consumer_file="CONSUMERS")
    assert watched_files([PAY, other, PROTO], "code") == {"acme/api": (YAML, "api/**", "CONSUMERS", "proto/**/*.proto")}
    assert watched_files([PAY], "elsewhere") == {}
