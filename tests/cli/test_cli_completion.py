"""What a shell is offered."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from syncd.cli.main import cli

TWO = """
[connections.plat]
kind = "jira"
[connections.code]
kind = "github"
"""


def offered(words: str, patch: pytest.MonkeyPatch) -> list[str]:
    """For the last of the words."""
    patch.setenv("COMP_WORDS", f"syncd {words}")
    patch.setenv("COMP_CWORD", str(len(words.split(" "))))
    return CliRunner().invoke(cli, prog_name="syncd", env={"_SYNCD_COMPLETE": "complete_bash"}).stdout.split()


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        ("heal", ["healthcheck"]),
        ("doctor ", ["plat", "code"]),
        ("backfill co", ["code"]),
        ("resume plat v", ["versions"]),
        ("resume code v", []),
        ("resume plat re", ["remote_links"]),
        ("try jira", ["jira.default"]),
    ],
)
def test_a_shell_is_offered_what_there_is(words: str, offers: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "syncd.toml").write_text(TWO)
    monkeypatch.chdir(tmp_path)
    assert offered(words, monkeypatch) == offers


@pytest.mark.parametrize("text", [None, "= no TOML", "connections = 3"])
def test_a_configuration_that_cannot_be_read_completes_to_nothing(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        (tmp_path / "syncd.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert offered("resume ", monkeypatch) == []
