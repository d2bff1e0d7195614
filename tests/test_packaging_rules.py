"""House rules for what is tracked: nothing of one machine, locks with hashes, a top level where everything is known."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {
    ".ci", ".editorconfig", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "config.example.toml", "connectors",
    "deploy", "mappings", "pyproject.toml", "syncd", "tests",
}  # fmt: skip
# Put together from pieces, so that this file does not match itself.
MACHINE = re.compile("|".join(("/" + "work/", "/" + "root/", "/" + "home/" + r"\w", "/" + "Users/" + r"\w", "/" + "opt/pypi")))
REGISTRY = re.compile("|".join((r"pypi\." + "org", r"python" + r"hosted\." + "org", r"npmjs\." + "org", "/" + "simple/")))
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """The files that git tracks and that are there, relative to the root."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are tracked")
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [Path(name) for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("forbidden", [MACHINE, REGISTRY], ids=["machine path", "registry host"])
def test_no_file_names_one_machine(tracked: list[Path], forbidden: re.Pattern[str]) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path in tracked
        for number, line in enumerate((ROOT / path).read_text("utf-8", "replace").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


def test_the_patterns_notice() -> None:
    assert MACHINE.search("see /" + "home/me/file")
    assert REGISTRY.search("https://" + "pypi" + ".org/project")


def test_everything_at_the_top_level_is_known(tracked: list[Path]) -> None:
    assert {path.parts[0] for path in tracked} <= TOP_LEVEL


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_has_a_hash(name: str) -> None:
    requirements = re.split(r"\n(?=\S)", (ROOT / "deploy" / name).read_text("utf-8").strip())
    assert requirements
    assert [r.splitlines()[0] for r in requirements if "==" not in r or "--hash=sha256:" not in r] == []


def test_the_locks_hold_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    runs, dev = _locked("requirements.lock"), _locked("requirements-dev.lock")
    assert {_name(r) for r in project["dependencies"]} <= runs.keys()
    assert {_name(r) for r in project["optional-dependencies"]["dev"]} <= dev.keys()
    assert {name: version for name, version in runs.items() if dev.get(name) != version} == {}


def _locked(name: str) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for line in (ROOT / "deploy" / name).read_text("utf-8").splitlines():
        if match := re.match(r"([a-z0-9.-]+)(?:\[[a-z,]+])?==(\S+)", line):
            versions.setdefault(match[1], set()).add(match[2])
    return versions


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return match[0].lower().replace("_", "-")
