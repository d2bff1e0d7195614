"""buf as the judge of protobuf: the same levels as ours, and what it cannot compile."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from syncd.cli.contracts import cli
from syncd.contracts import Revision, Verdict
from syncd.contracts.protobuf import diff
from syncd.run import buf
from tests.contracts.protobuf_pairs import CASES, P3

PROGRAM = buf.find()
installed = pytest.mark.skipif(PROGRAM is None, reason="buf is not installed (the extra `buf`)")

OURS = {"first value", "enum gone"}
"""Where buf says less: it does not look at the first value of a proto2 enum, and counts an enum that is gone as generated code."""


def revision(text: str | bytes) -> Revision:
    return Revision({"a.proto": text.encode() if isinstance(text, str) else text}, "a.proto")


def judged(old: str | bytes, new: str | bytes) -> Verdict:
    return buf.judge(revision(old), revision(new), PROGRAM or "")


def together(*, new: bool) -> Revision:
    """All pairs as files of one revision, each in a package of its own: buf is slow to start."""
    files = {"main.proto": P3 + "".join(f'import "case{number}.proto";\n' for number, _ in enumerate(CASES)) + "message Main {}"}
    for number, case in enumerate(CASES.values()):
        text = (
            (case.new if new else case.old)
            .replace("package p;", f"package p{number};")
            .replace("package q;", f"package q{number};")
        )
        files[f"case{number}.proto"] = text.replace(".p.A", f".p{number}.A")
    return Revision({path: text.encode() for path, text in files.items()}, "main.proto")


@installed
def test_buf_and_our_own_rules_agree() -> None:
    """Every pair of the table: compatible, risky or breaking."""
    verdict = buf.judge(together(new=False), together(new=True), PROGRAM or "")
    assert verdict.judged, verdict.reason
    for number, (name, case) in enumerate(CASES.items()):
        theirs = Verdict(tuple(change for change in verdict.changes if change.place.startswith(f"case{number}.proto")))
        if name not in OURS:
            assert (name, theirs.level) == (name, diff(revision(case.old), revision(case.new)).level)


@installed
def test_a_change_names_its_rule_place_and_level() -> None:
    verdict = judged(P3 + "message A { int32 a = 1; }", P3 + "\n\nmessage A { string a = 1; }")
    change = verdict.changes[0]
    assert (change.rule, change.level, change.engine) == ("buf-field-wire-json-compatible-type", "breaking", "buf")
    assert change.place == "a.proto: 1"
    assert "syncd-buf-" not in change.text
    other = judged(P3 + "message A { int32 a = 1; }", P3 + "message A { string a = 1; }").changes[0]
    assert other.fingerprint == change.fingerprint


@installed
@pytest.mark.parametrize("broken", ["old", "new"])
def test_what_does_not_compile_could_not_be_judged(broken: str) -> None:
    good, bad = P3 + "message A { int32 a = 1; }", P3 + "message A { Nowhere a = 1; }"
    verdict = judged(bad, good) if broken == "old" else judged(good, bad)
    assert (verdict.judged, verdict.level) == (False, "unknown")
    assert "a.proto, line 3 does not compile" in verdict.reason


@installed
def test_what_google_gives_to_everybody_is_there() -> None:
    text = (
        P3 + 'import "google/api/annotations.proto";\nimport "google/type/money.proto";\nmessage A { google.type.Money a = 1; }'
    )
    assert judged(text, text + "\n// more") == Verdict()


@installed
def test_files_outside_of_the_revision_are_not_written() -> None:
    files = {"a.proto": (P3 + 'import "b.proto";\nmessage A {}').encode(), "/tmp/b.proto": (P3 + "message B {}").encode()}
    verdict = buf.judge(
        Revision(files, "a.proto"), Revision(files | {"a.proto": files["a.proto"] + b"\n"}, "a.proto"), PROGRAM or ""
    )
    assert verdict.judged
    verdict = buf.judge(
        Revision({"../a.proto": b"message A {}"}, "../a.proto"),
        Revision({"../a.proto": b"message B {}"}, "../a.proto"),
        PROGRAM or "",
    )
    assert "outside of the revision" in verdict.reason


@installed
def test_it_is_asked_for_on_the_command_line(tmp_path: Path) -> None:
    for when, kind in (("old", "int32"), ("new", "string")):
        (tmp_path / when).mkdir()
        (tmp_path / when / "a.proto").write_text(P3 + f"message A {{ {kind} a = 1; }}")
    for name in ("", "a.proto"):
        asked = ["diff", str(tmp_path / "old" / name), str(tmp_path / "new" / name), "--engine", "buf"]
        done = CliRunner().invoke(cli, asked)
        assert done.exit_code == 1
        assert "[buf-field-wire-json-compatible-type]" in done.stdout


def test_a_program_that_is_not_there_could_not_judge() -> None:
    verdict = buf.judge(revision("message A {}"), revision("message B {}"), "/nowhere/buf")
    assert verdict.reason.startswith("buf cannot be run")
